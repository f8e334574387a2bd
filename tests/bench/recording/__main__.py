"""``python -m tests.bench.recording``: what recording must hold, as a table.

With ``RESULTS`` it is also written as a page, of the last run of each case. ``--cases cost,kill``
runs some; ``--trials 20`` is for a quick look, and the page says so.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import uvloop

from tests.bench import report
from tests.bench.recording import (
    calls,
    cost,
    erase,
    forward,
    gaps,
    kill,
    lips,
    lips_hour,
    players,
    schedules,
    withdraw,
)
from tests.support.figures import Row, Table
from tests.support.gateway import ROOT

DATA: Final = ROOT / ".make" / "bench-recording.json"
TRIALS: Final = 200
METHOD: Final = """\
Consent: random schedules of people who do anything at any time, of the machine and of a whole room
with its shell, in as many processes as there are cores; an observer of its own account sees what is
captured. Real calls: a gateway, an engine and two browsers; the folder of recordings is looked at
every 5 ms, and what lay there is held against when the audit says that it was started, which is
after the last consent and the last acknowledgement. Then the gateway's process is ended by SIGKILL;
the last change of a file is as the file system tells it.

Withdrawn: from when signaling asks a media process to the last change of any of the recording's
files, as the file system tells it (to some 4 ms); 0 is that nothing was written any more. While it
is being closed: somebody had stopped it in the same turn of the loop.

Cost: RTP of two people, each with a picture of 1280 by 720 at 30 a second and 1.5 Mbit/s (its
pictures filled up to that) and a voice, is handed to the recorder in real time, as an engine hands
it over, and recorded to a disk with all its syncs; the same again with nobody listening. What
recording costs is the difference of the processor's time, thread and loop together. Forwarding: the
loop's own time for a packet of a call of two, pure Python, by who listens, in turns; the median of
21 rounds, and the least of them, which a busy machine moves less.

Lip-sync, virtual: what comes over two lines with 2 % loss, jitter and queues, of two people whose
clocks drift apart by 50 ppm and whose sound cards by 90, goes through the recorder into files,
which are decoded; a flash and a beep at once every five seconds. A mark whose first packet was
lost is left out. Lip-sync, real: a booked hour between two browsers, whose cameras flash and whose
microphones beep with each second of the machine's clock, is recorded, opened by the counsellor's
player's own requests, and decoded. A flash that a busy page paints more than 10 ms late, and one
whose first picture the browser did not send, are left out: they would tell of themselves.

Gaps: in virtual time, a voice with a jitter of 30 ms and sender reports loses packets by chance,
and by bursts; each gap that the file tells is held against when the lost packets were sent. Killed:
a media process is ended by SIGKILL at a moment by chance while it records a call over loopback;
what was lost is from the last packet that was sent to the last frame that can be played.

Erased: a client takes a recording of four files back at once, over HTTP and on SQLite, while a
player asks for a range all the time; a copy of the files as they lay there is then tried with
every key that the gateway has. Players: whole files, and what a crash leaves of them, under the
index that they are given; Chromium plays each to its end and seeks three times. Of VLC it is told
what its demuxer warns of, but for what it also warns of in a file that FFmpeg's library made
alone.

The machine's two cores are shared with whatever else was run meanwhile; what hangs on that is
higher here than on a quiet one.
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
    rows = []
    for what, closing in (("withdraw", False), ("withdraw while it is being closed", True)):
        with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
            found = sorted(await withdraw.measure(Path(folder), trials, closing=closing))
        p50, p99 = (found[int(len(found) * each)] for each in (0.5, 0.99))
        told = f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms"
        rows.append((f"{what}: to the last byte, {trials} times", told, "p99 <= 250 ms"))
    return rows


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


async def _consent(trials: int) -> list[Row]:
    count = 50 * trials
    rows = []
    kinds = ("the machine alone", "a room with its shell, storage and recorder in trouble")
    for kind, ran in zip(kinds, await asyncio.to_thread(schedules.measure, count), strict=True):
        told = f"{len(ran.broken)} in {ran.count:,}, {ran.began:,} of which came to record, "
        rows.append(
            (f"captured without consent or acknowledgement: {kind}",
             f"{told}{ran.seconds:.0f} s", f"0 in {50 * TRIALS:,}")
        )  # fmt: skip
        print("\n".join(ran.broken[:20]), flush=True)
    return rows


async def _calls(trials: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = await calls.measure(Path(folder), max(1, trials // 20))
    first, ended = [each.first_ms for each in found], [each.ended_s for each in found]
    agreed, count = [each.agreed_ms / 1000 for each in found], len(found)
    return [
        (f"real calls, {count}: bytes on the disk before the start",
         str(max(each.early for each in found)), "0"),
        ("from the last consent to the start", _spread(agreed, "s", 1), ">= 5 s"),
        ("from the start to the first byte", _spread(first, "ms"), "after it"),
        (f"signaling killed by SIGKILL while recording, {count} times: to a file's last change",
         _spread(ended, "s", 2), "<= 3 s"),
        ("of which were being written to just before",
         f"{sum(each.growing for each in found)} of {count}", "all"),
        ("media processes left after 4.5 s", str(sum(each.left for each in found)), "0"),
    ]  # fmt: skip


async def _lips_hour(trials: int) -> list[Row]:
    minutes = min(60.0, trials * 60 / TRIALS)
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        found = await asyncio.to_thread(lips_hour.measure, Path(folder), minutes * 60)
    what = f"lip-sync, {found.decoded_s / 60:.0f} virtual minutes, decoded"
    return [
        (f"{what}: voice from picture", _marks(found.within), "<= 40 ms"),
        (f"{what}: one person from the other", _marks(found.between), "<= 40 ms"),
    ]


async def _lips(trials: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = await lips.measure(Path(folder) / "hour", min(5.0, trials * 5 / TRIALS))
    what = f"lip-sync, {found.seconds / 60:.1f} minutes of two browsers, decoded"
    return [
        (f"{what}: the counsellor's beep after their flash", _marks(found.counsellor), "<= 40 ms"),
        (f"{what}: the client's", _marks(found.client), "<= 40 ms"),
        (f"{what}: the client's flash after the counsellor's", _marks(found.flashes), "<= 40 ms"),
        (f"{what}: their beeps", _marks(found.beeps), "<= 40 ms"),
        ("how late the pages painted their flashes", _spread(found.late, "ms"), "(the measure's)"),
    ]


async def _erase(trials: int) -> list[Row]:
    with tempfile.TemporaryDirectory(dir=ROOT / ".make") as folder:
        found = await erase.measure(Path(folder), trials)
    refused, erased = [each.refused_s for each in found], [each.erased_s for each in found]
    count = len(found)
    return [
        (f"erasure, {count} times: until no range is given", _spread(refused, "s", 2), "<= 1 s"),
        ("until it is erased, and that is answered", _spread(erased, "s", 2), "<= 1 s"),
        ("certificates that verify", f"{sum(each.proofs for each in found)} of {2 * count}", "all"),
        ("keys tried on files as they had lain there: opened",
         f"{sum(each.opened for each in found)} of {sum(each.tried for each in found):,}", "0"),
    ]  # fmt: skip


async def _forward(_: int) -> list[Row]:
    found = await asyncio.to_thread(forward.measure)
    return [
        (f"forwarding a packet from one to another: {who}",
         f"{middle:.1f} us (least {least:.1f})", "(no bar)")
        for who, (middle, least, _) in found.items()
    ]  # fmt: skip


def _spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    shown = [f"{each:.{digits}f}" for each in (median(values), min(values), max(values))]
    return f"median {shown[0]} {unit}, {shown[1]} to {shown[2]}"


def _marks(values: Sequence[float]) -> str:
    """How far marks are apart."""
    if not values:
        return "no marks"
    most = max(values, key=abs)
    return f"median {median(values):+.0f} ms, greatest {most:+.0f} ms, {len(values)} marks"


def _memory() -> Path:
    """Where an hour in virtual time need not wait for a disk."""
    shared = Path("/dev/shm")  # noqa: S108  a folder of its own is made in it
    return shared if shared.is_dir() else ROOT / ".make"


CASES: Final[dict[str, Callable[[int], Awaitable[list[Row]]]]] = {
    "consent": _consent,
    "calls": _calls,
    "withdraw": _withdraw,
    "cost": _cost,
    "forward": _forward,
    "lips-hour": _lips_hour,
    "lips": _lips,
    "gaps": _gaps,
    "kill": _kill,
    "erase": _erase,
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
    kept = _kept()
    for name in given.cases.split(","):
        rows = uvloop.run(_case(partial(CASES[name], given.trials)))
        kept = _kept() | {name: rows}
        DATA.write_text(json.dumps(kept))
        print("\n".join(Table(name, kept[name]).lines()), flush=True)
    page = os.environ.get("RESULTS")
    if page:
        _write(Path(page), kept, given.trials)
    return 0


def _kept() -> dict[str, list[Row]]:
    """What was measured before, a case at a time or several side by side."""
    return json.loads(DATA.read_text()) if DATA.exists() else {}


async def _case(case: Callable[[], Awaitable[list[Row]]]) -> list[Row]:
    return await case()


if __name__ == "__main__":
    sys.exit(main())
