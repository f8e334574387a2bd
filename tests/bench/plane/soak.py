"""Rooms under load for half an hour while people come and go (`make soak`).

``python -m tests.bench.plane.soak --minutes 30``. Ends by itself, and on Ctrl-C with what it has.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from signaling.worker_link import LinkLost
from tests.bench import report
from tests.bench.plane.churn import Churn, Join, Leave, Leaving
from tests.bench.plane.counted_worker import CountedWorker
from tests.bench.plane.outcome import Outcome
from tests.bench.plane.processes import Child
from tests.bench.plane.rounds import CROWD, in_network
from tests.bench.plane.systems import OTHER_CORE, System, started
from tests.support.figures import Table, held

ROOMS, SHARE, MINUTE_S = 30, 0.2, 60.0
GROWTH_PERCENT = 5.0
ABANDON_S, GONE_S, SETTLE_S = 10.0, 40.0, 2.0
"""Who vanishes is given up after the first; all must be gone after the second."""
HEAD = ("minute", "RSS MiB", "endpoints", "descriptors", "sockets", "threads", "tasks", "objects",
        "core %", "voice p99 ms", "packets/s")  # fmt: skip
METHOD = """\
30 rooms of two under the load of the other benches; each minute one person in five leaves (by a
DTLS alert, by signaling's word, or without any, in turn) and another comes, half of them into
rooms that go on, half into new rooms in place of ones that end. The worker is the gateway's own,
made to count its tasks, threads and objects on a signal; descriptors and memory are the kernel's
figures.
"""


@dataclass(frozen=True)
class Sample:
    """What the worker held at the end of a minute."""

    what: str
    rss: int
    endpoints: int
    descriptors: int
    sockets: int
    threads: int
    tasks: int
    objects: int
    core: float = 0.0
    p99_ms: float = 0.0
    packets: float = 0.0

    def row(self) -> tuple[str, ...]:
        """As a row of the table."""
        return (
            self.what, f"{self.rss / 2**20:.1f}", str(self.endpoints), str(self.descriptors),
            str(self.sockets), str(self.threads), str(self.tasks), f"{self.objects:,}",
            f"{self.core:.0f}", f"{self.p99_ms:.2f}", f"{self.packets:,.0f}",
        )  # fmt: skip


@dataclass
class Soak:
    """One soak; what it has sampled so far stays readable when it is broken off."""

    minutes: int
    samples: list[Sample] = field(default_factory=list)
    before: Sample | None = None
    after: Sample | None = None
    joins: int = 0
    failed: int = 0

    @property
    def warm(self) -> int:
        """Minutes of warm-up: a sixth of the whole, one at least, five at most."""
        return min(5, max(1, self.minutes // 6))

    async def run(self, host: str) -> None:
        """Fill, load and churn, empty."""
        worker = CountedWorker(0, lambda _worker, _word: None)
        async with (
            asyncio.timeout(self.minutes * MINUTE_S * 1.5 + 180),
            started(worker, host, native=True, abandon_s=ABANDON_S) as system,
            Child(CROWD, OTHER_CORE, system.handlers) as crowd,
        ):
            self.before = await sample("before", system, worker)
            show(HEAD)
            show(self.before.row())
            await crowd.call(
                "fill", system="ours", host=host, port=system.port, first=0, rooms=ROOMS, people=2
            )
            churn = Churn(ROOMS)
            for number in range(1, self.minutes + 1):
                await self._minute(number, churn, (system, worker, crowd))
            await self._empty(churn, (system, worker, crowd))

    async def _minute(
        self, number: int, churn: Churn, parts: tuple[System, CountedWorker, Child]
    ) -> None:
        system, worker, crowd = parts
        used = system.cpu_s()
        loading = asyncio.create_task(crowd.call("run", seconds=MINUTE_S, urgent=False))
        steps = list(churn.minute(SHARE))
        loop = asyncio.get_running_loop()
        start = loop.time()
        for index, step in enumerate(steps):
            await asyncio.sleep(max(0.0, start + index * 0.9 * MINUTE_S / len(steps) - loop.time()))
            for each in step:
                await self._move(each, system, crowd)
        outcome = Outcome(**await loading)
        used = system.cpu_s() - used
        taken = await sample(str(number), system, worker, outcome, used)
        self.samples.append(taken)
        show(taken.row())

    async def _empty(self, churn: Churn, parts: tuple[System, CountedWorker, Child]) -> None:
        """All leave; then nothing may be left of them."""
        system, worker, crowd = parts
        loading = asyncio.create_task(crowd.call("run", seconds=GONE_S, urgent=False))
        for leave in churn.everyone():
            await self._move(leave, system, crowd)
        for _ in range(int(GONE_S)):
            if (await worker.stats()).endpoints == 0:
                break
            await asyncio.sleep(1)
        await asyncio.sleep(SETTLE_S)
        self.after = await sample("after", system, worker)
        show(self.after.row())
        loading.cancel()

    async def _move(self, step: Leave | Join, system: System, crowd: Child) -> None:
        """Carry out one step of the churn."""
        match step:
            case Leave():
                await crowd.call("leave", name=step.name, politely=step.how is Leaving.ALERT)
                if step.how is Leaving.SIGNALED:
                    await system.handlers["end"](name=step.name)
            case Join():
                self.joins += 1
                words = {"room": step.room, "name": step.name, "host": system.host, "slots": 1}
                if not await crowd.call("join", **words):
                    self.failed += 1
                    await system.handlers["end"](name=step.name)

    # --- what it says ---------------------------------------------------------------------------

    def tables(self) -> list[Table]:
        """The verdicts, and every minute."""
        assert self.before is not None
        rows = [each.row() for each in (self.before, *self.samples)]
        if self.after is not None:
            rows.append(self.after.row())
        whole = Table("Every minute", rows, head=HEAD)  # type: ignore[arg-type]
        return [
            Table("Soak: 30 rooms 1:1, 20 % of them replaced a minute", self._verdicts()),
            whole,
        ]

    def _verdicts(self) -> list[tuple[str, str, str]]:
        rows = []
        if len(self.samples) > self.warm:
            first, last = self.samples[self.warm - 1].rss, self.samples[-1].rss
            grown = (last / first - 1) * 100
            told = f"{first / 2**20:.1f} MiB, then {last / 2**20:.1f} MiB: {grown:+.1f} %"
            what = f"RSS after minute {self.warm} and after minute {len(self.samples)}"
            rows.append((what, told, f"<= +5 %: {held(grown, GROWTH_PERCENT)}"))
        if self.after is not None and self.before is not None:
            for name in ("endpoints", "descriptors", "sockets", "threads", "tasks"):
                before, after = getattr(self.before, name), getattr(self.after, name)
                told = f"{before} before, {after} after all have left"
                rows.append((f"{name} left", told, f"none more: {held(after, before)}"))
        came = f"{self.joins - self.failed} of {self.joins}"
        rows.append(("joins in mid-load that came in", came, f"all: {held(self.failed, 0)}"))
        return rows

    @property
    def is_good(self) -> bool:
        """Whether it ran to its end and every bar was held."""
        return self.after is not None and not any("MISSED" in row[2] for row in self._verdicts())


async def sample(
    what: str,
    system: System,
    worker: CountedWorker,
    outcome: Outcome | None = None,
    used_s: float = 0.0,
) -> Sample:
    """Read what the worker holds now."""
    inside, stats = await worker.inside(), await worker.stats()
    descriptors, sockets = system.descriptors()
    seen = outcome or Outcome(seconds=1.0)
    return Sample(
        what, system.memory_bytes(), stats.endpoints, descriptors, sockets, system.threads(),
        inside["tasks"], inside["objects"],
        used_s / seen.seconds * 100, seen.delay_p99_ms, seen.received / seen.seconds,
    )  # fmt: skip


def show(row: Sequence[str]) -> None:
    """Print a row at once: half an hour is long to wait for the first."""
    widths = (max(len(name), 8) for name in HEAD)
    print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)), flush=True)


def main() -> int:
    """Soak, and print; 0 when every bar was held, 1 when not, 130 when interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=30)
    soak = Soak(parser.parse_args().minutes)
    code = 0
    try:
        in_network(soak.run)
    except KeyboardInterrupt:
        print("Interrupted; what there is:")
        code = 130
    except (TimeoutError, LinkLost, RuntimeError, ConnectionError) as error:
        print(f"Broken off: {type(error).__name__} {error}", file=sys.stderr)
        code = 1
    if soak.before is None:
        return code or 1
    tables = soak.tables()
    for line in tables[0].lines():
        print(line)
    page = os.environ.get("RESULTS")
    if page and not code:
        command = f"make soak MINUTES={soak.minutes}"
        report.write(Path(page), "The media plane over time", command, METHOD, tables)
    return code or int(not soak.is_good)


if __name__ == "__main__":
    raise SystemExit(main())
