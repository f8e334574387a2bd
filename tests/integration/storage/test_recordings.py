"""Recordings in their database, on both: begun, sealed, given up, and each with its row."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from media.channel import RecordedFile
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentTurn,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.errors import Code, Refusal
from signaling.keys.kinds import Kind
from signaling.receipts import Signed, is_signed
from signaling.storage.audit_store import pages
from signaling.storage.audit_tables import AUDIT_EVENT
from signaling.storage.database import Database
from signaling.storage.recording_proofs import ProofStore
from signaling.storage.recording_rows import files_of, parts_of, read_recording
from signaling.storage.recording_store import Begun, RecordingStore, Told
from signaling.storage.recording_tables import PROOF
from signaling.storage.recording_turns import fact_of
from signaling.storage.session_store import Booked, Wanted
from tests.integration.storage.house import T0, House, house

pytestmark = pytest.mark.integration

DAY = 86_400_000
BOTH = Scope(
    frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION}),
    frozenset({Medium.AUDIO, Medium.VIDEO}),
)
UNTIL = {Purpose.CLINICAL_REVIEW: T0 + 30 * DAY, Purpose.SUPERVISION: T0 + 90 * DAY}


@dataclass
class Here:
    house: House
    store: RecordingStore
    booked: Booked
    data: Database

    @property
    def people(self) -> dict[UUID, PartyRole]:
        """Both."""
        return {
            self.booked.counsellor: PartyRole.COUNSELLOR,
            self.booked.client: PartyRole.CLIENT,
        }

    async def begin(self, scope: Scope = BOTH) -> Begun:
        """A recording that runs."""
        start = Told(ConsentFact(ConsentTurn.START, 1.0), T0)
        return await self.store.begin(self.booked, uuid4(), self.people, scope, UNTIL, None, start)

    async def actions(self) -> list[str]:
        """What the audit tells of recording."""
        found = []
        async for page in pages(self.data, self.booked.clinic):
            found += [row.action for row in page if row.action.startswith("rec.")]
        return found


@pytest.fixture
async def here(data: Database, keys: Database) -> AsyncIterator[Here]:
    made = house(data, keys)
    clinic = await made.clinic()
    staff, client = await made.staff(clinic), await made.client(clinic)
    booked = await made.sessions.book(Wanted(staff, client, T0, 50), staff, T0)
    store = RecordingStore(made.journal, made.keyring, made.stores.people, lambda: T0 / 1000)
    yield Here(made, store, booked, data)


def files(begun: Begun) -> list[RecordedFile]:
    return [
        RecordedFile(
            number, str(part.id), 'audio/webm; codecs="opus"', 0, 60_000, 1000, 1100, "ab" * 32,
            ((100, 200),),
        )
        for number, part in enumerate(begun.parts, start=1)
    ]  # fmt: skip


async def test_a_recording_begins_with_a_key_for_each_medium_of_each(here: Here) -> None:
    begun = await here.begin()
    assert len(begun.parts) == 4
    assert len({part.key for part in begun.parts}) == 4
    assert all(len(part.key) == 32 and "key" not in repr(part) for part in begun.parts)
    assert await here.store.unsealed() == [begun.recording]
    assert await here.actions() == ["rec.start"]


async def test_it_is_sealed_once_and_keeps_what_it_is_of(here: Here) -> None:
    begun = await here.begin()
    for _ in range(2):  # whoever was not told that it was done tries again
        await here.store.seal(
            begun.recording, files(begun), [(10, 20)], whole=True, captured_ms=60_000, told=[]
        )
    assert await here.store.unsealed() == []
    async with here.data.read() as reading:
        known = await read_recording(reading, begun.recording)
        kept = await files_of(reading, begun.recording)
    assert known.artefact is not None
    assert known.artefact.stage.value == "sealed"
    assert known.artefact.until == UNTIL
    assert [file.number for file in kept] == [1, 2, 3, 4]
    assert b"opus" not in b"".join(file.told for file in kept)


async def test_given_up_while_it_ran_it_waits_a_day_for_its_erasure(here: Here) -> None:
    begun = await here.begin()
    withdraw = Told(ConsentFact(ConsentTurn.WITHDRAW, 2.0), T0 + 1, here.booked.client)
    await here.store.give_up(
        begun.recording, here.booked.client, files(begun), [], 60_000, [withdraw]
    )
    async with here.data.read() as reading:
        known = await read_recording(reading, begun.recording)
    assert known.artefact is not None
    assert known.artefact.stage.value == "erasure_pending"
    assert known.artefact.erase_at == T0 + 1 + DAY
    assert known.taken_by == here.booked.client
    assert await here.actions() == ["rec.start", "rec.withdraw"]


@pytest.mark.parametrize("who", ["client", "counsellor"])
async def test_taken_back_in_the_moment_it_was_closed_it_is_given_up(here: Here, who: str) -> None:
    begun, by = await here.begin(), getattr(here.booked, who)
    await here.store.seal(
        begun.recording, files(begun), [], whole=True, captured_ms=60_000, told=[]
    )
    withdraw = Told(ConsentFact(ConsentTurn.WITHDRAW, 2.0), T0 + 1, by)
    for _ in range(2):
        await here.store.take_back(begun.recording, by, [withdraw])
    async with here.data.read() as reading:
        known = await read_recording(reading, begun.recording)
        parts = (await parts_of(reading, [begun.recording]))[begun.recording]
    assert known.artefact is not None
    assert (known.artefact.stage.value, known.taken_by) == ("erasure_pending", by)
    assert known.artefact.erase_at == T0 + 1 + DAY
    taken = {part.id for part in parts if part.taken_at is not None}
    (party,) = (each.id for each in begun.parties if each.person == by)
    theirs = {each.id for each in begun.parts if each.party == party}
    assert taken == (set() if who == "client" else theirs)


async def test_narrowed_it_is_for_less_and_a_medium_that_is_gone_is_given_to_nobody(
    here: Here,
) -> None:
    begun = await here.begin()
    less = Scope(frozenset({Purpose.SUPERVISION}), frozenset({Medium.AUDIO}))
    await here.store.narrow(begun.recording, less, [])
    async with here.data.read() as reading:
        known = await read_recording(reading, begun.recording)
    assert set(known.until) == less.purposes
    assert known.media == less.media


async def test_every_agreement_has_a_receipt_that_verifies(here: Here) -> None:
    grant = ConsentFact(ConsentTurn.GRANT, 1.0, "p1", BOTH, text="ab")
    said = {"terms": "ab", "words": "cd", "language": "zh-CN"}
    await here.store.tell(here.booked, [Told(grant, T0, here.booked.client, said)])
    found = await ProofStore(here.data, here.house.keyring).of(here.booked.client, T0)
    assert [proof.kind for proof in found] == ["consent"]
    assert is_signed(found[0].signed)
    assert '"words":"cd"' in found[0].signed.text
    changed = found[0].signed.text.replace("supervision", "research")
    assert not is_signed(Signed(changed, found[0].signed.signature, found[0].signed.key))


@pytest.mark.parametrize("turn", [ConsentTurn.DECLINE, ConsentTurn.CALL_OFF])
async def test_who_said_no_has_a_receipt_that_no_row_tells_from_the_others(
    here: Here, turn: ConsentTurn
) -> None:
    client, asker = here.booked.client, here.booked.counsellor
    no = Told(
        ConsentFact(turn, 1.0, "p1"), T0, None, {"who": str(client)},
        {"listeners": {"supervision": ["Wang"]}, "recording": "r"}, frozenset(here.people),
    )  # fmt: skip
    await here.store.tell(here.booked, [no])
    proofs = ProofStore(here.data, here.house.keyring)
    (theirs,), (other,) = await proofs.of(client, T0), await proofs.of(asker, T0)
    said, of_other = json.loads(theirs.signed.text), json.loads(other.signed.text)
    assert (said["what"], said["person"]) == ("declined", str(client))
    assert said["listeners"] == {"supervision": ["Wang"]}
    assert is_signed(theirs.signed) and is_signed(other.signed)
    assert of_other == said | {"what": "not_made", "person": str(asker)}
    async with here.data.read() as reading:
        rows = list(await reading.execute(select(PROOF)))
        query = select(AUDIT_EVENT.c.actor).where(AUDIT_EVENT.c.action == f"rec.{turn}")
        assert list((await reading.execute(query)).scalars()) == [None]
    assert len({(each.clinic, each.kind, each.at, len(each.text)) for each in rows}) == 1
    assert [each.person for each in rows].count(client) == 1


async def test_the_rows_of_the_audit_say_the_turns_themselves(here: Here) -> None:
    grant = ConsentFact(ConsentTurn.GRANT, 1.0, "p1", BOTH, text="ab")
    await here.store.tell(here.booked, [Told(grant, T0)])
    async with here.data.read() as reading:
        query = select(AUDIT_EVENT).where(AUDIT_EVENT.c.action == "rec.grant")
        assert len(list(await reading.execute(query))) == 1
    async for page in pages(here.data, here.booked.clinic):
        for row in page:
            if row.action == "rec.grant":
                assert fact_of(await here.house.journal.said(row, T0)) == grant


async def test_the_chained_audit_says_what_each_file_came_to_and_by_which_keys(here: Here) -> None:
    begun = await here.begin()
    await here.store.seal(
        begun.recording, files(begun), [], whole=True, captured_ms=60_000, told=[]
    )
    told: dict[str, Any] = {}
    async for page in pages(here.data, here.booked.clinic):
        for row in page:
            if row.action in {"rec.start", "recording.seal"}:
                told[row.action] = await here.house.journal.said(row, T0)
    assert told["recording.seal"]["files"] == {f"{number}": "ab" * 32 for number in range(1, 5)}
    assert told["recording.seal"]["captured_ms"] == 60_000
    async with here.data.read() as reading:
        (parts,) = (await parts_of(reading, [begun.recording])).values()
    assert set(told["rec.start"]["keys"]) == {str(part.key) for part in parts}


async def test_of_a_minor_nothing_begins_without_a_guardian(here: Here) -> None:
    """Whatever their room had read before the clinic said so."""
    people, client = here.house.stores.people, here.booked.client
    await people.change_details(client, lambda known: replace(known, minor=True), client, T0)
    with pytest.raises(Refusal, match="not_allowed"):
        await here.begin()
    await people.change_details(client, lambda known: replace(known, minor=False), client, T0)
    assert (await here.begin()).parts


async def test_of_a_client_who_is_gone_nothing_begins(here: Here) -> None:
    await here.house.erasure.erase(here.booked.client, here.booked.client, T0)
    with pytest.raises(Refusal) as caught:
        await here.begin()
    assert caught.value.code is Code.NOT_ALLOWED


async def test_to_destroy_any_key_above_a_part_is_enough(here: Here) -> None:
    begun = await here.begin()
    gone = await here.house.keyring.destroy(Kind.RECORDING, begun.recording, T0)
    assert len(gone) == 5
    left = [key.recorder async for key in here.house.keyring.every(T0)]
    assert not set(left) & {part.key for part in begun.parts}
