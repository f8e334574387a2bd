"""What a counsellor writes down for handing over when a client is in danger: for a day, no longer.

Rule 1: a note lives for :data:`KEPT_MS` from when it was last written. Nobody reads it after that,
also where the night has not come yet; what it is bound to says when it was, so that nobody who
changes a row makes it younger.
Rule 2: it has a key of its own. The session's is destroyed a day after the hour, and a note may be
written later than that began: under one key either the note would go too early, or the place that
a client gave would stay too long.
Rule 3: that key is destroyed when the note is gone and no other can be written: it has no
successor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import Code, Refusal
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.journal import Entry, Journal
from signaling.storage.people_tables import PERSON
from signaling.storage.session_store import PAGE, hold
from signaling.storage.session_tables import SESSION

KEPT_MS: Final = 24 * 3_600_000
CLOSED_MS: Final = 2 * 3_600_000
"""So long after an hour nobody writes a note for it: an hour more than they may, so that whoever
began in time has ended."""


@dataclass(frozen=True, slots=True)
class SafetyNote:
    """A note and until when it is kept. Personal: has no readable form."""

    text: str
    until: int

    def __repr__(self) -> str:
        return "SafetyNote(...)"


class NoteStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def write(self, session: UUID, text: str, by: UUID, at: int) -> SafetyNote | None:
        """Keep a note in the place of the one before; an empty one deletes it.

        Raises :class:`Refusal` with ``not_found``, ``not_now``.
        """
        clinic = (await self._row(session)).clinic
        if not text:
            await self._delete(session, clinic, by, at)
            return None
        try:
            key = await self._keyring.key(Kind.NOTE, session, clinic, at)
        except SealError:  # its time is over, or whose it is was erased
            raise Refusal(Code.NOT_NOW) from None
        sealed = key.seal(text.encode(), _place(session, at))
        async with self._journal.record(
            Entry(clinic, by, "safety.set_note", session, at)
        ) as changing:
            await _check_known(changing, session)
            await changing.execute(
                update(SESSION)
                .where(SESSION.c.id == session)
                .values(safety_note=sealed, safety_note_at=at)
            )
        return SafetyNote(text, at + KEPT_MS)

    async def read(self, session: UUID, at: int) -> SafetyNote | None:
        """Return the note of a session, while it is kept. Raises :class:`Refusal`."""
        row = await self._row(session)
        if row.safety_note is None or at >= row.safety_note_at + KEPT_MS:
            return None
        place = _place(session, row.safety_note_at)
        try:
            plain = await self._keyring.open(row.safety_note, place, at)
        except SealError:  # whose it is was erased in this moment
            return None
        return SafetyNote(plain.decode(), row.safety_note_at + KEPT_MS)

    async def due(self, at: int) -> list[UUID]:
        """Return the sessions whose note has had its time; at most :data:`PAGE`."""
        query = select(SESSION.c.id).where(
            SESSION.c.safety_note_at <= at - KEPT_MS,
            or_(SESSION.c.safety_note.is_not(None), SESSION.c.ended_at < at - CLOSED_MS),
        )
        async with self._database.read() as reading:
            return list((await reading.execute(query.limit(PAGE))).scalars())

    async def forget(self, session: UUID, at: int) -> None:
        """Delete a note that is due, and its key where no other note can be written."""
        row = await self._row(session)
        gone: dict[str, Any] = {"safety_note": None}
        if row.ended_at is not None and row.ended_at < at - CLOSED_MS:
            await self._keyring.destroy(Kind.NOTE, session, at)
            gone["safety_note_at"] = None
        async with self._journal.record(
            Entry(row.clinic, None, "safety.forget_note", session, at)
        ) as changing:
            # Not one that was written in this moment.
            due = (SESSION.c.id == session, SESSION.c.safety_note_at <= at - KEPT_MS)
            await changing.execute(update(SESSION).where(*due).values(**gone))

    # --- parts ------------------------------------------------------------------------------------

    async def _delete(self, session: UUID, clinic: UUID, by: UUID, at: int) -> None:
        async with self._journal.record(
            Entry(clinic, by, "safety.delete_note", session, at)
        ) as changing:
            there = (SESSION.c.id == session, SESSION.c.safety_note.is_not(None))
            # When it was says from now on that there is a key to destroy.
            await changing.execute(
                update(SESSION).where(*there).values(safety_note=None, safety_note_at=at)
            )

    async def _row(self, session: UUID) -> Any:
        query = select(
            SESSION.c.clinic, SESSION.c.ended_at, SESSION.c.safety_note, SESSION.c.safety_note_at
        ).where(SESSION.c.id == session)
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        return row


async def _check_known(changing: AsyncConnection, session: UUID) -> None:
    """Whose hour it is was not erased while a key was made: erasing empties the row after this."""
    client = (await hold(changing, session)).client
    query = select(PERSON.c.erased_at).where(PERSON.c.id == client)
    if await changing.scalar(query) is not None:
        raise Refusal(Code.NOT_NOW)


def _place(session: UUID, at: int) -> str:
    return f"session.safety_note:{session}:{at}"
