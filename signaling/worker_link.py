"""The channel between signaling and a worker process: frames on a Unix stream socket.

A frame is four bytes of length (big endian) and one MessagePack value of :mod:`media.channel`.

Rule 1: a frame that is too long, does not parse or is not of its direction ends the link. Signaling
then ends that worker; it never raises out of here.
Rule 2: when a link ends, by whatever end, every request that waits is refused with
:class:`LinkLost`. Nothing waits for ever.
Rule 3: writing never blocks. A side that does not read is as good as gone: beyond
:data:`MAX_WAITING_BYTES` the link ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

import msgspec

from media.channel import Notification
from media.frames import Ask, Downward, DownwardWord, Logged, Reply, Request, Result, Tell, Upward

LENGTH_BYTES: Final = 4
MAX_FRAME_BYTES: Final = 1024 * 1024
"""An offer is at most 60,000 characters and a text 64 KiB. Totals do not grow with the endpoints,
and rows of tracks come in pages of about half of this at most."""
MAX_WAITING_BYTES: Final = 16 * MAX_FRAME_BYTES
"""What may wait for a side that does not read: seconds of the busiest second there can be."""
MAX_PENDING: Final = 4096
"""Requests without an answer. More than a worker's endpoints, so only a hung one gets there."""

_Frame = TypeVar("_Frame")


class FrameError(Exception):
    """Bytes that are no frame of this channel."""


class LinkLost(Exception):
    """The other side is gone; whether it carried the request out is not known."""


class Frames(Generic[_Frame]):
    """Bytes to frames of one direction. Pure: feed it what arrived, take what is whole."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[_Frame]) -> None:
        self._decoder = decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[_Frame]:
        """Return the frames that ``data`` completed. Raises :class:`FrameError`."""
        self._buffer += data
        whole: list[_Frame] = []
        start = 0
        while len(self._buffer) - start >= LENGTH_BYTES:
            body = start + LENGTH_BYTES
            length = int.from_bytes(self._buffer[start:body], "big")
            if length > MAX_FRAME_BYTES:
                raise FrameError("too long")
            if len(self._buffer) - body < length:
                break
            whole.append(self._decode(memoryview(self._buffer)[body : body + length]))
            start = body + length
        del self._buffer[:start]
        return whole

    def _decode(self, data: memoryview) -> _Frame:
        try:
            return self._decoder.decode(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            # Its words would repeat what was in the frame.
            raise FrameError("not a frame") from error
        finally:
            data.release()


def downward() -> Frames[Downward]:
    """Read what signaling says to a worker."""
    return Frames(cast("msgspec.msgpack.Decoder[Downward]", msgspec.msgpack.Decoder(Downward)))


def upward() -> Frames[Upward]:
    """Read what a worker says to signaling."""
    return Frames(cast("msgspec.msgpack.Decoder[Upward]", msgspec.msgpack.Decoder(Upward)))


_encoder: Final = msgspec.msgpack.Encoder()


def to_bytes(frame: Downward | Upward) -> bytes:
    """Build one frame. Raises :class:`FrameError` when it is too long to be sent."""
    body = _encoder.encode(frame)
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError("too long")
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Stream(asyncio.Protocol, Generic[_Frame]):
    """One side of the socket: frames in by ``handle``, frames out by :meth:`send`.

    ``ended`` is called once, when nothing will come any more.
    """

    def __init__(
        self, frames: Frames[_Frame], handle: Callable[[_Frame], None], ended: Callable[[], None]
    ) -> None:
        self._frames = frames
        self._handle = handle
        self._ended = ended
        self._transport: asyncio.Transport | None = None
        self.is_open = False
        self.malformed = False
        """Whether the link was ended by what the other side sent."""

    async def open(self, channel: socket.socket) -> None:
        """Speak on this socket from now on; it is closed with the link."""
        loop = asyncio.get_running_loop()
        self.is_open = True
        await loop.create_unix_connection(lambda: self, sock=channel)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport (asyncio)."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes (asyncio)."""
        try:
            whole = self._frames.feed(data)
        except FrameError:
            self.malformed = True
            self.close()
            return
        for frame in whole:
            self._handle(frame)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the end (asyncio)."""
        self.is_open = False
        self._ended()

    def send(self, frame: Downward | Upward) -> None:
        """Queue a frame. Raises :class:`FrameError`; after the end it is dropped."""
        data = to_bytes(frame)
        if not self.is_open or self._transport is None:
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            self.close()

    def close(self) -> None:
        """End the link at once, with whatever waits to be sent."""
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    def finish(self) -> None:
        """End the link when what was queued has been sent."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()


class WorkerLink:
    """Signaling's side: requests and their answers, words downward, what is said upward."""

    def __init__(self, said: Callable[[Notification | Logged], None]) -> None:
        self._said = said
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._last_id = 0
        self.ended = asyncio.Event()
        self._stream = Stream(upward(), self._take, self._lose)

    async def open(self, channel: socket.socket) -> None:
        """Speak on this socket from now on."""
        await self._stream.open(channel)

    @property
    def malformed(self) -> bool:
        """Whether the worker sent what is no frame."""
        return self._stream.malformed

    async def request(self, request: Request) -> Result:
        """Ask and wait.

        Raises :class:`LinkLost` when the link has ended, ends, or is stuck, and
        :class:`FrameError` when the request is too long.
        """
        if not self._stream.is_open or len(self._waiting) >= MAX_PENDING:
            raise LinkLost
        self._last_id += 1
        number = self._last_id
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._stream.send(Ask(number, request))
        self._waiting[number] = future
        try:
            return await future
        finally:
            self._waiting.pop(number, None)

    def tell(self, word: DownwardWord) -> None:
        """Say something that has no answer; dropped when the link has ended."""
        with contextlib.suppress(FrameError):
            self._stream.send(Tell(word))

    def close(self) -> None:
        """End the link; every request that waits is refused."""
        self._stream.close()
        self._lose()

    def _take(self, frame: Upward) -> None:
        match frame:
            case Reply():
                # One that nobody waits for was asked by someone who has gone since.
                future = self._waiting.get(frame.id)
                if future is not None and not future.done():
                    future.set_result(frame.result)
            case _:
                self._said(frame.word)

    def _lose(self) -> None:
        self.ended.set()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(LinkLost())


def pair() -> tuple[socket.socket, socket.socket]:
    """Make both ends of a channel; neither is inherited by a process unless it is passed on."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setblocking(False)  # noqa: FBT003  the socket module's own signature
    return ours, theirs


def adopt(descriptor: int) -> socket.socket:
    """Take the end that was passed to this process. Raises :class:`OSError`."""
    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    channel.setblocking(False)  # noqa: FBT003  the socket module's own signature
    return channel
