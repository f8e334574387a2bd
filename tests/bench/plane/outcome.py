"""What the load saw in one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.support.figures import percentile


@dataclass
class Outcome:
    """Counts of a window, and its percentiles in milliseconds."""

    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    """RTP packets that came to their receivers, retransmissions among them: what was forwarded."""
    retransmitted: int = 0
    """Answers to NACKs from the system under test."""
    asked: int = 0
    """NACKs toward it."""
    repaired: int = 0
    """And its answers."""
    feedback: int = 0
    """Transport-cc messages from it."""
    feedback_sent: int = 0
    reports_sent: int = 0
    forged: int = 0
    """What did not authenticate: must be none."""
    delay_p50_ms: float = 0.0
    delay_p99_ms: float = 0.0
    delay_max_ms: float = 0.0
    delays: int = 0
    late_p50_ms: float = 0.0
    late_p99_ms: float = 0.0
    """How late the load was with its own sends."""
    own_core: float = 0.0
    """The load's share of its core, in percent."""

    def settle(
        self, seconds: float, used_s: float, delays: Sequence[float], late: Sequence[float]
    ) -> None:
        """Work out the percentiles; the inputs are in seconds."""
        self.seconds, self.own_core = seconds, used_s / seconds * 100
        self.delays = len(delays)
        if delays:
            self.delay_p50_ms = percentile(delays, 0.5) * 1000
            self.delay_p99_ms = percentile(delays, 0.99) * 1000
            self.delay_max_ms = max(delays) * 1000
        if late:
            self.late_p50_ms = percentile(late, 0.5) * 1000
            self.late_p99_ms = percentile(late, 0.99) * 1000
