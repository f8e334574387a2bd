"""Everything that is done is done with its row of the audit, or not at all.

Rule 1: whoever changes something of a person does it on the connection that :meth:`Journal.record`
gives: both are committed together.
Rule 2: what is looked at is told of before it is shown (:meth:`Journal.note`).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.audit_chain import AuditRow, Fault, Found, Head, Verifier
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError, key_of
from signaling.storage.audit_days import AuditDays
from signaling.storage.audit_store import append, head_of, pages
from signaling.storage.database import Database

_encoder: Final = msgspec.json.Encoder(order="sorted")


class Result(StrEnum):
    """What became of it."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be told. ``at`` is Unix milliseconds; ``said`` is sealed, so it may say why.

    ``actor`` and ``object`` are ids of people, sessions or keys; None is the machine itself.
    """

    tenant: UUID
    actor: UUID | None
    action: str
    object: UUID | None
    at: int
    result: Result = Result.DONE
    said: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """The audit of one database."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database = database
        self.days = AuditDays(database, keyring)
        self._keyring = keyring

    @contextlib.asynccontextmanager
    async def record(self, *entries: Entry) -> AsyncIterator[AsyncConnection]:
        """A transaction for a change and what tells of it.

        Raises :class:`~signaling.storage.database.StorageAway`: then neither happened.
        """
        keyed = [await self._row(entry) for entry in entries]
        async with self.database.write() as connection:
            yield connection
            for row, mac_key in keyed:
                await append(connection, row, mac_key)

    async def note(self, *entries: Entry) -> None:
        """Tell of what changes nothing here: a look, or a refusal."""
        async with self.record(*entries):
            pass

    async def verify(self, tenant: UUID, at: int) -> tuple[Head, Found | None]:
        """Walk a clinic's chain; returns where it ends and its first fault."""
        signed, forged = await self.days.good(tenant, at)
        verifier = Verifier([day.head for day in signed])
        async for page in pages(self.database, tenant):
            for key_id, rows in groupby(page, key=_key_of):
                verifier.take(rows, await self._mac_key(key_id, at))
        async with self.database.read() as connection:
            found = verifier.end(await head_of(connection, tenant))
        if found is None and forged:
            found = Found(Fault.FORGED, forged[0].head.seq)
        return verifier.head, found

    async def said(self, row: AuditRow, at: int) -> dict[str, Any]:
        """Return what a row says beside its ids. Raises SealError when its key is gone."""
        plain = await self._keyring.open(row.payload, _context(row.tenant, row.action), at)
        told: dict[str, Any] = msgspec.json.decode(plain)
        return told

    async def _mac_key(self, key_id: UUID | None, at: int) -> bytes | None:
        """Each generation of the audit's key has MACs of its own."""
        try:
            return None if key_id is None else (await self._keyring.by_id(key_id, at)).mac_key
        except SealError:
            return None

    async def _row(self, entry: Entry) -> tuple[AuditRow, bytes]:
        key = await self._keyring.key(Kind.AUDIT, entry.tenant, entry.tenant, entry.at)
        payload = key.seal(_encoder.encode(entry.said), _context(entry.tenant, entry.action))
        row = AuditRow(
            entry.tenant, 0, entry.at, entry.actor, entry.action, entry.object,
            entry.result.value, payload, b"", b"", b"",
        )  # fmt: skip
        return row, key.mac_key


def _key_of(row: AuditRow) -> UUID | None:
    try:
        return key_of(row.payload)
    except SealError:
        return None


def _context(tenant: UUID, action: str) -> str:
    return f"audit:{tenant}:{action}"
