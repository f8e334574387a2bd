from __future__ import annotations

from media.forwarding.slots import SlotTable
from media.ids import EndpointId

A, B, C, D = (EndpointId(name) for name in "abcd")


def table(count: int, *others: EndpointId) -> SlotTable:
    slots = SlotTable(count)
    for other in others:
        slots.add(other)
    return slots


def test_the_first_free_slot_is_taken_first() -> None:
    assert table(3, A, B).held == (A, B, None)


def test_a_freed_slot_is_filled_and_nobody_moves() -> None:
    slots = table(3, A, B)
    assert slots.remove(A)
    assert slots.held == (None, B, None)
    assert slots.add(C)
    assert slots.held == (C, B, None)


def test_who_finds_none_waits_in_order() -> None:
    slots = table(1, A, B, C)
    assert slots.held == (A,)
    assert slots.remove(A)
    assert slots.held == (B,)


def test_who_waits_can_leave() -> None:
    slots = table(1, A, B, C)
    assert not slots.remove(B)
    slots.remove(A)
    assert slots.held == (C,)


def test_strangers_and_repeats_change_nothing() -> None:
    slots = table(2, A)
    assert not slots.add(A)
    assert not slots.remove(D)
    assert slots.held == (A, None)


def test_resizing_keeps_who_fits() -> None:
    slots = table(2, A, B, C)
    slots.resize(3)
    assert slots.held == (A, B, C)
    slots.resize(1)
    assert slots.held == (A,)
    slots.resize(2)
    assert slots.held == (A, B)
