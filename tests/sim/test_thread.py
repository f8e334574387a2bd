"""Messages over bad lines, killed gateways, copied storages: each once, in order, by 300 seeds."""

from __future__ import annotations

import pytest

from tests.sim.thread import Browser, World

MESSAGES = 200
SEEDS = 300
EACH = 20
"""Seeds a test, so that several processes share them."""


def write_meanwhile(world: World, writers: list[Browser], name: str, count: int) -> list[str]:
    """Have each write so many numbered messages while things happen; returns what was written."""
    written = []
    left = {id(writer): list(range(1, count + 1)) for writer in writers}
    while any(left.values()):
        writer = world.random.choice([each for each in writers if left[id(each)]])
        body = f"{writer.person} {name} {writers.index(writer)} {left[id(writer)].pop(0)}"
        world.write(writer, body)
        written.append(body)
        for _ in range(world.random.randrange(6)):
            world.step()
    return written


def bodies(browser: Browser) -> list[str | None]:
    return [browser.seen[number].body for number in sorted(browser.seen)]


@pytest.mark.parametrize("first", range(0, SEEDS, EACH))
def test_each_is_there_once_and_in_order_whatever_befalls_them(first: int) -> None:
    for seed in range(first, first + EACH):
        world = World(seed)
        befalls = [world.reconnect] * 3 + [world.close]
        written: list[str] = []
        writers = list(world.browsers)
        for part, befall in enumerate(befalls):
            written += write_meanwhile(world, writers, str(part), MESSAGES // len(befalls))
            befall(world.random.choice(world.browsers))
            if part == 1:
                world.kill()
        world.settle()
        stored = [message.body for message in world.thread.since(0)]
        assert sorted(stored) == sorted(written)
        for person in ("client", "li"):
            mine = [body for body in written if body.startswith(person)]
            assert [body for body in stored if str(body).startswith(person)] == mine
        for browser in world.browsers:
            assert sorted(browser.seen) == list(range(1, 2 * MESSAGES + 1))
            assert bodies(browser) == stored


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
