"""The words of consent to be recorded. Pure; times are seconds of the room's clock.

Party: anybody in the room. Each has to agree, and each can undo it.
Purpose: what a recording may be used for. Medium: what of a person is captured.
Scope: purposes and media together. What may be captured is what everybody has agreed to, so scopes
are only ever cut with one another, and never grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

PartyId = str


class Purpose(StrEnum):
    """What a recording may be used for."""

    CLINICAL_REVIEW = "clinical_review"
    SUPERVISION = "supervision"
    RESEARCH = "research"
    TEACHING = "teaching"


LIVE_PURPOSES: Final = frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION})
"""The others are never asked for in a session: they are offered on a calm page."""
LATER_PURPOSES: Final = frozenset(Purpose) - LIVE_PURPOSES
"""Asked for afterwards, each once: :mod:`signaling.domain.consent.later`."""


class Medium(StrEnum):
    """What of a person is captured."""

    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be captured, and what for."""

    purposes: frozenset[Purpose] = frozenset()
    media: frozenset[Medium] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Nothing may be captured: a purpose without a medium, or the other way round, is none."""
        return not self.purposes or not self.media

    def cut(self, other: Scope) -> Scope:
        """What both allow."""
        return Scope(self.purposes & other.purposes, self.media & other.media)

    def is_within(self, other: Scope) -> bool:
        """Whether the other allows all of it."""
        return self.purposes <= other.purposes and self.media <= other.media


class PartyRole(StrEnum):
    """Who somebody is to a recording."""

    COUNSELLOR = "counsellor"
    CLIENT = "client"
    GUARDIAN = "guardian"
    SUPERVISOR = "supervisor"
    INTERPRETER = "interpreter"
    GUEST = "guest"


OF_TWO: Final = frozenset({PartyRole.COUNSELLOR, PartyRole.CLIENT})
"""Without one of these there is no session, and so no recording of it."""


class ConsentStage(StrEnum):
    """How far a recording has come."""

    OFF = "off"
    REQUESTED = "requested"
    """Everybody is asked."""
    ARMING = "arming"
    """Everybody has agreed; for some seconds each can still say no."""
    RECORDING = "recording"
    HOLD = "hold"
    """Nothing is captured while there is a reason why not."""
    FINALISING = "finalising"
    """Nothing is captured any more; what was is being closed."""


class HoldReason(StrEnum):
    """Why nothing is captured just now."""

    USER = "user"
    """Somebody paused it: only they can go on."""
    NEW_PARTY = "new_party"
    """Somebody came in who has not agreed yet."""
    DECLINED = "declined"
    """Somebody is here who does not want it, and would be heard by another's microphone."""
    BESIDE = "beside"
    """Somebody says that another is with them, who has no page to agree on."""
    ABSENT = "absent"
    NO_INDICATOR = "no_indicator"
    """Somebody's page does not say that it shows what is going on."""
    SAFETY = "safety"


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason, and whose; of the safety panel nobody's."""

    reason: HoldReason
    party: PartyId = ""


class ConsentTurn(StrEnum):
    """What takes it further; each is one row of the audit."""

    ASK = "ask"
    GRANT = "grant"
    ALL_GRANTED = "all_granted"
    DECLINE = "decline"
    LAPSE = "lapse"
    CANCEL = "cancel"
    SCATTER = "scatter"
    """Somebody came, went or was cut off while the others decided."""
    CALL_OFF = "call_off"
    """Somebody said no in the last seconds."""
    UNSEEN = "unseen"
    """Not every page said that it shows the indicator."""
    START = "start"
    HOLD = "hold"
    RELEASE = "release"
    RESUME = "resume"
    """The last reason to hold is gone."""
    NARROW = "narrow"
    """Somebody who came in later agreed to less."""
    EXCLUDE = "exclude"
    """A medium is on that nobody agreed to have captured."""
    WITHDRAW_PURPOSE = "withdraw_purpose"
    WITHDRAW_MEDIUM = "withdraw_medium"
    WITHDRAW = "withdraw"
    STOP = "stop"
    EMERGENCY_STOP = "emergency_stop"
    FAIL = "fail"
    CLOSE = "close"
    RECOVER = "recover"
    """The gateway died meanwhile, and came back."""


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """What happened. All that is needed to come to the same state again, and no more."""

    turn: ConsentTurn
    at: float
    party: PartyId = ""
    """Who did it, or whose it is."""
    scope: Scope | None = None
    reason: HoldReason | None = None
    ident: str = ""
    """Of a request, and of the recording that comes of it."""
    parties: frozenset[PartyId] = frozenset()
    """Who is asked."""
    text: str = ""
    """The digest of the words that somebody was shown, or why something failed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What everybody is asked."""

    ident: str
    by: PartyId
    scope: Scope
    text: str
    at: float
    parties: frozenset[PartyId]


@dataclass(frozen=True, slots=True)
class Consent:
    """All that was decided in a room. Who is connected at the moment is not in it."""

    stage: ConsentStage = ConsentStage.OFF
    request: Request | None = None
    grants: Mapping[PartyId, Scope] = field(default_factory=dict)
    scope: Scope = field(default_factory=Scope)
    """Of what is captured, from the moment all have agreed."""
    armed_at: float | None = None
    recording: str = ""
    started_at: float | None = None
    segment: int = 0
    """Counts the stretches that were captured without a hold between."""
    holds: frozenset[Hold] = frozenset()
    excluded: frozenset[tuple[PartyId, Medium]] = frozenset()
    asked: int = 0
    """How often it was asked in this room."""
    refused_at: float | None = None
    ended: ConsentTurn | None = None
    """How the last one ended."""

    def held_for(self, reason: HoldReason) -> frozenset[PartyId]:
        """Whose reasons of this kind there are."""
        return frozenset(hold.party for hold in self.holds if hold.reason is reason)
