"""What each page is told of the recording: never the same for two.

Rule 1: of who said no nothing goes out, and of who has not decided nothing but how many have.
Rule 2: that the safety panel is open is the counsellor's alone: others see that it is paused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from signaling.domain.consent.machine import ConsentMachine
from signaling.domain.consent.rules import RecordingPolicy, WhyNot, allowed
from signaling.domain.consent.shown import PurposeShown, TermsShown, terms
from signaling.domain.consent.terms import (
    Consent,
    ConsentStage,
    ConsentTurn,
    HoldReason,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.grants import Role
from signaling.domain.participant import Participant
from signaling.domain.recording_policy import RecordingTermsNow
from signaling.recording_messages import (
    Ended,
    HoldView,
    PurposeTerm,
    Recording,
    RecordingTerms,
)

ROLES: Final = {Role.COUNSELLOR: PartyRole.COUNSELLOR, Role.CLIENT: PartyRole.CLIENT}
"""Who somebody in a room is to a recording. Other roles there are none yet."""
_SEATS: Final = {party: role for role, party in ROLES.items()}
_NAMELESS: Final = frozenset({HoldReason.NEW_PARTY, HoldReason.DECLINED})
"""Whose reason this is, only they are told."""
_RUNNING: Final = frozenset({ConsentStage.RECORDING, ConsentStage.HOLD})
_NEVER: Final = frozenset({WhyNot.OFF, WhyNot.GUARDIAN, WhyNot.ROLE})
_OVER: Final = frozenset({ConsentStage.OFF, ConsentStage.FINALISING})


@dataclass(frozen=True, slots=True)
class Ending:
    """How the last one ended. ``by`` is who ended it by a tap, or ``""``."""

    turn: ConsentTurn
    recording: str = ""
    captured_ms: int = 0
    purposes: tuple[PurposeShown, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What all pages of a room are told alike. ``consent`` is as they may know it by now."""

    consent: Consent
    policy: RecordingPolicy
    allowed: RecordingTermsNow | None
    people: tuple[Participant, ...]
    terms: TermsShown | None
    begins_at: int | None
    started_at: int | None
    captured_ms: int
    running_since: int | None
    is_late: bool
    ending: Ending | None


def terms_of(
    allowed: RecordingTermsNow, scope: Scope, asker: Participant, people: Iterable[Participant]
) -> TermsShown:
    """What everybody is asked, were this asked now."""
    names = {each.role: each.name for each in reversed(tuple(people))}
    plays = [Role.COUNSELLOR, *([Role.CLIENT] if allowed.client_may_play else [])]
    review = tuple(names[role] for role in plays if role in names)
    listeners = {Purpose.CLINICAL_REVIEW: review, Purpose.SUPERVISION: allowed.supervisors}
    who = (asker.name, ROLES[asker.role])
    shown = terms(scope, who, listeners, allowed.until, allowed.floor_until)
    named = allowed.supervisor_ids if Purpose.SUPERVISION in scope.purposes else ()
    plays_too = allowed.client_may_play and Purpose.CLINICAL_REVIEW in scope.purposes
    return replace(shown, supervisors=named, client_plays=plays_too)


def terms_view(terms: TermsShown, digest: str) -> RecordingTerms:
    """The terms, and the digest that an answer has to name, or ``""``."""
    return RecordingTerms(
        asker=terms.asker,
        asker_role=_SEATS[terms.asker_role],
        purposes=purpose_views(terms.purposes),
        media=list(terms.media),
        floor_until=terms.floor_until,
        version=terms.version,
        digest=digest,
    )


def purpose_views(purposes: tuple[PurposeShown, ...]) -> list[PurposeTerm]:
    """Purposes with their times and listeners."""
    return [PurposeTerm(each.purpose, each.until, list(each.listeners)) for each in purposes]


def recording_view(
    known: Known, machine: ConsentMachine, who: Participant, now: float
) -> Recording:
    """All that one page is to show."""
    consent, terms, you = known.consent, known.terms, who.id
    request, stage = consent.request, consent.stage
    may = allowed(known.policy)
    why = _why_not(machine.why_not(you, now), who.role)
    runs = stage in _RUNNING
    return Recording(
        stage=stage,
        request=request.ident if request else "",
        terms=terms_view(terms, terms.digest) if request and terms else None,
        agreed=len(request.parties & consent.grants.keys()) if request else 0,
        asked=len(request.parties) if request else 0,
        you_asked=request is not None and request.by == you,
        you_answer=_is_asked(consent, you),
        you_may_ask=why is None,
        asked_before=consent.asked > 0,
        why_not=why.value if why else "",
        may_purposes=[each for each in Purpose if each in may.purposes],
        may_media=[each for each in Medium if each in may.media],
        begins_at=known.begins_at if stage is ConsentStage.ARMING else None,
        started_at=known.started_at if runs else None,
        captured_ms=known.captured_ms if runs else 0,
        running_since=known.running_since if stage is ConsentStage.RECORDING else None,
        is_late=known.is_late and stage is ConsentStage.RECORDING,
        purposes=purpose_views(terms.for_scope(consent.scope)) if runs and terms else [],
        media=[each for each in Medium if each in consent.scope.media] if runs else [],
        you_excluded=_excluded(consent, machine, you) if runs else [],
        holds=_holds(consent, who) if stage is ConsentStage.HOLD else [],
        you_paused=runs and you in consent.held_for(HoldReason.USER),
        you_beside=machine.has_company(you),
        ended=_ended(known.ending, you) if known.ending and stage in _OVER else None,
        may_terms=None if why in _NEVER else _may_terms(known, who),
    )


def _why_not(why: WhyNot | None, role: Role) -> WhyNot | None:
    if why is WhyNot.SAFETY and role is not Role.COUNSELLOR:
        return WhyNot.SOON
    return why


def _may_terms(known: Known, who: Participant) -> RecordingTerms | None:
    if known.allowed is None:
        return None
    shown = terms_of(known.allowed, allowed(known.policy), who, known.people)
    return terms_view(shown, "")


def _is_asked(consent: Consent, you: str) -> bool:
    """Whether somebody is to decide: all who have not yet, or who came in later."""
    if you in consent.held_for(HoldReason.NEW_PARTY):
        return True
    request = consent.request
    asked = consent.stage is ConsentStage.REQUESTED and request is not None
    return asked and request is not None and you in request.parties - consent.grants.keys()


def _excluded(consent: Consent, machine: ConsentMachine, you: str) -> list[Medium]:
    out = machine.live(you) - consent.scope.media
    return [each for each in Medium if each in out]


def _holds(consent: Consent, who: Participant) -> list[HoldView]:
    found: set[tuple[HoldReason, str]] = set()
    for hold in consent.holds:
        reason, party = hold.reason, hold.party
        if reason is HoldReason.SAFETY and who.role is not Role.COUNSELLOR:
            reason = HoldReason.USER
        elif reason in _NAMELESS and party != who.id:
            party = ""
        found.add((reason, party))
    return [HoldView(reason, party) for reason, party in sorted(found)]


def _ended(ending: Ending, you: str) -> Ended:
    return Ended(
        turn=ending.turn,
        recording=ending.recording,
        captured_ms=ending.captured_ms,
        purposes=purpose_views(ending.purposes),
        by_you=ending.by == you,
    )
