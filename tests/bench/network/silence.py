"""Silence with a cause: what the near page is told of a far voice that stops, and how soon.

It stops because its person is quiet, because the line is cut, or because its device pauses.

The label is taken from what the page is told (gaps of voices, paused devices), 20 ms apart: what it
shows follows within a frame. A quiet person's packets go on, which is the whole difference.
"""

from __future__ import annotations

import asyncio
import random
from enum import StrEnum
from typing import Any

from tests.bench.network.place import Call, Tap
from tests.bench.network.trial import ROLES, SETTLE_S, Figures
from tests.support.figures import percentile

TRIALS = 30
HOLD_S, REST_S = 3.0, 3.0
"""How long a silence lasts, and the speech between two: longer than any label stays."""
PERIOD_S = 0.02
NEVER_S = 60.0
STOP = """
(device) => {
  for (const { track } of window.testPeers.at(-1).getSenders()) {
    if (track?.kind !== 'audio') continue;
    track.enabled = false;
    if (!device) continue;
    Object.defineProperty(track, 'muted', { value: true, configurable: true });
    track.dispatchEvent(new Event('mute'));
  }
}
"""
"""Silence at the source; a device that pauses says so to its page as well (W3C mediacapture)."""
GO_ON = """
() => {
  for (const { track } of window.testPeers.at(-1).getSenders()) {
    if (track?.kind !== 'audio') continue;
    track.enabled = true;
    if (!Object.hasOwn(track, 'muted')) continue;
    delete track.muted;
    track.dispatchEvent(new Event('unmute'));
  }
}
"""


class Cause(StrEnum):
    """Why nothing is heard."""

    QUIET = "quiet"
    CUT = "cut"
    DEVICE = "device"


def told(tap: Tap) -> Cause:
    """What a page may say of the far person's silence by now. Pure."""
    gaps: dict[Any, bool] = {}
    paused, far = "none", None
    for _, event in tap.heard:
        for view in event.get("participants") or [event.get("participant")]:
            if isinstance(view, dict) and view.get("role") == ROLES["far"]:
                far, paused = view.get("id"), view.get("device_paused", paused)
        if event.get("type") == "voice_gap" and event.get("speaker") == far:
            gaps[event.get("gap")] = event.get("ended_at") is None
    if paused in {"microphone", "both"}:
        return Cause.DEVICE
    return Cause.CUT if any(gaps.values()) else Cause.QUIET


async def silence(call: Call) -> Figures:
    """So many trials in an order by chance, each cause as often."""
    await asyncio.sleep(SETTLE_S)
    causes = list(Cause) * (TRIALS // len(Cause))
    random.Random(1).shuffle(causes)
    trials = [(cause, *await _trial(call, cause)) for cause in causes]
    late = [after_s for cause, _, after_s in trials if cause is not Cause.QUIET]
    return {
        "worse": {
            "wrong": float(sum(label is not cause for cause, label, _ in trials)),
            "label_s": max(late),
            "label_p50_s": percentile(late, 0.5),
        },
        "trials": [
            [cause.value, label.value, round(after_s, 3)] for cause, label, after_s in trials
        ],
    }


async def _trial(call: Call, cause: Cause) -> tuple[Cause, float]:
    """(the first label that is not "quiet", after how long), or (quiet, 0)."""
    far, tap = call.people["far"].page, call.taps["near"]
    loop = asyncio.get_running_loop()
    begun = loop.time()
    if cause is Cause.CUT:
        call.lab.cut(HOLD_S, ["up"])
    else:
        await far.evaluate(STOP, cause is Cause.DEVICE)
    label, after_s = Cause.QUIET, 0.0 if cause is Cause.QUIET else NEVER_S
    while loop.time() < begun + HOLD_S:
        now = told(tap)
        if label is Cause.QUIET and now is not Cause.QUIET:
            label, after_s = now, loop.time() - begun
        await asyncio.sleep(PERIOD_S)
    await far.evaluate(GO_ON)
    await asyncio.sleep(REST_S)
    return label, after_s
