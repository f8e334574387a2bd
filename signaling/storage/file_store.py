"""Files and voice notes in their database: piece by piece as they come, and whole as they are kept.

What is here is sealed with the page of the thread on which its message stands
(:mod:`signaling.storage.thread_pages`): it goes when the page goes. Times are Unix milliseconds,
sizes are bytes.

Rule 1: pieces come in order; one that is there already changes nothing. So an upload goes on where
it was, whatever was lost.
Rule 2: a file is never shown to anybody before it was found to be what can be sent; then its bytes
are kept anew in one transaction, and those that came are gone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Kind
from signaling.keys.keyring import Keyring
from signaling.keys.sealing import Key, SealError
from signaling.storage.database import Database
from signaling.storage.file_rows import FILE, FILE_PIECE, drop_files
from signaling.storage.thread_jobs import ThreadHead
from signaling.storage.thread_pages import DAY_MS, WEEK_MS, page_key
from signaling.storage.thread_tables import MESSAGE

PIECE: Final = 256 * 1024
MOST_COMING: Final = 5
"""Uploads of one person that are not done."""
MOST_A_DAY: Final = 200_000_000
"""Of one person: ten of the largest."""
GIVEN_UP_MS: Final = DAY_MS
"""What was not done by then is not waited for."""
_SENT: Final = exists().where(
    MESSAGE.c.thread == FILE.c.thread, MESSAGE.c.author == FILE.c.author,
    MESSAGE.c.kind == FILE.c.kind, MESSAGE.c.at == FILE.c.ready_at,
)  # fmt: skip
"""There is a message of it: its time is that at which its file was ready."""


@dataclass(frozen=True, slots=True)
class File:
    """A file without its bytes. Personal: has no readable form."""

    id: UUID
    thread: UUID
    author: UUID
    kind: Kind
    bytes: int
    received: int
    begun_at: int
    ready_at: int | None
    told: str
    """The name its author gave it; once it is ready what it is, as its message says it."""

    def __repr__(self) -> str:
        return "File(...)"


class FileStore:
    """Files of threads."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def begin(self, file: File, head: ThreadHead) -> None:
        """Make room for a file; said again it changes nothing.

        Raises :class:`Refusal`: ``busy`` of too many at a time, ``rate_limited`` of too much a day,
        ``not_allowed`` once the client is being erased.
        """
        key = await self._key(file.thread, head.client, file.begun_at)
        own = FILE.c.author == file.author
        coming = select(func.count()).where(own, FILE.c.ready_at.is_(None))
        lately = select(func.sum(FILE.c.bytes)).where(own, FILE.c.begun_at > file.begun_at - DAY_MS)
        values = {
            "id": file.id, "thread": file.thread, "author": file.author, "kind": file.kind.value,
            "bytes": file.bytes, "received": 0, "begun_at": file.begun_at, "ready_at": None,
            "told": key.seal(file.told.encode(), _told_place(file.id)),
        }  # fmt: skip
        try:
            async with self._database.write() as changing:
                if (await changing.scalar(coming) or 0) >= MOST_COMING:
                    raise Refusal(Code.BUSY)
                if (await changing.scalar(lately) or 0) + file.bytes > MOST_A_DAY:
                    raise Refusal(Code.RATE_LIMITED)
                await changing.execute(insert(FILE).values(**values))
        except IntegrityError:  # said twice at once: it is there
            return

    async def find(self, ident: UUID, at: int) -> File | None:
        """Return a file; None where there is none, or it can be read no more."""
        async with self._database.read() as reading:
            row = (await reading.execute(select(FILE).where(FILE.c.id == ident))).one_or_none()
        if row is None:
            return None
        try:
            told = await self._keyring.open(row.told, _told_place(row.id), at)
        except SealError:
            return None
        return _file(row, told.decode())

    async def add(self, file: File, head: ThreadHead, at: int, data: bytes, now: int) -> File:
        """Keep a piece of a file that begins at ``at``; returns how far it is.

        One that does not join on changes nothing, nor does one of a file that is ready. Raises
        :class:`Refusal`: ``too_large`` past the end that was announced, ``not_found`` where there
        is none any more.
        """
        if file.ready_at is not None:  # and has another length now
            return file
        if at + len(data) > file.bytes:
            raise Refusal(Code.TOO_LARGE)
        key = await self._key(file.thread, head.client, now)
        sealed = key.seal(data, _piece_place(file.id, at, whole=False))
        async with self._database.write() as changing:
            held = select(FILE.c.received, FILE.c.ready_at).where(FILE.c.id == file.id)
            row = (await changing.execute(held.with_for_update())).one_or_none()
            if row is None:
                raise Refusal(Code.NOT_FOUND)
            if row.received != at or row.ready_at is not None or not data:
                return replace(file, received=row.received, ready_at=row.ready_at)
            await changing.execute(insert(FILE_PIECE).values(file=file.id, at=at, body=sealed))
            await changing.execute(
                update(FILE).where(FILE.c.id == file.id).values(received=at + len(data))
            )
        return replace(file, received=at + len(data))

    async def read(self, file: File, at: int) -> AsyncIterator[bytes]:
        """Return a file's bytes, piece by piece. Raises :class:`SealError` once it was erased."""
        begin = 0
        whole = file.ready_at is not None
        while begin < file.received:
            query = select(FILE_PIECE.c.body).where(
                FILE_PIECE.c.file == file.id, FILE_PIECE.c.at == begin
            )
            async with self._database.read() as reading:
                sealed = await reading.scalar(query)
            if sealed is None:  # taken back in this moment
                raise SealError
            piece = await self._keyring.open(sealed, _piece_place(file.id, begin, whole=whole), at)
            yield piece
            begin += len(piece)

    async def put(self, file: File, head: ThreadHead, told: str, data: bytes, now: int) -> File:
        """Keep a file as it is to be kept; of two at once the first counts, for both.

        Raises :class:`Refusal` with ``not_found``.
        """
        key = await self._key(file.thread, head.client, now)
        pieces = [
            {
                "file": file.id, "at": begin,
                "body": key.seal(
                    data[begin : begin + PIECE], _piece_place(file.id, begin, whole=True)
                ),
            }
            for begin in range(0, len(data), PIECE)
        ]  # fmt: skip
        values: dict[str, Any] = {
            "bytes": len(data), "received": len(data), "ready_at": now,
            "told": key.seal(told.encode(), _told_place(file.id)),
        }  # fmt: skip
        async with self._database.write() as changing:
            held = select(FILE.c.ready_at).where(FILE.c.id == file.id).with_for_update()
            row = (await changing.execute(held)).one_or_none()
            if row is None:
                raise Refusal(Code.NOT_FOUND)
            if row.ready_at is None:
                await changing.execute(delete(FILE_PIECE).where(FILE_PIECE.c.file == file.id))
                await changing.execute(insert(FILE_PIECE), pieces)
                await changing.execute(update(FILE).where(FILE.c.id == file.id).values(**values))
        known = await self.find(file.id, now)
        if known is None:  # taken back in this moment
            raise Refusal(Code.NOT_FOUND)
        return known

    async def drop(self, ident: UUID, author: UUID) -> None:
        """Its author gives it up before it was sent; one that is not there is given up already."""
        async with self._database.write() as changing:
            await drop_files(
                changing, FILE.c.id == ident, FILE.c.author == author, FILE.c.ready_at.is_(None)
            )

    async def give_up(self, at: int) -> None:
        """Forget what nobody went on with, also where only its message was lacking."""
        until = at - GIVEN_UP_MS
        async with self._database.write() as changing:
            await drop_files(changing, FILE.c.ready_at.is_(None), FILE.c.begun_at <= until)
            await drop_files(changing, FILE.c.ready_at.between(until - WEEK_MS, until), ~_SENT)

    async def _key(self, thread: UUID, client: UUID, at: int) -> Key:
        try:
            return await page_key(self._keyring, thread, client, at)
        except SealError:  # the client is being erased
            raise Refusal(Code.NOT_ALLOWED) from None


def _file(row: Row[Any], told: str) -> File:
    return File(
        row.id, row.thread, row.author, Kind(row.kind), row.bytes, row.received, row.begun_at,
        row.ready_at, told,
    )  # fmt: skip


def _told_place(ident: UUID) -> str:
    return f"file.told:{ident}"


def _piece_place(ident: UUID, at: int, *, whole: bool) -> str:
    return f"file.{'piece' if whole else 'coming'}:{ident}:{at}"
