"""One stored session, for the room it is held in.

Rule 1: what decides (who is let in, that it is over) is stored before the room does it: a gateway
that dies between the two comes back to what was decided.
Rule 2: what follows from who is there (that the two met, that a line is cut) is stored soon after,
and again when the database was away; nothing in the room waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from signaling.domain.attendance import Attendance
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Presence
from signaling.domain.grants import WAIT_AT_DOOR, Role
from signaling.domain.life import Stage, Turn
from signaling.domain.participant import Participant
from signaling.guidance import LetIn
from signaling.hour_messages import Hour
from signaling.storage.database import StorageAway
from signaling.storage.people_store import PeopleStore
from signaling.storage.session_store import Booked, SessionStore

AGAIN_S: Final = 5.0
BOTH: Final = frozenset(Role)


class BookedHour:
    """The hour of one room. ``booked`` is as it was stored last."""

    def __init__(self, sessions: SessionStore, booked: Booked, wall_ms: Callable[[], int]) -> None:
        self.booked = booked
        self._sessions = sessions
        self._wall_ms = wall_ms
        self._attendance = Attendance()
        self._storing = False
        self._again_at = -float("inf")

    def waits(self, role: Role) -> bool:
        """Whether somebody in this role has to be let in."""
        return role in WAIT_AT_DOOR and not self.booked.life.door_is_open

    def view(self) -> Hour:
        """Return what pages are told."""
        life = self.booked.life
        return Hour(self.booked.starts_at, self.booked.ends_at, life.late_minutes, life.stage)

    async def decide(self, command: object, by: UUID) -> None:
        """Store what the counsellor decides. Raises :class:`Refusal` or StorageAway."""
        life = self.booked.life
        if isinstance(command, LetIn):
            if not life.door_is_open:
                self.booked = await self._sessions.admit(
                    self.booked.id, command.reason, by, self._wall_ms()
                )
            return
        turn = Turn.END if life.door_is_open else Turn.CANCEL
        self.booked = await self._sessions.step(self.booked.id, turn, by, self._wall_ms())

    def attend(self, participants: Sequence[Participant], now: float) -> Turn | None:
        """See who is there; returns the turn to :meth:`take`."""
        present = {p.role for p in participants if p.presence is Presence.PRESENT and p.inside}
        turn = self._attendance.handle(self.booked.life.stage, now, together=present >= BOTH)
        if turn is None or self._storing or now < self._again_at:
            return None
        self._storing = True
        return turn

    async def take(self, turn: Turn) -> bool:
        """Store a turn that followed from who is there; says whether anything changed."""
        before = self.booked
        try:
            self.booked = await self._sessions.step(before.id, turn, None, self._wall_ms())
        except Refusal:  # it was changed elsewhere in this moment
            self.booked = await self._sessions.get(before.id)
        except StorageAway:
            self._again_at = asyncio.get_running_loop().time() + AGAIN_S
        finally:
            self._storing = False
        return self.booked != before

    def next_deadline(self, now: float) -> float | None:
        """Return when to :meth:`attend` though nobody came or went."""
        due = self._attendance.next_deadline(self.booked.life.stage)
        return self._again_at if now < self._again_at else due


class HourKeeper:
    """Finds the stored session of a room that is to be opened, or come into."""

    def __init__(
        self, sessions: SessionStore, people: PeopleStore, wall_ms: Callable[[], int]
    ) -> None:
        self._sessions = sessions
        self._people = people
        self._wall_ms = wall_ms

    async def look(self, session: str, identity: str) -> BookedHour:
        """Return the hour somebody wants to come to.

        Raises :class:`Refusal` with ``room_ended`` or ``seat_invalid``, or StorageAway.
        """
        person = UUID(identity)
        booked = await self._sessions.get(UUID(session))
        if booked.life.stage is Stage.ENDED:
            raise Refusal(Code.ROOM_ENDED)
        known = await self._people.person(person)
        if person not in {booked.counsellor, booked.client} or known.ended_at is not None:
            raise Refusal(Code.SEAT_INVALID)
        return BookedHour(self._sessions, booked, self._wall_ms)
