"""How a client wants to be reminded: their own affair, and nothing until they say so.

Rule: only what can be done is offered. Without a mail server there is no mail, and without an
address that push services can write to there is no push.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from signaling.accounts import Actor
from signaling.carriers.push import Subscription, is_known
from signaling.domain.errors import Code, Refusal
from signaling.domain.reminding import BEFORE_MINUTES
from signaling.domain.rights import Right
from signaling.gate import Gate
from signaling.storage.people_store import PeopleStore
from signaling.storage.reminder_store import ReminderStore, Wish, add_browser, drop_browser


@dataclass(frozen=True, slots=True)
class Channels:
    """What this installation can do."""

    mail: bool = False
    push_key: str = ""
    """The public key that browsers subscribe with; empty: none can."""
    services: tuple[str, ...] = ()


class ReminderChoices:
    """Times are Unix milliseconds."""

    def __init__(
        self, store: ReminderStore, people: PeopleStore, gate: Gate, channels: Channels
    ) -> None:
        self._store = store
        self._people = people
        self._gate = gate
        self.channels = channels

    async def get(self, actor: Actor, at: int) -> tuple[Wish, bool]:
        """Return how one wants to be reminded, and whether there is an address to write to."""
        await self._gate.check(actor, Right.BE_REMINDED, actor.person, at)
        details = await self._people.details(actor.person, at)
        return await self._wish(actor.person, at), bool(details.email)

    async def choose(self, actor: Actor, wish: Wish, at: int) -> None:
        """Say so; the browsers that are told stay. Raises :class:`Refusal` with ``malformed``."""
        await self._gate.check(actor, Right.BE_REMINDED, actor.person, at)
        try:
            ZoneInfo(wish.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise Refusal(Code.MALFORMED) from None
        if not set(wish.before) <= set(BEFORE_MINUTES):
            raise Refusal(Code.MALFORMED)
        if wish.by_mail and not self.channels.mail:
            raise Refusal(Code.NOT_NOW)
        known = await self._wish(actor.person, at)
        before = tuple(sorted(set(wish.before)))
        chosen = msgspec.structs.replace(wish, before=before, browsers=known.browsers)
        await self._store.set_wish(actor.clinic, actor.person, chosen, at)

    async def add_browser(self, actor: Actor, browser: Subscription, at: int) -> None:
        """Tell this browser, too. Raises :class:`Refusal`: ``malformed``, ``not_now``, ``busy``."""
        await self._gate.check(actor, Right.BE_REMINDED, actor.person, at)
        if not self.channels.push_key:
            raise Refusal(Code.NOT_NOW)
        if not is_known(browser.endpoint, self.channels.services):
            raise Refusal(Code.MALFORMED)
        changed = add_browser(await self._wish(actor.person, at), browser)
        await self._store.set_wish(actor.clinic, actor.person, changed, at)

    async def drop_browser(self, actor: Actor, endpoint: str, at: int) -> None:
        """Tell this browser no more. One that is unknown is not told."""
        await self._gate.check(actor, Right.BE_REMINDED, actor.person, at)
        changed = drop_browser(await self._wish(actor.person, at), endpoint)
        await self._store.set_wish(actor.clinic, actor.person, changed, at)

    async def _wish(self, person: UUID, at: int) -> Wish:
        return await self._store.wish(person, at) or Wish()
