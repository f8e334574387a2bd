"""``python -m tests.bench.recording``: what recording must hold, as a table.

With ``RESULTS`` it is also written as a page, of the last run of each case. ``--cases cost,kill``
runs some; ``--trials 20`` is for a quick look, and the page says so.
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
from tests.bench.recording import cost, gaps, kill, players, withdraw
from tests.support.figures import Row, Table
from tests.support.gateway import ROOT

DATA: Final = ROOT / ".make" / "bench-recording.json"
TRIALS: Final = 200
METHOD: Final = """\
Cost: RTP of two people, each with a picture of 1280 by 720 at 30 a second and 1.5 Mbit/s (its
pictures filled up to that) and a voice, is handed to the recorder in real time, as an engine hands
it over, and recorded to a disk with all its syncs; the same again with nobody listening. What
recording costs is the difference of the processor's time, thread and loop together. Killed: a media
process is ended by SIGKILL at a moment by chance while it records a call over loopback; what was
lost is from the last packet that was sent to the last frame that can be played.
Withdrawn: from when signaling asks a media process to the last change of any of the recording's
files, as the file system tells it (to some 4 ms); 0 is that nothing was written any more. Gaps: in
virtual time, a voice with a jitter of 30 ms and sender reports loses packets by chance, and by
bursts; each gap that the file tells is held against when the lost packets were sent. Players: whole
files, and what lies on the disk before the end is written.
"""


async def _cost(_: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = await cost.measure(Path(folder))
    return [
        ("a 1:1 session of 720p, recorded: of a core", f"{found.percent:.1f} %", "<= 5 %"),
        ("the same: packets a second, syncs a second",
         f"{found.packets_per_s:.0f}, {found.syncs_per_s:.0f}", "(no bar)"),
        ("on the loop, of that", f"{found.loop_percent:.1f} %", "(no bar)"),
        ("packets for which there was no room", str(found.overflowed), "0"),
    ]  # fmt: skip


async def _kill(trials: int) -> list[Row]:
    count = max(3, trials // 10)
    lost = []
    for seed in range(count):
        with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
            lost += await kill.measure(Path(folder), seed)
    return [
        (f"kill -9 while recording, {count} times: lost", f"at most {max(lost):.2f} s", "<= 1 s"),
        ("files that open and play to there", f"{len(lost)} of {2 * count}", "all"),
    ]


async def _withdraw(trials: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = sorted(await withdraw.measure(Path(folder), trials))
    p50, p99 = (found[int(len(found) * each)] for each in (0.5, 0.99))
    told = f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
    return [(f"withdraw to last byte, {trials} times", told, "p99 <= 250 ms")]


async def _gaps(_: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = await gaps.measure(Path(folder))
    return [
        ("gaps of a voice that loses 2 % and bursts: told of lost", f"{found.told} of {found.lost}",
         "all"),
        ("the farthest from where they were", f"{found.farthest_ms:.0f} ms", "<= 20 ms"),
        ("duration of ten minutes: off by", f"{found.off_percent:.3f} %", "<= 0.1 %"),
    ]  # fmt: skip


async def _players(_: int) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return await players.measure(Path(folder))


CASES: Final[dict[str, Callable[[int], Awaitable[list[Row]]]]] = {
    "cost": _cost,
    "kill": _kill,
    "withdraw": _withdraw,
    "gaps": _gaps,
    "players": _players,
}


def _write(page: Path, kept: dict[str, list[Row]], trials: int) -> None:
    missing = [("", "not measured", "")]
    rows = [(row[0] or name, row[1], row[2]) for name in CASES for row in kept.get(name, missing)]
    quick = "" if trials == TRIALS else f"\nA quick look: {trials} trials, not {TRIALS}.\n"
    table = Table("Recording", rows)
    report.write(page, "Recording", "make bench-recording", METHOD + quick, [table])


def main() -> int:
    """Run the cases; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.recording")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--trials", type=int, default=TRIALS)
    given = parser.parse_args()
    DATA.parent.mkdir(exist_ok=True)
    kept: dict[str, list[Row]] = json.loads(DATA.read_text()) if DATA.exists() else {}
    for name in given.cases.split(","):
        kept[name] = uvloop.run(_case(partial(CASES[name], given.trials)))
        DATA.write_text(json.dumps(kept))
        print("\n".join(Table(name, kept[name]).lines()), flush=True)
    page = os.environ.get("RESULTS")
    if page:
        _write(Path(page), kept, given.trials)
    return 0


async def _case(case: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await case()


if __name__ == "__main__":
    sys.exit(main())
