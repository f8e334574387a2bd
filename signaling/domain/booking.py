"""How two people come to an hour by messages, as a table. Pure; times are Unix milliseconds.

    asked <-> suggested -> confirmed <-> move asked <-> move suggested
                       every one of them -> ended

Rule 1: a time that one of the two has named is kept for them until it is answered: nobody else can
have it meanwhile.
Rule 2: an hour that is to be moved stays as it is until the other one is agreed on.
Rule 3: only who is asked can agree. Who asked can name another time, or take it back.
Rule 4: every act says which card it answers, by its revision: a tap on an old one changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from signaling.domain.errors import Code, Refusal

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


class Side(StrEnum):
    """Whose act it is."""

    CLIENT = "client"
    COUNSELLOR = "counsellor"


class Stage(StrEnum):
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


class Act(StrEnum):
    """What one of the two does."""

    AGREE = "agree"
    SUGGEST = "suggest"
    """Name another time."""
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    CANCEL = "cancel"


class End(StrEnum):
    """Why there is no hour."""

    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """Nobody answered in time."""


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


_CLIENT, _COUNSELLOR = Side.CLIENT, Side.COUNSELLOR
TABLE: Final[Mapping[tuple[Stage, Side, Act], Stage]] = {
    (Stage.ASKED, _COUNSELLOR, Act.AGREE): Stage.CONFIRMED,
    (Stage.ASKED, _COUNSELLOR, Act.SUGGEST): Stage.SUGGESTED,
    (Stage.ASKED, _COUNSELLOR, Act.DECLINE): Stage.ENDED,
    (Stage.ASKED, _CLIENT, Act.SUGGEST): Stage.ASKED,
    (Stage.ASKED, _CLIENT, Act.TAKE_BACK): Stage.ENDED,
    (Stage.SUGGESTED, _CLIENT, Act.AGREE): Stage.CONFIRMED,
    (Stage.SUGGESTED, _CLIENT, Act.SUGGEST): Stage.ASKED,
    (Stage.SUGGESTED, _CLIENT, Act.DECLINE): Stage.ENDED,
    (Stage.SUGGESTED, _COUNSELLOR, Act.SUGGEST): Stage.SUGGESTED,
    (Stage.SUGGESTED, _COUNSELLOR, Act.TAKE_BACK): Stage.ENDED,
    (Stage.CONFIRMED, _CLIENT, Act.SUGGEST): Stage.MOVE_ASKED,
    (Stage.CONFIRMED, _COUNSELLOR, Act.SUGGEST): Stage.MOVE_SUGGESTED,
    (Stage.CONFIRMED, _CLIENT, Act.CANCEL): Stage.ENDED,
    (Stage.CONFIRMED, _COUNSELLOR, Act.CANCEL): Stage.ENDED,
    (Stage.MOVE_ASKED, _COUNSELLOR, Act.AGREE): Stage.CONFIRMED,
    (Stage.MOVE_ASKED, _COUNSELLOR, Act.SUGGEST): Stage.MOVE_SUGGESTED,
    (Stage.MOVE_ASKED, _COUNSELLOR, Act.DECLINE): Stage.CONFIRMED,
    (Stage.MOVE_ASKED, _COUNSELLOR, Act.CANCEL): Stage.ENDED,
    (Stage.MOVE_ASKED, _CLIENT, Act.SUGGEST): Stage.MOVE_ASKED,
    (Stage.MOVE_ASKED, _CLIENT, Act.TAKE_BACK): Stage.CONFIRMED,
    (Stage.MOVE_ASKED, _CLIENT, Act.CANCEL): Stage.ENDED,
    (Stage.MOVE_SUGGESTED, _CLIENT, Act.AGREE): Stage.CONFIRMED,
    (Stage.MOVE_SUGGESTED, _CLIENT, Act.SUGGEST): Stage.MOVE_ASKED,
    (Stage.MOVE_SUGGESTED, _CLIENT, Act.DECLINE): Stage.CONFIRMED,
    (Stage.MOVE_SUGGESTED, _CLIENT, Act.CANCEL): Stage.ENDED,
    (Stage.MOVE_SUGGESTED, _COUNSELLOR, Act.SUGGEST): Stage.MOVE_SUGGESTED,
    (Stage.MOVE_SUGGESTED, _COUNSELLOR, Act.TAKE_BACK): Stage.CONFIRMED,
    (Stage.MOVE_SUGGESTED, _COUNSELLOR, Act.CANCEL): Stage.ENDED,
}
"""An absent triple is refused with ``not_now`` and changes nothing."""

_ENDS: Final = {
    Act.DECLINE: End.DECLINED, Act.TAKE_BACK: End.TAKEN_BACK, Act.CANCEL: End.CANCELLED,
}  # fmt: skip
_LAPSES: Final = {
    Stage.ASKED: Stage.ENDED, Stage.SUGGESTED: Stage.ENDED,
    Stage.MOVE_ASKED: Stage.CONFIRMED, Stage.MOVE_SUGGESTED: Stage.CONFIRMED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Booking:
    """What the two have said so far."""

    stage: Stage
    named: Span | None
    """What somebody is asked about."""
    agreed: Span | None = None
    """The hour there is."""
    revision: int = 1
    """Of the card that shows it: one higher with every act."""
    end: End | None = None

    @property
    def kept(self) -> tuple[Span, ...]:
        """The times that nobody else can have."""
        return tuple(span for span in (self.agreed, self.named) if span is not None)


def begin(by: Side, named: Span, at: int) -> Booking:
    """One of the two names a first time. Raises :class:`Refusal` (``not_now``) of what is over."""
    _check_ahead(named, at)
    return Booking(Stage.ASKED if by is Side.CLIENT else Stage.SUGGESTED, named)


def take(
    booking: Booking, by: Side, act: Act, revision: int, at: int, named: Span | None = None
) -> Booking:
    """Return the booking after one of the two has answered the card with this revision.

    ``named`` is the other time of :attr:`Act.SUGGEST`, and of nothing else. Raises
    :class:`Refusal`: ``malformed``, or ``not_now`` when the card is an old one, the table has no
    such step, or the time it is about has come.
    """
    if (act is Act.SUGGEST) is (named is None):
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
    if act is Act.AGREE:
        assert booking.named is not None, "somebody is asked about it"
        _check_ahead(booking.named, at)
        return replace(changed, named=None, agreed=booking.named)
    if following is Stage.ENDED:
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
    end = End.LAPSED if following is Stage.ENDED else None
    return replace(booking, stage=following, named=None, revision=booking.revision + 1, end=end)


def is_late(booking: Booking, at: int, notice_ms: int) -> bool:
    """Whether to cancel or to move now comes after what the clinic has asked for."""
    return booking.agreed is not None and at > booking.agreed.starts_at - notice_ms


def _check_ahead(span: Span, at: int) -> None:
    if span.starts_at <= at:
        raise Refusal(Code.NOT_NOW)
