"""One UDP socket, many datagrams at a time: media opened as it comes, protected as it goes.

Who reads gets a batch a call; what is sent may wait for the next flush. That shape lets the
compiled twin (``_datagrams.pyx``) make one system call for a batch each way; the Python one makes
one for each datagram.

Rule 1: media is opened here only for an address that is tied to keys. All else is handed on as it
came, with where it came from.
Rule 2: what does not authenticate, and what the socket will not take, is counted and gone.
"""

from __future__ import annotations

import socket
import struct
from collections import Counter
from typing import Any, Final, Protocol, TypeAlias

from media.ice import Address
from media.srtp import PacketBuffer, SrtpSession

MIN_SRTP_BYTES: Final = 12
"""A fixed RTP header (RFC 3550 section 5.1); SRTCP is longer still."""
LONE_BYTES: Final = 600
"""A datagram this small, after a pause, is a voice packet or a report and comes alone: another read
would only say that there is nothing. Pictures come in bursts of full datagrams."""
SO_TIMESTAMPNS: Final = 35  # Linux; the socket module does not name it
STAMP_BYTES: Final = socket.CMSG_SPACE(16)
_stamp = struct.Struct("@qq")

Arrival: TypeAlias = tuple[Any, bytes, Any]
"""Of media: the leg it came over, the plain packet, whether it is RTCP. Of all else: None, the
datagram, where it came from."""


class Keys(Protocol):
    """What one endpoint's media is opened and protected with; shared by all its flows."""

    rx: SrtpSession | None
    tx: SrtpSession | None

    def replace(self, rx: SrtpSession | None, tx: SrtpSession | None) -> None:
        """Use these from now on; without keys media is dropped both ways."""


class Batch(Protocol):
    """The socket. Both implementations are held to this by the data path's conformance tests."""

    bytes_in: int
    bytes_out: int
    taken: int
    """Datagrams of the last receive, those dropped included; fewer than asked for: no more wait."""
    stamps: list[float]
    """When the kernel took in the datagrams of a stamped receive, in wall time."""

    def tie(self, leg: object, keys: Keys, address: Address) -> object:
        """Open media from ``address`` and name it by ``leg``; returns what :meth:`send` takes."""

    def untie(self, address: Address) -> None:
        """Nothing that comes from there is media any more."""

    def receive(self, most: int, *, stamped: bool, lone: bool) -> list[Arrival]:
        """Read at most so many datagrams; afterwards ``taken`` says how many there were.

        ``lone``: a small datagram is expected to come alone.
        """

    def send(self, flow: Any, packet: bytes, rtcp: bool) -> None:  # noqa: FBT001  called for each packet
        """Protect a plain packet; it leaves at once or at the next flush, or is lost."""

    def flush(self) -> None:
        """Send what has waited, in order: nothing stays, nothing grows."""


class BatchKind(Protocol):
    """An implementation: called with a bound socket and the counts of what is dropped."""

    def __call__(self, bound: socket.socket, dropped: Counter[str]) -> Batch:
        """Work this socket."""

    def keys(self) -> Keys:
        """Return keys of the kind it works with, none yet."""


class PlainKeys:
    """Implements :class:`Keys`."""

    __slots__ = ("rx", "tx")

    def __init__(self) -> None:
        self.rx: SrtpSession | None = None
        self.tx: SrtpSession | None = None

    def replace(self, rx: SrtpSession | None, tx: SrtpSession | None) -> None:
        """Use these from now on."""
        self.rx, self.tx = rx, tx


class PlainBatch:
    """Implements :class:`Batch` in Python, a system call for each datagram."""

    def __init__(self, bound: socket.socket, dropped: Counter[str]) -> None:
        self._socket = bound
        self._dropped = dropped
        self._flows: dict[Address, tuple[object, Keys, Address]] = {}
        self._incoming = PacketBuffer()
        self._outgoing = PacketBuffer()
        self.bytes_in = self.bytes_out = self.taken = 0
        self.stamps: list[float] = []

    @staticmethod
    def keys() -> PlainKeys:
        """Return keys of the kind this batch works with, none yet."""
        return PlainKeys()

    def tie(self, leg: object, keys: Keys, address: Address) -> object:
        """Open media from ``address`` with ``keys``."""
        flow = self._flows[address] = (leg, keys, address)
        return flow

    def untie(self, address: Address) -> None:
        """Nothing that comes from there is media any more."""
        self._flows.pop(address, None)

    # --- in -------------------------------------------------------------------------------------

    def receive(self, most: int, *, stamped: bool, lone: bool) -> list[Arrival]:
        """Read at most so many datagrams."""
        read = self._receive_stamped if stamped else self._socket.recvfrom_into
        view = self._incoming.view
        arrivals: list[Arrival] = []
        self.taken = 0
        while self.taken < most:
            try:
                size, address = read(view)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # An ICMP error of an earlier send surfaces here; it says nothing about this read.
                self._dropped["receive_error"] += 1
                break
            self.taken += 1
            self.bytes_in += size
            # The first byte says what it may be (RFC 7983 section 7): 128..191 is media.
            flow = self._flows.get(address) if size and view[0] & 0xC0 == 0x80 else None  # noqa: PLR2004
            if flow is None:
                arrivals.append((None, bytes(view[:size]), address))
            else:
                self._open(flow, size, arrivals)
            if lone and size < LONE_BYTES:
                break
        return arrivals

    def _receive_stamped(self, view: memoryview) -> tuple[int, Address]:
        size, notes, _, address = self._socket.recvmsg_into([view], STAMP_BYTES)
        for level, kind, value in notes:
            if (level, kind, len(value)) == (socket.SOL_SOCKET, SO_TIMESTAMPNS, _stamp.size):
                seconds, nanoseconds = _stamp.unpack(value)
                self.stamps.append(seconds + nanoseconds / 1e9)
        return size, address

    def _open(self, flow: tuple[object, Keys, Address], size: int, into: list[Arrival]) -> None:
        rx = flow[1].rx
        if rx is None or size < MIN_SRTP_BYTES:
            self._dropped["srtp_early" if rx is None else "srtp_size"] += 1
            return
        buffer = self._incoming
        # 64..95 in the low seven bits of the second byte is RTCP (RFC 5761 section 4).
        rtcp = 64 <= buffer.view[1] & 0x7F < 96  # noqa: PLR2004
        plain = rx.unprotect(buffer, size, rtcp=rtcp)
        if plain < 0:
            self._dropped["srtp"] += 1
        else:
            into.append((flow[0], buffer.raw[0:plain], rtcp))

    # --- out ------------------------------------------------------------------------------------

    def send(self, flow: Any, packet: bytes, rtcp: bool) -> None:  # noqa: FBT001  called for each packet
        """Protect a plain packet and send it at once, or lose it."""
        _, keys, address = flow
        if keys.tx is None:
            return
        buffer = self._outgoing
        size = keys.tx.protect(buffer, packet, rtcp=rtcp)
        if size < 0:
            self._dropped["protect"] += 1
            return
        try:
            self._socket.sendto(buffer.view[:size], address)
        except (BlockingIOError, InterruptedError):
            # A full socket is loss, as on any line.
            self._dropped["send_buffer"] += 1
        except OSError:
            self._dropped["send_error"] += 1
        else:
            self.bytes_out += size

    def flush(self) -> None:
        """Nothing has waited."""


try:
    from media._datagrams import NativeBatch
except ImportError:  # not built: see `make native`
    FASTEST: BatchKind = PlainBatch
else:
    FASTEST = NativeBatch
