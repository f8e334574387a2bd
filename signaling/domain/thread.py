"""The thread of two people: every message once, in one order, and what became of each. Pure.

Times are Unix milliseconds. Whatever stores a thread asks these functions inside its transaction,
so that what is decided and what is kept cannot part.

Rule 1: a message has an id of its author's making, by which a repeated one is known, and answered
as the first time. Its place is with the hand that wrote it, one browser's storage: ``ref`` counts
up from 1 there, and one too far ahead is refused (``text_out_of_order``), for those between would
be lost.
Rule 2: each says after which of its hand it comes. One that does not join on is of two browsers
with a copy of one storage: refused (``hand_taken``), and its browser goes on under another name,
with the same ids. So nothing is dropped, nothing is doubled, and each browser's order stays.
Rule 3: messages have numbers without gaps. Every change, a new message or one recalled, has a
revision without gaps: who comes back asks for all since the last they saw.
Rule 4: what came to somebody's page, and what they have read, are numbers that only grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from signaling.domain.errors import Code, Refusal

RECALL_MS: Final = 120_000
"""How long an author may take a message back."""


class Kind(StrEnum):
    """What a message is."""

    TEXT = "text"
    VOICE = "voice"
    FILE = "file"
    FEELING = "feeling"
    """A card that says how somebody is, for whom words are too much."""
    HOPES = "hopes"
    """What a client hopes for and fears before an hour."""
    BOOKING = "booking"
    """What became of an hour: asked for, agreed on, moved, cancelled, missed."""
    LINE = "line"
    """The line of a call was lost, and what happens next."""


FILE_MARK: Final = "f:"
RECALLED: Final = frozenset({Kind.TEXT, Kind.VOICE, Kind.FILE, Kind.FEELING, Kind.HOPES})
"""What its author may take back; of the others both have acted."""


ALWAYS_TAKEN: Final = frozenset({Kind.HOPES})
"""What its author may take back whenever they wish."""


def file_ident(file: UUID) -> str:
    """Return the id of the message of a file; with a colon, as all that no browser makes."""
    return f"{FILE_MARK}{file.hex}"


@dataclass(frozen=True, slots=True)
class Hand:
    """One browser's storage, of one person: how many messages it has sent, and the last."""

    author: str
    last: int = 0
    last_id: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands with its author: in which hand, the how many-th, after which."""

    hand: str
    ref: int
    after: str
    """The id of the one before it in this hand; empty for the first."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``body`` is None once it was recalled or its time was over."""

    number: int
    rev: int
    """Of the last change of it."""
    id: str
    author: str
    kind: Kind
    body: str | None
    at: int
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which number messages came to somebody's page, and were read."""

    delivered: int = 0
    read: int = 0


def file_of(message: Message) -> UUID | None:
    """Return the file a message is about; None of one that is about none."""
    if message.kind not in {Kind.FILE, Kind.VOICE}:
        return None
    return UUID(hex=message.id.removeprefix(FILE_MARK))


def follow(hand: Hand | None, author: str, place: Place, ident: str) -> Hand:
    """Return the hand after a message that was not heard before.

    Raises :class:`Refusal`: ``text_out_of_order`` when there would be a gap, ``hand_taken`` when
    the hand is another's or went on otherwise, ``malformed`` of a number that is none.
    """
    held = Hand(author) if hand is None else hand
    if place.ref < 1:
        raise Refusal(Code.MALFORMED)
    if held.author != author or place.ref <= held.last:
        raise Refusal(Code.HAND_TAKEN)
    if place.ref > held.last + 1:
        raise Refusal(Code.TEXT_OUT_OF_ORDER)
    if place.after != held.last_id:
        raise Refusal(Code.HAND_TAKEN)
    return Hand(author, place.ref, ident)


def repeat(hand: Hand | None, known: Message, author: str, place: Place) -> Hand | None:
    """Return the hand after a message that is there already; None leaves it as it is.

    A browser that goes on under another name says again what may have come under the old one: its
    new hand counts on from it, in order. Raises :class:`Refusal`: as :func:`follow`, and
    ``hand_taken`` of another's message.
    """
    if known.author != author:
        raise Refusal(Code.HAND_TAKEN)
    if hand is not None and hand.author == author and 1 <= place.ref <= hand.last:
        return None
    return follow(hand, author, place, known.id)


def recall(known: Message, author: str, rev: int, at: int) -> Message:
    """Return a message that its author takes back; said twice it is done once.

    Raises :class:`Refusal`: ``not_found`` of another's, ``not_now`` after :data:`RECALL_MS` or of
    what cannot be taken back.
    """
    if known.author != author:
        raise Refusal(Code.NOT_FOUND)
    if known.recalled:
        return known
    if known.kind not in RECALLED or (at - known.at > RECALL_MS and known.kind not in ALWAYS_TAKEN):
        raise Refusal(Code.NOT_NOW)
    return replace(known, body=None, recalled=True, rev=rev)


def advance(mark: Mark, last: int, delivered: int, read: int) -> Mark:
    """Return how far somebody is now. Nobody has seen what there is not, or read what did not come.

    What is behind changes nothing: pages on two devices say different things.
    """
    came = min(max(mark.delivered, delivered, read), last)
    return Mark(came, min(max(mark.read, read), came))


class Thread:
    """A thread in memory: what a store does, without one."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._numbers: dict[str, int] = {}
        self._hands: dict[str, Hand] = {}
        self._marks: dict[str, Mark] = {}
        self._changes: list[int] = []
        """By revision: the number of what changed."""

    @property
    def rev(self) -> int:
        """The revision of the newest change."""
        return len(self._changes)

    @property
    def last(self) -> int:
        """The number of the newest message."""
        return len(self._messages)

    def write(
        self, author: str, place: Place, ident: str, kind: Kind, body: str, at: int
    ) -> tuple[Message, bool]:
        """Return the message and whether it is new. Raises :class:`Refusal`: see the rules."""
        hand = self._hands.get(place.hand)
        if ident in self._numbers:
            known = self._messages[self._numbers[ident] - 1]
            moved = repeat(hand, known, author, place)
            if moved is not None:
                self._hands[place.hand] = moved
            return known, False
        self._hands[place.hand] = follow(hand, author, place, ident)
        made = Message(self.last + 1, self.rev + 1, ident, author, kind, body, at)
        self._messages.append(made)
        self._numbers[ident] = made.number
        self._changes.append(made.number)
        return made, True

    def recall(self, author: str, number: int, at: int) -> Message:
        """Take a message back. Raises :class:`Refusal`."""
        if not 1 <= number <= self.last:
            raise Refusal(Code.NOT_FOUND)
        known = self._messages[number - 1]
        taken = recall(known, author, self.rev + 1, at)
        if taken is not known:
            self._changes.append(number)
            self._messages[number - 1] = taken
        return taken

    def mark(self, person: str, delivered: int, read: int) -> Mark:
        """Note how far somebody is."""
        before = self._marks.get(person, Mark())
        self._marks[person] = advance(before, self.last, delivered, read)
        return self._marks[person]

    def marks(self) -> dict[str, Mark]:
        """Return how far everybody is."""
        return dict(self._marks)

    def since(self, rev: int) -> Sequence[Message]:
        """Return what is new or has changed since a revision, in the order of the changes."""
        changed = enumerate(self._changes[rev:], start=rev + 1)
        found = ((at, self._messages[number - 1]) for at, number in changed)
        return [message for at, message in found if message.rev == at]
