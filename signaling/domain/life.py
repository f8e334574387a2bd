"""The life of one booked session, as a table. Pure; times are Unix milliseconds.

    booked -> waiting -> admitted -> in session <-> interrupted -> ended

Rule 1: what decides is stored before anybody is told, so that a gateway that dies comes back to the
same state; who is connected at the moment is the room's affair and is not kept here.
Rule 2: media is open only from ``admitted`` on. Nobody is let in before today's place, telephone
and contact were confirmed, unless the counsellor says why not.
Rule 3: time ends nothing by itself but a session whose day is over: there is no automatic hang-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from signaling.domain.errors import Code, Refusal


class Stage(StrEnum):
    """How far a session has come."""

    BOOKED = "booked"
    WAITING = "waiting"
    """The client is at the door."""
    ADMITTED = "admitted"
    """The client may come in, and is not there yet."""
    IN_SESSION = "in_session"
    INTERRUPTED = "interrupted"
    """Somebody's line is cut: the agreed plan runs."""
    ENDED = "ended"


class Turn(StrEnum):
    """What takes a session further."""

    ARRIVE = "arrive"
    TURN_BACK = "turn_back"
    """The client left the door again."""
    ADMIT = "admit"
    MEET = "meet"
    """Both are in the room."""
    CUT = "cut"
    END = "end"
    CANCEL = "cancel"
    EXPIRE = "expire"


LIFE: Final[Mapping[tuple[Stage, Turn], Stage]] = {
    (Stage.BOOKED, Turn.ARRIVE): Stage.WAITING,
    (Stage.WAITING, Turn.TURN_BACK): Stage.BOOKED,
    (Stage.WAITING, Turn.ADMIT): Stage.ADMITTED,
    (Stage.ADMITTED, Turn.MEET): Stage.IN_SESSION,
    (Stage.IN_SESSION, Turn.CUT): Stage.INTERRUPTED,
    (Stage.INTERRUPTED, Turn.MEET): Stage.IN_SESSION,
    (Stage.ADMITTED, Turn.END): Stage.ENDED,
    (Stage.IN_SESSION, Turn.END): Stage.ENDED,
    (Stage.INTERRUPTED, Turn.END): Stage.ENDED,
    (Stage.BOOKED, Turn.CANCEL): Stage.ENDED,
    (Stage.WAITING, Turn.CANCEL): Stage.ENDED,
    (Stage.BOOKED, Turn.EXPIRE): Stage.ENDED,
    (Stage.WAITING, Turn.EXPIRE): Stage.ENDED,
    (Stage.ADMITTED, Turn.EXPIRE): Stage.ENDED,
    (Stage.IN_SESSION, Turn.EXPIRE): Stage.ENDED,
    (Stage.INTERRUPTED, Turn.EXPIRE): Stage.ENDED,
}
"""An absent pair is refused with ``not_now`` and changes nothing."""

OPEN_DOOR: Final = frozenset({Stage.ADMITTED, Stage.IN_SESSION, Stage.INTERRUPTED})
"""In which a client may have media."""
MOST_MORE: Final = 60


class Outcome(StrEnum):
    """How a session ended."""

    HELD = "held"
    """The two met."""
    MISSED = "missed"
    """They did not, and nobody said so before."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Life:
    """A session's life as it is stored."""

    stage: Stage = Stage.BOOKED
    arrived_at: int | None = None
    """When the client first came to the door."""
    admitted_at: int | None = None
    begun_at: int | None = None
    cut_at: int | None = None
    """Since when it is interrupted."""
    ended_at: int | None = None
    outcome: Outcome | None = None
    late_minutes: int = 0
    """By how much the counsellor has said to come later."""
    more_minutes: int = 0

    @property
    def door_is_open(self) -> bool:
        """Whether the client may have media."""
        return self.stage in OPEN_DOOR


def follow(life: Life, turn: Turn, at: int) -> Life:
    """Take a session one step further.

    Raises :class:`Refusal` with ``not_now`` when the table has no such step.
    """
    following = LIFE.get((life.stage, turn))
    if following is None:
        raise Refusal(Code.NOT_NOW)
    changed = replace(life, stage=following)
    match turn:
        case Turn.ARRIVE:
            return replace(changed, arrived_at=life.arrived_at or at)
        case Turn.ADMIT:
            return replace(changed, admitted_at=at)
        case Turn.MEET:
            return replace(changed, begun_at=life.begun_at or at, cut_at=None)
        case Turn.CUT:
            return replace(changed, cut_at=at)
        case Turn.END | Turn.EXPIRE | Turn.CANCEL:
            return replace(changed, ended_at=at, cut_at=None, outcome=_outcome(life, turn))
        case Turn.TURN_BACK:
            return changed


def admit(life: Life, at: int, *, confirmed: bool, reason: str) -> Life:
    """Let the client in; without a confirmed place only for a reason.

    Raises :class:`Refusal` with ``place_unconfirmed`` or ``not_now``.
    """
    following = follow(life, Turn.ADMIT, at)
    if not confirmed and not reason.strip():
        raise Refusal(Code.PLACE_UNCONFIRMED)
    return following


def come_later(life: Life, minutes: int) -> Life:
    """The counsellor says to be late by so much; 0 takes it back.

    Raises :class:`Refusal` with ``not_now`` once the client was let in.
    """
    if life.stage not in {Stage.BOOKED, Stage.WAITING}:
        raise Refusal(Code.NOT_NOW)
    return replace(life, late_minutes=minutes)


def give_time(life: Life, more_minutes: int) -> Life:
    """So many minutes more in all: said twice, it is given once.

    Raises :class:`Refusal` with ``not_now`` when there is no session to lengthen, no more to give,
    or less than was given already.
    """
    if not life.door_is_open or not life.more_minutes <= more_minutes <= MOST_MORE:
        raise Refusal(Code.NOT_NOW)
    return replace(life, more_minutes=more_minutes)


def _outcome(life: Life, turn: Turn) -> Outcome:
    if turn is Turn.CANCEL:
        return Outcome.CANCELLED
    return Outcome.HELD if life.begun_at is not None else Outcome.MISSED
