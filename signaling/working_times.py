"""What a counsellor says about when they work, as it is sent and kept. Pure.

:mod:`signaling.availability` is what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from signaling.availability import MOST_CHARS, MOST_MINUTES, Availability, Opening, Rule, RuleError
from signaling.domain.errors import Code, Refusal

MOST_RULES: Final = 50
MOST_DAYS: Final = 400
MOST_OPENINGS: Final = 10
Zone = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")]
LocalTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Annotated[str, Meta(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
OpenMinutes = Annotated[int, Meta(ge=5, le=MOST_MINUTES)]


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class WorkingOpening(_Said, frozen=True):
    """So many minutes from a local time on."""

    begins: LocalTime
    minutes: OpenMinutes


class WorkingRule(WorkingOpening, frozen=True, kw_only=True):
    """An opening on each day that a rule names (RFC 5545), from a first one on."""

    rule: Annotated[str, Meta(max_length=MOST_CHARS)]
    """Of days, weeks or months: ``FREQ=WEEKLY;BYDAY=TU,TH``."""
    first: Day


class WorkingDay(_Said, frozen=True):
    """A day that is not as the rules say; without openings it is a day off."""

    day: Day
    openings: Annotated[list[WorkingOpening], Meta(max_length=MOST_OPENINGS)] = msgspec.field(
        default_factory=list
    )


class WorkingTimes(_Said, frozen=True):
    """When a counsellor works, and how their hours are booked."""

    zone: Zone
    """Whose clocks the local times are of: a name of the IANA database."""
    rules: Annotated[list[WorkingRule], Meta(max_length=MOST_RULES)] = msgspec.field(
        default_factory=list
    )
    days: Annotated[list[WorkingDay], Meta(max_length=MOST_DAYS)] = msgspec.field(
        default_factory=list
    )
    minutes: Annotated[int, Meta(ge=5, le=240)] = 50
    """How long an hour is."""
    every_minutes: Annotated[int, Meta(ge=5, le=240, multiple_of=5)] = 60
    """How far apart the hours begin."""
    notice_minutes: Annotated[int, Meta(ge=0, le=43_200)] = 720
    """So long before its beginning an hour can be asked for at the latest."""

    def availability(self) -> Availability:
        """Return what it means. Raises :class:`Refusal` with ``malformed``."""
        try:
            return Availability(
                ZoneInfo(self.zone),
                [
                    Rule(each.rule, date.fromisoformat(each.first), _opening(each))
                    for each in self.rules
                ],
                _by_day(self.days),
            )
        except (RuleError, ValueError, ZoneInfoNotFoundError, OSError):
            raise Refusal(Code.MALFORMED) from None


def _opening(said: WorkingOpening) -> Opening:
    return Opening(time.fromisoformat(said.begins), said.minutes)


def _by_day(days: Sequence[WorkingDay]) -> dict[date, list[Opening]]:
    found = {
        date.fromisoformat(each.day): [_opening(one) for one in each.openings] for each in days
    }
    if len(found) != len(days):
        raise RuleError("a day is said once")
    return found
