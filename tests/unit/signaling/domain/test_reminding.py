from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.booking import MINUTE_MS
from signaling.domain.reminding import (
    BEFORE_MINUTES,
    SUBJECT,
    Tongue,
    Wording,
    after_quiet,
    due,
    sentence,
)

STARTS = int(datetime(2026, 11, 30, 11, tzinfo=UTC).timestamp() * 1000)
LONG_AGO = 0
SHANGHAI = ZoneInfo("Asia/Shanghai")


def before(minutes: float) -> int:
    return int(STARTS - minutes * MINUTE_MS)


@pytest.mark.parametrize(
    ("wish", "minutes", "expected"),
    [
        ((60,), 61, None),
        ((60,), 60, 60),
        ((60,), 0.1, 60),
        ((60,), 0, None),
        ((1440, 60, 10), 1440, 1440),
        ((1440, 60, 10), 61, 1440),
        ((1440, 60, 10), 60, 60),
        ((1440, 60, 10), 9, 10),
        ((), 5, None),
        ((7,), 5, None),
    ],
)
def test_each_is_said_until_the_next_is_due(
    wish: tuple[int, ...], minutes: float, expected: int | None
) -> None:
    assert due(wish, STARTS, LONG_AGO, before(minutes)) == expected


def test_who_has_just_arranged_an_hour_is_not_reminded_of_it() -> None:
    made = before(30)
    assert due((1440, 60, 10), STARTS, made, before(29)) is None
    assert due((1440, 60, 10), STARTS, made, before(10)) == 10


@given(st.sets(st.sampled_from(BEFORE_MINUTES)), st.integers(0, 1_500))
def test_no_two_are_due_at_once_and_none_after_the_beginning(wish: set[int], minutes: int) -> None:
    found = due(wish, STARTS, LONG_AGO, before(minutes))
    assert found is None or (found in wish and found >= minutes > 0)
    assert due(wish, STARTS, LONG_AGO, STARTS + minutes) is None


def test_it_is_told_in_the_time_of_where_somebody_is() -> None:
    said = sentence(Wording.PLAIN, Tongue.ZH, STARTS, SHANGHAI, before(60))
    assert said == "您今天19:00有一个约定。"
    there = sentence(Wording.PLAIN, Tongue.EN, STARTS, ZoneInfo("America/New_York"), before(600))
    assert there == "You have an appointment tomorrow at 06:00."
    later = sentence(Wording.TIME, Tongue.ZH, STARTS, SHANGHAI, before(3 * 1440))
    assert later.startswith("11月30日19:00")


@pytest.mark.parametrize(("wording", "tongue"), list(product(Wording, Tongue)))
def test_it_says_nothing_of_what_the_hour_is(wording: Wording, tongue: Tongue) -> None:
    said = sentence(wording, tongue, STARTS, SHANGHAI, before(60)) + SUBJECT[tongue]
    assert "19:00" in said
    for word in ("咨询", "心理", "诊所", "老师", "医", "counsel", "therap", "clinic", "session"):
        assert word not in said.lower()


@pytest.mark.parametrize(
    ("hour", "quiet", "expected"),
    [
        (19, ("22:00", "08:00"), (30, 19)),
        (23, ("22:00", "08:00"), (31, 8)),
        (22, ("22:00", "08:00"), (31, 8)),
        (3, ("22:00", "08:00"), (30, 8)),
        (8, ("22:00", "08:00"), (30, 8)),
        (13, ("12:00", "14:00"), (30, 14)),
        (14, ("12:00", "14:00"), (30, 14)),
        (3, ("", ""), (30, 3)),
        (3, ("08:00", "08:00"), (30, 3)),
    ],
)
def test_quiet_hours_are_those_of_where_somebody_is(
    hour: int, quiet: tuple[str, str], expected: tuple[int, int]
) -> None:
    at = int(datetime(2026, 12, 30, hour, tzinfo=SHANGHAI).timestamp() * 1000)
    day, until = expected
    reached = int(datetime(2026, 12, day, until, tzinfo=SHANGHAI).timestamp() * 1000)
    assert after_quiet(at, SHANGHAI, *quiet) == reached
