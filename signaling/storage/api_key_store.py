"""The keys of clinics' own programs, in their database, as digests."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from signaling.storage.access_tables import API_KEY
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import CLINIC


class ApiKeyStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    async def add(self, clinic: UUID, secret: bytes, by: UUID | None, at: int) -> UUID:
        """Keep a new key; ``secret`` is its digest."""
        made = uuid4()
        values = {"id": made, "clinic": clinic, "secret": secret, "made_at": at}
        async with self._journal.record(Entry(clinic, by, "api_key.add", made, at)) as changing:
            await changing.execute(insert(API_KEY).values(**values))
        return made

    async def find(self, secret: bytes) -> tuple[UUID, UUID] | None:
        """Return (clinic, key) of a key that is good."""
        query = (
            select(API_KEY.c.clinic, API_KEY.c.id)
            .join(CLINIC, CLINIC.c.id == API_KEY.c.clinic)
            .where(
                API_KEY.c.secret == secret,
                API_KEY.c.ended_at.is_(None),
                CLINIC.c.closed_at.is_(None),
            )
        )
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        return None if row is None else (row.clinic, row.id)

    async def of(self, clinic: UUID) -> list[tuple[UUID, int]]:
        """Return (key, when it was made) of each key that is good, oldest first."""
        query = (
            select(API_KEY.c.id, API_KEY.c.made_at)
            .where(API_KEY.c.clinic == clinic, API_KEY.c.ended_at.is_(None))
            .order_by(API_KEY.c.made_at, API_KEY.c.id)
        )
        async with self._database.read() as reading:
            return [(row.id, row.made_at) for row in await reading.execute(query)]

    async def end(self, clinic: UUID, key: UUID, by: UUID | None, at: int) -> bool:
        """Make a key worthless; False when the clinic has no such key."""
        async with self._journal.record(Entry(clinic, by, "api_key.end", key, at)) as changing:
            changed = await changing.execute(
                update(API_KEY)
                .where(API_KEY.c.clinic == clinic, API_KEY.c.id == key)
                .where(API_KEY.c.ended_at.is_(None))
                .values(ended_at=at)
            )
            return bool(changed.rowcount)
