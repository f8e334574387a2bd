"""Which of a track's layers one subscriber gets, packet by packet.

Rule 1: between encodings (spatial) only at a keyframe; until then the old encoding goes on. A
keyframe's first packet may have been overtaken, or lost and repaired: what follows it is kept for a
while, or every switch over a bad line would take several keyframes.
Rule 2: up in time only at a picture that needs no more than the base layer (Y), or a keyframe; down
at the next picture: one begun is finished.
Rule 3: what is left out leaves no gap in any numbering. Where one is already there (a late packet
of a layer not wanted) an empty packet fills it, or the receiver would ask for it again and again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.forwarding.encoding import Encoding, Media
from media.forwarding.picture_ids import PictureIds
from media.forwarding.rewriter import Rewriter

NONE: Final = -1
ALL: Final = 7
"""More layers than there are."""
ALIVE_S: Final = 1.0
"""An encoding unheard for so long is not waited for. A browser stops the upper ones by itself when
its line or its processor is short."""
KEPT: Final = 128
"""Packets: a keyframe of 150 kB, or 0.3 s of 4 Mbit/s: time for a repair."""
FILLING: Final = b""


class Target(NamedTuple):
    """The best a subscriber is to get: encoding (0 is the smallest) and temporal layer."""

    spatial: int = ALL
    temporal: int = ALL


def choose(encodings: Sequence[Encoding], spatial: int, now: Instant) -> int:
    """Return the best encoding alive up to ``spatial``, else the smallest alive, -1 for none."""
    best = NONE
    for encoding in encodings:
        source = encoding.source
        if source is None or source.ended or now - source.heard_at > ALIVE_S:
            continue
        if encoding.spatial <= spatial or best < 0:
            best = encoding.spatial
    return best


class LayerSwitch:
    """The layers of one subscription."""

    __slots__ = (
        "_frame",
        "_ids",
        "_kept",
        "current",
        "following",
        "switched",
        "target",
        "temporal",
        "wanted",
    )

    def __init__(self, target: Target, ids: PictureIds) -> None:
        self._ids = ids
        self._frame = NONE
        self._kept: deque[Media] = deque(maxlen=KEPT)
        self.following: list[Media] = []
        """What is to be sent right after the packet that began an encoding; who does empties it."""
        self.target = target
        self.temporal = target.temporal
        """The highest temporal layer sent now."""
        self.current = NONE
        """The encoding sent now."""
        self.wanted = NONE
        """The encoding whose keyframe is waited for."""
        self.switched = False
        """A switch has happened; whoever acts on it takes this back."""

    def want(self, spatial: int) -> None:
        """Go over to this encoding at its next keyframe."""
        wanted = NONE if spatial == self.current else spatial
        if wanted != self.wanted:
            self.wanted = wanted
            self._kept.clear()

    def uses(self, spatial: int) -> bool:
        """Say whether packets of this encoding should come here."""
        return spatial in (self.current, self.wanted)

    @property
    def followed(self) -> int:
        """The encoding a subscriber's requests are about: the one to come, or the one it gets."""
        return self.wanted if self.wanted >= 0 else self.current

    def admit(self, encoding: Encoding, media: Media) -> bool:
        """Say whether a packet is of the encoding to send, switching if it may begin one."""
        if encoding.spatial == self.current:
            if self.temporal < self.target.temporal and encoding.starts_keyframe(media):
                self.temporal = self.target.temporal
            return True
        source = encoding.source
        if encoding.spatial != self.wanted or source is None:
            return False
        if not encoding.starts_keyframe(media) or source.highest - media[2] > KEPT:
            self._kept.append(media)
            return False
        later = (each for each in self._kept if each[4] == media[4] and each[2] > media[2])
        self.following = sorted(later, key=itemgetter(2))
        self._kept.clear()
        self.current, self.wanted = self.wanted, NONE
        self.temporal = self.target.temporal
        self._frame = NONE
        self.switched = encoding.switched = True
        return True

    def thin(self, media: Media, rewriter: Rewriter) -> bytes | DropReason:
        """Return the payload to send of a packet admitted, or that it is not wanted."""
        extended, epoch, payload, picture = media[2], media[4], media[5], media[9]
        if picture is None:
            return payload
        number = self._ids.extend(epoch, picture)
        if not self._takes(number, picture[5], sync=picture[6]):
            if rewriter.skip(epoch, extended):
                self._ids.skip(number)
                return DropReason.LAYER
            return FILLING
        self._frame = max(self._frame, number)
        return self._ids.rewrite(number, picture, payload) if number >= 0 else payload

    def _takes(self, number: int, layer: int, *, sync: bool) -> bool:
        if number >= 0:
            if self._ids.was_skipped(number):
                return False
            if number == self._frame:
                return True
        self.temporal = min(self.temporal, self.target.temporal)
        if layer <= self.temporal:
            return True
        if layer <= self.target.temporal and sync:
            self.temporal = layer
            return True
        return False
