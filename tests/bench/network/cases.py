"""The cases that must hold, and their bars."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from media.rungs import Rung
from signaling.lab.link import Impairment
from tests.bench.network.capacity import STEPS, capacity
from tests.bench.network.place import Call, Kind
from tests.bench.network.silence import HOLD_S, REST_S, TRIALS, silence
from tests.bench.network.speech import stoi
from tests.bench.network.stories import AFTER_S, DOWN_KBPS, UP_KBPS, outage, steps
from tests.bench.network.trial import Figures, Phase, phases
from tests.support.netlab.lab import Netlab

SHORT = bool(os.environ.get("SHORT"))
"""Minutes instead of tens of minutes; the page says so."""
WINDOW_S = 30.0 if SHORT else 60.0
TEN_MINUTES_S = 60.0 if SHORT else 600.0
DIRECT_S = 60.0 if SHORT else 180.0
"""Of the direct call beside ten minutes: its figures are shares and rates, and settled by then."""
DOWN_STEP_S, UP_STEP_S = (12.0, 25.0) if SHORT else (30.0, 60.0)
"""A rung is left at once, but climbed only after 20 s, and later after a climb that failed."""
SPOKEN_S = 56.0
"""A loop of the spoken lines, the longest of them again, and a little."""
JOIN_S = 120.0
"""For what comes before and after the line of a case; a busy machine takes its time."""


@dataclass(frozen=True)
class Bar:
    """A figure, of the person who has it worse, and what it may be."""

    figure: str
    says: str
    limit: float
    least: bool = False
    """Whether the limit is the least that is allowed, not the most."""
    unit: str = ""

    def held(self, value: float) -> bool:
        """NaN holds nothing."""
        return value >= self.limit if self.least else value <= self.limit


@dataclass(frozen=True)
class Case:
    """What is done to a call, and what must hold."""

    name: str
    title: str
    seconds: float
    """How long it takes, but for the call's begin and end."""
    bars: tuple[Bar, ...]
    run: Callable[[Call], Awaitable[Figures]] | None = None
    synthetic: Callable[[Netlab], Awaitable[Figures]] | None = None
    """In place of ``run``, for what needs no browser."""
    alone: bool = False
    """A direct call has nothing like it."""
    processed: bool = True
    direct_seconds: float | None = None
    """How long the direct call takes; None is as long as ours."""

    def lasts(self, kind: Kind) -> float:
        """How long one of its calls takes, but for begin and end."""
        if kind is Kind.DIRECT and self.direct_seconds is not None:
            return self.direct_seconds
        return self.seconds

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Whose calls are compared."""
        return (Kind.OURS,) if self.alone or self.synthetic else (Kind.OURS, Kind.DIRECT)


def concealed(limit: float) -> Bar:
    """Of the voice, the share that had to be made up."""
    return Bar("concealed_percent", f"concealed <= {limit:g} %", limit, unit=" %")


LOSS_5 = Impairment(delay_s=0.05, loss=0.05)
BURST_5 = Impairment(delay_s=0.05, loss=0.05, burst=4.0)
NARROW = Impairment(delay_s=0.02, rate_bps=250_000, queue_bytes=30_000)
VILLAGE = Impairment(delay_s=0.3, rate_bps=80_000, loss=0.03, queue_bytes=30_000)

LOSS_15 = Impairment(delay_s=0.05, loss=0.15)


def line(
    name: str, title: str, seconds: float, impairment: Impairment, *bars: Bar,
    direct_seconds: float | None = None,
) -> Case:  # fmt: skip
    """A case of one line from a moment on, and nothing else."""

    async def run(call: Call) -> Figures:
        return await phases(call, [Phase.both(case.lasts(call.kind), impairment)])

    case = Case(name, title, seconds, bars, run, direct_seconds=direct_seconds)
    return case


def gone(seconds: float) -> Case:
    """A network that goes away for so long."""
    return Case(
        f"outage{seconds:.0f}", f"an outage of {seconds:.0f} s", seconds + AFTER_S,
        (
            Bar("voice_back_s", "voice back <= 3 s after the network", 3.0, unit=" s"),
            Bar("texts_lost", "no text lost", 0.0),
            Bar("texts_doubled", "no text doubled", 0.0),
        ),
        partial(outage, seconds=seconds), alone=True,
    )  # fmt: skip


_CASES = (
    Case(
        "capacity", "RFC 8867 5.1: 1, 2.5, 0.6, 1 Mbit/s", sum(seconds for seconds, _ in STEPS),
        (
            Bar("used_share", "10 s after a rise >= 80 % used", 0.8, least=True),
            Bar("under_capacity_s", "under capacity <= 2 s after a drop", 2.0, unit=" s"),
            Bar("queue_p95_ms", "queue's delay p95 <= 150 ms", 150.0, unit=" ms"),
        ),
        synthetic=capacity,
    ),
    line("clean", "no impairment", WINDOW_S, Impairment()),
    line(
        "loss5", "5 % random loss, 50 ms each way", WINDOW_S, LOSS_5,
        concealed(1.5), Bar("freezes_per_minute", "freezes <= 1 in 60 s", 1.0),
        Bar("counted_per_minute", "freezes <= 1 in 60 s by the browser's own count", 1.0),
    ),
    line(
        "burst", "5 % burst loss (mean 4), 50 ms each way", WINDOW_S, BURST_5, concealed(2.5)
    ),
    Case(
        "stoi15", "15 % random loss, 50 ms each way, browsers' processing off", 2 * SPOKEN_S,
        (Bar("stoi_share", "STOI >= 0.9 of the lossless score", 0.9, least=True),),
        partial(stoi, lossy=LOSS_15, seconds=SPOKEN_S), processed=False,
    ),
    line(
        "narrow", "250 kbit/s, 30 kB queue, from one moment to the next", WINDOW_S, NARROW,
        Bar("frames_per_s", "picture moves", 1.0, least=True, unit="/s"),
        concealed(1.0),
        Bar("buffer_back_s", "voice's buffer under 300 ms after <= 5 s", 5.0, unit=" s"),
    ),
    line(
        "village", "80 kbit/s, 300 ms each way, 3 % loss", TEN_MINUTES_S, VILLAGE,
        concealed(3.0), Bar("nobody_dropped", "nobody dropped", 1.0, least=True),
        direct_seconds=DIRECT_S,
    ),
    Case(
        "steps", "1500, 600, 250, 100, 50, 16, 0 kbit/s and back",
        len(DOWN_KBPS) * DOWN_STEP_S + len(UP_KBPS) * UP_STEP_S + 30,
        (
            Bar("rungs_seen", "every rung is seen", float(len(Rung)), least=True),
            Bar("order_faults", "the ladder's order", 0.0),
            Bar("step_voice_gap_s", "voice gaps <= 400 ms down to 50 kbit/s", 0.4, unit=" s"),
            Bar("texts_late", "text of each step within it, until 0", 0.0),
            Bar("texts_lost", "no line lost", 0.0),
            Bar("texts_doubled", "no line doubled", 0.0),
        ),
        partial(steps, down_s=DOWN_STEP_S, up_s=UP_STEP_S), alone=True,
    ),
    gone(5), gone(25), gone(84),
    Case(
        "silence", f"a silence with a cause, {TRIALS} trials", TRIALS * (HOLD_S + REST_S) + 30,
        (
            Bar("wrong", "0 wrong", 0.0),
            Bar("label_s", "told <= 600 ms", 0.6, unit=" s"),
        ),
        silence, alone=True,
    ),
)  # fmt: skip
CASES = {case.name: case for case in _CASES}
