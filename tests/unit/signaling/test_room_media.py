"""Whose endpoint is whose."""

from __future__ import annotations

import pytest

from media.channel import SlotFilled, SlotsFilled
from media.ids import EndpointId
from signaling.domain.errors import Code, Refusal
from signaling.limits import Rate
from signaling.room_media import RoomMedia


class Book:
    def __init__(self, burst: int = 10) -> None:
        self.closed: list[EndpointId] = []
        self.bound: set[EndpointId] = set()
        self.media = RoomMedia(Rate(0.001, burst), self.closed.append, self._bind)

    def _bind(self, endpoint: EndpointId, begins: bool) -> None:
        (self.bound.add if begins else self.bound.remove)(endpoint)

    def adopt(self, participant: str, fresh: bool = False) -> EndpointId:
        endpoint, _ = self.media.reserve(participant, fresh=fresh, now=0.0)
        self.media.adopt(endpoint)
        return endpoint


def test_later_offers_meet_the_same_endpoint() -> None:
    book = Book()
    first = book.adopt("p")
    assert book.media.reserve("p", fresh=False, now=0.0) == (first, False)
    assert book.adopt("p") == first
    assert book.closed == []


def test_fresh_endpoint_replaces_the_old_only_when_answered() -> None:
    book = Book()
    first = book.adopt("p")
    second, is_new = book.media.reserve("p", fresh=True, now=0.0)
    assert is_new
    assert book.media.current("p") is book.media.get(first)
    book.media.adopt(second)
    assert (book.closed, book.bound) == ([first], {second})
    third, _ = book.media.reserve("p", fresh=True, now=0.0)
    book.media.discard(third)
    book.media.discard(third)
    assert book.closed == [first, third]
    assert book.media.current("p") is book.media.get(second)


def test_lost_endpoint_is_not_closed_again() -> None:
    book = Book()
    first = book.adopt("p")
    assert book.media.lost(first) == "p"
    assert book.media.lost(first) is None
    assert (book.closed, book.bound) == ([], set())
    pending, _ = book.media.reserve("p", fresh=False, now=0.0)
    assert book.media.lost(pending) is None
    with pytest.raises(Refusal) as refused:
        book.media.adopt(pending)
    assert refused.value.code is Code.MEDIA_BUSY


def test_new_endpoints_have_a_budget_for_each_seat() -> None:
    book = Book(burst=1)
    book.adopt("p")
    with pytest.raises(Refusal) as refused:
        book.media.reserve("p", fresh=True, now=0.0)
    assert refused.value.code is Code.TOO_MANY_CONNECTIONS
    book.adopt("q")


def test_forgetting_ends_what_is_pending_too() -> None:
    book = Book()
    mine = book.adopt("p")
    pending, _ = book.media.reserve("p", fresh=True, now=0.0)
    other = book.adopt("q")
    book.media.forget("p")
    assert (set(book.closed), book.bound) == ({mine, pending}, {other})
    book.media.forget_all()
    assert book.bound == set()


def test_slots_show_people() -> None:
    book = Book()
    mine = book.adopt("p")
    unknown = EndpointId("unknown")
    filled = SlotsFilled(
        mine,
        (SlotFilled("0", "1", mine), SlotFilled("2", None, unknown), SlotFilled("3", "4", None)),
    )
    shown = book.media.slots(filled).slots
    assert [(s.audio_mid, s.video_mid, s.participant) for s in shown] == [
        ("0", "1", "p"), ("2", None, None), ("3", "4", None),
    ]  # fmt: skip
