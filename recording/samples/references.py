"""Which pictures can be decoded though one before them was lost. Pure.

Rule 1: with nothing lost since a keyframe, all. Otherwise only what is sure, by the descriptor: a
keyframe; what lists its references, when all of them are here; the base layer, while none of it was
lost; a higher layer from where it needs the base alone.
Rule 2: a descriptor that says none of that leaves keyframes.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from recording.samples.picture import ALL_LAYERS, NOWHERE, Place

_BROKEN: Final = -2
_REMEMBERED: Final = 64
"""References are listed by at most 127 pictures back, and 7-bit ids come again after 128."""


class References:
    """What a decoder of the pictures let through so far has."""

    __slots__ = ("_base", "_last", "_recent", "_trusted", "_whole")

    def __init__(self) -> None:
        self._whole = False
        self._base = _BROKEN
        self._trusted = -1
        self._last = NOWHERE
        self._recent: deque[int] = deque(maxlen=_REMEMBERED)

    def lose(self) -> None:
        """Something was lost, nobody knows what."""
        self._whole = False
        self._trusted = -1

    def start_over(self) -> None:
        """So much was lost that counters may have gone round: wait for a keyframe."""
        self.lose()
        self._base = _BROKEN
        self._recent.clear()

    def follows(self, place: Place) -> bool:
        """Whether a picture is the very next after the last let through, by their numbers."""
        last = self._last
        return (
            self._whole
            and last.number >= 0
            and place.number == (last.number + 1) % (1 << place.bits)
            and place.bits == last.bits
        )

    def admit(self, place: Place, *, keyframe: bool) -> bool:
        """Whether a whole picture can be decoded; what is let through others may need."""
        if keyframe:
            self._whole = True
            self._base = _BROKEN
            self._recent.clear()
        elif not self._whole and not self._is_sure(place):
            if place.layer == 0:
                self._base = _BROKEN
            return False
        self._remember(place)
        return True

    def _is_sure(self, place: Place) -> bool:
        if place.references is not None:
            return bool(self._recent) and all(each in self._recent for each in place.references)
        if self._base < 0 or place.tl0 < 0 or place.layer < 0:
            return False
        if place.layer == 0:
            return place.tl0 == (self._base + 1) & 0xFF
        is_known = place.layer <= self._trusted or place.needs_base_only
        return is_known and place.tl0 == self._base

    def _remember(self, place: Place) -> None:
        self._last = place
        if place.number >= 0:
            self._recent.append(place.number)
        if place.tl0 >= 0:
            self._base = place.tl0
        if self._whole or place.opens_above:
            self._trusted = ALL_LAYERS
        else:
            self._trusted = max(self._trusted, place.layer)
