"""To ask afterwards whether a recording may be used for research, or for teaching.

Times are Unix milliseconds. What may be asked, when, and what follows: ``domain/consent/later``.

Rule 1: what is shown to whom: whoever asked sees that it is asked, granted or not; its client what
they are asked, with the digest of it; nobody else anything.
Rule 2: a yes names the terms that were shown, and the words that the page made of them. A no needs
neither.
Rule 3: what a clinic does not allow any more cannot be agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from signaling.accounts import Actor
from signaling.domain.consent.artefact import Artefact, ArtefactFact
from signaling.domain.consent.later import (
    LaterRequest,
    LaterTerms,
    LaterTurn,
    agree_later,
    ask_later,
    follow_later,
    may_be_answered,
    may_be_asked,
)
from signaling.domain.consent.terms import LATER_PURPOSES, Purpose
from signaling.domain.errors import Code, Refusal
from signaling.domain.recording_policy import RecordingChoice, terms_at
from signaling.domain.rights import Position, Right
from signaling.gate import Gate
from signaling.kept_recordings import KeptRecordings, Seen
from signaling.keys.sealing import SealError
from signaling.receipts import ProofKind
from signaling.storage.journal import Entry
from signaling.storage.later_store import LaterStore, Requests, ended
from signaling.storage.people_store import PeopleStore
from signaling.storage.recording_keeping import sealed
from signaling.storage.recording_proofs import ProofStore
from signaling.storage.recording_rows import KeptRecording


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client says, and of what: the digests of the terms and of the words."""

    agrees: bool
    terms: str
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class LaterShown:
    """A request as somebody sees it; ``terms`` is the digest to answer by, or empty."""

    request: LaterRequest
    terms: str = ""


@dataclass(frozen=True, slots=True)
class LaterSeen:
    """What was asked of one recording, and what could be."""

    requests: tuple[LaterShown, ...] = ()
    may_ask: tuple[Purpose, ...] = ()


class LaterUses:
    """Asked by the counsellor of a recording, answered by its client."""

    def __init__(
        self, recordings: KeptRecordings, later: LaterStore, proofs: ProofStore,
        people: PeopleStore, gate: Gate,
    ) -> None:  # fmt: skip
        self._recordings = recordings
        self._later = later
        self._proofs = proofs
        self._people = people
        self._gate = gate

    # --- to know of -------------------------------------------------------------------------------

    async def seen(
        self, actor: Actor, found: Sequence[KeptRecording], at: int
    ) -> dict[UUID, LaterSeen]:
        """Return what somebody sees of it, for each of their recordings."""
        own = [each for each in found if actor.person in {each.client, each.counsellor}]
        if not own:
            return {}
        requests = await self._later.of([each.id for each in own])
        pairs = {(each.clinic, each.client) for each in own}
        choices = {pair: await self._choice(*pair, at) for pair in pairs}
        return {
            each.id: await self._seen(
                actor, each, requests.get(each.id, {}), choices[each.clinic, each.client], at
            )
            for each in own
        }

    async def _seen(
        self, actor: Actor, known: KeptRecording, requests: Requests, choice: RecordingChoice,
        at: int,
    ) -> LaterSeen:  # fmt: skip
        until = _until(known, choice)
        if actor.person == known.client:
            shown = [
                LaterShown(each.at(at), await self._digest(known, each, until, at))
                for each in requests.values()
            ]
            return LaterSeen(tuple(shown))
        told = tuple(LaterShown(each.at(at)) for each in requests.values())
        may = _may_ask(sealed(known), known, requests, until, at)
        if may and not await self._asks(actor, known, at):
            may = ()
        return LaterSeen(told, may)

    async def _digest(
        self, known: KeptRecording, request: LaterRequest, until: Mapping[Purpose, int], at: int
    ) -> str:
        if request.purpose not in until or not may_be_answered(sealed(known), request, at):
            return ""
        return (await self._terms(known, request, at)).digest

    async def _asks(self, actor: Actor, known: KeptRecording, at: int) -> bool:
        if Position.COUNSELLOR not in actor.positions or actor.clinic != known.clinic:
            return False
        return await self._gate.belong(actor.person, known.client, at)

    # --- to ask, and to answer --------------------------------------------------------------------

    async def ask(self, actor: Actor, ident: UUID, purpose: Purpose, at: int) -> Seen:
        """Ask the client; who asks agrees.

        Raises :class:`Refusal`: ``not_allowed`` of what the clinic does not allow or is asked for
        in a session, ``not_now`` where it was asked before, or is not to be asked now.
        """
        known = await self._known(actor, Right.ASK_LATER, ident, at)
        if actor.person != known.counsellor:
            await self._gate.refuse(actor, Right.ASK_LATER, known.client, at)
            raise Refusal(Code.NOT_ALLOWED)
        until = _until(known, await self._choice(known.clinic, known.client, at))
        if purpose not in LATER_PURPOSES & until.keys():
            raise Refusal(Code.NOT_ALLOWED)

        def decide(
            held: KeptRecording, requests: Requests
        ) -> tuple[LaterRequest, Sequence[ArtefactFact]]:
            if purpose not in _may_ask(sealed(held), known, requests, until, at):
                raise Refusal(Code.NOT_NOW)
            return ask_later(purpose, until, at), ()

        request, _ = decide(known, (await self._later.of([ident])).get(ident, {}))
        terms = await self._terms(known, request, at)
        said = {"terms": terms.plain()}
        entry = Entry(known.clinic, actor.person, "recording.later_ask", ident, at, said=said)
        proofs = await self._receipt(actor, known, terms, {"what": "asked"}, at)
        await self._later.change(ident, decide, entry, proofs)
        return await self._after(actor, ident, at)

    async def answer(
        self, actor: Actor, ident: UUID, purpose: Purpose, answer: Answer, at: int
    ) -> Seen:
        """A client says yes or no, once.

        Raises :class:`Refusal`: ``not_now`` where nothing is asked of them (any more),
        ``malformed`` of a yes to other terms than those.
        """
        known = await self._known(actor, Right.ANSWER_LATER, ident, at)
        request = (await self._later.of([ident])).get(ident, {}).get(purpose)
        if request is None or not may_be_answered(sealed(known), request, at):
            raise Refusal(Code.NOT_NOW)
        if answer.agrees:
            await self._agree(actor, known, request, answer, at)
        else:
            await self._decline(known, purpose, at)
        return await self._after(actor, ident, at)

    async def _agree(
        self, actor: Actor, known: KeptRecording, request: LaterRequest, answer: Answer, at: int
    ) -> None:
        purpose = request.purpose
        if purpose not in _until(known, await self._choice(known.clinic, known.client, at)):
            raise Refusal(Code.NOT_NOW)
        terms = await self._terms(known, request, at)
        if answer.terms != terms.digest or not answer.words or not answer.language:
            raise Refusal(Code.MALFORMED)

        def decide(
            held: KeptRecording, requests: Requests
        ) -> tuple[LaterRequest, Sequence[ArtefactFact]]:
            if sorted(sealed(held).media) != list(terms.media):
                raise Refusal(Code.NOT_NOW)  # something of it was taken back in this moment
            fact = agree_later(sealed(held), requests[purpose], at)
            return _turned(requests[purpose], LaterTurn.AGREE, at), [fact]

        shown = {"words": answer.words, "language": answer.language}
        said = {"terms": terms.plain(), **shown}
        entry = Entry(known.clinic, actor.person, "recording.add", known.id, at, said=said)
        proofs = await self._receipt(actor, known, terms, {"what": "agreed", **shown}, at)
        await self._later.change(known.id, decide, entry, proofs)

    async def _decline(self, known: KeptRecording, purpose: Purpose, at: int) -> None:
        def decide(
            _held: KeptRecording, requests: Requests
        ) -> tuple[LaterRequest, Sequence[ArtefactFact]]:
            return _turned(requests[purpose], LaterTurn.DECLINE, at), ()

        entry = ended(known, purpose, LaterTurn.DECLINE, at)
        await self._later.change(known.id, decide, entry)

    # --- parts ------------------------------------------------------------------------------------

    async def _known(self, actor: Actor, right: Right, ident: UUID, at: int) -> KeptRecording:
        known = await self._recordings.known(actor, right, ident, at)
        sealed(known)
        return known

    async def _after(self, actor: Actor, ident: UUID, at: int) -> Seen:
        known = await self._recordings.keeping.get(ident)
        return await self._recordings.seen(actor, known, at)

    async def _choice(self, clinic: UUID, client: UUID, at: int) -> RecordingChoice:
        """Return what a clinic allows; of a minor nothing: no guardian could be asked."""
        _, chosen = await self._people.clinic(clinic, at)
        try:
            is_minor = (await self._people.details(client, at)).minor
        except (Refusal, SealError):  # erased, and only what the law has kept is there yet
            is_minor = True
        return RecordingChoice() if is_minor else chosen.recording

    async def _terms(self, known: KeptRecording, request: LaterRequest, at: int) -> LaterTerms:
        try:
            details = await self._people.details(known.counsellor, at)
        except (Refusal, SealError):  # erased: their row still names somebody
            asker = ""
        else:
            asker = details.alias or details.name
        media = tuple(sorted(sealed(known).media))
        return LaterTerms(
            str(known.id), asker, request.purpose, request.until, media, known.floor_until
        )

    async def _receipt(
        self, actor: Actor, known: KeptRecording, terms: LaterTerms, more: Mapping[str, str],
        at: int,
    ) -> list[dict[str, Any]]:  # fmt: skip
        said = {
            "kind": ProofKind.CONSENT.value, "person": str(actor.person),
            "clinic": str(known.clinic), "session": str(known.session),
            "recording": str(known.id), "at": at, "purposes": [terms.purpose.value],
            "media": list(terms.media), "until": {terms.purpose.value: terms.until},
            "floor_until": terms.floor_until, "terms": terms.digest, **more,
        }  # fmt: skip
        return await self._proofs.make(known.clinic, [actor.person], ProofKind.CONSENT, said, at)


def _until(known: KeptRecording, choice: RecordingChoice) -> Mapping[Purpose, int]:
    """Return what a clinic allows now, and until when that would hold of this recording."""
    terms = terms_at(choice, known.begun_at)
    return {} if terms is None else terms.until


def _may_ask(
    artefact: Artefact, known: KeptRecording, requests: Requests, until: Mapping[Purpose, int],
    at: int,
) -> tuple[Purpose, ...]:  # fmt: skip
    roles = [party.role for party in known.parties]
    return may_be_asked(artefact, roles, requests.keys(), until, at)


def _turned(request: LaterRequest, turn: LaterTurn, at: int) -> LaterRequest:
    stage = follow_later(request.at(at).stage, turn)
    return LaterRequest(request.purpose, request.until, request.asked_at, stage)
