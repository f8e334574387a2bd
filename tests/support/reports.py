"""Feedback reports as tests write them: rows of (sent, size, arrival or None where lost)."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan

from media.bandwidth.report import Report

Row = tuple[float, int, float | None]


def report(rows: Iterable[Row], at: float, *, first: int = 0, jumped: bool = False) -> Report:
    """Make a report of consecutive numbers from ``first``."""
    made = Report(at, 8)
    made.jumped = jumped
    for offset, (sent_at, size, arrived_at) in enumerate(rows):
        made.add(first + offset, sent_at, size, nan if arrived_at is None else arrived_at)
    return made
