"""Packets of one picture track to whole pictures that can be decoded, and what is missing. Pure.

Rule 1: a picture ends at its marker, or where the next timestamp follows without a hole. One that
is not whole is dropped: a container takes no part of a picture.
Rule 2: after a loss only what surely can be decoded goes on (:mod:`recording.samples.references`).
Rule 3: all from the first picture that was lost to before the next that is shown is one gap. A lost
picture's time is its own where a part of it came, and otherwise one picture after the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from media.errors import PacketError
from recording.samples.frame import Frame, Gap, Sample
from recording.samples.picture import Picture, PictureCodec
from recording.samples.references import References
from recording.samples.reorder import Packet, Reorder, read
from recording.samples.unwrapped import Unwrapped

USUAL_INTERVAL: Final = 3000
"""30 pictures a second, until the source has shown its own."""
LONGEST_INTERVAL: Final = 90_000
"""A still camera or a shared page: what comes later than this says nothing of the rate."""
FAR: Final = 900_000
"""10 s: 256 pictures of a base layer, which its counter holds, are not sent in less."""
MOST_BYTES: Final = 4 << 20
"""Of one picture. A keyframe of 4K has about one million."""

_PACKET_BYTES: Final = 64
"""What holding a packet takes beside its bytes."""


class Video:
    """The depacketizer of one picture track. ``bad`` counts packets and pictures that are none."""

    def __init__(self, codec: PictureCodec) -> None:
        self._codec = codec
        self._reorder = Reorder()
        self._clock = Unwrapped()
        self._references = References()
        self._parts: list[bytes] = []
        self._bytes = 0
        self._timestamp = 0
        self._arrived = 0.0
        self._is_whole = False  # of the picture under way, as far as is known
        self._has_hole = True  # right before what comes next
        self._last: int | None = None  # when the last picture was, lost or not
        self._interval = USUAL_INTERVAL
        self._shown = -1
        self._gap: int | None = None
        self.bad = 0

    @property
    def late(self) -> int:
        """Packets that came twice or too late."""
        return self._reorder.late

    def feed(self, packet: bytes, arrived: float) -> list[Sample]:
        """Take a packet; returns what is now whole."""
        try:
            sequence, _, whole = read(packet, arrived)
        except PacketError:
            self.bad += 1
            return []
        self._reorder.add(sequence, whole)
        return self._samples(self._reorder.take())

    def flush(self) -> list[Sample]:
        """Return what is left. A picture that is under way is cut off, not missing."""
        samples = self._samples(self._reorder.flush())
        self._parts.clear()
        self._has_hole = True
        if self._gap is not None and self._last is not None:
            stop = max(self._last, self._timestamp) + self._interval
            if self._gap < stop:
                samples.append(Gap(self._gap, stop))
                self._shown = stop - 1
            self._gap = None
        return samples

    def _samples(self, packets: list[tuple[int, Packet]]) -> list[Sample]:
        samples: list[Sample] = []
        for missing, packet in packets:
            self._has_hole = self._has_hole or missing > 0
            if packet.payload:
                self._put(packet, samples)
        return samples

    def _put(self, packet: Packet, samples: list[Sample]) -> None:
        timestamp = self._clock.extend(packet.timestamp)
        if self._parts and (self._has_hole or timestamp != self._timestamp):
            self._finish(samples)
        if not self._parts:
            self._begin(timestamp, packet.payload)
        self._parts.append(packet.payload)
        self._bytes += len(packet.payload) + _PACKET_BYTES
        self._arrived = max(self._arrived, packet.arrived)
        if self._bytes > MOST_BYTES:
            self._is_whole = False
            self._parts = self._parts[:1]
        if packet.marker:
            self._finish(samples)

    def _begin(self, timestamp: int, payload: bytes) -> None:
        self._timestamp, self._bytes, self._arrived = timestamp, 0, 0.0
        self._is_whole = True
        if not self._has_hole:
            return
        self._has_hole = False
        begins = self._codec.begins(payload)
        if begins and self._references.follows(self._codec.place((payload,))):
            return  # what is missing was padding
        self._is_whole = begins
        self._break(self._guess(timestamp, begins=begins))

    def _guess(self, timestamp: int, *, begins: bool) -> int:
        """Return when the first lost picture was, of which nothing may have come."""
        if self._last is None:
            return timestamp
        due = self._last + self._interval
        if not begins and due + self._interval // 2 >= timestamp:
            return timestamp  # nothing is lost but the beginning of this one
        return due if due < timestamp else (self._last + timestamp + 1) // 2

    def _break(self, start: int) -> None:
        self._references.lose()
        self._miss(start)

    def _miss(self, start: int) -> None:
        if self._gap is None:
            self._gap = max(start, self._shown + 1)

    def _picture(self, parts: Sequence[bytes]) -> Picture | None:
        """Return the picture; where it is lost, say so."""
        timestamp = self._timestamp
        if self._is_whole and not self._has_hole:
            try:
                picture = self._codec.build(parts)
            except PacketError:
                self.bad += 1
            else:
                if picture is None or timestamp > self._shown:
                    return picture
                self.bad += 1  # a second picture of one time
        self._break(timestamp)
        return None

    def _finish(self, samples: list[Sample]) -> None:
        parts, self._parts = self._parts, []
        timestamp, last = self._timestamp, self._last
        self._last = timestamp
        picture = self._picture(parts)
        if picture is None:
            return
        if self._gap is not None and timestamp - self._shown > FAR:
            self._references.start_over()
        if not self._references.admit(self._codec.place(parts), keyframe=picture.keyframe):
            self._miss(timestamp)
            return
        if self._gap is not None and self._gap < timestamp:
            samples.append(Gap(self._gap, timestamp))
        elif last is not None and 0 < timestamp - last <= LONGEST_INTERVAL:
            self._interval = timestamp - last
        self._gap = None
        self._shown = timestamp
        samples.append(
            Frame(
                picture.data,
                timestamp,
                picture.keyframe,
                self._arrived,
                picture.size,
                picture.setup,
            )
        )
