"""The calls about files and voice notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from signaling import thread_messages as wire
from signaling.api import file_bodies as bodies
from signaling.api.blob_answer import Blob
from signaling.api.call import Asked, Call
from signaling.attachments import Attachments
from signaling.domain.errors import Code
from signaling.domain.thread import Kind
from signaling.files.kinds import PICTURE_TYPE, VOICE_TYPE, FileType
from signaling.storage.file_store import PIECE, File
from signaling.thread_cards import FileCard

FILE: Final = "/api/v1/threads/{thread_id}/files/{file_id}"
SHOWN: Final = {FileType.PICTURE: PICTURE_TYPE, FileType.VOICE: VOICE_TYPE}
"""What we wrote ourselves. Of the rest nobody is told a type that a browser would act on."""


class FileCalls:
    """Answers them."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("PUT", FILE, "Begin to send a file, or ask how far it is", self._begin,
                 body=bodies.BeginFile, answer=bodies.Coming, codes=(Code.TAKEN,)),
            Call("POST", f"{FILE}/pieces", "Send a piece of it", self._add, query=bodies.PieceAt,
                 takes=PIECE, answer=bodies.Coming),
            Call("POST", f"{FILE}/message", "Let it be a message, now that all is there",
                 self._send, answer=wire.Stored, status=HTTPStatus.CREATED,
                 codes=(Code.NOT_NOW, Code.FILE_REFUSED)),
            Call("GET", FILE, "A file", self._open, answer=Blob),
            Call("DELETE", FILE, "Give one up that was not sent", self._drop),
        ]  # fmt: skip

    async def _begin(self, asked: Asked) -> bodies.Coming:
        body: bodies.BeginFile = asked.body
        thread, ident = asked.ids
        return _coming(
            await self._attachments.begin(
                asked.actor, thread, ident, Kind(body.kind.value), body.name, body.bytes, asked.at
            )
        )

    async def _add(self, asked: Asked) -> bodies.Coming:
        query: bodies.PieceAt = asked.query
        thread, ident = asked.ids
        return _coming(
            await self._attachments.add(asked.actor, thread, ident, query.at, asked.body, asked.at)
        )

    async def _send(self, asked: Asked) -> wire.Stored:
        thread, ident = asked.ids
        kept = await self._attachments.send(asked.actor, thread, ident, asked.at)
        made = kept.message
        return wire.Stored(made.number, made.rev, made.at, kept.fresh)

    async def _open(self, asked: Asked) -> Blob:
        thread, ident = asked.ids
        card, pieces = await self._attachments.open(asked.actor, thread, ident, asked.at)
        return _blob(card, pieces)

    async def _drop(self, asked: Asked) -> None:
        thread, ident = asked.ids
        await self._attachments.drop(asked.actor, thread, ident, asked.at)


def _coming(file: File) -> bodies.Coming:
    return bodies.Coming(file.received, file.bytes, PIECE)


def _blob(card: FileCard, pieces: AsyncIterator[bytes]) -> Blob:
    return Blob(SHOWN.get(card.type, "application/octet-stream"), card.name, card.bytes, pieces)
