"""The bandwidth estimator over bad lines, in virtual time."""

from __future__ import annotations

import pytest

from signaling.lab.link import Impairment
from tests.sim.line import Line

pytestmark = pytest.mark.sim


def lane(rate_bps: float, *, delay_s: float = 0.05, queue_s: float = 0.3) -> Impairment:
    """A line without loss, with a queue of ``queue_s`` at its rate (RFC 8867 section 5.1)."""
    return Impairment(
        delay_s=delay_s, rate_bps=rate_bps, queue_bytes=max(6000, int(rate_bps * queue_s / 8))
    )


def test_a_capacity_that_changes() -> None:
    """RFC 8867 section 5.1."""
    line = Line(lane(1e6), 1)
    at = 0.0
    for rate, seconds, rises in (
        (1e6, 40, True),
        (2.5e6, 20, True),
        (6e5, 20, False),
        (1e6, 20, True),
    ):
        line.set(lane(rate))
        line.run_until(at + seconds)
        if rises:
            assert line.record.came_bps(at + 10, at + seconds) > 0.8 * rate
        else:
            assert line.record.mean_bps(at + 2, at + 3) < rate
        at += seconds
    waits = line.record.waits_s(0, at)
    assert waits[int(len(waits) * 0.95)] < 0.15
