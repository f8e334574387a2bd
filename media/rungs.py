"""The ladder's rungs: what one person's line carries, in five steps that people can be told of."""

from __future__ import annotations

from enum import StrEnum


class Rung(StrEnum):
    """How much a line carries, best first: a later one has less."""

    CLEAR = "clear"
    """A picture as good as it is sent."""
    SAVING = "saving"
    """A smaller, slower picture."""
    SLOW = "slow"
    """A still every few seconds."""
    VOICE = "voice"
    TEXT = "text"


ORDER: tuple[Rung, ...] = tuple(Rung)
"""From the best to the worst."""


def worse(one: Rung, other: Rung) -> Rung:
    """Return the lower of two rungs: a line is as good as its weaker direction."""
    return ORDER[max(ORDER.index(one), ORDER.index(other))]
