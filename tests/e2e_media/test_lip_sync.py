"""Do lips and voice stay together when the line loses packets for minutes?

``LIP_SYNC_S`` shortens the five minutes for development.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from tests.e2e_media import lips
from tests.e2e_media.test_networks import call
from tests.support.browsers import Person, chromium
from tests.support.call import open_page, sees_the_other
from tests.support.figures import Figures, median, percentile
from tests.support.namespace import FarNetwork, filtered, own_network

LASTS_S = float(os.environ.get("LIP_SYNC_S", "300"))
LAST_S = min(60.0, LASTS_S / 2)
CALIBRATES_S = 20.0
FEWEST = 0.5
"""Beeps come once a second; so many of them must have been met by a flash."""

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(int(LASTS_S) + 300)]


async def test_lips_and_voice_stay_together_at_two_percent_loss(
    figures: Figures, tmp_path: Path
) -> None:
    rows: list[tuple[str, str, str]] = []
    with own_network():
        far = FarNetwork(tmp_path)
        far.open(chromium())
        far.unplug_second()
        try:
            async with call(far, web="10.77.1.1", media="10.77.1.1", enters=False) as (
                running,
                counsellor,
                client,
            ):
                people = {"counsellor": counsellor, "client": client}
                for role, someone in people.items():
                    await someone.page.add_init_script(lips.SOURCE)
                    await open_page(someone, running.links[role])
                alone = [await lips.instrument(each, CALIBRATES_S) for each in people.values()]
                for someone in people.values():
                    await come_in(someone)
                for someone in people.values():
                    await sees_the_other(someone, 20)
                    await lips.watch(someone)
                # nftables writes two percent as twenty of a thousand.
                with filtered("{way} near1 numgen random mod 1000 < 20"):
                    await asyncio.sleep(LASTS_S - LAST_S)
                    found = await lips.both(counsellor, client, LAST_S)
                for role, calm, lossy in zip(people, alone, found, strict=True):
                    rows += table(role, calm, lossy)
                    assert len(lossy.seen) >= FEWEST * LAST_S, "flashes or beeps were missed"
                    assert len(calm.seen) >= FEWEST * CALIBRATES_S
                    assert lossy.told
        finally:
            far.close()
    figures.table(
        f"Picture after sound, the last {LAST_S:.0f} s of {LASTS_S:.0f} s at 2 % loss each way",
        rows,
    )


async def come_in(someone: Person) -> None:
    """From an open page into the call, with voice and picture."""
    await someone.page.get_by_test_id("come-in").click()
    await someone.page.get_by_test_id("arrive-video").click()


def table(role: str, alone: lips.Skews, found: lips.Skews) -> list[tuple[str, str, str]]:
    """What one person's page has measured."""
    offset = median(alone.seen)
    own = [skew - offset for skew in found.seen]
    return [
        (f"{role}: flash after beep, median", f"{median(own):+.0f} ms", "+-45 ms"),
        (f"{role}: distance, p95", distance(own), ""),
        (f"{role}: picture and voice on their way, medians", way(found), ""),
        (f"{role}: the measure's own offset, no call between", f"{offset:+.0f} ms", "taken off"),
        (f"{role}: its spread, p95", distance([skew - offset for skew in alone.seen]), ""),
        (f"{role}: the browser's own, median", f"{median(found.told):+.0f} ms", "+-45 ms"),
        (f"{role}: the browser's own, distance p95", distance(found.told), ""),
    ]


def way(found: lips.Skews) -> str:
    """From the canvas to the other screen, and from one sound graph to the other."""
    return f"{median(found.picture):.0f}, {median(found.voice):.0f} ms"


def distance(skews: list[float]) -> str:
    """How far from each other the two are nearly always at most, either way."""
    return f"{percentile([abs(each) for each in skews], 0.95):.0f} ms"
