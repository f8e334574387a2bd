"""Seat tokens: rotation, replacement, and their end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Door, Role
from signaling.seals import Seals
from signaling.seats import OUTSTANDING, Holder, SeatBook

NOW = 1000.0
KEYS = {"k": "a signing key of thirty-two bytes"}


def holder(identity: str = "a", jti: str = "j", session: str = "s") -> Holder:
    return Holder(session, identity, Role.CLIENT, "name", jti, NOW + 100)


def gateway(started: float = NOW - 1, max_seats: int = 20_000, **keys: str) -> SeatBook:
    return SeatBook(Seals(keys or KEYS), started, max_seats)


def code_of(book: SeatBook, token: str, wall: float = NOW) -> Code:
    with pytest.raises(Refusal) as refused:
        book.look(token, wall)
    with pytest.raises(Refusal):
        book.use(token, wall)
    return refused.value.code


def test_looking_changes_nothing() -> None:
    book = gateway()
    token = book.open(holder(), NOW)
    assert book.look(token, NOW) == book.look(token, NOW) == holder()
    assert len(book) == 1


def test_previous_token_lives_until_the_next_is_used() -> None:
    book = gateway()
    first = book.open(holder(), NOW)
    second = book.use(first, NOW)
    third = book.use(first, NOW)  # the answer with the second was lost
    assert book.look(first, NOW).session
    book.use(third, NOW)
    assert code_of(book, first) is Code.SEAT_REPLACED
    assert code_of(book, second) is Code.SEAT_REPLACED
    assert book.look(third, NOW).session


def test_long_history_is_forgotten_but_never_the_one_in_use() -> None:
    book = gateway()
    first = book.open(holder(), NOW)
    used = book.use(first, NOW)
    book.use(used, NOW)
    later = [book.use(used, NOW) for _ in range(3 * OUTSTANDING)]
    assert book.look(used, NOW).session
    assert book.look(later[-1], NOW).session
    assert code_of(book, first) is Code.SEAT_INVALID


def test_tokens_are_not_kept() -> None:
    book = gateway()
    token = book.open(holder(), NOW)
    assert token not in repr(vars(book))
    assert len(token) < 1024
    assert "name" not in token
    assert "name" not in repr(holder())


def test_unknown_and_expired_tokens_are_invalid() -> None:
    book = gateway()
    token = book.open(holder(), NOW)
    assert code_of(book, "x" * 43) is Code.SEAT_INVALID
    assert code_of(book, "\ud800") is Code.SEAT_INVALID
    assert code_of(book, token, NOW + 100) is Code.SEAT_INVALID


def test_revoked_join_token_ends_its_seats() -> None:
    book = gateway()
    mine, other = book.open(holder("a", "j1"), NOW), book.open(holder("b", "j2"), NOW)
    following = book.use(mine, NOW)
    assert book.end_token("j1") == [holder("a", "j1")]
    assert code_of(book, mine) is Code.SEAT_INVALID
    assert code_of(book, following) is Code.SEAT_INVALID
    assert book.look(other, NOW).session
    assert book.end_token("j1") == []


def test_ended_session_ends_its_seats() -> None:
    book = gateway()
    mine = book.open(holder(session="s1"), NOW)
    other = book.open(holder(session="s2"), NOW)
    book.end_session("s1")
    assert code_of(book, mine) is Code.SEAT_INVALID
    assert book.look(other, NOW).session
    book.end("s1", "nobody")
    assert len(book) == 1


def test_seats_are_bounded_and_expired_ones_make_room() -> None:
    book = gateway(max_seats=1)
    book.open(holder("a"), NOW)
    with pytest.raises(Refusal) as refused:
        book.open(holder("b"), NOW)
    assert refused.value.code is Code.BUSY
    assert book.open(holder("a"), NOW)
    assert book.open(Holder("s", "b", Role.CLIENT, "n", "j", NOW + 500), NOW + 100)


def test_a_restarted_gateway_knows_the_seats_of_the_one_before_it() -> None:
    before, after = gateway(), gateway(started=NOW + 10)
    first = before.open(holder(), NOW)
    second = before.use(first, NOW + 1)
    third = before.use(second, NOW + 2)
    assert after.look(third, NOW + 11) == holder()
    fourth = after.use(third, NOW + 11)
    assert code_of(after, first, NOW + 12) is Code.SEAT_REPLACED
    assert after.look(third, NOW + 12), "the answer with the fourth may have been lost"
    after.use(fourth, NOW + 12)
    assert code_of(after, third, NOW + 12) is Code.SEAT_REPLACED
    assert len(after) == 1


def test_who_waits_at_a_door_waits_there_after_a_restart() -> None:
    waiting = replace(holder(), door=Door.CLOSED)
    token = gateway().open(waiting, NOW)
    assert gateway(NOW + 1).look(token, NOW + 1).door is Door.CLOSED


def test_a_seat_that_ended_after_a_restart_stays_ended() -> None:
    before, after = gateway(), gateway(started=NOW + 10)
    first = before.open(holder(), NOW)
    second = before.use(first, NOW + 1)
    following = after.use(second, NOW + 11)
    after.end("s", "a")
    for token in (first, second, following):
        assert code_of(after, token, NOW + 12) is Code.SEAT_INVALID
    fresh = after.open(holder(), NOW + 13)
    assert after.look(fresh, NOW + 13) == holder()


def test_no_token_of_this_gateway_is_known_by_its_seal_alone() -> None:
    book = gateway()
    token = book.open(holder(), NOW)
    book.end("s", "a")
    twin = gateway()
    assert code_of(book, token) is Code.SEAT_INVALID
    assert code_of(twin, token) is Code.SEAT_INVALID


def test_a_seal_of_other_keys_or_a_changed_one_opens_nothing() -> None:
    token = gateway().open(holder(), NOW)
    after = gateway(started=NOW + 10)
    assert code_of(gateway(started=NOW + 10, other="o" * 32), token) is Code.SEAT_INVALID
    for place in [*range(0, len(token), 7), len(token) - 1]:
        changed = "A" if token[place] != "A" else "B"
        assert code_of(after, token[:place] + changed + token[place + 1 :]) is Code.SEAT_INVALID
    assert code_of(after, token, NOW + 100) is Code.SEAT_INVALID
    newer = gateway(NOW + 10, 20_000, new="n" * 32, k=KEYS["k"])
    assert newer.look(token, NOW + 11) == holder()


def test_the_longest_name_still_fits_into_a_token() -> None:
    long = Holder("s" * 64, "名" * 128, Role.COUNSELLOR, "名" * 64, "j" * 64, NOW + 100)
    assert len(gateway().open(long, NOW)) <= 2048
