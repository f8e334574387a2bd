"""What the network loses of a voice, and what the file says of it; in virtual time."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import UUID

from recording.inbox import Inbox, Packet, Report
from recording.part_file import Part, Place
from recording.store import FolderStore
from recording.take import Begin, Take
from tests.support.film import header, sounds

SECONDS = 600
LOSS, BURST_EACH, BURST = 0.02, 700, 15
JITTER_S = 0.03
REPORT_EACH = 250


class Marks(NamedTuple):
    """How the file's gaps stand to those that were made."""

    lost: int
    told: int
    farthest_ms: float
    off_percent: float


async def measure(folder: Path) -> Marks:
    """Ten minutes of a voice that loses 2 %, and a burst of 0.3 s now and then."""
    random = Random(7)
    count = SECONDS * 50
    lost = {index for index in range(1, count - 1) if random.random() < LOSS}
    for start in range(BURST_EACH, count - BURST - 1, BURST_EACH):
        lost |= set(range(start, start + BURST))
    part = Part(UUID(int=3), "part", bytes(32))
    place = Place(FolderStore(folder), UUID(int=1), UUID(int=2))
    inbox = Inbox()
    take = Take(place, {"part": (part, "ann")}, Begin(1.0, 0, 1), inbox, lambda _: None)
    sent = [
        (1.0 + index / 50 + (random.random() * JITTER_S if index else 0), index)
        for index in range(count)
        if index not in lost
    ]
    told: set[int] = set()
    for arrived, index in sorted(sent):
        data = header(111, index, index * 960, 5, marker=False) + sounds(100)[index % 100]
        if index % REPORT_EACH in {0, 1} and index - index % REPORT_EACH not in told:
            told.add(index - index % REPORT_EACH)
            ntp = int((5000 + index / 50) * 2**32)
            inbox.note(Report("part", 0, ntp, index * 960, arrived))
        inbox.put(Packet("part", 0, 1, "opus", 48_000, 111, data, arrived))
        while take.work(arrived):
            pass
    (file,) = take.close(1.0 + SECONDS)
    runs = _runs(sorted(lost))
    errors = [min(_error(run, gap) for gap in file.gaps) for run in runs]
    return Marks(
        len(runs),
        sum(error <= 20 for error in errors),
        max(errors),
        abs(file.duration_ms / 1000 - SECONDS) / SECONDS * 100,
    )


def _runs(lost: list[int]) -> list[tuple[float, float]]:
    """Stretches that were lost, in ms of when they were sent."""
    firsts = [index for index in lost if index - 1 not in lost]
    lasts = [index for index in lost if index + 1 not in lost]
    return [(first * 20, last * 20 + 20) for first, last in zip(firsts, lasts, strict=True)]


def _error(run: tuple[float, float], gap: tuple[int, int]) -> float:
    return max(abs(run[0] - gap[0]), abs(run[1] - gap[1]))
