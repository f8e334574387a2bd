"""A thread with an asyncio loop of its own, for what must not hold up forwarding: DTLS and SCTP.

Rule 1: what is handed over is bounded: beyond :data:`MAX_WAITING` datagrams the newest are lost, as
on any line. The peer sends them again.
Rule 2: the two loops share no object that both change. Each posts calls to the other.
Rule 3: the thread ends only by :meth:`HandshakeThread.stop`, when nothing runs in it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final

MAX_WAITING: Final = 1024
"""Datagrams on their way to the thread, for all endpoints: 1.5 MB, some 100 handshakes."""


class HandshakeThread:
    """Made and used on the forwarding loop; ``loop`` belongs to the thread."""

    def __init__(self) -> None:
        self._home: asyncio.AbstractEventLoop | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Each is written by one side only, so that their difference needs no lock.
        self._handed = 0
        self._taken = 0
        self.dropped: Counter[str] = Counter()
        """What the thread has dropped, by reason. It alone writes; anyone may copy."""

    async def start(self) -> None:
        """Start the thread, and return when its loop runs."""
        self._home = asyncio.get_running_loop()
        running = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._loop.call_soon(self._home.call_soon_threadsafe, running.set)
        # A daemon: a process that dies of something else must not wait for handshakes.
        self._thread = threading.Thread(target=self._run, name="media-handshake", daemon=True)
        self._thread.start()
        await running.wait()

    def _run(self) -> None:
        assert self._loop is not None  # set by start()
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def stop(self) -> None:
        """End the thread. What it was running is cancelled and has ended when this returns."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        await self.run(_cancel_others())
        self._loop = self._thread = None
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.get_running_loop().run_in_executor(None, thread.join)
        loop.close()

    # --- from the forwarding loop to the thread ------------------------------------------------

    def hand(self, call: Callable[[bytes], None], data: bytes) -> bool:
        """Have the thread take a datagram; False when too many wait already, and it is lost."""
        if self._loop is None or self._handed - self._taken >= MAX_WAITING:
            return False
        self._handed += 1
        self._loop.call_soon_threadsafe(self._take, call, data)
        return True

    def _take(self, call: Callable[[bytes], None], data: bytes) -> None:
        self._taken += 1
        call(data)

    def post(self, call: Callable[..., object], *arguments: object) -> None:
        """Have the thread make a call; nothing after :meth:`stop`."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(call, *arguments)

    async def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the thread and wait for it; at once over when the thread is not up."""
        if self._loop is None:
            coroutine.close()
            return
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    # --- from the thread to the forwarding loop ------------------------------------------------

    def tell(self, call: Callable[..., object], *arguments: object) -> None:
        """Have the forwarding loop make a call, in the order told."""
        assert self._home is not None  # the thread runs only after start()
        # A forwarding loop that is closed already has nobody left to tell.
        with contextlib.suppress(RuntimeError):
            self._home.call_soon_threadsafe(call, *arguments)


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)
