"""ICE over TCP, passive side (RFC 6544), framed by RFC 4571: for networks that drop UDP.

Rule 1: a connection has :data:`PROOF_S` for a valid check. Until then it gets not one byte.
Rule 2: everything a stranger can hold is bounded: connections in all and of one address, bytes of a
frame, time for a frame, bytes waiting to be sent.
Rule 3: media is what is dropped first when a peer reads too slowly; checks and DTLS have more room.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Final

from media.clock import Instant
from media.config import MediaConfig
from media.ice import Address
from media.srtp import BUFFER_BYTES

PROOF_S: Final = 5.0
FRAME_S: Final = 5.0
"""A frame once begun must be whole by then: the slowest line we serve sends one in 0.3 s."""
SWEEP_S: Final = 0.5
PARTING_S: Final = 1.0
"""How long the connection of an endpoint that has ended stays, for its last words to leave."""
MEDIA_QUEUE_BYTES: Final = 64 * 1024
"""Half a second at 1 Mbit/s. More would only make late what is late already."""
QUEUE_BYTES: Final = 128 * 1024
READ_BYTES: Final = 64 * 1024
ACCEPTS_PER_WAKE: Final = 16
FIRST_WIRE: Final = 1 << 16
"""Numbers of connections begin where those of UDP sockets cannot reach."""
HEADER_BYTES: Final = 2

Deliver = Callable[["TcpConnection", memoryview, Instant], None]


class TcpConnection:
    """One accepted connection. Implements :class:`media.lane.Wire`."""

    batch: Final = None
    """Each packet goes by itself: a stream has no batches."""

    def __init__(self, number: int, connected: socket.socket, peer: Address, port: TcpPort) -> None:
        self.number = number
        self.peer = peer
        self.proved = False
        self.born = port.now()
        self.partial_since: Instant | None = None
        self._socket = connected
        self._port = port
        self._received = bytearray()
        self._waiting = bytearray()
        self._writing = False
        self.closed = False

    # --- out ------------------------------------------------------------------------------------

    def media(self, data: bytes | memoryview, _address: Address) -> None:
        """Send media. Raises :class:`BlockingIOError` when too much waits already."""
        self._send(data, MEDIA_QUEUE_BYTES)

    def control(self, data: bytes | memoryview, _address: Address) -> None:
        """Send a check's answer or DTLS. Raises :class:`BlockingIOError` when too much waits."""
        self._send(data, QUEUE_BYTES)

    def _send(self, data: bytes | memoryview, limit: int) -> None:
        if self.closed:
            raise ConnectionError
        if len(self._waiting) + len(data) > limit:
            raise BlockingIOError
        self._waiting += len(data).to_bytes(HEADER_BYTES, "big")
        self._waiting += data
        if not self._writing:
            self._flush()

    def _flush(self) -> None:
        try:
            sent = self._socket.send(self._waiting)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.close()
            return
        del self._waiting[:sent]
        if bool(self._waiting) != self._writing:
            self._writing = bool(self._waiting)
            if self._writing:
                self._port.loop.add_writer(self._socket, self._flush)
            else:
                self._port.loop.remove_writer(self._socket)

    # --- in -------------------------------------------------------------------------------------

    def read(self) -> None:
        """Take what is there, and hand on every whole frame."""
        try:
            data = self._socket.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._received += data
        now = self._port.now()
        used = self._frames(now)
        if self.closed:
            return
        if used:
            del self._received[:used]
            self.partial_since = None
        if self._received and self.partial_since is None:
            self.partial_since = now
        self._port.after_wake()

    def _frames(self, now: Instant) -> int:
        """Hand on whole frames; returns how many bytes they were."""
        at, end = 0, len(self._received)
        received = bytes(self._received)  # the buffer shrinks while views of it would be alive
        view = memoryview(received)
        while at + HEADER_BYTES <= end and not self.closed:
            size = int.from_bytes(received[at : at + HEADER_BYTES], "big")
            if size > BUFFER_BYTES:
                self._port.dropped["tcp_frame"] += 1
                self.close()
                return at
            if at + HEADER_BYTES + size > end:
                break
            self._port.deliver(self, view[at + HEADER_BYTES : at + HEADER_BYTES + size], now)
            at += HEADER_BYTES + size
        return at

    # --- life -----------------------------------------------------------------------------------

    def prove(self) -> None:
        """A valid check came over it: its deadline is off."""
        self.proved = True

    def release(self) -> None:
        """Its endpoint has ended: close once the last words have left."""
        self._port.loop.call_later(PARTING_S, self.close)

    def close(self) -> None:
        """End the connection, once."""
        if self.closed:
            return
        self.closed = True
        self._port.loop.remove_reader(self._socket)
        if self._writing:
            self._port.loop.remove_writer(self._socket)
        self._socket.close()
        self._waiting.clear()
        self._port.forget(self)


class TcpPort:
    """The listening sockets and their connections."""

    def __init__(
        self,
        config: MediaConfig,
        deliver: Deliver,
        gone: Callable[[TcpConnection], None],
        after_wake: Callable[[], None],
        dropped: Counter[str],
    ) -> None:
        self.deliver = deliver
        self.after_wake = after_wake
        self.dropped = dropped
        self.loop: asyncio.AbstractEventLoop
        self.connections: dict[int, TcpConnection] = {}
        self._config = config
        self._gone = gone
        self._listening: list[socket.socket] = []
        self._of_address: Counter[str] = Counter()
        self._numbers = count(FIRST_WIRE)
        self._sweeper: asyncio.TimerHandle | None = None

    def open(self, loop: asyncio.AbstractEventLoop, listening: list[socket.socket]) -> None:
        """Accept on these sockets, which belong to the port from now on."""
        self.loop = loop
        self._listening = listening
        for each in listening:
            loop.add_reader(each, self._accept, each)

    def close(self) -> None:
        """Close the sockets and every connection."""
        for each in self._listening:
            self.loop.remove_reader(each)
            each.close()
        self._listening = []
        for connection in list(self.connections.values()):
            connection.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def now(self) -> Instant:
        """The loop's clock."""
        return self.loop.time()

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTS_PER_WAKE):
            try:
                connected, peer = listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                # Out of descriptors, most likely: the sweep takes the listener up again.
                self.dropped["tcp_accept"] += 1
                self.loop.remove_reader(listening)
                self._arm()
                return
            self._take(connected, peer)

    def _take(self, connected: socket.socket, peer: Address) -> None:
        config = self._config
        if (
            len(self.connections) >= config.tcp_connections
            or self._of_address[peer[0]] >= config.tcp_connections_per_address
        ):
            self.dropped["tcp_limit"] += 1
            connected.close()
            return
        connected.setblocking(False)  # noqa: FBT003  the socket module's own signature
        # A voice packet must not wait for the next to fill a segment.
        with contextlib.suppress(OSError):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # Nor wait behind megabytes of picture that the kernel would otherwise take in.
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MEDIA_QUEUE_BYTES)
        new = TcpConnection(next(self._numbers), connected, peer, self)
        self.connections[new.number] = new
        self._of_address[peer[0]] += 1
        self.loop.add_reader(connected, new.read)
        self._arm()

    def forget(self, connection: TcpConnection) -> None:
        """A connection has closed."""
        self.connections.pop(connection.number, None)
        host = connection.peer[0]
        self._of_address[host] -= 1
        if self._of_address[host] <= 0:
            del self._of_address[host]
        self._gone(connection)

    def _arm(self) -> None:
        if self._sweeper is None:
            self._sweeper = self.loop.call_later(SWEEP_S, self._sweep)

    def _sweep(self) -> None:
        """Close what is late; runs only while there are connections."""
        self._sweeper = None
        now = self.now()
        for each in list(self.connections.values()):
            unproved = not each.proved and now - each.born > PROOF_S
            stuck = each.partial_since is not None and now - each.partial_since > FRAME_S
            if unproved or stuck:
                self.dropped["tcp_deadline"] += 1
                each.close()
        for listening in self._listening:
            self.loop.add_reader(listening, self._accept, listening)
        if self.connections:
            self._arm()
