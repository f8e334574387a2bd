"""What stands in a thread besides words: how somebody is, what they hope for and fear, a file.

A card is the body of a message as JSON. What a page sends is read here and written anew, so that
nothing but what is listed is ever kept.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from signaling.domain.errors import Code, Refusal
from signaling.domain.messages import check_body
from signaling.domain.thread import Kind
from signaling.files.kinds import FileType

MOST_CHARS: Final = 500
_Card = TypeVar("_Card", bound=msgspec.Struct)
Lines = Annotated[str, Meta(max_length=MOST_CHARS)]


class Feeling(StrEnum):
    """How somebody is, in a word they need not find."""

    CALM = "calm"
    HOPEFUL = "hopeful"
    TIRED = "tired"
    TENSE = "tense"
    AFRAID = "afraid"
    SAD = "sad"
    LONELY = "lonely"
    ANGRY = "angry"
    ASHAMED = "ashamed"
    NUMB = "numb"
    UNSURE = "unsure"
    """There is something, and no word for it."""


class BodyPlace(StrEnum):
    """Where in the body it is felt."""

    HEAD = "head"
    THROAT = "throat"
    CHEST = "chest"
    STOMACH = "stomach"
    BACK = "back"
    HANDS = "hands"
    LEGS = "legs"
    ALL_OVER = "all_over"


class FeelingCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How somebody is; how strongly and where only if they said so."""

    feeling: Feeling
    strength: Annotated[int, Meta(ge=0, le=10)] | None = None
    place: BodyPlace | None = None

    def __repr__(self) -> str:
        return "FeelingCard(...)"


class HopesCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client wrote before an hour: either may be empty, not both."""

    session: UUID
    hopes: Lines
    worries: Lines

    def __repr__(self) -> str:
        return "HopesCard(...)"


class FileCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a message of the kind ``file`` or ``voice``, as JSON.

    ``width`` and ``height`` are of a picture, in pixels; ``ms`` is how long a voice note is.
    """

    file: UUID
    name: str
    type: FileType
    bytes: int
    width: int
    height: int
    ms: int

    def __repr__(self) -> str:
        return "FileCard(...)"


def check_said(kind: Kind, body: str) -> str:
    """Return what is to be kept of what a hand wrote.

    Raises :class:`Refusal` with ``malformed`` or ``too_large``, as :func:`check_body` does.
    """
    match kind:
        case Kind.TEXT:
            check_body(body)
            return body
        case Kind.FEELING:
            return _encoded(_read(body, FeelingCard))
        case Kind.HOPES:
            card = _read(body, HopesCard)
            for lines in (card.hopes, card.worries):
                if lines:
                    check_body(lines)
            if not card.hopes.strip() and not card.worries.strip():
                raise Refusal(Code.MALFORMED)
            return _encoded(card)
        case _:  # the gateway's own
            raise Refusal(Code.MALFORMED)


def said_by_text(body: str) -> tuple[Kind, str]:
    """Return what a line of a room's text is in a thread: a feeling where it is one's card."""
    if not body.startswith('{"feeling":'):
        return Kind.TEXT, body
    try:
        return Kind.FEELING, check_said(Kind.FEELING, body)
    except Refusal:
        return Kind.TEXT, body


def _read(body: str, shape: type[_Card]) -> _Card:
    try:
        return msgspec.json.decode(body.encode("utf-8"), type=shape)
    except (msgspec.DecodeError, UnicodeError):
        raise Refusal(Code.MALFORMED) from None


def _encoded(card: msgspec.Struct) -> str:
    return msgspec.json.encode(card).decode()
