"""The bodies of REST about booked hours; docs/protocol.md is their prose. Times are Unix ms."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from signaling.domain.life import Outcome, Stage
from signaling.personal import Personal
from signaling.storage.change_store import LineKept, LineSaid, Value
from signaling.storage.day_store import Caller, Near
from signaling.storage.session_store import SessionKind, Whose

LAST_MS = 4_102_444_800_000
"""The end of this century: no hour is booked later."""
Millis = Annotated[int, Meta(ge=0, le=LAST_MS)]
Minutes = Annotated[int, Meta(ge=5, le=240)]
Words = Annotated[str, Meta(max_length=300)]
SomeWords = Annotated[str, Meta(min_length=1, max_length=300)]
Phone = Annotated[str, Meta(max_length=40, pattern=r"^[0-9+() .\-/#*]*$")]
SomePhone = Annotated[str, Meta(min_length=3, max_length=40, pattern=r"^[0-9+() .\-/#*]+$")]
Cursor = Annotated[str, Meta(max_length=80, pattern=r"^[0-9]+_[0-9a-f-]{36}$")]


class Book(Personal, frozen=True):
    """An hour to be booked."""

    counsellor: UUID
    client: UUID
    starts_at: Millis
    minutes: Minutes = 50
    kind: SessionKind = SessionKind.SESSION


class Move(Personal, frozen=True):
    """Another time for an hour that has not begun."""

    starts_at: Millis
    minutes: Minutes = 50


class Shown(Personal, frozen=True):
    """Somebody, as they want to be called."""

    id: UUID
    name: str
    time_zone: str = ""
    register_url: str = ""
    """Of a counsellor: where their licence can be looked up."""
    hello: str = ""
    """Of a counsellor: their own words."""


class Appointment(Personal, frozen=True):
    """A booked hour, and how far it has come."""

    id: UUID
    counsellor: Shown
    client: Shown
    starts_at: Millis
    ends_at: Millis
    """With what was added."""
    minutes: int
    more_minutes: int
    late_minutes: int
    kind: SessionKind
    stage: Stage
    arrived_at: int | None
    begun_at: int | None
    ended_at: int | None
    outcome: Outcome | None
    confirmed_at: int | None
    """When the client said where they are today."""


class Appointments(Personal, frozen=True):
    """Some hours, earliest first; ``after`` asks for those that follow."""

    items: list[Appointment]
    after: str | None


class Find(Personal, frozen=True):
    """Which hours: of whom, from when until when. Without ``whose`` one's own."""

    since: Millis
    until: Millis
    whose: Whose | None = None
    person: UUID | None = None
    after: Cursor | None = None


class Late(Personal, frozen=True):
    """The counsellor comes later by so much; 0 takes it back."""

    minutes: Annotated[int, Meta(ge=0, le=60)]


class Time(Personal, frozen=True):
    """How many minutes the hour is longer, in all."""

    more_minutes: Annotated[int, Meta(ge=5, le=60, multiple_of=5)]


class TodayBody(Personal, frozen=True):
    """Where the client is today, and who to call; confirmed by giving it."""

    place: SomeWords
    phone: SomePhone
    contact_name: SomeWords
    contact_phone: SomePhone
    near: Near
    confirmed_at: int | None = None
    """Set in answers alone."""


class PlanBody(Personal, frozen=True):
    """What both agreed to do when the line is cut."""

    caller: Caller
    phone: Phone
    call_is_safe: bool
    wait_s: Annotated[int, Meta(ge=10, le=600)] = 30


class Hopes(Personal, frozen=True):
    """What a client hopes for and fears; either may be empty."""

    hopes: str
    worries: str


class Before(Personal, frozen=True):
    """What was given for this day. What has not been given, or is forgotten, is null."""

    today: TodayBody | None
    plan: PlanBody | None
    hopes: Hopes | None


class Safety(Personal, frozen=True):
    """What a counsellor needs at once when a client is in danger."""

    opened_at: Millis
    today: TodayBody | None
    phone: str
    """The client's own, as the clinic knows it."""
    lines: list[tuple[str, str]]
    """(what it is, its number), as the clinic chose them."""
    note: str
    """What was noted for handing over; empty where nothing is kept."""
    note_until: Millis | None


class Note(Personal, frozen=True):
    """What a counsellor notes for handing over; an empty one deletes it."""

    note: Annotated[str, Meta(max_length=2000)]


class NoteKept(Personal, frozen=True):
    """What is noted for handing over, and until when; empty and null where nothing is kept."""

    note: str
    note_until: Millis | None


class Mood(Personal, frozen=True):
    """How a client feels, in their own measure."""

    value: Value


class LineRating(Personal, frozen=True):
    """How a client found the line of an hour, and not who they met in it."""

    said: LineSaid


class Kept(Personal, frozen=True):
    """What stays of one hour."""

    session: UUID
    starts_at: Millis
    minutes: int
    stage: Stage
    outcome: Outcome | None
    met_s: int
    """How long it lasted, from the moment the two met."""
    before: int | None
    after: int | None
    line: LineKept | None
    line_said: LineSaid | None
    """How the client found it."""


class Change(Personal, frozen=True):
    """A client's hours over time, earliest first."""

    client: UUID
    items: list[Kept]


class Span(Personal, frozen=True):
    """Of which time; as a table for a spreadsheet, if asked for."""

    since: Millis = 0
    until: Millis = LAST_MS
    csv: bool = False
