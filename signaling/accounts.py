"""Who is there: staff by password and one-time code, clients by their link, programs by their key.

Rule 1: what was wrong is not said. A name that does not exist, a wrong password and a wrong code
are one refusal, and take as long.
Rule 2: after :data:`~signaling.access.patience.FREE_TRIES` wrong tries somebody's door is closed
for a while, to everyone: a right password does not open it either. A try is counted before it is
judged, so that many at once are as many in a row.
Rule 3: whoever is let out is let out of everything: ``gone`` hears of it, and ends what is live.
Times are Unix milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from signaling.access import bearer, one_time, patience
from signaling.access.passwords import Passwords, check_new
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position
from signaling.storage.api_key_store import ApiKeyStore
from signaling.storage.credential_store import Credential, CredentialStore
from signaling.storage.people_store import PeopleStore, PersonKind
from signaling.storage.sign_in_store import Invitation, SignIn, SignInStore
from signaling.storage.standing_store import StandingStore

STAFF_MS: Final = 12 * 3_600_000
"""A working day: then password and code again."""
IDLE_MS: Final = 15 * 60_000
"""Of staff outside a session; then the password again (45 CFR 164.312(a)(2)(iii))."""
SEEN_MS: Final = 60_000
"""How exactly it is known when somebody was last there."""
INVITED_MS: Final = 90 * 86_400_000
_PIN: Final = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person, or a clinic's program (then ``person`` is its key's id)."""

    person: UUID
    clinic: UUID
    positions: frozenset[Position]
    sign_in: SignIn | None = None
    locked: bool = False
    """Has been idle: may do nothing but unlock."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where it is kept."""

    people: PeopleStore
    standing: StandingStore
    credentials: CredentialStore
    sign_ins: SignInStore
    api_keys: ApiKeyStore


class Accounts:
    """Lets people in and out."""

    def __init__(self, stores: Stores, passwords: Passwords) -> None:
        self.stores = stores
        self._passwords = passwords
        self._gone: Callable[[UUID], None] = lambda _person: None
        self._busy: Callable[[UUID], bool] = lambda _person: False
        self._left: Callable[[str], None] = lambda _token: None

    def attend(
        self, gone: Callable[[UUID], None], busy: Callable[[UUID], bool],
        left: Callable[[str], None] = lambda _token: None,
    ) -> None:  # fmt: skip
        """``gone`` is told whose access is over; ``busy`` says who is in a session.

        ``left`` is told what a browser held that was signed out.
        """
        self._gone, self._busy, self._left = gone, busy, left

    # --- staff ------------------------------------------------------------------------------------

    async def sign_in(self, clinic: UUID, email: str, password: str, code: str, at: int) -> str:
        """Let staff in; returns what the browser holds.

        Raises :class:`Refusal` with ``sign_in_refused``, or ``busy`` when too many try.
        """
        found = await self.stores.people.find_by_email(clinic, email, at)
        known = None if found is None else await self.stores.credentials.get(found.id, at)
        counted = found is not None and await self._take_try(found.id, at)
        right = await self._passwords.same(None if known is None else known.password, password)
        if found is None or known is None or found.ended_at is not None or not counted:
            raise Refusal(Code.SIGN_IN_REFUSED)
        if not (right and await self._code_fits(found.id, known, code, at)):
            await self.stores.credentials.note_wrong(clinic, found.id, at)
            raise Refusal(Code.SIGN_IN_REFUSED)
        await self.stores.credentials.forgive(found.id)
        token = bearer.new()
        await self.stores.sign_ins.begin(clinic, found.id, bearer.digest(token), at + STAFF_MS, at)
        return token

    async def unlock(self, token: str, password: str, at: int) -> None:
        """The password again, after having been away.

        Raises :class:`Refusal` with ``signed_out`` or ``sign_in_refused``.
        """
        found = await self.stores.sign_ins.find(bearer.digest(token), at)
        if found is None:
            raise Refusal(Code.SIGNED_OUT)
        known = await self.stores.credentials.get(found.person, at)
        counted = await self._take_try(found.person, at)
        right = await self._passwords.same(None if known is None else known.password, password)
        if not counted:
            raise Refusal(Code.SIGN_IN_REFUSED)
        if not right:
            await self.stores.credentials.note_wrong(found.clinic, found.person, at)
            raise Refusal(Code.SIGN_IN_REFUSED)
        await self.stores.credentials.forgive(found.person)
        await self.stores.sign_ins.see(found.id, at)

    async def choose_password(self, token: str, password: str, at: int) -> str:
        """Take up an invitation of staff; returns the secret for their authenticator.

        Raises :class:`Refusal` with ``invitation_invalid`` or ``password_weak``.
        """
        found = await self._invitation(token, at)
        person = await self.stores.people.person(found.person)
        if person.kind is not PersonKind.STAFF:
            raise Refusal(Code.INVITATION_INVALID)
        details = await self.stores.people.details(found.person, at)
        check_new(password, details.name, details.email.partition("@")[0])
        secret = one_time.new_secret()
        kept = await self._passwords.keep(password)
        await self.stores.sign_ins.end_all(found.clinic, found.person, found.person, at)
        self._gone(found.person)
        await self.stores.credentials.set(found.clinic, found.person, kept, secret, at)
        return secret

    # --- clients ----------------------------------------------------------------------------------

    async def invite(
        self, person: UUID, pin: str | None, by: UUID | None, at: int, lasts_ms: int = INVITED_MS
    ) -> str:
        """Make a link for somebody; returns its token. Those before it are worth nothing.

        Raises :class:`Refusal` with ``not_found``, or ``malformed`` for a PIN that is not of six
        digits, which nobody could give.
        """
        if pin is not None and not _PIN.fullmatch(pin):
            raise Refusal(Code.MALFORMED)
        known = await self.stores.people.person(person)
        if known.ended_at is not None:
            raise Refusal(Code.NOT_FOUND)
        token = bearer.new()
        kept = None if pin is None else await self._passwords.keep(pin)
        await self.stores.sign_ins.invite(
            known.clinic, person, bearer.digest(token), kept, at + lasts_ms, by, at
        )
        return token

    async def open_link(
        self, token: str, pin: str, at: int, *, take_over: bool, held: str = ""
    ) -> str:
        """Let a client's device in; returns what the browser holds. A person has one at a time.

        ``held`` is what this browser held before: it is not another device.

        Raises :class:`Refusal` with ``invitation_invalid``, ``pin_needed`` (also when it is wrong),
        or ``open_elsewhere`` until ``take_over``.
        """
        found = await self._invitation(token, at)
        person = await self.stores.people.person(found.person)
        if person.kind is not PersonKind.CLIENT:
            raise Refusal(Code.INVITATION_INVALID)
        if found.pin is not None:
            await self._check_pin(found, found.pin, pin, at)
        own = await self.stores.sign_ins.find(bearer.digest(held), at) if held else None
        open_ones = await self.stores.sign_ins.open_ones(found.person, at)
        others = [each for each in open_ones if own is None or each != own.id]
        if others and not take_over:
            raise Refusal(Code.OPEN_ELSEWHERE)
        given = bearer.new()
        await self.stores.sign_ins.begin(
            found.clinic, found.person, bearer.digest(given), found.until, at,
            invitation=found.id, alone=True,
        )  # fmt: skip
        if others:
            self._gone(found.person)
        return given

    # --- whoever asks -----------------------------------------------------------------------------

    async def actor(self, token: str, at: int, *, attended: bool = True) -> Actor:
        """Return whose browser this is; ``attended`` says that somebody did something there.

        Raises :class:`Refusal` with ``signed_out``.
        """
        found = await self.stores.sign_ins.find(bearer.digest(token), at)
        if found is None:
            raise Refusal(Code.SIGNED_OUT)
        if found.kind == PersonKind.CLIENT.value:
            positions = frozenset({Position.CLIENT})
        else:
            positions = frozenset(await self.stores.standing.positions(found.person, at))
        idle = at - found.seen_at
        is_staff = found.kind == PersonKind.STAFF.value
        locked = is_staff and idle > IDLE_MS and not self._busy(found.person)
        if attended and not locked and idle > SEEN_MS:
            await self.stores.sign_ins.see(found.id, at)
            found = replace(found, seen_at=at)
        return Actor(found.person, found.clinic, positions, found, locked)

    async def program(self, secret: str) -> Actor:
        """Return whose program this is. Raises :class:`Refusal` with ``key_invalid``."""
        found = await self.stores.api_keys.find(bearer.digest(secret))
        if found is None:
            raise Refusal(Code.KEY_INVALID)
        clinic, key = found
        return Actor(key, clinic, frozenset({Position.BACK_END}))

    async def clinic_of_key(self, secret: str) -> str:
        """Return whose program this is, as the clinic's id. Raises as :meth:`program` does."""
        return str((await self.program(secret)).clinic)

    async def sign_out(self, token: str, at: int) -> None:
        """A browser goes. One that is unknown has gone.

        Who is in a session by another browser stays in it.
        """
        found = await self.stores.sign_ins.find(bearer.digest(token), at)
        if found is None:
            return
        await self.stores.sign_ins.end(found, at)
        self._left(token)
        if not await self.stores.sign_ins.open_ones(found.person, at):
            self._gone(found.person)

    async def end(self, person: UUID, by: UUID | None, at: int) -> None:
        """Somebody is let out of everything, for good."""
        known = await self.stores.people.person(person)
        await self.stores.sign_ins.end_all(known.clinic, person, by, at)
        await self.stores.people.end(person, by, at)
        self._gone(person)

    # --- parts ------------------------------------------------------------------------------------

    async def _code_fits(self, person: UUID, known: Credential, code: str, at: int) -> bool:
        if known.one_time is None:
            return False
        step = one_time.step_of(known.one_time, code, known.one_time_step, at / 1000)
        return step is not None and await self.stores.credentials.use_step(person, step)

    async def _check_pin(self, found: Invitation, kept: str, pin: str, at: int) -> None:
        if not pin:
            raise Refusal(Code.PIN_NEEDED)
        if not await self.stores.sign_ins.take_try(found, patience.PIN_TRIES, at):
            raise Refusal(Code.INVITATION_INVALID)
        if not await self._passwords.same(kept, pin):
            await self.stores.sign_ins.note_wrong(found, at)
            raise Refusal(Code.PIN_NEEDED)
        await self.stores.sign_ins.forgive(found)

    async def _take_try(self, person: UUID, at: int) -> bool:
        return await self.stores.credentials.take_try(person, patience.closed_ms, at)

    async def _invitation(self, token: str, at: int) -> Invitation:
        found = await self.stores.sign_ins.invitation(bearer.digest(token), at)
        if found is None:
            raise Refusal(Code.INVITATION_INVALID)
        return found
