"""Figures about recordings: how they ended, and how soon nothing was captured any more.

Rule 1: of a question that came to nothing there is no figure: in a small house that would say who
said no.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from signaling.domain.consent.terms import ConsentTurn

WITHDRAWAL_BOUNDS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0)
"""A quarter of a second is the promise."""
COUNTED: Final = frozenset(
    {ConsentTurn.STOP, ConsentTurn.EMERGENCY_STOP, ConsentTurn.WITHDRAW, ConsentTurn.FAIL}
)


class RecordingMetrics:
    """The recordings' part of one gateway's metrics."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "quietroom_recordings_ended",
            "Recordings, by how they ended; again where one fails or is taken back as it is closed",
            ["result"], registry=registry,
        )  # fmt: skip
        for turn in sorted(COUNTED):
            self._ended.labels(turn.value)
        self._withdrawal = Histogram(
            "quietroom_recording_withdrawal_seconds",
            "From taking a recording back until its recorder has said that it is over",
            buckets=WITHDRAWAL_BOUNDS_S, registry=registry,
        )  # fmt: skip

    def ended(self, turn: ConsentTurn) -> None:
        """Something that was captured has ended."""
        if turn in COUNTED:
            self._ended.labels(turn.value).inc()

    def withdrawn(self, seconds: float) -> None:
        """All that was to be thrown away is."""
        self._withdrawal.observe(seconds)
