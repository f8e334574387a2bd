"""What a turn of consent gives a receipt for, and to whom. Times are Unix ms.

Rule 1: who asks, agrees, says no or takes back has one of it, and sees nobody else's.
Rule 2: a row of a receipt says whose it is and when. So that none says who said no, everybody who
was asked then has one of the same moment and the same length: that no recording was made.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from signaling.domain.consent.table import REFUSALS
from signaling.domain.consent.terms import ConsentTurn, Scope
from signaling.keys.sealing import SealError
from signaling.receipts import ProofKind
from signaling.storage.recording_proofs import ProofStore
from signaling.storage.recording_rows import Told

_AGREES: Final = {
    ConsentTurn.ASK: "asked",
    ConsentTurn.GRANT: "agreed",
    ConsentTurn.NARROW: "agreed",
    ConsentTurn.WITHDRAW: "withdrew",
    ConsentTurn.WITHDRAW_PURPOSE: "withdrew",
    ConsentTurn.WITHDRAW_MEDIUM: "withdrew",
}
"""Who asks agrees to what they ask for."""
DECLINED: Final = "declined"
NOT_MADE: Final = "not_made"
"""As long as the other word: sealed, neither is told from the other by its length."""
_ON_RECEIPT: Final = ("terms", "words", "language", "until", "floor_until", "recording")
"""What of all that the audit is told of a turn stands in its receipt."""


async def receipts(
    proofs: ProofStore, clinic: UUID, session: UUID, told: Told
) -> list[dict[str, Any]]:
    """Return the rows of a turn's receipts, in an order that says nothing."""
    rows = []
    for person, word in sorted(_whose(told).items()):
        said = _said(told) | {
            "kind": ProofKind.CONSENT.value, "what": word, "person": str(person),
            "clinic": str(clinic), "session": str(session), "at": told.at,
        }  # fmt: skip
        try:
            rows += await proofs.make(clinic, [person], ProofKind.CONSENT, said, told.at)
        except SealError:  # they were erased meanwhile
            continue
    return rows


def _whose(told: Told) -> dict[UUID, str]:
    """Who is given one, and what it says that they did."""
    if told.fact.turn in REFUSALS and "who" in told.said:
        return dict.fromkeys(told.asked, NOT_MADE) | {UUID(told.said["who"]): DECLINED}
    word = _AGREES.get(told.fact.turn)
    return {} if word is None or told.actor is None else {told.actor: word}


def _said(told: Told) -> dict[str, Any]:
    scope = told.fact.scope or Scope()
    known = {name: told.said[name] for name in _ON_RECEIPT if name in told.said}
    known |= {"purposes": sorted(scope.purposes), "media": sorted(scope.media)}
    return {**known, **told.receipt}
