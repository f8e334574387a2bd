"""Our worker, made to say on SIGUSR1 what it holds inside: tasks, threads, objects.

``python -m …counted_worker DESCRIPTOR`` is ``python -m signaling.worker DESCRIPTOR`` but for that.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import threading
from asyncio.subprocess import DEVNULL, PIPE

from media.frames import Done, Warm
from signaling import worker
from signaling.worker_link import pair
from signaling.worker_process import WARM_S, WorkerProcess, _environment

ANSWER_S = 10.0


class CountedWorker(WorkerProcess):
    """The parent's side."""

    async def spawn(self) -> None:
        """As any worker, with its own words on standard output."""
        ours, theirs = pair()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", __name__, str(theirs.fileno()),
            pass_fds=(theirs.fileno(),), stdin=DEVNULL, stdout=PIPE, env=_environment(),
        )  # fmt: skip
        theirs.close()
        await self._link.open(ours)
        async with asyncio.timeout(WARM_S):
            self._expect(await self._ask(Warm()), Done)

    async def inside(self) -> dict[str, int]:
        """What it holds: ``tasks`` that are not done, ``threads``, ``objects``."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(ANSWER_S):
            told: dict[str, int] = json.loads(await self._process.stdout.readline())
        return told


class Counting(worker.Worker):
    """The child's side."""

    async def serve(self, descriptor: int) -> int:
        """As any worker, and listens to the signal."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)
        return await super().serve(descriptor)


def tell() -> None:
    """Write what this process holds. Tasks of every loop, the handshake thread's too."""
    gc.collect()
    held = gc.get_objects()
    told = {
        "tasks": sum(isinstance(each, asyncio.Task) and not each.done() for each in held),
        "threads": threading.active_count(),
        "objects": len(held),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    worker.Worker = Counting  # type: ignore[misc]
    os._exit(worker.main())
