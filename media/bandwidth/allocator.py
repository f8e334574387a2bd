"""What of a line each picture gets, once voice and text have theirs. Pure arithmetic.

Rule 1: voice comes off the top, measured as it is sent; so does what is kept free for text.
Rule 2: a picture that would get too little to be one gets nothing, and leaves its part to others.
Rule 3: small pictures are served first: they cost little, and it is several people who are seen.
Rule 4: a line that loses carries pictures and their repairs: without room for both each would wait
for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Final, NamedTuple

from media.rungs import Rung

TEXT_BPS: Final = 4_000.0
"""Text, its acknowledgements, and reports."""
LEAST_PICTURE_BPS: Final = 60_000.0
"""Below this VP8 of a face at its smallest is blocks."""
LEAST_TO_BEGIN_BPS: Final = 85_000.0
"""A picture that comes and goes costs a keyframe each time."""
SMALL_BPS: Final = 220_000.0
"""What a small picture is sent with at most (web_client/src/media/picture.ts)."""
LARGE_BPS: Final = 2_000_000.0
"""Likewise a large one, and what is sent again of it."""
VOICE_BPS: Final = 56_000.0
"""Counted for a voice that has not been heard yet."""
COPIES_BPS: Final[Mapping[Rung, float]] = {
    Rung.SAVING: 140_000.0, Rung.SLOW: 50_000.0, Rung.VOICE: 32_000.0,
}  # fmt: skip
"""A voice of 28 kbit/s that goes twice beside the smallest picture; one of 16 beside a still; one
of 12 in long packets."""
_MOVING: Final = (Rung.CLEAR, Rung.SAVING)
_SPOKEN: Final = (Rung.CLEAR, Rung.SAVING, Rung.SLOW, Rung.VOICE)


class Wish(NamedTuple):
    """A picture somebody is to see: small or large, and whether it is being sent."""

    small: bool
    going: bool = True

    @property
    def least_bps(self) -> float:
        """Below this it gets nothing."""
        return LEAST_PICTURE_BPS if self.going else LEAST_TO_BEGIN_BPS


def has_voice(rung: Rung) -> bool:
    """Say whether voice is sent on this rung."""
    return rung in _SPOKEN


def has_pictures(rung: Rung) -> bool:
    """Say whether moving pictures are sent on this rung."""
    return rung in _MOVING


def has_copies(rung: Rung, capacity_bps: float, *, loses: bool) -> bool:
    """Say whether voice goes with its copies to a line.

    A narrow one has room for them only where it loses by itself, and so needs them.
    """
    return rung is Rung.CLEAR or (loses and capacity_bps >= COPIES_BPS.get(rung, inf))


def allocate(
    estimate_bps: float, voice_bps: float, rung: Rung, wishes: Sequence[Wish], again: float = 0.0
) -> list[int]:
    """Return bits per second for each picture, in order; 0 is none.

    ``again``: how much of a picture is sent once more, as a share of it.
    """
    shares = [0] * len(wishes)
    if not has_pictures(rung) or not wishes:
        return shares
    left = (estimate_bps - voice_bps - TEXT_BPS) / (1 + again)
    order = sorted(range(len(wishes)), key=lambda place: not wishes[place].small)
    for done, place in enumerate(order):
        fair, least = left / (len(order) - done), wishes[place].least_bps
        if fair < least:
            fair = left if left >= least else 0.0
        most = SMALL_BPS if wishes[place].small else LARGE_BPS
        share = min(fair, most)
        if share >= least:
            shares[place] = int(share)
            left -= share
    return shares


def wanted_bps(voice_bps: float, sent_bps: float, wishes: Sequence[Wish]) -> float:
    """Return how much of the line could be put to use: it is not worth finding out about more.

    Twice what pictures are sent with now: a publisher whose own line is narrow sends no more,
    however much there would be room for.
    """
    most = sum(SMALL_BPS if wish.small else LARGE_BPS for wish in wishes)
    return voice_bps + TEXT_BPS + min(most, 2 * sent_bps + 1_200_000.0 if wishes else 0.0)
