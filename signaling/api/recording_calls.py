"""The calls about recordings that were made, and about what proves what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from signaling import ranges
from signaling.api import recording_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.names import Names
from signaling.domain.consent.later import VERSION
from signaling.domain.errors import Code
from signaling.kept_recordings import KeptRecordings, Seen
from signaling.later_uses import Answer, LaterSeen, LaterShown, LaterUses
from signaling.recording_player import RecordingPlayer, Stretch
from signaling.recording_standing import heard
from signaling.storage.people_store import PeopleStore
from signaling.storage.recording_keeping import sealed
from signaling.storage.recording_rows import FileTold

ONE: Final = "/api/v1/recordings/{recording_id}"


class RecordingCalls:
    """Answers them."""

    def __init__(
        self, recordings: KeptRecordings, player: RecordingPlayer, later: LaterUses,
        people: PeopleStore,
    ) -> None:  # fmt: skip
        self._recordings = recordings
        self._player = player
        self._later = later
        self._people = people

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("GET", "/api/v1/recordings", "Recordings that one may know of", self._find,
                 query=bodies.FindRecordings, answer=bodies.RecordingsSeen),
            Call("POST", "/api/v1/recordings/stop", "Stop all that is being recorded",
                 self._stop_all),
            Call("GET", ONE, "What a player needs of one", self._open,
                 answer=bodies.RecordingOpened),
            Call("DELETE", ONE, "Erase one at once", self._erase, codes=(Code.NOT_NOW,)),
            Call("GET", f"{ONE}/files/{{number}}", "The bytes of a file", self._file,
                 words={"number": bodies.FileNumber}, answer=Stretch),
            Call("POST", f"{ONE}/watched", "Say what one has seen and heard of it",
                 self._watched, body=bodies.Watched),
            Call("POST", f"{ONE}/take-back", "Take back all of one, or some", self._take_back,
                 body=bodies.TakeBack, answer=bodies.RecordingSeen, codes=(Code.NOT_NOW,)),
            Call("POST", f"{ONE}/keep", "Change one's mind", self._keep,
                 answer=bodies.RecordingSeen, codes=(Code.NOT_NOW,)),
            Call("POST", f"{ONE}/later", "Ask its client for one use more", self._ask_later,
                 body=bodies.AskLater, answer=bodies.RecordingSeen, codes=(Code.NOT_NOW,)),
            Call("POST", f"{ONE}/later/answer", "Agree to that, or not", self._answer_later,
                 body=bodies.AnswerLater, answer=bodies.RecordingSeen, codes=(Code.NOT_NOW,)),
            Call("GET", "/api/v1/proofs", "One's receipts and certificates", self._proofs,
                 answer=bodies.Proofs),
            Call("GET", "/api/v1/proofs/key", "By which keys proofs are signed", self._keys,
                 answer=bodies.ProofKeys),
        ]  # fmt: skip

    async def _find(self, asked: Asked) -> bodies.RecordingsSeen:
        query: bodies.FindRecordings = asked.query
        found = await self._recordings.find(asked.actor, query.client, asked.at)
        return bodies.RecordingsSeen(await self._seen(found, asked))

    async def _stop_all(self, asked: Asked) -> None:
        await self._recordings.stop_all(asked.actor, asked.at)

    async def _open(self, asked: Asked) -> bodies.RecordingOpened:
        seen, told = await self._recordings.open(asked.actor, asked.ids[0], asked.at)
        names = Names(self._people, asked.at)
        parts = {part.id: part for part in seen.known.parts}
        parties = {party.id: party for party in seen.known.parties}
        files = []
        for file in heard(seen.known):
            party = parties[parts[file.part].party]
            name = (await names.of(party.person)).name
            what = told[file.number]
            files.append(bodies.FileSeen(
                file.number, name, party.role, parts[file.part].medium, what.type,
                what.starts_ms, what.duration_ms, what.plain_bytes,
                [bodies.GapSeen(*gap) for gap in _on_the_clock(what)],
            ))  # fmt: skip
        held = [bodies.HeldSeen(*each) for each in seen.told.held]
        ends = [file.starts_ms + file.duration_ms for file in files]
        length_ms = max([*ends, *(each.stop_ms for each in held)], default=0)
        (of_it,) = await self._seen([seen], asked)
        watcher = (await names.of(asked.actor.person)).name
        return bodies.RecordingOpened(of_it, files, held, length_ms, watcher)

    async def _erase(self, asked: Asked) -> None:
        await self._recordings.erase(asked.actor, asked.ids[0], asked.at)

    async def _file(self, asked: Asked) -> Stretch:
        wanted = ranges.parse(asked.range)
        return await self._player.open(
            asked.actor, asked.ids[0], int(asked.names[0]), wanted, asked.at
        )

    async def _watched(self, asked: Asked) -> None:
        body: bodies.Watched = asked.body
        await self._recordings.watched(
            asked.actor, asked.ids[0], body.start_ms, body.stop_ms, asked.at
        )

    async def _take_back(self, asked: Asked) -> bodies.RecordingSeen:
        body: bodies.TakeBack = asked.body
        seen = await self._recordings.take_back(
            asked.actor, asked.ids[0], frozenset(body.purposes), frozenset(body.media), asked.at,
            now=body.now,
        )  # fmt: skip
        return (await self._seen([seen], asked))[0]

    async def _keep(self, asked: Asked) -> bodies.RecordingSeen:
        seen = await self._recordings.keep(asked.actor, asked.ids[0], asked.at)
        return (await self._seen([seen], asked))[0]

    async def _ask_later(self, asked: Asked) -> bodies.RecordingSeen:
        body: bodies.AskLater = asked.body
        seen = await self._later.ask(asked.actor, asked.ids[0], body.purpose, asked.at)
        return (await self._seen([seen], asked))[0]

    async def _answer_later(self, asked: Asked) -> bodies.RecordingSeen:
        body: bodies.AnswerLater = asked.body
        answer = Answer(body.agree, body.terms, body.words, body.language)
        seen = await self._later.answer(asked.actor, asked.ids[0], body.purpose, answer, asked.at)
        return (await self._seen([seen], asked))[0]

    async def _proofs(self, asked: Asked) -> bodies.Proofs:
        found = await self._recordings.proofs(asked.actor, asked.at)
        return bodies.Proofs([
            bodies.Proof(
                each.id, each.kind.value, each.at, each.signed.text, each.signed.signature,
                each.signed.key,
            )
            for each in found
        ])  # fmt: skip

    async def _keys(self, asked: Asked) -> bodies.ProofKeys:
        return bodies.ProofKeys(await self._recordings.proof_keys(asked.at))

    async def _seen(self, found: Sequence[Seen], asked: Asked) -> list[bodies.RecordingSeen]:
        names = Names(self._people, asked.at)
        later = await self._later.seen(asked.actor, [each.known for each in found], asked.at)
        return [await _seen(each, later.get(each.known.id, LaterSeen()), names) for each in found]


async def _seen(seen: Seen, later: LaterSeen, names: Names) -> bodies.RecordingSeen:
    known, artefact = seen.known, sealed(seen.known)
    until = [bodies.PurposeUntil(each, artefact.until[each]) for each in sorted(artefact.until)]
    return bodies.RecordingSeen(
        known.id, known.session, await names.of(known.counsellor), await names.of(known.client),
        known.begun_at, seen.told.captured_ms, artefact.stage, until, sorted(artefact.media),
        known.is_whole, known.floor_until, artefact.erase_at, seen.may_play,
        seen.client_plays, seen.may_take_back, seen.may_keep, seen.asks_to_keep,
        [_asked(each) for each in later.requests], list(later.may_ask),
    )  # fmt: skip


def _asked(shown: LaterShown) -> bodies.LaterAsked:
    request, terms = shown.request, shown.terms
    return bodies.LaterAsked(
        request.purpose, request.until, request.stage, terms, VERSION if terms else "", bool(terms)
    )


def _on_the_clock(told: FileTold) -> list[tuple[int, int]]:
    """Return a file's gaps on the recording's clock."""
    return [(told.starts_ms + start, told.starts_ms + stop) for start, stop in told.gaps]
