"""The numbering of one incoming SSRC: what is new, what is a copy, what is a restart.

Source: RFC 3550 appendix A.1.
"""

from __future__ import annotations

from typing import Final

from librt.vecs import vec
from mypy_extensions import i64

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.rtp.sequence import CYCLE

WINDOW: Final = 512
"""How late a packet may be, in packets; beyond it a copy could not be told from a new one."""
MASK: Final = WINDOW - 1
MAX_DROPOUT: Final = 3000
"""A jump further than this is a restart, not a loss (RFC 3550 appendix A.1)."""


class Source:
    """One SSRC: its numbering, and when it was last heard."""

    __slots__ = ("_resync", "clock_rate", "ended", "epoch", "heard_at", "highest", "ring", "ssrc")

    def __init__(self, ssrc: int, epoch: int, sequence: int, now: Instant) -> None:
        self.ssrc = ssrc
        self.epoch = epoch
        self.ended = False
        self.heard_at = now
        self.highest = CYCLE + sequence - 1
        self.ring = _no_numbers()
        self._resync = -1

    def admit(self, sequence: int) -> int | DropReason:
        """Return the extended number of a packet not seen before, or why it is not wanted."""
        ahead = sequence - self.highest & 0xFFFF
        if 0 < ahead <= MAX_DROPOUT:
            extended = self.highest = self.highest + ahead
        elif ahead == 0 or ahead > CYCLE - WINDOW:
            extended = self.highest if ahead == 0 else self.highest + ahead - CYCLE
            if self.ring[extended & MASK] == extended:
                return DropReason.DUPLICATE
        else:
            return DropReason.JUMP
        self.ring[extended & MASK] = extended
        return extended

    def confirms_restart(self, sequence: int) -> bool:
        """Say whether two packets in a row have shown the same far numbering (appendix A.1)."""
        confirmed = sequence == self._resync
        self._resync = sequence + 1 & 0xFFFF
        return confirmed

    def restart(self, epoch: int, sequence: int) -> None:
        """Begin a new numbering at ``sequence``."""
        self.epoch = epoch
        self.highest = CYCLE + (sequence & 0xFFFF) - 1
        self.ring = _no_numbers()


def _no_numbers() -> vec[i64]:
    return vec[i64]([-1] * WINDOW)
