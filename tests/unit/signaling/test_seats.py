"""Seat tokens: rotation, replacement, and their end."""

from __future__ import annotations

import pytest

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.seats import OUTSTANDING, Holder, SeatBook

NOW = 1000.0


def holder(identity: str = "a", jti: str = "j", session: str = "s") -> Holder:
    return Holder(session, identity, Role.CLIENT, "name", jti, NOW + 100)


def code_of(book: SeatBook, token: str, wall: float = NOW) -> Code:
    with pytest.raises(Refusal) as refused:
        book.look(token, wall)
    with pytest.raises(Refusal):
        book.use(token, wall)
    return refused.value.code


def test_looking_changes_nothing() -> None:
    book = SeatBook()
    token = book.open(holder(), NOW)
    assert book.look(token, NOW) == book.look(token, NOW) == holder()
    assert len(book) == 1


def test_previous_token_lives_until_the_next_is_used() -> None:
    book = SeatBook()
    first = book.open(holder(), NOW)
    second = book.use(first, NOW)
    third = book.use(first, NOW)  # the answer with the second was lost
    assert book.look(first, NOW).session
    book.use(third, NOW)
    assert code_of(book, first) is Code.SEAT_REPLACED
    assert code_of(book, second) is Code.SEAT_REPLACED
    assert book.look(third, NOW).session


def test_long_history_is_forgotten_but_never_the_one_in_use() -> None:
    book = SeatBook()
    first = book.open(holder(), NOW)
    used = book.use(first, NOW)
    book.use(used, NOW)
    later = [book.use(used, NOW) for _ in range(3 * OUTSTANDING)]
    assert book.look(used, NOW).session
    assert book.look(later[-1], NOW).session
    assert code_of(book, first) is Code.SEAT_INVALID


def test_tokens_are_not_kept() -> None:
    book = SeatBook()
    token = book.open(holder(), NOW)
    assert token not in repr(vars(book))
    assert len(token) == 43
    assert "name" not in repr(holder())


def test_unknown_and_expired_tokens_are_invalid() -> None:
    book = SeatBook()
    token = book.open(holder(), NOW)
    assert code_of(book, "x" * 43) is Code.SEAT_INVALID
    assert code_of(book, "\ud800") is Code.SEAT_INVALID
    assert code_of(book, token, NOW + 100) is Code.SEAT_INVALID


def test_revoked_join_token_ends_its_seats() -> None:
    book = SeatBook()
    mine, other = book.open(holder("a", "j1"), NOW), book.open(holder("b", "j2"), NOW)
    following = book.use(mine, NOW)
    assert book.end_token("j1") == [holder("a", "j1")]
    assert code_of(book, mine) is Code.SEAT_INVALID
    assert code_of(book, following) is Code.SEAT_INVALID
    assert book.look(other, NOW).session
    assert book.end_token("j1") == []


def test_ended_session_ends_its_seats() -> None:
    book = SeatBook()
    mine = book.open(holder(session="s1"), NOW)
    other = book.open(holder(session="s2"), NOW)
    book.end_session("s1")
    assert code_of(book, mine) is Code.SEAT_INVALID
    assert book.look(other, NOW).session
    book.end("s1", "nobody")
    assert len(book) == 1


def test_seats_are_bounded_and_expired_ones_make_room() -> None:
    book = SeatBook(max_seats=1)
    book.open(holder("a"), NOW)
    with pytest.raises(Refusal) as refused:
        book.open(holder("b"), NOW)
    assert refused.value.code is Code.BUSY
    assert book.open(holder("a"), NOW)
    assert book.open(Holder("s", "b", Role.CLIENT, "n", "j", NOW + 500), NOW + 100)
