"""To ask afterwards whether a recording may be used for one thing more, as a table. Pure.

    -> asked -> granted
       asked -> not granted

Times are Unix milliseconds.

Rule 1: research and teaching are asked for here and nowhere else: each by a request of its own, of
one recording and one purpose, not before the day of cooling off is over.
Rule 2: it is asked once. Who says no, or nothing for :data:`SILENCE_MS`, is not asked again, and
whoever asked is told the same of both.
Rule 3: the counsellor of the recording asks, and so agrees; its client alone answers. Where
anybody else was captured, it is not asked for: they would have to agree as well.
Rule 4: it holds from the recording's own beginning for as long as the clinic has that purpose
hold: what is asked for later is not kept for longer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from signaling.domain.consent.artefact import (
    COOLING_MS,
    DAY_MS,
    Artefact,
    ArtefactFact,
    ArtefactStage,
    ArtefactTurn,
    follow_artefact,
)
from signaling.domain.consent.shown import canonical
from signaling.domain.consent.terms import (
    LATER_PURPOSES,
    OF_TWO,
    Medium,
    PartyRole,
    Purpose,
)
from signaling.domain.errors import Code, Refusal

SILENCE_MS: Final = 30 * DAY_MS
"""Who has not answered by then has said no. Nobody is reminded of it."""
VERSION: Final = "1"
"""Of the words that pages make of the terms: another text, another version."""
ASKABLE: Final = frozenset({ArtefactStage.ACTIVE, ArtefactStage.NARROWED})


class LaterStage(StrEnum):
    """How far a request has come."""

    ASKED = "asked"
    GRANTED = "granted"
    NOT_GRANTED = "not_granted"


class LaterTurn(StrEnum):
    """What takes it further."""

    ASK = "ask"
    AGREE = "agree"
    DECLINE = "decline"
    LAPSE = "lapse"
    """Silence is a no."""


LATER: Final[Mapping[tuple[LaterStage | None, LaterTurn], LaterStage]] = {
    (None, LaterTurn.ASK): LaterStage.ASKED,
    (LaterStage.ASKED, LaterTurn.AGREE): LaterStage.GRANTED,
    (LaterStage.ASKED, LaterTurn.DECLINE): LaterStage.NOT_GRANTED,
    (LaterStage.ASKED, LaterTurn.LAPSE): LaterStage.NOT_GRANTED,
}
"""None is what was never asked. An absent pair is refused with ``not_now``."""


@dataclass(frozen=True, slots=True)
class LaterRequest:
    """One recording, one purpose, and until when it would hold."""

    purpose: Purpose
    until: int
    asked_at: int
    stage: LaterStage = LaterStage.ASKED

    @property
    def lapses_at(self) -> int:
        """From when on silence is a no."""
        return self.asked_at + SILENCE_MS

    def at(self, at: int) -> LaterRequest:
        """As it is at a moment."""
        if self.stage is LaterStage.ASKED and at >= self.lapses_at:
            return replace(self, stage=follow_later(self.stage, LaterTurn.LAPSE))
        return self


@dataclass(frozen=True, slots=True)
class LaterTerms:
    """All that a client is asked. Personal: it names somebody."""

    recording: str
    asker: str
    purpose: Purpose
    until: int
    media: tuple[Medium, ...]
    floor_until: int | None
    version: str = VERSION

    def __repr__(self) -> str:
        return "LaterTerms(...)"

    def plain(self) -> dict[str, Any]:
        """The terms as values of JSON, as they go into what proves that they were agreed to."""
        return {
            "recording": self.recording,
            "asker": self.asker,
            "purpose": self.purpose.value,
            "until": self.until,
            "media": [each.value for each in self.media],
            "floor_until": self.floor_until,
            "version": self.version,
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the terms written in the one way there is, as hex."""
        return hashlib.sha256(canonical(self.plain())).hexdigest()


def follow_later(stage: LaterStage | None, turn: LaterTurn) -> LaterStage:
    """Take a request one turn further. Raises :class:`Refusal` with ``not_now``."""
    if (stage, turn) not in LATER:
        raise Refusal(Code.NOT_NOW)
    return LATER[stage, turn]


def may_be_asked(
    artefact: Artefact, parties: Collection[PartyRole], asked: Collection[Purpose],
    until: Mapping[Purpose, int], at: int,
) -> tuple[Purpose, ...]:  # fmt: skip
    """What could be asked for now. ``until`` is what the clinic allows, and until when."""
    rested = artefact.stage in ASKABLE and at >= artefact.sealed_at + COOLING_MS
    if not rested or not frozenset(parties) <= OF_TWO:
        return ()
    left = LATER_PURPOSES - frozenset(asked) - artefact.until.keys()
    return tuple(each for each in Purpose if each in left and at < _day(until.get(each, 0)))


def ask_later(purpose: Purpose, until: Mapping[Purpose, int], at: int) -> LaterRequest:
    """Ask for one of :func:`may_be_asked`; it ends at the beginning of a day, as in a session."""
    return LaterRequest(purpose, _day(until[purpose]), at, follow_later(None, LaterTurn.ASK))


def may_be_answered(artefact: Artefact, request: LaterRequest, at: int) -> bool:
    """Whether its client is still asked. Nothing is asked of what was taken back."""
    is_asked = request.at(at).stage is LaterStage.ASKED
    return is_asked and artefact.stage in ASKABLE and at < request.until


def agree_later(artefact: Artefact, request: LaterRequest, at: int) -> ArtefactFact:
    """What becomes of the recording by a yes. Raises :class:`Refusal` with ``not_now``."""
    follow_later(request.at(at).stage, LaterTurn.AGREE)
    fact = ArtefactFact(
        ArtefactTurn.ADD, at, purposes=frozenset({request.purpose}), until=request.until
    )
    follow_artefact(artefact, fact)
    return fact


def _day(until: int) -> int:
    return until // DAY_MS * DAY_MS
