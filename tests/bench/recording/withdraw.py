"""From a withdrawal to the last byte, as the files themselves show."""

from __future__ import annotations

import asyncio
import contextlib
import time
from itertools import count
from pathlib import Path
from uuid import uuid4

from media.channel import RecordPermit
from tests.support.film import FRAGMENT, header, pictures, sounds
from tests.support.recorded_call import ROOM, Call, apart, call

RECORD_S = 0.7
NUMBER = 1000
"""Of a permit after all that have renewed it."""


async def measure(folder: Path, trials: int, *, closing: bool) -> list[float]:
    """Seconds from asking to the last change of a file, 0 where there is none.

    ``closing``: what is taken back was stopped just before, and is being closed.
    """
    found = []
    pictures("vp8", 60)  # made before anything is timed
    sounds(100)
    async with call(apart(folder, []), folder) as made:
        talking = asyncio.create_task(_talk_on(made))
        await asyncio.sleep(1)
        for _ in range(trials):
            made.recording = uuid4()
            await made.plane.record(made.order())
            await asyncio.sleep(RECORD_S)
            stopping = asyncio.create_task(made.stop() if closing else asyncio.sleep(0))
            await asyncio.sleep(0)  # it is under way
            asked = time.time()
            made.plane.permit(RecordPermit(ROOM, str(made.recording), 1, NUMBER, frozenset()))
            await made.stop(discard=True)
            await stopping
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


async def _talk_on(made: Call) -> None:
    """A picture with a keyframe each second, and a voice, for as long as it takes."""
    loop = asyncio.get_running_loop()
    began, voices = loop.time(), 0
    ssrcs = made.peer.ssrcs
    for index in count():
        await asyncio.sleep(max(0.0, began + index / 30 - loop.time()))
        picture, _ = pictures("vp8", 60)[index % 60]
        head = header(96, index, index * 3000, ssrcs.picture, marker=True)
        made.peer.send_rtp(head + b"\x10" + picture[:FRAGMENT])
        while voices < index * 50 // 30:
            voices += 1
            head = header(111, voices, voices * 960, ssrcs.voice, marker=False)
            made.peer.send_rtp(head + sounds(100)[voices % 100])
