"""What the audit is told of each turn of consent, and who did it.

Rule 1: a row says all that it takes to come to the same state again, and who somebody was; what is
personal of it is sealed.
Rule 2: who said no is in the sealed part alone, and in a receipt that only they see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from signaling.domain.consent.shown import TermsShown
from signaling.domain.consent.table import REFUSALS
from signaling.domain.consent.terms import ConsentFact, ConsentTurn, HoldReason, Request
from signaling.storage.recording_rows import Told

_PRIVATE: Final = frozenset({HoldReason.DECLINED, HoldReason.NEW_PARTY})
_AGREES: Final = frozenset({ConsentTurn.GRANT, ConsentTurn.NARROW})
_RECEIVES: Final = _AGREES | {
    ConsentTurn.ASK, ConsentTurn.WITHDRAW, ConsentTurn.WITHDRAW_PURPOSE,
    ConsentTurn.WITHDRAW_MEDIUM,
}  # fmt: skip
"""Whoever did this is given a receipt, which says so much of it."""
_NAMES: Final = _AGREES | REFUSALS | {ConsentTurn.ASK}
"""Their receipts name who could have seen and heard it, as they were shown."""


@dataclass(frozen=True, slots=True)
class Words:
    """Which words somebody's page displayed, as a digest, and in which language."""

    digest: str
    language: str


def told(
    fact: ConsentFact, at: int, person: Callable[[str], UUID], terms: TermsShown | None,
    words: Mapping[str, Words], request: Request | None,
) -> Told:  # fmt: skip
    """One fact of consent, for the audit; ``request`` is what it was asked under."""
    recording = request.ident if request else ""
    said: dict[str, Any] = {}
    if fact.party:
        said["who"] = str(person(fact.party))
    if fact.turn is ConsentTurn.ASK:
        said["parties"] = {party: str(person(party)) for party in sorted(fact.parties)}
    if terms is not None and fact.turn in _RECEIVES:
        said["terms"], said["recording"] = terms.digest, recording
        said["until"] = {each.purpose.value: each.until for each in terms.purposes}
        said["floor_until"] = terms.floor_until
    if terms is not None and fact.turn is ConsentTurn.ASK:
        said["shown"] = terms.plain()
    if fact.turn in _AGREES and fact.party in words:
        said["words"] = words[fact.party].digest
        said["language"] = words[fact.party].language
    actor = None if not fact.party or _is_no(fact) else person(fact.party)
    receipt: dict[str, Any] = {}
    if terms is not None and fact.turn in _NAMES:
        receipt["listeners"] = {
            each.purpose.value: list(each.listeners)
            for each in terms.purposes
            if fact.scope is None or each.purpose in fact.scope.purposes
        }
    asked: frozenset[UUID] = frozenset()
    if terms is not None and request is not None and fact.turn in REFUSALS:
        receipt |= _refused(terms, recording)
        asked = frozenset(person(party) for party in request.parties)
    return Told(fact, at, actor, said, receipt, asked)


def _refused(terms: TermsShown, recording: str) -> dict[str, Any]:
    """What a receipt says of what was not agreed to; the audit has it from the asking."""
    return {
        "terms": terms.digest,
        "recording": recording,
        "until": {each.purpose.value: each.until for each in terms.purposes},
        "floor_until": terms.floor_until,
        "purposes": sorted(each.purpose.value for each in terms.purposes),
        "media": sorted(each.value for each in terms.media),
    }


def _is_no(fact: ConsentFact) -> bool:
    """Whether it says, or lets one guess, that somebody does not want it."""
    return fact.turn in REFUSALS or fact.reason in _PRIVATE
