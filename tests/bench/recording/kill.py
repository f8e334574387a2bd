"""A media process is killed while it records: what is lost."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from random import Random

from recording.recovery import recover
from tests.support.film import watch
from tests.support.recorded_call import TENANT, apart, call, kill_recording


async def measure(folder: Path, seed: int) -> list[float]:
    """Seconds lost of each file that opens, when killed at a moment by chance."""
    after = 1.5 + Random(seed).random() * 2
    loop = asyncio.get_running_loop()
    async with call(apart(folder, []), folder) as made:
        began = loop.time()
        await made.plane.record(made.order())
        talking = asyncio.create_task(made.talk(5.0))
        await asyncio.sleep(after)
        killed = loop.time() - began
        kill_recording(folder)
        await asyncio.sleep(0.3)
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking
        files = recover(made.store, TENANT, made.recording, made.keys)
        return [killed - file.starts_ms / 1000 - watch(made.read(file)).times[-1] for file in files]
