"""``python -m tests.bench.messages``: what threads must hold, as a table.

With ``RESULTS`` it is also written as a page, of the last run of each case. ``--cases kills,rate``
runs some; ``--kills 20`` is for a quick look, and the page says so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import uvloop

from tests.bench import report
from tests.bench.messages import exact, kills, opening, race, rate, zones
from tests.bench.sessions.place import empty_storage
from tests.sim.schedules import run_schedule
from tests.support.databases import KINDS
from tests.support.figures import Row, Table
from tests.support.gateway import ROOT

DATA: Final = ROOT / ".make" / "bench-messages.json"
KILLS, PER_S, SECONDS, SCHEDULES = 200, 1_000.0, 20.0, 10_000
METHOD: Final = """\
The gateway is a process of its own, without media, on one core; whoever asks it is another, on the
other, and PostgreSQL runs on both. Two hundred people write to a hundred threads by turns, each
from a page that also hears the other's. A message's time is counted from when it was due, until it
was answered as stored, and until the other's page had it. The line that loses 20 % each way is a
network of the bench's own (`tests/support/netlab`) with 50 ms each way; one of the two pages is
behind it. `kill -9` comes at a moment by chance while two write as fast as the gateway answers;
then what was acknowledged is looked for in the store. The thread of ten thousand is opened and
looked through by Chromium on a phone's screen, with its processor slowed by its own means.
"""


async def _exact() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = await exact.both_ways(Path(folder))
    told = f"{found['wrong']} wrong, all three the same: {str(found['same']).lower()}"
    connects = f"{found['torn']} torn and a gateway killed, {found['connects']} connections"
    return [
        (f"{exact.COUNT} each way over 20 % loss: 1 to {exact.COUNT} here, there, stored", told,
         "0, true"),
        ("each page through connections", connects, "3 torn, one kill -9"),
    ]  # fmt: skip


async def _schedules(count: int) -> list[Row]:
    broken = sum(bool(run_schedule(seed)) for seed in range(count))
    return [(f"{count} random schedules in the pure core: broken", str(broken), "0")]


async def _rate(kind: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        storage = await empty_storage(kind, Path(folder))
        found = await rate.write_at(storage, PER_S, SECONDS)
    bar = "p99 <= 50 ms" if kind == "postgresql" else "(no bar)"
    title = f"{PER_S:.0f} messages a second, {kind}"
    return [
        (f"{title}: stored a second", f"{found['rate']:.0f}, {found['core']:.0f} % of a core",
         f"{PER_S:.0f}"),
        (f"{title}: stored after", _told(found, "stored"), bar),
        (f"{title}: in the other's page after", _told(found, "came"), bar),
        (f"{title}: missing, refused", f"{found['missing']:.0f}, {found['refused']:.0f}", "0, 0"),
    ]  # fmt: skip


def _told(found: dict[str, float], what: str) -> str:
    p50, p99 = 1000 * found[f"{what}_p50"], 1000 * found[f"{what}_p99"]
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms"


async def _kills(times: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = await kills.kill_again_and_again(Path(folder), times, seed_number=1)
    told = f"{found['missing']} of {found['acknowledged']} in {found['kills']} kills"
    return [
        ("kill -9: acknowledged and missing", told, "0"),
        ("kill -9: doubled, out of order", f"{found['doubled']}, {found['disordered']}", "0, 0"),
        (
            "kill -9: bookings acknowledged and missing",
            f"{found['bookings_missing']} of {found['bookings']}",
            "0",
        ),
        (
            "kill -9: bookings doubled, hours that are not as agreed",
            f"{found['bookings_doubled']}, {found['hours_wrong']}",
            "0, 0",
        ),
    ]


async def _race() -> list[Row]:
    rows: list[Row] = []
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            found = await race.for_one_hour(await empty_storage(kind, Path(folder)))
        told = f"{found['confirmed']}, {found['hours']}, {found['offered']}"
        rows.append((
            f"{found['clients']} clients for one hour, {kind}: confirmed, hours booked, "
            "offered the three nearest", told, f"1, 1, {found['clients'] - 1}",
        ))  # fmt: skip
    return rows


async def _zones() -> list[Row]:
    return [
        (f"evenings at seven in {name}: at the right instant (over {changes} changes)",
         f"{right} of {count}", "all")
        for name, (count, right, changes) in zones.right_instants().items()
    ]  # fmt: skip


async def _opening() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = await opening.open_and_scroll(Path(folder))
    title = f"{opening.MESSAGES} messages, a processor {opening.SLOWED} times as slow"
    return [
        (f"{title}: opened after, median and most of {opening.ROUNDS}",
         f"{found['opened']:.0f} ms, {found['opened_most']:.0f} ms", "<= 300 ms"),
        (f"{title}: scrolled to message {found['oldest']:.0f}: longest task, median and most",
         f"{found['longest']:.0f} ms, {found['longest_most']:.0f} ms", "<= 50 ms"),
        (f"{title}: nodes of the list at the end", f"{found['nodes']:.0f}", "(no growth)"),
    ]  # fmt: skip


def main() -> int:
    """Run the cases; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.messages")
    parser.add_argument("--cases", default="all")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--schedules", type=int, default=SCHEDULES)
    given = parser.parse_args()
    cases: dict[str, Callable[[], Awaitable[list[Row]]]] = {
        "exact": _exact, "schedules": partial(_schedules, given.schedules),
        **{f"rate-{kind}": partial(_rate, kind) for kind in KINDS},
        "kills": partial(_kills, given.kills), "race": _race, "zones": _zones,
        "opening": _opening,
    }  # fmt: skip
    names = list(cases) if given.cases == "all" else given.cases.split(",")
    kept: dict[str, list[Row]] = json.loads(DATA.read_text()) if DATA.exists() else {}
    for name in names:
        kept[name] = uvloop.run(_case(cases[name]))
        DATA.parent.mkdir(exist_ok=True)
        DATA.write_text(json.dumps(kept))
        print("\n".join(Table(name, kept[name]).lines()), flush=True)
    page = os.environ.get("RESULTS")
    if page:
        missing = [("", "not measured", "")]
        rows = [(row[0] or name, *row[1:]) for name in cases for row in kept.get(name, missing)]
        table = Table("Threads", rows)
        report.write(Path(page), "Threads", "make bench-messages", METHOD, [table])
    return 0


async def _case(case: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await case()


if __name__ == "__main__":
    sys.exit(main())
