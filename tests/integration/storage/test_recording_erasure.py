"""What becomes of recordings, on both databases and with real files: undone, kept, erased."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from media.channel import RecordedFile
from recording.beside import seal_beside
from recording.keys import file_key, meta_key
from recording.reading import open_file
from recording.sealing import SegmentError, SegmentName
from recording.store import FileName
from signaling.capture import FILES_A_SEGMENT
from signaling.domain.consent.artefact import ArtefactFact, ArtefactStage, ArtefactTurn
from signaling.domain.consent.table import replay
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Turn
from signaling.domain.retention import Clocks
from signaling.keys.keyring import KeyRow
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.receipts import is_signed
from signaling.recording_night import RecordingNight
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from signaling.storage.erasure import Erasure
from signaling.storage.later_store import LaterStore
from signaling.storage.recording_erasure import NoFolder, RecordingErasure, RecordingReadable
from signaling.storage.recording_folder import SealedFolder
from signaling.storage.recording_keeping import RecordingKeeping
from signaling.storage.recording_marks import Mark
from signaling.storage.recording_proofs import ProofStore
from signaling.storage.recording_rows import Asked
from signaling.storage.recording_store import RecordingStore, Told
from signaling.storage.recording_tables import (
    RECORDING,
    RECORDING_ERASED,
    RECORDING_FILE,
    RECORDING_PART,
)
from signaling.storage.retention_store import RetentionStore
from signaling.storage.session_store import Booked, Wanted
from tests.integration.storage.house import T0, House, house
from tests.support.recordings import DAY_MS, Recorded, begin, record, write_files

pytestmark = pytest.mark.integration

YEARS = 3_653 * DAY_MS


@dataclass
class Here:
    house: House
    booked: Booked
    data: Database
    folder: Path
    files: SealedFolder
    store: RecordingStore
    keeping: RecordingKeeping
    erasure: RecordingErasure
    proofs: ProofStore

    @property
    def night(self) -> RecordingNight:
        """What looks after it all."""
        later = LaterStore(self.house.journal)
        return RecordingNight(self.store, self.keeping, self.erasure, later)

    async def record(
        self, floor_until: int | None = None, holds: dict[Purpose, int] | None = None
    ) -> Recorded:
        """One that was sealed."""
        return await record(
            self.store, self.files, self.booked, T0, floor_until=floor_until, holds=holds
        )

    async def stage(self, ident: UUID) -> ArtefactStage:
        """How far it has come."""
        artefact = (await self.keeping.get(ident)).artefact
        assert artefact is not None
        return artefact.stage

    async def give_up(self, ident: UUID, grace_ms: int = DAY_MS) -> None:
        """Its client takes it back."""
        fact = ArtefactFact(ArtefactTurn.GIVE_UP, T0, grace_ms=grace_ms)
        client = self.booked.client
        await self.keeping.turn(ident, lambda _held: ([fact], client), client, T0)

    async def actions(self) -> list[str]:
        """What the audit tells of."""
        found = []
        async for page in pages(self.data, self.booked.clinic):
            found += [row.action for row in page]
        return found


@pytest.fixture
async def here(data: Database, keys: Database, tmp_path: Path) -> AsyncIterator[Here]:
    folder = tmp_path / "recordings"
    files = SealedFolder(folder)
    made = house(data, keys, files)
    clinic = await made.clinic()
    staff, client = await made.staff(clinic), await made.client(clinic)
    booked = await made.sessions.book(Wanted(staff, client, T0, 50), staff, T0)
    keeping = RecordingKeeping(made.journal, made.keyring)
    yield Here(
        made, booked, data, folder, files,
        RecordingStore(made.journal, made.keyring, made.stores.people, lambda: T0 / 1000, files),
        keeping, RecordingErasure(made.journal, made.keyring, keeping, files),
        ProofStore(data, made.keyring),
    )  # fmt: skip


# --- erasing --------------------------------------------------------------------------------------


async def test_after_an_erasure_no_key_there_is_opens_what_lay_there(here: Here) -> None:
    made = await here.record()
    lay = {file.number: made.path(here.folder, file.number).read_bytes() for file in made.files}
    await here.give_up(made.ident)
    await here.erasure.erase(made.ident, here.booked.client, T0)
    assert not (here.folder / made.ident.hex).exists()
    tried = [key.recorder async for key in here.house.keyring.every(T0)]
    assert tried
    back = {name: data for name, data in lay.items()}
    for file in made.files:
        writer = here.files.create(made.ident, made.name(file.number))
        writer.append(back[file.number])
        writer.close()
        for key in tried:
            with pytest.raises(SegmentError):
                open_file(here.files, here.booked.clinic, made.ident, made.name(file.number), key)
    with pytest.raises(Refusal) as caught:
        await here.keeping.get(made.ident)
    assert caught.value.code is Code.NOT_FOUND


async def test_both_are_given_a_certificate_that_names_every_key_and_file(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    part_keys = {part.key for part in (await here.keeping.get(made.ident)).parts}
    await here.erasure.erase(made.ident, here.booked.client, T0 + 5)
    for person in (here.booked.client, here.booked.counsellor):
        (proof,) = await here.proofs.of(person, T0)
        assert is_signed(proof.signed)
        assert proof.signed.key in await here.proofs.keys(T0)
        said = json.loads(proof.signed.text)
        assert (said["kind"], said["at"], said["whole"]) == ("erasure", T0 + 5, True)
        assert said["sha256"] == [file.sha256 for file in made.files]
        assert said["files"] == 4
        assert len(said["keys"]) == 5
        assert {str(key) for key in part_keys} < set(said["keys"])
    assert "recording.erase" in await here.actions()


async def test_an_erasure_that_broke_off_is_done_the_next_time(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    here.erasure.files = None
    with pytest.raises(NoFolder):
        await here.erasure.erase(made.ident, None, T0)
    with pytest.raises(SealError):
        await here.keeping.told(await here.keeping.get(made.ident), T0)
    here.erasure.files = here.files
    here.files.delete(made.ident)  # so far it had come
    await here.erasure.erase(made.ident, None, T0)
    said = json.loads((await here.proofs.of(here.booked.client, T0))[0].signed.text)
    assert len(said["keys"]) == 5
    assert said["sha256"] == [file.sha256 for file in made.files]


async def test_a_file_that_a_key_opens_yet_is_not_said_to_be_erased(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    other = await begin(here.store, here.booked, T0)
    number = 9
    name = SegmentName(here.booked.clinic, made.ident, number)
    from recording.sealing import SegmentWriter

    writer = here.files.create(made.ident, FileName(number, uuid4()))
    segment = SegmentWriter(writer.append, file_key(other.parts[0].key, name), name)
    segment.write(b"not gone", 0.0)
    segment.end()
    writer.close()
    with pytest.raises(RecordingReadable):
        await here.erasure.erase(made.ident, None, T0)
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING
    assert await here.proofs.of(here.booked.client, T0) == []


async def test_what_lies_beside_a_file_and_opens_yet_is_not_said_to_be_erased(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    other = await begin(here.store, here.booked, T0)
    name = SegmentName(here.booked.clinic, made.ident, 9)
    data = seal_beside(b"QRMETA1\n", b"told", meta_key(other.parts[0].key, name), name)
    here.files.replace(made.ident, FileName(9, uuid4(), "meta"), data)
    with pytest.raises(RecordingReadable):
        await here.erasure.erase(made.ident, None, T0)
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING


async def test_somebodys_part_goes_and_the_rest_opens(here: Here) -> None:
    made = await here.record()
    known = await here.keeping.get(made.ident)
    theirs = known.parts_of(here.booked.counsellor)
    await here.keeping.take(known, theirs, here.booked.counsellor, T0)
    await here.erasure.erase_parts(known, theirs, here.booked.counsellor, T0)
    after = await here.keeping.get(made.ident)
    gone = {part.id for part in theirs}
    assert {part.id for part in after.parts if part.destroyed_at is not None} == gone
    assert all(file.part not in gone for file in after.files)
    for part in after.parts:
        if part.id in gone:
            with pytest.raises(SealError):
                await here.keeping.part_key(part, T0)
    left = next(file for file in after.files)
    part = next(each for each in after.parts if each.id == left.part)
    key = await here.keeping.part_key(part, T0)
    segment = open_file(
        here.files, known.clinic, made.ident, made.name(left.number), key
    )  # fmt: skip
    assert segment.check() == 5
    assert len(here.files.list(made.ident)) == 4  # two files, each with its manifest


# --- time -----------------------------------------------------------------------------------------


async def test_the_clocks_narrow_give_up_and_erase_by_themselves(here: Here) -> None:
    made = await here.record()
    seen = []
    for day in (0, 1, 2, 30, 31, 90):
        await here.night.look(T0 + day * DAY_MS)
        try:
            seen.append((await here.stage(made.ident)).value)
        except Refusal:
            seen.append("gone")
    assert seen == ["sealed", "active", "active", "narrowed", "narrowed", "gone"]
    assert not (here.folder / made.ident.hex).exists()


async def test_what_was_taken_back_goes_after_its_day(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    await here.night.look(T0 + DAY_MS - 1)
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING
    await here.night.look(T0 + DAY_MS)
    with pytest.raises(Refusal):
        await here.keeping.get(made.ident)


async def test_what_the_law_has_kept_is_locked_until_it_need_not_be(here: Here) -> None:
    made = await here.record(floor_until=T0 + YEARS)
    await here.give_up(made.ident)
    await here.night.look(T0 + DAY_MS)
    assert await here.stage(made.ident) is ArtefactStage.LOCKED
    await here.night.look(T0 + YEARS - 1)
    assert len(here.files.list(made.ident)) == 8
    await here.night.look(T0 + YEARS)
    assert here.files.list(made.ident) == ()


async def test_a_medium_that_was_taken_back_while_it_ran_goes_by_the_night(here: Here) -> None:
    begun = await begin(here.store, here.booked, T0)
    made = write_files(begun, here.booked.clinic, here.files)
    less = Scope(frozenset({Purpose.CLINICAL_REVIEW}), frozenset({Medium.AUDIO}))
    await here.store.narrow(made.ident, less, [])
    await here.store.seal(made.ident, made.files, [], whole=True, captured_ms=1, told=[])
    await here.night.look(T0)
    known = await here.keeping.get(made.ident)
    media = {part.id: part.medium for part in known.parts}
    assert {media[file.part] for file in known.files} == {Medium.AUDIO}
    assert len(here.files.list(made.ident)) == 4


async def test_a_folder_that_is_away_holds_up_nothing_and_is_tried_again(here: Here) -> None:
    made = await here.record()
    other = await here.record(holds={each: T0 + DAY_MS for each in Purpose})
    await here.give_up(made.ident)
    here.erasure.files = None
    await here.night.look(T0 + DAY_MS)
    here.erasure.files = here.files
    await here.night.look(T0 + DAY_MS)
    assert await here.keeping.all_ids() == []
    assert here.files.recordings() == ()
    assert other.ident != made.ident


# --- a client who is forgotten, and hours ---------------------------------------------------------


def erasure_of(here: Here) -> Erasure:
    made = here.house
    return Erasure(made.journal, made.keyring, made.stores.people, here.erasure)


async def test_who_is_forgotten_takes_their_recordings_with_them(here: Here) -> None:
    made = await here.record()
    runs = await begin(here.store, here.booked, T0)
    write_files(runs, here.booked.clinic, here.files)
    await erasure_of(here).erase(here.booked.client, here.booked.client, T0)
    assert await here.keeping.all_ids() == []
    assert here.files.recordings() == ()
    assert here.files.buried() == {made.ident, runs.recording}
    proofs = await here.proofs.of(here.booked.counsellor, T0)
    assert len(proofs) == 2
    assert all(is_signed(proof.signed) for proof in proofs)


async def test_what_the_law_has_kept_outlives_who_is_forgotten_and_nobody_is_given_it(
    here: Here,
) -> None:
    made = await here.record(floor_until=T0 + YEARS)
    await erasure_of(here).erase(here.booked.client, here.booked.client, T0)
    assert await here.stage(made.ident) is ArtefactStage.LOCKED
    known = await here.keeping.get(made.ident)
    assert len(await here.keeping.part_key(known.parts[0], T0)) == 32
    await here.night.look(T0 + YEARS)
    assert here.files.recordings() == ()
    assert await here.house.keyring.check(T0) != (0, 0)


async def test_an_hour_stays_while_its_recording_is_kept(here: Here) -> None:
    made = await here.record(holds={each: T0 + 700 * DAY_MS for each in Purpose})
    await here.house.sessions.step(here.booked, Turn.CANCEL, here.booked.client, T0)
    retention = RetentionStore(here.house.journal, here.house.keyring, Clocks(hours_days=90))
    await retention.forget(T0 + 200 * DAY_MS)
    assert (await here.house.sessions.get(here.booked.id)).id == here.booked.id
    await here.give_up(made.ident, grace_ms=0)
    await here.night.look(T0 + 200 * DAY_MS)
    await retention.forget(T0 + 201 * DAY_MS)
    with pytest.raises(Refusal):
        await here.house.sessions.get(here.booked.id)


# --- back-ups and crashes -------------------------------------------------------------------------


async def test_rows_that_a_back_up_brings_back_are_erased_again(here: Here) -> None:
    made = await here.record()
    async with here.data.read() as reading:
        (row,) = list(await reading.execute(select(RECORDING)))
    await here.give_up(made.ident)
    await here.erasure.erase(made.ident, None, T0)
    async with here.data.write() as changing:  # the database of before, without the list
        await changing.execute(delete(RECORDING_ERASED))
        await changing.execute(insert(RECORDING).values(**row._asdict()))
    assert await here.erasure.replay(T0) == 1
    assert await here.keeping.all_ids() == []
    async with here.data.read() as reading:
        assert await reading.scalar(select(RECORDING_ERASED.c.recording)) == made.ident


async def test_files_that_a_back_up_brings_back_are_deleted_again(here: Here) -> None:
    made = await here.record()
    lay = made.path(here.folder, 1).read_bytes()
    await here.give_up(made.ident)
    await here.erasure.erase(made.ident, None, T0)
    (here.folder / "erased" / made.ident.hex).unlink()
    writer = here.files.create(made.ident, made.name(1))
    writer.append(lay)
    writer.close()
    assert await here.erasure.replay(T0) == 1
    assert here.files.recordings() == ()
    assert here.files.buried() == {made.ident}
    assert await here.erasure.replay(T0) == 0


async def test_a_key_that_a_back_up_brings_back_is_destroyed_again(here: Here) -> None:
    made = await here.record()
    await here.give_up(made.ident)
    await here.erasure.erase(made.ident, None, T0)
    from sqlalchemy import update

    from signaling.storage.key_tables import KEY

    async with here.house.keyring._store._database.write() as changing:  # type: ignore[attr-defined]
        mine = (KEY.c.kind == Kind.RECORDING.value, KEY.c.subject == made.ident)
        back = {"wrapped": b"as it was", "destroyed_at": None, "retired_at": None}
        await changing.execute(update(KEY).where(*mine).values(**back))
    assert await here.erasure.replay(T0) == 1
    assert await here.house.keyring.destroy(Kind.RECORDING, made.ident, T0) == []


async def erase_part(here: Here, made: Recorded, role: PartyRole, medium: Medium) -> UUID:
    """Have one part erased that was taken back; returns which it was."""
    known = await here.keeping.get(made.ident)
    party = next(each.id for each in known.parties if each.role is role)
    parts = [part for part in known.parts if part.party == party and part.medium is medium]
    await here.keeping.take(known, parts, None, T0)
    await here.erasure.erase_parts(known, parts, None, T0)
    return parts[0].id


async def test_a_part_that_a_back_up_of_the_database_brings_back_is_erased_again(
    here: Here,
) -> None:
    made = await here.record()
    async with here.data.read() as reading:
        files = [row._asdict() for row in await reading.execute(select(RECORDING_FILE))]
    part = await erase_part(here, made, PartyRole.COUNSELLOR, Medium.VIDEO)
    assert here.files.buried_parts() == {(made.ident, part)}
    async with here.data.write() as changing:
        as_before = {"taken_at": None, "destroyed_at": None}
        await changing.execute(update(RECORDING_PART).values(**as_before))
        await changing.execute(delete(RECORDING_FILE))
        await changing.execute(insert(RECORDING_FILE), files)
    assert await here.erasure.replay(T0) == 1
    known = await here.keeping.get(made.ident)
    assert [each.id for each in known.parts if each.taken_at and each.destroyed_at] == [part]
    assert part not in {file.part for file in known.files}
    # Whether the client had let the rest stay, that database does not know.
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING
    assert known.taken_by == known.counsellor
    assert await here.erasure.replay(T0) == 0


async def test_files_of_a_part_that_a_back_up_of_the_folder_brings_back_are_deleted_again(
    here: Here,
) -> None:
    made = await here.record()
    lay = made.path(here.folder, 2).read_bytes()
    known = await here.keeping.get(made.ident)
    owner = next(file.part for file in known.files if file.number == 2)
    role = next(
        party.role for party in known.parties for each in known.parts
        if each.id == owner and each.party == party.id
    )  # fmt: skip
    medium = next(each.medium for each in known.parts if each.id == owner)
    part = await erase_part(here, made, role, medium)
    assert part == owner
    (here.folder / "erased" / f"{made.ident.hex}-{part.hex}").unlink()
    made.path(here.folder, 2).write_bytes(lay)
    assert await here.erasure.replay(T0) == 1
    assert not made.path(here.folder, 2).exists()
    assert here.files.buried_parts() == {(made.ident, part)}
    assert len(here.files.list(made.ident)) == 6
    assert await here.stage(made.ident) is ArtefactStage.SEALED
    assert await here.erasure.replay(T0) == 0


async def test_a_medium_that_a_client_took_out_is_not_asked_about_anew(here: Here) -> None:
    made = await here.record()
    for role in (PartyRole.COUNSELLOR, PartyRole.CLIENT):
        await erase_part(here, made, role, Medium.VIDEO)
    async with here.data.write() as changing:
        as_before = {"taken_at": None, "destroyed_at": None}
        await changing.execute(update(RECORDING_PART).values(**as_before))
    assert await here.erasure.replay(T0) == 1
    assert await here.stage(made.ident) is ArtefactStage.SEALED
    left = [part for part in (await here.keeping.get(made.ident)).parts if part.taken_at is None]
    assert {part.medium for part in left} == {Medium.AUDIO}


async def test_a_part_of_what_no_back_up_knows_is_no_trouble(here: Here) -> None:
    here.files.bury(UUID(int=5), UUID(int=6))
    (here.folder / "erased" / "strange-name").touch()
    assert await here.erasure.replay(T0) == 0


async def test_what_a_crash_left_open_is_closed_at_the_start_and_said_to_be_cut_short(
    here: Here,
) -> None:
    begun = await begin(here.store, here.booked, T0)
    made = write_files(begun, here.booked.clinic, here.files, whole=False)
    cut = made.path(here.folder, 1)
    cut.write_bytes(cut.read_bytes()[:-20])
    await here.night.begin(T0 + 5)
    known = await here.keeping.get(made.ident)
    assert await here.stage(made.ident) is ArtefactStage.SEALED
    assert not known.is_whole
    assert [file.number for file in known.files] == [1, 2, 3, 4]
    assert (await here.keeping.file_told(known, 1, T0)).plain_bytes == 4 * 50_000
    assert (await here.actions())[-1] == "rec.recover"
    interrupted = await here.store.interrupted(here.booked)
    assert interrupted is not None
    assert interrupted.recording == made.ident
    await here.night.begin(T0 + 6)
    assert (await here.actions()).count("rec.recover") == 1


async def test_what_was_held_before_a_crash_is_known_after_it(here: Here) -> None:
    begun = await begin(here.store, here.booked, T0)
    write_files(begun, here.booked.clinic, here.files, whole=False)
    write_files(
        begun, here.booked.clinic, here.files, whole=False, first=FILES_A_SEGMENT + 1,
        starts_ms=90_000,
    )  # fmt: skip
    await here.night.begin(T0 + 5)
    known = await here.keeping.get(begun.recording)
    told = await here.keeping.told(known, T0)
    assert (told.captured_ms, told.held) == (120_000, ((60_100, 90_000),))


async def test_what_was_taken_back_before_a_crash_is_given_to_nobody_after_it(here: Here) -> None:
    begun = await begin(here.store, here.booked, T0)
    made = write_files(begun, here.booked.clinic, here.files, whole=False)
    withdraw = Told(ConsentFact(ConsentTurn.WITHDRAW, 2.0), T0 + 1, here.booked.client)
    await here.store.take_back(made.ident, here.booked.client, [withdraw])
    await here.night.begin(T0 + 5)
    known = await here.keeping.get(made.ident)
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING
    assert known.taken_by == here.booked.client
    assert (await here.actions())[-2:] == ["rec.withdraw", "recording.seal"]  # it was over before


async def test_who_was_being_asked_when_a_gateway_died_is_not_asked_any_more(here: Here) -> None:
    ask = Told(ConsentFact(ConsentTurn.ASK, 1.0), T0, here.booked.counsellor)
    await here.store.tell(here.booked, [ask])
    for at in (T0 + 5, T0 + 6):
        await here.night.begin(at)
    told = [each for each in await here.actions() if each.startswith("rec.")]
    assert told == ["rec.ask", "rec.recover"]
    facts = [ask.fact, ConsentFact(ConsentTurn.RECOVER, 0.0), ask.fact]
    assert replay(facts).stage is ConsentStage.REQUESTED


async def crash(here: Here, **marks: Mark) -> tuple[Recorded, dict[str, UUID]]:
    """A gateway that died while it recorded, and what of it was taken back by then."""
    begun = await begin(here.store, here.booked, T0)
    made = write_files(begun, here.booked.clinic, here.files, whole=False)
    people = {party.role.value: party for party in begun.parties}
    for role, mark in marks.items():
        await here.store.mark(made.ident, people[role].id, mark)
    return made, {role: party.person for role, party in people.items()}


@pytest.mark.parametrize("role", ["client", "counsellor"])
async def test_what_was_taken_back_while_the_database_was_away_is_given_to_nobody_after_a_crash(
    here: Here, role: str
) -> None:
    made, people = await crash(here, **{role: Mark()})
    await here.night.begin(T0 + 5)
    known = await here.keeping.get(made.ident)
    assert await here.stage(made.ident) is ArtefactStage.ERASURE_PENDING
    assert known.taken_by == people[role]
    assert (await here.actions())[-2:] == ["rec.withdraw", "recording.seal"]
    proofs = [each for each in await here.proofs.of(people[role], T0)]
    assert [json.loads(each.signed.text)["what"] for each in proofs] == ["withdrew"]
    await here.night.begin(T0 + 6)
    assert (await here.actions()).count("rec.withdraw") == 1


async def test_some_of_it_that_was_taken_back_then_stays_gone(here: Here) -> None:
    mark = Mark([Purpose.SUPERVISION], [Medium.VIDEO])
    made, _ = await crash(here, client=mark)
    await here.night.begin(T0 + 5)
    known = await here.keeping.get(made.ident)
    assert await here.stage(made.ident) is ArtefactStage.SEALED
    assert (set(known.until), known.media) == ({Purpose.CLINICAL_REVIEW}, {Medium.AUDIO})
    assert {part.medium for part in known.parts if part.taken_at is None} == {Medium.AUDIO}
    told = [each for each in await here.actions() if each.startswith("rec.")]
    assert told[-3:] == ["rec.withdraw_purpose", "rec.withdraw_medium", "rec.recover"]


async def test_what_was_stored_before_the_crash_is_not_told_of_again(here: Here) -> None:
    made, people = await crash(here, client=Mark([Purpose.SUPERVISION], [Medium.VIDEO]))
    left = Scope(frozenset({Purpose.CLINICAL_REVIEW}), frozenset({Medium.AUDIO, Medium.VIDEO}))
    fact = ConsentFact(ConsentTurn.WITHDRAW_PURPOSE, 2.0)
    await here.store.narrow(made.ident, left, [Told(fact, T0 + 1, people["client"])])
    await here.night.begin(T0 + 5)
    told = [each for each in await here.actions() if each.startswith("rec.withdraw")]
    assert told == ["rec.withdraw_purpose", "rec.withdraw_medium"]
    assert (await here.keeping.get(made.ident)).media == {Medium.AUDIO}


async def test_marks_of_one_after_the_other_are_all_of_them(here: Here) -> None:
    made, _ = await crash(here, client=Mark([Purpose.SUPERVISION], []))
    (party,) = await here.store.marks(made.ident)
    await here.store.mark(made.ident, party, Mark([], [Medium.VIDEO]))
    both = Mark([Purpose.SUPERVISION], [Medium.VIDEO])
    assert await here.store.marks(made.ident) == {party: both}
    await here.store.mark(made.ident, party, Mark())
    await here.store.mark(made.ident, party, both)
    assert await here.store.marks(made.ident) == {party: Mark()}
    here.files.replace(made.ident, FileName(0, party, "taken"), b"spoiled")
    assert await here.store.marks(made.ident) == {party: Mark()}


async def test_a_mark_of_what_has_no_files_is_no_trouble(here: Here) -> None:
    with pytest.raises(OSError):
        await here.store.mark(UUID(int=7), UUID(int=8), Mark())
    assert await here.store.marks(UUID(int=7)) == {}


async def test_how_often_it_was_asked_is_known_to_whoever_opens_the_hour_again(here: Here) -> None:
    assert await here.store.asked(here.booked) == Asked()
    for number, turn in enumerate((ConsentTurn.ASK, ConsentTurn.DECLINE, ConsentTurn.ASK)):
        told = Told(ConsentFact(turn, float(number)), T0 + number, here.booked.client)
        await here.store.tell(here.booked, [told])
    assert await here.store.asked(here.booked) == Asked(2, T0 + 1)


async def test_what_lies_there_of_it_is_found_as_far_as_it_opens(here: Here) -> None:
    begun = await begin(here.store, here.booked, T0)
    made = write_files(begun, here.booked.clinic, here.files, whole=False)
    made.path(here.folder, 2).write_bytes(b"spoiled")
    assert [file.number for file in await here.store.recovered(made.ident)] == [1, 3, 4]
    assert all(not file.whole for file in await here.store.recovered(made.ident))
    await here.house.keyring.destroy(Kind.RECORDING, made.ident, T0)
    assert await here.store.recovered(made.ident) == ()


async def test_a_key_that_is_destroyed_while_somebody_unwraps_it_is_not_kept(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, keyring = await here.record(), here.house.keyring
    part = (await here.keeping.get(made.ident)).parts[0]
    keyring.forget()
    material = keyring._material

    async def late(row: KeyRow, now: float) -> bytes:
        found = await material(row, now)
        if row.id == part.key:
            await keyring.destroy(Kind.PART, part.id, T0)
        return found

    monkeypatch.setattr(keyring, "_material", late)
    for _ in range(2):
        with pytest.raises(SealError):
            await here.keeping.part_key(part, T0)
    assert part.key not in keyring._kept


async def test_sealed_twice_by_two_who_recover_it_is_sealed_once(here: Here) -> None:
    begun = await begin(here.store, here.booked, T0)
    files: list[RecordedFile] = []
    for _ in range(2):
        await here.store.seal(begun.recording, files, [], whole=False, captured_ms=0, told=[])
    assert await here.store.unsealed() == []
    assert await here.stage(begun.recording) is ArtefactStage.SEALED
