"""Booked hours as people deal with them: each question of right is asked here, then it is done.

Rule 1: a session is its client's and its counsellor's. Another counsellor of the same client sees
when it was, and neither leads it nor reads what was given for it.
Rule 2: what changes an hour is stored, and then its room is told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

from signaling.accounts import Actor
from signaling.booked_hour import HourStores
from signaling.domain.booking import MINUTE_MS
from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.domain.life import Outcome, Stage, Turn, come_later, give_time
from signaling.domain.rights import Position, Right
from signaling.gate import Gate
from signaling.keys.sealing import SealError
from signaling.seats import BOOKED_JTI, Holder
from signaling.storage.change_store import Change, LineSaid, Moment
from signaling.storage.database import StorageAway
from signaling.storage.day_store import Plan, Today
from signaling.storage.note_store import SafetyNote
from signaling.storage.people_store import Details
from signaling.storage.session_store import (
    Between,
    Booked,
    Wanted,
    Whose,
)

EARLY_MS: Final = 60 * MINUTE_MS
"""So long before an hour its client may wait at the door."""
PAST_MS: Final = 15 * MINUTE_MS
"""An hour may be booked when it has just begun."""
KEPT_MS: Final = 12 * 60 * MINUTE_MS
"""So long after its end a seat in it is good."""
EMERGENCY_MS: Final = 60 * MINUTE_MS
"""So long after its end a counsellor may still open what they need when a client is in danger
(45 CFR 164.312(a)(2)(ii))."""


@dataclass(frozen=True, slots=True)
class InDanger:
    """What a counsellor needs when a client is in danger."""

    booked: Booked
    today: Today | None
    client: Details
    note: SafetyNote | None


class Hours:
    """Everything about booked hours. Times are Unix milliseconds."""

    def __init__(
        self, stores: HourStores, gate: Gate, changed: Callable[[Booked], None],
        follow: Callable[[UUID, int], Awaitable[None]],
    ) -> None:  # fmt: skip
        """``changed`` tells an hour's room of what was stored, and ``follow`` the two's thread."""
        self.stores = stores
        self.gate = gate
        self._changed = changed
        self._follow = follow

    # --- the calendar -----------------------------------------------------------------------------

    async def book(self, actor: Actor, wanted: Wanted, key: str, at: int) -> Booked:
        """Book an hour. The same ``key`` again gives the same hour.

        Raises :class:`Refusal` with ``taken``, ``not_now`` (it is over), ``not_found`` (the two do
        not belong together), or as :class:`Gate` does.
        """
        await self.gate.check(actor, Right.BOOK, wanted.client, at)
        await self._check_own(actor, wanted.counsellor, at)
        named = uuid5(actor.person, f"book:{key}") if key else None
        wanted = Wanted(
            wanted.counsellor, wanted.client, wanted.starts_at, wanted.minutes, wanted.kind, named
        )
        if named is not None:
            before = await self._known(named)
            if before is not None:
                return _same(before, wanted)
        if wanted.starts_at < at - PAST_MS:
            raise Refusal(Code.NOT_NOW)
        if not await self.gate.belong(wanted.counsellor, wanted.client, at):
            raise Refusal(Code.NOT_FOUND)
        return await self.stores.sessions.book(wanted, actor.person, at)

    async def move(
        self, actor: Actor, session: UUID, starts_at: int, minutes: int, at: int
    ) -> Booked:
        """Move an hour that has not begun. Raises :class:`Refusal` with ``not_now``, ``taken``."""
        found = await self._of(actor, Right.BOOK, session, at)
        await self._check_own(actor, found.counsellor, at)
        if starts_at < at - PAST_MS:
            raise Refusal(Code.NOT_NOW)
        moved = await self.stores.sessions.move(session, starts_at, minutes, actor.person, at)
        return await self._followed(moved, at)

    async def cancel(self, actor: Actor, session: UUID, at: int) -> Booked:
        """Nobody will come. Raises :class:`Refusal` with ``not_now`` once it has begun."""
        found = await self._of(actor, Right.BOOK, session, at)
        await self._check_own(actor, found.counsellor, at)
        if found.life.outcome is Outcome.CANCELLED:
            return found
        cancelled = await self.stores.sessions.step(found, Turn.CANCEL, actor.person, at)
        return await self._followed(cancelled, at)

    async def cancel_ahead(self, by: UUID, person: UUID, client: UUID | None, at: int) -> None:
        """Somebody will come no more, to nobody or not to one client: what was booked is not held.

        Whoever asks has been asked for their right to that.
        """
        for each in await self.stores.sessions.cancel_ahead(person, client, by, at):
            await self._followed(each, at)

    async def get(self, actor: Actor, session: UUID, at: int) -> Booked:
        """Return one hour."""
        found = await self._of(actor, Right.SEE_CALENDAR, session, at)
        await self.gate.look(actor, "calendar", found.client, at)
        return found

    async def find(self, actor: Actor, asked: Between, at: int) -> list[Booked]:
        """Return some hours of somebody, or of the clinic."""
        if asked.whose is Whose.CLINIC:
            await self.gate.check_clinic(actor, Right.SEE_CALENDAR, at)
            await self.gate.look(actor, "calendar", actor.clinic, at)
        else:
            await self.gate.check(actor, Right.SEE_CALENDAR, asked.id, at)
            await self.gate.look(actor, "calendar", asked.id, at)
        return await self.stores.sessions.find(asked)

    # --- before and during ------------------------------------------------------------------------

    async def enter(self, actor: Actor, session: UUID, at: int) -> tuple[Holder, Booked]:
        """Come to the room, or to its door; returns whose seat it is, and in what.

        Raises :class:`Refusal` with ``not_now`` (too early) or ``room_ended``.
        """
        found = await self._party(actor, Right.ENTER, session, at)
        if found.life.stage is Stage.ENDED:
            raise Refusal(Code.ROOM_ENDED)
        is_client = actor.person == found.client
        if at < found.starts_at - EARLY_MS:
            raise Refusal(Code.NOT_NOW)
        if is_client and found.life.stage is Stage.BOOKED:
            found = self._told(
                await self.stores.sessions.step(found, Turn.ARRIVE, actor.person, at)
            )
        details = await self.stores.people.details(actor.person, at)
        role = Role.CLIENT if is_client else Role.COUNSELLOR
        holder = Holder(
            str(session), str(actor.person), role, (details.alias or details.name)[:64],
            f"{BOOKED_JTI}{actor.person}", (found.ends_at + KEPT_MS) / 1000, booked=True,
        )  # fmt: skip
        return holder, found

    async def say_late(self, actor: Actor, session: UUID, minutes: int, at: int) -> Booked:
        """The counsellor comes later. Raises :class:`Refusal` with ``not_now``."""
        found = await self._party(actor, Right.LEAD, session, at)
        return self._told(
            await self.stores.sessions.change(
                found, lambda held: come_later(held.life, minutes), "session.late",
                actor.person, at, {"minutes": minutes},
            )
        )  # fmt: skip

    async def give_time(self, actor: Actor, session: UUID, more_minutes: int, at: int) -> Booked:
        """Make the hour longer, in all by so much. Raises :class:`Refusal` with ``not_now``."""
        found = await self._party(actor, Right.LEAD, session, at)
        return self._told(
            await self.stores.sessions.change(
                found, lambda held: give_time(held.life, more_minutes), "session.give_time",
                actor.person, at, {"more_minutes": more_minutes},
            )
        )  # fmt: skip

    async def give_today(self, actor: Actor, session: UUID, today: Today, at: int) -> Booked:
        """The client says where they are. Raises :class:`Refusal` with ``not_now``."""
        await self._party(actor, Right.GIVE_TODAY, session, at)
        await self.stores.days.set_today(session, today, actor.person, at)
        return self._told(await self.stores.sessions.get(session))

    async def agree(self, actor: Actor, session: UUID, plan: Plan, at: int) -> None:
        """What to do when the line is cut. Raises :class:`Refusal` with ``not_now``."""
        await self._party(actor, Right.SEE_TODAY, session, at)
        await self.stores.days.set_plan(session, plan, actor.person, at)

    async def day(
        self, actor: Actor, session: UUID, at: int
    ) -> tuple[Booked, Today | None, Plan | None]:
        """Return what was given for this day; what is forgotten is None."""
        found = await self._party(actor, Right.SEE_TODAY, session, at)
        await self.gate.look(actor, "today", found.client, at)
        try:
            today = await self.stores.days.today(session, at)
            return found, today, await self.stores.days.plan(session, at)
        except SealError:  # the day is over
            return found, None, None

    async def open_safety(self, actor: Actor, session: UUID, at: int) -> InDanger:
        """What a counsellor needs when a client is in danger; also an hour after the end.

        Raises :class:`Refusal` with ``not_now`` later.
        """
        found = await self._in_time(actor, session, at)
        await self.gate.tell(actor, "safety.opened", session, at)
        try:
            today = await self.stores.days.today(session, at)
        except SealError:
            today = None
        client = await self.stores.people.details(found.client, at)
        return InDanger(found, today, client, await self.stores.notes.read(session, at))

    async def write_note(
        self, actor: Actor, session: UUID, text: str, at: int
    ) -> SafetyNote | None:
        """The counsellor notes something for handing over; an empty note deletes it.

        Raises :class:`Refusal` with ``not_now`` where they may not open what they need any more.
        """
        await self._in_time(actor, session, at)
        return await self.stores.notes.write(session, text, actor.person, at)

    async def note(self, actor: Actor, session: UUID, at: int) -> SafetyNote | None:
        """Return what the counsellor of an hour noted, while it is kept."""
        await self._party(actor, Right.LEAD, session, at)
        found = await self.stores.notes.read(session, at)
        if found is not None:
            await self.gate.look(actor, "safety_note", session, at)
        return found

    # --- what stays -------------------------------------------------------------------------------

    async def rate(self, actor: Actor, session: UUID, moment: Moment, value: int, at: int) -> None:
        """The client says how they feel."""
        await self._party(actor, Right.RATE, session, at)
        await self.stores.changes.rate(session, moment, value, at)

    async def rate_line(self, actor: Actor, session: UUID, said: LineSaid, at: int) -> None:
        """The client says how they found the line."""
        await self._party(actor, Right.RATE, session, at)
        await self.stores.changes.rate_line(session, said, at)

    async def change(
        self, actor: Actor, client: UUID, since: int, until: int, at: int
    ) -> list[tuple[Booked, Change]]:
        """Return what stays of a client's hours, earliest first."""
        await self.gate.check(actor, Right.SEE_CHANGE, client, at)
        await self.gate.look(actor, "change", client, at)
        kept = await self.stores.changes.of(client, at)
        found, after = [], None
        while page := await self.stores.sessions.find(
            Between(Whose.CLIENT, client, since, until, after)
        ):
            found += page
            after = (page[-1].starts_at, page[-1].id)
        return [(each, kept[each.id]) for each in found if each.id in kept]

    # --- parts ------------------------------------------------------------------------------------

    async def _of(self, actor: Actor, right: Right, session: UUID, at: int) -> Booked:
        found = await self._known(session)
        if found is None:
            await self.gate.refuse(actor, right, session, at)
            raise Refusal(Code.NOT_FOUND)
        await self.gate.check(actor, right, found.client, at)
        return found

    async def _party(self, actor: Actor, right: Right, session: UUID, at: int) -> Booked:
        found = await self._of(actor, right, session, at)
        if actor.person not in {found.client, found.counsellor}:
            await self.gate.refuse(actor, right, session, at)
            raise Refusal(Code.NOT_ALLOWED)
        return found

    async def _in_time(self, actor: Actor, session: UUID, at: int) -> Booked:
        found = await self._party(actor, Right.LEAD, session, at)
        ended_at = found.life.ended_at
        if ended_at is not None and at > ended_at + EMERGENCY_MS:
            raise Refusal(Code.NOT_NOW)
        return found

    async def _known(self, session: UUID) -> Booked | None:
        try:
            return await self.stores.sessions.get(session)
        except Refusal:
            return None

    async def _check_own(self, actor: Actor, counsellor: UUID, at: int) -> None:
        """A counsellor's hours are their own affair; another one's are for who runs the clinic."""
        desk = {Position.ADMIN, Position.BACK_END}
        if counsellor != actor.person and not desk & actor.positions:
            await self.gate.refuse(actor, Right.BOOK, counsellor, at)
            raise Refusal(Code.NOT_ALLOWED)

    async def _followed(self, booked: Booked, at: int) -> Booked:
        self._changed(booked)
        # What is not told now is told at the next look: the hour itself is stored.
        with contextlib.suppress(StorageAway):
            await self._follow(booked.id, at)
        return booked

    def _told(self, booked: Booked) -> Booked:
        self._changed(booked)
        return booked


def _same(before: Booked, wanted: Wanted) -> Booked:
    """The hour of an earlier attempt. Raises :class:`Refusal` with ``taken`` if it is another."""
    asked = (wanted.counsellor, wanted.client, wanted.starts_at, wanted.minutes, wanted.kind)
    if asked != (before.counsellor, before.client, before.starts_at, before.minutes, before.kind):
        raise Refusal(Code.TAKEN)
    return before
