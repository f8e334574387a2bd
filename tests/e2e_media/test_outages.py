"""A client's network that is gone for a while: how soon the voice is back, and what was written.

Everything to and from the client is dropped, signaling and media alike. Nobody taps anything: the
same page, the same devices, the same connection object.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e_media import watch
from tests.e2e_media.test_networks import call, settle
from tests.support.browsers import Person, chromium
from tests.support.call import enter, reads, show_text, stats, write
from tests.support.figures import Figures
from tests.support.namespace import FarNetwork, filtered, own_network

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(400)]
OUTAGES_S = [float(each) for each in os.environ.get("OUTAGES", "5,25,84").split(",")]
BAR_S = 3.0


async def rows(someone: Person, text: str) -> int:
    """How often a line stands in the room's text."""
    found = someone.page.get_by_test_id("text-list").get_by_text(text, exact=True)
    return await found.count()


async def voice_is_back(people: tuple[Person, ...], since: list[float]) -> list[float]:
    """For each, how long the voice of the other took; waits for it as long as it is worth it."""
    for _ in range(60):
        taken = [await watch.voice_after(each, at) for each, at in zip(people, since, strict=True)]
        if max(taken) < 60:
            break
        await asyncio.sleep(0.5)
    return taken


@asynccontextmanager
async def call_over(far: FarNetwork) -> AsyncIterator[tuple[Person, Person]]:
    """The counsellor beside the gateway and the client beyond one cable, in a call that flows."""
    far.open(chromium())
    try:
        far.unplug_second()
        async with call(far, web="10.77.1.1", media="10.77.1.1") as (running, counsellor, client):
            await enter(client, running.links["client"])
            people = (counsellor, client)
            await settle(*people)
            for each in people:
                await watch.start(each)
                await show_text(each)
            yield people
    finally:
        far.close()


async def test_a_network_that_comes_back(figures: Figures, tmp_path: Path) -> None:
    figures_rows = []
    with own_network():
        far = FarNetwork(tmp_path)
        async with call_over(far) as people:
            counsellor, client = people
            for outage_s in OUTAGES_S:
                peers = [(await stats(each))["peers"] for each in people]
                name = f"{outage_s:g}"
                with filtered("{way} near1"):
                    await asyncio.sleep(outage_s / 2)
                    await write(client, f"client's after {name}")
                    await write(counsellor, f"counsellor's after {name}")
                    await asyncio.sleep(outage_s / 2)
                    since = [await watch.moment(each) for each in people]
                taken = await voice_is_back(people, since)
                await reads(counsellor, f"client's after {name}")
                await reads(client, f"counsellor's after {name}")
                await asyncio.sleep(5)
                for someone in people:
                    assert await rows(someone, f"client's after {name}") == 1
                    assert await rows(someone, f"counsellor's after {name}") == 1
                made = [
                    (await stats(each))["peers"] - n for each, n in zip(people, peers, strict=True)
                ]
                figures_rows.append(
                    (
                        f"network gone for {name} s: voice back after its return",
                        f"{taken[1]:.2f} s at the client's, {taken[0]:.2f} s at the counsellor's; "
                        f"{sum(made)} new connections",
                        f"<= {BAR_S:g} s",
                    )
                )
            assert not client.errors
    figures.table("The client's network is gone for a while", figures_rows)
