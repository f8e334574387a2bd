"""What passes between pages and gateway about recording a session: words of consent, and no sound.

These records are part of the wire (``wire.py``); docs/protocol.md is their prose. Times are Unix
milliseconds of the gateway's clock.

Rule 1: nobody records by a message. Each is a tap of one person; what follows from all of them
together is decided by the gateway (:mod:`signaling.domain.consent`).
Rule 2: the terms are the gateway's, and so is their digest: a page says by it what it displayed,
and by ``words`` in which words. An answer to other terms is refused.
Rule 3: who said no is told to nobody.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from signaling.domain.consent.terms import ConsentStage, ConsentTurn, HoldReason, Medium, Purpose
from signaling.domain.grants import Role

Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256, as hex."""
RequestId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[0-9a-f-]+$")]
Purposes: TypeAlias = Annotated[list[Purpose], Meta(max_length=4)]
Media: TypeAlias = Annotated[list[Medium], Meta(max_length=3)]
Language: TypeAlias = Annotated[str, Meta(pattern=r"^(zh-CN|en)$")]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A closed record: what is not listed is refused."""


# --- commands -------------------------------------------------------------------------------------


class AskRecording(_Record, frozen=True, tag="ask_recording"):
    """Somebody asks everybody whether the session may be recorded, for what, and what of them."""

    purposes: Purposes
    media: Media


class AgreeRecording(_Record, frozen=True, tag="agree_recording"):
    """A person agrees to some or all of what the request asks.

    ``terms`` is the digest that the gateway gave with it, ``words`` that of the text which the page
    displayed in ``language``. Both stand in the receipt.
    """

    request: RequestId
    terms: Digest
    words: Digest
    language: Language
    purposes: Purposes
    media: Media


class DeclineRecording(_Record, frozen=True, tag="decline_recording"):
    """A person does not want it. No reason is asked, and who it was is told to nobody."""

    request: RequestId


class CancelRecording(_Record, frozen=True, tag="cancel_recording"):
    """Who asked does not ask any longer."""

    request: RequestId


class PauseRecording(_Record, frozen=True, tag="pause_recording"):
    """Anybody may; only they can let it go on."""


class ResumeRecording(_Record, frozen=True, tag="resume_recording"):
    """Who paused it lets it go on."""


class StopRecording(_Record, frozen=True, tag="stop_recording"):
    """Anybody may, for good; in the last seconds before it begins that is a no."""


class WithdrawRecording(_Record, frozen=True, tag="withdraw_recording"):
    """A person takes back what they agreed to: these purposes and media, or with none of both all.

    Nothing is captured from the moment it comes in, and what was is not played any more.
    """

    purposes: Purposes = msgspec.field(default_factory=list)
    media: Media = msgspec.field(default_factory=list)


class ShowRecording(_Record, frozen=True, tag="show_recording"):
    """The page says what it displays of the recording: at each change, and every two seconds.

    Without it nothing begins, and what goes on is held.
    """

    stage: ConsentStage
    request: Annotated[str, Meta(max_length=64)] = ""


class ShowSafety(_Record, frozen=True, tag="show_safety"):
    """The counsellor opens the safety panel, or closes it: meanwhile nothing is recorded."""

    open: bool


class SayBeside(_Record, frozen=True, tag="say_beside"):
    """Somebody is beside this person who has no page of their own, or is gone again.

    Meanwhile nothing is recorded, nor asked: who could be heard has to agree, and cannot be asked.
    """

    there: bool


RecordingCommand: TypeAlias = (
    AskRecording
    | AgreeRecording
    | DeclineRecording
    | CancelRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | WithdrawRecording
    | ShowRecording
    | ShowSafety
    | SayBeside
)


# --- events ---------------------------------------------------------------------------------------


class PurposeTerm(_Record, frozen=True):
    """One purpose, until when it would hold, and who could see and hear it meanwhile."""

    purpose: Purpose
    until: int
    listeners: list[str]
    """As they want to be called."""


class RecordingTerms(_Record, frozen=True):
    """All that is asked. The words on the page are made of it, and of nothing else."""

    asker: str
    """Who asks, as they want to be called."""
    asker_role: Role
    purposes: list[PurposeTerm]
    media: list[Medium]
    floor_until: int | None
    """By law it is kept until then, unreadable to everybody, though it were taken back; or null."""
    version: str
    """Of the words: another text, another version."""
    digest: str


class HoldView(_Record, frozen=True):
    """One reason why nothing is captured; whose it is, where that may be known, or ``""``."""

    reason: HoldReason
    participant: str


class Ended(_Record, frozen=True):
    """How the last request or recording ended, so long as no other has begun."""

    turn: ConsentTurn
    recording: str
    """Its id, where something was captured; or ``""``."""
    captured_ms: int
    purposes: list[PurposeTerm]
    by_you: bool


class Recording(_Record, frozen=True, tag="recording"):
    """All that this page is to show of the recording, at each change and after ``welcome``.

    Never the same for two pages: ``you_…`` is of whoever it is sent to.
    """

    stage: ConsentStage
    request: str
    """Of what is asked, and of the recording that comes of it; or ``""``."""
    terms: RecordingTerms | None
    agreed: int
    asked: int
    """So many have agreed of so many who are asked."""
    you_asked: bool
    you_answer: bool
    """This page is to ask its person now."""
    you_may_ask: bool
    asked_before: bool
    """It was asked in this session already: again only where the others have come back to it."""
    why_not: str
    """``off``, ``role``, ``running``, ``safety``, ``guardian``, ``alone``, ``beside``, ``often`` or
    ``soon``; or ``""``."""
    may_purposes: list[Purpose]
    may_media: list[Medium]
    """What could be asked for here."""
    begins_at: int | None
    """In ARMING: when the five seconds are over."""
    started_at: int | None
    captured_ms: int
    """So much was captured before ``running_since``, or altogether where that is null."""
    running_since: int | None
    is_late: bool
    """The disk does not keep up: what is said now is missing in it."""
    purposes: list[PurposeTerm]
    media: list[Medium]
    """What it is for and what is captured, now."""
    you_excluded: list[Medium]
    """Which of this person's media are on and not captured."""
    holds: list[HoldView]
    you_paused: bool
    you_beside: bool
    """This person says that somebody is beside them."""
    ended: Ended | None
    may_terms: RecordingTerms | None = None
    """What could be asked for here, as it would be asked; null where nothing can. Its digest is
    ``""``: nobody answers to it, it is to be shown to whoever thinks of asking."""


RecordingEvent: TypeAlias = Recording
