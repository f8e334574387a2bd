"""One round of a bench: a system started, filled, warmed up, and measured in windows."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.bench.plane.outcome import Outcome
from tests.bench.plane.processes import Child
from tests.bench.plane.systems import CORE, OTHER_CORE, System, busy_s
from tests.support.figures import median
from tests.support.namespace import own_network

ROOMS = 50
"""Of two, in the tests that compare."""
ROUNDS, WARM_S, WINDOW_S = 3, 2.0, 6.0
PACKETS_A_PERSON = 200
"""A second, each way in a room of two."""
LATE_MS, OWN_CORE, OTHERS = 2.0, 85.0, 10.0
"""What the load may be late by (p99) and may use of its core, and what others may use of the
system's, for a run to be believed. Its lateness says whether its core is enough for it."""
AGAIN = 4
CARRIED = 0.8
SATURATED = 97.0
"""Percent of its core from which on a system does what the core can, and not what is asked."""
CROWD = "tests.bench.plane.crowd"
Start = Callable[[], AbstractAsyncContextManager[System]]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Window:
    """What was measured in one window."""

    outcome: Outcome
    cpu_s: float
    others: float
    """What else used the system's core, in percent of it."""
    endpoint_kib: float

    @property
    def packet_us(self) -> float:
        """CPU time a forwarded packet."""
        return self.cpu_s / max(1, self.outcome.received) * 1e6

    @property
    def core(self) -> float:
        """Percent of a core."""
        return self.cpu_s / self.outcome.seconds * 100

    def carried(self, packets_a_second: float) -> float:
        """The share of so many packets that came through."""
        return self.outcome.received / self.outcome.seconds / packets_a_second


@dataclass
class Filled:
    """A system with people in it."""

    system: System
    crowd: Child
    empty_bytes: int
    rooms: int = 0
    people: int = 0
    ciphers: tuple[str, ...] = ()
    numbered: bool = False
    """Whether all who receive were promised transport-wide numbers."""

    async def fill(self, rooms: int, people: int = 2) -> None:
        """Fill so many more rooms."""
        system = self.system
        told = await self.crowd.call(
            "fill", system=system.kind, host=system.host, port=system.port,
            first=self.rooms, rooms=rooms, people=people,
        )  # fmt: skip
        self.rooms += rooms
        self.people += rooms * people
        self.ciphers = tuple(told["ciphers"])
        self.numbered = told["numbered"] == told["receivers"]

    async def window(self, seconds: float = WINDOW_S, warm_s: float = WARM_S) -> Window:
        """Warm up, and measure; again where others were at work or the load was late."""
        for _ in range(AGAIN):
            found = await self._window(seconds, warm_s)
            if found.others <= OTHERS and is_load_fit(found):
                break
        return found

    async def _window(self, seconds: float, warm_s: float) -> Window:
        if warm_s:
            await self.crowd.call("run", seconds=warm_s)
        used, busy = self.system.cpu_s(), busy_s(CORE)
        outcome = Outcome(**await self.crowd.call("run", seconds=seconds))
        used, busy = self.system.cpu_s() - used, busy_s(CORE) - busy
        grown = self.system.memory_bytes() - self.empty_bytes
        others = max(0.0, busy - used) / outcome.seconds * 100
        assert outcome.forged == 0, "what was forwarded does not authenticate"
        return Window(outcome, used, others, grown / self.people / 1024)


@contextlib.asynccontextmanager
async def filled(start: Start, rooms: int, people: int = 2) -> AsyncIterator[Filled]:
    """Start a system and a crowd, and put the crowd into rooms."""
    async with start() as system:
        empty = system.memory_bytes()
        async with Child(CROWD, OTHER_CORE, system.handlers) as crowd:
            there = Filled(system, crowd, empty)
            await there.fill(rooms, people)
            yield there


@dataclass
class Measured:
    """One system's windows over the rounds."""

    windows: list[Window]
    ciphers: tuple[str, ...] = ()
    numbered: bool = False

    def median(self, of: Callable[[Window], float]) -> float:
        """The median of a figure over the windows."""
        return median([of(each) for each in self.windows])

    def delay(self) -> str:
        """Voice's delay, as a table says it."""
        p50 = self.median(lambda w: w.outcome.delay_p50_ms)
        return f"p50 {p50:.2f} ms, p99 {self.p99_ms:.2f} ms"

    @property
    def p50_ms(self) -> float:
        """Voice's median delay."""
        return self.median(lambda w: w.outcome.delay_p50_ms)

    @property
    def p99_ms(self) -> float:
        """The delay one voice packet in a hundred exceeds."""
        return self.median(lambda w: w.outcome.delay_p99_ms)

    @property
    def others(self) -> float:
        """The most that others used of the system's core in any window."""
        return max(each.others for each in self.windows)


async def alternate(
    starts: dict[str, tuple[Start, int, int]], seconds: float = WINDOW_S
) -> dict[str, Measured]:
    """Measure each (start, rooms, people) once a round, one after the other."""
    found = {name: Measured([]) for name in starts}
    for _ in range(ROUNDS):
        for name, (start, rooms, people) in starts.items():
            async with filled(start, rooms, people) as there:
                found[name].windows.append(await there.window(seconds))
                found[name].ciphers, found[name].numbered = there.ciphers, there.numbered
    return found


def in_network(measure: Callable[[str], Coroutine[Any, Any, _T]]) -> _T:
    """Measure in a network of our own, with this process out of the system's way."""
    before = os.sched_getaffinity(0)
    if not {CORE, OTHER_CORE} <= before:
        raise RuntimeError("two cores are needed: one for the system, one for the load")
    os.sched_setaffinity(0, {OTHER_CORE})
    try:
        with own_network() as host:
            return asyncio.run(measure(host))
    finally:
        os.sched_setaffinity(0, before)


def is_load_fit(window: Window) -> bool:
    """Whether the load was in time, and had time left."""
    outcome = window.outcome
    return outcome.own_core <= OWN_CORE and outcome.late_p99_ms <= LATE_MS


def believable(windows: Sequence[Window]) -> str:
    """Whether load and machine were fit to measure with; says why, in a sentence."""
    share = max(each.outcome.own_core for each in windows)
    late = max(each.outcome.late_p99_ms for each in windows)
    others = max(each.others for each in windows)
    if not all(map(is_load_fit, windows)):
        return (
            f"DO NOT BELIEVE THIS: the load used up to {share:.0f} % of its core (may be "
            f"{OWN_CORE:.0f} %) and was up to {late:.2f} ms late (p99; may be {LATE_MS:.0f} ms)."
        )
    if others > OTHERS:
        return (
            f"DO NOT BELIEVE THIS: others used up to {others:.0f} % of the system's core (may be "
            f"{OTHERS:.0f} %). Measure on a quiet machine."
        )
    return (
        f"The load is not what is measured: it never used more than {share:.0f} % of a core of its "
        f"own and sent 99 of 100 packets within {late:.2f} ms of their time; its work is another "
        "process's, so in no CPU figure, and but for the send call in no delay. Others used at "
        f"most {others:.0f} % of the system's core."
    )


def check_throughput(windows: Sequence[Window], packets_a_second: float) -> None:
    """Each window carried its load, or its figures are of something else.

    A system whose core was not enough for it is let be: its table says so.
    """
    for window in windows:
        share = window.carried(packets_a_second)
        assert share > CARRIED or window.core >= SATURATED, (
            f"{share:.0%} of the load came through: the system was overloaded, or starved by "
            f"others, which used {window.others:.0f} % of its core"
        )
