from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from signaling.domain.errors import Code, Refusal
from signaling.working_times import WorkingDay, WorkingOpening, WorkingRule, WorkingTimes

EVENINGS = WorkingRule("19:00", 120, rule="FREQ=WEEKLY;BYDAY=TU,TH", first="2027-01-01")
HOUR_MS = 3_600_000


def ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def test_what_is_said_is_what_is_open() -> None:
    holiday = WorkingDay("2027-01-07")
    open_day = WorkingDay("2027-01-09", [WorkingOpening("10:00", 60)])
    times = WorkingTimes("Asia/Shanghai", [EVENINGS], [holiday, open_day])
    begins = (ms(2027, 1, 5, 11), ms(2027, 1, 9, 2))
    assert times.availability().open_between(ms(2027, 1, 4), ms(2027, 1, 11)) == [
        (begins[0], begins[0] + 2 * HOUR_MS),
        (begins[1], begins[1] + HOUR_MS),
    ]


@pytest.mark.parametrize(
    "times",
    [
        WorkingTimes("Middle/Earth"),
        WorkingTimes("../etc/passwd"),
        WorkingTimes("UTC", [msgspec.structs.replace(EVENINGS, rule="FREQ=SECONDLY")]),
        WorkingTimes("UTC", [msgspec.structs.replace(EVENINGS, rule="FREQ=WEEKLY;BYDAY=XX")]),
        WorkingTimes("UTC", [msgspec.structs.replace(EVENINGS, first="2027-02-30")]),
        WorkingTimes("UTC", [], [WorkingDay("2027-01-07"), WorkingDay("2027-01-07")]),
        WorkingTimes("UTC", [], [WorkingDay("2027-13-07")]),
    ],
)
def test_what_means_nothing_is_refused(times: WorkingTimes) -> None:
    with pytest.raises(Refusal) as refused:
        times.availability()
    assert refused.value.code is Code.MALFORMED


def test_it_is_read_as_it_was_written() -> None:
    times = WorkingTimes("Europe/London", [EVENINGS], [WorkingDay("2027-01-07")], 45, 30, 60)
    assert msgspec.json.decode(msgspec.json.encode(times), type=WorkingTimes) == times
