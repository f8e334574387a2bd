"""The bodies of REST about hours that are agreed on by messages. Times are Unix milliseconds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from signaling.api.hour_bodies import Millis, Minutes
from signaling.domain.booking import BookingAct, BookingEnd, BookingStage
from signaling.personal import Personal
from signaling.storage.booking_cards import CardTime

Revision = Annotated[int, Meta(ge=1, le=2**31 - 1)]


class FreeBetween(Personal, frozen=True):
    """Which free times: of a stretch of time, or the three nearest to one."""

    since: Millis | None = None
    until: Millis | None = None
    near: Millis | None = None


class FreeTimes(Personal, frozen=True):
    """Times that can be had, earliest first; at most 200."""

    items: list[CardTime]
    zone: str | None
    """Whose clocks the counsellor's times are of; null until they have said when they work."""
    notice_minutes: int
    """So long before its beginning an hour can be asked for at the latest."""


class Working(Personal, frozen=True):
    """Whether a counsellor works now."""

    now: bool | None
    """Null until they have said when they work."""
    next_at: int | None
    """From when on they do; null where they do now, or not within weeks."""


class Ask(Personal, frozen=True):
    """A first time: asked for by a client, suggested by a counsellor."""

    starts_at: Millis
    minutes: Minutes | None = None
    """As long as the counsellor's hours are, unless a counsellor says otherwise."""


class AnswerCard(Personal, frozen=True):
    """What one of the two does, and which card it answers."""

    act: BookingAct
    revision: Revision
    starts_at: Millis | None = None
    """The other time that is suggested."""
    minutes: Minutes | None = None


class Booking(Personal, frozen=True):
    """How far the two have come."""

    id: UUID
    thread: UUID
    stage: BookingStage
    revision: int
    named: CardTime | None
    agreed: CardTime | None
    end: BookingEnd | None
    session: UUID | None


class Bookings(Personal, frozen=True):
    """The bookings of a thread that are not over."""

    items: list[Booking]
