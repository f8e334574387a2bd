"""One measured run: a call on a clean line, then the line of a case; figures of both people."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from playwright.async_api import TimeoutError as PlaywrightTimeout

from signaling.lab.link import CLEAN, Impairment
from tests.bench.network.measures import Span, Window, figures, worse
from tests.bench.network.place import SIDES, Call

Figures = dict[str, Any]
MOVING = ("clear", "saving")
"""Rungs on which a moving picture is shown; below, none is missed."""
ROLES = {"near": "counsellor", "far": "client"}
SETTLE_S = 12.0
"""From the first frame until the line changes: the senders' first climb is over."""
ANSWER_S = 2.0
"""How often a person looks at what they are asked."""


@dataclass(frozen=True)
class Phase:
    """A stretch of time on one line."""

    seconds: float
    up: Impairment = CLEAN
    down: Impairment = CLEAN

    @classmethod
    def both(cls, seconds: float, impairment: Impairment) -> Phase:
        """The same both ways."""
        return cls(seconds, impairment, impairment)


@dataclass
class Clock:
    """A page's clock beside the loop's."""

    page_ms: float
    loop_s: float

    def ms(self, at_s: float) -> float:
        """The page's time at a moment of the loop's."""
        return self.page_ms + (at_s - self.loop_s) * 1000


@dataclass
class Watch:
    """Looks at a call from a moment on."""

    call: Call
    start_s: float = 0.0
    clocks: dict[str, Clock] = field(default_factory=dict)

    async def begin(self) -> None:
        """From now on."""
        loop = asyncio.get_running_loop()
        for side, someone in self.call.people.items():
            now = await someone.page.evaluate("() => performance.now()")
            self.clocks[side] = Clock(now, loop.time())
        self.start_s = loop.time()

    async def window(self, side: str, start_s: float, end_s: float) -> Window:
        """What one page noted between two moments of the loop."""
        clock = self.clocks[side]
        noted = await self.call.people[side].page.evaluate(
            "() => ({samples: window.meter.samples, frames: window.meter.frames})"
        )
        whole = Window(noted["samples"], noted["frames"], 0.0, 1e15)
        return whole.part(clock.ms(start_s), clock.ms(end_s))

    def rungs(self, side: str) -> list[tuple[float, str]]:
        """(moment of the loop, rung) of one person's line, as the near page was told."""
        found = []
        for at, event in self.call.taps["near"].heard:
            people = event.get("participants") or [event.get("participant")]
            for view in people:
                if not isinstance(view, dict) or view.get("role") != ROLES[side]:
                    continue
                rung = view.get("rung")
                if rung and (not found or found[-1][1] != rung):
                    found.append((at, rung))
        return found

    def moving(self, start_s: float, end_s: float) -> list[tuple[float, float]]:
        """When, between two moments, both lines were on a rung with a moving picture."""
        turns = sorted((at, side, rung) for side in SIDES for at, rung in self.rungs(side))
        now = dict.fromkeys(SIDES, MOVING[0])
        spans: list[tuple[float, float]] = []
        since: float | None = start_s
        for at, side, rung in turns:
            now[side] = rung
            shows = all(each in MOVING for each in now.values())
            if shows and since is None:
                since = at
            elif not shows and since is not None:
                spans.append((since, at))
                since = None
        if since is not None:
            spans.append((since, end_s))
        cut = [(max(a, start_s), min(b, end_s)) for a, b in spans]
        return [(a, b) for a, b in cut if b > a]

    async def figures(self, start_s: float, end_s: float) -> Figures:
        """Of both people, and of the one who has it worse."""
        spans = self.moving(start_s, end_s)
        found: Figures = {}
        for side in SIDES:
            clock = self.clocks[side]
            picture: Sequence[Span] = [(clock.ms(a), clock.ms(b)) for a, b in spans]
            found[side] = figures(await self.window(side, start_s, end_s), picture)
        found["worse"] = worse(found["near"], found["far"])
        found["rungs"] = {
            side: [[round(at - start_s, 1), rung] for at, rung in self.rungs(side)]
            for side in SIDES
        }
        return found


async def phases(call: Call, given: Sequence[Phase]) -> Figures:
    """Settle, go through the phases, and take figures of all of it and of each phase."""
    await asyncio.sleep(SETTLE_S)
    watch = Watch(call)
    await watch.begin()
    loop = asyncio.get_running_loop()
    bounds = [loop.time()]
    async with owners(call):
        for phase in given:
            call.lab.set(up=phase.up, down=phase.down)
            bounds.append(bounds[-1] + phase.seconds)
            await asyncio.sleep(bounds[-1] - loop.time())
    call.lab.both()
    found = await watch.figures(bounds[0], bounds[-1])
    if len(given) > 1:
        found["phases"] = [(await watch.figures(a, b))["worse"] for a, b in pairwise(bounds)]
    found["nobody_dropped"] = float(await still_there(call))
    return found


@contextlib.asynccontextmanager
async def owners(call: Call) -> AsyncIterator[None]:
    """Meanwhile both say yes whenever they are asked for their picture (product.md T-213)."""

    async def answer() -> None:
        while True:
            await asyncio.sleep(ANSWER_S)
            for someone in call.people.values():
                asked = someone.page.locator("[data-question=picture]")
                if await asked.count():
                    with contextlib.suppress(PlaywrightTimeout):  # it is not asked any more
                        await asked.get_by_test_id("question-open").click(timeout=ANSWER_S * 1000)

    answering = asyncio.create_task(answer())
    try:
        yield
        if answering.done():
            answering.result()
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


async def still_there(call: Call) -> bool:
    """Both pages are in the call yet."""
    states = []
    for someone in call.people.values():
        states.append(
            await someone.page.evaluate("() => window.meter.samples.at(-1)?.state === 'connected'")
        )
    return all(states)
