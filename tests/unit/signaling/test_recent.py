"""Counts of the last while."""

from __future__ import annotations

from signaling.recent import STEP_S, Recent


def test_counts_are_kept_for_the_window_and_then_forgotten() -> None:
    recent = Recent(900.0)
    recent.add("a", 0.0)
    recent.add("a", 10.0)
    recent.add("b", 500.0)
    assert recent.counts(900.0) == {"a": 2, "b": 1}
    assert recent.counts(901.0) == {"b": 1}
    assert recent.counts(2000.0) == {}


def test_a_flood_takes_no_room() -> None:
    recent = Recent(900.0)
    for n in range(100_000):
        recent.add("a", n / 10)
    assert len(recent._steps) <= 900.0 / STEP_S + 1
    assert 0 < recent.counts(10_000.0)["a"] < 100_000
