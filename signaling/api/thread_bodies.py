"""The bodies of REST about threads. Times are Unix milliseconds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from signaling.api.hour_bodies import Shown
from signaling.domain.messages import MAX_BODY_CHARS
from signaling.domain.thread import Kind
from signaling.personal import Personal
from signaling.threads import LEAST_DAYS, MOST_DAYS

MOST = 2**53 - 1
"""The largest number that a browser counts exactly."""
Number = Annotated[int, Meta(ge=0, le=MOST)]
Ref = Annotated[int, Meta(ge=1, le=MOST)]
Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
NameOrNone = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class Write(Personal, frozen=True):
    """A message, and its place with its author."""

    id: Name
    """Of the author's making; a repeated one is known by it."""
    hand: Name
    """The browser that wrote it."""
    ref: Ref
    """The how many-th of its hand."""
    after: NameOrNone
    """The id of the one before it in its hand; empty for the first."""
    body: Annotated[str, Meta(min_length=1, max_length=MAX_BODY_CHARS)]


class Stored(Personal, frozen=True):
    """What became of a message: it is stored."""

    number: int
    rev: int
    at: int
    fresh: bool
    """False when it was there already."""


class Message(Personal, frozen=True):
    """A message as it is read; ``body`` is null once it was recalled or its time was over."""

    number: int
    rev: int
    id: str
    author: UUID
    kind: Kind
    body: str | None
    at: int
    recalled: bool


class Messages(Personal, frozen=True):
    """Some messages of a thread, and how far it is: ``rev`` of the newest change."""

    items: list[Message]
    last: int
    rev: int


class Page(Personal, frozen=True):
    """Which messages: changed ``since`` a revision, or those ``before`` a number."""

    since: Number | None = None
    before: Number | None = None


class Recall(Personal, frozen=True):
    """Which message is taken back."""

    number: Ref


class Mark(Personal, frozen=True):
    """Up to which number messages came to somebody's page, and were read."""

    delivered: Number
    read: Number


class Keep(Personal, frozen=True):
    """For how long what is written is kept."""

    days: Annotated[int, Meta(ge=LEAST_DAYS, le=MOST_DAYS)]


class Thread(Personal, frozen=True):
    """A thread of two."""

    id: UUID
    counsellor: Shown
    client: Shown
    last: int
    rev: int
    keep_days: int
    closed: bool
    """Nobody writes into it any more."""
    counsellor_mark: Mark
    client_mark: Mark


class Threads(Personal, frozen=True):
    """One's own threads."""

    items: list[Thread]
