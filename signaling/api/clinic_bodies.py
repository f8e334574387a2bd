"""The bodies of REST about a clinic and its people; docs/protocol.md is their prose."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from signaling.api.hour_bodies import Phone
from signaling.domain.consent.terms import Medium, Purpose
from signaling.domain.recording_policy import CAPTURED
from signaling.domain.rights import Position
from signaling.personal import Personal
from signaling.rest_people import Email, Pin
from signaling.storage.people_store import PersonKind

Name = Annotated[str, Meta(min_length=1, max_length=64)]
NoName = Annotated[str, Meta(max_length=64)]
NoEmail = Annotated[str, Meta(max_length=254, pattern=r"^([^@\s]+@[^@\s]+)?$")]
Locale = Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z0-9-]*$")]
TimeZone = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_+/-]*$")]
Address = Annotated[str, Meta(max_length=300, pattern=r"^(https://[^\s<>\"]+)?$")]
Hello = Annotated[str, Meta(max_length=300)]
Origin = Annotated[str, Meta(max_length=200, pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
CrisisLine = tuple[Name, Annotated[str, Meta(min_length=2, max_length=40)]]


class Contact(Personal, frozen=True):
    """Who somebody is."""

    name: Name
    alias: NoName = ""
    """How they want to be called in a session."""
    phone: Phone = ""
    email: NoEmail = ""
    locale: Locale = ""
    time_zone: TimeZone = ""
    register_url: Address = ""
    """Where a counsellor's licence can be looked up."""
    hello: Hello = ""
    """A counsellor's own words to who comes to them."""


class Introduction(Personal, frozen=True):
    """A counsellor's own words to who comes to them."""

    hello: Hello


class AddClient(Personal, frozen=True):
    """Somebody who comes to the clinic."""

    contact: Contact
    minor: bool = False


class Minor(Personal, frozen=True):
    """Whether a client is not of age where they live: then nothing of their hours is recorded."""

    minor: bool


class AddStaff(Personal, frozen=True):
    """Somebody who works there; they sign in by their e-mail address."""

    contact: Contact
    email: Email
    position: Position


class PersonShown(Personal, frozen=True):
    """Somebody of the clinic, as they want to be called."""

    id: UUID
    kind: PersonKind
    name: str
    positions: list[Position]
    ended_at: int | None
    minor: bool = False


class People(Personal, frozen=True):
    """Some of a clinic's people; ``after`` asks for those that follow."""

    items: list[PersonShown]
    after: UUID | None


class After(Personal, frozen=True):
    """Which come after one."""

    after: UUID | None = None


class Invite(Personal, frozen=True):
    """A link for somebody; those before it open nothing any more."""

    pin: Pin | None = None
    """Of a client: six digits, asked for beside the link."""


class Invited(Personal, frozen=True):
    """Shown once."""

    token: str
    link: str


class RecordingChosen(Personal, frozen=True):
    """What a clinic allows of recording: for nothing, where it has not chosen."""

    purposes: Annotated[list[Purpose], Meta(max_length=4)] = field(default_factory=list)
    media: Annotated[list[Medium], Meta(max_length=3)] = field(
        default_factory=lambda: sorted(CAPTURED)
    )
    days: dict[Purpose, Annotated[int, Meta(ge=1, le=3653)]] = field(default_factory=dict)
    """For how long each purpose holds, where it is not as long as is usual."""
    client_may_ask: bool = False
    pause_in_crisis: bool = True
    jurisdiction: Annotated[str, Meta(pattern=r"^([a-z]{2})?$")] = ""
    keeps_records: bool = False
    """Recordings are records that the law there has kept."""
    client_may_play: bool = False
    """A client hears what was recorded of them for clinical review."""


class Clinic(Personal, frozen=True):
    """What a clinic has chosen."""

    origins: Annotated[tuple[Origin, ...], Meta(max_length=20)] = ()
    """Where its own pages are."""
    crisis_lines: Annotated[tuple[CrisisLine, ...], Meta(max_length=20)] = ()
    """(what it is, its number), as the safety panel shows them."""
    phone: Phone = ""
    cancel_notice_hours: Annotated[int, Meta(ge=0, le=336)] = 24
    """So long before an hour it may be moved or cancelled without being late."""
    recording: RecordingChosen = RecordingChosen()


class ClinicShown(Personal, frozen=True):
    """A clinic."""

    id: UUID
    name: str
    chosen: Clinic


class ApiKey(Personal, frozen=True):
    """A key of the clinic's own programs."""

    id: UUID
    made_at: int


class ApiKeys(Personal, frozen=True):
    """All keys that are good."""

    items: list[ApiKey]


class NewApiKey(Personal, frozen=True):
    """Shown once."""

    id: UUID
    secret: str


class AuditShown(Personal, frozen=True):
    """One row: who did what, with whom or what. Ids are random; ``at`` is Unix ms."""

    seq: int
    at: int
    actor: UUID | None
    action: str
    object: UUID | None
    result: str


class LookShown(Personal, frozen=True):
    """That somebody saw, heard or read something of one's own."""

    seq: int
    at: int
    actor: UUID | None
    who: str
    """As they want to be called."""
    action: str
    object: UUID | None
    result: str
    recording: UUID | None
    """Which one, where it was one."""
    watched_ms: int | None
    """For how long they saw or heard it."""


class Looks(Personal, frozen=True):
    """Some looks, oldest first; ``after`` asks for those that follow."""

    items: list[LookShown]
    after: int | None


class Audit(Personal, frozen=True):
    """Some rows, oldest first; ``after`` asks for those that follow."""

    items: list[AuditShown]
    after: int | None


class AuditAfter(Personal, frozen=True):
    """Which rows: after one, about somebody or something."""

    after: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0
    about: UUID | None = None
