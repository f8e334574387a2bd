"""What a room's facts say of its people's lines: who got in, who changed rungs, who was lost. Pure.

Rule 1: each stay of a seat ends its join once: joined, or failed for one reason.
Rule 2: an output names a role, never a person.
Rule 3: nothing here changes the room.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from media.channel import Phase
from media.rungs import Rung
from signaling.domain.events import (
    Changed,
    CloseReason,
    Fact,
    LinkView,
    ParticipantSeen,
    Presence,
    SeatGone,
    Welcomed,
)
from signaling.domain.grants import Role

JOIN_DEADLINE_S: Final = 30.0
"""Without a media path for so long a join has failed, though the person may still write: even by a
relay over TCP it takes eight (product.md T-215)."""


class JoinResult(StrEnum):
    """How coming in ended."""

    JOINED = "joined"
    REFUSED = "refused"
    FAILED = "failed"


class JoinReason(StrEnum):
    """Why a join failed, beside the codes of refusals."""

    NONE = "none"
    NO_LINE = "no_line"
    """A seat was taken, and no connection ever came for it."""
    ICE_FAILED = "ice_failed"
    DTLS_FAILED = "dtls_failed"
    LEFT = "left"
    """The person went before there was a media path."""


@dataclass(frozen=True, slots=True)
class JoinEnded:
    """A join has come to its end. The role is not known of who never connected."""

    role: Role | None
    result: JoinResult
    reason: JoinReason


@dataclass(frozen=True, slots=True)
class LevelChanged:
    """Someone's line carries more or less than before."""

    before: Rung
    after: Rung


@dataclass(frozen=True, slots=True)
class NotBack:
    """A seat was given up because nobody came back to it: a line lost for good, or a closed tab."""

    role: Role


Sight: TypeAlias = JoinEnded | LevelChanged | NotBack


@dataclass(slots=True)
class _Stay:
    role: Role
    since: float
    rung: Rung = Rung.CLEAR
    checked: bool = False
    """ICE has found a path, whether or not its handshake ended."""
    over: bool = False
    """The join has come to its end."""


class RoomWatch:
    """Watches one room's facts; drain after each call."""

    def __init__(self) -> None:
        self._stays: dict[str, _Stay] = {}
        self._sights: list[Sight] = []

    def handle_fact(self, fact: Fact, now: float) -> None:
        """Take one fact of the room, whoever it is for."""
        match fact:
            case Welcomed(participant=own, roster=roster):
                for seen in roster:
                    if seen.id == own:
                        self._see(seen, now)
            case Changed(participant=seen):
                self._see(seen, now)
            case SeatGone(participant=gone, reason=reason):
                self._lose(gone, reason)
            case _:
                pass

    def handle_phase(self, participant: str, phase: Phase) -> None:
        """The engine has reached a milestone of this person's media path."""
        stay = self._stays.get(participant)
        if stay is not None and phase is Phase.ICE:
            stay.checked = True

    def handle_timeout(self, now: float) -> None:
        """Give up on joins that take too long."""
        for stay in self._stays.values():
            if not stay.over and now - stay.since >= JOIN_DEADLINE_S:
                self._fail(stay)

    def drain(self) -> list[Sight]:
        """Return what was seen since the last call, in order."""
        sights, self._sights = self._sights, []
        return sights

    def _see(self, seen: ParticipantSeen, now: float) -> None:
        stay = self._stays.get(seen.id)
        if stay is None and seen.presence is not Presence.PRESENT:
            return  # offline, or at the door: a stay begins when somebody is there
        if stay is None:
            stay = self._stays[seen.id] = _Stay(seen.role, now)
        if stay.rung is not seen.rung:
            self._sights.append(LevelChanged(stay.rung, seen.rung))
            stay.rung = seen.rung
        if seen.link is LinkView.CONNECTED and not stay.over:
            self._end(stay, JoinResult.JOINED, JoinReason.NONE)

    def _lose(self, participant: str, reason: CloseReason) -> None:
        stay = self._stays.pop(participant, None)
        if stay is None:
            if reason is CloseReason.TIMED_OUT:
                ended = JoinEnded(None, JoinResult.FAILED, JoinReason.NO_LINE)
                self._sights.append(ended)
        elif reason is CloseReason.TIMED_OUT:
            if stay.over:
                self._sights.append(NotBack(stay.role))
            else:
                self._fail(stay)
        elif reason in {CloseReason.LEFT, CloseReason.LEFT_QUICKLY} and not stay.over:
            self._end(stay, JoinResult.FAILED, JoinReason.LEFT)

    def _fail(self, stay: _Stay) -> None:
        reason = JoinReason.DTLS_FAILED if stay.checked else JoinReason.ICE_FAILED
        self._end(stay, JoinResult.FAILED, reason)

    def _end(self, stay: _Stay, result: JoinResult, reason: JoinReason) -> None:
        stay.over = True
        self._sights.append(JoinEnded(stay.role, result, reason))
