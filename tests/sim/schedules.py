"""One random schedule of two people who write to each other; what became of it, by its seed."""

from __future__ import annotations

from typing import Final

from tests.sim.thread import Browser, World

MESSAGES: Final = 200
"""Each way."""


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
    """What somebody's page shows."""
    return [browser.seen[number].body for number in sorted(browser.seen)]


def run_schedule(seed: int) -> list[str]:
    """Two hundred each way, three connections torn, a page closed, a gateway killed.

    Returns what is wrong afterwards: nothing.
    """
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
    stored = [str(message.body) for message in world.thread.since(0)]
    wrong = [] if sorted(stored) == sorted(written) else ["lost or doubled"]
    for person in ("client", "li"):
        mine = [body for body in written if body.startswith(person)]
        if [body for body in stored if body.startswith(person)] != mine:
            wrong.append(f"{person}'s order")
    for browser in world.browsers:
        if sorted(browser.seen) != list(range(1, 2 * MESSAGES + 1)) or bodies(browser) != stored:
            wrong.append(f"what {browser.person} reads")
    return wrong
