"""A few words for somebody, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Carried(StrEnum):
    """What became of a notice."""

    DONE = "done"
    LATER = "later"
    """It may go another time."""
    GONE = "gone"
    """There is nobody there any more, or it can never go there."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Neutral words. They name nobody."""

    subject: str
    text: str


class Carrier(Protocol):
    """Carries to one kind of address. Never raises, and never takes long."""

    async def carry(self, to: str, notice: Notice) -> Carried:
        """Bring it to an address."""
