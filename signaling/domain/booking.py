"""How two people come to an hour by messages, as a table. Pure; times are Unix milliseconds.

    asked <-> suggested -> confirmed <-> move asked <-> move suggested
                       every one of them -> ended

Rule 1: a time that one of the two has named is kept for them until it is answered: nobody else can
have it meanwhile.
Rule 2: an hour that is to be moved stays as it is until the other one is agreed on.
Rule 3: only who is asked can agree. Who asked can name another time, or take it back.
Rule 4: every act says which card it answers, by its revision: a tap on an old one changes nothing.
Rule 5: the hour itself is kept elsewhere (:mod:`signaling.domain.life`), and can be moved,
cancelled or missed without a message: then the two are told what it is now (:func:`follow_hour`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Outcome

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


class BookingSide(StrEnum):
    """Whose act it is."""

    CLIENT = "client"
    COUNSELLOR = "counsellor"


class BookingStage(StrEnum):
    """How far the two have come."""

    ASKED = "asked"
    """The client has named a time; the counsellor is asked."""
    SUGGESTED = "suggested"
    """The counsellor has named one; the client is asked."""
    CONFIRMED = "confirmed"
    MOVE_ASKED = "move_asked"
    """Confirmed; the client would rather have another time."""
    MOVE_SUGGESTED = "move_suggested"
    ENDED = "ended"


class BookingAct(StrEnum):
    """What one of the two does."""

    AGREE = "agree"
    SUGGEST = "suggest"
    """Name another time."""
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    CANCEL = "cancel"


class BookingEnd(StrEnum):
    """Why there is no hour."""

    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """Nobody answered in time."""
    HELD = "held"
    """The hour was, and is over."""
    MISSED = "missed"
    """One of the two did not come, and had not said so."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time."""

    starts_at: int
    minutes: int

    @property
    def ends_at(self) -> int:
        """The first moment that is no longer in it."""
        return self.starts_at + self.minutes * MINUTE_MS

    def meets(self, other: Span) -> bool:
        """Whether the two have a moment in common."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


_CLIENT, _COUNSELLOR = BookingSide.CLIENT, BookingSide.COUNSELLOR
TABLE: Final[Mapping[tuple[BookingStage, BookingSide, BookingAct], BookingStage]] = {
    (BookingStage.ASKED, _COUNSELLOR, BookingAct.AGREE): BookingStage.CONFIRMED,
    (BookingStage.ASKED, _COUNSELLOR, BookingAct.SUGGEST): BookingStage.SUGGESTED,
    (BookingStage.ASKED, _COUNSELLOR, BookingAct.DECLINE): BookingStage.ENDED,
    (BookingStage.ASKED, _CLIENT, BookingAct.SUGGEST): BookingStage.ASKED,
    (BookingStage.ASKED, _CLIENT, BookingAct.TAKE_BACK): BookingStage.ENDED,
    (BookingStage.SUGGESTED, _CLIENT, BookingAct.AGREE): BookingStage.CONFIRMED,
    (BookingStage.SUGGESTED, _CLIENT, BookingAct.SUGGEST): BookingStage.ASKED,
    (BookingStage.SUGGESTED, _CLIENT, BookingAct.DECLINE): BookingStage.ENDED,
    (BookingStage.SUGGESTED, _COUNSELLOR, BookingAct.SUGGEST): BookingStage.SUGGESTED,
    (BookingStage.SUGGESTED, _COUNSELLOR, BookingAct.TAKE_BACK): BookingStage.ENDED,
    (BookingStage.CONFIRMED, _CLIENT, BookingAct.SUGGEST): BookingStage.MOVE_ASKED,
    (BookingStage.CONFIRMED, _COUNSELLOR, BookingAct.SUGGEST): BookingStage.MOVE_SUGGESTED,
    (BookingStage.CONFIRMED, _CLIENT, BookingAct.CANCEL): BookingStage.ENDED,
    (BookingStage.CONFIRMED, _COUNSELLOR, BookingAct.CANCEL): BookingStage.ENDED,
    (BookingStage.MOVE_ASKED, _COUNSELLOR, BookingAct.AGREE): BookingStage.CONFIRMED,
    (BookingStage.MOVE_ASKED, _COUNSELLOR, BookingAct.SUGGEST): BookingStage.MOVE_SUGGESTED,
    (BookingStage.MOVE_ASKED, _COUNSELLOR, BookingAct.DECLINE): BookingStage.CONFIRMED,
    (BookingStage.MOVE_ASKED, _COUNSELLOR, BookingAct.CANCEL): BookingStage.ENDED,
    (BookingStage.MOVE_ASKED, _CLIENT, BookingAct.SUGGEST): BookingStage.MOVE_ASKED,
    (BookingStage.MOVE_ASKED, _CLIENT, BookingAct.TAKE_BACK): BookingStage.CONFIRMED,
    (BookingStage.MOVE_ASKED, _CLIENT, BookingAct.CANCEL): BookingStage.ENDED,
    (BookingStage.MOVE_SUGGESTED, _CLIENT, BookingAct.AGREE): BookingStage.CONFIRMED,
    (BookingStage.MOVE_SUGGESTED, _CLIENT, BookingAct.SUGGEST): BookingStage.MOVE_ASKED,
    (BookingStage.MOVE_SUGGESTED, _CLIENT, BookingAct.DECLINE): BookingStage.CONFIRMED,
    (BookingStage.MOVE_SUGGESTED, _CLIENT, BookingAct.CANCEL): BookingStage.ENDED,
    (BookingStage.MOVE_SUGGESTED, _COUNSELLOR, BookingAct.SUGGEST): BookingStage.MOVE_SUGGESTED,
    (BookingStage.MOVE_SUGGESTED, _COUNSELLOR, BookingAct.TAKE_BACK): BookingStage.CONFIRMED,
    (BookingStage.MOVE_SUGGESTED, _COUNSELLOR, BookingAct.CANCEL): BookingStage.ENDED,
}
"""An absent triple is refused with ``not_now`` and changes nothing."""

_ENDS: Final = {
    BookingAct.DECLINE: BookingEnd.DECLINED, BookingAct.TAKE_BACK: BookingEnd.TAKEN_BACK,
    BookingAct.CANCEL: BookingEnd.CANCELLED,
}  # fmt: skip
_LAPSES: Final = {
    BookingStage.ASKED: BookingStage.ENDED, BookingStage.SUGGESTED: BookingStage.ENDED,
    BookingStage.MOVE_ASKED: BookingStage.CONFIRMED,
    BookingStage.MOVE_SUGGESTED: BookingStage.CONFIRMED,
}  # fmt: skip


ASKING: Final = frozenset(_LAPSES)
"""The stages in which one of the two is asked, and time may pass over it."""
_OUTCOMES: Final = {
    Outcome.HELD: BookingEnd.HELD, Outcome.MISSED: BookingEnd.MISSED,
    Outcome.CANCELLED: BookingEnd.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """What the two have said so far."""

    stage: BookingStage
    named: Span | None
    """What somebody is asked about."""
    agreed: Span | None = None
    """The hour there is."""
    revision: int = 1
    """Of the card that shows it: one higher with every act."""
    end: BookingEnd | None = None

    @property
    def kept(self) -> tuple[Span, ...]:
        """The times that nobody else can have."""
        return tuple(span for span in (self.agreed, self.named) if span is not None)


def begin(by: BookingSide, named: Span, at: int) -> Booking:
    """One of the two names a first time. Raises :class:`Refusal` (``not_now``) of what is over."""
    _check_ahead(named, at)
    return Booking(
        BookingStage.ASKED if by is BookingSide.CLIENT else BookingStage.SUGGESTED, named
    )


def take(
    booking: Booking,
    by: BookingSide,
    act: BookingAct,
    revision: int,
    at: int,
    named: Span | None = None,
) -> Booking:
    """Return the booking after one of the two has answered the card with this revision.

    ``named`` is the other time of :attr:`BookingAct.SUGGEST`, and of nothing else. Raises
    :class:`Refusal`: ``malformed``, or ``not_now`` when the card is an old one, the table has no
    such step, or the time it is about has come.
    """
    if (act is BookingAct.SUGGEST) is (named is None):
        raise Refusal(Code.MALFORMED)
    following = TABLE.get((booking.stage, by, act))
    if following is None or revision != booking.revision:
        raise Refusal(Code.NOT_NOW)
    if booking.agreed is not None:
        _check_ahead(booking.agreed, at)
    changed = replace(booking, stage=following, revision=revision + 1)
    if named is not None:
        _check_ahead(named, at)
        return replace(changed, named=named)
    if act is BookingAct.AGREE:
        assert booking.named is not None, "somebody is asked about it"
        _check_ahead(booking.named, at)
        return replace(changed, named=None, agreed=booking.named)
    if following is BookingStage.ENDED:
        return replace(changed, named=None, agreed=None, end=_ENDS[act])
    return replace(changed, named=None)


def lapse(booking: Booking, at: int, patience_ms: int, asked_at: int) -> Booking:
    """Return the booking once nobody has answered for so long, or the time named has come.

    What was agreed on stays. The same booking where there is nothing to lapse.
    """
    named = booking.named
    if named is None or at < min(named.starts_at, asked_at + patience_ms):
        return booking
    following = _LAPSES[booking.stage]
    end = BookingEnd.LAPSED if following is BookingStage.ENDED else None
    return replace(booking, stage=following, named=None, revision=booking.revision + 1, end=end)


def follow_hour(booking: Booking, hour: Span, outcome: Outcome | None) -> Booking:
    """Return the booking as the hour it led to is now; the same where it is as agreed.

    ``outcome`` is None while the hour is still to come, or goes on.
    """
    if booking.stage is BookingStage.ENDED or (outcome is None and hour == booking.agreed):
        return booking
    changed = replace(booking, named=None, revision=booking.revision + 1)
    if outcome is None:
        return replace(changed, stage=BookingStage.CONFIRMED, agreed=hour)
    return replace(changed, stage=BookingStage.ENDED, agreed=None, end=_OUTCOMES[outcome])


def is_late(booking: Booking, at: int, notice_ms: int) -> bool:
    """Whether to cancel or to move now comes after what the clinic has asked for."""
    return booking.agreed is not None and at > booking.agreed.starts_at - notice_ms


def _check_ahead(span: Span, at: int) -> None:
    if span.starts_at <= at:
        raise Refusal(Code.NOT_NOW)
