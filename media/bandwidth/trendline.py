"""Does the queue on the way grow? The slope of the delay, against a threshold.

The threshold adapts to the line's own unrest.

draft-ietf-rmcat-gcc-02 section 5.3 filters the delay gradient with a Kalman filter. We fit a line
to the smoothed delay instead, as every sender in browsers has done since 2016: it needs no model of
the noise, and 20 points hold all its state. The threshold is that of section 5.4.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, final

from librt.vecs import vec
from mypy_extensions import i64

WINDOW: Final = 20
"""Points of the line: 0.4 s of voice alone, 0.1 to 0.2 s with a picture. Fewer see noise."""
SMOOTHING: Final = 0.9
GAIN: Final = 4.0
"""Brings the slope to the draft's milliseconds, together with the number of deltas."""
MOST_DELTAS: Final = 60
FIRST_THRESHOLD_MS: Final = 12.5
LEAST_THRESHOLD_MS: Final = 6.0
MOST_THRESHOLD_MS: Final = 600.0
UP: Final = 0.0087
DOWN: Final = 0.039
"""The draft's K_u and K_d, a millisecond: the threshold makes room for others' queues quickly, and
takes its time to become strict again."""
SPIKE_MS: Final = 15.0
"""What is further above the threshold than this is no unrest to adapt to, but a step."""
MOST_ADAPT_MS: Final = 100.0
OVERUSE_S: Final = 0.01
"""How long a trend must stand above the threshold (the draft's overuse_time_th)."""


class Signal(Enum):
    """What the delay says of the line (section 5.4)."""

    UNDER = 0
    NORMAL = 1
    OVER = 2


@final
class Trendline:
    """The filter and the detector. ``signal`` is what stands now."""

    __slots__ = (
        "_accumulated_ms",
        "_at",
        "_count",
        "_delays_ms",
        "_filled",
        "_now_ms",
        "_over_s",
        "_overs",
        "_smoothed_ms",
        "_times_ms",
        "_trend",
        "signal",
        "threshold_ms",
    )

    def __init__(self) -> None:
        self._times_ms = vec[float]([0.0] * WINDOW)
        self._delays_ms = vec[float]([0.0] * WINDOW)
        self.threshold_ms = FIRST_THRESHOLD_MS
        self._now_ms = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget the delays; the threshold has learnt of the line, and stays."""
        self._at: i64 = 0
        self._filled: i64 = 0
        self._count: i64 = 0
        self._accumulated_ms = self._smoothed_ms = 0.0
        self._trend = 0.0
        self._over_s = -1.0
        self._overs = 0
        self.signal = Signal.NORMAL

    def handle_group(self, sent_delta_s: float, arrival_delta_s: float) -> None:
        """Take how two groups next to each other differ."""
        delta_ms = (arrival_delta_s - sent_delta_s) * 1000.0
        if self._count < MOST_DELTAS:
            self._count += 1
        self._now_ms += arrival_delta_s * 1000.0
        self._accumulated_ms += delta_ms
        self._smoothed_ms += (1.0 - SMOOTHING) * (self._accumulated_ms - self._smoothed_ms)
        self._times_ms[self._at] = self._now_ms
        self._delays_ms[self._at] = self._smoothed_ms
        self._at = (self._at + 1) % WINDOW
        if self._filled < WINDOW:
            self._filled += 1
        if self._filled == WINDOW:
            self._detect(self._slope(), sent_delta_s, arrival_delta_s * 1000.0)

    def _slope(self) -> float:
        """Fit a line by least squares: milliseconds of delay a millisecond."""
        mean_x = mean_y = 0.0
        for index in range(WINDOW):
            mean_x += self._times_ms[index]
            mean_y += self._delays_ms[index]
        mean_x /= WINDOW
        mean_y /= WINDOW
        above = below = 0.0
        for index in range(WINDOW):
            x = self._times_ms[index] - mean_x
            above += x * (self._delays_ms[index] - mean_y)
            below += x * x
        return above / below if below > 0.0 else 0.0

    def _detect(self, trend: float, sent_delta_s: float, passed_ms: float) -> None:
        scaled = trend * float(self._count) * GAIN
        if scaled > self.threshold_ms:
            # The first of several is counted half: nobody knows when within it the queue began.
            self._over_s = sent_delta_s / 2 if self._over_s < 0.0 else self._over_s + sent_delta_s
            self._overs += 1
            if self._over_s > OVERUSE_S and self._overs > 1 and trend >= self._trend:
                self._over_s, self._overs = 0.0, 0
                self.signal = Signal.OVER
        else:
            self._over_s, self._overs = -1.0, 0
            self.signal = Signal.UNDER if scaled < -self.threshold_ms else Signal.NORMAL
        self._trend = trend
        self._adapt(abs(scaled), min(passed_ms, MOST_ADAPT_MS))

    def _adapt(self, size_ms: float, passed_ms: float) -> None:
        if size_ms > self.threshold_ms + SPIKE_MS:
            return
        pace = DOWN if size_ms < self.threshold_ms else UP
        moved = self.threshold_ms + pace * (size_ms - self.threshold_ms) * passed_ms
        self.threshold_ms = max(LEAST_THRESHOLD_MS, min(MOST_THRESHOLD_MS, moved))
