"""Where clocks change, an hour stays at its local time: instants checked by another library."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from dateutil import tz

from signaling.domain.booking import HOUR_MS
from signaling.working_times import WorkingRule, WorkingTimes

ZONES: Final = ("America/New_York", "Europe/London", "Australia/Sydney")
FIRST, DAYS = date(2026, 1, 1), 3 * 366
AT: Final = time(19)


def right_instants() -> dict[str, tuple[int, int, int]]:
    """By zone: (evenings, those at the right instant, changes of the clock between them)."""
    return {name: _evenings(name) for name in ZONES}


def _evenings(name: str) -> tuple[int, int, int]:
    rule = WorkingRule(AT.strftime("%H:%M"), 60, rule="FREQ=DAILY", first=FIRST.isoformat())
    available = WorkingTimes(name, [rule]).availability()
    zone = tz.gettz(name)
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    expected = [_ms(datetime.combine(day, AT, zone)) for day in days]
    found: list[int] = []
    since = _ms(datetime.combine(FIRST, time(), UTC))
    # A year at a time: free times are not asked for further ahead.
    for year in range(0, DAYS, 366):
        begins = since + year * 24 * HOUR_MS
        ends = begins + 367 * 24 * HOUR_MS  # the last evening may be the next day's, by UTC
        found += [start for start, _ in available.open_between(begins, ends)]
    changes = sum(later - earlier != 24 * HOUR_MS for earlier, later in pairwise(expected))
    return len(expected), len(set(expected) & set(found)), changes


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
