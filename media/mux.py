"""One port for every endpoint: sockets, and demultiplexing by first byte.

Rule 1: the first byte decides what a datagram may be (RFC 7983); only then is it looked at.
Rule 2: media and DTLS are taken only from an address that a check has tied to an endpoint; media
from a stray address too, when it authenticates for exactly one (:mod:`media.strays`).
Rule 3: nothing a stranger sends raises out of here or is logged; it is counted by a fixed name.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from media.addresses import bind, local_addresses, offered
from media.clock import Instant
from media.config import MediaConfig
from media.datagrams import FASTEST, SO_TIMESTAMPNS, BatchKind
from media.datapath import Owner
from media.errors import PacketError
from media.histogram import Histogram
from media.ice import Address, Path, is_answer, local_ufrag
from media.lane import Leg, PythonLane, Wire
from media.srtp import PacketBuffer
from media.strays import Strays
from media.tcp import TcpConnection, TcpPort
from media.udp import UdpWire

MAX_PATHS: Final = 16
"""Addresses tied to one endpoint. A phone has two or three; a hostile one, thousands."""
MAX_STRAY_BYTES: Final = 1500
PORT_TRIES: Final = 16


class Mux:
    """The Python implementation of :class:`media.datapath.DataPath`.

    ``after_wake`` is called when a round of reading is over. ``batch`` works the UDP sockets: the
    compiled one where it has been built, else the Python one.
    """

    def __init__(
        self,
        config: MediaConfig,
        after_wake: Callable[[], None],
        batch: BatchKind = FASTEST,
    ) -> None:
        self._config = config
        self._make_batch = batch
        self.after_wake = after_wake
        self._udp: list[UdpWire] = []
        self._wires: dict[int, Wire] = {}
        self._legs: dict[int, dict[Address, Leg]] = {}
        self._by_ufrag: dict[str, PythonLane] = {}
        self._ufrags_of: dict[PythonLane, tuple[str, ...]] = {}
        self._paths_of: dict[PythonLane, list[Path]] = {}
        self._strays: Strays[PythonLane, Leg] = Strays()
        self._incoming = PacketBuffer()
        self.outgoing = PacketBuffer()
        """Where a packet is protected just before it is sent."""
        self.dropped: Counter[str] = Counter()
        self._other_bytes_in = self._other_bytes_out = 0
        self.delays = Histogram()
        self._tcp = TcpPort(config, self._take_frame, self._lose, after_wake, self.dropped)

    # --- life ---------------------------------------------------------------------------------

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Bind every local address to the configured port. Raises :class:`OSError` when taken."""
        listening = self._bind_all()
        for wire in self._udp:
            wire.open(loop)
        self._tcp.open(loop, listening)

    def _bind_all(self, tries: int = PORT_TRIES) -> list[socket.socket]:
        port = self._config.port
        udp: list[socket.socket] = []
        tcp: list[socket.socket] = []
        try:
            for host in local_addresses(self._config.host):
                udp.append(bind(host, port, socket.SOCK_DGRAM))
                port = udp[0].getsockname()[1]
                if self._config.tcp:
                    tcp.append(bind(host, port, socket.SOCK_STREAM))
        except OSError:
            for each in (*udp, *tcp):
                each.close()
            if self._config.port or tries <= 1:
                raise
            # A port the system chose for UDP may be taken for TCP; another will not be.
            return self._bind_all(tries - 1)
        for index, bound in enumerate(udp):
            with contextlib.suppress(OSError):
                bound.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            batch = self._make_batch(bound, self.dropped)
            self._add_wire(index, UdpWire(index, bound, batch, self._config, self))
        return tcp

    def _add_wire(self, number: int, wire: Wire) -> None:
        self._wires[number] = wire
        self._legs[number] = {}
        if isinstance(wire, UdpWire):
            self._udp.append(wire)

    def close(self) -> None:
        """Close the sockets; nothing is received after."""
        self._tcp.close()
        for wire in self._udp:
            wire.close()
        for held in (self._udp, self._wires, self._legs, self._by_ufrag, self._ufrags_of):
            held.clear()
        self._paths_of.clear()

    @property
    def port(self) -> int:
        """The port all sockets share, UDP and TCP alike."""
        port: int = self._udp[0].socket.getsockname()[1]
        return port

    def addresses(self) -> tuple[Address, ...]:
        """What candidates say: the bound addresses, or what stands for them outside (1:1 NAT)."""
        bound = [each.socket.getsockname()[0] for each in self._udp]
        return tuple((host, self.port) for host in offered(bound, self._config.external_ips))

    @property
    def drops(self) -> Mapping[str, int]:
        """Datagrams dropped, by reason."""
        return self.dropped

    @property
    def bytes_in(self) -> int:
        """Bytes of datagrams and frames received."""
        return self._other_bytes_in + sum(wire.batch.bytes_in for wire in self._udp)

    @property
    def bytes_out(self) -> int:
        """Bytes of datagrams and frames sent."""
        return self._other_bytes_out + sum(wire.batch.bytes_out for wire in self._udp)

    def count_out(self, size: int) -> None:
        """So many bytes of media have been sent past a batch."""
        self._other_bytes_out += size

    # --- who is who (Shell of the lanes) --------------------------------------------------------

    def add(self, owner: Owner) -> PythonLane:
        """Make a lane for a new endpoint."""
        return PythonLane(owner, self, self._make_batch.keys())

    def set_ufrags(self, lane: PythonLane, ufrags: tuple[str, ...]) -> None:
        """Checks that name one of these, and no other, are for ``lane``."""
        for ufrag in self._ufrags_of.pop(lane, ()):
            self._by_ufrag.pop(ufrag, None)
        for ufrag in ufrags:
            self._by_ufrag[ufrag] = lane
        if ufrags:
            self._ufrags_of[lane] = ufrags

    def tie(self, path: Path, lane: PythonLane) -> Leg | None:
        """Datagrams over ``path`` are ``lane``'s, because a check proved it."""
        number, address = path
        wire = self._wires.get(number)
        if wire is None:
            return None
        leg = self._legs[number].get(address)
        if leg is not None and leg.lane is lane:
            return leg
        self._untie(path)
        self._strays.drop(path, lane)
        leg = self._legs[number][address] = Leg(lane, path, wire, proved=True)
        paths = self._paths_of.setdefault(lane, [])
        paths.append(path)
        wire.prove()
        if len(paths) > MAX_PATHS:
            self._untie(next(each for each in paths if each not in {path, lane.path}))
        return leg

    def _untie(self, path: Path) -> None:
        leg = self._legs[path[0]].pop(path[1], None)
        if leg is not None:
            leg.untie()
            self._paths_of[leg.lane].remove(path)

    def learn(self, ssrc: bytes, lane: PythonLane) -> None:
        """The lane has authenticated media of this SSRC."""
        lane.ssrcs.add(ssrc)
        self._strays.learn(ssrc, lane)

    def forget(self, lane: PythonLane) -> None:
        """Nothing that arrives is this lane's any more."""
        for path in list(self._paths_of.get(lane, ())):
            self._wires[path[0]].release()
            self._untie(path)
        self._paths_of.pop(lane, None)
        self._strays.forget(lane)
        self.set_ufrags(lane, ())

    # --- out ----------------------------------------------------------------------------------

    def send(self, data: bytes, path: Path) -> None:
        """Send what is not media, at once or not at all."""
        wire = self._wires.get(path[0])
        try:
            if wire is None:
                raise ConnectionError
            wire.control(data, path[1])
        except (BlockingIOError, InterruptedError):
            self.dropped["send_buffer"] += 1
        except OSError:
            self.dropped["send_error"] += 1
        else:
            self._other_bytes_out += len(data)

    def flush(self) -> None:
        """Send the media that waits."""
        for wire in self._udp:
            wire.batch.flush()

    # --- in: TCP --------------------------------------------------------------------------------

    def _take_frame(self, wire: TcpConnection, data: memoryview, now: Instant) -> None:
        number, size = wire.number, len(data)
        if number not in self._wires:
            self._add_wire(number, wire)
        self._other_bytes_in += size
        leg = self._legs[number].get(wire.peer)
        if leg is not None and size and data[0] & 0xC0 == 0x80:  # noqa: PLR2004  media, as above
            self._incoming.view[:size] = data
            leg.lane.receive(self._incoming, size, leg, now)
        else:
            self.dispatch(number, bytes(data), wire.peer, now)

    def _lose(self, wire: TcpConnection) -> None:
        """A connection has closed."""
        legs = self._legs.get(wire.number, {})
        for leg in list(legs.values()):
            self._untie(leg.path)
            leg.lane.drop_leg(leg)
        self._legs.pop(wire.number, None)
        self._wires.pop(wire.number, None)

    # --- in: what is not media of a known address -----------------------------------------------

    def dispatch(self, number: int, data: bytes, address: Address, now: Instant) -> None:
        """Take what is not media of a tied address."""
        first = data[0] if data else 0xFF
        if first < 4:  # noqa: PLR2004  STUN
            self._check(data, (number, address), now)
        elif 19 < first < 64:  # noqa: PLR2004  DTLS
            leg = self._legs[number].get(address)
            if leg is None:
                self.dropped["unknown_address"] += 1
            else:
                leg.lane.owner.handle_record(data, now)
        elif 127 < first < 192:  # noqa: PLR2004  SRTP, SRTCP
            self._stray(data, (number, address), now)
        else:
            self.dropped["unknown_kind"] += 1

    def _check(self, data: bytes, path: Path, now: Instant) -> None:
        try:
            if is_answer(data):
                stray = self._strays.find(path)
                if stray is None:
                    raise PacketError("nobody asked")
                stray.lane.owner.handle_answer(data, path, now)
                return
            lane = self._by_ufrag.get(local_ufrag(data))
            if lane is None:
                self.dropped["unknown_ufrag"] += 1
                return
            response = lane.owner.handle_check(data, path, now)
        except PacketError:
            self.dropped["stun"] += 1
            return
        self.send(response, path)

    def _stray(self, data: bytes, path: Path, now: Instant) -> None:
        """Media from an address nobody has proved: a phone that has moved, or noise."""
        wire = self._wires[path[0]]
        if not isinstance(wire, UdpWire) or not 12 <= len(data) <= MAX_STRAY_BYTES:  # noqa: PLR2004
            self.dropped["unknown_address"] += 1
            return
        buffer = self._incoming
        leg = self._strays.find(path)
        if leg is not None:
            buffer.raw[0 : len(data)] = data
            leg.lane.receive(buffer, len(data), leg, now)
            return
        # The sender's SSRC: of RTCP (64..95, RFC 5761 section 4) it comes first.
        ssrc = data[4:8] if 64 <= data[1] & 0x7F < 96 else data[8:12]  # noqa: PLR2004
        for lane in self._strays.candidates(ssrc, now):
            leg = Leg(lane, path, wire, proved=False)
            # Each trial on a fresh copy: one that fails may have written over the buffer.
            buffer.raw[0 : len(data)] = data
            if lane.receive(buffer, len(data), leg, now):
                self._strays.keep(path, leg, lane)
                return
        self.dropped["unknown_address"] += 1
