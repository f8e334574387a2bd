"""The media plane under load, beside Janus and a plain echo (`make bench-plane`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager

import pytest

from tests.bench.plane.load import Load, Outcome
from tests.bench.plane.peers import Line
from tests.bench.plane.systems import OTHER_CORE, System, echo, ours, peer_janus
from tests.support.figures import Figures, median, percentile
from tests.support.namespace import own_network

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]
ROUNDS, WARM_S, SECONDS = 3, 3.0, 8.0


@pytest.fixture
def host() -> Iterator[str]:
    """A network of our own, and the load on a core of its own."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {OTHER_CORE})
    with own_network() as address:
        yield address
    os.sched_setaffinity(0, before)


class Measured:
    """One system's figures over the rounds."""

    def __init__(self) -> None:
        self.packet_us: list[float] = []
        self.core: list[float] = []
        self.outcomes: list[Outcome] = []
        self.endpoint_kib: list[float] = []

    @property
    def delays(self) -> list[float]:
        return [each for outcome in self.outcomes for each in outcome.delays_ms]


async def measure(
    context: AbstractAsyncContextManager[System], rooms: int, people: int, into: Measured
) -> None:
    """Fill the rooms, warm up, and measure one window."""
    async with context as system:
        empty = system.memory_bytes()
        lines: list[Line] = []
        for number in range(rooms):
            lines += await system.fill(number, people)
        load = Load(lines)
        load.run(WARM_S)
        before = system.cpu_s()
        outcome = load.run(SECONDS)
        used = system.cpu_s() - before
        into.packet_us.append(used / max(1, outcome.received) * 1e6)
        into.core.append(used / outcome.seconds * 100)
        into.outcomes.append(outcome)
        into.endpoint_kib.append((system.memory_bytes() - empty) / len(lines) / 1024)
        load.close()
        for line in lines:
            await line.close()


async def test_cost_of_a_forwarded_packet(figures: Figures, host: str):
    """50 rooms of two; systems alternated, medians."""
    systems = {
        "pure": lambda: ours(host, native=False),
        "compiled": lambda: ours(host, native=True),
        "janus": lambda: peer_janus(host),
        "echo": lambda: echo(host),
    }
    found = {name: Measured() for name in systems}
    for _ in range(ROUNDS):
        for name, make in systems.items():
            await measure(make(), 50, 2, found[name])
            await asyncio.sleep(0.5)
    cost = {name: median(each.packet_us) for name, each in found.items()}
    rows = [
        (
            f"CPU a forwarded packet: {name}",
            f"{cost[name]:.1f} us ({median(each.core):.0f} % of a core)",
            f"<= 0.5 x Janus {0.5 * cost['janus']:.1f} and <= 4 x echo {4 * cost['echo']:.1f}"
            if name in {"pure", "compiled"} else "(beside it)",
        )
        for name, each in found.items()
    ]  # fmt: skip
    for name in ("pure", "compiled", "janus", "echo"):
        delays = found[name].delays
        rows.append((
            f"voice delay: {name}",
            f"p50 {percentile(delays, 0.5):.2f} ms, p99 {percentile(delays, 0.99):.2f} ms",
            "p50 1 ms, p99 5 ms" if name in {"pure", "compiled"} else "(beside it)",
        ))  # fmt: skip
    rows.append(
        ("memory an endpoint", f"{median(found['compiled'].endpoint_kib):.0f} KiB", "1024 KiB")
    )
    late = [each for one in found["compiled"].outcomes for each in one.late_ms]
    own = median([100 * o.own_cpu_s / o.seconds for o in found["compiled"].outcomes])
    rows.append(
        (
            "the load itself",
            f"{own:.0f} % of its core, late p99 {percentile(late, 0.99):.2f} ms",
            "-",
        )
    )
    figures.table("The media plane: 50 rooms 1:1, about 20,000 packets/s, 1 % loss, RTX", rows)
    for name in ("pure", "compiled", "janus"):
        assert min(o.received for o in found[name].outcomes) > 0.8 * 50 * 400 * SECONDS


async def test_cost_of_fan_out(figures: Figures, host: str):
    """The same copies a second from rooms of two, of four and of six."""
    rows = []
    copies: list[float] = []
    for people, rooms in ((2, 30), (4, 5), (6, 2)):
        found = Measured()
        for _ in range(ROUNDS):
            await measure(ours(host, native=True), rooms, people, found)
        copies.append(median(found.packet_us))
        rows.append((f"1 to {people - 1}", f"{copies[-1]:.1f} us a copy", "falls"))
    figures.table("Cost of a forwarded copy by the size of the room, compiled", rows)
    assert copies
