"""Three people; one of them shows now one of the others large, now the other.

Each tap sends one picture up and the other down, at the router and at both senders.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest

from tests.support.browsers import DESK, Person, person
from tests.support.call import enter, sees_the_other
from tests.support.clinic import SETTINGS, Clinic
from tests.support.figures import Figures, median
from tests.support.gateway import gateway
from tests.support.pictures import (
    SMALL_CAMERA,
    longest_stall,
    looks,
    moment,
    sent,
    start_looking,
    until_looks,
)

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(400)]

TIMES = 6
LARGE, SMALL = 480, 240
PATIENCE_S = 30.0
STALL_S = 15.0
"""A frozen decoder stays so. On a machine that is not overrun no picture takes a second."""
SETTLE_S = 2.0


async def come(stack: AsyncExitStack, clinic: Clinic, session: str, name: str) -> Person:
    """Somebody enters the session under this name."""
    role = "counsellor" if name == "a" else "client"
    link = (await clinic.token(session, role, identity=name, name=name))["link"]
    someone = await stack.enter_async_context(person(viewport=DESK))
    await someone.page.add_init_script(SMALL_CAMERA)
    await enter(someone, link)
    return someone


async def test_layers_switch_both_ways(figures: Figures) -> None:
    up: list[float] = []
    down: list[float] = []
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(gateway(**SETTINGS))
        clinic = Clinic(running.url)
        session = await clinic.session()
        viewer, *others = [await come(stack, clinic, session, name) for name in "abc"]
        for someone in (viewer, *others):
            await sees_the_other(someone, 20)
        await start_looking(viewer)
        shown = {"b": others[0], "c": others[1]}
        began = await moment(viewer)
        # The first in the room is large at first: the first tap changes something.
        order = ["b", *(["c", "b"] * TIMES)][: TIMES + 1]
        await until_looks(viewer, "b", began, lambda look: look.width == LARGE, PATIENCE_S)
        for before, after in pairwise(order):
            await asyncio.sleep(SETTLE_S)
            since = await moment(viewer)
            await viewer.page.get_by_role("button", name=f"放大{after}的画面").click()
            grown = await until_looks(
                viewer, after, since, lambda look: look.width == LARGE, PATIENCE_S
            )
            shrunk = await until_looks(
                viewer, before, since, lambda look: look.width == SMALL, PATIENCE_S
            )
            up.append(grown.at - since)
            down.append(shrunk.at - since)
        await asyncio.sleep(SETTLE_S)
        seen = {name: await looks(viewer, name) for name in shown}
        large, small = shown[order[-1]], shown[order[-2]]
        # The third person shows both small.
        assert await sent(large) == (["s", "l"], ["s", "l"])
        assert await sent(small) == (["s"], ["s"])
        for each in seen.values():
            assert each[-1].frames > each[-20].frames
        assert not viewer.errors
    stalls = [longest_stall(each) for each in seen.values()]
    figures.table(
        "Three people, simulcast: a picture is shown large, and small again",
        [(f"tap to its first large picture, median of {TIMES}", f"{median(up):.2f} s", ""),
         ("the longest of them", f"{max(up):.2f} s", ""),
         (f"tap to its first small picture, median of {TIMES}", f"{median(down):.2f} s", ""),
         ("the longest of them", f"{max(down):.2f} s", ""),
         ("longest time without a new picture", f"{max(stalls):.2f} s", "no frozen decoder"),
         ("freezes counted by the browser, both pictures",
          str(sum(each[-1].freezes - each[0].freezes for each in seen.values())), "")],
    )  # fmt: skip
    assert max(stalls) < STALL_S
