"""From a withdrawal to the last byte, as the files themselves show."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from uuid import uuid4

from tests.support.recorded_call import apart, call

RECORD_S = 0.7


async def measure(folder: Path, trials: int) -> list[float]:
    """Seconds from asking to the last change of a file, 0 where there is none."""
    found = []
    async with call(apart(folder, []), folder) as made:
        talking = asyncio.create_task(_talk_on(made))
        for _ in range(trials):
            made.recording = uuid4()
            await made.plane.record(made.order())
            await asyncio.sleep(RECORD_S)
            asked = time.time()
            await made.stop(discard=True)
            await asyncio.sleep(0.1)
            written = [
                (await asyncio.to_thread(each.stat)).st_mtime
                for each in (folder / made.recording.hex).iterdir()
            ]
            found.append(max(0.0, max(written, default=0.0) - asked))
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking
    return found


async def _talk_on(made: object) -> None:
    while True:
        await made.talk(5.0)  # type: ignore[attr-defined]
