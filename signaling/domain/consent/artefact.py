"""What becomes of a recording after it was made, as a table. Pure; times are Unix milliseconds.

    sealed -> active -> narrowed
    each of them -> erasure pending -> erased
                    erasure pending -> locked -> erased

Rule 1: what was agreed to is only ever of use for less: purposes fall away, by time or by a person,
and come back by nothing. To grow needs a new request (:mod:`signaling.domain.consent.later`): what
its client then agrees to is added with a time of its own. A medium never is, nor is a purpose that
is there made to hold for longer.
Rule 2: what is to be erased cannot be played from that moment on. For a day its owner may change
their mind; then it is erased, or, where the law has it kept longer, locked until it need not be.
Rule 3: the key goes first, then the bytes: ``erase`` is said when it is to be done, and is done
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from signaling.domain.consent.terms import LATER_PURPOSES, Medium, PartyRole, Purpose
from signaling.domain.errors import Code, Refusal

DAY_MS: Final = 86_400_000
COOLING_MS: Final = DAY_MS
"""For so long after a session only the counsellor may listen, and anybody takes it back at once."""
GRACE_MS: Final = DAY_MS
"""For so long after it was taken back its owner may change their mind."""


class ArtefactStage(StrEnum):
    """How far a recording has come."""

    SEALED = "sealed"
    ACTIVE = "active"
    NARROWED = "narrowed"
    """Active, for less than it was made for."""
    ERASURE_PENDING = "erasure_pending"
    LOCKED = "locked"
    """It would be erased, had the law not said how long it is to be kept: nobody opens it."""
    ERASED = "erased"


class ArtefactTurn(StrEnum):
    """What takes it further."""

    COOL = "cool"
    """The day of cooling off is over."""
    NARROW = "narrow"
    """A purpose or a medium is gone, and others are left."""
    ADD = "add"
    """A new request was agreed to: it is for one purpose more."""
    GIVE_UP = "give_up"
    """It was taken back, or nothing is left that it is for."""
    KEEP = "keep"
    """Who took it back has changed their mind in time."""
    LOCK = "lock"
    ERASE = "erase"


_SEALED, _ACTIVE, _NARROWED = ArtefactStage.SEALED, ArtefactStage.ACTIVE, ArtefactStage.NARROWED
_PENDING, _LOCKED, _ERASED = (
    ArtefactStage.ERASURE_PENDING, ArtefactStage.LOCKED, ArtefactStage.ERASED,
)  # fmt: skip
OPEN: Final = frozenset({_SEALED, _ACTIVE, _NARROWED})
"""In which it can be played by somebody."""
ARTEFACT: Final[Mapping[tuple[ArtefactStage, ArtefactTurn], ArtefactStage | None]] = {
    (_SEALED, ArtefactTurn.COOL): _ACTIVE,
    (_SEALED, ArtefactTurn.NARROW): _SEALED,
    (_SEALED, ArtefactTurn.GIVE_UP): _PENDING,
    (_ACTIVE, ArtefactTurn.NARROW): _NARROWED,
    (_ACTIVE, ArtefactTurn.ADD): _ACTIVE,
    (_ACTIVE, ArtefactTurn.GIVE_UP): _PENDING,
    (_NARROWED, ArtefactTurn.NARROW): _NARROWED,
    (_NARROWED, ArtefactTurn.ADD): _NARROWED,
    (_NARROWED, ArtefactTurn.GIVE_UP): _PENDING,
    (_PENDING, ArtefactTurn.NARROW): _PENDING,
    (_PENDING, ArtefactTurn.KEEP): None,
    (_PENDING, ArtefactTurn.LOCK): _LOCKED,
    (_PENDING, ArtefactTurn.ERASE): _ERASED,
    (_LOCKED, ArtefactTurn.ERASE): _ERASED,
}
"""None goes back to where it came from. An absent pair is refused with ``not_now``."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A recording as it is kept: what it is for, until when, and what is to become of it."""

    until: Mapping[Purpose, int]
    """Until when each purpose that is left holds."""
    media: frozenset[Medium]
    sealed_at: int
    floor_until: int | None = None
    """Until when the law has it kept."""
    stage: ArtefactStage = ArtefactStage.SEALED
    erase_at: int | None = None
    came_from: ArtefactStage | None = None

    def purposes_at(self, at: int) -> frozenset[Purpose]:
        """What it may be used for at a moment."""
        return frozenset(purpose for purpose, until in self.until.items() if at < until)


@dataclass(frozen=True, slots=True)
class ArtefactFact:
    """What happened to it."""

    turn: ArtefactTurn
    at: int
    purposes: frozenset[Purpose] = frozenset()
    """That fall away; of an ``add``, those that are added."""
    media: frozenset[Medium] = frozenset()
    grace_ms: int = GRACE_MS
    until: int = 0
    """Until when what is added holds."""


def follow_artefact(artefact: Artefact, fact: ArtefactFact) -> Artefact:
    """Take it one turn further.

    Raises :class:`Refusal` with ``not_now`` when the table has no such turn.
    """
    if (artefact.stage, fact.turn) not in ARTEFACT:
        raise Refusal(Code.NOT_NOW)
    stage = ARTEFACT[artefact.stage, fact.turn] or artefact.came_from or _SEALED
    changed = replace(artefact, stage=stage)
    match fact.turn:
        case ArtefactTurn.NARROW:
            left = {each: at for each, at in artefact.until.items() if each not in fact.purposes}
            return replace(changed, until=left, media=artefact.media - fact.media)
        case ArtefactTurn.ADD:
            return replace(changed, until=_with(artefact, fact))
        case ArtefactTurn.GIVE_UP:
            erase_at = fact.at + fact.grace_ms
            return replace(changed, erase_at=erase_at, came_from=artefact.stage)
        case ArtefactTurn.KEEP:
            return replace(changed, erase_at=None, came_from=None)
        case ArtefactTurn.ERASE:
            return replace(changed, until={}, media=frozenset())
        case _:
            return changed


def _with(artefact: Artefact, fact: ArtefactFact) -> Mapping[Purpose, int]:
    """Return until when each purpose holds, with what is added; what is there stays as it was."""
    is_new = fact.purposes <= LATER_PURPOSES - artefact.until.keys() and fact.at < fact.until
    if not fact.purposes or fact.media or not is_new:
        raise Refusal(Code.NOT_NOW)
    return {**artefact.until, **dict.fromkeys(fact.purposes, fact.until)}


def take_back(artefact: Artefact, at: int) -> ArtefactFact:
    """Somebody who may, takes all of it back. Raises :class:`Refusal` where nothing is left."""
    fact = ArtefactFact(ArtefactTurn.GIVE_UP, at)
    follow_artefact(artefact, fact)
    return fact


def take_back_some(
    artefact: Artefact, purposes: frozenset[Purpose], media: frozenset[Medium], at: int
) -> ArtefactFact:
    """Somebody takes back some of it: with the last purpose or medium that is all.

    Raises :class:`Refusal`.
    """
    if artefact.purposes_at(at) - purposes and artefact.media - media:
        fact = ArtefactFact(ArtefactTurn.NARROW, at, purposes, media)
        follow_artefact(artefact, fact)
        return fact
    return take_back(artefact, at)


def due(artefact: Artefact, at: int) -> ArtefactFact | None:
    """The next turn that time alone takes it, if it is due by now. Asked until there is none."""
    if artefact.stage is _PENDING and artefact.erase_at is not None and at >= artefact.erase_at:
        is_held = artefact.floor_until is not None and at < artefact.floor_until
        return ArtefactFact(ArtefactTurn.LOCK if is_held else ArtefactTurn.ERASE, at)
    if artefact.stage is _LOCKED and at >= (artefact.floor_until or 0):
        return ArtefactFact(ArtefactTurn.ERASE, at)
    if artefact.stage not in OPEN:
        return None
    gone = frozenset(artefact.until) - artefact.purposes_at(at)
    if gone == frozenset(artefact.until):
        return ArtefactFact(ArtefactTurn.GIVE_UP, at, grace_ms=0)
    if gone:
        return ArtefactFact(ArtefactTurn.NARROW, at, gone)
    if artefact.stage is _SEALED and at >= artefact.sealed_at + COOLING_MS:
        return ArtefactFact(ArtefactTurn.COOL, at)
    return None


def next_due(artefact: Artefact) -> int | None:
    """When :func:`due` next has something; None is never."""
    if artefact.stage is _PENDING:
        return artefact.erase_at
    if artefact.stage is _LOCKED:
        return artefact.floor_until
    if artefact.stage not in OPEN:
        return None
    cooled = [artefact.sealed_at + COOLING_MS] if artefact.stage is _SEALED else []
    return min([*artefact.until.values(), *cooled], default=artefact.sealed_at)


_PLAYS: Final[Mapping[PartyRole, Purpose]] = {
    PartyRole.COUNSELLOR: Purpose.CLINICAL_REVIEW,
    PartyRole.CLIENT: Purpose.CLINICAL_REVIEW,
    PartyRole.SUPERVISOR: Purpose.SUPERVISION,
}
"""What for somebody listens. Whoever is not here does not: for research and for teaching nobody
does so here, whatever was agreed to."""


def may_play(artefact: Artefact, role: PartyRole, at: int) -> bool:
    """Whether somebody in this role may see and hear it now."""
    purpose = _PLAYS.get(role)
    if purpose is None or artefact.stage not in OPEN or purpose not in artefact.purposes_at(at):
        return False
    return artefact.stage is not _SEALED or role is PartyRole.COUNSELLOR
