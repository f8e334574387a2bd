"""What was measured, a line of JSON a run as it comes, and the page that is made of it."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.bench.network.cases import CASES, Bar, Case
from tests.bench.network.place import Kind
from tests.support.figures import Table
from tests.support.gateway import ROOT

Record = dict[str, Any]
TITLE = "Poor networks, beside a direct call"
METHOD = """\
Two Chromium with a 720p film (there and back: no camera has cuts) and spoken lines in place of
camera and microphone; one of them lives in a network behind a line that is made bad
(`tests/support/netlab`), the gateway and the other do not. Beside each run of ours stands a direct
call from page to page over the same line, with the browser's own settings. A figure is of the
person who has it worse; it is the median of the runs, with the least and the greatest. Freezes are
gaps of max(3 x average, average + 150 ms) between frames, while the call means to show a moving
picture; they are counted a minute of the whole call, and twice: by the browser (`freezeCount`),
where frames are handed out, and by the page, where they are shown. Where the page's thread was late
and is told of several frames at once, they count as evenly spread since it last drew, and a freeze
among them is not seen. What must hold must hold by both. Whoever is asked whether their picture
may come back, because the line had taken it for half a minute, says yes within two seconds.

Both browsers code and decode in software on this machine's cores, which is felt in every figure:
the case without impairment shows how much, and what counts is the distance between the two calls.
The load is the machine's average over a minute, at the run's end.
"""
SHOWN = (
    ("concealed_percent", "concealed, %"),
    ("concealed_settled_percent", "concealed after the first 5 s, %"),
    ("freezes_per_minute", "freezes a minute"),
    ("counted_per_minute", "freezes by the browser's own count"),
    ("frames_per_s", "frames/s"),
    ("buffer_ms", "voice's buffer, ms"),
    ("voice_gap_s", "longest gap of voice, s"),
)
FREEZES = ("counted_per_minute", "freezes_per_minute")
CONCEALED_POINTS, FREEZES_MORE = 0.5, 1.0
"""What a call of ours may be worse than the direct one, anywhere."""


def commit() -> str:
    """What was measured, shortly."""
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def append(path: Path, record: Record) -> None:
    """Add a run; NaN is written as null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(_plain(record)) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def read(path: Path) -> list[Record]:
    """All runs so far, oldest first."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def pairs(records: Sequence[Record], case: str) -> int:
    """How many pairs of a case have been begun: the number of the last, 0 of none."""
    return max((each["run"] for each in records if each["case"] == case), default=0)


def latest(records: Sequence[Record], case: str, kind: Kind, runs: int) -> list[Record]:
    """The last runs of a case that came to their end."""
    fit = [
        each for each in records
        if each["case"] == case and each["kind"] == kind and "error" not in each
    ]  # fmt: skip
    return fit[-runs:]


def value(record: Record, figure: str) -> float:
    """A figure of the person who has it worse, or of the call."""
    found = record["figures"]["worse"].get(figure, record["figures"].get(figure))
    return math.nan if found is None else float(found)


def spread(runs: Sequence[Record], figure: str) -> tuple[float, str]:
    """(median, as text with the least and greatest)."""
    values = [each for run in runs if not math.isnan(each := value(run, figure))]
    if not values:
        return math.nan, "none"
    middle = statistics.median(values)
    told = f"{middle:.2f}".rstrip("0").rstrip(".")
    return middle, f"{told} ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else told


def tables(records: Sequence[Record], runs: int) -> list[Table]:
    """The verdicts, then each case beside the direct call."""
    rows, beside = [], []
    for case in CASES.values():
        ours = latest(records, case.name, Kind.OURS, runs)
        direct = latest(records, case.name, Kind.DIRECT, runs)
        if not ours:
            if case.bars:
                rows.append((case.title, "not measured", "; ".join(bar.says for bar in case.bars)))
            continue
        rows += [_verdict(case, bar, ours, direct) for bar in case.bars]
        if direct:
            rows.append(_against(case, ours, direct))
            beside.append(_beside(case, ours, direct))
    return [Table("What must hold", rows), *beside]


def _verdict(
    case: Case, bar: Bar, ours: Sequence[Record], direct: Sequence[Record]
) -> tuple[str, str, str]:
    middle, told = spread(ours, bar.figure)
    told = f"{told}{bar.unit}, {len(ours)} runs"
    if direct and not math.isnan(spread(direct, bar.figure)[0]):
        told += f"; direct {spread(direct, bar.figure)[1]}{bar.unit}"
    return case.title, told, f"{bar.says}: {'held' if bar.held(middle) else 'MISSED'}"


def _against(case: Case, ours: Sequence[Record], direct: Sequence[Record]) -> tuple[str, str, str]:
    """The bar of every case: no worse than the direct call, but for a little."""
    concealed = spread(ours, "concealed_percent")[0] - spread(direct, "concealed_percent")[0]
    # Each count misses something; the less favourable one is judged.
    freezes = max(
        (spread(ours, each)[0] - spread(direct, each)[0] for each in FREEZES),
        key=lambda more: -math.inf if math.isnan(more) else more,
    )
    # Where no moving picture was meant there is none to freeze.
    fits = concealed <= CONCEALED_POINTS and not freezes > FREEZES_MORE
    told = f"{concealed:+.2f} points concealed, {freezes:+.1f} freezes a minute"
    bar = f"at most +{CONCEALED_POINTS:g} points, +{FREEZES_MORE:g} freezes"
    return f"{case.title}: against the direct call", told, f"{bar}: {'held' if fits else 'MISSED'}"


def _beside(case: Case, ours: Sequence[Record], direct: Sequence[Record]) -> Table:
    rows = [(says, spread(ours, figure)[1], spread(direct, figure)[1]) for figure, says in SHOWN]
    notes = [_circumstances(name, runs) for name, runs in (("Ours", ours), ("Direct", direct))]
    return Table(case.title, rows, notes, ("median (least to greatest)", "ours", "direct"))


def _circumstances(whose: str, runs: Sequence[Record]) -> str:
    seconds = "/".join(sorted({f"{each['seconds']:g}" for each in runs}))
    commits = ", ".join(sorted({each["commit"] for each in runs}))
    loads = [each["load"] for each in runs]
    return (
        f"{whose}: {len(runs)} runs of {seconds} s, commit {commits}, "
        f"load {min(loads):.1f} to {max(loads):.1f}."
    )


def write(path: Path, records: Sequence[Record], runs: int) -> None:
    """Write the page."""
    about = [("Chromium", report.said("chromium", "--version")), ("cores", str(os.cpu_count()))]
    report.write(path, TITLE, "make bench-network", METHOD, tables(records, runs), about)
