"""Packets in their order, each once, and how long one is waited for."""

from __future__ import annotations

from collections.abc import Iterable

from media.rtp.sequence import CYCLE
from recording.samples.reorder import MOST, WAIT_S, Packet, Reorder, read
from tests.support.packets import rtp


def packet(arrived: float = 0.0) -> Packet:
    return Packet(0, marker=False, payload=b"x", arrived=arrived)


def run(numbers: Iterable[int], every: float = 0.0) -> tuple[Reorder, list[int]]:
    """Returns how many were missing before each that came out."""
    reorder, missing = Reorder(), []
    for at, number in enumerate(numbers):
        reorder.add(number % CYCLE, packet(at * every))
        missing += [lost for lost, _ in reorder.take()]
    return reorder, missing


def test_read_takes_the_wrapping_off() -> None:
    made = rtp(7, payload_type=96, timestamp=5, marker=True, payload=b"ab", padding=3, csrcs=2,
               elements={1: b"x"})  # fmt: skip
    assert read(made, 1.5) == (7, 96, Packet(5, True, b"ab", 1.5))
    assert read(rtp(7, payload=b"ab"), 1.5)[2] == Packet(0, False, b"ab", 1.5)


def test_in_order_comes_out_at_once_and_round() -> None:
    reorder, missing = run(range(65_000, 140_000))
    assert missing == [0] * 75_000
    assert reorder.late == 0


def test_late_and_twice() -> None:
    reorder, missing = run([5, 4, 5, 7, 7, 6])
    assert missing == [0, 0, 0]
    assert reorder.late == 3
    assert reorder.flush() == []


def test_each_hole_is_waited_for_from_when_it_was_known() -> None:
    reorder = Reorder()
    for number, at in ((0, 0.0), (2, 0.1), (4, 0.3)):
        reorder.add(number, packet(at))
    assert len(reorder.take()) == 1
    reorder.add(5, packet(0.1 + WAIT_S + 0.01))
    assert [lost for lost, _ in reorder.take()] == [1]
    reorder.add(6, packet(0.3 + WAIT_S + 0.01))
    assert [lost for lost, _ in reorder.take()] == [1, 0, 0]


def test_no_more_are_held_than_may_be() -> None:
    reorder, missing = run([0, *range(2, MOST + 3)])
    assert missing == [0, 1] + [0] * MOST
    assert reorder.flush() == []


def test_numbers_that_begin_anew_are_followed_at_the_second() -> None:
    numbers = [*range(20_000, 20_100), *range(5_000, 5_100)]
    reorder, missing = run(numbers, every=0.02)
    left = [lost for lost, _ in reorder.flush()]
    assert reorder.late == 1
    assert len(missing) + len(left) == 199
    assert sorted(missing)[-1] == 5_001 + CYCLE - 20_100


def test_straggler_changes_nothing() -> None:
    reorder, missing = run([*range(1000, 1100), 3, *range(1100, 1200), 9, *range(1200, 1300)])
    assert missing == [0] * 300
    assert reorder.late == 2


def test_gap_in_front_is_filled_by_another_way() -> None:
    reorder = Reorder()
    assert reorder.add(0, packet()) == CYCLE
    assert len(reorder.take()) == 1
    assert reorder.add(2, packet()) == CYCLE + 2
    assert not reorder.fill(CYCLE, packet())
    assert not reorder.fill(CYCLE + 2, packet())
    assert reorder.fill(CYCLE + 1, packet())
    assert [lost for lost, _ in reorder.take()] == [0, 0]
