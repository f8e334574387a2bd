"""What a forwarded copy costs by the size of the room (`make bench-plane`)."""

from __future__ import annotations

import itertools

import pytest

from tests.bench.plane.rounds import Measured, alternate, believable, check_throughput, in_network
from tests.bench.plane.systems import ours
from tests.support.figures import Figures, Row, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
SIZES = ((2, 30), (3, 10), (4, 5), (6, 2))
"""(people, rooms): the same copies a second each."""
COPIES_A_SECOND, SECONDS = 12_000, 5.0


def test_cost_of_a_copy_falls_with_the_room(figures: Figures) -> None:
    """1 to 1, 2, 3 and 5 at the same number of copies a second."""
    found = in_network(_measure)
    cost = {people: each.median(lambda w: w.packet_us) for people, each in found.items()}
    rows: list[Row] = []
    for before, people in itertools.pairwise((0, *cost)):
        bar = "(where it begins)"
        if before:
            bar = f"below 1 to {before - 1}: {held(cost[people], cost[before])}"
        told = f"{cost[people]:.1f} us a copy ({found[people].median(lambda w: w.core):.0f} %)"
        rows.append((f"1 to {people - 1}", told, bar))
    windows = [window for each in found.values() for window in each.windows]
    figures.table(
        "Cost of a forwarded copy, 12,000 copies/s, compiled", rows, [believable(windows)]
    )
    check_throughput(windows, COPIES_A_SECOND)


async def _measure(host: str) -> dict[int, Measured]:
    found = await alternate(
        {
            str(people): ((lambda: ours(host, native=True)), rooms, people)
            for people, rooms in SIZES
        },
        SECONDS,
    )
    return {int(name): measured for name, measured in found.items()}
