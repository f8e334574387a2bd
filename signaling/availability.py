"""When a counsellor can be booked: rules in local time, and the free times they leave. Pure.

Instants are Unix milliseconds.

Rule 1: a rule is what its owner says: Tuesdays at seven, in Shanghai. It stays at that local time
when the zone's clocks change. A local time that there is twice is the first of them, and one that
there is not is where it would be without the change (RFC 5545 section 3.3.5).
Rule 2: an exception takes the place of all rules on its day; one without openings is a day off.
Rule 3: a free time lies whole in what is open, and meets nothing that is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from signaling.domain.booking import MINUTE_MS, Span

MOST_CHARS: Final = 120
MOST_MINUTES: Final = 24 * 60
MOST_DAYS: Final = 400
"""Free times are asked for a year ahead at most."""
FIRST_YEAR: Final = 2000
_ANY: Final = {"INTERVAL": "[1-9][0-9]?", "COUNT": "[1-9][0-9]{0,2}", "UNTIL": "[0-9]{8}"}
_DAY: Final = "(MO|TU|WE|TH|FR|SA|SU)"
_NTH: Final = "-?([1-9]|1[0-9]|2[0-8])"
PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "DAILY": _ANY,
    "WEEKLY": {**_ANY, "BYDAY": f"{_DAY}(,{_DAY})*"},
    "MONTHLY": {
        **_ANY,
        "BYDAY": f"-?[1-4]{_DAY}(,-?[1-4]{_DAY})*",
        "BYMONTHDAY": f"{_NTH}(,{_NTH})*",
    },
}
"""Of RFC 5545 section 3.3.10, by frequency: what a rule may say beside it, and how.

A rule is of days; at what time is not its part. Each of these has a day in every period, and so an
end: of one that never comes (the 30th of each February) a library looks for the next until the
year 9999.
"""
_MIDNIGHT: Final = time()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS: Final = timedelta(milliseconds=1)


class RuleError(ValueError):
    """A rule that is none, or one that is not for days."""


@dataclass(frozen=True, slots=True)
class Opening:
    """So many minutes from a local time on."""

    begins: time
    minutes: int

    def __post_init__(self) -> None:
        if self.begins.tzinfo is not None or not 0 < self.minutes <= MOST_MINUTES:
            raise RuleError("an opening is local, and of a day at most")


@dataclass(frozen=True)
class Rule:
    """An opening on each of the days that a recurrence rule names from a first one on.

    Raises :class:`RuleError`.
    """

    text: str
    """As in RFC 5545: ``FREQ=WEEKLY;BYDAY=TU,TH``."""
    first: date
    opening: Opening

    def __post_init__(self) -> None:
        parts = [part.partition("=")[::2] for part in self.text.split(";")]
        named = dict(parts)
        known = PARTS.get(named.pop("FREQ", ""))
        if len(self.text) > MOST_CHARS or known is None or len(named) + 1 != len(parts):
            raise RuleError("a rule is of days, weeks or months, and has each part once")
        for name, value in named.items():
            if re.fullmatch(known.get(name, "(?!)"), value) is None:
                raise RuleError("a rule has no such part")
        if {"BYDAY", "BYMONTHDAY"} <= named.keys() or self.first.year < FIRST_YEAR:
            raise RuleError("a rule names days in one way, and none of long ago")
        _ = self._recurrence

    @cached_property
    def _recurrence(self) -> rrule | rruleset:
        try:
            return rrulestr(self.text, dtstart=datetime.combine(self.first, _MIDNIGHT))
        except ValueError as error:  # a day that is none: UNTIL=20270230
            raise RuleError("a rule that cannot be read") from error

    def days(self, since: date, until: date) -> list[date]:
        """Return the days it names, both bounds included."""
        first, last = (datetime.combine(each, _MIDNIGHT) for each in (since, until))
        return [found.date() for found in self._recurrence.between(first, last, inc=True)]


@dataclass(frozen=True, slots=True)
class Availability:
    """What one counsellor has said about when they work."""

    zone: ZoneInfo
    rules: Sequence[Rule] = ()
    exceptions: Mapping[date, Sequence[Opening]] = field(default_factory=dict)

    def open_between(self, since: int, until: int) -> list[tuple[int, int]]:
        """Return when it is open, (from, to), one after the other and none touching the next."""
        until = min(until, since + MOST_DAYS * 24 * 60 * MINUTE_MS)
        # What begins on the day before may go on after midnight.
        first = self._day(since) - timedelta(days=1)
        found = sorted(self._openings(first, self._day(until)))
        joined: list[tuple[int, int]] = []
        for begins, ends in found:
            begins, ends = max(begins, since), min(ends, until)
            if begins >= ends:
                continue
            if joined and begins <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
            else:
                joined.append((begins, ends))
        return joined

    def _openings(self, first: date, last: date) -> Iterator[tuple[int, int]]:
        for rule in self.rules:
            for day in rule.days(first, last):
                if day not in self.exceptions:
                    yield self._span(day, rule.opening)
        for day, openings in self.exceptions.items():
            if first <= day <= last:
                for opening in openings:
                    yield self._span(day, opening)

    def _span(self, day: date, opening: Opening) -> tuple[int, int]:
        begins = instant(datetime.combine(day, opening.begins, self.zone))
        return begins, begins + opening.minutes * MINUTE_MS

    def _day(self, at: int) -> date:
        return (_EPOCH + at * _MS).astimezone(self.zone).date()


def instant(local: datetime) -> int:
    """Return the instant of a time that knows its zone."""
    return (local - _EPOCH) // _MS


def free_times(
    opened: Iterable[tuple[int, int]], kept: Iterable[Span], minutes: int, every_minutes: int
) -> list[Span]:
    """Return the times of so many minutes that can be had, earliest first.

    They begin with what is open and then every so many minutes. ``kept`` are those that somebody
    has already, in any order.
    """
    taken = sorted(kept, key=lambda span: span.starts_at)
    starts = [span.starts_at for span in taken]
    longest = max((span.ends_at - span.starts_at for span in taken), default=0)
    found: list[Span] = []
    for begins, ends in opened:
        for starts_at in range(begins, ends - minutes * MINUTE_MS + 1, every_minutes * MINUTE_MS):
            span = Span(starts_at, minutes)
            # What began longer ago than the longest lasts is over.
            first = bisect_left(starts, starts_at - longest)
            last = bisect_left(starts, span.ends_at)
            if not any(span.meets(each) for each in taken[first:last]):
                found.append(span)
    return found


def nearest(free: Iterable[Span], wanted: int, count: int = 3) -> list[Span]:
    """Return the free times nearest to an instant, earliest first."""
    by_distance = sorted(free, key=lambda span: (abs(span.starts_at - wanted), span.starts_at))
    return sorted(by_distance[:count], key=lambda span: span.starts_at)
