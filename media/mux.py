"""One UDP port for every endpoint: sockets, demultiplexing by first byte, bounded work a wake.

Rule 1: the first byte decides what a datagram may be (RFC 7983); only then is it looked at.
Rule 2: media and DTLS are taken only from an address that a check has tied to an endpoint.
Rule 3: nothing a stranger sends raises out of here or is logged; it is counted by a fixed name.
Rule 4: a wake ends after so many datagrams or so much time, so that timers never starve.

There is one socket for each local address: an answer then leaves from the address that was asked,
which a single wildcard socket cannot promise on a machine with several.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

import ifaddr

from media.clock import Instant
from media.config import MediaConfig
from media.errors import PacketError
from media.ice import Address, Path, local_ufrag
from media.srtp import PacketBuffer

DATAGRAM_BYTES: Final = (
    2048  # above any path MTU we accept; a longer datagram is cut and then fails
)
LONE_BYTES: Final = 600
QUIET_S: Final = 0.001
"""A datagram this small, after a pause this long, is a voice packet or a report and comes alone:
another read would only say that there is nothing. Pictures come in bursts of full datagrams."""
MAX_PATHS: Final = 16
"""Addresses tied to one endpoint. A phone has two or three; a hostile one, thousands."""
RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""About 0.4 s of 20,000 packets/s: what a stall of the loop may cost before the kernel drops."""


class Peer(Protocol):
    """What the mux hands datagrams to: one endpoint's transport."""

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        """Answer a Binding request. Raises :class:`PacketError`."""

    def handle_dtls(self, data: bytes, now: Instant) -> None:
        """Take a DTLS record from a proved address."""

    def handle_media(self, buffer: PacketBuffer, size: int, now: Instant) -> None:
        """Take the SRTP or SRTCP packet in ``buffer``, from a proved address."""


class Mux:
    """The sockets, and who is behind which fragment and address."""

    def __init__(self, config: MediaConfig, after_wake: Callable[[], None]) -> None:
        self._config = config
        self._after_wake = after_wake
        self._sockets: list[socket.socket] = []
        self._by_ufrag: dict[str, Peer] = {}
        self._ufrags_of: dict[Peer, tuple[str, ...]] = {}
        self._by_path: list[dict[Address, Peer]] = []
        self._paths_of: dict[Peer, list[Path]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._incoming = PacketBuffer()
        self._woken_at: Instant = 0.0
        self.outgoing = PacketBuffer()
        """Where a packet is protected just before it is sent."""
        self.dropped: Counter[str] = Counter()
        self.bytes_in = 0
        self.bytes_out = 0

    # --- life ---------------------------------------------------------------------------------

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Bind every local address to the configured port. Raises :class:`OSError` when taken."""
        port = self._config.port
        try:
            for host in local_addresses(self._config.host):
                self._sockets.append(_bind(host, port))
                self._by_path.append({})
                port = self.port
        except OSError:
            self.close()
            raise
        self._loop = loop
        for index, bound in enumerate(self._sockets):
            loop.add_reader(bound, self._wake, index)

    def close(self) -> None:
        """Close the sockets; nothing is received after."""
        for bound in self._sockets:
            if self._loop is not None:
                self._loop.remove_reader(bound)
            bound.close()
        self._sockets.clear()
        self._by_path.clear()
        self._paths_of.clear()
        self._by_ufrag.clear()
        self._ufrags_of.clear()

    @property
    def port(self) -> int:
        """The UDP port all sockets share."""
        port: int = self._sockets[0].getsockname()[1]
        return port

    def addresses(self) -> tuple[Address, ...]:
        """What candidates say: the bound addresses, or what stands for them outside (1:1 NAT)."""
        if self._config.external_ips:
            return tuple((host, self.port) for host in self._config.external_ips)
        bound = [tuple(each.getsockname()[:2]) for each in self._sockets]
        outward = [address for address in bound if not address[0].startswith("127.")]
        return tuple(outward or bound)

    # --- who is who ----------------------------------------------------------------------------

    def set_ufrags(self, peer: Peer, ufrags: tuple[str, ...]) -> None:
        """Checks that name one of these, and no other, are for ``peer``."""
        for ufrag in self._ufrags_of.pop(peer, ()):
            self._by_ufrag.pop(ufrag, None)
        for ufrag in ufrags:
            self._by_ufrag[ufrag] = peer
        self._ufrags_of[peer] = ufrags

    def tie(self, path: Path, peer: Peer) -> None:
        """Datagrams over ``path`` are ``peer``'s, because a check proved it."""
        index, address = path
        known = self._by_path[index]
        if known.get(address) is peer:
            return
        self._untie(path)
        known[address] = peer
        paths = self._paths_of.setdefault(peer, [])
        paths.append(path)
        if len(paths) > MAX_PATHS:
            self._untie(paths[0])

    def _untie(self, path: Path) -> None:
        before = self._by_path[path[0]].pop(path[1], None)
        if before is not None:
            self._paths_of[before].remove(path)

    def forget(self, peer: Peer) -> None:
        """Nothing that arrives is this peer's any more."""
        for path in list(self._paths_of.get(peer, ())):
            self._untie(path)
        self._paths_of.pop(peer, None)
        self.set_ufrags(peer, ())
        del self._ufrags_of[peer]

    # --- datagrams -----------------------------------------------------------------------------

    def send(self, data: bytes | memoryview, path: Path) -> None:
        """Send at once or not at all: a full socket buffer is loss, as on any line."""
        try:
            self._sockets[path[0]].sendto(data, path[1])
        except (BlockingIOError, InterruptedError):
            self.dropped["send_buffer"] += 1
        except (OSError, IndexError):
            self.dropped["send_error"] += 1
        else:
            self.bytes_out += len(data)

    def _wake(self, index: int) -> None:
        """Read what is there, within bounds; the loop calls again while more is waiting."""
        assert self._loop is not None  # a reader exists only while open
        clock = self._loop.time
        now = clock()
        deadline = now + self._config.seconds_per_wake
        quiet = now - self._woken_at > QUIET_S
        self._woken_at = now
        buffer, receive = self._incoming, self._sockets[index].recvfrom_into
        view, known = buffer.view, self._by_path[index]
        for _ in range(self._config.datagrams_per_wake):
            try:
                size, address = receive(view)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # An ICMP error of an earlier send surfaces here; it says nothing about this read.
                self.dropped["receive_error"] += 1
                continue
            self.bytes_in += size
            # The first byte says what it may be (RFC 7983 section 7): 128..191 is media.
            peer = known.get(address) if size and view[0] & 0xC0 == 0x80 else None  # noqa: PLR2004
            if peer is not None:
                peer.handle_media(buffer, size, now)
            else:
                self._dispatch(index, bytes(view[:size]), address, now)
            if quiet and size < LONE_BYTES:
                break
            now = clock()
            if now > deadline:
                break
        self._after_wake()

    def _dispatch(self, index: int, data: bytes, address: Address, now: Instant) -> None:
        """Take what is not media of a known address."""
        first = data[0] if data else 0xFF
        if first < 4:  # noqa: PLR2004  STUN
            self._check(index, data, address, now)
        elif 19 < first < 64:  # noqa: PLR2004  DTLS
            peer = self._by_path[index].get(address)
            if peer is None:
                self.dropped["unknown_address"] += 1
            else:
                peer.handle_dtls(data, now)
        elif 127 < first < 192:  # noqa: PLR2004  SRTP, SRTCP
            self.dropped["unknown_address"] += 1
        else:
            self.dropped["unknown_kind"] += 1

    def _check(self, index: int, data: bytes, address: Address, now: Instant) -> None:
        try:
            peer = self._by_ufrag.get(local_ufrag(data))
            if peer is None:
                self.dropped["unknown_ufrag"] += 1
                return
            response = peer.handle_check(data, (index, address), now)
        except PacketError:
            self.dropped["stun"] += 1
            return
        self.send(response, (index, address))


def local_addresses(host: str) -> tuple[str, ...]:
    """Name the addresses to bind for ``host``; a wildcard means every IPv4 address there is."""
    if host != "0.0.0.0":  # noqa: S104  compared, not bound
        return (host,)
    found = [
        str(each.ip) for adapter in ifaddr.get_adapters() for each in adapter.ips if each.is_IPv4
    ]
    return tuple(dict.fromkeys([*found, "127.0.0.1"]))


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        bound.setblocking(False)  # noqa: FBT003  the socket module's own signature
        # The kernel caps what it grants; a smaller buffer works, only less forgivingly.
        with contextlib.suppress(OSError):
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, RECEIVE_BUFFER_BYTES)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
