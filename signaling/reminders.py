"""Reminds clients of their hours, as each has chosen: looks every few seconds for what is due.

Rule 1: nothing else waits for a mail server or a push service; what fails is tried again while it
is worth saying, and a browser that is gone is forgotten.
Rule 2: what is said is :mod:`signaling.domain.reminding`'s, and names nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from signaling.carriers.notice import Carried, Carrier, Notice
from signaling.domain.errors import Refusal
from signaling.domain.reminding import SUBJECT, due, sentence
from signaling.keys.sealing import SealError
from signaling.lookout import Lookout
from signaling.storage.people_store import PeopleStore
from signaling.storage.reminder_store import ReminderStore, Turn, Wish, drop_browser

EVERY_S: Final = 20.0
AGAIN_MS: Final = 60_000
MOST_TRIES: Final = 5
AT_ONCE: Final = 8


class Reminders:
    """Gives what is due. :meth:`stop` when done."""

    def __init__(
        self, store: ReminderStore, people: PeopleStore, mail: Carrier, push: Carrier,
        wall: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._store = store
        self._people = people
        self._mail = mail
        self._push = push
        self._wall = wall
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._lookout = Lookout("reminders", EVERY_S, self.look)

    def start(self) -> None:
        """Begin to look."""
        self._lookout.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._lookout.stop()

    async def look(self) -> int:
        """Give what is due now; returns how many. Raises StorageAway."""
        at = int(self._wall() * 1000)
        turns = await self._store.again(at)
        coming = await self._store.coming(at)
        given = await self._store.given([each.session for each in coming]) if coming else set()
        for each in coming:
            wish = await self._store.wish(each.person, at)
            if wish is None:
                continue
            before = due(wish.before, each.starts_at, each.made_at, at)
            if before is None or (each.session, before, each.starts_at) in given:
                continue
            turn = await self._store.claim(each, before, at)
            if turn is not None:
                turns.append(turn)
        await asyncio.gather(*(self._give(turn, at) for turn in turns))
        return len(turns)

    async def _give(self, turn: Turn, at: int) -> None:
        async with self._turns:
            wish = await self._store.wish(turn.person, at)
            over = turn.starts_at <= at or turn.tries > MOST_TRIES
            if wish is None or over or not await self._store.still_comes(turn):
                await self._store.close(turn)
                return
            found = await self._carry(turn, wish, at)
            if Carried.LATER in found and Carried.DONE not in found:
                await self._store.put_off(turn, at + AGAIN_MS * 2**turn.tries)
            else:
                await self._store.close(turn)

    async def _carry(self, turn: Turn, wish: Wish, at: int) -> list[Carried]:
        try:
            zone = ZoneInfo(wish.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zone = ZoneInfo("UTC")
        notice = Notice(
            SUBJECT[wish.tongue], sentence(wish.wording, wish.tongue, turn.starts_at, zone, at)
        )
        found = []
        for browser in wish.browsers:
            came = await self._push.carry(msgspec.json.encode(browser).decode(), notice)
            if came is Carried.GONE:
                await self._forget(turn, browser.endpoint, at)
            found.append(came)
        if wish.by_mail:
            with contextlib.suppress(Refusal, SealError):
                details = await self._people.details(turn.person, at)
                if details.email:
                    found.append(await self._mail.carry(details.email, notice))
        return found

    async def _forget(self, turn: Turn, endpoint: str, at: int) -> None:
        wish = await self._store.wish(turn.person, at)
        with contextlib.suppress(Refusal):
            if wish is not None:
                person = await self._people.person(turn.person)
                changed = drop_browser(wish, endpoint)
                await self._store.set_wish(person.clinic, turn.person, changed, at)
