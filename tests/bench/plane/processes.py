"""The bench's own processes: a parent that holds the system under test, children that load it.

A child speaks in JSON lines over its standard input and output. The parent calls it by name; the
child asks back, because only the parent has the channel to our worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

LIMIT = 1 << 24
COMPILED = str(Path(__file__).parents[3] / ".native")
"""What a child shares with us (RTCP, mostly) is taken from here, to cost the load little."""
STOP_S = 10.0
Handler = Callable[..., Awaitable[Any]]


class Talk:
    """One end: calls the other by name, and serves what the other calls."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self._handlers = handlers
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.write: Callable[[bytes], object]
        """Given by who opens the pipe."""

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Take what the other says until it ends."""
        while line := await reader.readline():
            said = json.loads(line)
            if "call" in said:
                task = asyncio.create_task(self._carry_out(said))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._settle(said)
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the other process has ended"))

    async def call(self, what: str, /, **words: Any) -> Any:
        """Have the other do something; returns what it made of it."""
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._say(id=number, call=what, words=words)
        try:
            return await self._waiting[number]
        finally:
            del self._waiting[number]

    def _settle(self, said: dict[str, Any]) -> None:
        future = self._waiting.get(said["id"])
        if future is None or future.done():
            return
        if "error" in said:
            future.set_exception(RuntimeError(said["error"]))
        else:
            future.set_result(said["result"])

    async def _carry_out(self, said: dict[str, Any]) -> None:
        try:
            result = await self._handlers[said["call"]](**said["words"])
        except Exception as error:
            self._say(id=said["id"], error=f"{said['call']}: {type(error).__name__}: {error}")
        else:
            self._say(id=said["id"], result=result)

    def _say(self, **words: Any) -> None:
        self.write(json.dumps(words).encode() + b"\n")


class Child:
    """A child process on one core, as its parent holds it. Use as an async context."""

    def __init__(self, module: str, core: int, handlers: dict[str, Handler] | None = None) -> None:
        self._module, self._core = module, core
        self._talk = Talk(handlers or {})
        self._process: asyncio.subprocess.Process
        self._serving: asyncio.Task[None]

    async def __aenter__(self) -> Child:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, str(self._core),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LIMIT,
            env={**os.environ, "PYTHONPATH": COMPILED},
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._talk.write = self._process.stdin.write
        self._serving = asyncio.create_task(self._talk.serve(self._process.stdout))
        return self

    async def call(self, what: str, /, **words: Any) -> Any:
        """Have it do something. Raises :class:`RuntimeError` with what it raised."""
        return await self._talk.call(what, **words)

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._serving


async def be_child(talk: Talk) -> None:
    """The child's main: pin, then serve the parent until it closes the pipe.

    A terminal interrupts all processes at once; only the parent may say what that means.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.sched_setaffinity(0, {int(sys.argv[1])})
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LIMIT)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    def write(data: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # the parent has ended; so do we
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()

    talk.write = write
    await talk.serve(reader)
