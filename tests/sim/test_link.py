"""The simulated link does what it says: the other simulations stand on it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.support.clock import VirtualClock
from tests.support.link import Conditions, Link

pytestmark = pytest.mark.sim


def carry(conditions: Conditions, count: int, *, every_s: float = 0.01) -> list[tuple[float, int]]:
    """Send ``count`` numbered packets; return (arrival, number)."""
    link = Link(conditions, 1)
    clock = VirtualClock(0.0)
    arrived: list[tuple[float, int]] = []

    def note(now: float) -> None:
        arrived.extend((now, int.from_bytes(packet[:4], "big")) for packet, _ in link.drain())

    for number in range(count):
        clock.run_until(number * every_s, [link], note)
        link.send(number.to_bytes(4, "big") + bytes(996), clock.now)
    clock.run_until(count * every_s + 60, [link], note)
    return arrived


def test_delays_and_keeps_order() -> None:
    arrived = carry(Conditions(delay_s=0.05), 100)
    assert [number for _, number in arrived] == list(range(100))
    assert all(at == pytest.approx(number * 0.01 + 0.05) for at, number in arrived)


def test_jitter_reorders() -> None:
    numbers = [number for _, number in carry(Conditions(jitter_s=0.05), 200)]
    assert sorted(numbers) == list(range(200))
    assert numbers != sorted(numbers)


def test_loses_about_what_it_should() -> None:
    assert 0.03 < 1 - len(carry(Conditions(loss=0.05), 3000)) / 3000 < 0.07


def test_loses_in_bursts() -> None:
    numbers = [n for _, n in carry(Conditions(burst_enter=0.01, burst_leave=0.2), 5000)]
    gaps = [b - a - 1 for a, b in pairwise(numbers) if b != a + 1]
    assert 0.02 < 1 - len(numbers) / 5000 < 0.09
    assert sum(gaps) / len(gaps) > 2.5


def test_a_rate_delays_and_a_full_queue_drops() -> None:
    # 100 packets a second of 8000 bits through 400 kbit/s: half of them, 25 waiting at most
    arrived = carry(Conditions(delay_s=0.0, rate_bps=400_000, queue_bytes=25_000), 400)
    assert 200 <= len(arrived) <= 230
    assert max(at - number * 0.01 for at, number in arrived) == pytest.approx(0.5, abs=0.03)


def test_the_same_seed_is_the_same_network() -> None:
    conditions = Conditions(loss=0.1, jitter_s=0.05)
    assert carry(conditions, 200) == carry(conditions, 200)
