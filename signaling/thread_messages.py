"""What pages and programs exchange about threads, by REST and on a connection of their own.

Part of the wire (``wire.py``); docs/protocol.md is their prose. Times are Unix milliseconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Meta

from signaling.decoding import convert
from signaling.domain.errors import Code
from signaling.domain.events import CloseReason
from signaling.domain.messages import MAX_BODY_CHARS
from signaling.domain.thread import Kind
from signaling.personal import Personal

MOST = 2**53 - 1
"""The largest number that a browser counts exactly."""
Number: TypeAlias = Annotated[int, Meta(ge=0, le=MOST)]
Ref: TypeAlias = Annotated[int, Meta(ge=1, le=MOST)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
NameOrNone: TypeAlias = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")]


class Saying(StrEnum):
    """What a hand writes: words, or a card (its ``body`` is JSON then: ``thread_cards.py``)."""

    TEXT = Kind.TEXT.value
    FEELING = Kind.FEELING.value
    HOPES = Kind.HOPES.value


# --- what both ways have in common ----------------------------------------------------------------


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
    kind: Saying = Saying.TEXT


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


class Recall(Personal, frozen=True):
    """Which message is taken back."""

    number: Ref


class Mark(Personal, frozen=True):
    """Up to which number messages came to somebody's page, and were read."""

    delivered: Number
    read: Number


# --- commands of a connection, answered by a reply ------------------------------------------------


class WriteMessage(Write, frozen=True, tag="write_message", kw_only=True):
    """Write into a thread. Answered once it is stored."""

    thread: UUID


class RecallMessage(Recall, frozen=True, tag="recall_message", kw_only=True):
    """Take one's own message back, for two minutes."""

    thread: UUID


class MarkMessages(Mark, frozen=True, tag="mark_messages", kw_only=True):
    """Say how far one is."""

    thread: UUID


class ReplayThread(Personal, frozen=True, tag="replay_thread"):
    """Ask for what is new or has changed since a revision, at most 200, in order."""

    thread: UUID
    since: Number


class ShowPresence(Personal, frozen=True, tag="show_presence"):
    """Let the other one see that this page is there, as long as it is; or no longer."""

    thread: UUID
    on: bool


InboxCommand: TypeAlias = WriteMessage | RecallMessage | MarkMessages | ReplayThread | ShowPresence


# --- replies --------------------------------------------------------------------------------------


class Stored(Personal, frozen=True, tag="stored"):
    """What became of a message: it is stored."""

    number: int
    rev: int
    at: int
    fresh: bool
    """False when it was there already."""


class Recalled(Personal, frozen=True, tag="recalled"):
    """It is taken back."""

    message: Message


class Marked(Personal, frozen=True, tag="marked"):
    """How far somebody is now. Also an event, of either of the two."""

    thread: UUID
    person: UUID
    mark: Mark


class Present(Personal, frozen=True, tag="present"):
    """Whether somebody lets it be seen that they are there. Also an event, of the other one."""

    thread: UUID
    person: UUID
    here: bool


class Changes(Personal, frozen=True, tag="changes"):
    """Some messages of a thread in the order of their changes, and how far it is.

    More is there while ``rev`` is above that of the last one.
    """

    thread: UUID
    items: list[Message]
    last: int
    rev: int


class InboxRefused(Personal, frozen=True, tag="refused"):
    """Nothing changed. ``code`` is stable; ``id`` is that of the message, where there was one."""

    code: Code
    id: str | None = None


InboxReply: TypeAlias = Stored | Recalled | Marked | Present | Changes | InboxRefused


# --- events ---------------------------------------------------------------------------------------


class ThreadState(Personal, frozen=True):
    """A thread without what is in it."""

    id: UUID
    counsellor: UUID
    client: UUID
    last: int
    rev: int
    keep_days: int
    change_days: int | None
    """For how long what stays of the two's hours is kept; null: as the clinic does."""
    open: bool
    """The two belong together, and may write."""
    counsellor_mark: Mark
    client_mark: Mark


class Inbox(Personal, frozen=True, tag="inbox"):
    """First event of a connection: one's own threads, and the gateway's time."""

    you: UUID
    threads: list[ThreadState]
    now: int


class MessageChanged(Personal, frozen=True, tag="message_changed"):
    """A message is new, or was recalled."""

    thread: UUID
    message: Message


class ThreadChanged(Personal, frozen=True, tag="thread_changed"):
    """A thread is new."""

    thread: ThreadState


class Parted(Personal, frozen=True, tag="parted"):
    """These two belong together no longer: nobody writes into their thread."""

    counsellor: UUID
    client: UUID


class InboxClosed(Personal, frozen=True, tag="closed"):
    """Last event: this page is told of nothing more."""

    reason: CloseReason


InboxEvent: TypeAlias = (
    Inbox | MessageChanged | Marked | Present | ThreadChanged | Parted | InboxClosed
)


class InboxAuth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The ``auth`` payload of who wants to be told of their threads; the cookie says who."""

    inbox: Literal[True]
    protocol: Literal[1]


def decode_auth(payload: object) -> InboxAuth | None:
    """Turn the ``auth`` payload of who wants to be told of their threads into what it says.

    None of any other one. Raises :class:`Refusal` with ``malformed``.
    """
    if not isinstance(payload, dict) or "inbox" not in payload:
        return None
    auth: InboxAuth = convert(payload, InboxAuth, Code.MALFORMED)
    return auth


def decode_command(payload: object) -> InboxCommand:
    """Turn a Socket.IO payload of such a connection into a command.

    Raises :class:`Refusal` with ``malformed``.
    """
    command: InboxCommand = convert(payload, InboxCommand, Code.MALFORMED)
    return command
