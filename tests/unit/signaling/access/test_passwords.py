from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from signaling.access import passwords
from signaling.access.passwords import LEAST_CHARS, Passwords, check_new
from signaling.domain.errors import Code, Refusal

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
async def some() -> AsyncIterator[Passwords]:
    made = Passwords(QUICK)
    yield made
    made.close()


async def test_a_password_is_kept_as_argon2id_and_known_again(some: Passwords) -> None:
    kept = await some.keep("a long enough one")
    assert kept.startswith("$argon2id$")
    assert await some.same(kept, "a long enough one")
    assert not await some.same(kept, "a long enough two")


async def test_nobody_has_no_password(some: Passwords) -> None:
    assert not await some.same(None, "anything at all")
    assert not await some.same("not a hash", "anything at all")


async def test_too_many_at_once_are_told_to_come_again(
    some: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    asked = [some.keep("a long enough one") for _ in range(5)]
    came = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in came if isinstance(each, Refusal)]
    assert [each.code for each in refused] == [Code.BUSY] * 2
    assert await some.keep("a long enough one")


def test_the_library_s_own_settings_are_those_of_the_rfc() -> None:
    made = PasswordHasher()
    assert (made.time_cost, made.memory_cost) >= (3, 64 * 1024)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "a" * (LEAST_CHARS - 1),
        "aaaaaaaaaaaaaaaa",
        "x" * 300,
        "my name is Marianne",
        "marianne.weber",
        "Weber, Marianne!",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_new(password, "marianne", "marianne.weber")
    assert refused.value.code is Code.PASSWORD_WEAK


@pytest.mark.parametrize("password", ["正确的马电池订书钉好长的一句话", "correct horse battery"])
def test_a_sentence_is_a_password(password: str) -> None:
    check_new(password, "Marianne Weber", "marianne.weber", "")
