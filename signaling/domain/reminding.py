"""When somebody is reminded of an hour, and in which words. Pure; times are Unix milliseconds.

Rule 1: nobody is reminded who did not ask for it.
Rule 2: whoever reads over a shoulder learns that there is an appointment, and not of what kind: no
name, no place, no word of counselling.
Rule 3: what was to be said an hour ago is not said any more; each of a wish has its time, from when
it is due until the next one is, or the hour begins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from signaling.domain.booking import MINUTE_MS


class Wording(StrEnum):
    """In which words."""

    PLAIN = "plain"
    TIME = "time"
    SHORT = "short"


class Tongue(StrEnum):
    """In which language."""

    ZH = "zh-CN"
    EN = "en"


BEFORE_MINUTES: Final = (10, 60, 1_440)
"""How long before an hour somebody may be reminded of it."""
LONGEST_MS: Final = max(BEFORE_MINUTES) * MINUTE_MS

_WORDS: Final[Mapping[tuple[Tongue, Wording], str]] = {
    (Tongue.ZH, Wording.PLAIN): "您{day}{time}有一个约定。",
    (Tongue.ZH, Wording.TIME): "{day}{time}，记得给自己留出时间。",
    (Tongue.ZH, Wording.SHORT): "提醒：{time}。",
    (Tongue.EN, Wording.PLAIN): "You have an appointment {day} at {time}.",
    (Tongue.EN, Wording.TIME): "A reminder for {day} at {time}: please keep the time free.",
    (Tongue.EN, Wording.SHORT): "Reminder: {time}.",
}
_DAYS: Final = {Tongue.ZH: ("今天", "明天"), Tongue.EN: ("today", "tomorrow")}
SUBJECT: Final = {Tongue.ZH: "约定", Tongue.EN: "Appointment"}


def due(before: Collection[int], starts_at: int, made_at: int, at: int) -> int | None:
    """Return which reminder is to be given now, in minutes before the hour; None for none.

    ``made_at`` is when the hour came about: who has just arranged it is not reminded of it.
    """
    for minutes, until in _times(before, starts_at):
        since = starts_at - minutes * MINUTE_MS
        if since <= at < until and made_at <= since:
            return minutes
    return None


def _times(before: Collection[int], starts_at: int) -> list[tuple[int, int]]:
    """(minutes before, until when it is worth saying), the earliest first."""
    ordered = sorted(set(before) & set(BEFORE_MINUTES), reverse=True)
    ends = [starts_at - minutes * MINUTE_MS for minutes in ordered[1:]]
    return list(zip(ordered, [*ends, starts_at], strict=True)) if ordered else []


def sentence(wording: Wording, tongue: Tongue, starts_at: int, zone: ZoneInfo, at: int) -> str:
    """Return what somebody is told, in the time of where they are."""
    begins, now = (_local(moment, zone) for moment in (starts_at, at))
    days = (begins.date() - now.date()).days
    day = _DAYS[tongue][days] if days in (0, 1) else _date(begins, tongue)
    return _WORDS[tongue, wording].format(day=day, time=begins.strftime("%H:%M"))


def after_quiet(at: int, zone: ZoneInfo, quiet_from: str, quiet_until: str) -> int:
    """Return when somebody may be reached: at once, or when their quiet hours are over.

    Both are local times such as ``22:00``; the same, or empty ones, are no quiet hours.
    """
    if not quiet_from or not quiet_until or quiet_from == quiet_until:
        return at
    here = _local(at, zone)
    begins, ends = (time.fromisoformat(each) for each in (quiet_from, quiet_until))
    now = here.time()
    over_night = begins > ends
    is_quiet = (now >= begins or now < ends) if over_night else begins <= now < ends
    if not is_quiet:
        return at
    day = here.date() + timedelta(days=1 if over_night and now >= begins else 0)
    return int(datetime.combine(day, ends, zone).timestamp() * 1000)


def _local(moment: int, zone: ZoneInfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=moment)).astimezone(zone)


def _date(moment: datetime, tongue: Tongue) -> str:
    if tongue is Tongue.ZH:
        return f"{moment.month}月{moment.day}日"
    return f"on {moment.strftime('%d %B').lstrip('0')}"
