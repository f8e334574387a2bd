"""For how long what is kept of people is kept: a clock for each class of it. Pure.

Times are Unix milliseconds, clocks are days.

Rule 1: nothing goes a day early. A clock begins when what it is about is over, never while that
goes on or is still to come.
Rule 2: a clinic may turn a clock, within bounds: below the floor something that is still needed
would be missing, above the ceiling no duty to keep it is known to us.
Rule 3: not every clock is here. The messages' is their client's to say (a year at most,
:mod:`signaling.storage.thread_store`); what was given for one day, and what was noted for handing
over, go after a day whatever a clinic wishes. The audit has none: it is never edited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

DAY_MS: Final = 86_400_000
TWO_YEARS: Final = 730
TEN_YEARS: Final = 3_653
"""The longest that a rule for records of counselling is known to ask for."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Days for which each class is kept after it is over."""

    hours_days: int = TWO_YEARS
    """Booked hours: when, whether the two met, and what is sealed with them."""
    change_days: int = TWO_YEARS
    """What stays of an hour so that change can be seen: how its client felt, how the line was."""
    bookings_days: int = TWO_YEARS
    """How two people came to an hour, or did not."""
    traces_days: int = 30
    """What was of use once: reminders that were given, messages that were sent later, links and
    sign-ins that are over, keys of programs that were taken back."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between which a clock may be, in days."""

    floor: int
    ceiling: int


BOUNDS: Final[Mapping[str, Bounds]] = {
    "hours_days": Bounds(90, TEN_YEARS),
    "change_days": Bounds(30, TEN_YEARS),
    "bookings_days": Bounds(30, TEN_YEARS),
    "traces_days": Bounds(7, 366),
}
"""By the name of the clock. ``hours_days``: within a quarter of a year an hour is paid, and
complained of. ``change_days`` and ``bookings_days``: two people who meet once a month see the time
before. ``traces_days``: a week in which a stolen link is still found by who looks for it; a year,
for nothing else hangs on them. Professional codes ask for years of records, and laws for no longer
than is needed: which of them a clinic is under, it knows and we do not."""


def beyond(clocks: Clocks) -> str | None:
    """Return the first clock that is not within its bounds; None where all are."""
    for each in fields(clocks):
        bounds = BOUNDS[each.name]
        if not bounds.floor <= getattr(clocks, each.name) <= bounds.ceiling:
            return each.name
    return None


def outlives_its_hour(clocks: Clocks) -> bool:
    """Whether a clinic asks for what cannot be: what stays of an hour, longer than the hour."""
    return clocks.change_days > clocks.hours_days


def over_by(at: int, days: int) -> int:
    """Return by when something was over that has had its time at ``at``."""
    return at - days * DAY_MS
