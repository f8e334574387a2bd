from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.availability import (
    MOST_DAYS,
    Availability,
    Opening,
    Rule,
    RuleError,
    free_times,
    instant,
    nearest,
)
from signaling.domain.booking import HOUR_MS, MINUTE_MS, Span

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NEW_YORK, LORD_HOWE = ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
EVENING = Opening(time(19), 120)
DAY_MS = 24 * HOUR_MS


def at(text: str) -> int:
    """A UTC time as an instant."""
    return instant(datetime.fromisoformat(text).replace(tzinfo=UTC))


def told(spans: list[tuple[int, int]]) -> list[tuple[str, int]]:
    """Begin in UTC, and minutes."""
    return [
        (datetime.fromtimestamp(begins / 1000, UTC).isoformat()[:16], (ends - begins) // MINUTE_MS)
        for begins, ends in spans
    ]


def weekly(days: str, opening: Opening = EVENING, first: date = date(2027, 1, 1)) -> Rule:
    return Rule(f"FREQ=WEEKLY;BYDAY={days}", first, opening)


def test_a_rule_is_of_local_days() -> None:
    made = Availability(SHANGHAI, [weekly("TU,TH")])
    assert told(made.open_between(at("2027-03-01T00:00"), at("2027-03-08T00:00"))) == [
        ("2027-03-02T11:00", 120), ("2027-03-04T11:00", 120),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "day", "local", "utc"),
    [
        # The clocks go forward in the night before: the local time stays.
        (BERLIN, date(2027, 3, 27), time(9), "2027-03-27T08:00"),
        (BERLIN, date(2027, 3, 28), time(9), "2027-03-28T07:00"),
        (NEW_YORK, date(2027, 3, 13), time(9), "2027-03-13T14:00"),
        (NEW_YORK, date(2027, 3, 14), time(9), "2027-03-14T13:00"),
        # By half an hour, in April, back to the standard time.
        (LORD_HOWE, date(2027, 4, 3), time(9), "2027-04-02T22:00"),
        (LORD_HOWE, date(2027, 4, 4), time(9), "2027-04-03T22:30"),
        # A time that is not: where it would be without the change.
        (BERLIN, date(2027, 3, 28), time(2, 30), "2027-03-28T01:30"),
        (NEW_YORK, date(2027, 3, 14), time(2, 30), "2027-03-14T07:30"),
        # A time that is twice: the first.
        (BERLIN, date(2027, 10, 31), time(2, 30), "2027-10-31T00:30"),
        (NEW_YORK, date(2027, 11, 7), time(1, 30), "2027-11-07T05:30"),
        (LORD_HOWE, date(2027, 4, 4), time(1, 45), "2027-04-03T14:45"),
    ],
)
def test_local_times_when_the_clocks_change(
    zone: ZoneInfo, day: date, local: time, utc: str
) -> None:
    made = Availability(zone, [Rule("FREQ=DAILY", day, Opening(local, 50))])
    assert told(made.open_between(at(utc) - HOUR_MS, at(utc) + HOUR_MS)) == [(utc, 50)]


def test_an_exception_takes_the_place_of_all_rules_of_its_day() -> None:
    made = Availability(
        SHANGHAI,
        [weekly("TU,TH"), weekly("TH", Opening(time(9), 60))],
        {date(2027, 3, 4): [Opening(time(14), 60)], date(2027, 3, 2): []},
    )
    assert told(made.open_between(at("2027-03-01T00:00"), at("2027-03-06T00:00"))) == [
        ("2027-03-04T06:00", 60)
    ]


def test_what_touches_is_one_and_what_is_asked_for_bounds_it() -> None:
    made = Availability(SHANGHAI, [weekly("TU"), weekly("TU", Opening(time(20), 120))])
    since, until = at("2027-03-02T11:30"), at("2027-03-02T13:30")
    assert made.open_between(since, until) == [(since, until)]


def test_what_begins_before_midnight_goes_on_after_it() -> None:
    made = Availability(SHANGHAI, [weekly("MO", Opening(time(23), 180))])
    assert told(made.open_between(at("2027-03-01T16:30"), at("2027-03-02T00:00"))) == [
        ("2027-03-01T16:30", 90)
    ]


def test_nobody_asks_for_more_than_a_year() -> None:
    made = Availability(SHANGHAI, [Rule("FREQ=DAILY", date(2027, 1, 1), EVENING)])
    since = at("2027-03-01T00:00")
    assert len(made.open_between(since, since + 100 * MOST_DAYS * DAY_MS)) <= MOST_DAYS


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("FREQ=DAILY;INTERVAL=3", [1, 4, 7, 10]),
        ("FREQ=DAILY;COUNT=2", [1, 2]),
        ("FREQ=WEEKLY;UNTIL=20270308", [1, 8]),
        ("FREQ=WEEKLY;BYDAY=WE", [3, 10]),
        ("FREQ=MONTHLY;BYMONTHDAY=5,-24", [5, 8]),
        ("FREQ=MONTHLY;BYDAY=2TU", [9]),
    ],
)
def test_what_a_rule_may_say(text: str, days: list[int]) -> None:
    rule = Rule(text, date(2027, 3, 1), EVENING)
    assert [day.day for day in rule.days(date(2027, 3, 1), date(2027, 3, 10))] == days


@pytest.mark.parametrize(
    "text",
    [
        "", "FREQ", "FREQ=SECONDLY", "FREQ=YEARLY", "BYDAY=TU", "freq=daily", "RRULE:FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;;", "FREQ=DAILY;INTERVAL",
        "FREQ=DAILY;COUNT=x", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;BYDAY=TU",
        "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2TU", "FREQ=WEEKLY;UNTIL=20270230",
        "FREQ=WEEKLY;BYDAY=TU\n", "FREQ=DAILY\nRRULE:FREQ=DAILY", "FREQ=MONTHLY;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=5TU", "FREQ=MONTHLY;BYDAY=3TU;BYMONTHDAY=1",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["TU"] * 60),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        Rule(text, date(2027, 3, 1), EVENING)


@given(st.text(alphabet="FREQ=DAILYWKMONTH;BC,UIVX0123456789-\n", max_size=60))
def test_whatever_is_given_for_a_rule_is_one_or_is_refused(text: str) -> None:
    try:
        rule = Rule(text, date(2027, 3, 1), EVENING)
    except RuleError:
        return
    assert all(day >= date(2027, 3, 1) for day in rule.days(date(2027, 1, 1), date(2027, 6, 1)))


def test_a_rule_of_long_ago_is_refused() -> None:
    with pytest.raises(RuleError):
        Rule("FREQ=DAILY", date(1999, 12, 31), EVENING)


@pytest.mark.parametrize(
    ("begins", "minutes"),
    [(time(9), 0), (time(9), 24 * 60 + 1), (time(9, tzinfo=timezone(timedelta(hours=8))), 60)],
)
def test_what_is_no_opening_is_refused(begins: time, minutes: int) -> None:
    with pytest.raises(RuleError):
        Opening(begins, minutes)


def test_free_times_lie_whole_in_what_is_open_and_meet_nothing_kept() -> None:
    begins = at("2027-03-02T11:00")
    opened = [(begins, begins + 180 * MINUTE_MS)]
    kept = [Span(begins + 55 * MINUTE_MS, 50)]
    free = free_times(opened, kept, 50, 15)
    assert [(span.starts_at - begins) // MINUTE_MS for span in free] == [0, 105, 120]


minute = st.integers(0, 600)


@given(
    st.lists(st.tuples(minute, minute), max_size=4),
    st.lists(st.tuples(minute, st.integers(1, 120)), max_size=6),
    st.integers(1, 90), st.integers(5, 60),
)  # fmt: skip
def test_nobody_is_offered_what_somebody_has(
    opened: list[tuple[int, int]], kept: list[tuple[int, int]], minutes: int, every: int
) -> None:
    windows = [(a * MINUTE_MS, b * MINUTE_MS) for a, b in opened if a < b]
    spans = [Span(begins * MINUTE_MS, long) for begins, long in kept]
    for free in free_times(windows, spans, minutes, every):
        assert any(a <= free.starts_at and free.ends_at <= b for a, b in windows)
        assert not any(free.meets(span) for span in spans)


def test_the_nearest_are_told_in_their_order() -> None:
    free = [Span(hour * HOUR_MS, 50) for hour in (1, 5, 8, 9, 20)]
    assert [span.starts_at // HOUR_MS for span in nearest(free, 7 * HOUR_MS)] == [5, 8, 9]
    assert nearest(free[:1], 0) == free[:1]
    assert nearest([], 0) == []
