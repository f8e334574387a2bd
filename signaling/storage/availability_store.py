"""When counsellors work, in their database. Times are Unix milliseconds."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select

from signaling.domain.booking import Span
from signaling.storage.booking_tables import WORKING_TIMES
from signaling.storage.journal import Entry, Journal
from signaling.storage.kept_times import kept_between
from signaling.working_times import WorkingTimes


class AvailabilityStore:
    """What counsellors have said, and which of it is somebody's already."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    async def of(self, counsellor: UUID) -> WorkingTimes | None:
        """Return when somebody works; None until they have said so."""
        query = select(WORKING_TIMES.c.said).where(WORKING_TIMES.c.counsellor == counsellor)
        async with self._database.read() as reading:
            said = await reading.scalar(query)
        return None if said is None else msgspec.json.decode(said, type=WorkingTimes)

    async def set(
        self, clinic: UUID, counsellor: UUID, times: WorkingTimes, by: UUID, at: int
    ) -> None:
        """Keep when somebody works, in the place of what was said before."""
        entry = Entry(clinic, by, "times.set", counsellor, at)
        said = msgspec.json.encode(times).decode()
        async with self._journal.record(entry) as changing:
            await changing.execute(
                delete(WORKING_TIMES).where(WORKING_TIMES.c.counsellor == counsellor)
            )
            await changing.execute(insert(WORKING_TIMES).values(counsellor=counsellor, said=said))

    async def kept(
        self, counsellor: UUID, client: UUID, since: int, until: int
    ) -> list[tuple[UUID, Span]]:
        """Return (session or booking, its time) of all that either of the two has then."""
        async with self._database.read() as reading:
            return await kept_between(reading, counsellor, client, since, until)
