"""Recordings that were made, as people deal with them. Times are Unix milliseconds.

Rule 1: who takes part may undo it: a client all of it, another their own; for the rest the client
is asked then, and while nobody answers it is on its way out.
Rule 2: nobody is given what was taken back, from that moment on; whether it can be undone decides
only when its keys are destroyed.
Rule 3: that somebody opens a recording is written down first, as is what they then saw and heard.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from signaling.accounts import Actor
from signaling.domain.consent import artefact as artefacts
from signaling.domain.consent.artefact import OPEN, ArtefactFact, ArtefactTurn
from signaling.domain.consent.terms import Medium, Purpose
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position, Right
from signaling.gate import Gate
from signaling.keys.sealing import SealError
from signaling.receipts import ProofKind
from signaling.recording_standing import (
    PENDING,
    as_erased,
    asks,
    heard,
    is_left_without,
    is_taken_by,
    lock,
    may_be_kept,
    may_know,
    may_take_back,
    plays,
    some,
    without,
)
from signaling.recordings import Running
from signaling.storage.journal import Entry, Journal
from signaling.storage.later_store import LaterStore
from signaling.storage.people_store import PeopleStore
from signaling.storage.recording_erasure import RecordingErasure
from signaling.storage.recording_keeping import MOST, RecordingKeeping, followed, sealed
from signaling.storage.recording_proofs import KeptProof, ProofStore
from signaling.storage.recording_rows import FileTold, KeptRecording, RecordingTold

Proofs = Sequence[Mapping[str, Any]]
What = tuple[frozenset[Purpose], frozenset[Medium]]
_LISTS: Final = {
    Position.CLIENT: "client",
    Position.COUNSELLOR: "counsellor",
    Position.SUPERVISOR: "clinic",
    Position.ADMIN: "clinic",
}
"""Whose recordings somebody may know of, by what they are."""
REACH: Final = 20
"""So many pages are looked through for those of others that somebody may know of."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A recording as somebody sees it."""

    known: KeptRecording
    told: RecordingTold
    may_play: bool = False
    may_take_back: bool = False
    may_keep: bool = False
    asks_to_keep: bool = False
    client_plays: bool = False
    """Its client, too, for clinical review: its terms said so, and the clinic lets them yet."""


@dataclass(frozen=True, slots=True)
class KeptStores:
    """Where recordings that were made are kept."""

    keeping: RecordingKeeping
    erasure: RecordingErasure
    proofs: ProofStore
    later: LaterStore


class KeptRecordings:
    """Everything about them but their bytes (:mod:`signaling.recording_player`)."""

    def __init__(
        self, stores: KeptStores, journal: Journal, gate: Gate,
        running: Running, people: PeopleStore,
    ) -> None:  # fmt: skip
        """``running`` is what is being recorded."""
        self.keeping = stores.keeping
        self._erasure = stores.erasure
        self._proofs = stores.proofs
        self._journal = journal
        self._gate = gate
        self._running = running
        self._people = people
        self._halted: set[UUID] = set()
        """What somebody is taking back just now, or could not."""

    # --- to know of -------------------------------------------------------------------------------

    async def find(self, actor: Actor, client: UUID | None, at: int) -> list[Seen]:
        """Return those that somebody may know of, latest first."""
        if client is not None:
            await self._gate.check(actor, Right.SEE_RECORDINGS, client, at)
            await self._gate.look(actor, "recordings", client, at)
            found = [each async for each in self._all("client", client)]
        else:
            found = await self._own(actor, at)
        return [
            await self.seen(actor, each, at)
            for each in found
            if each.artefact is not None and may_know(actor, each, at)
        ]

    async def open(self, actor: Actor, ident: UUID, at: int) -> tuple[Seen, dict[int, FileTold]]:
        """Return what a player needs; it is written down first.

        Raises :class:`Refusal`: ``not_found``, ``not_allowed``; SealError once its keys are gone.
        """
        known = await self.playable(actor, ident, at)
        await self._gate.look(
            actor, "recording", known.client, at, {"recording": str(ident)}, of=ident
        )
        told = {
            file.number: await self.keeping.file_told(known, file.number, at)
            for file in heard(known)
        }
        return await self.seen(actor, known, at), told

    async def playable(self, actor: Actor, ident: UUID, at: int) -> KeptRecording:
        """Return a recording that somebody may see and hear now. Raises :class:`Refusal`."""
        known = await self.known(actor, Right.PLAY, ident, at)
        if not await self._plays(actor, known, at):
            await self._gate.refuse(actor, Right.PLAY, known.client, at)
            raise Refusal(Code.NOT_ALLOWED)
        return known

    def may_hear(self, actor: Actor, known: KeptRecording, number: int, at: int) -> bool:
        """Whether somebody may see and hear a file of a recording now."""
        return plays(actor, known, at) and any(each.number == number for each in heard(known))

    async def watched(
        self, actor: Actor, ident: UUID, start_ms: int, stop_ms: int, at: int
    ) -> None:
        """Write down what somebody has just seen or heard.

        Raises :class:`Refusal`: ``not_allowed``, and it is written down all the same, where they
        may see and hear no more of it.
        """
        known = await self.known(actor, Right.PLAY, ident, at)
        if stop_ms <= start_ms:
            raise Refusal(Code.MALFORMED)
        if actor.person == known.client and actor.person not in known.listeners:
            raise Refusal(Code.NOT_ALLOWED)  # nobody can have played it to them
        said = {"recording": str(ident), "start_ms": start_ms, "stop_ms": stop_ms}
        await self._journal.note(
            Entry(actor.clinic, actor.person, "look.watch", known.client, at, said=said)
        )
        if not await self._plays(actor, known, at):
            raise Refusal(Code.NOT_ALLOWED)

    async def proofs(self, actor: Actor, at: int) -> list[KeptProof]:
        """Return one's own receipts and certificates, latest first."""
        return [each for each in await self._proofs.of(actor.person, at) if each.signed.text]

    async def proof_keys(self, at: int) -> list[str]:
        """Return the keys that proofs were signed with."""
        return await self._proofs.keys(at)

    # --- to undo ----------------------------------------------------------------------------------

    async def take_back(
        self, actor: Actor, ident: UUID, purposes: frozenset[Purpose], media: frozenset[Medium],
        at: int, *, now: bool,
    ) -> Seen:  # fmt: skip
        """Take back all of it, or some: see the rules above.

        Raises :class:`Refusal`: ``not_now`` where nothing of it is left to be taken back. Where the
        database or the keys are away, nobody is given it until it is tried again.
        """
        known = await self.known(actor, Right.TAKE_BACK, ident, at)
        self._halted.add(ident)
        try:
            await self._take_back(actor, known, (purposes, media), at, now=now)
        except Refusal:
            self._halted.discard(ident)
            raise
        self._halted.discard(ident)
        return await self._after(actor, known, at)

    async def keep(self, actor: Actor, ident: UUID, at: int) -> Seen:
        """A client has changed their mind, or lets stay what another's part was taken out of.

        Raises :class:`Refusal`: ``not_now`` where there is nothing to keep, or no longer.
        """
        known = await self.known(actor, Right.KEEP_RECORDING, ident, at)
        if not may_be_kept(known, at):
            raise Refusal(Code.NOT_NOW)
        keeps = ArtefactFact(ArtefactTurn.KEEP, at)
        proofs = await self._receipt(actor, known, "kept", frozenset(known.until), known.media, at)
        kept = await self.keeping.turn(
            ident, lambda _held: ([keeps], None), actor.person, at, proofs
        )
        return await self.seen(actor, kept, at)

    async def erase(self, actor: Actor, ident: UUID, at: int) -> None:
        """Erase it at once; what the law has kept is locked. Raises :class:`Refusal`."""
        known = await self.known(actor, Right.ERASE, ident, at)
        sealed(known)
        await self._erase_now(ident, actor.person, at)

    async def stop_all(self, actor: Actor, at: int) -> None:
        """Stop whatever is being recorded in one's clinic, at once."""
        await self._gate.check_clinic(actor, Right.STOP_RECORDINGS, at)
        self._running.stop_all(actor.clinic)
        await self._gate.tell(actor, "recording.stop_all", actor.clinic, at)

    # --- parts ------------------------------------------------------------------------------------

    async def seen(self, actor: Actor, known: KeptRecording, at: int) -> Seen:
        """Return a recording as somebody sees it."""
        try:
            told = await self.keeping.told(known, at)
        except SealError:  # its keys are gone, and its row goes
            told = RecordingTold(0, ())
        is_clients = actor.person == known.client
        return Seen(
            known, told, await self._plays(actor, known, at), may_take_back(actor, known),
            is_clients and may_be_kept(known, at), is_clients and asks(known),
            await self._lets_client(known, at),
        )  # fmt: skip

    async def _own(self, actor: Actor, at: int) -> list[KeptRecording]:
        lists = {_LISTS[each] for each in actor.positions if each in _LISTS}
        if not lists:
            await self._gate.refuse(actor, Right.SEE_RECORDINGS, None, at)
            raise Refusal(Code.NOT_ALLOWED)
        found: dict[UUID, KeptRecording] = {}
        for whose in sorted(lists):
            of = actor.clinic if whose == "clinic" else actor.person
            # Nobody's own is out of their reach.
            reach, most = (None, None) if whose == "client" else (REACH, MOST)
            bound: dict[UUID, bool] = {}
            count = 0
            async for each in self._all(whose, of, reach):
                if whose == "counsellor" and each.client not in bound:
                    bound[each.client] = await self._gate.belong(actor.person, each.client, at)
                if bound[each.client] if whose == "counsellor" else may_know(actor, each, at):
                    found[each.id] = each
                    count += 1
                if count == most:
                    break
        return sorted(found.values(), key=lambda each: -each.begun_at)

    async def _all(
        self, whose: str, person: UUID, reach: int | None = None
    ) -> AsyncIterator[KeptRecording]:
        """Every one of a list, latest first; or those of so many pages."""
        page, pages = await self.keeping.of(whose, person), 1
        while page:
            for each in page:
                yield each
            is_last = len(page) < MOST or pages == reach
            page = [] if is_last else await self.keeping.of(whose, person, page[-1])
            pages += 1

    async def _plays(self, actor: Actor, known: KeptRecording, at: int) -> bool:
        """Whether somebody may see and hear it now."""
        if known.id in self._halted or not plays(actor, known, at):
            return False
        return actor.person != known.client or await self._lets_client(known, at)

    async def _lets_client(self, known: KeptRecording, at: int) -> bool:
        """Whether its client may, too: its terms named them, and the clinic has not ended that."""
        if known.client not in known.listeners:
            return False
        _, chosen = await self._people.clinic(known.clinic, at)
        return chosen.recording.client_may_play

    async def known(self, actor: Actor, right: Right, ident: UUID, at: int) -> KeptRecording:
        """Return one toward whose client somebody has a right. Raises :class:`Refusal`."""
        try:
            known = await self.keeping.get(ident)
        except Refusal:
            await self._gate.refuse(actor, right, None, at)
            raise
        is_own = right is Right.TAKE_BACK and known.role_of(actor.person) is not None
        await self._gate.check(actor, right, actor.person if is_own else known.client, at)
        return known

    async def _receipt(
        self, actor: Actor, known: KeptRecording, what: str, purposes: frozenset[Purpose],
        media: frozenset[Medium], at: int,
    ) -> list[dict[str, Any]]:  # fmt: skip
        said = {
            "kind": ProofKind.CONSENT.value, "what": what, "person": str(actor.person),
            "clinic": str(known.clinic), "session": str(known.session),
            "recording": str(known.id), "at": at, "purposes": sorted(purposes),
            "media": sorted(media),
        }  # fmt: skip
        if what == "kept":
            said["until"] = {each.value: known.until[each] for each in sorted(purposes)}
        return await self._proofs.make(known.clinic, [actor.person], ProofKind.CONSENT, said, at)

    async def _take_back(
        self, actor: Actor, known: KeptRecording, what: What, at: int, *, now: bool
    ) -> None:
        ident, (purposes, media) = known.id, what
        proofs: Proofs = []
        if purposes or media or not is_taken_by(known, actor.person):
            proofs = await self._receipt(actor, known, "withdrew", purposes, media, at)
        if actor.person == known.client:
            after = await self._take_all(known, purposes, media, proofs, at)
            if now and after.artefact is not None and after.artefact.stage is PENDING:
                await self._erase_now(ident, actor.person, at)
        elif purposes and not media and is_left_without(known, purposes, at):
            await self.keeping.turn(
                ident, lambda held: (some(held, purposes, media, at), held.taken_by),
                actor.person, at, proofs,
            )  # fmt: skip
        else:
            # Nothing of theirs stays that it was not to be for.
            mine = media if not purposes or is_left_without(known, purposes, at) else frozenset()
            await self._take_own(actor, known, (purposes, mine), proofs, at)

    async def _take_all(
        self, known: KeptRecording, purposes: frozenset[Purpose], media: frozenset[Medium],
        proofs: Proofs, at: int,
    ) -> KeptRecording:  # fmt: skip
        client = known.client

        def decide(held: KeptRecording) -> tuple[list[ArtefactFact], UUID | None]:
            if sealed(held).stage is PENDING and not purposes and not media:
                return [], client  # no: what is left does not stay either
            facts = some(held, purposes, media, at)
            gone = facts[-1].turn is ArtefactTurn.GIVE_UP
            return facts, client if gone else held.taken_by

        after = await self.keeping.turn(known.id, decide, client, at, proofs)
        if after.artefact is not None and after.artefact.stage in OPEN:
            await self._destroy_taken(after, client, at)
        return after

    async def _take_own(
        self, actor: Actor, known: KeptRecording, what: What, proofs: Proofs, at: int
    ) -> None:  # fmt: skip
        purposes, media = what
        stage = sealed(known).stage
        theirs = [
            part for part in known.parts_of(actor.person)
            if part.taken_at is None and (not media or part.medium in media)
        ]  # fmt: skip
        if not theirs or stage not in OPEN | {PENDING}:
            raise Refusal(Code.NOT_NOW)
        await self.keeping.take(known, theirs, actor.person, at)

        def decide(held: KeptRecording) -> tuple[list[ArtefactFact], UUID | None]:
            # Whatever the client keeps: what it is not for any more, it stays not to be for.
            facts = without(held, purposes, at)
            if sealed(held).stage is PENDING:
                return facts, held.taken_by
            return [*facts, artefacts.take_back(followed(held, facts), at)], actor.person

        after = await self.keeping.turn(known.id, decide, actor.person, at, proofs)
        await self._destroy_taken(after, actor.person, at)

    async def _destroy_taken(self, known: KeptRecording, by: UUID, at: int) -> None:
        """Erase what was taken of it; what the law has kept, the night does when it need not be."""
        if known.floor_until is not None and at < known.floor_until:
            return
        gone = [part for part in known.parts if part.taken_at and part.destroyed_at is None]
        try:
            await self._erasure.erase_parts(known, gone, by, at)
        except OSError:  # its keys are gone: its files by the night
            return

    async def _erase_now(self, ident: UUID, by: UUID, at: int) -> None:
        known = await self.keeping.get(ident)
        if known.floor_until is not None and at < known.floor_until:
            await self.keeping.turn(ident, lambda held: (lock(held, at), by), by, at)
            return
        await self._erasure.freeze(known, by, at)
        try:
            await self._erasure.erase(ident, by, at)
        except (OSError, Refusal):  # as above; or somebody was quicker
            return

    async def _after(self, actor: Actor, known: KeptRecording, at: int) -> Seen:
        try:
            return await self.seen(actor, await self.keeping.get(known.id), at)
        except Refusal:  # it is erased
            return Seen(as_erased(known), RecordingTold(0, ()))
