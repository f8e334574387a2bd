"""What the load is put on: our worker (as it is, and compiled), Janus, and a plain UDP echo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from media.config import MediaConfig
from media.ids import EndpointId, RoomKey
from signaling.worker_process import WorkerProcess
from tests.bench.plane.janus import running_janus
from tests.bench.plane.processes import Handler
from tests.support.gateway import free_port

ROOT = Path(__file__).parents[3]
NATIVE = ROOT / ".native"
CORE, OTHER_CORE = 0, 1
"""The system under test has one core to itself, the load the other."""
ECHO_PORT = 3499


@dataclass
class System:
    """A running system: its process, and what the crowd needs to reach it."""

    kind: str
    host: str
    port: int
    pid: int
    handlers: dict[str, Handler] = field(default_factory=dict)
    """What the crowd's process may ask of the one that holds our worker."""

    def cpu_s(self) -> float:
        """User and system time so far, of all its threads, by the kernel's accounting."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self) -> tuple[int, int]:
        """Open descriptors now, and how many of them are sockets."""
        links = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                links.append(str(link.readlink()))
        return len(links), sum(link.startswith("socket:") for link in links)

    def threads(self) -> int:
        """Threads now."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/task").iterdir())

    def memory_bytes(self) -> int:
        """Resident memory now."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def pid_of(worker: WorkerProcess) -> int:
    """The worker's process, to pin it to a core and to read its time."""
    assert worker._process is not None
    return worker._process.pid


def pin(pid: int) -> None:
    """Pin a system's threads to its core; those they start later are pinned by that too."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {CORE})


def busy_s(core: int) -> float:
    """Time a core has been busy so far, by whomever."""
    row = next(
        line.split()[1:]
        for line in Path("/proc/stat").read_text().splitlines()
        if line.startswith(f"cpu{core} ")
    )
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, row[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


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


def served(worker: WorkerProcess) -> dict[str, Handler]:
    """What the people of the bench may ask of a worker."""

    async def negotiate(room: str, name: str, offer: str) -> str:
        return await worker.negotiate(RoomKey(room), EndpointId(name), offer)

    async def end(name: str) -> None:
        await worker.close_endpoint(EndpointId(name))

    return {"negotiate": negotiate, "end": end}


@contextlib.asynccontextmanager
async def started(
    worker: WorkerProcess, host: str, *, native: bool, abandon_s: float = 120.0
) -> AsyncIterator[System]:
    """A worker process of ours, the compiled packet path before the sources or not."""
    if native and not (NATIVE / ".built").exists():
        raise RuntimeError("the packet path is not compiled: run `make native`")
    path = f"{NATIVE}:{ROOT}" if native else str(ROOT)
    try:
        with _environment(PYTHONPATH=path):
            await worker.spawn()
        pin(pid_of(worker))
        config = MediaConfig(host=host, port=0, max_half_open=1000, abandon_s=abandon_s)
        port = await worker.start(config)
        yield System("ours", host, port, pid_of(worker), served(worker))
    finally:
        await worker.stop()


@contextlib.asynccontextmanager
async def ours(host: str, *, native: bool) -> AsyncIterator[System]:
    """Our worker as the gateway starts it."""
    worker = WorkerProcess(0, lambda _worker, _word: None)
    async with started(worker, host, native=native) as system:
        yield system


@contextlib.asynccontextmanager
async def peer_janus(host: str) -> AsyncIterator[System]:
    """Janus as the distribution ships it."""
    port = free_port()
    async with running_janus(host, port, core=CORE) as pid:
        yield System("janus", host, port, pid)


@contextlib.asynccontextmanager
async def echo(host: str) -> AsyncIterator[System]:
    """A C program that sends every datagram back: what the system calls alone cost."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("a C compiler is needed for the floor (Debian: apt-get install gcc)")
    folder = Path(tempfile.mkdtemp(prefix="quietroom-echo-"))
    try:
        built = await asyncio.create_subprocess_exec(
            compiler, "-O2", "-o", str(folder / "echo"), str(Path(__file__).parent / "echo.c")
        )
        assert await built.wait() == 0
        process = await asyncio.create_subprocess_exec(
            "taskset", "-c", str(CORE), str(folder / "echo"), host, str(ECHO_PORT),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            await process.stdout.readline()
            yield System("echo", host, ECHO_PORT, process.pid)
        finally:
            process.terminate()
            await process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
