"""Files and voice notes as people deal with them: sent in pieces, looked at, then a message.

Rule 1: a file belongs to a thread, and what may be done with it is what may be done there.
Rule 2: it becomes a message once all of it is here and was found to be what can be sent; asked for
again, that is the same message. Its id is made of the file's.
Rule 3: what its bytes are decides; its name is cleaned and only shown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final
from uuid import UUID

import msgspec

from signaling.accounts import Actor
from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Kind, file_ident
from signaling.files.child import MOST_BYTES
from signaling.files.cleaner import Cleaner
from signaling.files.kinds import Found, name_of
from signaling.keys.sealing import SealError
from signaling.storage.file_store import File, FileStore
from signaling.storage.thread_jobs import Kept, ThreadHead, Written
from signaling.thread_cards import FileCard
from signaling.threads import Threads

MOST_VOICE_BYTES: Final = 1_000_000
"""A minute at 128 kbit/s."""


class Attachments:
    """Everything about files. Times are Unix milliseconds, sizes bytes."""

    def __init__(self, store: FileStore, threads: Threads, cleaner: Cleaner) -> None:
        self._store = store
        self._threads = threads
        self._cleaner = cleaner

    async def begin(
        self, actor: Actor, thread: UUID, ident: UUID, kind: Kind, name: str, size: int, at: int
    ) -> File:
        """Make room for a file, or return how far it is; of one that is ready all is there.

        Raises :class:`Refusal`: ``too_large``, ``taken`` of an id that stands for another one.
        """
        head = await self._threads.open_own(actor, thread, at)
        if size > (MOST_VOICE_BYTES if kind is Kind.VOICE else MOST_BYTES):
            raise Refusal(Code.TOO_LARGE)
        known = await self._store.find(ident, at)
        if known is None:
            wanted = File(ident, thread, actor.person, kind, size, 0, at, None, name)
            await self._store.begin(wanted, head)
            known = await self._store.find(ident, at)
        if known is None or (known.thread, known.author, known.kind) != (
            thread, actor.person, kind,
        ):  # fmt: skip
            raise Refusal(Code.TAKEN)
        if known.ready_at is not None:  # what it has become has a length of its own
            return replace(known, bytes=size, received=size)
        return known

    async def add(
        self, actor: Actor, thread: UUID, ident: UUID, begin: int, data: bytes, at: int
    ) -> File:
        """Keep a piece; returns how far it is. Raises :class:`Refusal`."""
        head = await self._threads.open_own(actor, thread, at)
        file = await self._own(actor, thread, ident, at)
        return await self._store.add(file, head, begin, data, at)

    async def send(self, actor: Actor, thread: UUID, ident: UUID, at: int) -> Kept:
        """All of it is here: let it be a message.

        Raises :class:`Refusal`: ``not_now`` while it is not, ``file_refused`` of what cannot be
        sent, ``too_large`` of a picture or a voice note that is.
        """
        head = await self._threads.open_own(actor, thread, at)
        file = await self._own(actor, thread, ident, at)
        if file.received < file.bytes:
            raise Refusal(Code.NOT_NOW)
        if file.ready_at is None:
            file = await self._ready(file, head, at)
        assert file.ready_at is not None
        return await self._threads.keep(
            Written(
                thread, actor.person, None, file_ident(ident), file.kind, file.told, file.ready_at
            )
        )

    async def open(
        self, actor: Actor, thread: UUID, ident: UUID, at: int
    ) -> tuple[FileCard, AsyncIterator[bytes]]:
        """Return what a file of one's own thread is, and its bytes. Raises :class:`Refusal`."""
        await self._threads.look(actor, thread, at)
        file = await self._store.find(ident, at)
        if file is None or file.thread != thread or file.ready_at is None:
            raise Refusal(Code.NOT_FOUND)
        return msgspec.json.decode(file.told, type=FileCard), self._store.read(file, at)

    async def drop(self, actor: Actor, thread: UUID, ident: UUID, at: int) -> None:
        """Give one up that was not sent."""
        await self._threads.own(actor, thread, at)
        await self._store.drop(ident, actor.person)

    async def give_up(self, at: int) -> None:
        """Forget what nobody went on with. Raises StorageAway."""
        await self._store.give_up(at)

    async def _ready(self, file: File, head: ThreadHead, at: int) -> File:
        try:
            data = b"".join([piece async for piece in self._store.read(file, at)])
        except SealError:  # asked for twice at once, and the other was quicker; or given up
            known = await self._store.find(file.id, at)
            if known is None or known.ready_at is None:
                raise Refusal(Code.NOT_FOUND) from None
            return known
        found, kept = await self._cleaner.clean(data, is_voice=file.kind is Kind.VOICE)
        return await self._store.put(file, head, _card(file, found, len(kept)), kept, at)

    async def _own(self, actor: Actor, thread: UUID, ident: UUID, at: int) -> File:
        file = await self._store.find(ident, at)
        if file is None or (file.thread, file.author) != (thread, actor.person):
            raise Refusal(Code.NOT_FOUND)
        return file


def _card(file: File, found: Found, size: int) -> str:
    name = name_of(file.told, found.extension)
    card = FileCard(file.id, name, found.type, size, found.width, found.height, found.ms)
    return msgspec.json.encode(card).decode()
