"""The bodies of REST about recordings; docs/rest.md is their prose. Times are Unix milliseconds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from signaling.api.hour_bodies import Shown
from signaling.domain.consent.artefact import ArtefactStage
from signaling.domain.consent.later import LaterStage
from signaling.domain.consent.terms import Medium, PartyRole, Purpose
from signaling.personal import Personal

MOST_MS = 86_400_000
"""Of one recording: a day, which no session is."""
Moment = Annotated[int, Meta(ge=0, le=MOST_MS)]
FileNumber = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,5}$")]


class PurposeUntil(Personal, frozen=True):
    """What a recording is for, and until when."""

    purpose: Purpose
    until: int


class LaterAsked(Personal, frozen=True):
    """What it was asked for afterwards. Whether that holds still says ``purposes``."""

    purpose: Purpose
    until: int
    stage: LaterStage
    """``not_granted`` is a no, or silence for 30 days: nobody is told which."""
    terms: str
    """The digest by which to agree; empty where one may not answer."""
    version: str
    """Of the words that a page makes of it; likewise."""
    may_answer: bool


class RecordingSeen(Personal, frozen=True):
    """A recording without what is in it."""

    id: UUID
    session: UUID
    counsellor: Shown
    client: Shown
    started_at: int
    duration_ms: int
    """Of what was captured."""
    stage: ArtefactStage
    purposes: list[PurposeUntil]
    media: list[Medium]
    is_whole: bool
    """False where a crash or a fault cut it short."""
    floor_until: int | None
    """By law it is kept until then, readable by nobody once it was taken back."""
    erase_at: int | None
    """When it is erased for good, where that is decided."""
    may_play: bool
    client_plays: bool
    """Its client may, too, for clinical review: its terms said so."""
    may_take_back: bool
    may_keep: bool
    """Whoever took it back may still change their mind."""
    asks_to_keep: bool
    """Somebody else took back their own part: may the rest stay? Asked of the client alone."""
    later: list[LaterAsked]
    """For its client and its counsellor; of others empty."""
    may_ask_later: list[Purpose]
    """What its counsellor could ask the client for now, each once."""


class RecordingsSeen(Personal, frozen=True):
    """Those that somebody may know of, latest first."""

    items: list[RecordingSeen]


class FindRecordings(Personal, frozen=True):
    """Of which client; without one, one's own, or all that one may play."""

    client: UUID | None = None


class GapSeen(Personal, frozen=True):
    """Nothing came from somebody from ``start_ms`` to ``stop_ms`` of the recording."""

    start_ms: int
    stop_ms: int


class FileSeen(Personal, frozen=True):
    """One stretch of one person's sound or picture. ``starts_ms`` is of the recording's clock.

    Inside of the file time counts from 0: what stands at ``t`` in it was at ``starts_ms + t``.
    """

    number: int
    party: str
    """As they want to be called."""
    role: PartyRole
    medium: Medium
    type: str
    """As HTTP and MediaSource name it, with its codec."""
    starts_ms: int
    duration_ms: int
    bytes: int
    gaps: list[GapSeen]


class HeldSeen(Personal, frozen=True):
    """The recording was held from ``start_ms`` to ``stop_ms`` of its clock."""

    start_ms: int
    stop_ms: int


class RecordingOpened(Personal, frozen=True):
    """What a player needs. That it was opened is in the audit."""

    seen: RecordingSeen
    files: list[FileSeen]
    held: list[HeldSeen]
    length_ms: int
    """Of the recording's clock, holds and all."""
    watcher: str
    """Who watches, as the mark on the picture says it."""


class Watched(Personal, frozen=True):
    """What somebody has just seen or heard, once; for the audit."""

    start_ms: Moment
    stop_ms: Moment


class TakeBack(Personal, frozen=True):
    """What somebody takes back: these purposes and media, or with none of both all of it."""

    purposes: Annotated[list[Purpose], Meta(max_length=4)] = field(default_factory=list)
    media: Annotated[list[Medium], Meta(max_length=3)] = field(default_factory=list)
    now: bool = False
    """Without the day in which one may change one's mind."""


class AskLater(Personal, frozen=True):
    """For what more a recording might be used."""

    purpose: Purpose


class AnswerLater(Personal, frozen=True):
    """What a client says to that. A no needs no digests."""

    purpose: Purpose
    agree: bool
    terms: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    """That of the recording's ``later``."""
    words: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    """SHA-256 of the text that the page displayed, as hex."""
    language: Annotated[str, Meta(pattern=r"^(zh-CN|en)?$")] = ""


class Proof(Personal, frozen=True):
    """A receipt or a certificate. ``signature`` is Ed25519 (RFC 8032) over ``text``."""

    id: UUID
    kind: Annotated[str, Meta(pattern=r"^(consent|erasure)$")]
    at: int
    text: str
    """JSON, exactly as it was signed."""
    signature: str
    """Base64url without padding, as is ``key``."""
    key: str


class Proofs(Personal, frozen=True):
    """One's own, latest first."""

    items: list[Proof]


class ProofKeys(Personal, frozen=True):
    """The public keys that proofs were signed with, the newest last; base64url as in a proof."""

    items: list[str]
