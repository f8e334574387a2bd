"""What is asked of a thread in its database, and what became of it. Times are Unix milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from signaling.domain.errors import Refusal
from signaling.domain.thread import Kind, Mark, Message, Place


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """A thread without what is in it."""

    id: UUID
    clinic: UUID
    counsellor: UUID
    client: UUID
    closed_at: int | None
    last: int
    rev: int
    keep_days: int
    change_days: int | None = None
    """For how long what stays of the two's hours is kept; None: as long as the clinic keeps it."""


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody's message. Personal: has no readable form."""

    thread: UUID
    author: UUID
    place: Place | None
    """None of what no browser wrote, but a transaction that says it once."""
    ident: str
    """Of its author's making; with a colon in it of ours, so that nobody takes one before us."""
    kind: Kind
    body: str
    at: int
    token: bytes | None = None
    """The digest of what the author's browser holds, where their right was not looked at yet."""

    def __repr__(self) -> str:
        return "Written(...)"


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody says they are."""

    thread: UUID
    person: UUID
    delivered: int
    read: int
    at: int = 0
    token: bytes | None = None
    """As of :class:`Written`."""

    def __repr__(self) -> str:
        return "Seen(...)"


class Doubt:
    """It is not plain that somebody may: nothing was done."""


Job = Written | Seen


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a :class:`Written`: the message, and whether it is a new one."""

    message: Message
    fresh: bool
    head: ThreadHead


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a :class:`Seen`."""

    mark: Mark
    head: ThreadHead


Answer = Kept | Marked | Refusal | Doubt


def head_of(row: Row[Any]) -> ThreadHead:
    """Return a thread as it was when this row was read."""
    return ThreadHead(
        row.id, row.clinic, row.counsellor, row.client, row.closed_at, row.last, row.rev,
        row.keep_days, row.change_days,
    )  # fmt: skip


def unopened(row: Row[Any]) -> Message:
    """Return a stored message without its words."""
    return Message(
        row.number, row.rev, row.id, str(row.author), Kind(row.kind), None, row.at, row.recalled
    )
