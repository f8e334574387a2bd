"""Calls on bad networks, measured (`make bench-network`).

``python -m tests.bench.network --cases loss5,burst --runs 2``. Each run is bounded and written as
it comes, so that a long bench can be done in several sittings; the page is of the latest runs of
each case. Ends on Ctrl-C with what it has. Exit code 1 when a run broke; a missed bar is only told.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from playwright.async_api import Error

from tests.bench import report
from tests.bench.network import records
from tests.bench.network.cases import CASES, JOIN_S, SHORT, Case
from tests.bench.network.inputs import InputError
from tests.bench.network.place import Kind, call, going_first, place
from tests.bench.network.trial import Figures
from tests.support.gateway import ROOT
from tests.support.netlab.lab import LabError, Netlab

DATA = ROOT / ".make" / "bench-network.jsonl"


async def measured(case: Case, kind: Kind, lab: Netlab) -> Figures:
    """What a case's own way of running it tells."""
    if case.synthetic is not None:
        return await case.synthetic(lab)
    assert case.run is not None
    async with call(lab, kind, processed=case.processed) as made:
        return await case.run(made)


async def one(case: Case, kind: Kind, run: int, data: Path) -> bool:
    """One run of one call; False when it broke."""
    record: records.Record = {
        "case": case.name, "kind": kind.value, "run": run, "date": report.date(),
        "commit": records.commit(), "seconds": case.lasts(kind), "short": SHORT,
    }  # fmt: skip
    try:
        async with asyncio.timeout(case.lasts(kind) + JOIN_S), place(seed=run) as lab:
            record["figures"] = await measured(case, kind, lab)
    except (TimeoutError, AssertionError, Error, RuntimeError, OSError) as error:
        if isinstance(error, InputError | LabError):
            raise
        record["error"] = f"{type(error).__name__}: {str(error)[:200]}"
    record["load"] = os.getloadavg()[0]
    records.append(data, record)
    if "error" in record:
        print(f"{case.name} {kind} {run}: {record['error']}", flush=True)
        return False
    told = ", ".join(f"{figure} {records.value(record, figure):.2f}" for figure in shown(case))
    print(f"{case.name} {kind} {run}: {told}; load {record['load']:.1f}", flush=True)
    return True


def shown(case: Case) -> list[str]:
    """What to print of a run at once."""
    return [bar.figure for bar in case.bars] or [figure for figure, _ in records.SHOWN]


async def all_of(cases: list[Case], runs: int, data: Path) -> bool:
    """Paired: ours and the direct call by turns, on the same seed. Each pair has another one."""
    good = True
    for _ in range(runs):
        for case in cases:
            run = 1 + records.pairs(records.read(data), case.name)
            for kind in case.kinds:
                good = await one(case, kind, run, data) and good
    return good


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", default="all", help=f"of {', '.join(CASES)}; or all")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("DATA") or DATA, help="where runs are kept"
    )
    given = parser.parse_args()
    names = list(CASES) if given.cases == "all" else given.cases.split(",")
    if unknown := [name for name in names if name not in CASES]:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    code = 0
    try:
        with going_first():
            code = int(
                not asyncio.run(all_of([CASES[name] for name in names], given.runs, given.data))
            )
    except KeyboardInterrupt:
        print("Interrupted; what there is:")
        code = 130
    except (InputError, LabError) as error:
        print(error, file=sys.stderr)
        return 2
    found = records.read(given.data)
    for table in records.tables(found, given.runs):
        print("\n".join(table.lines()))
    if page := os.environ.get("RESULTS"):
        records.write(Path(page), found, given.runs)
    return code


if __name__ == "__main__":
    raise SystemExit(main())
