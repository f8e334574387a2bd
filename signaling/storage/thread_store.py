"""Threads in their database: who has one, what is in it, and what has had its time.

What is written into a thread goes through :mod:`signaling.storage.thread_writer`. Times are Unix
milliseconds.

Rule 1: messages are not told of in the audit one by one: they are their own record. That somebody
opens a thread, takes a message back or closes it is told of.
Rule 2: a page of a thread has had its time so many days after its end. Then its key is destroyed,
and only that there were messages stays, until the client is forgotten.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain import thread as said
from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Mark, Message, file_of, recall
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.file_rows import FILE, drop_files
from signaling.storage.journal import Entry, Journal
from signaling.storage.thread_jobs import ThreadHead, head_of, unopened
from signaling.storage.thread_pages import clear_at, page_of, place, span_of, subject
from signaling.storage.thread_tables import MARK, MESSAGE, THREAD

KEEP_DAYS: Final = 365
"""Unless somebody chose otherwise."""
HOPES: Final = 20
"""So many hours ahead somebody may have written of."""
AT_ONCE: Final = 200
"""Messages that one look returns at most."""


class ThreadStore:
    """Threads, but for what is written into them."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def open(
        self, clinic: UUID, counsellor: UUID, client: UUID, by: UUID, at: int
    ) -> ThreadHead:
        """Return the thread of two; made when there is none, and opened again where it was closed.

        Whether they belong together is for the caller to know.
        """
        query = select(THREAD).where(THREAD.c.counsellor == counsellor, THREAD.c.client == client)
        row = await self._one(query)
        if row is not None and row.closed_at is None:
            return head_of(row)
        if row is None:
            await self.add(clinic, [(counsellor, client)], by, at)
        else:
            async with self._journal.record(
                _opening(clinic, counsellor, client, by, at)
            ) as changing:
                await changing.execute(
                    update(THREAD).where(THREAD.c.id == row.id).values(closed_at=None)
                )
        found = await self._one(query)
        assert found is not None
        return head_of(found)

    async def add(
        self, clinic: UUID, pairs: Sequence[tuple[UUID, UUID]], by: UUID, at: int
    ) -> None:
        """Make threads of (counsellor, client), none of whom have one; all, or none of them."""
        rows = [
            {
                "id": uuid4(), "clinic": clinic, "counsellor": counsellor, "client": client,
                "made_at": at, "last": 0, "rev": 0, "keep_days": KEEP_DAYS,
            }
            for counsellor, client in pairs
        ]  # fmt: skip
        entries = [_opening(clinic, *pair, by, at) for pair in pairs]
        # One of another gateway may have been quicker: then what was wished for is there.
        with contextlib.suppress(IntegrityError):
            async with self._journal.record(*entries) as changing:
                await changing.execute(insert(THREAD), rows)

    async def get(self, thread: UUID) -> ThreadHead:
        """Return a thread. Raises :class:`Refusal` with ``not_found``."""
        row = await self._one(select(THREAD).where(THREAD.c.id == thread))
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        return head_of(row)

    async def of(self, person: UUID) -> list[ThreadHead]:
        """Return the threads of somebody."""
        query = select(THREAD).where(or_(THREAD.c.counsellor == person, THREAD.c.client == person))
        async with self._database.read() as reading:
            rows = (await reading.execute(query.order_by(THREAD.c.id))).all()
        return [head_of(row) for row in rows]

    async def marks(self, threads: Sequence[UUID]) -> dict[tuple[UUID, UUID], Mark]:
        """Return how far each is, by thread and person."""
        query = select(MARK).where(MARK.c.thread.in_(threads))
        async with self._database.read() as reading:
            rows = (await reading.execute(query)).all()
        return {(row.thread, row.person): Mark(row.delivered, row.read) for row in rows}

    async def since(self, thread: UUID, rev: int, at: int) -> list[Message]:
        """Return what is new or has changed since a revision, at most :data:`AT_ONCE`, in order."""
        query = select(MESSAGE).where(MESSAGE.c.thread == thread, MESSAGE.c.rev > rev)
        return await self._messages(query.order_by(MESSAGE.c.rev).limit(AT_ONCE), at)

    async def before(self, thread: UUID, number: int, at: int) -> list[Message]:
        """Return the messages before this one, at most :data:`AT_ONCE`, the newest last."""
        query = select(MESSAGE).where(MESSAGE.c.thread == thread, MESSAGE.c.number < number)
        found = await self._messages(query.order_by(MESSAGE.c.number.desc()).limit(AT_ONCE), at)
        return found[::-1]

    async def hopes(self, client: UUID, counsellor: UUID, at: int) -> list[str]:
        """Return what a client last wrote before hours with somebody, the newest first."""
        query = select(MESSAGE).join(THREAD, THREAD.c.id == MESSAGE.c.thread).where(
            THREAD.c.client == client, THREAD.c.counsellor == counsellor,
            MESSAGE.c.kind == said.Kind.HOPES, MESSAGE.c.author == client,
            MESSAGE.c.body.is_not(None),
        )  # fmt: skip
        found = await self._messages(query.order_by(MESSAGE.c.number.desc()).limit(HOPES), at)
        return [each.body for each in found if each.body is not None]

    async def recall(self, thread: UUID, person: UUID, number: int, at: int) -> Message:
        """Take a message back; said twice it is done once. Raises :class:`Refusal`."""
        known = await self.get(thread)
        entry = Entry(known.clinic, person, "message.recall", thread, at, said={"number": number})
        async with self._journal.record(entry) as changing:
            held = await _held(changing, thread)
            query = select(MESSAGE).where(MESSAGE.c.thread == thread, MESSAGE.c.number == number)
            row = (await changing.execute(query)).one_or_none()
            if row is None:
                raise Refusal(Code.NOT_FOUND)
            before = unopened(row)
            taken = recall(before, str(person), held.rev + 1, at)
            if taken is not before:
                await changing.execute(
                    update(MESSAGE)
                    .where(MESSAGE.c.thread == thread, MESSAGE.c.number == number)
                    .values(body=None, recalled=True, rev=taken.rev)
                )
                file = file_of(taken)
                if file is not None:
                    await drop_files(changing, FILE.c.id == file, FILE.c.thread == thread)
                await _move(changing, thread, rev=taken.rev)
        return taken

    async def close(self, thread: UUID, by: UUID | None, at: int) -> None:
        """Nobody writes into it any more; what is in it stays to be read."""
        known = await self.get(thread)
        entry = Entry(known.clinic, by, "thread.close", thread, at)
        async with self._journal.record(entry) as changing:
            await changing.execute(
                update(THREAD)
                .where(THREAD.c.id == thread, THREAD.c.closed_at.is_(None))
                .values(closed_at=at)
            )

    # --- time ------------------------------------------------------------------------------------

    async def keep_for(self, thread: UUID, days: int, by: UUID, at: int) -> None:
        """Say for how long what is written is kept; what is older by then goes at the next turn."""
        known = await self.get(thread)
        entry = Entry(known.clinic, by, "thread.keep_for", thread, at, said={"days": days})
        async with self._journal.record(entry) as changing:
            await _held(changing, thread)
            await _move(changing, thread, keep_days=days)
            await _plan_clearing(changing, thread)

    async def keep_change_for(self, thread: UUID, days: int | None, by: UUID, at: int) -> None:
        """Say for how long what stays of the two's hours is kept; None: as their clinic does."""
        known = await self.get(thread)
        entry = Entry(known.clinic, by, "thread.keep_change_for", thread, at, said={"days": days})
        async with self._journal.record(entry) as changing:
            await _move(changing, thread, change_days=days)

    async def due(self, at: int) -> list[UUID]:
        """Return threads whose oldest page has had its time, at most :data:`AT_ONCE`."""
        query = select(THREAD.c.id).where(THREAD.c.clear_at <= at).order_by(THREAD.c.clear_at)
        async with self._database.read() as reading:
            return list((await reading.execute(query.limit(AT_ONCE))).scalars())

    async def clear(self, thread: UUID, at: int) -> None:
        """Shred a thread's oldest page, if it is due: its key first, then what it sealed."""
        known = await self.get(thread)
        async with self._database.read() as reading:
            oldest = await reading.scalar(_oldest(thread))
        if oldest is None or clear_at(oldest, known.keep_days) > at:
            return
        page = page_of(oldest)
        gone = await self._keyring.destroy(Kind.PAGE, subject(thread, page), at)
        said = {"page": page, "keys": [str(key) for key in gone]}
        entry = Entry(known.clinic, None, "thread.clear", thread, at, said=said)
        begin, end = span_of(page)
        async with self._journal.record(entry) as changing:
            await _held(changing, thread)
            await changing.execute(
                update(MESSAGE)
                .where(MESSAGE.c.thread == thread, MESSAGE.c.at >= begin, MESSAGE.c.at < end)
                .values(body=None)
            )
            await drop_files(
                changing, FILE.c.thread == thread, FILE.c.ready_at >= begin, FILE.c.ready_at < end
            )
            await _plan_clearing(changing, thread)

    # --- parts -----------------------------------------------------------------------------------

    async def _one(self, query: Select[Any]) -> Row[Any] | None:
        async with self._database.read() as reading:
            found: Row[Any] | None = (await reading.execute(query)).one_or_none()
        return found

    async def _messages(self, query: Select[Any], at: int) -> list[Message]:
        async with self._database.read() as reading:
            rows = (await reading.execute(query)).all()
        return [await self._with_words(row, at) for row in rows]

    async def _with_words(self, row: Row[Any], at: int) -> Message:
        message = unopened(row)
        if row.body is None:
            return message
        try:
            plain = await self._keyring.open(row.body, place(row.thread, row.number), at)
        except SealError:  # its page was shredded in this moment
            return message
        return replace(message, body=plain.decode())


def _opening(clinic: UUID, counsellor: UUID, client: UUID, by: UUID, at: int) -> Entry:
    return Entry(clinic, by, "thread.open", client, at, said={"counsellor": str(counsellor)})


async def _held(changing: AsyncConnection, thread: UUID) -> Row[Any]:
    """The thread's row; nobody else writes into it before this transaction is over."""
    return (
        await changing.execute(select(THREAD).where(THREAD.c.id == thread).with_for_update())
    ).one()


async def _move(changing: AsyncConnection, thread: UUID, **to: int | None) -> None:
    await changing.execute(update(THREAD).where(THREAD.c.id == thread).values(**to))


def _oldest(thread: UUID) -> Select[Any]:
    """When the oldest message was written of which there is still something to read."""
    return select(func.min(MESSAGE.c.at)).where(
        MESSAGE.c.thread == thread, MESSAGE.c.body.is_not(None)
    )


async def _plan_clearing(changing: AsyncConnection, thread: UUID) -> None:
    oldest = await changing.scalar(_oldest(thread))
    days = (await _held(changing, thread)).keep_days
    await _move(changing, thread, clear_at=None if oldest is None else clear_at(oldest, days))
