"""Delay the gateway adds to voice at 50 rooms, quiet and while people join (`make bench-plane`)."""

from __future__ import annotations

import asyncio

import pytest

from tests.bench.plane.processes import Child
from tests.bench.plane.rounds import (
    ROOMS,
    ROUNDS,
    WINDOW_S,
    Measured,
    believable,
    filled,
    in_network,
)
from tests.bench.plane.systems import OTHER_CORE, ours
from tests.support.figures import Figures, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
P50_MS, P99_MS, JOINING_P99_MS = 1.0, 5.0, 10.0
JOINS_A_SECOND = 5
AHEAD_S = 1.5
"""Joins begin before the window and end after it."""


def test_delay_of_voice(figures: Figures, fifty: dict[str, Measured]) -> None:
    """Each system of the cost's own rounds; the echo's figure is what kernel and load add."""
    rows = []
    for name, each in fifty.items():
        bar = "(beside it)"
        if name.startswith("ours"):
            bar = f"p50 <= 1 ms: {held(each.p50_ms, P50_MS)}; p99 <= 5 ms: "
            bar += held(each.p99_ms, P99_MS)
        rows.append((name, each.delay(), bar))
    figures.table("Delay of voice at 50 rooms 1:1", rows)
    assert all(window.outcome.delays > 1000 for each in fifty.values() for window in each.windows)


def test_delay_of_voice_while_people_join(figures: Figures, fifty: dict[str, Measured]) -> None:
    """Real joins: negotiated, shaken hands, channels opened, gone after a second."""
    measured, came = in_network(_measure)
    windows = measured.windows
    worst = max(each.outcome.delay_max_ms for each in windows)
    bar = f"p99 <= 10 ms: {held(measured.p99_ms, JOINING_P99_MS)}"
    rows = [
        ("ours, compiled", f"{measured.delay()}, worst {worst:.1f} ms", bar),
        ("nobody joins", fifty["ours, compiled"].delay(), "(beside it)"),
        ("the echo, nobody joins", fifty["plain UDP echo in C"].delay(), "(kernel and load)"),
        ("joins in the windows", f"{came['joined']} in, {came['failed']} failed", "none fails"),
    ]
    figures.table(
        f"Delay of voice at 50 rooms 1:1, {JOINS_A_SECOND} joins a second", rows,
        [
            "Those who join are a process of their own on the load's core, behind the load, which "
            "runs before all else there: their side of a handshake costs the gateway no time.",
            believable(windows),
        ],
    )  # fmt: skip
    assert came["joined"] > 0.9 * (came["joined"] + came["failed"])
    assert all(window.outcome.delays > 1000 for window in windows)


async def _measure(host: str) -> tuple[Measured, dict[str, int]]:
    measured, came = Measured([]), {"joined": 0, "failed": 0}
    async with filled(lambda: ours(host, native=True), ROOMS) as there:
        joins = Child("tests.bench.plane.joins", OTHER_CORE, there.system.handlers)
        async with joins:
            for _ in range(ROUNDS):
                seconds = WINDOW_S + 2 * AHEAD_S
                joining = asyncio.create_task(
                    joins.call("join", host=host, rate=JOINS_A_SECOND, seconds=seconds)
                )
                measured.windows.append(await there.window(warm_s=AHEAD_S))
                for what, many in (await joining).items():
                    came[what] += many
    return measured, came
