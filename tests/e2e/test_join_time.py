"""How long it takes from the tap to the other person's face, again and again."""

from __future__ import annotations

import pytest

from tests.support.browsers import Person, person
from tests.support.call import enter, first_frame_ms, has_linked
from tests.support.clinic import Clinic
from tests.support.figures import Figures, percentile
from tests.support.gateway import Gateway

ROUNDS, JOINS_A_ROUND = 4, 5
"""A session a round: one seat may open only so many connections a minute."""


@pytest.mark.line
async def test_click_to_first_frame(running: Gateway, figures: Figures):
    """As often each way: one is there, the other taps and waits for the face; then they swap."""
    waits: dict[str, list[float]] = {"client": [], "counsellor": []}
    async with person() as counsellor, person() as client:
        people = {"client": client, "counsellor": counsellor}
        for turn in range(ROUNDS):
            order = ("client", "counsellor") if turn % 2 == 0 else ("counsellor", "client")
            clinic = Clinic(running.url)
            links = await clinic.links(await clinic.session())
            for _ in range(JOINS_A_ROUND):
                waits[order[0]].append(await join(links, people, *order))
    both = waits["client"] + waits["counsellor"]
    figures.table(
        f"Tap to first remote frame over {len(both)} joins on loopback",
        [
            (
                who,
                f"p50 {percentile(each, 0.5):.0f} ms, p95 {percentile(each, 0.95):.0f} ms",
                "p50 1000 ms, p95 2000 ms",
            )
            for who, each in [*waits.items(), ("both", both)]
        ],
    )
    assert len(both) == ROUNDS * JOINS_A_ROUND


async def join(links: dict[str, str], people: dict[str, Person], late: str, early: str) -> float:
    """One is in the room; the other comes. What the other waited, in ms."""
    await enter(people[early], links[early])
    await people[early].page.get_by_test_id("trust-chip").wait_for()
    await has_linked(people[early])
    await enter(people[late], links[late])
    waited = await first_frame_ms(people[late])
    for someone in people.values():
        await someone.page.evaluate("() => sessionStorage.clear()")
        await someone.page.goto("about:blank")
    return waited
