"""Who may do this to whose data: asked before anything is done, and told of either way.

Rule 1: what is refused is written down, with who asked and for what. Whoever is refused more often
than :data:`REFUSALS` is told to wait (``rate_limited``), so that nobody fills the audit.
Rule 2: who has nothing to do with somebody is told that there is nobody (``not_found``): the answer
says no more than a wrong id would.
Rule 3: a look at somebody's data is written down before it is shown; the same look again within
:data:`LOOK_MS` is the same look. One's own data is no look.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from signaling.accounts import Actor
from signaling.audit_chain import AuditRow
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Bond, Position, Right, may
from signaling.keys.sealing import SealError
from signaling.limits import BucketsByKey, Rate
from signaling.storage.journal import Entry, Journal, Result
from signaling.storage.people_store import PeopleStore
from signaling.storage.standing_store import StandingStore

LOOK_MS: Final = 5 * 60_000
MOST_LOOKS: Final = 10_000
REFUSALS: Final = Rate(per_second=1.0, burst=100)


class Gate:
    """Answers for every right in one place. Times are Unix milliseconds."""

    def __init__(self, people: PeopleStore, standing: StandingStore, journal: Journal) -> None:
        self._people = people
        self._standing = standing
        self._journal = journal
        self._refusals = BucketsByKey(REFUSALS)
        self._looks: OrderedDict[tuple[UUID, str, UUID | None, UUID | None], int] = OrderedDict()

    async def check(self, actor: Actor, right: Right, subject: UUID, at: int) -> None:
        """Somebody wants to do something to somebody's data.

        Raises :class:`Refusal` with ``not_found`` or ``not_allowed``.
        """
        bonds = await self._bonds(actor, subject, at)
        if may(actor.positions, right, bonds):
            return
        await self.refuse(actor, right, subject, at)
        raise Refusal(Code.NOT_ALLOWED if bonds else Code.NOT_FOUND)

    async def check_clinic(self, actor: Actor, right: Right, at: int) -> None:
        """Somebody wants to do something to what belongs to their clinic.

        Raises :class:`Refusal` with ``not_allowed``.
        """
        if may(actor.positions, right, frozenset({Bond.CLINIC})):
            return
        await self.refuse(actor, right, actor.clinic, at)
        raise Refusal(Code.NOT_ALLOWED)

    async def refuse(self, actor: Actor, right: Right, subject: UUID | None, at: int) -> None:
        """Write down that somebody was refused. Raises :class:`Refusal` with ``rate_limited``."""
        if not self._refusals.take(str(actor.person), at / 1000):
            raise Refusal(Code.RATE_LIMITED)
        await self._journal.note(
            Entry(actor.clinic, actor.person, f"refused.{right}", subject, at, Result.REFUSED)
        )

    async def belong(self, counsellor: UUID, client: UUID, at: int) -> bool:
        """Whether a counsellor and a client belong together now."""
        return Bond.OWN in await self._standing.bonds(counsellor, client, at)

    async def counsels(self, person: UUID, at: int) -> bool:
        """Whether somebody is a counsellor now."""
        return Position.COUNSELLOR in await self._standing.positions(person, at)

    async def pairs_of(self, person: UUID, at: int) -> list[tuple[UUID, UUID]]:
        """Return (counsellor, client) of each two who belong together now, one of whom this is."""
        return await self._standing.pairs_of(person, at)

    async def tell(self, actor: Actor, action: str, subject: UUID, at: int) -> None:
        """Write down what somebody does that changes nothing stored."""
        await self._journal.note(Entry(actor.clinic, actor.person, action, subject, at))

    async def said(self, row: AuditRow, at: int) -> dict[str, Any]:
        """Return what a row of the audit says; nothing once its key is gone."""
        try:
            return await self._journal.said(row, at)
        except SealError:
            return {}

    async def look(
        self, actor: Actor, what: str, subject: UUID | None, at: int,
        said: Mapping[str, Any] | None = None, of: UUID | None = None,
    ) -> None:  # fmt: skip
        """Write down that somebody sees something of somebody, before they do.

        ``of`` tells apart things of the same person.
        """
        if subject == actor.person:
            return
        key = (actor.person, what, subject, of)
        if at - self._looks.get(key, -LOOK_MS) < LOOK_MS:
            return
        await self._journal.note(
            Entry(actor.clinic, actor.person, f"look.{what}", subject, at, said=said or {})
        )
        self._looks[key] = at
        self._looks.move_to_end(key)
        if len(self._looks) > MOST_LOOKS:
            self._looks.popitem(last=False)

    async def _bonds(self, actor: Actor, subject: UUID, at: int) -> set[Bond]:
        if Position.BACK_END not in actor.positions:
            return await self._standing.bonds(actor.person, subject, at)
        try:
            known = await self._people.person(subject)
        except Refusal:
            return set()
        same = known.clinic == actor.clinic and known.erased_at is None
        return {Bond.CLINIC} if same else set()
