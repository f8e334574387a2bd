"""How staff sign in, in its database. Every change is told of in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.storage.access_tables import CREDENTIAL
from signaling.storage.journal import Entry, Journal, Result


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody signs in with. Secret: has no readable form."""

    password: str
    one_time: str | None
    one_time_step: int

    def __repr__(self) -> str:
        return "Credential(...)"


class CredentialStore:
    """Passwords (as Argon2) and secrets of one-time codes (sealed). Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def get(self, person: UUID, at: int) -> Credential | None:
        """Return what somebody signs in with."""
        async with self._database.read() as reading:
            found = await reading.execute(select(CREDENTIAL).where(CREDENTIAL.c.person == person))
            row = found.one_or_none()
        if row is None:
            return None
        secret = None
        if row.one_time is not None:
            secret = (await self._keyring.open(row.one_time, _context(person), at)).decode()
        return Credential(row.password, secret, row.one_time_step)

    async def set(self, clinic: UUID, person: UUID, password: str, one_time: str, at: int) -> None:
        """Keep a new password and a new secret of one-time codes."""
        key = await self._keyring.key(Kind.TENANT, clinic, clinic, at)
        values: dict[str, Any] = {
            "password": password,
            "one_time": key.seal(one_time.encode(), _context(person)),
            "one_time_step": 0,
            "failed": 0,
            "closed_until": 0,
            "set_at": at,
        }
        entry = Entry(clinic, person, "credential.set", person, at)
        async with self._journal.record(entry) as changing:
            changed = await changing.execute(
                update(CREDENTIAL).where(CREDENTIAL.c.person == person).values(**values)
            )
            if not changed.rowcount:
                await changing.execute(insert(CREDENTIAL).values(person=person, **values))

    async def take_try(self, person: UUID, closed_ms: Callable[[int], int], at: int) -> bool:
        """Count a try as wrong before it is judged, so that many at once are as many in a row.

        ``closed_ms`` says for how long the door is closed after so many. False while it is.
        """
        query = select(CREDENTIAL).where(CREDENTIAL.c.person == person).with_for_update()
        async with self._database.write() as changing:
            row = (await changing.execute(query)).one_or_none()
            if row is None or row.closed_until > at:
                return False
            failed = row.failed + 1
            await changing.execute(
                update(CREDENTIAL)
                .where(CREDENTIAL.c.person == person)
                .values(failed=failed, closed_until=at + closed_ms(failed))
            )
        return True

    async def note_wrong(self, clinic: UUID, person: UUID, at: int) -> None:
        """A try was judged, and was wrong."""
        await self._journal.note(Entry(clinic, person, "sign_in", person, at, Result.REFUSED))

    async def forgive(self, person: UUID) -> None:
        """A try was right: those before it count no more."""
        async with self._database.write() as changing:
            await changing.execute(
                update(CREDENTIAL)
                .where(CREDENTIAL.c.person == person)
                .values(failed=0, closed_until=0)
            )

    async def use_step(self, person: UUID, step: int) -> bool:
        """Use a one-time code's step; False when it, or a later one, was used meanwhile."""
        async with self._database.write() as changing:
            changed = await changing.execute(
                update(CREDENTIAL)
                .where(CREDENTIAL.c.person == person, CREDENTIAL.c.one_time_step < step)
                .values(one_time_step=step)
            )
            return bool(changed.rowcount)


def _context(person: UUID) -> str:
    return f"credential.one_time:{person}"
