"""What rate follows from the delay's signals (draft-ietf-rmcat-gcc-02 section 5.5).

Increase is additive near where the line was full and multiplicative elsewhere, decrease always
multiplicative. The states and their table are the draft's. What each state does to the rate is
below; where it is not what the draft says, the line says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from math import sqrt
from typing import Final, final

from media.bandwidth.trendline import Signal
from media.clock import Instant

BETA: Final = 0.85
"""What is kept of the rate that came when the line is overused: 15 % less drains a queue."""
ETA: Final = 1.08
"""Growth in a second while the line's end is not near."""
ACKED_MOST: Final = 1.5
ACKED_ROOM_BPS: Final = 10_000.0
"""The rate is not grown past 1.5 times what came (and a little, or a call that was silent could
never begin): nothing has shown that the line carries more. A probe can."""
RESPONSE_S: Final = 0.1
"""Added to the round: how long the delay takes to show what was done to it."""
PACKET_BITS: Final = 1100 * 8
PICTURES: Final = 30
"""A second: on a slow line each is one packet, and a small one (the draft's avg_packet_size)."""
LEAST_STEP_BPS: Final = 1000.0
LEARN: Final = 0.05
"""Weight of a new decrease in the mean of the rates at which the line was full."""
LEAST_SPREAD: Final = 0.02
MOST_SPREAD: Final = 0.08
"""Bounds of that mean's relative deviation: one value alone has none, and a large one would make
everything "near"."""
NEAR: Final = 3.0
"""Deviations around the mean within which growth is additive."""
MOST_STEP_S: Final = 1.0
DEFAULT_RTT_S: Final = 0.2
AGAIN_S: Final = 0.2
MOST_AGAIN_S: Final = 0.5
"""Between two decreases: a round, and the time of the trendline's window. libwebrtc waits at most
0.2 s and falls twice for one overuse of a fast line."""
AT_ONCE: Final = 0.5
"""Less than this of the rate comes: no reason to wait."""


class State(Enum):
    """What is done to the rate."""

    HOLD = 0
    INCREASE = 1
    DECREASE = 2


TRANSITIONS: Final[Mapping[tuple[State, Signal], State]] = {
    (State.HOLD, Signal.OVER): State.DECREASE,
    (State.HOLD, Signal.NORMAL): State.INCREASE,
    (State.HOLD, Signal.UNDER): State.HOLD,
    (State.INCREASE, Signal.OVER): State.DECREASE,
    (State.INCREASE, Signal.NORMAL): State.INCREASE,
    (State.INCREASE, Signal.UNDER): State.HOLD,
    (State.DECREASE, Signal.OVER): State.DECREASE,
    (State.DECREASE, Signal.NORMAL): State.HOLD,
    (State.DECREASE, Signal.UNDER): State.HOLD,
}
"""The draft's table, whole."""


@final
class Capacity:
    """Where the line was full lately: mean and relative deviation of the rates that came then."""

    __slots__ = ("_variance", "mean_bps")

    def __init__(self) -> None:
        self.mean_bps = 0.0
        """0 while unknown."""
        self._variance = 0.0

    def note(self, rate_bps: float) -> None:
        """The line was full, and this much came."""
        if self.mean_bps and not self.is_near(rate_bps):
            self.forget()  # it is another line now
        if self.mean_bps == 0.0:
            self.mean_bps = rate_bps
            return
        off = rate_bps / self.mean_bps - 1.0
        self._variance += LEARN * (off * off - self._variance)
        self.mean_bps += LEARN * (rate_bps - self.mean_bps)

    def forget(self) -> None:
        """The line is another one."""
        self.mean_bps = self._variance = 0.0

    @property
    def room_bps(self) -> float:
        """How far from the mean is near."""
        spread = max(LEAST_SPREAD, min(MOST_SPREAD, sqrt(self._variance)))
        return NEAR * spread * self.mean_bps

    def is_near(self, rate_bps: float) -> bool:
        """Say whether growing from here may fill the line."""
        return abs(rate_bps - self.mean_bps) <= self.room_bps


@final
class Aimd:
    """The rate of the delay controller, within bounds given at construction."""

    __slots__ = (
        "_ceiling_bps",
        "_changed_at",
        "_floor_bps",
        "capacity",
        "decreased_at",
        "rate_bps",
        "state",
    )

    def __init__(self, start_bps: float, floor_bps: float, ceiling_bps: float) -> None:
        self._floor_bps, self._ceiling_bps = floor_bps, ceiling_bps
        self.rate_bps = max(floor_bps, min(ceiling_bps, start_bps))
        self.state = State.HOLD
        self.capacity = Capacity()
        self._changed_at: Instant | None = None
        self.decreased_at: Instant | None = None

    def set_rate(self, rate_bps: float, now: Instant) -> None:
        """Go to a rate that something else has shown: a probe, a silence, another clock."""
        self.rate_bps = max(self._floor_bps, min(self._ceiling_bps, rate_bps))
        self._changed_at = now

    def handle_signal(
        self, signal: Signal, acked_bps: float, most_bps: float, rtt_s: float | None, now: Instant
    ) -> None:
        """Take the delay's signal. ``acked_bps`` is what came in the last moments, 0 if unknown.

        The rate is not grown past ``most_bps``.
        """
        self.state = TRANSITIONS[self.state, signal]
        round_s = DEFAULT_RTT_S if rtt_s is None else rtt_s
        if self.state is State.INCREASE:
            self._increase(acked_bps, most_bps, round_s, now)
        elif self.state is State.DECREASE:
            self._decrease(acked_bps, round_s, now)
        self._changed_at = now

    def _increase(self, acked_bps: float, most_bps: float, round_s: float, now: Instant) -> None:
        before = self._changed_at
        passed_s = 0.0 if before is None else min(MOST_STEP_S, max(0.0, now - before))
        capacity = self.capacity
        if capacity.mean_bps and acked_bps > capacity.mean_bps + capacity.room_bps:
            capacity.forget()  # more came than the line carried when it was full
        if capacity.mean_bps and capacity.is_near(self.rate_bps):
            # The draft: half a packet each response time.
            packet_bits = min(PACKET_BITS, self.rate_bps / PICTURES)
            step = max(LEAST_STEP_BPS, packet_bits / 2 / (round_s + RESPONSE_S)) * passed_s
        else:
            step = self.rate_bps * (ETA**passed_s - 1.0)
        grown = min(self.rate_bps + step, most_bps, self._ceiling_bps)
        self.rate_bps = max(self.rate_bps, grown)

    def _decrease(self, acked_bps: float, round_s: float, now: Instant) -> None:
        before = self.decreased_at
        waits = before is not None and now - before < min(MOST_AGAIN_S, round_s + AGAIN_S)
        if waits and not 0.0 < acked_bps < AT_ONCE * self.rate_bps:
            return  # what was done has not shown yet
        base = acked_bps if acked_bps > 0.0 else self.rate_bps
        if acked_bps > 0.0:
            self.capacity.note(acked_bps)
        self.rate_bps = max(self._floor_bps, min(self.rate_bps, BETA * base))
        self.decreased_at = now
