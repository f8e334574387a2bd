"""Lip-sync as a recorded hour's files have it: flashes and beeps between two real browsers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

from tests.bench.recording import hour
from tests.support import flash_and_beep as marks
from tests.support.browsers import pool

MINUTES = 5.0


class Together(NamedTuple):
    """How far apart what belongs together is in the decoded files, in ms; one of each mark."""

    counsellor: list[float]
    """How much later a beep is heard than its flash is seen."""
    client: list[float]
    flashes: list[float]
    """How much later the client's are than the counsellor's, who flash at one time of the wall."""
    beeps: list[float]
    late: list[float]
    """How late the pages painted their flashes: the measure's own error."""
    seconds: float


async def measure(folder: Path, minutes: float = MINUTES) -> Together:
    """Record so long, stop, and decode what the counsellor's player is given."""
    async with pool(), hour.two_people(folder, marks.DEVICES) as made:
        await hour.agree(made)
        await hour.stage(made.client.page, "recording")
        pages = [made.counsellor.page, made.client.page]
        late = [len(await page.evaluate("window.testLate")) for page in pages]
        await asyncio.sleep(minutes * 60)
        late = [
            each
            for page, before in zip(pages, late, strict=True)
            for each in (await page.evaluate("window.testLate"))[before:]
        ]
        await hour.stop(made)
        files = await hour.files(made)
    found: dict[tuple[str, str], list[float]] = {}
    for file, data in files:
        read = marks.beeps if file["medium"] == "audio" else marks.flashes
        at = file["starts_ms"] / 1000
        key = (file["role"], file["medium"])
        found.setdefault(key, []).extend(at + mark for mark in await asyncio.to_thread(read, data))
    return _compare(found, late, max(file["duration_ms"] for file, _ in files) / 1000)


def _compare(
    found: dict[tuple[str, str], list[float]], late: list[float], seconds: float
) -> Together:
    def apart(one: tuple[str, str], other: tuple[str, str]) -> list[float]:
        return [each * 1000 for each in marks.apart(found[one], found[other])]

    return Together(
        apart(("counsellor", "video"), ("counsellor", "audio")),
        apart(("client", "video"), ("client", "audio")),
        apart(("counsellor", "video"), ("client", "video")),
        apart(("counsellor", "audio"), ("client", "audio")),
        late,
        seconds,
    )
