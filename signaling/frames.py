"""Engine.IO made strict: which frames of a page the library is fed, and how little each costs.

With ``sockets.py`` the one door of python-socketio. The seams are few and named: the class that
wraps a WebSocket, the function that reads an HTTP request, and how a socket waits for its packets.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

import engineio
from aiohttp import WSMsgType, web
from engineio.async_drivers import aiohttp as driver
from engineio.exceptions import QueueEmpty

from signaling import wire
from signaling.domain.errors import Code

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

    def __init__(self, handler: Any, server: Engine) -> None:
        self._handler = handler
        self._page = handler.__self__  # the library's socket, whose method this is
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
                if not packet.startswith("42") or not self._page.upgraded:
                    return packet
                # What a page asks goes straight to who answers: the library makes two tasks and a
                # timer of every frame that it is given. Shielded from that timer, which is for a
                # page that is silent: what was begun is done, whatever becomes of the connection.
                await asyncio.shield(
                    self._server.start_background_task(
                        self._server.take, self._page.sid, packet[1:]
                    )
                )
                continue
            self._server.malformed()
            refusal = refusal_of(packet)
            if refusal is not None:
                await self._socket.send_str(refusal)
            if refusal is None or packet.startswith("45"):  # its attachments would follow
                raise OSError


async def poll(socket: Any) -> list[Any]:
    """Wait for packets to send, as the library does, but without a task for each wait."""
    queue = socket.queue
    patience_s = socket.server.ping_interval + socket.server.ping_timeout
    try:
        async with asyncio.timeout(patience_s):
            packets = [await queue.get()]
    except (TimeoutError, asyncio.CancelledError):
        raise QueueEmpty from None
    queue.task_done()
    if packets == [None]:
        return []
    while not queue.empty():
        packet = queue.get_nowait()
        queue.task_done()
        if packet is None:
            queue.put_nowait(None)
            break
        packets.append(packet)
    return packets


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


class Engine(engineio.AsyncServer):  # type: ignore[misc]  # the library is not typed
    """Engine.IO whose tasks and sockets are known, so that they can be ended."""

    malformed: Callable[[], None]
    take: Callable[[str, str], Coroutine[Any, Any, None]]
    """Takes what a page asks: (the connection, its Socket.IO packet)."""

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
        """Run something of the library's, and know of it."""
        task = asyncio.ensure_future(target(*args, **kwargs))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task
