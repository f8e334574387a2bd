"""How well what was heard can be understood: STOI of each line against what was said.

A jitter buffer stretches and shortens time, so each line is looked for by itself in the recording.
"""

from __future__ import annotations

import asyncio
import base64
import io
import math
from typing import Any

import av

from tests.bench.network import inputs
from tests.bench.network.place import SIDES, Call
from tests.bench.network.trial import SETTLE_S, Figures, Watch
from tests.support.browsers import Person

RATE_HZ = 16_000
WHOLE_MATCH = 0.5
"""Normalised correlation with a line that is in a lossless recording as a whole: 0.8 and more; with
one that is not: 0.25 and less."""


def recorded(text: str) -> Any:
    """A page's recording (PCM in WebM, base64) as floats at :data:`RATE_HZ`."""
    import numpy as np

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(io.BytesIO(base64.b64decode(text))) as container:
        parts = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([np.zeros(0), *(part.to_ndarray()[0] for part in parts)])


def line_scores(speech: inputs.Speech, heard: Any) -> list[tuple[float, float]]:
    """(match, STOI) of each line, in the order of the lines, where it fits the recording best."""
    from pystoi import stoi
    from scipy.signal import resample_poly

    rate, said = inputs.samples_of(speech.path)
    down = rate // RATE_HZ
    clean = resample_poly(said, 1, down)
    scores = []
    for start, end in speech.lines:
        line = clean[start // down : end // down]
        at, match = find(line, heard)
        part = heard[at : at + len(line)]
        scores.append((match, float(stoi(line, part, RATE_HZ)) if len(part) == len(line) else 0.0))
    return scores


def find(line: Any, heard: Any) -> tuple[int, float]:
    """Where a line fits best, and how well (correlation over both energies)."""
    import numpy as np
    from scipy.signal import fftconvolve

    if len(heard) < len(line):
        return 0, 0.0
    product = fftconvolve(heard, line[::-1], mode="valid")
    energy = np.concatenate([[0.0], np.cumsum(heard**2)])
    around = np.sqrt(np.maximum(energy[len(line) :] - energy[: -len(line)], 1e-6))
    match = product / (around * math.sqrt(float(np.sum(line**2))) + 1e-9)
    at = int(np.argmax(match))
    return at, float(match[at])


def means(
    before: list[tuple[float, float]], after: list[tuple[float, float]]
) -> tuple[float, float]:
    """Mean scores without and with loss, over the lines that the first recording has whole."""
    pairs = [
        (a, b) for (match, a), (_, b) in zip(before, after, strict=True) if match >= WHOLE_MATCH
    ]
    if not pairs:
        return math.nan, math.nan
    return sum(a for a, _ in pairs) / len(pairs), sum(b for _, b in pairs) / len(pairs)


async def record(call: Call, seconds: float) -> dict[str, Any]:
    """What both pages hear for so long."""
    for someone in call.people.values():
        await someone.page.evaluate("() => window.meter.record()")
    await asyncio.sleep(seconds)
    return {side: recorded(await _stop(call.people[side])) for side in SIDES}


async def _stop(someone: Person) -> str:
    text: str = await someone.page.evaluate("() => window.meter.recorded()")
    return text


async def stoi(call: Call, lossy: Any, seconds: float) -> Figures:
    """A lossless recording, then one on the bad line; each person's scores."""
    await asyncio.sleep(SETTLE_S)
    before = await record(call, seconds)
    watch = Watch(call)
    await watch.begin()
    call.lab.both(lossy)
    await asyncio.sleep(3)  # what was on its way is played
    start = asyncio.get_running_loop().time()
    after = await record(call, seconds)
    found = await watch.figures(start, asyncio.get_running_loop().time())
    call.lab.both()
    for side, other in (SIDES, SIDES[::-1]):
        said = inputs.speech(other)
        scores = [
            await asyncio.to_thread(line_scores, said, each[side]) for each in (before, after)
        ]
        clean, bad = means(*scores)
        found[side] |= {"stoi_lossless": clean, "stoi": bad, "stoi_share": bad / clean}
    for name in ("stoi_lossless", "stoi", "stoi_share"):
        found["worse"][name] = min(found[side][name] for side in SIDES)
    return found
