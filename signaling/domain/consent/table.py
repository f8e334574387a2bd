"""How consent to be recorded goes on, as a table; and how each turn changes what is known. Pure.

    off -> requested -> arming -> recording <-> hold -> finalising -> off
             every one of them may end in off at once

Rule 1: an absent pair is refused with ``not_now`` and changes nothing.
Rule 2: nothing but turns changes the state, so that the audit's rows, read again in order, lead to
the same one (:func:`replay`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from signaling.domain.consent.terms import (
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Hold,
    Medium,
    Request,
    Scope,
)
from signaling.domain.errors import Code, Refusal

_OFF, _REQUESTED, _ARMING = ConsentStage.OFF, ConsentStage.REQUESTED, ConsentStage.ARMING
_RECORDING, _HOLD, _FINALISING = (
    ConsentStage.RECORDING, ConsentStage.HOLD, ConsentStage.FINALISING,
)  # fmt: skip

CONSENT: Final[Mapping[tuple[ConsentStage, ConsentTurn], ConsentStage]] = {
    (_OFF, ConsentTurn.ASK): _REQUESTED,
    (_REQUESTED, ConsentTurn.GRANT): _REQUESTED,
    (_REQUESTED, ConsentTurn.ALL_GRANTED): _ARMING,
    (_REQUESTED, ConsentTurn.DECLINE): _OFF,
    (_REQUESTED, ConsentTurn.LAPSE): _OFF,
    (_REQUESTED, ConsentTurn.CANCEL): _OFF,
    (_REQUESTED, ConsentTurn.SCATTER): _OFF,
    (_REQUESTED, ConsentTurn.EMERGENCY_STOP): _OFF,
    (_REQUESTED, ConsentTurn.RECOVER): _OFF,
    (_ARMING, ConsentTurn.CALL_OFF): _OFF,
    (_ARMING, ConsentTurn.UNSEEN): _OFF,
    (_ARMING, ConsentTurn.SCATTER): _OFF,
    (_ARMING, ConsentTurn.EMERGENCY_STOP): _OFF,
    (_ARMING, ConsentTurn.FAIL): _OFF,
    (_ARMING, ConsentTurn.RECOVER): _OFF,
    (_ARMING, ConsentTurn.START): _RECORDING,
    (_RECORDING, ConsentTurn.HOLD): _HOLD,
    (_RECORDING, ConsentTurn.EXCLUDE): _RECORDING,
    (_RECORDING, ConsentTurn.WITHDRAW_PURPOSE): _RECORDING,
    (_RECORDING, ConsentTurn.WITHDRAW_MEDIUM): _RECORDING,
    (_RECORDING, ConsentTurn.WITHDRAW): _OFF,
    (_RECORDING, ConsentTurn.STOP): _FINALISING,
    (_RECORDING, ConsentTurn.EMERGENCY_STOP): _FINALISING,
    (_RECORDING, ConsentTurn.FAIL): _OFF,
    (_RECORDING, ConsentTurn.RECOVER): _OFF,
    (_HOLD, ConsentTurn.HOLD): _HOLD,
    (_HOLD, ConsentTurn.RELEASE): _HOLD,
    (_HOLD, ConsentTurn.NARROW): _HOLD,
    (_HOLD, ConsentTurn.RESUME): _RECORDING,
    (_HOLD, ConsentTurn.WITHDRAW_PURPOSE): _HOLD,
    (_HOLD, ConsentTurn.WITHDRAW_MEDIUM): _HOLD,
    (_HOLD, ConsentTurn.WITHDRAW): _OFF,
    (_HOLD, ConsentTurn.STOP): _FINALISING,
    (_HOLD, ConsentTurn.EMERGENCY_STOP): _FINALISING,
    (_HOLD, ConsentTurn.FAIL): _OFF,
    (_HOLD, ConsentTurn.RECOVER): _OFF,
    (_FINALISING, ConsentTurn.CLOSE): _OFF,
    (_FINALISING, ConsentTurn.WITHDRAW): _OFF,
    (_FINALISING, ConsentTurn.FAIL): _OFF,
    (_FINALISING, ConsentTurn.RECOVER): _OFF,
}

ENDS: Final = frozenset(
    turn for (stage, turn), following in CONSENT.items() if following is _OFF and stage is not _OFF
)
"""After these nothing of the request or the recording is known here any more."""
REFUSALS: Final = frozenset({ConsentTurn.DECLINE, ConsentTurn.CALL_OFF})
"""Somebody said no: it is not asked again soon."""


def follow(consent: Consent, fact: ConsentFact) -> Consent:
    """Take consent one turn further.

    Raises :class:`Refusal` with ``not_now`` when the table has no such turn.
    """
    following = CONSENT.get((consent.stage, fact.turn))
    if following is None:
        raise Refusal(Code.NOT_NOW)
    if following is ConsentStage.OFF:
        refused_at = fact.at if fact.turn in REFUSALS else consent.refused_at
        return Consent(asked=consent.asked, refused_at=refused_at, ended=fact.turn)
    change = _CHANGES.get(fact.turn)
    changed = consent if change is None else change(consent, fact)
    return replace(changed, stage=following)


def recall(consent: Consent, asked: int, refused_at: float | None) -> Consent:
    """What was asked in the session before: of turns by another room's clock no more is known."""
    later = max((at for at in (consent.refused_at, refused_at) if at is not None), default=None)
    return replace(consent, asked=consent.asked + asked, refused_at=later)


def replay(facts: Iterable[ConsentFact]) -> Consent:
    """The state that these turns lead to from the beginning."""
    consent = Consent()
    for fact in facts:
        consent = follow(consent, fact)
    return consent


def _ask(consent: Consent, fact: ConsentFact) -> Consent:
    scope = fact.scope or Scope()
    request = Request(fact.ident, fact.party, scope, fact.text, fact.at, fact.parties)
    # Who asks agrees to what they ask for.
    return Consent(
        request=request, grants={fact.party: scope}, asked=consent.asked + 1,
        refused_at=consent.refused_at,
    )  # fmt: skip


def _grant(consent: Consent, fact: ConsentFact) -> Consent:
    return replace(consent, grants={**consent.grants, fact.party: fact.scope or Scope()})


def _arm(consent: Consent, fact: ConsentFact) -> Consent:
    return replace(consent, scope=fact.scope or Scope(), armed_at=fact.at)


def _start(consent: Consent, fact: ConsentFact) -> Consent:
    recording = consent.request.ident if consent.request else ""
    return replace(consent, recording=recording, started_at=fact.at, segment=1)


def _hold(consent: Consent, fact: ConsentFact) -> Consent:
    assert fact.reason is not None
    return replace(consent, holds=consent.holds | {Hold(fact.reason, fact.party)})


def _release(consent: Consent, fact: ConsentFact) -> Consent:
    assert fact.reason is not None
    return replace(consent, holds=consent.holds - {Hold(fact.reason, fact.party)})


def _resume(consent: Consent, fact: ConsentFact) -> Consent:
    return replace(_release(consent, fact), segment=consent.segment + 1)


def _narrow(consent: Consent, fact: ConsentFact) -> Consent:
    granted = _grant(consent, fact)
    return replace(granted, scope=consent.scope.cut(granted.grants[fact.party]))


def _exclude(consent: Consent, fact: ConsentFact) -> Consent:
    media: frozenset[Medium] = fact.scope.media if fact.scope else frozenset()
    return replace(consent, excluded=consent.excluded | {(fact.party, medium) for medium in media})


def _withdraw_some(consent: Consent, fact: ConsentFact) -> Consent:
    gone = fact.scope or Scope()

    def less(scope: Scope) -> Scope:
        return Scope(scope.purposes - gone.purposes, scope.media - gone.media)

    grants = {**consent.grants, fact.party: less(consent.grants.get(fact.party, Scope()))}
    return replace(consent, grants=grants, scope=less(consent.scope))


_CHANGES: Final[Mapping[ConsentTurn, Callable[[Consent, ConsentFact], Consent]]] = {
    ConsentTurn.ASK: _ask,
    ConsentTurn.GRANT: _grant,
    ConsentTurn.ALL_GRANTED: _arm,
    ConsentTurn.START: _start,
    ConsentTurn.HOLD: _hold,
    ConsentTurn.RELEASE: _release,
    ConsentTurn.RESUME: _resume,
    ConsentTurn.NARROW: _narrow,
    ConsentTurn.EXCLUDE: _exclude,
    ConsentTurn.WITHDRAW_PURPOSE: _withdraw_some,
    ConsentTurn.WITHDRAW_MEDIUM: _withdraw_some,
}
