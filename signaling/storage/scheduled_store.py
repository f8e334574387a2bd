"""Messages that are to be sent later, in their database.

Rule 1: what is due becomes a message and is scheduled no more in one transaction: it is sent once.
Rule 2: nothing is dropped in silence. What could not be sent stays, and its author is told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Kind as MessageKind
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.journal import Journal
from signaling.storage.thread_batch import keep
from signaling.storage.thread_jobs import Kept, ThreadHead, Written
from signaling.storage.thread_tables import SCHEDULED

MOST: Final = 50
"""Of one author in one thread."""
AT_ONCE: Final = 100


class Standing(StrEnum):
    """How far one is."""

    WAITING = "waiting"
    SENT = "sent"
    HELD = "held"
    """It could not be sent."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A message for later. Personal: has no readable form."""

    id: UUID
    thread: UUID
    author: UUID
    due_at: int
    standing: Standing
    body: str

    def __repr__(self) -> str:
        return "Scheduled(...)"


class ScheduledStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._database = journal.database
        self._keyring = keyring

    async def add(
        self, ident: UUID, head: ThreadHead, author: UUID, body: str, due_at: int, at: int
    ) -> None:
        """Keep one for later; the same id again is the same. Raises :class:`Refusal` (``busy``)."""
        key = await self._keyring.key(Kind.CLIENT, head.client, head.clinic, at)
        values = {
            "id": ident, "thread": head.id, "author": author, "due_at": due_at,
            "state": Standing.WAITING.value, "body": key.seal(body.encode(), _place(ident)),
        }  # fmt: skip
        own = (SCHEDULED.c.thread == head.id, SCHEDULED.c.author == author)
        count = select(func.count()).where(*own, SCHEDULED.c.state != Standing.SENT.value)
        try:
            async with self._database.write() as changing:
                if (await changing.scalar(count) or 0) >= MOST:
                    raise Refusal(Code.BUSY)
                await changing.execute(insert(SCHEDULED).values(**values))
        except IntegrityError:  # said again
            return

    async def of(self, thread: UUID, author: UUID, at: int) -> list[Scheduled]:
        """Return what an author has for later, the first one first."""
        query = select(SCHEDULED).where(
            SCHEDULED.c.thread == thread, SCHEDULED.c.author == author,
            SCHEDULED.c.state != Standing.SENT.value,
        )  # fmt: skip
        async with self._database.read() as reading:
            rows = (await reading.execute(query.order_by(SCHEDULED.c.due_at))).all()
        return [await self._opened(row, at) for row in rows]

    async def drop(self, ident: UUID, thread: UUID, author: UUID) -> None:
        """Its author takes it back before it was sent. Raises :class:`Refusal`: ``not_found``."""
        async with self._database.write() as changing:
            gone = await changing.execute(
                delete(SCHEDULED).where(
                    SCHEDULED.c.id == ident, SCHEDULED.c.thread == thread,
                    SCHEDULED.c.author == author, SCHEDULED.c.state != Standing.SENT.value,
                )
            )  # fmt: skip
        if not gone.rowcount:
            raise Refusal(Code.NOT_FOUND)

    async def due(self, at: int) -> list[Scheduled]:
        """Return some whose time has come."""
        query = select(SCHEDULED).where(
            SCHEDULED.c.state == Standing.WAITING.value, SCHEDULED.c.due_at <= at
        )
        async with self._database.read() as reading:
            rows = (await reading.execute(query.order_by(SCHEDULED.c.due_at).limit(AT_ONCE))).all()
        return [await self._opened(row, at) for row in rows]

    async def put_off(self, each: Scheduled, until: int) -> None:
        """Its reader is not to be reached before."""
        async with self._database.write() as changing:
            await changing.execute(
                update(SCHEDULED)
                .where(SCHEDULED.c.id == each.id, SCHEDULED.c.state == Standing.WAITING.value)
                .values(due_at=until)
            )

    async def send(self, each: Scheduled, at: int) -> Kept | None:
        """Let it be a message now; None where it was sent meanwhile, or cannot be."""
        async with self._database.write() as changing:
            held = select(SCHEDULED.c.state).where(SCHEDULED.c.id == each.id).with_for_update()
            if await changing.scalar(held) != Standing.WAITING.value:
                return None
            said = Written(
                each.thread, each.author, None, f"s:{each.id.hex}", MessageKind.TEXT, each.body, at
            )
            (answer,) = await keep(changing, self._keyring, [said])
            kept = answer if isinstance(answer, Kept) else None
            values: dict[str, Any] = {"state": Standing.HELD.value}
            if kept is not None:
                values = {"state": Standing.SENT.value, "body": None}
            await changing.execute(
                update(SCHEDULED).where(SCHEDULED.c.id == each.id).values(**values)
            )
            return kept

    async def hold(self, each: Scheduled) -> None:
        """It cannot be sent: its author is told so."""
        async with self._database.write() as changing:
            await changing.execute(
                update(SCHEDULED)
                .where(SCHEDULED.c.id == each.id, SCHEDULED.c.state == Standing.WAITING.value)
                .values(state=Standing.HELD.value)
            )

    async def _opened(self, row: Row[Any], at: int) -> Scheduled:
        body = ""
        if row.body is not None:
            try:
                body = (await self._keyring.open(row.body, _place(row.id), at)).decode()
            except SealError:  # its client was erased
                body = ""
        return Scheduled(row.id, row.thread, row.author, row.due_at, Standing(row.state), body)


def _place(ident: UUID) -> str:
    return f"scheduled.body:{ident}"
