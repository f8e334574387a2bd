"""What stands in a thread of an hour: what was done, and how things are after it.

A card is the body of a message of the kind ``booking``, as JSON. The newest of a booking is how it
is; those before it are what was. Times are Unix milliseconds.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from signaling.domain.booking import (
    Booking,
    BookingAct,
    BookingEnd,
    BookingSide,
    BookingStage,
    Span,
)


class CardDone(StrEnum):
    """What was done."""

    ASK = "ask"
    """A first time was named."""
    AGREE = "agree"
    SUGGEST = "suggest"
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    CANCEL = "cancel"
    LAPSE = "lapse"
    """Nobody answered in time."""
    MOVE = "move"
    """The hour was moved elsewhere: by the clinic, or on the counsellor's calendar."""
    END = "end"
    """The hour is over, was missed, or was cancelled elsewhere."""


DONE: Final = {act: CardDone(act.value) for act in BookingAct}

GIVEN_UP: Final = frozenset({CardDone.DECLINE, CardDone.TAKE_BACK, CardDone.LAPSE})
"""What is about a time that nobody is asked about any more."""


class CardTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A time that is named or agreed on."""

    starts_at: int
    minutes: int


class BookingCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One card."""

    booking: UUID
    revision: int
    done: CardDone
    by: BookingSide | None
    """Null where it was neither of the two."""
    stage: BookingStage
    about: CardTime | None
    """The time this is about: asked for, agreed on, given up."""
    named: CardTime | None
    """What somebody is asked about."""
    agreed: CardTime | None
    """The hour there is."""
    end: BookingEnd | None
    session: UUID | None
    """The hour's own id, once there is one."""
    late: bool
    """CardDone later than the clinic asks for."""

    def __repr__(self) -> str:
        return "BookingCard(...)"


def card_of(
    ident: UUID, before: Booking, after: Booking, done: CardDone, by: BookingSide | None,
    session: UUID | None, *, late: bool,
) -> BookingCard:  # fmt: skip
    """Return the card of what has just been done."""
    about = before.named if done in GIVEN_UP else after.named or after.agreed or before.agreed
    return BookingCard(
        ident, after.revision, done, by, after.stage, _time(about), _time(after.named),
        _time(after.agreed), after.end, session, late,
    )  # fmt: skip


def body_of(card: BookingCard) -> str:
    """Return a card as it is kept."""
    return msgspec.json.encode(card).decode()


def _time(span: Span | None) -> CardTime | None:
    return None if span is None else CardTime(span.starts_at, span.minutes)
