"""How many rooms of two one core carries (`make bench-plane`)."""

from __future__ import annotations

import pytest

from tests.bench.plane.rounds import (
    ROUNDS,
    Measured,
    believable,
    filled,
    in_network,
    is_load_fit,
)
from tests.bench.plane.systems import ours
from tests.support.figures import Figures, Row, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
FIRST, STEP, LAST = 60, 10, 120
CORE, P99_MS = 70.0, 5.0
SECONDS = 5.0


def test_rooms_a_core_carries(figures: Figures) -> None:
    """From 60 rooms up, until the core is 70 % used, voice waits too long, or the load fails."""
    steps = in_network(_measure)
    rows: list[Row] = []
    best = 0
    for rooms, measured in steps:
        core = measured.median(lambda w: w.core)
        good = core < CORE and measured.p99_ms <= P99_MS
        best = rooms if good else best
        told = f"{core:.0f} % of the core, voice {measured.delay()}"
        bar = "(what breaks)" if not good else "(still holds)"
        if rooms == FIRST:
            bar = f"< 70 %: {held(core, CORE)}; p99 <= 5 ms: {held(measured.p99_ms, P99_MS)}"
        rows.append((f"{rooms} rooms, {rooms * 400:,} packets/s", told, bar))
    verdict = "held" if best >= FIRST else "MISSED"
    rows.append(("the last that holds", f"{best or 'none'} rooms", f">= 60 rooms: {verdict}"))
    windows = [window for _, measured in steps for window in measured.windows]
    figures.table("Rooms of two that one core carries, compiled", rows, [believable(windows)])
    assert steps


async def _measure(host: str) -> list[tuple[int, Measured]]:
    steps: list[tuple[int, Measured]] = []
    async with filled(lambda: ours(host, native=True), FIRST) as there:
        while True:
            measured = Measured([await there.window(SECONDS)])
            for _ in range(ROUNDS - 1):
                measured.windows.append(await there.window(SECONDS, warm_s=0))
            if steps and not all(map(is_load_fit, measured.windows)):
                return steps  # more than the load can do says nothing about the gateway
            steps.append((there.rooms, measured))
            spent = measured.median(lambda w: w.core) >= CORE or measured.p99_ms > P99_MS
            if spent or there.rooms >= LAST:
                return steps
            await there.fill(STEP)
