"""``python -m tests.bench.sessions``: what sessions that last must hold, as a table.

With ``RESULTS`` it is also written as a page, of the last run of each case: a long bench can be
done in several sittings. ``--cases kills,joins`` runs some; ``--kills 20`` is for a quick look, and
the page says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from signaling.config import Storage
from tests.bench import report
from tests.bench.sessions import crowd, door, ends, kills, rotation, secrets_kept, shapes, troubles
from tests.bench.sessions.place import empty_storage, seed
from tests.support.databases import KINDS, server_of
from tests.support.figures import Row, Table
from tests.support.gateway import ROOT

DATA = ROOT / ".make" / "bench-sessions.json"
KILLS, PEOPLE, PER_S, JOINS, RUNS = 200, 5_000, 50.0, 1_500, 3
METHOD = """\
The gateway is a process of its own, without media; whoever asks it is another, and where CPU is
measured each has a core. `kill -9` comes at a moment by chance while an hour is booked, come to and
opened, rights are given and further hours booked, as fast as the gateway answers; after each, a new
gateway starts over the same folder, and everything that was acknowledged is looked for there, in
the rows and in the audit, whose whole chain is walked. Joins are counted from when each was due.
While keys are replaced by `quietroom keys rotate --every`, six hours go on, and what is sealed
under each kind of key is written and read. A database stalls (`SIGSTOP`), is away (stopped at once,
started again) or has a full disk (a small tmpfs) while a client writes two lines a second to their
counsellor. Who waits at the door is a browser; the datagrams of each are told apart by their ports.
"""


async def _kills(times: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = await kills.kill_again_and_again(Path(folder), times, seed_number=1)
    told = f"{found['missing']} of {found['acknowledged']} in {found['kills']} kills"
    return [
        ("kill -9: acknowledged and missing", told, "0"),
        ("kill -9: audits that do not verify", str(found["chain"]), "0"),
        ("kill -9: let in, and waiting afterwards", str(found["people not back"]), "0"),
    ]


async def _idle() -> list[Row]:
    found = await crowd.idle(PEOPLE)
    told = f"{found['share']:.1f} % of a core, {found['memory']:.0f} MiB"
    return [
        (f"{PEOPLE} idle pages: alive", f"{found['alive']:.0f}", f"{PEOPLE} on one core"),
        (f"{PEOPLE} idle pages: cost", told, "< 100 %"),
        (f"{PEOPLE} idle pages: joined in", f"{found['joined_s']:.0f} s", "(no bar)"),
    ]


async def _joins() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        storage = await empty_storage("postgresql", Path(folder))
        seeded = await seed(storage, JOINS, book=True)
        found = await crowd.joins(seeded, PER_S)
    told = f"p50 {1000 * found['p50']:.0f} ms, p99 {1000 * found['p99']:.0f} ms"
    return [
        ("stored joins, PostgreSQL: rate", f"{found['rate']:.1f}/s", f"{PER_S:.0f}/s"),
        ("stored joins, PostgreSQL: latency", told, "p99 <= 200 ms"),
    ]


async def _relay() -> list[Row]:
    ours = [await crowd.relay_ours() for _ in range(RUNS)]
    bare = [await crowd.relay_bare() for _ in range(RUNS)]
    one, other = statistics.median(ours), statistics.median(bare)
    told = f"{1e6 * one:.0f} us, bare echo {1e6 * other:.0f} us: {one / other:.2f} x"
    return [(f"a relayed text, medians of {RUNS}", told, "<= 3 x")]


async def _secrets() -> list[Row]:
    rows: list[Row] = []
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            storage = await empty_storage(kind, folder)
            place = folder if kind == "sqlite" else server_of(storage.data) / "data"
            found = await secrets_kept.look(storage, place)
        told = f"{found['before']} before erasure, {found['after']} after"
        rows += [
            (f"seeds found in all bytes, {kind}", told, "0"),
            (f"bits changed in the audit and seen, {kind}",
             f"{found['seen']} of {found['flips']}", "all"),
        ]  # fmt: skip
    return rows


async def _ends() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        found = await ends.revocations(Path(folder))
    return [
        (f"access ended by {name}, worst of {ends.TRIALS}", f"{took:.2f} s", "<= 1 s")
        for name, took in found.items()
    ]


async def _rotation() -> list[Row]:
    title = f"every key replaced {rotation.ROUNDS} times"
    return await _on_both(
        title, rotation.rotate, lambda found: f"{found['wrong']} of {found['asked']} answers wrong"
    )


async def _door() -> list[Row]:
    found = await door.packets()
    told = f"{found['waiting']} (the counsellor's: {found['beside']})"
    return [
        (f"at the door for {door.WAITS_S:.0f} s: datagrams with the gateway", told, "0"),
        (f"let in, {door.IN_S:.0f} s: datagrams with the gateway", str(found["inside"]), "> 0"),
    ]


async def _migrations() -> list[Row]:
    def told(found: dict[str, int]) -> str:
        return f"{found['changed']} of {found['rows']} rows changed in {found['steps']} steps"

    return await _on_both("migrations down and up", shapes.walk, told)


async def _on_both(
    title: str,
    look: Callable[[Storage], Awaitable[dict[str, int]]],
    told: Callable[[dict[str, int]], str],
) -> list[Row]:
    """What was seen on each kind of database, and what is broken of its keys and audit."""
    rows: list[Row] = []
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            found = await look(await empty_storage(kind, Path(name)))
        broken = f"{found['bad']} keys, {found['chain']} chains"
        rows += [
            (f"{title}, {kind}", told(found), "0"),
            (f"{title}, {kind}: broken afterwards", broken, "0"),
        ]
    return rows


async def _troubles() -> list[Row]:
    rows: list[Row] = []
    for title, kind, trouble in (
        (f"PostgreSQL stalls for {troubles.STALLS_S:.0f} s", "postgresql", troubles.stalled),
        (f"PostgreSQL is away for {troubles.AWAY_S:.0f} s", "postgresql", troubles.away),
        (f"SQLite's disk is full for {troubles.FULL_S:.0f} s", "sqlite", troubles.full),
    ):
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            if trouble is troubles.full:
                stack.enter_context(troubles.small_disk(Path(name)))
            rows += _told(title, await trouble(await empty_storage(kind, Path(name))))
    return rows


def _told(title: str, found: troubles.Trouble) -> list[Row]:
    refused = (
        f"{found.refusals} refused as busy within {found.refused_after:.1f} s, {found.odd} other"
    )
    return [
        (f"{title}: slowest line in the room", f"{1000 * found.slowest_text:.0f} ms", "(no bar)"),
        (f"{title}: lines lost or doubled", str(found.lost), "0"),
        (f"{title}: what was to be stored", refused, "none lost"),
        (f"{title}: stored again after", f"{found.back_after:.1f} s", "(no bar)"),
        (f"{title}: the hour ends as held, its chain whole", str(found.held).lower(), "true"),
    ]


def main() -> int:
    """Run the cases; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sessions")
    parser.add_argument("--cases", default="all")
    parser.add_argument("--kills", type=int, default=KILLS)
    given = parser.parse_args()
    cases: dict[str, Callable[[], Awaitable[list[Row]]]] = {
        "kills": partial(_kills, given.kills), "idle": _idle, "joins": _joins, "relay": _relay,
        "secrets": _secrets, "ends": _ends, "door": _door, "rotation": _rotation,
        "migrations": _migrations, "troubles": _troubles,
    }  # fmt: skip
    names = list(cases) if given.cases == "all" else given.cases.split(",")
    kept: dict[str, list[Row]] = json.loads(DATA.read_text()) if DATA.exists() else {}
    for name in names:
        kept[name] = asyncio.run(_case(cases[name]))
        DATA.parent.mkdir(exist_ok=True)
        DATA.write_text(json.dumps(kept))
        print("\n".join(Table(name, kept[name]).lines()), flush=True)
    page = os.environ.get("RESULTS")
    if page:
        missing = [("", "not measured", "")]
        rows = [(row[0] or name, *row[1:]) for name in cases for row in kept.get(name, missing)]
        table = Table("Sessions that last", rows)
        report.write(Path(page), "Sessions that last", "make bench-sessions", METHOD, [table])
    return 0


async def _case(case: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await case()


if __name__ == "__main__":
    sys.exit(main())
