"""Who may do what with a recording that was made, as it stands now. Pure.

Times are Unix milliseconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from signaling.accounts import Actor
from signaling.domain.consent import artefact as artefacts
from signaling.domain.consent.artefact import (
    OPEN,
    ArtefactFact,
    ArtefactStage,
    ArtefactTurn,
    may_play,
)
from signaling.domain.consent.terms import Medium, PartyRole, Purpose
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position
from signaling.storage.recording_keeping import sealed
from signaling.storage.recording_rows import KeptFile, KeptRecording

PENDING: Final = ArtefactStage.ERASURE_PENDING


def plays(actor: Actor, known: KeptRecording, at: int) -> bool:
    """Whether somebody may see and hear it now."""
    return known.artefact is not None and any(
        may_play(known.artefact, role, at) for role in _roles(actor, known)
    )


def heard(known: KeptRecording) -> list[KeptFile]:
    """Return the files of what nobody has taken back."""
    there = {part.id for part in known.parts if part.taken_at is None}
    return [file for file in known.files if file.part in there]


def _roles(actor: Actor, known: KeptRecording) -> list[PartyRole]:
    """As whom somebody would listen: its counsellor, or a supervisor or client whom its terms name.

    Whoever was appointed later was not agreed to; whoever was named and is none now has no right.
    """
    if actor.clinic != known.clinic:
        return []
    counsels = actor.person == known.counsellor and Position.COUNSELLOR in actor.positions
    is_named = actor.person in known.listeners
    supervises = Position.SUPERVISOR in actor.positions and is_named
    is_theirs = actor.person == known.client and is_named
    return [
        *[PartyRole.COUNSELLOR] * counsels, *[PartyRole.SUPERVISOR] * supervises,
        *[PartyRole.CLIENT] * is_theirs,
    ]  # fmt: skip


def may_know(actor: Actor, known: KeptRecording, at: int) -> bool:
    """Who supervises knows of what they may hear, everybody else of their own, an admin of all."""
    own = actor.person in {known.client, known.counsellor}
    return own or Position.ADMIN in actor.positions or plays(actor, known, at)


def may_take_back(actor: Actor, known: KeptRecording) -> bool:
    """Whether there is anything that somebody could take back."""
    if known.artefact is None:
        return False
    is_open = known.artefact.stage in OPEN
    if actor.person == known.client:
        return is_open or asks(known)
    return is_open and any(part.taken_at is None for part in known.parts_of(actor.person))


def is_taken_by(known: KeptRecording, person: UUID) -> bool:
    """Whether they took it back already: to say so again is no news, and gives no receipt."""
    stage = None if known.artefact is None else known.artefact.stage
    return stage is PENDING and known.taken_by == person


def asks(known: KeptRecording) -> bool:
    """Somebody else's part was taken out of it: may the rest stay? So long the client is asked."""
    if known.artefact is None or known.artefact.stage is not PENDING:
        return False
    return known.taken_by not in {None, known.client} and _something_is_left(known)


def may_be_kept(known: KeptRecording, at: int) -> bool:
    """Whether a client may still change their mind."""
    artefact = known.artefact
    if artefact is None or artefact.stage is not PENDING or at >= (artefact.erase_at or 0):
        return False
    return known.taken_by is not None and _something_is_left(known)


def _something_is_left(known: KeptRecording) -> bool:
    return any(part.taken_at is None for part in known.parts)


def is_left_without(known: KeptRecording, purposes: frozenset[Purpose], at: int) -> bool:
    """Whether it is for anything yet, without these."""
    return bool(sealed(known).purposes_at(at) - purposes)


def without(held: KeptRecording, purposes: frozenset[Purpose], at: int) -> list[ArtefactFact]:
    """Return what happens when these fall away and the rest stays; nothing where it would not."""
    gone = purposes & sealed(held).until.keys()
    if not gone or not is_left_without(held, gone, at):
        return []
    return [ArtefactFact(ArtefactTurn.NARROW, at, gone)]


def some(
    held: KeptRecording, purposes: frozenset[Purpose], media: frozenset[Medium], at: int
) -> list[ArtefactFact]:
    """Return what happens when these are taken back, or with none all. Raises ``not_now``."""
    artefact = sealed(held)
    if not purposes and not media:
        return [artefacts.take_back(artefact, at)]
    gone = (purposes & artefact.until.keys(), media & artefact.media)
    if not any(gone):
        raise Refusal(Code.NOT_NOW)
    return [artefacts.take_back_some(artefact, *gone, at)]


def lock(held: KeptRecording, at: int) -> list[ArtefactFact]:
    """Return what happens when it is to go at once and the law has it kept."""
    artefact = sealed(held)
    gives_up = [] if artefact.stage is PENDING else [artefacts.take_back(artefact, at)]
    return [*gives_up, ArtefactFact(ArtefactTurn.LOCK, at)]


def as_erased(known: KeptRecording) -> KeptRecording:
    """Return a recording as it is shown in the moment it is gone."""
    assert known.artefact is not None
    gone = replace(known.artefact, stage=ArtefactStage.ERASED, until={}, media=frozenset())
    return replace(known, artefact=gone, until={}, media=frozenset(), parts=(), files=())
