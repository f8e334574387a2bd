"""The one door of python-socketio, made strict: what it may be fed, and that it ends.

Used by the gateway alone. The seams are few and named: the class that wraps a WebSocket, the
function that reads an HTTP request, the class of a Socket.IO packet, and four hooks of the server.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

import engineio
import socketio
from aiohttp import WSMsgType, web
from engineio.async_drivers import aiohttp as driver
from socketio.exceptions import ConnectionRefusedError as ConnectionRefused
from socketio.packet import CONNECT, DISCONNECT, EVENT

from signaling import logs, wire
from signaling.domain.errors import Code
from signaling.metrics import Metrics

__all__ = ["ConnectionRefused", "MalformedBody", "SocketServer", "is_allowed", "refusal_of"]

ALLOWED: Final = re.compile(
    r"1|2probe|3|3probe|5|6"  # Engine.IO: close, probe, pong, upgrade, noop
    r"|40(?:\{.*)?"  # CONNECT to the main namespace
    r"|41"  # DISCONNECT from it
    r"|42[0-9]{0,15}\[.*",  # EVENT without attachments
    re.DOTALL,
)
"""Everything a page may send (Engine.IO 4, Socket.IO 5). The server asks for no acknowledgements,
has one namespace and takes no attachments, so the rest is a mistake or an attack."""
_WANTS_ANSWER: Final = re.compile(r"4(?:2|5[0-9]{1,9}-)([0-9]{1,15})\[")
MAX_FRAME_BYTES: Final = 4 * wire.MAX_MESSAGE_BYTES
"""A frame up to here is read, so that its sender can be told ``too_large``; a longer one closes."""

CLOSE_S: Final = 1.0
"""How long a page may take to answer a WebSocket close frame."""


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


class MalformedBody(Exception):
    """A polling request whose body is not what the protocol allows."""


def is_allowed(packet: str) -> bool:
    """Whether a page may send this Engine.IO packet."""
    return ALLOWED.fullmatch(packet) is not None and len(packet.encode()) <= wire.MAX_MESSAGE_BYTES


def refusal_of(packet: str) -> str | None:
    """Return the acknowledgement that refuses a message, when its sender asked for one."""
    match = _WANTS_ANSWER.match(packet)
    if match is None:
        return None
    is_large = len(packet.encode("utf-8", "replace")) > wire.MAX_MESSAGE_BYTES
    code = Code.TOO_LARGE if is_large else Code.MALFORMED
    return f"43{match[1]}[{wire.to_json(wire.Refused(code)).decode()}]"


class _WebSocket:
    """What the library reads from and writes to; only allowed text frames pass inward."""

    def __init__(self, handler: Any, server: _Engine) -> None:
        self._handler = handler
        self._server = server
        self._socket = web.WebSocketResponse(max_msg_size=MAX_FRAME_BYTES, timeout=CLOSE_S)

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        await self._socket.prepare(environ["aiohttp.request"])
        self._server.web_sockets.add(self)
        try:
            await self._handler(self)
        finally:
            self._server.web_sockets.discard(self)
            await self._socket.close()
        return self._socket

    async def close(self) -> None:
        await self._socket.close()

    async def send(self, message: str | bytes) -> None:
        assert isinstance(message, str)  # nothing we send has attachments
        await self._socket.send_str(message)

    async def wait(self) -> str:
        """Return the next frame; OSError ends the connection in good order."""
        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.BINARY:
                self._server.malformed()
            if message.type is not WSMsgType.TEXT:
                raise OSError
            packet: str = message.data
            if is_allowed(packet):
                return packet
            self._server.malformed()
            refusal = refusal_of(packet)
            if refusal is not None:
                await self._socket.send_str(refusal)
            if refusal is None or packet.startswith("45"):  # its attachments would follow
                raise OSError


class _Body:
    """A request body that was read and checked, as the library wants to read it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self, length: int) -> bytes:
        return self._data[:length]


async def _translate(request: web.Request) -> dict[str, Any]:
    """Turn a request into what the library reads.

    Raises :class:`MalformedBody`.
    """
    environ: dict[str, Any] = driver.translate_request(request)
    if request.method == "POST":
        try:
            body = await request.read()  # the application's limit answers 413 past 64 kB
            packets = body.decode().split("\x1e")
        except UnicodeDecodeError:
            raise MalformedBody from None
        if not all(is_allowed(packet) for packet in packets):
            raise MalformedBody
        environ["wsgi.input"] = _Body(body)
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


class _Engine(engineio.AsyncServer):  # type: ignore[misc]  # the library is not typed
    """Engine.IO whose tasks and sockets are known, so that they can be ended."""

    malformed: Callable[[], None]

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.tasks: set[asyncio.Task[Any]] = set()
        self.web_sockets: set[_WebSocket] = set()
        self._async: dict[str, Any] = {
            **driver._async,  # noqa: SLF001  how the library meets aiohttp
            "websocket": _WebSocket,
            "translate_request": _translate,
        }

    def start_background_task(
        self, target: Callable[..., Coroutine[Any, Any, Any]], *args: Any, **kwargs: Any
    ) -> asyncio.Task[Any]:
        task = asyncio.ensure_future(target(*args, **kwargs))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


class SocketServer(socketio.AsyncServer):  # type: ignore[misc]  # the library is not typed
    """Socket.IO with one namespace and one kind of event.

    ``accepted`` is called with the id of each connection once its page knows that it is in.
    """

    accepted: Callable[[str], None]

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

    def _engineio_server_class(self) -> type[_Engine]:
        return _Engine

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._metrics.socket_opened()
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

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
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
            case (t, ["command", _]) if t == EVENT and known is not None:
                await self._handle_event(eio_sid, "/", packet.id, packet.data)
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
