"""Messages for later: taken, shown to who wrote them, and sent when their time has come.

Rule 1: at their time, and not in their reader's quiet hours: then when those are over.
Rule 2: who no longer belong together are sent nothing; the author is told.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from signaling.accounts import Actor
from signaling.domain.booking import HOUR_MS
from signaling.domain.errors import Code, Refusal
from signaling.domain.messages import check_body
from signaling.domain.reminding import after_quiet
from signaling.gate import Gate
from signaling.lookout import Lookout
from signaling.storage.reminder_store import ReminderStore
from signaling.storage.scheduled_store import Scheduled, ScheduledStore
from signaling.threads import Changed, Threads

EVERY_S: Final = 5.0
FURTHEST_MS: Final = 60 * 24 * HOUR_MS


class Postman:
    """Takes and sends them. Times are Unix milliseconds."""

    def __init__(
        self, store: ScheduledStore, wishes: ReminderStore, threads: Threads, gate: Gate,
        wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._store = store
        self._wishes = wishes
        self._threads = threads
        self._gate = gate
        self._wall = wall
        self._lookout = Lookout("postman", EVERY_S, self.look)

    # --- who writes ahead -------------------------------------------------------------------------

    async def add(
        self, actor: Actor, thread: UUID, ident: UUID, body: str, due_at: int, at: int
    ) -> None:
        """Keep one for later. Raises :class:`Refusal`: ``not_now`` of what is past or far ahead."""
        check_body(body)
        head = await self._threads.open_own(actor, thread, at)
        if not at < due_at <= at + FURTHEST_MS:
            raise Refusal(Code.NOT_NOW)
        await self._store.add(ident, head, actor.person, body, due_at, at)

    async def find(self, actor: Actor, thread: UUID, at: int) -> list[Scheduled]:
        """Return one's own, the first one first."""
        await self._threads.own(actor, thread, at)
        return await self._store.of(thread, actor.person, at)

    async def drop(self, actor: Actor, thread: UUID, ident: UUID, at: int) -> None:
        """Take one back before it was sent. Raises :class:`Refusal` with ``not_found``."""
        await self._threads.own(actor, thread, at)
        await self._store.drop(ident, thread, actor.person)

    # --- when their time has come -----------------------------------------------------------------

    def start(self) -> None:
        """Begin to look."""
        self._lookout.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._lookout.stop()

    async def look(self) -> None:
        """Send what is due now. Raises StorageAway."""
        at = int(self._wall() * 1000)
        for each in await self._store.due(at):
            await self._send(each, at)

    async def _send(self, each: Scheduled, at: int) -> None:
        head = await self._threads.head(each.thread)
        if not each.body or not await self._gate.belong(head.counsellor, head.client, at):
            await self._store.hold(each)
            return
        if each.author != head.client:
            reached = await self._reached(head.client, at)
            if reached > at:
                await self._store.put_off(each, reached)
                return
        kept = await self._store.send(each, at)
        if kept is not None and kept.fresh:
            self._threads.tell(Changed(kept.head, [kept.message]))

    async def _reached(self, client: UUID, at: int) -> int:
        wish = await self._wishes.wish(client, at)
        if wish is None:
            return at
        with contextlib.suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return after_quiet(at, ZoneInfo(wish.zone), wish.quiet_from, wish.quiet_until)
        return at
