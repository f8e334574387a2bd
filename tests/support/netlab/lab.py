"""A netlab as a test uses it: opened, changed while it runs, closed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from signaling.lab.link import CLEAN, Impairment
from tests.support.netlab.relay import HERE, INTERFACE, LONGEST_S, THERE, leftovers
from tests.support.netlab.tun import missing, within

__all__ = ["HERE", "INTERFACE", "THERE", "LabError", "Netlab", "netlab"]

ROOT = Path(__file__).parents[3]
PATIENCE_S = 10.0
_numbers = itertools.count()


class LabError(RuntimeError):
    """The laboratory cannot be built here, or refused a command; says why."""


class Netlab:
    """A network at address :data:`THERE`, seen from here (:data:`HERE`) through a bad line.

    Up is what comes from there. Made by :func:`netlab`.
    """

    def __init__(self, name: str, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self.name = name
        self.process = process
        self._control = control
        self._answers = control.makefile("rb")

    def set(self, *, up: Impairment | None = None, down: Impairment | None = None) -> None:
        """Change a direction, or both; the one that is not named stays as it is."""
        named = {"up": up, "down": down}
        self._ask({"do": "set"} | {way: asdict(given) for way, given in named.items() if given})

    def both(self, impairment: Impairment = CLEAN) -> None:
        """Let both directions be like this."""
        self.set(up=impairment, down=impairment)

    def cut(self, seconds: float, ways: Sequence[str] = ("up", "down")) -> None:
        """Nothing passes for so long; the relay ends the cut by itself. 0 ends it now."""
        self._ask({"do": "cut", "seconds": seconds, "ways": list(ways)})

    def counters(self) -> dict[str, dict[str, int]]:
        """Of each direction: packets sent, lost, dropped, passed; bytes passed, and that wait."""
        answer = self._ask({"do": "count"})
        return {way: answer[way] for way in ("up", "down")}

    def ask(self, line: str) -> dict[str, Any]:
        """Say a line to the relay as it is; returns its answer."""
        self._control.sendall(line.encode() + b"\n")
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def socket(self, kind: int = socket.SOCK_DGRAM) -> socket.socket:
        """A socket of the network there."""
        with within(self.name):
            return socket.socket(socket.AF_INET, kind)

    def wrapper(self, program: str, path: Path) -> str:
        """Write a script that runs a program over there; returns its path, as Playwright wants."""
        path.write_text(
            f'#!/bin/sh\nexec ip netns exec {self.name} {program} "$@"\n', encoding="utf-8"
        )
        path.chmod(0o755)
        return str(path)

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        answer = self.ask(json.dumps(command))
        if not answer["ok"]:
            raise LabError(answer["error"])
        return answer


@contextlib.contextmanager
def netlab(folder: Path, *, seed: int = 1, seconds: float = LONGEST_S) -> Iterator[Netlab]:
    """Join a new network to the calling thread's. One at a time in a network.

    Raises :class:`LabError` that says what is missing, where it cannot be done.
    """
    if lacking := missing():
        raise LabError(lacking)
    for name in leftovers():
        subprocess.run(["ip", "netns", "del", name], check=False)
    name = f"quietroom-lab-{os.getpid()}-{next(_numbers)}"
    path = folder / f"{name}.sock"
    command = [
        sys.executable, "-m", "tests.support.netlab.relay",
        "--name", name, "--socket", str(path), "--seed", str(seed), "--seconds", str(seconds),
    ]  # fmt: skip
    with contextlib.ExitStack() as stack:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.callback(_end, process)
        assert process.stdout is not None
        ready = select.select([process.stdout], [], [], PATIENCE_S)[0]
        if not ready or process.stdout.readline() != b"ready\n":
            raise LabError("the relay did not start: see what it wrote above")
        control = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        control.settimeout(PATIENCE_S)
        control.connect(str(path))
        lab = Netlab(name, process, control)
        stack.callback(lab._answers.close)
        yield lab


def _end(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
