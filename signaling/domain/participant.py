"""One person's seat in a room, and its presence as a table.

Rule: a seat is kept for its voice for a short time (``away``), and for its text for a long one
(``offline``). Who is offline holds no seat, so that a room is never full of people who are not
there; they keep their name, their id and their texts, and what is written meanwhile waits for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from media.rungs import Rung, worse
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import (
    Cue,
    DevicePause,
    Direction,
    LinkView,
    ParticipantSeen,
    Presence,
)
from signaling.domain.grants import MAY_ADMIT, Role


class SeatInput(StrEnum):
    """What can happen to a seat."""

    ADMIT = "admit"
    CONNECT = "connect"
    LOSE = "lose"
    LEAVE = "leave"
    TIME_OUT = "time_out"
    REMOVE = "remove"


PRESENCE: Final[Mapping[tuple[Presence, SeatInput], Presence]] = {
    (Presence.EXPECTED, SeatInput.ADMIT): Presence.EXPECTED,
    (Presence.EXPECTED, SeatInput.CONNECT): Presence.PRESENT,
    (Presence.EXPECTED, SeatInput.TIME_OUT): Presence.GONE,
    (Presence.EXPECTED, SeatInput.REMOVE): Presence.GONE,
    (Presence.PRESENT, SeatInput.ADMIT): Presence.PRESENT,
    (Presence.PRESENT, SeatInput.CONNECT): Presence.PRESENT,  # taken over by another page
    (Presence.PRESENT, SeatInput.LOSE): Presence.AWAY,
    (Presence.PRESENT, SeatInput.LEAVE): Presence.GONE,
    (Presence.PRESENT, SeatInput.REMOVE): Presence.GONE,
    (Presence.AWAY, SeatInput.ADMIT): Presence.AWAY,
    (Presence.AWAY, SeatInput.CONNECT): Presence.PRESENT,
    (Presence.AWAY, SeatInput.TIME_OUT): Presence.OFFLINE,
    (Presence.AWAY, SeatInput.REMOVE): Presence.GONE,
    (Presence.OFFLINE, SeatInput.ADMIT): Presence.AWAY,  # at the door: the seat waits again
    (Presence.OFFLINE, SeatInput.TIME_OUT): Presence.GONE,
    (Presence.OFFLINE, SeatInput.REMOVE): Presence.GONE,
    (Presence.GONE, SeatInput.ADMIT): Presence.EXPECTED,  # the link still works: come in again
}
"""An absent pair is refused with ``not_in_room`` and changes nothing."""

SEATED: Final = frozenset({Presence.PRESENT, Presence.AWAY})
"""Who may do something: with a connection, or by the media path that outlived it."""
HOLDS_SEAT: Final = SEATED | {Presence.EXPECTED}
"""Who counts against the room's size."""
IN_ROSTER: Final = SEATED | {Presence.OFFLINE}
"""Whom the others see."""
REMEMBERED: Final = HOLDS_SEAT | {Presence.OFFLINE}
"""For whom a room is kept."""


@dataclass(slots=True)
class Participant:
    """One identity's seat. Kept when gone, so that the same person keeps the same id and refs."""

    id: str
    role: Role
    name: str
    presence: Presence = Presence.GONE
    connection: str | None = None
    held_until: float | None = None
    """When an expected, away or offline seat takes its next step down; monotonic seconds, infinite
    while the media path of someone away still stands."""
    inside: bool = True
    """Not at the door any more. Who is there has no part in the room."""
    microphone: bool = False
    camera: bool = False
    link: LinkView = LinkView.NONE
    cue: Cue = Cue.BALANCED
    device_paused: DevicePause = DevicePause.NONE
    rungs: dict[Direction, Rung] = field(default_factory=dict)
    """What each direction of the line carries, where it was said; unsaid is all."""

    def step(self, given: SeatInput) -> Presence:
        """Follow the table; returns the presence before.

        Raises :class:`Refusal` with ``not_in_room`` when the table has no such step.
        """
        following = PRESENCE.get((self.presence, given))
        if following is None:
            raise Refusal(Code.NOT_IN_ROOM)
        before, self.presence = self.presence, following
        return before

    def vacate(self) -> None:
        """Forget what belonged to the person's presence."""
        self.connection = None
        self.held_until = None
        self.microphone = False
        self.camera = False
        self.link = LinkView.NONE
        self.device_paused = DevicePause.NONE
        self.rungs.clear()
        self.cue = Cue.BALANCED

    @property
    def rung(self) -> Rung:
        """What the line carries: as much as its weaker direction."""
        up, down = (self.rungs.get(way, Rung.CLEAR) for way in Direction)
        return worse(up, down)

    def seen(self) -> ParticipantSeen:
        """Return what the others may see."""
        return ParticipantSeen(
            self.id,
            self.role,
            self.name,
            self.presence,
            self.microphone,
            self.camera,
            self.link,
            self.rung,
            self.cue,
            self.device_paused,
            not self.inside,
        )

    def sees(self, other: Participant) -> bool:
        """Whether this person may know of the other: from the door only of who can let them in."""
        return self.inside or other is self or other.role in MAY_ADMIT
