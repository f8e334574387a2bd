"""What is noted for handing over: a day from its last word, whatever becomes of the hour's own."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from signaling.domain.booking import MINUTE_MS
from signaling.domain.errors import Code
from signaling.domain.life import Turn
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.night import DAY_KEPT_MS, Night
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from signaling.storage.note_store import CLOSED_MS, KEPT_MS, SafetyNote
from signaling.storage.session_store import Booked
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import TODAY, book, pair, refused

NOTE = "Her sister drives over, 请转告值班老师"
HOUR_MS = 60 * MINUTE_MS


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def sealed_of(data: Database) -> bytes | None:
    async with data.read() as reading:
        found = await reading.scalar(text("SELECT safety_note FROM session"))
    return None if found is None else bytes(found)


async def end(here: House, hour: Booked, at: int) -> None:
    await here.sessions.step(hour, Turn.CANCEL, hour.counsellor, at)


async def actions(data: Database, clinic: UUID) -> list[tuple[str, UUID | None]]:
    rows = [row async for page in pages(data, clinic) for row in page]
    return [(row.action, row.actor) for row in rows if row.action.startswith("safety.")]


async def night(here: House, at: int) -> None:
    await Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: at / 1000
    ).look()


async def test_a_note_is_kept_for_a_day_from_its_last_word(here: House, data: Database) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    assert await here.notes.read(made.id, T0) is None
    await here.notes.write(made.id, "first", counsellor, T0)
    written = await here.notes.write(made.id, NOTE, counsellor, T0 + 5)
    assert written == SafetyNote(NOTE, T0 + 5 + KEPT_MS)
    assert await here.notes.read(made.id, T0 + 5 + KEPT_MS - 1) == written
    # Nobody has come to delete it yet, and nobody reads it.
    assert await sealed_of(data) is not None
    assert await here.notes.read(made.id, T0 + 5 + KEPT_MS) is None
    assert NOTE not in repr(written)
    assert await actions(data, clinic) == [("safety.set_note", counsellor)] * 2
    for asked in (
        here.notes.read(uuid4(), T0),
        here.notes.write(uuid4(), NOTE, counsellor, T0),
        here.notes.write(uuid4(), "", counsellor, T0),
    ):
        assert await refused(asked) is Code.NOT_FOUND


async def test_a_note_written_last_outlives_the_day_and_the_day_does_not_wait_for_it(
    here: House, data: Database
) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    over = made.ends_at
    await here.days.set_today(made.id, TODAY, client, T0)
    await end(here, made, over)
    await here.notes.write(made.id, NOTE, counsellor, over + HOUR_MS)
    sealed = await sealed_of(data)
    assert sealed is not None
    place = f"session.safety_note:{made.id}:{over + HOUR_MS}"
    await night(here, over + DAY_KEPT_MS + 1000)
    assert await here.keyring.generations(Kind.SESSION, made.id, T0) == []
    kept = await here.notes.read(made.id, over + DAY_KEPT_MS + 1000)
    assert kept is not None
    assert kept.text == NOTE
    assert await here.keyring.open(sealed, place, over + DAY_KEPT_MS) == NOTE.encode()
    await night(here, over + HOUR_MS + KEPT_MS)
    assert await sealed_of(data) is None
    with pytest.raises(SealError):
        await here.keyring.open(sealed, place, over + HOUR_MS + KEPT_MS)
    assert await here.notes.due(over + 9 * DAY_KEPT_MS) == []
    late = here.notes.write(made.id, NOTE, counsellor, over + 2 * DAY_KEPT_MS)
    assert await refused(late) is Code.NOT_NOW


async def test_a_note_from_days_before_goes_and_another_may_be_written(
    here: House, data: Database
) -> None:
    clinic, counsellor, client = await pair(here)
    made = await book(here, counsellor, client, T0 + 7 * KEPT_MS)
    await here.notes.write(made.id, NOTE, counsellor, T0)
    await night(here, T0 + KEPT_MS)
    assert await sealed_of(data) is None
    assert await here.notes.due(T0 + 2 * KEPT_MS) == []
    await here.notes.write(made.id, "", counsellor, T0 + 2 * KEPT_MS)
    await here.notes.write(made.id, NOTE, counsellor, T0 + 6 * KEPT_MS)
    await here.notes.write(made.id, "", counsellor, T0 + 6 * KEPT_MS + 1)
    assert await here.notes.read(made.id, T0 + 6 * KEPT_MS + 2) is None
    assert await sealed_of(data) is None
    await end(here, made, made.ends_at)
    assert await here.keyring.generations(Kind.NOTE, made.id, T0) != []
    await night(here, made.ends_at + CLOSED_MS + 1000)
    assert await here.keyring.generations(Kind.NOTE, made.id, T0) == []
    assert [action for action, _ in await actions(data, clinic)] == [
        "safety.set_note", "safety.forget_note", "safety.delete_note", "safety.set_note",
        "safety.delete_note", "safety.forget_note",
    ]  # fmt: skip


async def test_what_is_due_is_not_deleted_when_it_was_written_anew(here: House) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client, T0 + 7 * KEPT_MS)
    await here.notes.write(made.id, "old", counsellor, T0)
    assert await here.notes.due(T0 + KEPT_MS) == [made.id]
    new = await here.notes.write(made.id, NOTE, counsellor, T0 + KEPT_MS)
    await here.notes.forget(made.id, T0 + KEPT_MS)
    assert await here.notes.read(made.id, T0 + KEPT_MS) == new


async def test_nobody_makes_a_note_younger(here: House, data: Database) -> None:
    _, counsellor, client = await pair(here)
    made = await book(here, counsellor, client)
    await here.notes.write(made.id, NOTE, counsellor, T0)
    async with data.write() as changing:
        younger = text("UPDATE session SET safety_note_at = :at")
        await changing.execute(younger, {"at": T0 + KEPT_MS})
    assert await here.notes.read(made.id, T0 + KEPT_MS) is None


async def test_a_note_goes_with_whom_it_is_about(here: House, data: Database) -> None:
    _, counsellor, client = await pair(here)
    made = [await book(here, counsellor, client, T0 + n * HOUR_MS) for n in range(2)]
    await here.notes.write(made[0].id, NOTE, counsellor, T0)
    assert len(await here.erasure.erase(client, client, T0 + 1)) == 2
    assert await here.notes.read(made[0].id, T0 + 2) is None
    for each in made:  # with a key that was destroyed, and where there was none yet
        assert await refused(here.notes.write(each.id, NOTE, counsellor, T0 + 2)) is Code.NOT_NOW
    assert await here.notes.due(T0 + 9 * KEPT_MS) == []
    assert await sealed_of(data) is None
