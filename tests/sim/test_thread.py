"""Messages over bad lines, killed gateways, copied storages: each once, in order, by 300 seeds."""

from __future__ import annotations

import pytest

from tests.sim.schedules import bodies, run_schedule, write_meanwhile
from tests.sim.thread import World

SEEDS = 300
EACH = 20
"""Seeds a test, so that several processes share them."""


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_each_is_there_once_and_in_order_whatever_befalls_them(first: int) -> None:
    assert {seed: run_schedule(seed) for seed in range(first, first + EACH)} == {
        seed: [] for seed in range(first, first + EACH)
    }


@pytest.mark.parametrize("seed", range(30))
def test_two_browsers_with_a_copy_of_one_storage_lose_nothing(seed: int) -> None:
    world = World(seed)
    first, li = world.browsers
    written = write_meanwhile(world, [first, li], "before", 20)
    other = world.copy(first)
    written += write_meanwhile(world, [first, other, li], "after", 20)
    world.settle()
    stored = [message.body for message in world.thread.since(0)]
    assert sorted(stored) == sorted(written)
    for browser in world.browsers:
        assert bodies(browser) == stored
