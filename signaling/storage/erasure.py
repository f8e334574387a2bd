"""To forget a client: the keys first, so that no copy anywhere can be read, then what they sealed.

Rule 1: the order is that of docs/adr/0015: access ends, keys are destroyed, that nothing opens any
more is tried, rows are emptied, and the audit says which keys are gone.
Rule 2: it can be begun again after a crash, wherever that came.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import Code, Refusal
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.file_rows import FILE, drop_files
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_store import PeopleStore, PersonKind
from signaling.storage.people_tables import PERSON
from signaling.storage.recording_erasure import RecordingErasure
from signaling.storage.recording_proofs import drop_receipts
from signaling.storage.reminder_tables import REMINDER_WISH
from signaling.storage.session_tables import MOOD, SESSION
from signaling.storage.thread_tables import HAND, MARK, MESSAGE, SCHEDULED, THREAD

_NOTHING = {"details": None, "phone_index": None, "email_index": None}
_NOTHING_GIVEN = dict.fromkeys(
    ("today", "plan", "line", "line_said", "safety_note", "safety_note_at")
)


class StillReadable(Exception):
    """A key was destroyed and still opens something: nothing more may be promised."""


class Erasure:
    """Times are Unix milliseconds."""

    def __init__(
        self, journal: Journal, keyring: Keyring, people: PeopleStore, recordings: RecordingErasure
    ) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring
        self._people = people
        self._recordings = recordings

    async def erase(self, client: UUID, by: UUID, at: int) -> list[UUID]:
        """Forget a client; returns the ids of the keys that were destroyed.

        The rows stay, without anything that says who it was or what they gave. Raises
        :class:`Refusal` with ``not_allowed`` for staff, whose rows others' rights hang on.
        """
        known = await self._people.person(client)
        if known.kind is not PersonKind.CLIENT:
            raise Refusal(Code.NOT_ALLOWED)
        if known.ended_at is None:
            await self._people.end(client, by, at)
        async with self._database.read() as reading:
            sealed = await reading.scalar(select(PERSON.c.details).where(PERSON.c.id == client))
            query = select(SESSION.c.id).where(SESSION.c.client == client)
            sessions = list((await reading.execute(query)).scalars())
        await self._recordings.forget_client(client, known.clinic, by, at)
        gone = [
            key
            for each in sessions
            for kind in (Kind.SESSION, Kind.NOTE)
            for key in await self._keyring.destroy(kind, each, at)
        ]
        gone += await self._keyring.destroy(Kind.CLIENT, client, at)
        await self._try_to_read(client, sealed, at)
        said = {"keys": [str(key) for key in gone]}
        entry = Entry(known.clinic, by, "person.erase", client, at, said=said)
        async with self._journal.record(entry) as changing:
            await changing.execute(delete(MOOD).where(MOOD.c.client == client))
            await changing.execute(delete(REMINDER_WISH).where(REMINDER_WISH.c.person == client))
            await drop_receipts(changing, client)
            await _empty_threads(changing, client, at)
            await changing.execute(
                update(SESSION).where(SESSION.c.client == client).values(**_NOTHING_GIVEN)
            )
            await changing.execute(
                update(PERSON).where(PERSON.c.id == client).values(erased_at=at, **_NOTHING)
            )
        await self._database.checkpoint()
        return gone

    async def _try_to_read(self, client: UUID, sealed: bytes | None, at: int) -> None:
        if sealed is None:
            return
        try:
            await self._keyring.open(sealed, f"person.details:{client}", at)
        except SealError:
            return
        raise StillReadable


async def _empty_threads(changing: AsyncConnection, client: UUID, at: int) -> None:
    theirs = THREAD.c.client == client
    # Held before anything is deleted: what is being written waits, and finds it closed.
    await changing.execute(
        select(THREAD.c.id).where(theirs).order_by(THREAD.c.id).with_for_update()
    )
    gone = {"closed_at": at, "clear_at": None, "change_days": None}
    await changing.execute(update(THREAD).where(theirs).values(**gone))
    await drop_files(changing, FILE.c.thread.in_(select(THREAD.c.id).where(theirs)))
    for table in (MESSAGE, HAND, MARK, SCHEDULED):
        threads = select(THREAD.c.id).where(theirs)
        await changing.execute(delete(table).where(table.c.thread.in_(threads)))
