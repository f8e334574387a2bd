"""What one session of two real browsers costs the gateway, beside the same session in silence."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.browsers import Person, person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.figures import Figures, median
from tests.support.gateway import Gateway, gateway

RUNS, SECONDS = 3, 15


@pytest.mark.bench
async def test_cost_of_a_480p_session(figures: Figures):
    """CPU of the gateway's process, by the kernel's accounting, in percent of one core."""
    both, silent = [], []
    sizes = set()
    for _ in range(RUNS):
        async with gateway() as running, person() as counsellor, person() as client:
            await enter(counsellor, running.links["counsellor"], "arrive-text")
            await enter(client, running.links["client"], "arrive-text")
            await client.page.get_by_test_id("trust-chip").wait_for()
            silent.append(await share_of_a_core(running))
            for someone in (counsellor, client):
                await someone.page.get_by_test_id("mic").click()
                await someone.page.get_by_test_id("camera").click()
            for someone in (counsellor, client):
                await sees_the_other(someone, 30)
                await hears_the_other(someone, 50)
                sizes.add(await size(someone))
            both.append(await share_of_a_core(running))
    figures.table(
        f"Gateway CPU for one 1:1 session, medians of {RUNS} runs of {SECONDS} s ({sizes})",
        [
            ("sound and picture both ways", f"{median(both):.2f} % of a core", "5 %"),
            ("the same two pages, nothing on", f"{median(silent):.2f} % of a core", "(floor)"),
        ],
    )
    assert min(both) > 0


async def share_of_a_core(running: Gateway) -> float:
    before = running.cpu_seconds()
    await asyncio.sleep(SECONDS)
    return 100 * (running.cpu_seconds() - before) / SECONDS


async def size(someone: Person) -> str:
    """The size of the picture that arrives."""
    answer: str = await someone.page.get_by_test_id("remote-video").evaluate(
        "(video) => `${video.videoWidth}x${video.videoHeight}`"
    )
    return answer
