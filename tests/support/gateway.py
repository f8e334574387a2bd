"""A gateway process as an operator starts it, with a demo session and its links."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.workers import children

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(https?://\S+/(counsellor|client|operator)#\S+)")
BOOKED = re.compile(r"(https?://\S+/(demo/|visit#)\S+)")
"""Of the booked hour, where what lasts is kept: the desk's link and the visit's."""

FIRST_PORT, PORTS, SHARES = 20_000, 3_000, 4
"""Tests side by side have a share of ports each (at most ``--maxprocesses`` of the Makefile)."""
KINDS = (socket.SOCK_STREAM, socket.SOCK_DGRAM)

_given: set[int] = set()
"""A port is given once: whoever was given it may not have bound it yet."""


def free_port() -> int:
    """A port nobody holds, outside of those that the system gives to whoever asks for any.

    Free for TCP and UDP alike, for media listens on both, and never the same one twice.
    A gateway that is started again needs its port, and browsers open many sockets meanwhile.
    """
    while True:
        # Not `random`, which begins each test alike, in each of the processes side by side.
        port = _first_port() + secrets.randbelow(PORTS)
        if port not in _given and all(_is_free(kind, port) for kind in KINDS):
            _given.add(port)
            return port


def _first_port() -> int:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return FIRST_PORT + PORTS * (int(worker.removeprefix("gw")) % SHARES)


def _is_free(kind: int, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


@dataclass
class Gateway:
    """A running gateway."""

    process: asyncio.subprocess.Process
    links: dict[str, str]
    url: str
    output: list[str]
    booked: dict[str, str] = field(default_factory=dict)

    def cpu_seconds(self) -> float:
        """User and system time so far, from the kernel's accounting: signaling and its media
        processes, those that are alive and those it has reaped."""
        own = _ticks(self.process.pid)
        alive = sum(sum(_ticks(pid)[:2]) for pid in children(self.process.pid))
        return (sum(own) + alive) / os.sysconf("SC_CLK_TCK")

    async def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()


def _ticks(pid: int) -> list[int]:
    """User and system time of a process, and of its children that it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return [int(field) for field in fields[11:15]]


@dataclass(frozen=True)
class Begun:
    """A gateway whose process has started, and may not be ready yet."""

    process: asyncio.subprocess.Process
    port: int
    media_port: int
    settings: dict[str, str]


async def begin(
    *arguments: str,
    port: int | None = None,
    media_port: int | None = None,
    media_host: str = "127.0.0.1",
    **settings: str,
) -> Begun:
    """Start `quietroom serve --demo` on loopback, and do not wait for it.

    ``settings`` are environment variables without their prefix.
    """
    port = port or free_port()
    media_port = media_port or free_port()
    environment = {f"QUIETROOM_{name}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signaling", "serve", "--demo",
        "--host", "127.0.0.1", "--port", str(port),
        "--media-host", media_host, "--media-port", str(media_port),
        *arguments,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    return Begun(process, port, media_port, settings)


@contextlib.asynccontextmanager
async def gateway(
    *arguments: str, begun: Begun | None = None, **settings: Any
) -> AsyncIterator[Gateway]:
    """Start a gateway as :func:`begin` does, or take one that has; read the links it prints."""
    process = (begun or await begin(*arguments, **settings)).process
    assert process.stdout is not None
    links: dict[str, str] = {}
    booked: dict[str, str] = {}
    output: list[str] = []
    reader: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(30):
            while len(links) < 3:
                line = (await process.stdout.readline()).decode()
                if not line:
                    raise RuntimeError("the gateway ended:\n" + "".join(output))
                output.append(line)
                if found := LINK.search(line):
                    links[found[2]] = found[1]
                elif found := BOOKED.search(line):
                    booked["desk" if found[2] == "demo/" else "visit"] = found[1]
        reader = asyncio.create_task(_collect(process.stdout, output))
        url = links["client"].split("/client")[0]
        yield Gateway(process, links, url, output, booked)
    finally:
        await end(process)
        if reader is not None:
            await reader


async def end(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, and after a while SIGKILL; it has ended."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(15):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _collect(stream: asyncio.StreamReader, output: list[str]) -> None:
    while line := await stream.readline():
        output.append(line.decode())
