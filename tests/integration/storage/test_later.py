"""What recordings were asked for afterwards, on both databases: once, and gone with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from signaling.domain.consent.artefact import ArtefactFact, ArtefactTurn
from signaling.domain.consent.later import (
    SILENCE_MS,
    LaterRequest,
    LaterStage,
    agree_later,
)
from signaling.domain.consent.terms import Purpose
from signaling.domain.errors import Code, Refusal
from signaling.recording_night import RecordingNight
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from signaling.storage.journal import Entry
from signaling.storage.later_store import LaterStore, Requests
from signaling.storage.recording_erasure import RecordingErasure
from signaling.storage.recording_folder import SealedFolder
from signaling.storage.recording_keeping import RecordingKeeping, sealed
from signaling.storage.recording_rows import KeptRecording
from signaling.storage.recording_store import RecordingStore
from signaling.storage.recording_tables import RECORDING_LATER
from signaling.storage.session_store import Booked, Wanted
from tests.integration.storage.house import T0, house
from tests.support.recordings import DAY_MS, record, until

pytestmark = pytest.mark.integration
MADE = {"recording.seal", "recording.cool"}

TEACHING = Purpose.TEACHING
T1 = T0 + 2 * DAY_MS
ASKED = LaterRequest(TEACHING, T0 + 400 * DAY_MS, T1)
Decided = tuple[LaterRequest, list[ArtefactFact]]


@dataclass
class Here:
    booked: Booked
    data: Database
    keeping: RecordingKeeping
    erasure: RecordingErasure
    later: LaterStore
    night: RecordingNight
    ident: UUID

    async def ask(self) -> None:
        """Whether it may be, nobody looks at here."""
        await self.later.change(self.ident, lambda _h, _r: (ASKED, []), self.entry("later_ask"))

    async def agree(self) -> None:
        """The client says yes."""

        def decide(held: KeptRecording, requests: Requests) -> Decided:
            fact = agree_later(sealed(held), requests[TEACHING], T1)
            granted = LaterRequest(TEACHING, ASKED.until, T1, LaterStage.GRANTED)
            return granted, [fact]

        await self.later.change(self.ident, decide, self.entry("add"))

    def entry(self, what: str) -> Entry:
        return Entry(self.booked.clinic, self.booked.client, f"recording.{what}", self.ident, T1)

    async def known(self) -> KeptRecording:
        return await self.keeping.get(self.ident)

    async def stage(self) -> LaterStage:
        return (await self.later.of([self.ident]))[self.ident][TEACHING].stage

    async def told(self) -> list[tuple[str, UUID | None]]:
        """What the audit tells of it, and of whom."""
        found = []
        async for page in pages(self.data, self.booked.clinic):
            found += [(row.action, row.actor) for row in page if row.action not in MADE]
        return [each for each in found if each[0].startswith("recording.")]


@pytest.fixture
async def here(data: Database, keys: Database, tmp_path: Path) -> AsyncIterator[Here]:
    files = SealedFolder(tmp_path / "recordings")
    made = house(data, keys, files)
    clinic = await made.clinic()
    staff, client = await made.staff(clinic), await made.client(clinic)
    booked = await made.sessions.book(Wanted(staff, client, T0, 50), staff, T0)
    store = RecordingStore(made.journal, made.keyring, made.stores.people, lambda: T0 / 1000)
    ident = (await record(store, files, booked, T0)).ident
    keeping = RecordingKeeping(made.journal, made.keyring)
    erasure = RecordingErasure(made.journal, made.keyring, keeping, files)
    later = LaterStore(made.journal)
    night = RecordingNight(store, keeping, erasure, later)
    await night.look(T1)
    yield Here(booked, data, keeping, erasure, later, night, ident)


async def test_a_yes_is_kept_with_what_becomes_of_the_recording(here: Here) -> None:
    await here.ask()
    assert await here.stage() is LaterStage.ASKED
    before = sealed(await here.known())
    await here.agree()
    after = sealed(await here.known())
    assert await here.stage() is LaterStage.GRANTED
    assert after.until == {**before.until, TEACHING: ASKED.until}
    assert (after.stage, after.media) == (before.stage, before.media)
    assert before.until == until(T0)
    client = here.booked.client
    assert await here.told() == [("recording.later_ask", client), ("recording.add", client)]


async def test_of_two_who_answer_at_once_one_is_refused(here: Here) -> None:
    await here.ask()
    came = await asyncio.gather(here.agree(), here.agree(), return_exceptions=True)
    refused = [each for each in came if each is not None]
    assert [str(each) for each in refused] == [Code.NOT_NOW.value]
    assert [action for action, _ in await here.told()].count("recording.add") == 1


async def test_what_was_taken_back_meanwhile_gets_no_use_more(here: Here) -> None:
    await here.ask()
    client = here.booked.client
    gone = ArtefactFact(ArtefactTurn.GIVE_UP, T1)
    await here.keeping.turn(here.ident, lambda _held: ([gone], client), client, T1)
    with pytest.raises(Refusal, match=Code.NOT_NOW.value):
        await here.agree()
    assert await here.stage() is LaterStage.ASKED
    assert TEACHING not in sealed(await here.known()).until


async def test_silence_ends_it_and_names_nobody(here: Here) -> None:
    await here.ask()
    await here.night.look(T1 + SILENCE_MS - 1)
    assert await here.stage() is LaterStage.ASKED
    for _ in range(2):
        await here.night.look(T1 + SILENCE_MS)
    assert await here.stage() is LaterStage.NOT_GRANTED
    assert [each for each in await here.told() if "later_end" in each[0]] == [
        ("recording.later_end", None)
    ]


async def test_it_goes_with_its_recording(here: Here) -> None:
    await here.ask()
    await here.agree()
    await here.erasure.erase(here.ident, None, T1)
    async with here.data.read() as reading:
        left = await reading.scalar(select(func.count()).select_from(RECORDING_LATER))
    assert left == 0
