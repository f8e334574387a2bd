"""What recordings were asked for afterwards, in their database. Times are Unix milliseconds.

Rule 1: an answer, what becomes of the recording by it, its receipt and its row in the audit are
stored together or not at all, decided from what is stored, with the recording's row held.
Rule 2: a no and silence are told of by the same words, and by nobody's name; which of them it was
is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.consent.artefact import ArtefactFact
from signaling.domain.consent.later import (
    SILENCE_MS,
    LaterRequest,
    LaterStage,
    LaterTurn,
)
from signaling.domain.consent.terms import Purpose
from signaling.domain.errors import Code, Refusal
from signaling.storage.journal import Entry, Journal
from signaling.storage.recording_keeping import followed
from signaling.storage.recording_proofs import put_proofs
from signaling.storage.recording_rows import (
    KeptRecording,
    artefact_values,
    hold_recording,
    read_recording,
)
from signaling.storage.recording_tables import RECORDING, RECORDING_LATER

AT_ONCE: Final = 100
Requests = Mapping[Purpose, LaterRequest]
Decide = Callable[[KeptRecording, Requests], tuple[LaterRequest, Sequence[ArtefactFact]]]
"""Says what becomes of a request, and of its recording. Raises Refusal."""


class LaterStore:
    """Each recording's requests, by purpose."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._database = journal.database

    async def of(self, idents: Sequence[UUID]) -> Mapping[UUID, Requests]:
        """Return what was asked for of each of these."""
        async with self._database.read() as reading:
            return await _requests(reading, idents)

    async def change(
        self, ident: UUID, decide: Decide, entry: Entry, proofs: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Ask, or take a request further. Raises :class:`Refusal`; ``not_found`` of an erased one.

        Parties, parts and files of what ``decide`` is given are not read.
        """
        async with self._journal.record(entry) as changing:
            held = await hold_recording(changing, ident)
            requests = (await _requests(changing, [ident])).get(ident, {})
            request, facts = decide(held, requests)
            theirs = (
                RECORDING_LATER.c.recording == ident,
                RECORDING_LATER.c.purpose == request.purpose.value,
            )
            await changing.execute(delete(RECORDING_LATER).where(*theirs))
            await changing.execute(insert(RECORDING_LATER).values(_values(ident, request)))
            if facts:
                values = artefact_values(followed(held, facts), held.taken_by)
                this = RECORDING.c.id == ident
                await changing.execute(update(RECORDING).where(this).values(values))
            await put_proofs(changing, proofs)

    async def end_silent(self, at: int) -> None:
        """Write down which were not answered in their time."""
        silent = (
            RECORDING_LATER.c.stage == LaterStage.ASKED.value,
            RECORDING_LATER.c.asked_at <= at - SILENCE_MS,
        )
        async with self._database.read() as reading:
            rows = list(
                await reading.execute(select(RECORDING_LATER).where(*silent).limit(AT_ONCE))
            )
        for row in rows:
            await self._end(row, at)

    async def _end(self, row: Row[Any], at: int) -> None:
        purpose = Purpose(row.purpose)

        def decide(_held: KeptRecording, requests: Requests) -> tuple[LaterRequest, tuple[()]]:
            if purpose not in requests or requests[purpose].stage is not LaterStage.ASKED:
                raise Refusal(Code.NOT_NOW)  # it was answered, or erased
            return requests[purpose].at(at), ()

        async with self._database.read() as reading:
            known = await read_recording(reading, row.recording)
        await self.change(known.id, decide, ended(known, purpose, LaterTurn.LAPSE, at))


def ended(known: KeptRecording, purpose: Purpose, turn: LaterTurn, at: int) -> Entry:
    """Return how the audit is told that something was not granted."""
    said = {"purpose": purpose.value, "turn": turn.value}
    return Entry(known.clinic, None, "recording.later_end", known.id, at, said=said)


async def _requests(
    reading: AsyncConnection, idents: Sequence[UUID]
) -> dict[UUID, dict[Purpose, LaterRequest]]:
    query = select(RECORDING_LATER).where(RECORDING_LATER.c.recording.in_(idents))
    found: dict[UUID, dict[Purpose, LaterRequest]] = {}
    for row in await reading.execute(query.order_by(RECORDING_LATER.c.purpose)):
        purpose = Purpose(row.purpose)
        request = LaterRequest(purpose, row.until, row.asked_at, LaterStage(row.stage))
        found.setdefault(row.recording, {})[purpose] = request
    return found


def _values(ident: UUID, request: LaterRequest) -> dict[str, Any]:
    return {
        "recording": ident, "purpose": request.purpose.value, "until": request.until,
        "asked_at": request.asked_at, "stage": request.stage.value,
    }  # fmt: skip
