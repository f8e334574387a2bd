"""Letting people in and out, over a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from uuid import UUID, uuid4

import pyotp
import pytest

from signaling.access import bearer
from signaling.access.patience import FREE_TRIES, PIN_TRIES
from signaling.accounts import IDLE_MS, STAFF_MS
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position
from signaling.storage.audit_store import pages
from signaling.storage.database import Database
from tests.integration.storage.house import T0, House, house

PASSWORD = "a quiet room by the sea"
STEP_MS = 30_000


@pytest.fixture
async def here(data: Database, keys: Database) -> House:
    return house(data, keys)


async def staff(here: House) -> tuple[UUID, UUID, str]:
    """(clinic, person, secret of their codes) of somebody who chose a password."""
    clinic = await here.clinic()
    person = await here.staff(clinic)
    await here.stores.standing.give_position(person, Position.COUNSELLOR, None, T0)
    token = await here.accounts.invite(person, None, None, T0)
    secret = await here.accounts.choose_password(token, PASSWORD, T0)
    assert here.gone.pop() == person  # whoever was in by the password before is out
    return clinic, person, secret


def code(secret: str, at: int) -> str:
    return pyotp.TOTP(secret).at(at // 1000)


async def refused(asked: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as raised:
        await asked
    return raised.value.code


async def test_staff_come_in_by_password_and_code(here: House) -> None:
    clinic, person, secret = await staff(here)
    token = await here.accounts.sign_in(clinic, "li@example.org", PASSWORD, code(secret, T0), T0)
    actor = await here.accounts.actor(token, T0 + 1)
    assert (actor.person, actor.clinic, actor.locked) == (person, clinic, False)
    assert actor.positions == {Position.COUNSELLOR}
    assert await refused(here.accounts.actor(token, T0 + STAFF_MS)) is Code.SIGNED_OUT
    assert await refused(here.accounts.actor(bearer.new(), T0)) is Code.SIGNED_OUT


async def test_whatever_is_wrong_is_one_refusal(here: House) -> None:
    clinic, _, secret = await staff(here)
    right = ("li@example.org", PASSWORD, code(secret, T0))
    wrong = [
        (uuid4(), *right),
        (clinic, "lo@example.org", *right[1:]),
        (clinic, right[0], "a quiet room by the lake", right[2]),
        (clinic, *right[:2], "000000"),
        (clinic, *right[:2], ""),
    ]
    for each in wrong:
        assert await refused(here.accounts.sign_in(*each, T0)) is Code.SIGN_IN_REFUSED


async def test_a_code_is_good_once(here: House) -> None:
    clinic, _, secret = await staff(here)
    given = (clinic, "li@example.org", PASSWORD)
    assert await here.accounts.sign_in(*given, code(secret, T0), T0)
    again = here.accounts.sign_in(*given, code(secret, T0), T0 + 1)
    assert await refused(again) is Code.SIGN_IN_REFUSED
    later = T0 + STEP_MS
    assert await here.accounts.sign_in(*given, code(secret, later), later)


async def test_a_door_that_was_guessed_at_is_closed_for_a_while(
    here: House, data: Database
) -> None:
    clinic, _, secret = await staff(here)
    for _ in range(FREE_TRIES):
        await refused(here.accounts.sign_in(clinic, "li@example.org", "wrong one, guessed", "", T0))
    given = (clinic, "li@example.org", PASSWORD)
    early = here.accounts.sign_in(*given, code(secret, T0), T0 + 1)
    assert await refused(early) is Code.SIGN_IN_REFUSED
    later = T0 + 2 * STEP_MS
    assert await here.accounts.sign_in(*given, code(secret, later), later)
    actions = [(row.action, row.result) async for page in pages(data, clinic) for row in page]
    assert actions.count(("sign_in", "refused")) == FREE_TRIES
    assert actions.count(("sign_in", "done")) == 1


async def test_who_was_idle_is_locked_until_the_password_comes_again(here: House) -> None:
    clinic, person, secret = await staff(here)
    token = await here.accounts.sign_in(clinic, "li@example.org", PASSWORD, code(secret, T0), T0)
    idle = T0 + IDLE_MS + 1
    here.in_session.add(person)
    assert not (await here.accounts.actor(token, idle)).locked
    here.in_session.clear()
    idle += IDLE_MS + 1
    assert (await here.accounts.actor(token, idle)).locked
    wrong = here.accounts.unlock(token, "a quiet room by the lake", idle)
    assert await refused(wrong) is Code.SIGN_IN_REFUSED
    assert (await here.accounts.actor(token, idle)).locked
    await here.accounts.unlock(token, PASSWORD, idle)
    assert not (await here.accounts.actor(token, idle)).locked


async def test_staff_s_invitation_is_used_once_and_by_staff(here: House) -> None:
    clinic = await here.clinic()
    person, client = await here.staff(clinic), await here.client(clinic)
    token = await here.accounts.invite(person, None, None, T0)
    weak = here.accounts.choose_password(token, "li wei li wei", T0)
    assert await refused(weak) is Code.PASSWORD_WEAK
    await here.accounts.choose_password(token, PASSWORD, T0)
    for wrong in (token, await here.accounts.invite(client, None, None, T0), bearer.new()):
        again = here.accounts.choose_password(wrong, PASSWORD, T0)
        assert await refused(again) is Code.INVITATION_INVALID
    opened = here.accounts.open_link(
        await here.accounts.invite(person, None, None, T0), "", T0, take_over=False
    )
    assert await refused(opened) is Code.INVITATION_INVALID


async def test_a_client_s_second_device_asks_the_first_to_hand_over(here: House) -> None:
    client = await here.client(await here.clinic())
    link = await here.accounts.invite(client, None, None, T0)
    first = await here.accounts.open_link(link, "", T0, take_over=False)
    assert (await here.accounts.actor(first, T0)).positions == {Position.CLIENT}
    second = here.accounts.open_link(link, "", T0, take_over=False)
    assert await refused(second) is Code.OPEN_ELSEWHERE
    assert here.gone == []
    held = await here.accounts.open_link(link, "", T0, take_over=True)
    assert (await here.accounts.actor(held, T0)).person == client
    assert await refused(here.accounts.actor(first, T0)) is Code.SIGNED_OUT
    assert here.gone == [client]


async def test_a_pin_can_be_guessed_a_few_times_only(here: House) -> None:
    client = await here.client(await here.clinic())
    link = await here.accounts.invite(client, "482913", None, T0)
    assert await refused(here.accounts.open_link(link, "", T0, take_over=False)) is Code.PIN_NEEDED
    for number in range(PIN_TRIES):
        guess = here.accounts.open_link(link, f"{number:06}", T0, take_over=False)
        assert await refused(guess) is Code.PIN_NEEDED
    right = here.accounts.open_link(link, "482913", T0, take_over=False)
    assert await refused(right) is Code.INVITATION_INVALID
    link = await here.accounts.invite(client, "482913", None, T0)
    assert await here.accounts.open_link(link, "482913", T0, take_over=False)


@pytest.mark.parametrize("pin", ["", "48291", "4829133", "48291a", "４８２９１３"])
async def test_a_pin_is_six_digits(here: House, pin: str) -> None:
    client = await here.client(await here.clinic())
    assert await refused(here.accounts.invite(client, pin, None, T0)) is Code.MALFORMED


async def test_guesses_at_once_are_no_more_than_guesses_in_a_row(here: House) -> None:
    client = await here.client(await here.clinic())
    link = await here.accounts.invite(client, "482913", None, T0)
    guesses = [f"{number:06}" for number in range(2 * PIN_TRIES)]
    came = await asyncio.gather(
        *(here.accounts.open_link(link, guess, T0, take_over=False) for guess in guesses),
        return_exceptions=True,
    )
    judged = [each for each in came if isinstance(each, Refusal) and each.code is Code.PIN_NEEDED]
    assert len(judged) == PIN_TRIES
    clinic, _, secret = await staff(here)
    given = (clinic, "li@example.org")
    await asyncio.gather(
        *(here.accounts.sign_in(*given, f"guessed number {n}", "", T0) for n in range(12)),
        return_exceptions=True,
    )
    right = here.accounts.sign_in(*given, PASSWORD, code(secret, T0), T0)
    assert await refused(right) is Code.SIGN_IN_REFUSED


async def test_who_knows_the_password_is_not_shut_out_by_a_few_slips(here: House) -> None:
    clinic, _, secret = await staff(here)
    for day in range(3):
        at = T0 + day * 10 * STEP_MS
        for _ in range(FREE_TRIES - 1):
            await refused(here.accounts.sign_in(clinic, "li@example.org", "a slip", "", at))
        given = (clinic, "li@example.org", PASSWORD, code(secret, at), at)
        assert await here.accounts.sign_in(*given)


async def test_a_new_link_ends_the_old_one(here: House) -> None:
    client = await here.client(await here.clinic())
    old, new = [await here.accounts.invite(client, None, None, T0) for _ in range(2)]
    assert await refused(here.accounts.open_link(old, "", T0, take_over=False)) is (
        Code.INVITATION_INVALID
    )
    assert await here.accounts.open_link(new, "", T0, take_over=False)


async def test_whose_access_ends_is_out_of_everything_at_once(here: House) -> None:
    clinic, person, secret = await staff(here)
    token = await here.accounts.sign_in(clinic, "li@example.org", PASSWORD, code(secret, T0), T0)
    await here.accounts.end(person, person, T0 + 1)
    assert here.gone == [person]
    assert await refused(here.accounts.actor(token, T0 + 1)) is Code.SIGNED_OUT
    later = T0 + STEP_MS
    given = (clinic, "li@example.org", PASSWORD, code(secret, later), later)
    assert await refused(here.accounts.sign_in(*given)) is Code.SIGN_IN_REFUSED
    assert await here.stores.standing.positions(person, later) == set()
    assert await refused(here.accounts.invite(person, None, None, later)) is Code.NOT_FOUND


async def test_a_browser_that_goes_is_out(here: House) -> None:
    client = await here.client(await here.clinic())
    link = await here.accounts.invite(client, None, None, T0)
    held = await here.accounts.open_link(link, "", T0, take_over=False)
    for _ in range(2):
        await here.accounts.sign_out(held, T0 + 1)
    assert await refused(here.accounts.actor(held, T0 + 1)) is Code.SIGNED_OUT
    assert await here.accounts.open_link(link, "", T0 + 2, take_over=False)


async def test_staff_who_sign_out_of_one_browser_stay_where_the_other_is(here: House) -> None:
    clinic, person, secret = await staff(here)
    given = (clinic, "li@example.org", PASSWORD)
    times = (T0, T0 + STEP_MS)
    first, second = [await here.accounts.sign_in(*given, code(secret, at), at) for at in times]
    await here.accounts.sign_out(first, times[1])
    assert here.gone == []
    await here.accounts.sign_out(second, times[1])
    assert here.gone == [person]


async def test_programs_come_by_their_key_until_it_ends(here: House) -> None:
    clinic, other = await here.clinic(), await here.clinic("Hill Clinic")
    secret = bearer.new()
    key = await here.stores.api_keys.add(clinic, bearer.digest(secret), None, T0)
    actor = await here.accounts.program(secret)
    assert (actor.person, actor.clinic, actor.positions) == (key, clinic, {Position.BACK_END})
    assert await here.stores.api_keys.of(clinic) == [(key, T0)]
    assert not await here.stores.api_keys.end(other, key, None, T0)
    assert await here.stores.api_keys.end(clinic, key, None, T0)
    assert await refused(here.accounts.program(secret)) is Code.KEY_INVALID
    assert await refused(here.accounts.program(bearer.new())) is Code.KEY_INVALID
