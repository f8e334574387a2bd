"""What the load is put on: our worker (as it is, and compiled), Janus, and a plain UDP echo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from media.config import MediaConfig
from media.ids import EndpointId, RoomKey
from signaling.worker_process import WorkerProcess
from tests.bench.plane.janus import janus
from tests.bench.plane.peers import BenchPeer, Line
from tests.support.gateway import free_port

ROOT = Path(__file__).parents[3]
NATIVE = ROOT / ".native"
CORE, OTHER_CORE = 0, 1
"""The system under test has one core to itself, the load the other."""


@dataclass
class System:
    """A running system: its process, and how to fill a room of it."""

    name: str
    pid: int
    fill: Callable[[int, int], Awaitable[list[Line]]]

    def cpu_s(self) -> float:
        """User and system time so far, of all its threads, by the kernel's accounting."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self) -> int:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def pid_of(worker: WorkerProcess) -> int:
    """The worker's process, to pin it to a core and to read its time."""
    assert worker._process is not None
    return worker._process.pid


@contextlib.contextmanager
def _environment(**more: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in more}
    os.environ.update(more)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.asynccontextmanager
async def ours(host: str, *, native: bool) -> AsyncIterator[System]:
    """One worker process of ours, the compiled packet path before the sources or not."""
    if native and not (NATIVE / ".built").exists():
        raise RuntimeError("the packet path is not compiled: run `make native`")
    path = f"{NATIVE}:{ROOT}" if native else str(ROOT)
    worker = WorkerProcess(0, lambda _worker, _word: None)
    with _environment(PYTHONPATH=path):
        await worker.spawn()
    os.sched_setaffinity(pid_of(worker), {CORE})
    await worker.start(MediaConfig(host=host, port=0, max_half_open=1000))

    async def fill(number: int, people: int) -> list[Line]:
        lines = []
        for person in range(people):
            peer = BenchPeer(host, slots=people - 1)
            name = EndpointId(f"{number}-{person}")
            answer = await worker.negotiate(RoomKey(str(number)), name, peer.offer())
            await peer.connect(answer, channels=False)
            lines.append(Line(peer, sends=True, receives=True))
        return lines

    try:
        yield System("ours, compiled" if native else "ours, pure Python", pid_of(worker), fill)
    finally:
        await worker.stop()


@contextlib.asynccontextmanager
async def peer_janus(host: str) -> AsyncIterator[System]:
    """Janus as the distribution ships it."""
    async with janus(host, free_port(), core=CORE) as running:

        async def fill(number: int, people: int) -> list[Line]:
            return await running.room(1000 + number, people, host)

        yield System("Janus VideoRoom", running.pid, fill)


@contextlib.asynccontextmanager
async def echo(host: str) -> AsyncIterator[System]:
    """A C program that sends every datagram back: what the system calls alone cost."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("a C compiler is needed for the floor (Debian: apt-get install gcc)")
    folder = Path(tempfile.mkdtemp(prefix="quietroom-echo-"))
    source = Path(__file__).parent / "echo.c"
    built = await asyncio.create_subprocess_exec(
        compiler, "-O2", "-o", str(folder / "echo"), str(source)
    )
    assert await built.wait() == 0
    port = 3499
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(CORE), str(folder / "echo"), host, str(port),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    await process.stdout.readline()

    async def fill(_number: int, people: int) -> list[Line]:
        return [Line.to_echo(host, port) for _ in range(people)]

    try:
        yield System("plain UDP echo in C", process.pid, fill)
    finally:
        process.terminate()
        await process.wait()
        shutil.rmtree(folder, ignore_errors=True)
