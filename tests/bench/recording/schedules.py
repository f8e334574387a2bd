"""Ten thousand random schedules of each kind, in as many processes as there are cores."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

from tests.sim.consent_schedules import run_schedule
from tests.sim.recorded_schedules import run_recorded

AT_ONCE = 50
FIRST = 1_000_000
"""Other seeds than those of ``make test``."""
Run = Callable[[int, set[str]], list[str]]


class Ran(NamedTuple):
    """What came of them."""

    count: int
    began: int
    """Of which so many came to a recording."""
    broken: list[str]
    seconds: float


def _some(run: Run, first: int, count: int) -> tuple[int, list[str]]:
    began, broken = 0, []
    for seed in range(first, first + count):
        turns: set[str] = set()
        broken += [f"seed {seed}: {what}" for what in run(seed, turns)]
        began += "start" in turns
    return began, broken


def _all(run: Run, count: int) -> Ran:
    at, began, broken = time.monotonic(), 0, list[str]()
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        starts = range(FIRST, FIRST + count, AT_ONCE)
        for more, wrong in processes.map(partial(_some, run, count=AT_ONCE), starts):
            began += more
            broken += wrong
    return Ran(len(starts) * AT_ONCE, began, broken, time.monotonic() - at)


def measure(count: int) -> tuple[Ran, Ran]:
    """Of the machine alone, and of a room with its shell, its storage and its recorder."""
    return _all(run_schedule, count), _all(run_recorded, count)
