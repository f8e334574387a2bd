"""A clinic and its people, as those deal with them who run it: each right is asked for here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from signaling.access import bearer
from signaling.accounts import Accounts, Actor
from signaling.audit_chain import AuditRow
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position, Right
from signaling.gate import Gate
from signaling.recordings import Running
from signaling.storage.audit_store import page_of
from signaling.storage.database import Database
from signaling.storage.erasure import Erasure
from signaling.storage.people_store import ClinicSettings, Details, Person, PersonKind

STAFF: Final = frozenset({Position.COUNSELLOR, Position.SUPERVISOR, Position.ADMIN})
"""What somebody who works in a clinic may be there."""
CancelAhead = Callable[[UUID, UUID, UUID | None, int], Awaitable[None]]


class People:
    """Everything about who is in a clinic. Times are Unix milliseconds."""

    def __init__(
        self, accounts: Accounts, erasure: Erasure, gate: Gate, database: Database,
        let_out: Callable[[UUID, UUID | None], None], cancel_ahead: CancelAhead, running: Running,
    ) -> None:  # fmt: skip
        """``let_out`` ends somebody's seats: all, or those in the rooms of one client.

        ``cancel_ahead`` cancels what is booked with them, likewise; who does it comes first.
        ``running`` is what is being recorded.
        """
        self._accounts = accounts
        self.stores = accounts.stores
        self._erasure = erasure
        self._gate = gate
        self._database = database
        self._let_out = let_out
        self._cancel_ahead = cancel_ahead
        self._running = running

    # --- the clinic -------------------------------------------------------------------------------

    async def clinic(self, actor: Actor, at: int) -> tuple[str, ClinicSettings]:
        """Return its name and what it chose; everybody in it may know."""
        return await self.stores.people.clinic(actor.clinic, at)

    async def set_clinic(self, actor: Actor, chosen: ClinicSettings, at: int) -> None:
        """Keep what it chose."""
        await self._gate.check_clinic(actor, Right.SET_UP_CLINIC, at)
        await self.stores.people.set_clinic(actor.clinic, chosen, actor.person, at)

    async def keys(self, actor: Actor, at: int) -> list[tuple[UUID, int]]:
        """Return (key, when it was made) of each key of the clinic's programs."""
        await self._gate.check_clinic(actor, Right.KEEP_KEYS, at)
        return await self.stores.api_keys.of(actor.clinic)

    async def add_key(self, actor: Actor, at: int) -> tuple[UUID, str]:
        """Make a key; its secret is told once."""
        await self._gate.check_clinic(actor, Right.KEEP_KEYS, at)
        secret = bearer.new()
        made = await self.stores.api_keys.add(actor.clinic, bearer.digest(secret), actor.person, at)
        return made, secret

    async def end_key(self, actor: Actor, key: UUID, at: int) -> None:
        """Make a key worthless. One that is unknown here is worthless."""
        await self._gate.check_clinic(actor, Right.KEEP_KEYS, at)
        if any(known == key for known, _ in await self.stores.api_keys.of(actor.clinic)):
            await self.stores.api_keys.end(actor.clinic, key, actor.person, at)

    async def audit(self, actor: Actor, after: int, about: UUID | None, at: int) -> list[AuditRow]:
        """Return some rows of the clinic's audit, oldest first."""
        await self._gate.check_clinic(actor, Right.READ_AUDIT, at)
        await self._gate.look(actor, "audit", actor.clinic, at)
        return await page_of(self._database, actor.clinic, after, about, "")

    async def looks(
        self, actor: Actor, after: int, at: int
    ) -> list[tuple[AuditRow, dict[str, Any]]]:
        """Return who looked at one's own data, oldest first, and what each row says of it."""
        await self._gate.check(actor, Right.SEE_LOOKS, actor.person, at)
        rows = await page_of(self._database, actor.clinic, after, actor.person, "look.")
        return [(row, await self._gate.said(row, at)) for row in rows]

    # --- its people -------------------------------------------------------------------------------

    async def find(self, actor: Actor, after: UUID | None, at: int) -> list[Person]:
        """Return some of them."""
        await self._gate.check_clinic(actor, Right.KEEP_CLIENTS, at)
        await self._gate.look(actor, "people", actor.clinic, at)
        return await self.stores.people.find(actor.clinic, after)

    async def add(
        self, actor: Actor, details: Details, position: Position | None, key: str, at: int
    ) -> UUID:
        """Add somebody: a client, or staff in a position. The same ``key`` gives the same person.

        Raises :class:`Refusal` with ``taken`` (also for the same key with somebody else), or
        ``malformed`` for a position nobody works in.
        """
        right = Right.KEEP_CLIENTS if position is None else Right.KEEP_STAFF
        await self._gate.check_clinic(actor, right, at)
        if position is not None and position not in STAFF:
            raise Refusal(Code.MALFORMED)
        kind = PersonKind.CLIENT if position is None else PersonKind.STAFF
        named = uuid5(actor.person, f"person:{key}") if key else None
        before = None if named is None else await self._before(named, kind, details, at)
        person = before or await self.stores.people.add_person(
            actor.clinic, kind, details, actor.person, at, named
        )
        if position is not None:
            await self.stores.standing.give_position(person, position, actor.person, at)
        return person

    async def contact(self, actor: Actor, person: UUID, at: int) -> Details:
        """Return who somebody is."""
        await self._gate.check(actor, Right.SEE_CONTACT, person, at)
        await self._gate.look(actor, "contact", person, at)
        return await self.stores.people.details(person, at)

    async def set_contact(self, actor: Actor, person: UUID, details: Details, at: int) -> None:
        """Say anew who somebody is. Raises :class:`Refusal` with ``taken``.

        Staff sign in by what is said here: that is for who keeps staff. Whether a client is of age
        is said by :meth:`set_minor` alone.
        """
        is_staff = await self._kind(person) is PersonKind.STAFF
        right = Right.KEEP_STAFF if is_staff else Right.SET_CONTACT
        await self._gate.check(actor, right, person, at)
        await self.stores.people.change_details(
            person, lambda known: msgspec.structs.replace(details, minor=known.minor),
            actor.person, at,
        )  # fmt: skip

    async def set_minor(self, actor: Actor, client: UUID, at: int, *, is_minor: bool) -> None:
        """Say whether a client is of age; of who is not, what is being recorded stops at once.

        Raises :class:`Refusal` with ``malformed`` for staff.
        """
        await self._gate.check(actor, Right.KEEP_CLIENTS, client, at)
        if await self._kind(client) is not PersonKind.CLIENT:
            raise Refusal(Code.MALFORMED)
        await self.stores.people.change_details(
            client, lambda known: msgspec.structs.replace(known, minor=is_minor), actor.person, at
        )
        if is_minor:
            self._running.stop_of(client)

    async def introduce(self, actor: Actor, hello: str, at: int) -> None:
        """Say a few words to who comes to oneself."""
        await self._gate.check(actor, Right.INTRODUCE, actor.person, at)
        await self.stores.people.change_details(
            actor.person, lambda known: msgspec.structs.replace(known, hello=hello),
            actor.person, at,
        )  # fmt: skip

    async def invite(
        self, actor: Actor, person: UUID, pin: str | None, at: int
    ) -> tuple[str, bool]:
        """Make a link for somebody; returns its token, and whether it is for staff."""
        kind = await self._keep(actor, person, at)
        token = await self._accounts.invite(person, pin, actor.person, at)
        return token, kind is PersonKind.STAFF

    async def end(self, actor: Actor, person: UUID, at: int) -> None:
        """Somebody is let out of everything, for good."""
        await self._keep(actor, person, at)
        await self._accounts.end(person, actor.person, at)
        await self._cancel_ahead(actor.person, person, None, at)

    async def erase(self, actor: Actor, client: UUID, at: int) -> None:
        """Forget a client. Raises :class:`Refusal` with ``not_allowed`` for staff."""
        await self._gate.check(actor, Right.ERASE, client, at)
        await self._accounts.end(client, actor.person, at)
        await self._cancel_ahead(actor.person, client, None, at)
        await self._erasure.erase(client, actor.person, at)

    async def give_position(self, actor: Actor, person: UUID, position: Position, at: int) -> None:
        """Let staff be something more. Raises :class:`Refusal` with ``malformed``."""
        await self._gate.check(actor, Right.KEEP_STAFF, person, at)
        known = await self.stores.people.person(person)
        if position not in STAFF or known.kind is not PersonKind.STAFF:
            raise Refusal(Code.MALFORMED)
        await self.stores.standing.give_position(person, position, actor.person, at)

    async def take_position(self, actor: Actor, person: UUID, position: Position, at: int) -> None:
        """Let staff be something no longer."""
        await self._gate.check(actor, Right.KEEP_STAFF, person, at)
        if position in await self.stores.standing.positions(person, at):
            await self.stores.standing.take_position(person, position, actor.person, at)
            if position is Position.COUNSELLOR:
                self._let_out(person, None)
                await self._cancel_ahead(actor.person, person, None, at)

    async def bind(self, actor: Actor, client: UUID, counsellor: UUID, at: int) -> None:
        """Let a counsellor and a client belong together."""
        await self._both(actor, client, counsellor, at)
        if Position.COUNSELLOR not in await self.stores.standing.positions(counsellor, at):
            raise Refusal(Code.MALFORMED)
        await self.stores.standing.bind(counsellor, client, actor.person, at)

    async def part(self, actor: Actor, client: UUID, counsellor: UUID, at: int) -> None:
        """They belong together no longer; a session of theirs that goes on is over for them."""
        await self._both(actor, client, counsellor, at)
        await self.stores.standing.part(counsellor, client, actor.person, at)
        self._let_out(counsellor, client)
        await self._cancel_ahead(actor.person, counsellor, client, at)

    # --- parts ------------------------------------------------------------------------------------

    async def _both(self, actor: Actor, client: UUID, counsellor: UUID, at: int) -> None:
        await self._gate.check(actor, Right.KEEP_CLIENTS, client, at)
        await self._gate.check(actor, Right.KEEP_CLIENTS, counsellor, at)

    async def _keep(self, actor: Actor, person: UUID, at: int) -> PersonKind:
        """Staff are kept by who may keep staff, clients by who may keep clients."""
        kind = await self._kind(person)
        right = Right.KEEP_STAFF if kind is PersonKind.STAFF else Right.KEEP_CLIENTS
        await self._gate.check(actor, right, person, at)
        return kind

    async def _kind(self, person: UUID) -> PersonKind:
        """What somebody is; of nobody it does not matter."""
        try:
            return (await self.stores.people.person(person)).kind
        except Refusal:
            return PersonKind.CLIENT

    async def _before(
        self, named: UUID, kind: PersonKind, details: Details, at: int
    ) -> UUID | None:
        """The person of an earlier attempt. Raises :class:`Refusal` with ``taken``: another one."""
        try:
            known = await self.stores.people.person(named)
        except Refusal:
            return None
        is_gone = known.ended_at is not None or known.kind is not kind
        if is_gone or await self.stores.people.details(named, at) != details:
            raise Refusal(Code.TAKEN)
        return known.id
