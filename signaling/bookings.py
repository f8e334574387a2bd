"""Hours by messages, as the two deal with them: each question of right is asked here.

Rule 1: a client asks for a time that is free by what the counsellor has said; a counsellor may
suggest any that neither of the two has already.
Rule 2: what becomes of a booking is stored, and then the two are told, and the hour's room.
Rule 3: an hour that is moved, cancelled or missed without a message is told of in the thread, too:
at once where it happened here, and within minutes wherever else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid5

from signaling.accounts import Actor
from signaling.availability import free_times, nearest
from signaling.domain.booking import HOUR_MS, MINUTE_MS, BookingAct, BookingSide, Span
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Right
from signaling.gate import Gate
from signaling.storage.availability_store import AvailabilityStore
from signaling.storage.booking_store import Arranged, BookingStore, Parties, Step
from signaling.storage.people_store import PeopleStore
from signaling.storage.session_store import Booked
from signaling.storage.thread_jobs import ThreadHead
from signaling.threads import Changed, Threads
from signaling.working_times import WorkingTimes

DAY_MS: Final = 24 * HOUR_MS
AHEAD_MS: Final = 60 * DAY_MS
"""Free times are shown so far ahead."""
NEAR_MS: Final = 21 * DAY_MS
"""The nearest other times are looked for so far around the one that was wanted."""
MOST_SHOWN: Final = 200
DEFAULT_MINUTES: Final = 50


class Bookings:
    """Everything about hours by messages. Times are Unix milliseconds."""

    def __init__(
        self, store: BookingStore, availability: AvailabilityStore, people: PeopleStore,
        threads: Threads, gate: Gate, changed: Callable[[Booked], None],
    ) -> None:  # fmt: skip
        """``changed`` is told of each hour that was made, moved or cancelled."""
        self._store = store
        self._availability = availability
        self._people = people
        self._threads = threads
        self._gate = gate
        self._changed = changed

    # --- when there is time -----------------------------------------------------------------------

    async def working_times(self, actor: Actor, counsellor: UUID, at: int) -> WorkingTimes | None:
        """Return when a counsellor has said they work."""
        await self._gate.check(actor, Right.SET_TIMES, counsellor, at)
        return await self._availability.of(counsellor)

    async def set_working_times(
        self, actor: Actor, counsellor: UUID, times: WorkingTimes, at: int
    ) -> None:
        """Say when a counsellor works. Raises :class:`Refusal` with ``malformed``."""
        await self._gate.check(actor, Right.SET_TIMES, counsellor, at)
        times.availability()
        if not await self._gate.counsels(counsellor, at):
            raise Refusal(Code.MALFORMED)
        await self._availability.set(actor.clinic, counsellor, times, actor.person, at)

    async def free(
        self, actor: Actor, thread: UUID, since: int, until: int, near: int | None, at: int
    ) -> tuple[WorkingTimes | None, list[Span]]:
        """Return times that can be had, earliest first, and what the counsellor has said.

        Those between, or the three nearest to ``near``.
        """
        head = await self._threads.own(actor, thread, at)
        times = await self._availability.of(head.counsellor)
        if near is None:
            return times, (await self._free(head, times, since, until, at))[:MOST_SHOWN]
        around = await self._free(head, times, near - NEAR_MS, near + NEAR_MS, at)
        return times, nearest(around, near)

    async def working(self, actor: Actor, thread: UUID, at: int) -> tuple[bool | None, int | None]:
        """Whether the counsellor works now, and else from when on.

        (None, None) where they have not said when they work, (False, None) of the next weeks.
        """
        head = await self._threads.own(actor, thread, at)
        times = await self._availability.of(head.counsellor)
        if times is None:
            return None, None
        opened = times.availability().open_between(at, at + NEAR_MS)
        if not opened:
            return False, None
        begins = opened[0][0]
        return (True, None) if begins <= at else (False, begins)

    # --- the two ----------------------------------------------------------------------------------

    async def find(self, actor: Actor, thread: UUID, at: int) -> list[Arranged]:
        """Return the bookings of a thread that are not over."""
        head = await self._threads.own(actor, thread, at)
        await self._gate.look(actor, "calendar", head.client, at)
        return await self._store.open_in(thread)

    async def begin(
        self, actor: Actor, thread: UUID, starts_at: int, minutes: int | None, key: str, at: int
    ) -> Arranged:  # fmt: skip
        """Ask for a time, or suggest one. The same ``key`` again gives the same booking.

        Raises :class:`Refusal`: ``taken`` (also of a key that was used in another thread),
        ``not_now`` of what is over or comes too soon, ``not_allowed`` where the two belong together
        no longer.
        """
        head = await self._threads.open_own(actor, thread, at)
        named = uuid5(actor.person, f"booking:{key or f'{thread}:{starts_at}:{at}'}")
        before = await self._known(named)
        if before is not None:
            return _of_thread(before, thread)
        span = await self._span(head, actor, starts_at, minutes, at)
        try:
            step = await self._store.begin(named, _parties(head), actor.person, span, at)
        except Refusal as refusal:
            # The same was asked twice at once: the other one was quicker.
            before = await self._known(named) if refusal.code is Code.TAKEN else None
            if before is None:
                raise
            return _of_thread(before, thread)
        return self._told(head, step)

    async def act(
        self, actor: Actor, thread: UUID, booking: UUID, act: BookingAct, revision: int,
        to: tuple[int, int | None] | None, at: int,
    ) -> Arranged:  # fmt: skip
        """Answer a card. ``to`` is the other time of :attr:`BookingAct.SUGGEST`: (start, minutes).

        Raises :class:`Refusal`: ``not_now``, ``taken``, ``malformed``, ``not_found``.
        """
        head = await self._threads.open_own(actor, thread, at)
        known = await self._store.get(booking)
        if known.of.thread != thread:
            await self._gate.refuse(actor, Right.WRITE, head.client, at)
            raise Refusal(Code.NOT_FOUND)
        named = None
        if to is not None:
            named = await self._span(head, actor, *to, at, known)
        notice_ms = await self._notice_ms(head, at)
        step = await self._store.act(known, actor.person, act, revision, named, at, notice_ms)
        return self._told(head, step)

    # --- without a message ------------------------------------------------------------------------

    async def catch_up(self, at: int) -> None:
        """Tell of what time and other hands have done. Raises StorageAway."""
        for known in await self._store.due(at):
            await self._catch_up(known, at)

    async def follow(self, session: UUID, at: int) -> None:
        """An hour has changed: its thread is told what it is now. Raises StorageAway."""
        known = await self._store.of_hour(session)
        if known is not None:
            await self._catch_up(known, at)

    async def drop(self, person: UUID, client: UUID | None, at: int) -> None:
        """Somebody will come no more, to nobody or not to one client: nothing is asked any more."""
        for step in await self._store.drop(person, client, at):
            await self._tell_of(step)

    # --- parts ------------------------------------------------------------------------------------

    async def _catch_up(self, known: Arranged, at: int) -> None:
        with contextlib.suppress(Refusal):
            await self._tell_of(await self._store.catch_up(known, at))

    async def _tell_of(self, step: Step) -> None:
        if step.message is not None:
            self._told(await self._threads.head(step.arranged.of.thread), step)

    async def _free(
        self, head: ThreadHead, times: WorkingTimes | None, since: int, until: int, at: int,
        but: Arranged | None = None,
    ) -> list[Span]:  # fmt: skip
        if times is None:
            return []
        since = max(since, at + times.notice_minutes * MINUTE_MS)
        until = min(until, at + AHEAD_MS)
        if since >= until:
            return []
        # From the day before on: where an opening begins decides where its hours begin.
        opened = times.availability().open_between((since // DAY_MS - 1) * DAY_MS, until)
        own = set() if but is None else {but.id, but.session}
        kept = [
            span
            for ident, span in await self._availability.kept(
                head.counsellor, head.client, since, until
            )
            if ident not in own
        ]
        free = free_times(opened, kept, times.minutes, times.every_minutes)
        return [span for span in free if span.starts_at >= since]

    async def _span(
        self, head: ThreadHead, actor: Actor, starts_at: int, minutes: int | None, at: int,
        but: Arranged | None = None,
    ) -> Span:  # fmt: skip
        """The time somebody names. Raises :class:`Refusal` with ``taken``, ``not_now``."""
        times = await self._availability.of(head.counsellor)
        usual = DEFAULT_MINUTES if times is None else times.minutes
        if _parties(head).side(actor.person) is BookingSide.COUNSELLOR:
            return Span(starts_at, minutes or usual)
        if minutes not in (None, usual):
            raise Refusal(Code.MALFORMED)
        if times is None or starts_at < at + times.notice_minutes * MINUTE_MS:
            raise Refusal(Code.NOT_NOW)
        wanted = Span(starts_at, usual)
        around = (starts_at - DAY_MS, wanted.ends_at + DAY_MS)
        if wanted not in await self._free(head, times, *around, at, but):
            raise Refusal(Code.TAKEN)
        return wanted

    async def _notice_ms(self, head: ThreadHead, at: int) -> int:
        _, chosen = await self._people.clinic(head.clinic, at)
        return chosen.cancel_notice_hours * HOUR_MS

    async def _known(self, booking: UUID) -> Arranged | None:
        try:
            return await self._store.get(booking)
        except Refusal:
            return None

    def _told(self, head: ThreadHead, step: Step) -> Arranged:
        if step.hour is not None:
            self._changed(step.hour)
        if step.message is not None:
            self._threads.tell(Changed(head, [step.message]))
        return step.arranged


def _of_thread(known: Arranged, thread: UUID) -> Arranged:
    if known.of.thread != thread:
        raise Refusal(Code.TAKEN)
    return known


def _parties(head: ThreadHead) -> Parties:
    return Parties(head.id, head.clinic, head.counsellor, head.client)
