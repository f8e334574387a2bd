"""Whether a room is open, as a table, and how large and how patient it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from signaling.domain.messages import MAX_CHARS, MAX_LINES


class Phase(StrEnum):
    """Whether anyone may still come in."""

    OPEN = "open"
    DORMANT = "dormant"
    """Forgotten because nobody was there; a valid token opens a new room of the same session."""
    ENDED = "ended"


class PhaseInput(StrEnum):
    """What ends a room."""

    END = "end"
    EXPIRE = "expire"
    CLOSE = "close"
    FALL_EMPTY = "fall_empty"


PHASES: Final[Mapping[tuple[Phase, PhaseInput], Phase]] = {
    (Phase.OPEN, PhaseInput.END): Phase.ENDED,
    (Phase.OPEN, PhaseInput.EXPIRE): Phase.ENDED,
    (Phase.OPEN, PhaseInput.CLOSE): Phase.ENDED,
    (Phase.OPEN, PhaseInput.FALL_EMPTY): Phase.DORMANT,
}
"""An absent pair is refused with ``room_ended`` and changes nothing."""


@dataclass(frozen=True, slots=True)
class RoomLimits:
    """How large, how patient."""

    seat_hold_s: float = 120.0
    """How long a seat waits for its person: a lift, a tunnel, a locked phone."""
    text_hold_s: float = 86_400.0
    """How long the place of someone who did not come back is kept for their texts: a day, so that
    one who lost the network in the evening finds the conversation in the morning."""
    empty_room_s: float = 600.0
    """How long a room for whom nobody's place is kept stays in memory."""
    max_participants: int = 4
    max_offline: int = 16
    """Places kept for the absent; of more, the longest absent goes. Bounds the roster, for each new
    identity of a session may come and go."""
    max_lines: int = MAX_LINES
    max_chars: int = MAX_CHARS
