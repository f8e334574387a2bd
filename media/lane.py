"""One endpoint's way through the Python data path: its proved paths, its keys, the selected path.

Rule 1: a leg is a path that belongs to one lane. Only proved legs are ever sent to.
Rule 2: what arrives counts as a sign of life only once it is authenticated.
Rule 3: media that comes over another proved leg moves the sending there, once the selected one has
been silent for :data:`QUIET_LEG_S`; packets that overtake each other do not make it swing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final, Protocol

from mypy_extensions import i64

from media.clock import Instant
from media.datagrams import MIN_SRTP_BYTES, Batch, Keys
from media.datapath import Owner
from media.ice import Address, Path
from media.rtp.octets import read_32
from media.srtp import PacketBuffer, SrtpKeys, receiving, sending

QUIET_LEG_S: Final = 0.1
"""Two voice packets and a margin: shorter than anyone hears, longer than reordering lasts."""
MAX_SSRCS: Final = 32
"""Streams of one endpoint that a stray packet may be recognised by."""

Send = Callable[[bytes | memoryview, Address], object]


class Wire(Protocol):
    """A UDP socket or a TCP connection, as a leg uses it."""

    @property
    def batch(self) -> Batch | None:
        """What protects and sends media over it; None where each packet goes by :attr:`media`."""

    @property
    def media(self) -> Send:
        """Send protected media, or lose it. May raise :class:`OSError`."""

    @property
    def control(self) -> Send:
        """Send what is not media. May raise :class:`OSError`."""

    def prove(self) -> None:
        """A valid check came over it."""

    def release(self) -> None:
        """The endpoint that used it has ended."""


class Leg:
    """A path of a lane."""

    __slots__ = (
        "address", "batch", "batched", "flow", "heard", "lane", "media", "path", "proved"
    )  # fmt: skip

    def __init__(self, lane: PythonLane, path: Path, wire: Wire, *, proved: bool) -> None:
        self.lane = lane
        self.path = path
        self.address = path[1]
        self.batch = wire.batch if proved else None
        self.flow: Any = None if self.batch is None else self.batch.tie(self, lane.keys, path[1])
        # Looked up once, and not for each packet.
        self.batched = None if self.batch is None else self.batch.send
        self.media = wire.media
        self.proved = proved
        self.heard: Instant = 0.0
        """When something authenticated last came over it."""

    def untie(self) -> None:
        """What comes over it is the lane's no more."""
        if self.batch is not None:
            self.batch.untie(self.address)


class Shell(Protocol):
    """What a lane needs of the data path it is part of."""

    outgoing: PacketBuffer
    dropped: Counter[str]

    def count_out(self, size: int) -> None:
        """So many bytes of media have been sent past a batch."""

    def set_ufrags(self, lane: PythonLane, ufrags: tuple[str, ...]) -> None:
        """Checks that name one of these are for the lane."""

    def tie(self, path: Path, lane: PythonLane) -> Leg | None:
        """Make the path the lane's; None when its wire is gone."""

    def learn(self, ssrc: bytes, lane: PythonLane) -> None:
        """The lane has authenticated media of this SSRC."""

    def send(self, data: bytes, path: Path) -> None:
        """Send what is not media."""

    def forget(self, lane: PythonLane) -> None:
        """Nothing that arrives is the lane's any more."""


class PythonLane:
    """Implements :class:`media.datapath.Lane`."""

    def __init__(self, owner: Owner, shell: Shell, keys: Keys) -> None:
        self.owner = owner
        self.keys = keys
        self.last_heard: Instant | None = None
        self.ssrcs: set[bytes] = set()
        self._last_ssrc: i64 = -1
        self._shell = shell
        self._leg: Leg | None = None
        self._on_rtp = owner.handle_rtp
        self._on_rtcp = owner.handle_rtcp

    @property
    def path(self) -> Path | None:
        """Where media is sent."""
        return None if self._leg is None else self._leg.path

    # --- what the owner says (Lane) -------------------------------------------------------------

    def set_ufrags(self, ufrags: tuple[str, ...]) -> None:
        """Checks that name one of these fragments, and no others, are for this lane's owner."""
        self._shell.set_ufrags(self, ufrags)

    def tie(self, path: Path) -> None:
        """A check has proved the path."""
        self._shell.tie(path, self)

    def select(self, path: Path) -> None:
        """Send over this path from now on."""
        leg = self._shell.tie(path, self)
        if leg is not None:
            self._leg = leg

    def set_keys(self, keys: SrtpKeys | None) -> None:
        """Open and protect media with these from now on."""
        if keys is None:
            self.keys.replace(None, None)
        else:
            self.keys.replace(receiving(keys), sending(keys))

    def close(self) -> None:
        """Nothing that arrives is this lane's any more."""
        self.set_keys(None)
        self._shell.forget(self)

    # --- in -------------------------------------------------------------------------------------

    def receive(self, buffer: PacketBuffer, size: int, leg: Leg, now: Instant) -> bool:
        """Take the SRTP or SRTCP packet in ``buffer``; False when it does not authenticate.

        Then the session is as it was: libsrtp notes a number as seen only after it has verified the
        packet. The buffer may have been written over.
        """
        rx = self.keys.rx
        if rx is None or size < MIN_SRTP_BYTES:
            self._shell.dropped["srtp_early" if rx is None else "srtp_size"] += 1
            return False
        # 64..95 in the low seven bits of the second byte is RTCP (RFC 5761 section 4).
        rtcp = 64 <= buffer.view[1] & 0x7F < 96  # noqa: PLR2004
        plain = rx.unprotect(buffer, size, rtcp=rtcp)
        if plain < 0:
            self._shell.dropped["srtp"] += 1
            return False
        self.take(leg, buffer.raw[0:plain], rtcp, now)
        return True

    def take(self, leg: Leg, packet: bytes, rtcp: bool, now: Instant) -> None:  # noqa: FBT001  called for each packet
        """Take a plain packet that has authenticated."""
        self.last_heard = leg.heard = now
        if leg is not self._leg:
            self._elsewhere(leg, len(packet), now)
        if rtcp:
            self._on_rtcp(packet, now)
            return
        # Shorter than a header, it is the router's to refuse and to count.
        if len(packet) >= MIN_SRTP_BYTES and read_32(packet, 8) != self._last_ssrc:
            self._note(packet)
        self._on_rtp(packet, now)

    def _note(self, packet: bytes) -> None:
        self._last_ssrc, ssrc = read_32(packet, 8), packet[8:12]
        if ssrc not in self.ssrcs and len(self.ssrcs) < MAX_SSRCS:
            self._shell.learn(ssrc, self)

    def _elsewhere(self, leg: Leg, size: int, now: Instant) -> None:
        if not leg.proved:
            self.owner.handle_stray(leg.path, size, now)
        elif self._leg is None or now - self._leg.heard > QUIET_LEG_S:
            self._leg = leg
            self.owner.handle_followed(leg.path)

    # --- out ------------------------------------------------------------------------------------

    def send_media(self, packet: bytes, rtcp: bool) -> None:  # noqa: FBT001  called for each packet
        """Protect and send, at once or at the next flush; dropped without keys or a path."""
        leg = self._leg
        if leg is None:
            return
        batched = leg.batched
        if batched is not None:
            batched(leg.flow, packet, rtcp)
        else:
            self._send_alone(leg, packet, rtcp=rtcp)

    def _send_alone(self, leg: Leg, packet: bytes, *, rtcp: bool) -> None:
        tx, shell = self.keys.tx, self._shell
        if tx is None:
            return
        buffer = shell.outgoing
        size = tx.protect(buffer, packet, rtcp=rtcp)
        if size < 0:
            shell.dropped["protect"] += 1
            return
        try:
            leg.media(buffer.view[:size], leg.address)
        except (BlockingIOError, InterruptedError):
            # A full connection is loss, as on any line: nothing waits, nothing grows.
            shell.dropped["send_buffer"] += 1
        except OSError:
            shell.dropped["send_error"] += 1
        else:
            shell.count_out(size)

    def send(self, data: bytes, path: Path | None = None) -> None:
        """Send what is not media."""
        if path is not None:
            self._shell.send(data, path)
        elif self._leg is not None:
            self._shell.send(data, self._leg.path)

    def drop_leg(self, leg: Leg) -> None:
        """A leg is gone; what was sent over it is sent nowhere until another is selected."""
        if self._leg is leg:
            self._leg = None
