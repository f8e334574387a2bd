"""Files in a real database: piece by piece, sealed, and gone with whatever they belong to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, func, select, update

from signaling.domain.errors import Code
from signaling.domain.thread import Kind, file_ident
from signaling.keys.sealing import SealError
from signaling.night import Night
from signaling.storage.database import Database
from signaling.storage.file_rows import FILE, FILE_PIECE
from signaling.storage.file_store import GIVEN_UP_MS, MOST_A_DAY, MOST_COMING, PIECE, File
from signaling.storage.thread_jobs import ThreadHead, Written
from signaling.storage.thread_pages import DAY_MS, WEEK_MS, clear_at
from signaling.storage.thread_store import KEEP_DAYS
from tests.integration.storage.house import T0, House, house
from tests.integration.storage.test_sessions import pair, refused

NAME = "梦见河边 seeded.pdf"
WORDS = "I could not sleep, 梦见河边".encode()
DATA = WORDS * (2 * PIECE // len(WORDS) + 100)
"""A little more than two pieces."""
TOLD = '{"name":"Seeded Name.pdf"}'


@dataclass
class Place:
    """Two people, and what one of them sends."""

    here: House
    data: Database
    counsellor: UUID
    client: UUID
    head: ThreadHead

    def file(self, author: UUID | None = None, size: int = len(DATA), at: int = T0) -> File:
        """One that nobody knows yet."""
        whose = author or self.client
        return File(uuid4(), self.head.id, whose, Kind.FILE, size, 0, at, None, NAME)

    async def begun(self, file: File | None = None) -> File:
        """One of which nothing is here."""
        made = file or self.file()
        await self.here.files.begin(made, self.head)
        return made

    async def whole(self, data: bytes = DATA, at: int = T0, author: UUID | None = None) -> File:
        """One of which all is here."""
        file = await self.begun(self.file(author, len(data), at))
        for begin in range(0, len(data), PIECE):
            piece = data[begin : begin + PIECE]
            file = await self.here.files.add(file, self.head, begin, piece, at)
        return file

    async def sent(self, at: int = T0, author: UUID | None = None) -> File:
        """One that is a message."""
        file = await self.whole(at=at, author=author)
        ready = await self.here.files.put(file, self.head, TOLD, DATA[:PIECE], at)
        ident = file_ident(file.id)
        said = Written(self.head.id, file.author, None, ident, Kind.FILE, TOLD, at)
        await self.here.writer.write(said)
        return ready

    async def read(self, file: File, at: int = T0) -> bytes:
        """Its bytes."""
        return b"".join([piece async for piece in self.here.files.read(file, at)])

    async def rows(self, table: Table = FILE) -> int:
        """How many there are."""
        async with self.data.read() as reading:
            return int(await reading.scalar(select(func.count()).select_from(table)) or 0)

    async def found(self, file: File) -> File | None:
        """As it is now."""
        return await self.here.files.find(file.id, T0)


@pytest.fixture
async def place(data: Database, keys: Database) -> AsyncIterator[Place]:
    here = house(data, keys)
    clinic, counsellor, client = await pair(here)
    head = await here.threads.open(clinic, counsellor, client, counsellor, T0)
    yield Place(here, data, counsellor, client, head)
    await here.writer.stop()


async def test_it_comes_piece_by_piece_and_is_kept_anew(place: Place) -> None:
    begun = await place.begun()
    assert await place.found(begun) == begun
    whole = await place.whole()
    assert (whole.received, whole.ready_at) == (len(DATA), None)
    assert await place.found(whole) == whole
    assert await place.read(whole) == DATA
    assert await place.rows(FILE_PIECE) == 3
    ready = await place.here.files.put(whole, place.head, TOLD, WORDS, T0 + 5)
    assert ready == replace(
        whole, bytes=len(WORDS), received=len(WORDS), ready_at=T0 + 5, told=TOLD
    )
    assert await place.found(whole) == ready
    assert await place.read(ready) == WORDS
    assert await place.rows(FILE_PIECE) == 1


async def test_a_piece_said_again_or_after_a_gap_changes_nothing(place: Place) -> None:
    files, begun = place.here.files, await place.begun()
    first = await files.add(begun, place.head, 0, DATA[:PIECE], T0)
    for at, data in ((0, b"other"), (2 * PIECE, b"after a gap"), (PIECE, b"")):
        assert (await files.add(first, place.head, at, data, T0)).received == PIECE
    assert await refused(files.add(first, place.head, len(DATA), b"x", T0)) is Code.TOO_LARGE
    assert await place.rows(FILE_PIECE) == 1
    assert await place.read(first) == DATA[:PIECE]


async def test_one_piece_said_many_times_at_once_is_there_once(place: Place) -> None:
    begun = await place.begun()
    said = (place.here.files.add(begun, place.head, 0, DATA[:PIECE], T0) for _ in range(6))
    assert {each.received for each in await asyncio.gather(*said)} == {PIECE}
    assert await place.rows(FILE_PIECE) == 1


async def test_of_two_that_are_kept_at_once_one_counts_for_both(place: Place) -> None:
    whole, files = await place.whole(), place.here.files
    one, other = await asyncio.gather(
        files.put(whole, place.head, TOLD, WORDS, T0 + 1),
        files.put(whole, place.head, TOLD + " ", WORDS[::-1], T0 + 2),
    )
    assert one == other
    assert await place.read(one) == (WORDS if one.told == TOLD else WORDS[::-1])
    # Nor does a piece that is late change what it has become.
    assert await files.add(one, place.head, PIECE, DATA[:PIECE], T0) == one


async def test_said_twice_it_is_begun_once_and_an_id_is_of_who_had_it_first(place: Place) -> None:
    first = place.file()
    await asyncio.gather(*(place.here.files.begin(first, place.head) for _ in range(3)))
    await place.here.files.begin(replace(first, author=place.counsellor), place.head)
    assert await place.found(first) == first
    assert await place.rows() == 1


async def test_so_many_at_a_time_and_so_much_a_day(place: Place) -> None:
    for _ in range(MOST_COMING):
        await place.begun()
    assert await refused(place.begun()) is Code.BUSY
    await place.begun(place.file(place.counsellor))  # of each person
    await place.here.files.give_up(T0 + GIVEN_UP_MS)
    large = await place.begun(place.file(size=MOST_A_DAY - 1))
    assert await refused(place.begun(place.file(size=2))) is Code.RATE_LIMITED
    await place.begun(place.file(size=2, at=T0 + DAY_MS))
    assert await place.found(large) is not None


async def test_it_is_given_up_by_its_author_alone_and_only_before_it_was_sent(
    place: Place,
) -> None:
    whole, sent = await place.whole(), await place.sent()
    for ident, author in (
        (whole.id, place.counsellor), (uuid4(), place.client), (sent.id, place.client),
    ):  # fmt: skip
        await place.here.files.drop(ident, author)
    assert await place.rows() == 2
    await place.here.files.drop(whole.id, place.client)
    assert await place.found(whole) is None
    assert await place.rows(FILE_PIECE) == 1
    late = place.here.files.add(whole, place.head, 0, b"x", T0)
    assert await refused(late) is Code.NOT_FOUND
    late = place.here.files.put(whole, place.head, TOLD, WORDS, T0)
    assert await refused(late) is Code.NOT_FOUND


async def test_what_nobody_went_on_with_is_forgotten_and_what_was_sent_stays(place: Place) -> None:
    files = place.here.files
    whole, sent = await place.whole(), await place.sent()
    unsaid = await files.put(await place.whole(), place.head, TOLD, WORDS, T0 + 7)
    await files.give_up(T0 + GIVEN_UP_MS - 1)
    assert await place.rows() == 3
    await files.give_up(T0 + GIVEN_UP_MS)
    assert await place.found(whole) is None
    # All was ready, and its author did not come back to have it sent.
    assert await place.found(unsaid) is not None
    await files.give_up(T0 + GIVEN_UP_MS + 7)
    assert await place.found(unsaid) is None
    for later in (2 * DAY_MS, WEEK_MS):
        await files.give_up(T0 + later)
    assert await place.read(sent) == DATA[:PIECE]
    assert await place.rows(FILE_PIECE) == 1


async def test_nothing_of_it_can_be_read_in_the_database(place: Place, data: Database) -> None:
    whole, sent = await place.whole(), await place.sent()
    async with data.read() as reading:
        told = list((await reading.execute(select(FILE.c.told))).scalars())
        bodies = list((await reading.execute(select(FILE_PIECE.c.body))).scalars())
    assert (len(told), len(bodies)) == (2, 4)
    everything = b"".join(bytes(each) for each in (*told, *bodies))
    for plain in (WORDS, WORDS[:12], NAME.encode(), b"Seeded Name"):
        assert plain not in everything
    assert NAME not in repr(whole)
    assert "Seeded" not in repr(sent)


async def test_a_piece_opens_nowhere_but_in_its_place(place: Place, data: Database) -> None:
    whole = await place.whole(DATA[: 2 * PIECE])
    async with data.write() as changing:
        query = select(FILE_PIECE.c.body).order_by(FILE_PIECE.c.at)
        first, second = (await changing.execute(query)).scalars()
        for at, body in ((0, second), (PIECE, first)):
            await changing.execute(
                update(FILE_PIECE).where(FILE_PIECE.c.at == at).values(body=body)
            )
    with pytest.raises(SealError):
        await place.read(whole)
    # What came is not shown as what was found to be what can be sent.
    with pytest.raises(SealError):
        await place.read(replace(await place.whole(), ready_at=T0))


async def test_every_key_is_made_anew_while_it_comes(place: Place) -> None:
    files, begun = place.here.files, await place.begun()
    first = await files.add(begun, place.head, 0, DATA[:PIECE], T0)
    await place.here.keyring.rotate_all(T0)
    second = await files.add(first, place.head, PIECE, DATA[PIECE : 2 * PIECE], T0)
    assert await place.read(second) == DATA[: 2 * PIECE]
    assert await place.found(second) == second


async def test_its_bytes_go_with_its_message(place: Place) -> None:
    mine, theirs = await place.sent(), await place.sent(author=place.counsellor)
    threads, thread = place.here.threads, place.head.id
    assert await refused(threads.recall(thread, place.counsellor, 1, T0)) is Code.NOT_FOUND
    assert await place.found(mine) is not None
    await threads.recall(thread, place.client, 1, T0)
    assert await place.found(mine) is None
    with pytest.raises(SealError):
        await place.read(mine)
    assert await place.read(theirs) == DATA[:PIECE]
    assert await place.rows(FILE_PIECE) == 1


async def test_its_bytes_go_with_its_week_and_not_those_of_the_next_one(place: Place) -> None:
    old, newer = await place.sent(), await place.sent(at=T0 + WEEK_MS)
    now = clear_at(T0, KEEP_DAYS)
    here = place.here
    night = Night(
        here.journal, here.sessions, here.days, here.notes, here.threads, lambda: now / 1000
    )
    async with place.data.read() as reading:
        body = await reading.scalar(select(FILE_PIECE.c.body).where(FILE_PIECE.c.file == old.id))
    assert body is not None
    await night.look()
    assert await place.found(old) is None
    assert await place.read(newer, now) == DATA[:PIECE]
    assert (await place.rows(), await place.rows(FILE_PIECE)) == (1, 1)
    with pytest.raises(SealError):  # nor does a copy of the database open
        await here.keyring.open(bytes(body), f"file.piece:{old.id}:0", now)


async def test_who_is_forgotten_leaves_no_file(place: Place, data: Database) -> None:
    sent, _ = await place.sent(), await place.sent(author=place.counsellor)
    begun = await place.whole()
    async with data.read() as reading:
        bodies: list[Any] = list((await reading.execute(select(FILE_PIECE.c.body))).scalars())
    await place.here.erasure.erase(place.client, place.counsellor, T0)
    assert (await place.rows(), await place.rows(FILE_PIECE)) == (0, 0)
    for body in bodies:
        for context in (f"file.piece:{sent.id}:0", f"file.coming:{begun.id}:0"):
            with pytest.raises(SealError):
                await place.here.keyring.open(bytes(body), context, T0)
    assert await refused(place.begun()) is Code.NOT_ALLOWED
