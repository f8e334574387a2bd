"""What time alone does to recordings, and what is done about them when a gateway starts.

Times are Unix milliseconds.

Rule 1: at the start, before anybody is let in: what was erased is erased again where a back-up has
brought it back; what a gateway before this one left open is closed, as much of it as is sealed.
It never goes on by itself.
Rule 2: what cannot be done now (a folder that is away) is done at a later turn, and holds up
nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from media.channel import RecordedFile
from signaling import logs
from signaling.capture import FILES_A_SEGMENT
from signaling.domain.consent.artefact import DAY_MS, ArtefactFact, ArtefactTurn, due
from signaling.domain.consent.table import ENDS
from signaling.domain.consent.terms import ConsentFact, ConsentTurn, Scope
from signaling.domain.errors import Refusal
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.storage.later_store import LaterStore
from signaling.storage.recording_erasure import RecordingErasure, RecordingReadable
from signaling.storage.recording_keeping import Decide, RecordingKeeping
from signaling.storage.recording_rows import KeptRecording, Told
from signaling.storage.recording_store import RecordingStore
from signaling.storage.recording_turns import last_turn, undecided

ASKED_MS: Final = DAY_MS
"""No hour is longer: what was asked before this is not open any more."""


@dataclass(frozen=True, slots=True)
class RecordingNight:
    """Looks after recordings."""

    store: RecordingStore
    keeping: RecordingKeeping
    erasure: RecordingErasure
    later: LaterStore

    async def begin(self, at: int) -> None:
        """Do what is to be done at the start. Raises StorageAway."""
        with _as_far_as_it_goes():
            again = await self.erasure.replay(at)
            if again:
                logs.event("recordings_erased_again", count=again)
        for ident in await self.store.unsealed():
            with _as_far_as_it_goes():
                await self._close(ident, at)
        for clinic, session in await undecided(self.keeping.database, at - ASKED_MS):
            with _as_far_as_it_goes():
                await self.store.tell_of(clinic, session, _recovered({}, at))

    async def look(self, at: int) -> None:
        """Do what is due. Raises StorageAway."""
        for ident in await self.keeping.due(at):
            with _as_far_as_it_goes():
                await self._follow(ident, at)
        with _as_far_as_it_goes():
            await self.later.end_silent(at)
        for ident in await self.keeping.with_parts_to_destroy(at):
            with _as_far_as_it_goes():
                await self._destroy_parts(ident, at)
        with _as_far_as_it_goes():
            await self.erasure.sweep()

    async def _follow(self, ident: UUID, at: int) -> None:
        """Take one as far as it is due."""
        known = await self.keeping.get(ident)
        while known.artefact is not None and (fact := due(known.artefact, at)) is not None:
            if fact.turn is ArtefactTurn.ERASE:
                await self.erasure.erase(ident, None, at)
                return
            known = await self.keeping.turn(ident, _only(fact), None, at)

    async def _destroy_parts(self, ident: UUID, at: int) -> None:
        known = await self.keeping.get(ident)
        gone = [part for part in known.parts if part.taken_at and part.destroyed_at is None]
        await self.erasure.erase_parts(known, gone, None, at)

    async def _close(self, ident: UUID, at: int) -> None:
        known = await self.keeping.get(ident)
        files = await self.store.recovered(ident)
        held, captured_ms = _spans(files)
        said = {"recording": str(ident), "files": len(files)}
        # What was taken back, or had failed, had ended before: there is nothing to come back from.
        last = await last_turn(self.keeping.database, known.clinic, known.session)
        taken_by = None if last in ENDS else await self._take_back(known, said, at)
        if taken_by is not None:
            await self.store.give_up(ident, taken_by, files, held, captured_ms, [])
            return
        told = [] if last in ENDS else [_recovered(said, at)]
        await self.store.seal(ident, files, held, whole=False, captured_ms=captured_ms, told=told)

    async def _take_back(
        self, known: KeptRecording, said: Mapping[str, Any], at: int
    ) -> UUID | None:
        """Do what somebody had said while no database answered; who took back all of it."""
        found = await self.store.marks(known.id)
        scope = Scope(frozenset(known.until), known.media)
        for party in known.parties:
            before = scope
            if party.id in found:
                scope = found[party.id].cut(before)
            if scope == before:  # nothing, or what is stored and has its row already
                continue
            if scope.is_empty:
                fact = ConsentFact(ConsentTurn.WITHDRAW, 0.0)
                told = Told(fact, at, party.person, said)
                await self.store.take_back(known.id, party.person, [told])
                return party.person
            for turn, gone in (
                (ConsentTurn.WITHDRAW_PURPOSE, Scope(purposes=before.purposes - scope.purposes)),
                (ConsentTurn.WITHDRAW_MEDIUM, Scope(media=before.media - scope.media)),
            ):
                if gone.purposes or gone.media:
                    told = Told(ConsentFact(turn, 0.0, scope=gone), at, party.person, said)
                    await self.store.narrow(known.id, scope, [told])
        return None


def _spans(files: Sequence[RecordedFile]) -> tuple[list[tuple[int, int]], int]:
    """Return when it was held, and how much was captured, by the segments that there are files of.

    What was held before a crash, and not gone on with, is not known; nothing of it is missed.
    """
    spans: dict[int, tuple[int, int]] = {}
    for file in files:
        segment = (file.number - 1) // FILES_A_SEGMENT
        start, stop = spans.get(segment, (file.starts_ms, 0))
        end = file.starts_ms + file.duration_ms
        spans[segment] = min(start, file.starts_ms), max(stop, end)
    ordered = [spans[segment] for segment in sorted(spans)]
    held = [(one[1], other[0]) for one, other in pairwise(ordered) if one[1] < other[0]]
    return held, sum(stop - start for start, stop in ordered)


def _recovered(said: Mapping[str, Any], at: int) -> Told:
    return Told(ConsentFact(ConsentTurn.RECOVER, 0.0), at, None, said)


@contextlib.contextmanager
def _as_far_as_it_goes() -> Iterator[None]:
    """One recording that cannot be seen to now holds up no other."""
    try:
        yield
    except (Refusal, SealError):  # somebody was quicker, or erased whose it is
        return
    except RecordingReadable as error:
        logs.fault("recording_readable_fault", error)
    except (OSError, MasterError):
        logs.warning("recordings_away")


def _only(fact: ArtefactFact) -> Decide:
    return lambda held: ([fact], held.taken_by)
