"""Has stills leave when they are due: the shell of :class:`media.stills.Stills`, with its timer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from media.ids import EndpointId
from media.stills import Stills


class StillPost:
    """The stills of an engine. ``send`` writes a chunk to an endpoint, or says that it cannot."""

    def __init__(self, send: Callable[[EndpointId, bytes], bool]) -> None:
        self.stills = Stills()
        self._send = send
        self._timer: asyncio.Handle | None = None

    def handle_chunk(self, publisher: EndpointId, data: bytes) -> None:
        """Take a chunk an endpoint sent."""
        now = asyncio.get_running_loop().time()
        self.stills.handle_timeout(now)
        self.stills.handle_chunk(publisher, data, now)
        self._carry_out()

    def close(self) -> None:
        """Nothing leaves any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _handle_timeout(self) -> None:
        self._timer = None
        self.stills.handle_timeout(asyncio.get_running_loop().time())
        self._carry_out()

    def _carry_out(self) -> None:
        for chunk in self.stills.drain():
            if not self._send(chunk.endpoint, chunk.data):
                self.stills.handle_unsent(chunk)
        due = self.stills.next_deadline()
        if due is not None and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._handle_timeout)
