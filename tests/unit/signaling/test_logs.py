"""Log lines: a closed list of fields, nothing personal, no traceback."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from signaling import logs
from tests.conftest import Guard, personal_in
from tests.support.people import CLIENT_NAME, SECRET_TEXT


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Logging as in production, and everything back as it was afterwards."""
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    named = [logging.getLogger(n) for n in (*logs.SILENCED, *logs.QUIETED)]
    states = [(one, one.disabled, one.level) for one in named]
    logs.set_up()
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    for one, disabled, old in states:
        one.disabled, one.level = disabled, old


def test_line_is_time_level_event_and_fields(stream: io.StringIO) -> None:
    logs.event("room_opened", room=3, seconds=0.5)
    at, level, *rest = stream.getvalue().split()
    assert at.endswith("+00:00")
    assert (level, rest) == ("info", ["room_opened", "room=3", "seconds=0.500"])


def test_value_cannot_forge_a_line(stream: io.StringIO) -> None:
    logs.warning("refused", reason="a b\nroom_opened room=1")
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().endswith("refused reason=a_b_room_opened_room_1\n")


def test_field_that_is_not_listed_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        logs.event("joined", name="x")


@pytest.mark.usefixtures("faults_expected")
def test_fault_says_where_and_not_what(stream: io.StringIO) -> None:
    try:
        raise KeyError(SECRET_TEXT)
    except KeyError as error:
        logs.fault("room_fault", error, room=1)
    logs.fault("without_a_place", ValueError(SECRET_TEXT))
    said = stream.getvalue()
    assert "error=KeyError" in said
    assert "line=" in said
    assert SECRET_TEXT not in said
    assert "Traceback" not in said


def test_libraries_words_are_not_repeated(stream: io.StringIO) -> None:
    logging.getLogger("aiohttp.server").error("from %s", "192.0.2.7")
    logging.getLogger("aiohttp.server").info("quiet")
    logging.getLogger("alembic.runtime.migration").info("step by step")
    logging.getLogger("socketio.server").error("received %s", CLIENT_NAME)
    assert stream.getvalue().split(" ", 1)[1] == "error library module=aiohttp.server\n"


@pytest.mark.parametrize(
    "text",
    [
        "from 192.0.2.7:443",
        "from 2001:db8:0:1::7",
        "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "x" * 43,
        "a=fingerprint:sha-256 00",
        CLIENT_NAME,
    ],
)
def test_guard_of_the_tests_bites(text: str) -> None:
    assert personal_in(text)


def test_guard_lets_ordinary_lines_pass(log_guard: Guard) -> None:
    logs.event("started", version="0.1.0")
    assert log_guard.lines == ["started version=0.1.0"]
    assert not personal_in("2026-11-22T12:35:22.715+00:00 info room_closed room=12 reason=expired")


def test_worker_s_line_is_written_in_our_form_and_made_plain(
    caplog: pytest.LogCaptureFixture, faults_expected: None
) -> None:
    with caplog.at_level(logging.INFO):
        logs.relay(logging.WARNING, "worker_fault error=ValueError module=media.mux line=7", 3)
        logs.relay(7, "a\nb \x1b[31m" + "x" * 1000, 4)
    first, second = caplog.records
    assert first.getMessage() == ("worker_fault error=ValueError module=media.mux line=7 worker=3")
    assert first.levelno == logging.WARNING
    assert second.levelno == logging.ERROR
    assert "\n" not in second.getMessage()
    assert "\x1b" not in second.getMessage()
    assert len(second.getMessage()) < 400


def test_lines_can_be_handed_over(stream: io.StringIO) -> None:
    heard: list[tuple[int, str]] = []
    logs.hand_over(lambda level, text: heard.append((level, text)))
    logs.event("started", version="1")
    logging.getLogger("somelibrary").warning("what it received")
    assert heard == [
        (logging.INFO, "started version=1"),
        (logging.WARNING, "library module=somelibrary"),
    ]
    assert stream.getvalue() == ""
