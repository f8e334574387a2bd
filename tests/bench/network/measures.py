"""From what a page noted to figures. Pure: times are the page's own clock, in ms.

A figure is NaN where there was nothing to take it of; a page of results says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Sample = dict[str, Any]
Span = tuple[float, float]
FREEZE_FRAMES = 30
"""The average between frames is of so many, as webrtc-stats has it for freezeCount."""
FIRST_GAP_MS = 1000 / 15
"""What a first gap is held against: the slowest film that is sent."""
MADE_UP = 0.9
BUFFER_MS = 300.0
SETTLED_MS = 5000.0
"""A line's first seconds are the step from another one."""
BUFFER_PERIOD_MS = 500.0
"""Short enough for the bar of 5 s, long enough that every period has voice in it."""


@dataclass(frozen=True)
class Window:
    """What one page noted in a stretch of time."""

    samples: Sequence[Sample]
    frames: Sequence[float]
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.start) / 1000

    def part(self, start: float, end: float) -> Window:
        """A stretch of it."""
        samples = [each for each in self.samples if start <= each["at"] <= end]
        frames = [at for at in self.frames if start <= at <= end]
        return Window(samples, frames, start, end)

    def risen(self, key: str) -> float:
        """By how much a counter has risen."""
        return sum(rises(self.samples, key))


def rises(samples: Sequence[Sample], key: str) -> list[float]:
    """By how much a counter rose from each sample to the next.

    It begins anew with each peer connection. When another track has the voice, nothing is known.
    """
    found = []
    for before, after in pairwise(samples):
        value = after.get(key, 0.0)
        if before["peer"] == after["peer"]:
            same = key.startswith("video") or before.get("audio.of") == after.get("audio.of")
            value = value - before.get(key, 0.0) if same else 0.0
        found.append(max(0.0, value))
    return found


def silenced_s(samples: Sequence[Sample]) -> float:
    """The longest time in which nearly all that was played as voice was made up."""
    longest = run = 0.0
    made_up = rises(samples, "audio.concealedSamples")
    played = rises(samples, "audio.totalSamplesReceived")
    for (before, after), part, whole in zip(pairwise(samples), made_up, played, strict=True):
        run = run + after["at"] - before["at"] if part >= MADE_UP * whole else 0.0
        longest = max(longest, run)
    return longest / 1000


def per(part: float, whole: float) -> float:
    """A quotient, NaN of nothing."""
    return part / whole if whole else math.nan


def freezes(frames: Sequence[float], spans: Sequence[Span]) -> list[float]:
    """How long, in s, each freeze was, in the spans of time in which there should be a picture.

    A freeze is a gap of max(3 x average, average + 150 ms) and more, the average being of the gaps
    before it. A gap that a span's end cuts off counts as far as it went.
    """
    found = []
    for start, end in spans:
        gaps: list[float] = []
        inside = [at for at in frames if start <= at <= end]
        for before, after in pairwise([*inside, end] if inside else [start, end]):
            gap = after - before
            average = sum(gaps) / len(gaps) if gaps else FIRST_GAP_MS
            if gap >= max(3 * average, average + 150):
                found.append(gap / 1000)
            gaps = [*gaps, gap][-FREEZE_FRAMES:]
    return found


def counted_freezes(samples: Sequence[Sample], spans: Sequence[Span]) -> float:
    """How many freezes the browser itself counted (``freezeCount``), in the same spans."""
    rose = zip(samples[1:], rises(samples, "video.freezeCount"), strict=False)
    return sum(by for each, by in rose if any(a <= each["at"] <= b for a, b in spans))


def longest_gap_s(samples: Sequence[Sample], key: str, start: float, end: float) -> float:
    """The longest time in which a counter stood still."""
    longest, moved, value = 0.0, start, None
    for each in samples:
        if value is None or each.get(key, 0) != value:
            longest = max(longest, each["at"] - moved) if value is not None else 0.0
            moved, value = each["at"], each.get(key, 0)
    return max(longest, end - moved) / 1000


def buffers(window: Window) -> list[tuple[float, float]]:
    """(end of period, ms of voice that waited to be played) for each half second."""
    found = []
    at = window.start
    while at + BUFFER_PERIOD_MS <= window.end:
        part = window.part(at, at + BUFFER_PERIOD_MS + 150)
        emitted = part.risen("audio.jitterBufferEmittedCount")
        if emitted:
            found.append(
                (at + BUFFER_PERIOD_MS, part.risen("audio.jitterBufferDelay") / emitted * 1000)
            )
        at += BUFFER_PERIOD_MS
    return found


def buffer_back_s(window: Window) -> float:
    """From the window's start to when the voice's buffer was under 300 ms and stayed there."""
    last = window.start
    for at, buffered in buffers(window):
        if buffered >= BUFFER_MS:
            last = at
    return (last - window.start) / 1000


def figures(window: Window, picture: Sequence[Span]) -> dict[str, float]:
    """What one page has heard and seen. ``picture``: when the call meant to show a moving one.

    Freezes are those in ``picture``, a minute of the whole call: one in the seconds before a line
    goes over to stills is one in that call, not ten a minute.
    """
    stuck = freezes(window.frames, picture)
    shown_s = sum(end - start for start, end in picture) / 1000
    waited = [buffered for _, buffered in buffers(window)]
    total = window.risen("audio.totalSamplesReceived")
    settled = window.part(window.start + SETTLED_MS, window.end)
    emitted = window.risen("audio.jitterBufferEmittedCount")
    return {
        "concealed_percent": 100 * per(window.risen("audio.concealedSamples"), total),
        "concealed_settled_percent": 100
        * per(settled.risen("audio.concealedSamples"), settled.risen("audio.totalSamplesReceived")),
        "freezes_per_minute": per(60 * len(stuck), window.seconds) if shown_s else math.nan,
        "counted_per_minute": per(60 * counted_freezes(window.samples, picture), window.seconds)
        if shown_s
        else math.nan,
        "frozen_s": sum(stuck),
        "picture_s": shown_s,
        "frames": float(len(window.frames)),
        "frames_per_s": per(len(window.frames), window.seconds),
        "sent_per_s": per(window.risen("video.framesSent"), window.seconds),
        "decoded_per_s": per(window.risen("video.framesDecoded"), window.seconds),
        "keyframes": window.risen("video.keyFramesDecoded"),
        "picture_asked": window.risen("video.nackCount"),
        "picture_repaired": window.risen("video.retransmittedPacketsReceived"),
        "keyframes_asked": window.risen("video.pliCount"),
        "buffer_ms": 1000 * per(window.risen("audio.jitterBufferDelay"), emitted),
        "buffer_max_ms": max(waited, default=math.nan),
        "buffer_back_s": buffer_back_s(window),
        "voice_gap_s": longest_gap_s(
            window.samples, "audio.packetsReceived", window.start, window.end
        ),
        "silenced_s": silenced_s(window.samples),
        "voice_kbps": per(window.risen("audio.bytesReceived") * 8e-3, window.seconds),
        "picture_kbps": per(window.risen("video.bytesReceived") * 8e-3, window.seconds),
        "height": float(max((each.get("height", 0) for each in window.samples), default=0)),
        "rtt_ms": _middle([each["rttMs"] for each in window.samples if "rttMs" in each]),
        "cpu_limited": per(sum(each.get("cpu", 0) for each in window.samples), len(window.samples)),
    }


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else math.nan


def worse(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """Of two people the one that has it worse, figure by figure: a call is as good as that."""
    least = {
        "frames",
        "decoded_per_s",
        "sent_per_s",
        "frames_per_s",
        "picture_s",
        "voice_kbps",
        "picture_kbps",
        "height",
    }
    return {
        name: (min if name in least else max)(value, other[name])
        for name, value in one.items()
        if name in other
    }
