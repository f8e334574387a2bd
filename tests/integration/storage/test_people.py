"""Clinics, people and how they stand, in a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import text

from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Bond, Position
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from tests.integration.storage.house import T0, House, house


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def told(data: Database, clinic: UUID) -> list[str]:
    return [row.action async for page in pages(data, clinic) for row in page]


async def test_who_somebody_is_comes_back_and_is_told_of(here: House, data: Database) -> None:
    clinic = await here.clinic()
    client = await here.client(clinic)
    assert (await here.stores.people.details(client, T0)).alias == "Moon"
    assert (await here.stores.people.clinic(clinic, T0)) == ("Harbour Clinic", ClinicSettings())
    assert await here.stores.people.clinics(T0) == [(clinic, "Harbour Clinic")]
    people = here.stores.people
    await people.change_details(
        client, lambda known: structs.replace(known, alias="Sun"), client, T0 + 1
    )
    assert (await people.details(client, T0)).alias == "Sun"
    assert await told(data, clinic) == ["clinic.add", "person.add", "person.set_details"]
    head, fault = await here.journal.verify(clinic, T0)
    assert (head.seq, fault) == (3, None)


async def test_of_two_who_say_something_at_once_neither_is_lost(here: House) -> None:
    clinic = await here.clinic()
    client = await here.client(clinic)
    people = here.stores.people
    await asyncio.gather(
        people.change_details(
            client, lambda known: structs.replace(known, alias="Sun"), client, T0
        ),
        people.change_details(client, lambda known: structs.replace(known, minor=True), clinic, T0),
        people.change_details(
            client, lambda known: structs.replace(known, phone="12345"), client, T0
        ),
    )
    known = await people.details(client, T0)
    assert (known.alias, known.minor, known.phone) == ("Sun", True, "12345")


async def test_staff_are_found_by_their_address_however_it_is_written(here: House) -> None:
    clinic, other = await here.clinic(), await here.clinic("Hill Clinic")
    staff = await here.staff(clinic)
    find = here.stores.people.find_by_email
    found = await find(clinic, " LI@Example.org", T0)
    assert found is not None
    assert found.id == staff
    assert await find(clinic, "l@example.org", T0) is None
    assert await find(other, "li@example.org", T0) is None
    with pytest.raises(Refusal) as refused:
        await here.staff(clinic, "LI@example.org")
    assert refused.value.code is Code.TAKEN
    assert await here.staff(other)  # another clinic's is another person


async def test_what_is_not_there_is_not_found(here: House) -> None:
    people = here.stores.people
    for asked in (people.person(uuid4()), people.details(uuid4(), T0), people.clinic(uuid4(), T0)):
        with pytest.raises(Refusal) as refused:
            await asked
        assert refused.value.code is Code.NOT_FOUND
    with pytest.raises(Refusal) as refused:
        await people.add_person(uuid4(), PersonKind.STAFF, Details("Li Wei"), None, T0)
    assert refused.value.code is Code.NOT_FOUND


async def test_positions_begin_and_end_and_both_are_told_of(here: House, data: Database) -> None:
    clinic = await here.clinic()
    staff = await here.staff(clinic)
    standing = here.stores.standing
    for _ in range(2):
        await standing.give_position(staff, Position.COUNSELLOR, None, T0)
    await standing.give_position(staff, Position.ADMIN, None, T0)
    assert await standing.positions(staff, T0) == {Position.COUNSELLOR, Position.ADMIN}
    await standing.take_position(staff, Position.ADMIN, staff, T0 + 5)
    assert await standing.positions(staff, T0 + 4) == {Position.COUNSELLOR, Position.ADMIN}
    assert await standing.positions(staff, T0 + 5) == {Position.COUNSELLOR}
    actions = await told(data, clinic)
    assert actions[2:] == ["right.give", "right.give", "right.take"]


async def test_a_bond_is_between_a_counsellor_and_a_client_of_one_clinic(here: House) -> None:
    clinic, other = await here.clinic(), await here.clinic("Hill Clinic")
    counsellor, client, stranger = (
        await here.staff(clinic), await here.client(clinic), await here.client(other)
    )  # fmt: skip
    standing = here.stores.standing
    await standing.bind(counsellor, client, counsellor, T0)
    assert await standing.bonds(counsellor, client, T0) == {Bond.OWN, Bond.CLINIC}
    assert await standing.bonds(client, counsellor, T0) == {Bond.CLINIC}
    assert await standing.bonds(client, client, T0) == {Bond.SELF, Bond.CLINIC}
    assert await standing.bonds(counsellor, stranger, T0) == set()
    assert await standing.bonds(counsellor, uuid4(), T0) == set()
    assert await standing.clients_of(counsellor, T0) == [client]
    for wrong in ((counsellor, stranger), (client, counsellor), (client, client)):
        with pytest.raises(Refusal) as refused:
            await standing.bind(*wrong, counsellor, T0)
        assert refused.value.code is Code.NOT_ALLOWED
    await standing.part(counsellor, client, counsellor, T0 + 5)
    assert await standing.bonds(counsellor, client, T0 + 5) == {Bond.CLINIC}
    assert await standing.clients_of(counsellor, T0 + 5) == []


async def test_a_changed_row_and_a_forged_one_are_found(here: House, data: Database) -> None:
    clinic = await here.clinic()
    for _ in range(3):
        await here.client(clinic)
    async with data.write() as changing:
        await changing.execute(text("UPDATE audit_event SET action = 'person.see' WHERE seq = 2"))
    found = (await here.journal.verify(clinic, T0))[1]
    assert found is not None
    assert (found.fault.value, found.seq) == ("changed", 2)


async def test_a_row_of_nobody_s_key_is_forged(here: House, data: Database) -> None:
    clinic = await here.clinic()
    rows = [row async for page in pages(data, clinic) for row in page]
    assert await here.journal.said(rows[0], T0) == {}
    with pytest.raises(SealError):
        await here.journal.said(replace(rows[0], action="other"), T0)
    async with data.write() as changing:
        await changing.execute(text("UPDATE audit_event SET payload = x'00'")
                               if data.dialect == "sqlite"
                               else text("UPDATE audit_event SET payload = '\\x00'"))  # fmt: skip
    assert (await here.journal.verify(clinic, T0))[1] is not None


async def test_the_audit_goes_on_when_its_key_is_rotated(here: House) -> None:
    clinic = await here.clinic()
    await here.client(clinic)
    await here.keyring.rotate(Kind.AUDIT, clinic, clinic, T0)
    await here.client(clinic)
    head, fault = await here.journal.verify(clinic, T0)
    assert (head.seq, fault) == (3, None)
