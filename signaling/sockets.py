"""The one door of python-socketio, made strict: what it may be fed, and that it ends.

Used by the gateway alone. The seams are few and named: those of ``frames.py``, and the hooks of the
server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import msgspec
import socketio
from aiohttp import web
from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from socketio.exceptions import ConnectionRefusedError as ConnectionRefused
from socketio.packet import CONNECT, DISCONNECT, EVENT

from signaling import logs, wire
from signaling.domain.errors import Code
from signaling.frames import Engine, MalformedBody, poll
from signaling.metrics import Metrics

__all__ = ["ConnectionRefused", "MalformedBody", "SocketServer"]

_COMMAND: Final = re.compile(r'2([0-9]{0,15})(?=\["command",)')


class _Faults(logging.Handler):
    """Of what the library would log, the exceptions it caught: they are bugs, ours or its own.

    Their place is said and not their words, for the library logs what it receives.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            logs.fault("socket_fault", record.exc_info[1])


_quiet = logging.getLogger("quietroom.library")
_quiet.setLevel(logging.ERROR)
_quiet.propagate = False
_quiet.addHandler(_Faults())


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]  # the library is not typed
    """Socket.IO with one namespace and one kind of event each way.

    ``accepted`` is called with the id of each connection once its page knows that it is in;
    ``command`` with what a page asks, and returns the reply as JSON. Both ways go past the
    library's own packets, which look for attachments in what has none.
    """

    accepted: Callable[[str], None]
    command: Callable[[str, object], Awaitable[bytes]]

    def __init__(
        self,
        metrics: Metrics,
        *,
        connect_deadline_s: float,
        ping_interval_s: float,
        ping_timeout_s: float,
    ) -> None:
        super().__init__(
            async_mode="aiohttp",
            async_handlers=False,
            cors_allowed_origins=[],  # origins are checked before a request gets here
            max_http_buffer_size=wire.MAX_MESSAGE_BYTES,
            ping_interval=ping_interval_s,
            ping_timeout=ping_timeout_s,
            http_compression=False,
            logger=_quiet,
            engineio_logger=_quiet,
        )
        self._metrics = metrics
        self.eio.malformed = self._malformed
        self.eio.take = self._take
        self._connect_deadline_s = connect_deadline_s
        self._deadlines: dict[str, asyncio.TimerHandle] = {}
        self._cuts: set[asyncio.Task[None]] = set()

    async def handle_request(self, request: web.Request) -> Any:
        """Answer one HTTP request, be it a poll or the beginning of a WebSocket.

        Raises :class:`MalformedBody`.
        """
        sid = request.query.get("sid", "")
        socket = self.eio.sockets.get(sid)
        if socket is not None and socket.closed:
            del self.eio.sockets[sid]  # the library stumbles over one that it has not swept yet
        return await super().handle_request(request)

    @property
    def open_sockets(self) -> int:
        """How many Engine.IO connections there are."""
        return len(self.environ)

    def backlog(self, sid: str) -> int:
        """Return how many packets wait for a page to read them."""
        socket = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, "/"))
        return 0 if socket is None else int(socket.queue.qsize())

    def is_open(self, sid: str) -> bool:
        """Whether the socket under a connection is still there."""
        socket = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, "/"))
        return socket is not None and not socket.closed

    def post(self, sid: str, event: bytes) -> None:
        """Send an event, as JSON, to a page that was accepted."""
        socket = self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, "/"))
        if socket is not None and not socket.closed:
            socket.queue.put_nowait(EnginePacket(MESSAGE, f'2["event",{event.decode()}]'))

    async def dismiss(self, sid: str, patience_s: float) -> None:
        """Say goodbye to a page and close its socket; waits no longer than that for its reader."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        socket = self.eio.sockets.get(eio_sid)
        if eio_sid is None or socket is None:
            return
        try:
            async with asyncio.timeout(patience_s):
                await self.disconnect(sid)
                await self.eio.disconnect(eio_sid)
        except TimeoutError:
            await self.cut(eio_sid)
        else:
            # A page that does not close by itself would keep its WebSocket until a ping is due.
            await socket.queue.put(None)

    async def drop(self, sid: str) -> None:
        """Close the socket under a connection without a word, as a line that is gone does."""
        eio_sid = self.manager.eio_sid_from_sid(sid, "/")
        if eio_sid is not None:
            await self.cut(eio_sid)

    async def cut(self, eio_sid: str) -> None:
        """Close an Engine.IO connection without a word."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is None:
            return
        await socket.close(wait=False, abort=True, reason=self.reason.SERVER_DISCONNECT)
        await socket.queue.put(None)  # the socket's writer ends, and closes its WebSocket

    async def stop(self) -> None:
        """Close everything; returns when no task and no socket of ours is left."""
        for deadline in self._deadlines.values():
            deadline.cancel()
        for eio_sid in list(self.eio.sockets):
            await self.cut(eio_sid)
        await asyncio.gather(*(s.close() for s in set(self.eio.web_sockets)), *self._cuts)
        await self.shutdown()
        tasks = set(self.eio.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- hooks of the library ---------------------------------------------------------------------

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._metrics.socket_opened()
        socket = self.eio.sockets[eio_sid]
        socket.poll = partial(poll, socket)
        self._deadlines[eio_sid] = asyncio.get_running_loop().call_later(
            self._connect_deadline_s, self._cut_soon, eio_sid
        )

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._forgive(eio_sid)
        self._metrics.socket_closed()
        await super()._handle_eio_disconnect(eio_sid, reason)
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None and reason == self.reason.CLIENT_DISCONNECT and not socket.upgraded:
            socket.queue.put_nowait(None)  # a poll that is waiting is answered now, not in 18 s

    async def _take(self, eio_sid: str, packet: str) -> None:
        try:
            await self._handle_eio_message(eio_sid, packet)
        except SocketIsClosedError:
            pass
        except Exception as error:  # a bug: this packet is lost, the connection lives
            logs.fault("socket_fault", error)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        if isinstance(data, str) and (asked := _COMMAND.match(data)) is not None:
            with contextlib.suppress(msgspec.DecodeError, RecursionError):
                _, *said = msgspec.json.decode(data[asked.end() :])
                if len(said) == 1 and self.manager.sid_from_eio_sid(eio_sid, "/") is not None:
                    return await self._carry_out(eio_sid, asked[1], said[0])
        await self._handle_other(eio_sid, data)

    async def _carry_out(self, eio_sid: str, number: object, payload: object) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        if not self.manager.is_connected(sid, "/"):
            return
        reply = await self.command(sid, payload)
        if number not in ("", None):
            await self.eio.send(eio_sid, f"3{number}[{reply.decode()}]")

    async def _handle_other(self, eio_sid: str, data: object) -> None:
        """What begins or ends a connection; and what is no command, though it looks like one."""
        try:
            packet = self.packet_class(encoded_packet=data)
        except (ValueError, TypeError, IndexError, RecursionError):
            self._malformed()
            await self.cut(eio_sid)
            return
        known = self.manager.sid_from_eio_sid(eio_sid, "/")
        match packet.packet_type, packet.data:
            case (t, _) if t == CONNECT and known is None:
                await self._handle_connect(eio_sid, "/", packet.data)
                self._admit(eio_sid)
            case (t, _) if t == DISCONNECT and known is not None:
                await self._handle_disconnect(eio_sid, "/", self.reason.CLIENT_DISCONNECT)
            case (t, ["command", payload]) if t == EVENT and known is not None:
                await self._carry_out(eio_sid, packet.id, payload)
            case _:
                self._malformed()
                await self.cut(eio_sid)

    def _admit(self, eio_sid: str) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, "/")
        if sid is not None and self.manager.is_connected(sid, "/"):
            self._forgive(eio_sid)
            self.accepted(sid)

    def _malformed(self) -> None:
        self._metrics.refused("packet", Code.MALFORMED)

    def _forgive(self, eio_sid: str) -> None:
        deadline = self._deadlines.pop(eio_sid, None)
        if deadline is not None:
            deadline.cancel()

    def _cut_soon(self, eio_sid: str) -> None:
        self._deadlines.pop(eio_sid, None)
        task = asyncio.get_running_loop().create_task(self.cut(eio_sid))
        self._cuts.add(task)
        task.add_done_callback(self._cuts.discard)
