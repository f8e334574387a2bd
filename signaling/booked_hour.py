"""One stored session, for the room it is held in.

Rule 1: what decides (who is let in, that it is over) is stored before the room does it: a gateway
that dies between the two comes back to what was decided.
Rule 2: what follows from who is there (that the two met, that a line is cut) is stored soon after,
and again when the database was away; nothing in the room waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from signaling.domain.attendance import Attendance
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Presence
from signaling.domain.grants import WAIT_AT_DOOR, Role
from signaling.domain.life import Stage, Turn
from signaling.domain.participant import Participant
from signaling.domain.rights import Position, Right, may
from signaling.domain.thread import Kind
from signaling.guidance import LetIn
from signaling.hour_messages import Hour
from signaling.keys.sealing import SealError
from signaling.line_tally import LineTally
from signaling.room_words import Keep, Line
from signaling.storage.change_store import ChangeStore, LineKept
from signaling.storage.database import StorageAway
from signaling.storage.day_store import Caller, DayStore, Plan
from signaling.storage.note_store import NoteStore
from signaling.storage.people_store import PeopleStore
from signaling.storage.session_store import Booked, SessionStore
from signaling.storage.standing_store import StandingStore

AGAIN_S: Final = 5.0
TICK_S: Final = 20.0
"""How often it is looked at though nothing happens, so that time is counted."""
NOTE_S: Final = 300.0
"""How often what the lines did is stored: a gateway that dies loses no more of it."""
BOTH: Final = frozenset(Role)


@dataclass(frozen=True, slots=True)
class HourStores:
    """Where an hour and its people are kept."""

    people: PeopleStore
    standing: StandingStore
    sessions: SessionStore
    days: DayStore
    notes: NoteStore
    changes: ChangeStore


class LineCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a message of the kind ``line``: the line of an hour was lost."""

    caller: Caller | None
    """Who calls whom, as they agreed; null where nothing was agreed on."""


class BookedHour:
    """The hour of one room. ``booked`` is as it was stored last."""

    def __init__(
        self, stores: HourStores, booked: Booked, wall_ms: Callable[[], int], keep: Keep
    ) -> None:
        self.booked = booked
        self.keep = keep
        self._sessions = stores.sessions
        self._changes = stores.changes
        self._days = stores.days
        self._tally = LineTally()
        self._wall_ms = wall_ms
        self._attendance = Attendance()
        self._storing = False
        self._again_at = self._looked_at = -float("inf")

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
                    self.booked, command.reason, by, self._wall_ms()
                )
            return
        turn = Turn.END if life.door_is_open else Turn.CANCEL
        self.booked = await self._sessions.step(self.booked, turn, by, self._wall_ms())

    def attend(self, participants: Sequence[Participant], now: float) -> Turn | None:
        """See who is there; returns the turn to :meth:`take`."""
        self._looked_at = now
        self._tally.handle(participants, now)
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
            self.booked = await self._sessions.step(before, turn, None, self._wall_ms())
        except Refusal:  # it was changed elsewhere in this moment
            self.booked = await self._sessions.get(before.id)
        except StorageAway:
            self._again_at = asyncio.get_running_loop().time() + AGAIN_S
        finally:
            self._storing = False
        if turn is Turn.CUT and self.booked.life.cut_at is not None:
            with contextlib.suppress(StorageAway, Refusal):
                await self._tell_cut(self.booked.life.cut_at)
        return self.booked != before

    async def _tell_cut(self, cut_at: int) -> None:
        """In their thread, too, the two find what they agreed to do."""
        plan: Plan | None = None
        with contextlib.suppress(SealError):
            plan = await self._days.plan(self.booked.id, cut_at)
        caller = None if plan is None else plan.caller if plan.call_is_safe else Caller.NOBODY
        body = msgspec.json.encode(LineCard(caller)).decode()
        ident = f"line:{self.booked.id.hex}:{cut_at}"
        await self.keep(Line(self.booked, self.booked.counsellor, ident, body, cut_at, Kind.LINE))

    async def note_line(
        self, gaps: tuple[int, float], participants: Sequence[Participant], now: float
    ) -> None:
        """Store what the lines did since the last time; lost where the database is away."""
        self._tally.handle(participants, now)
        line = self._tally.take(*gaps)
        if line != LineKept():
            with contextlib.suppress(StorageAway, SealError):
                await self._changes.note_line(self.booked.id, line, self._wall_ms())

    def next_deadline(self, now: float) -> float:
        """Return when to :meth:`attend` though nobody came or went."""
        tick = self._looked_at + TICK_S
        if self._storing:  # what is due is under way
            return tick
        if now < self._again_at:
            return min(tick, self._again_at)
        due = self._attendance.next_deadline(self.booked.life.stage)
        return tick if due is None else min(tick, due)


class HourKeeper:
    """Finds the stored session of a room that is to be opened, or come into.

    ``keep`` puts what is said by text into the thread of the two.
    """

    def __init__(self, stores: HourStores, wall_ms: Callable[[], int], keep: Keep) -> None:
        self._stores = stores
        self._wall_ms = wall_ms
        self._keep = keep

    def open(self, booked: Booked) -> BookedHour:
        """The hour of somebody who has just been found to have a right to come to it."""
        return BookedHour(self._stores, booked, self._wall_ms, self._keep)

    async def look(self, session: str, identity: str) -> BookedHour:
        """Return the hour somebody wants to come to.

        Raises :class:`Refusal` with ``room_ended`` or ``seat_invalid``, or StorageAway.
        """
        person = UUID(identity)
        booked = await self._stores.sessions.get(UUID(session))
        if booked.life.stage is Stage.ENDED:
            raise Refusal(Code.ROOM_ENDED)
        if not await self._may_enter(person, booked):
            raise Refusal(Code.SEAT_INVALID)
        return self.open(booked)

    async def _may_enter(self, person: UUID, booked: Booked) -> bool:
        """A seat may be older than the end of the right it was given for."""
        if person not in {booked.counsellor, booked.client}:
            return False
        standing, at = self._stores.standing, self._wall_ms()
        positions = (
            {Position.CLIENT} if person == booked.client else await standing.positions(person, at)
        )
        return may(positions, Right.ENTER, await standing.bonds(person, booked.client, at))
