"""Keys in a real database: made once, rotated, destroyed, and gone from its files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.master import LocalMaster, new_line, parse
from signaling.keys.sealing import Key, SealError, new_material
from signaling.storage.database import Database
from signaling.storage.key_store import SqlKeyStore

AT = 1_700_000_000_000
TENANT, CLIENT, SESSION = uuid4(), uuid4(), uuid4()
PLACE = "user.phone:1"


def ring(keys: Database, master: LocalMaster | None = None) -> Keyring:
    return Keyring(SqlKeyStore(keys), master or LocalMaster([Key(uuid4(), new_material())]))


async def client(ring: Keyring, subject: UUID = CLIENT) -> Key:
    return await ring.key(Kind.CLIENT, subject, TENANT, AT)


async def test_a_key_is_made_once_and_found_again(keys: Database) -> None:
    master = LocalMaster([Key(uuid4(), new_material())])
    sealed = (await client(ring(keys, master))).seal(b"13800138000", PLACE)
    again = ring(keys, master)
    assert await again.open(sealed, PLACE, AT) == b"13800138000"
    assert (await client(again)).id == (await client(ring(keys, master))).id


async def test_those_who_make_a_key_at_once_get_the_same(keys: Database) -> None:
    found = await asyncio.gather(*(client(ring(keys, MASTER)) for _ in range(8)))
    assert len({key.id for key in found}) == 1


async def test_another_master_key_opens_nothing(keys: Database) -> None:
    await client(ring(keys))
    with pytest.raises(SealError):
        await client(ring(keys))


async def test_a_destroyed_key_opens_nothing_and_takes_those_below_with_it(keys: Database) -> None:
    ours = ring(keys, MASTER)
    sealed = (await client(ours)).seal(b"a name", PLACE)
    below = (await ours.key(Kind.SESSION, SESSION, TENANT, AT)).seal(b"a place", PLACE)
    gone = await ours.destroy(Kind.TENANT, TENANT, AT)
    assert len(gone) == 3
    for each in (sealed, below):
        with pytest.raises(SealError):
            await ours.open(each, PLACE, AT)
        with pytest.raises(SealError):
            await ring(keys, MASTER).open(each, PLACE, AT)
    assert await ours.destroy(Kind.TENANT, TENANT, AT) == []


async def test_one_clients_erasure_leaves_the_others(keys: Database) -> None:
    ours, other = ring(keys, MASTER), uuid4()
    mine = (await client(ours)).seal(b"mine", PLACE)
    theirs = (await client(ours, other)).seal(b"theirs", PLACE)
    await ours.destroy(Kind.CLIENT, CLIENT, AT)
    with pytest.raises(SealError):
        await ours.open(mine, PLACE, AT)
    assert await ours.open(theirs, PLACE, AT) == b"theirs"


@pytest.mark.parametrize("kind", [Kind.TENANT, Kind.CLIENT])
async def test_a_rotated_key_seals_anew_and_opens_what_was(keys: Database, kind: Kind) -> None:
    ours = ring(keys, MASTER)
    before = await client(ours)
    sealed = before.seal(b"a name", PLACE)
    subject = TENANT if kind is Kind.TENANT else CLIENT
    made = await ours.rotate(kind, subject, TENANT, AT)
    for each in (ours, ring(keys, MASTER)):
        assert await each.open(sealed, PLACE, AT) == b"a name"
        assert (await each.key(kind, subject, TENANT, AT)).id == made.id
    # All that the old tenant key wrapped is wrapped by the new one: the old may go.
    store = SqlKeyStore(keys)
    old = [row for row in await store.of(kind, subject) if row.id != made.id]
    assert [row.retired_at for row in old] == [AT]
    assert await store.below(old[0].id) == []


async def test_every_key_is_replaced_and_all_that_was_sealed_opens(keys: Database) -> None:
    ours, other, clinic = ring(keys, MASTER), uuid4(), uuid4()
    sealed = [
        (await ours.key(kind, subject, tenant, AT)).seal(b"a name", PLACE)
        for kind, subject, tenant in (
            (Kind.TENANT, TENANT, TENANT), (Kind.CLIENT, CLIENT, TENANT),
            (Kind.INDEX, TENANT, TENANT), (Kind.SIGNING, other, other),
            (Kind.SESSION, other, clinic),
        )
    ]  # fmt: skip
    assert await ours.rotate_all(AT) == 6, "five, and the other clinic's own"
    fresh = ring(keys, MASTER)
    for each in sealed:
        assert await fresh.open(each, PLACE, AT) == b"a name"
        assert await ours.open(each, PLACE, AT) == b"a name"
    store = SqlKeyStore(keys)
    for row in await store.below(None):
        assert (row.retired_at is None) is ((await store.current(row.kind, row.subject)) == row)
        assert row.retired_at is None or await store.below(row.id) == []
    assert await ours.check(AT) == (12, 0)


async def test_a_new_master_key_takes_over_while_the_old_still_opens(keys: Database) -> None:
    old, new = new_line(), new_line()
    sealed = (await client(ring(keys, parse(old)))).seal(b"a name", PLACE)
    both = ring(keys, parse(new + old))
    assert await both.rewrap_all(AT) == 1
    assert await both.rewrap_all(AT) == 0
    assert await ring(keys, parse(new)).open(sealed, PLACE, AT) == b"a name"
    with pytest.raises(SealError):
        await ring(keys, parse(old)).open(sealed, PLACE, AT)


async def test_a_destroyed_key_is_in_no_file_of_the_database(
    keys: Database, tmp_path: Path
) -> None:
    ours = ring(keys, MASTER)
    await client(ours)
    row = await SqlKeyStore(keys).current(Kind.CLIENT, CLIENT)
    assert row is not None
    assert row.wrapped is not None
    if keys.dialect == "sqlite":
        assert row.wrapped in _files(tmp_path)
    await ours.destroy(Kind.CLIENT, CLIENT, AT)
    assert row.wrapped not in _files(tmp_path)


def _files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


MASTER = LocalMaster([Key(uuid4(), new_material())])
