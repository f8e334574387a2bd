"""Runs that are more than a line: the ladder's steps, and networks that go away and come back."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Sequence

from playwright.async_api import Error

from media.rungs import Rung
from signaling.lab.link import Impairment
from tests.bench.network.place import SIDES, Call
from tests.bench.network.trial import MOVING, SETTLE_S, Figures, Watch
from tests.support.call import show_text, write

DOWN_KBPS = (1500, 600, 250, 100, 50, 16, 0)
"""16 carries text but no voice: the lowest rung shows itself nowhere else."""
UP_KBPS = (50, 100, 250, 600, 1500)
VOICE_LEAST_KBPS = 50
"""Down to here nothing may gap the voice."""
ORDER = [rung.value for rung in Rung]
AFTER_S = 20.0
"""How long a voice may take to come back before it counts as not come back."""
TEXT_S = 20.0
TYPING_S = 5.0
_numbers = itertools.count(1)


class Texts:
    """Lines written in the room, which each page must show once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.written: list[str] = []

    async def open(self) -> None:
        """Show the text panels while the line is good."""
        for someone in self._call.people.values():
            await show_text(someone)

    async def write(self, side: str, *, patience_s: float = TYPING_S) -> None:
        """One more line. A page that will not take it loses it."""
        text = f"line {next(_numbers)} of {side}"
        self.written.append(text)
        try:
            async with asyncio.timeout(patience_s):
                await write(self._call.people[side], text)
        except (TimeoutError, Error):
            return

    async def shown(self, side: str) -> list[int]:
        """How often each line stands in one page."""
        found = await self._call.people[side].page.get_by_test_id("text-list").inner_text()
        lines = [line.strip() for line in found.splitlines()]
        return [lines.count(text) for text in self.written]

    async def faults(self) -> tuple[int, int]:
        """(lost, doubled) lines, over both pages, once they have had time."""
        end = asyncio.get_running_loop().time() + TEXT_S
        while True:
            counts = [count for side in SIDES for count in await self.shown(side)]
            if all(count == 1 for count in counts) or asyncio.get_running_loop().time() > end:
                return counts.count(0), sum(count > 1 for count in counts)
            await asyncio.sleep(0.5)


def out_of_order(rungs: Sequence[str], *, down: bool) -> int:
    """How many changes went the wrong way."""
    places = [ORDER.index(each) for each in rungs]
    return sum(
        after < before if down else after > before for before, after in itertools.pairwise(places)
    )


async def steps(call: Call, down_s: float, up_s: float) -> Figures:
    """Down the ladder and up again, a text from each side on every step."""
    texts = Texts(call)
    await texts.open()
    await asyncio.sleep(SETTLE_S)
    watch = Watch(call)
    await watch.begin()
    loop = asyncio.get_running_loop()
    begun, zero_at = loop.time(), math.inf
    told, gaps, late = [], [], 0
    for kbps, seconds in [(k, down_s) for k in DOWN_KBPS] + [(k, up_s) for k in UP_KBPS]:
        start = loop.time()
        if kbps == 0:
            zero_at = min(zero_at, start)
        call.lab.both(Impairment(delay_s=0.02, rate_bps=kbps * 1000.0, queue_bytes=30_000))
        for side in SIDES:
            await texts.write(side)
        await asyncio.sleep(max(0.0, start + seconds - loop.time()))
        found = await watch.figures(start, loop.time())
        rung = watch.rungs("far")[-1][1] if watch.rungs("far") else ""
        gap = max(found["worse"]["voice_gap_s"], found["worse"]["silenced_s"])
        if kbps and start < zero_at:
            for side in SIDES:
                late += (await texts.shown(side)).count(0)
        told.append([kbps, rung, round(gap, 2), round(found["worse"]["concealed_percent"], 2)])
        if kbps >= VOICE_LEAST_KBPS and start < zero_at:
            gaps.append(gap)
    found = await watch.figures(begun, loop.time())
    call.lab.both()
    lost, doubled = await texts.faults()
    turns = watch.rungs("far")
    found |= {
        "steps": told,
        "step_voice_gap_s": max(gaps),
        "order_faults": float(
            out_of_order([rung for at, rung in turns if at < zero_at], down=True)
            + out_of_order([rung for at, rung in turns if at > zero_at + down_s], down=False)
        ),
        "rungs_seen": float(len({rung for _, rung in turns})),
        "texts_late": float(late),
        "texts_lost": float(lost),
        "texts_doubled": float(doubled),
        "nobody_dropped": 1.0,
    }
    return found


async def outage(call: Call, seconds: float) -> Figures:
    """The network goes away for so long; both write meanwhile."""
    texts = Texts(call)
    await texts.open()
    await asyncio.sleep(SETTLE_S)
    watch = Watch(call)
    await watch.begin()
    loop = asyncio.get_running_loop()
    start = loop.time()
    call.lab.cut(seconds)
    for side in SIDES * 2:
        await texts.write(side)
        await asyncio.sleep(min(1.0, seconds / 8))
    back = start + seconds
    await asyncio.sleep(max(0.0, back + AFTER_S - loop.time()))
    end = loop.time()
    found: Figures = await watch.figures(start, end)
    heard, seen = [], []
    for side in SIDES:
        window = await watch.window(side, back, end)
        heard.append(_first_rise_s(window.samples, "audio.packetsReceived", window.start))
        seen.append(_first_rise_s(window.samples, "video.framesDecoded", window.start))
    lost, doubled = await texts.faults()
    found |= {
        "voice_back_s": max(heard),
        "picture_back_s": max(seen),
        "texts_lost": float(lost),
        "texts_doubled": float(doubled),
        "rung_at_end": next(reversed([rung for _, rung in watch.rungs("far")]), MOVING[0]),
    }
    return found


def _first_rise_s(samples: Sequence[dict[str, float]], key: str, start: float) -> float:
    """When a counter rises for the first time, on whichever connection; inf for never."""
    for before, after in itertools.pairwise(samples):
        base = before.get(key, 0) if before["peer"] == after["peer"] else 0
        if after.get(key, 0) > base:
            return (after["at"] - start) / 1000
    return math.inf
