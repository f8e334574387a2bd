"""Opus, plain (RFC 7587) and in redundant payloads (RFC 2198): each packet is a frame. Pure.

Rule 1: what was lost is taken from the redundancy of the next that came, where it has some.
Rule 2: a stretch is missing only where packets are. A sender that is silent sends nothing for a
while and numbers on (DTX): that is no gap.
"""

from __future__ import annotations

from typing import Final

from media.errors import PacketError
from media.rtp import red
from recording.samples.frame import Frame, Gap, Sample
from recording.samples.reorder import Packet, Reorder, read
from recording.samples.unwrapped import Unwrapped

_SILK: Final = (480, 960, 1920, 2880)
_HYBRID: Final = (480, 960)
_CELT: Final = (120, 240, 480, 960)
_FIRST_HYBRID: Final = 12
_FIRST_CELT: Final = 16
_ANY_COUNT: Final = 3
LONGEST: Final = 5760
"""120 ms, the most one packet may hold (RFC 6716 section 3.2.5)."""


def duration(payload: bytes) -> int:
    """Return how long a packet sounds, in 1/48000 s (RFC 6716 section 3.1).

    Raises :class:`PacketError` for what no decoder takes.
    """
    config, code = payload[0] >> 3, payload[0] & 3
    if config >= _FIRST_CELT:
        each = _CELT[config & 3]
    elif config >= _FIRST_HYBRID:
        each = _HYBRID[config & 1]
    else:
        each = _SILK[config & 3]
    count = (1, 2, 2, 0)[code]
    if code == _ANY_COUNT:
        count = payload[1] & 0x3F if len(payload) > 1 else 0
    if not 0 < each * count <= LONGEST:
        raise PacketError("Opus packet of no length, or too long")
    return each * count


class Voice:
    """The depacketizer of one voice. ``bad`` counts packets that are not what they should be."""

    def __init__(self, *, redundant: bool, red_type: int | None = None) -> None:
        self._redundant = redundant
        self._red_type = red_type
        self._reorder = Reorder()
        self._clock = Unwrapped()
        self._end: int | None = None  # of the last frame
        self._has_lost = False
        self.bad = 0

    @property
    def late(self) -> int:
        """Packets that came twice or too late."""
        return self._reorder.late

    def feed(self, packet: bytes, arrived: float) -> list[Sample]:
        """Take a packet; returns what is now in order."""
        try:
            sequence, payload_type, whole = read(packet, arrived)
            self._add(sequence, payload_type, whole)
        except PacketError:
            self.bad += 1
            return []
        return self._frames(self._reorder.take())

    def flush(self) -> list[Sample]:
        """Return what is left."""
        return self._frames(self._reorder.flush())

    def _add(self, sequence: int, payload_type: int, packet: Packet) -> None:
        if (
            not self._redundant
            or not packet.payload
            or (self._red_type is not None and payload_type != self._red_type)
        ):
            self._reorder.add(sequence, packet)
            return
        *older, primary = red.parse(packet.payload, len(packet.payload))
        body = packet.payload
        number = self._reorder.add(
            sequence, packet._replace(payload=body[primary.start : primary.end])
        )
        # They are the packets right before this one (RFC 2198 section 3 leaves it open; libwebrtc's
        # AudioEncoderCopyRed). One whose time says otherwise is not taken: see _put.
        for back, block in enumerate(reversed(older), 1):
            if number < 0 or block.payload_type != primary.payload_type:
                break
            copy = Packet(
                packet.timestamp - block.offset & 0xFFFFFFFF, packet.marker,
                body[block.start : block.end], packet.arrived, is_copy=True,
            )  # fmt: skip
            if copy.payload and block.offset:
                self._reorder.fill(number - back, copy)

    def _frames(self, packets: list[tuple[int, Packet]]) -> list[Sample]:
        samples: list[Sample] = []
        for missing, packet in packets:
            self._has_lost = self._has_lost or missing > 0
            if packet.payload:
                self._put(packet, samples)
        return samples

    def _put(self, packet: Packet, samples: list[Sample]) -> None:
        if packet.is_copy and self._clock.is_behind(packet.timestamp):
            self._has_lost = True
            return
        try:
            lasts = duration(packet.payload)
        except PacketError:
            self.bad += 1
            self._has_lost = True
            return
        before = self._clock.last
        timestamp = self._clock.extend(packet.timestamp)
        if timestamp == before:
            self.bad += 1
            return
        if self._has_lost and self._end is not None and timestamp > self._end:
            samples.append(Gap(self._end, timestamp))
        self._has_lost = False
        self._end = timestamp + lasts
        samples.append(Frame(packet.payload, timestamp, keyframe=True, arrived=packet.arrived))
