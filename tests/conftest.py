"""What holds for every test: nothing personal in a log, and no socket where none belongs."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import settings

from tests.support.people import SEEDED

pytest_plugins = ["tests.support.figures"]

# Order and outcome are asserted, never time: a busy machine is no fault of the code's.
settings.register_profile("quietroom", deadline=None, max_examples=25)
settings.register_profile("many", deadline=None, max_examples=1_000)  # make properties
settings.load_profile("quietroom")

# Tests start gateways and workers by the dozen: let the first one's compiling do for all of them.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TESTS = Path(__file__).resolve().parent

PERSONAL = {
    "an IPv4 address": re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"),
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.|(?<![\w-])[\w-]{43}(?![\w-])"),
    "SDP": re.compile(r"a=(?:fingerprint|candidate|ice-ufrag|ice-pwd|mid)\b|m=(?:audio|video)"),
    "a seeded name or text": re.compile("|".join(re.escape(word) for word in SEEDED)),
}
COLONS = re.compile(r"[0-9A-Fa-f]*:[0-9A-Fa-f:]+")
OURS = ("quietroom", "signaling", "media", "recording")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: no collection needs to walk it again in a test."""
    gc.collect()
    gc.freeze()


def personal_in(text: str) -> list[str]:
    """What a log line says that it must not."""
    found = [what for what, pattern in PERSONAL.items() if pattern.search(text)]
    return found + ["an IPv6 address"] * any(map(is_ipv6, COLONS.findall(text)))


def is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


class Guard(logging.Handler):
    """Keeps what would have been written: all of ours, and the libraries' warnings."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        ours = record.name.split(".")[0] in OURS
        if ours or record.levelno >= logging.WARNING:
            self.lines.append(logging.Formatter().format(record))


@pytest.fixture
def faults_expected() -> None:
    """Asked for by a test that breaks something on purpose, and so may see it logged as a bug."""


@pytest.fixture(autouse=True)
def log_guard(request: pytest.FixtureRequest) -> Iterator[Guard]:
    """Fail the test whose code logs an address, a token, SDP, a seeded name, or an unseen bug."""
    guard = Guard()
    root = logging.getLogger()
    root.addHandler(guard)
    ours = logging.getLogger("quietroom")
    level = ours.level
    ours.setLevel(logging.DEBUG)
    yield guard
    ours.setLevel(level)
    root.removeHandler(guard)
    # The line itself is not repeated: a report of a leak must not leak.
    leaks = [what for line in guard.lines for what in personal_in(line)]
    assert not leaks, f"logged: {sorted(set(leaks))}"
    if "faults_expected" not in request.fixturenames:
        faults = [line for line in guard.lines if "_fault error=" in line]
        assert not faults, faults


def _refuse(*_args: Any, **_kwargs: Any) -> NoReturn:
    raise AssertionError("a unit or sim test opened a socket")


@pytest.fixture(autouse=True)
def no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit and sim tests touch no network; an event loop's own socket pair is not one."""
    where = Path(str(request.path)).relative_to(TESTS).parts[0]
    if where in {"unit", "sim"}:
        for method in ("bind", "connect", "connect_ex", "sendto"):
            monkeypatch.setattr(socket.socket, method, _refuse)
