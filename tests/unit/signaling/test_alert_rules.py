"""The table of alerts: the same to Prometheus and to the operator's page."""

from __future__ import annotations

import re
from math import inf
from pathlib import Path

import pytest
import yaml

from media.stats import EngineStats
from signaling.alert_rules import (
    NAMES,
    RULES,
    Alert,
    EachMinute,
    Quantile,
    Reading,
    Rise,
    Rule,
    Series,
    Share,
    judge,
    promql,
)
from signaling.domain.grants import Role
from signaling.metrics import Metrics
from signaling.room_watch import JoinResult

ROOT = Path(__file__).parents[3]
WRITTEN = {
    rule["alert"]: rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))[
        "groups"
    ]
    for rule in group["rules"]
}
EVENTS = Series("events_total")


def reading(**values: float) -> Reading:
    """One unlabelled sample of each name."""
    return {name: [({}, value)] for name, value in values.items()}


def buckets(**counts: float) -> Reading:
    """A histogram's cumulative counts by bound, "le0_1" being 0.1."""
    rows = [({"le": name[2:].replace("_", ".")}, value) for name, value in counts.items()]
    return {"sizes_bucket": rows}


def rule(alert: Alert) -> Rule:
    return next(each for each in RULES if each.alert is alert)


def test_prometheus_has_the_same_alerts() -> None:
    assert [each.alert.value for each in RULES] == list(WRITTEN)


@pytest.mark.parametrize("each", RULES, ids=lambda each: each.alert.value)
def test_prometheus_has_the_same_conditions(each: Rule) -> None:
    written = WRITTEN[each.alert.value]
    assert re.sub(r"\s+", " ", written["expr"]).strip() == promql(each)
    assert written["for"] == f"{each.lasting_min}m"
    assert written["labels"]["severity"] == each.severity.value


def test_every_name_is_one_that_metrics_show() -> None:
    metrics = Metrics()
    metrics.join_attempt(Role.CLIENT, JoinResult.JOINED, "none")
    found = metrics.reading(EngineStats())
    shown = metrics.expose(EngineStats()).decode()
    for name in NAMES:
        assert name in found
        assert name.removesuffix("_bucket").removesuffix("_total").removesuffix("_count") in shown
    assert list(found["quietroom_join_attempts_total"]) == [
        ({"role": "client", "result": "joined", "reason": "none"}, 1.0)
    ]


@pytest.mark.parametrize(
    ("matchers", "total"),
    [
        ("", 15),
        ('a="x"', 5),
        ('a!="x"', 10),
        ('a=~"x|y"', 7),
        ('a=~"x|y", b!="1"', 6),
        ('b=""', 14),
    ],
)
def test_a_series_takes_the_samples_that_fit(matchers: str, total: float) -> None:
    rows = [({"a": "x", "b": "1"}, 1.0), ({"a": "x"}, 4.0), ({"a": "y"}, 2.0), ({"a": "z"}, 8.0)]
    assert Series("events", matchers).total({"events": rows}) == total


def test_what_was_not_there_before_has_risen_from_nothing() -> None:
    assert Rise(EVENTS).value({}, reading(events_total=3), 60) == 3
    assert Rise(EVENTS).value(reading(events_total=3), reading(events_total=1), 60) == 0


def test_a_share_of_nothing_is_not_known() -> None:
    share = Share(EVENTS, Series("all_total"))
    assert share.value({}, reading(events_total=0, all_total=0), 60) is None
    assert share.value({}, reading(events_total=1, all_total=4), 60) == 0.25


def test_each_minute_is_a_rate_over_those_that_are_there() -> None:
    each = EachMinute(EVENTS, Series("there"))
    assert each.value({}, reading(events_total=12, there=4), 180) == 1.0
    assert each.value({}, reading(events_total=12, there=0), 180) == inf
    assert each.value({}, reading(events_total=0, there=0), 180) is None


def test_a_quantile_lies_evenly_in_its_bucket() -> None:
    sizes = Quantile(0.5, Series("sizes_bucket"))
    counts = buckets(le0_0=0, le0_1=20, le0_2=80, leInf=80)
    assert sizes.value({}, counts, 60) == pytest.approx(0.1 + 0.1 * 20 / 60)
    assert sizes.value({}, buckets(le0_0=50, le0_1=60, leInf=60), 60) == 0
    assert sizes.value({}, buckets(le0_1=1, le0_2=1, leInf=80), 60) == 0.2
    assert sizes.value(counts, counts, 60) is None
    assert sizes.value({}, {}, 60) is None


def joins(joined: int, failed: int, left: int) -> Reading:
    rows = [
        ({"result": "joined", "reason": "none"}, float(joined)),
        ({"result": "failed", "reason": "ice_failed"}, float(failed)),
        ({"result": "failed", "reason": "left"}, float(left)),
        ({"result": "refused", "reason": "token_expired"}, 99.0),
    ]
    return {"quietroom_join_attempts_total": rows}


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (joins(18, 2, 30), 0.1),
        (joins(19, 1, 0), None),  # one in twenty is the bar, not beyond it
        (joins(7, 2, 9), None),  # too few to tell
        (joins(0, 0, 0), None),
    ],
)
def test_joins_fail_when_more_than_one_in_twenty_of_ten_do(now: Reading, found: float | None):
    assert judge(rule(Alert.JOIN_FAILING), {}, now, 600) == found


def test_a_few_reconnects_are_no_storm() -> None:
    storm = rule(Alert.RECONNECT_STORM)
    labels = {"result": "back", "cause": "network"}
    for times, found in ((5, None), (6, 2.0)):
        now: Reading = {
            "quietroom_reconnects_total": [(labels, float(times))],
            "quietroom_sessions_active": [({"level": "clear"}, 1.0)],
        }
        assert judge(storm, {}, now, 180) == found


def test_recordings_are_told_of_where_one_fails_or_does_not_end_in_time() -> None:
    def ended(**counts: int) -> Reading:
        rows = [({"result": result}, float(count)) for result, count in counts.items()]
        return {"quietroom_recordings_ended_total": rows}

    failing = rule(Alert.RECORDING_FAILING)
    assert judge(failing, ended(stop=3, fail=0), ended(stop=9, fail=0), 600) is None
    assert judge(failing, ended(stop=3, fail=0), ended(stop=9, fail=1), 600) == 1

    def took(**counts: int) -> Reading:
        rows = [({"le": name[2:].replace("_", ".")}, value) for name, value in counts.items()]
        return {"quietroom_recording_withdrawal_seconds_bucket": rows}

    slow = rule(Alert.WITHDRAWAL_SLOW)
    nothing = took(le0_1=0, le0_25=0, le0_5=0, leInf=0)
    assert judge(slow, nothing, nothing, 3600) is None
    assert judge(slow, nothing, took(le0_1=0, le0_25=40, le0_5=40, leInf=40), 3600) is None
    late = judge(slow, nothing, took(le0_1=39, le0_25=39, le0_5=40, leInf=40), 3600)
    assert late is not None and late > 0.25
