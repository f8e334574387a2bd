"""Metrics: their labels come from closed lists."""

from __future__ import annotations

from collections import deque

import pytest
from prometheus_client.parser import text_string_to_metric_families

from media.stats import EngineStats, WorkerHealth
from signaling.domain.errors import Code
from signaling.domain.grants import Role
from signaling.metrics import JOIN_BUCKETS, REMEMBERED_JOINS, Metrics, quantile


def exposed(metrics: Metrics, stats: EngineStats | None = None) -> str:
    return metrics.expose(stats or EngineStats()).decode()


def test_everything_counted_is_shown() -> None:
    metrics = Metrics()
    metrics.join_phase(Role.CLIENT, "total", 0.7)
    metrics.join_attempt(Role.CLIENT, None)
    metrics.join_attempt(None, Code.TOKEN_INVALID)
    metrics.refused("rest", Code.BUSY)
    metrics.text(by_channel=True)
    metrics.socket_opened()
    metrics.socket_opened()
    metrics.socket_closed()
    metrics.command()
    metrics.room_fault()
    metrics.counts(2, {"present": 3})
    workers = (WorkerHealth(0, up=True, restarts=0), WorkerHealth(1, up=False, restarts=2))
    stats = EngineStats(endpoints=4, dropped={"stun": 5}, links={"connected": 6}, workers=workers)
    text = exposed(metrics, stats)
    for line in (
        'quietroom_join_seconds_bucket{le="1.0",phase="total",role="client"} 1.0',
        'quietroom_join_attempts_total{result="seated",role="client"} 1.0',
        'quietroom_join_attempts_total{result="token_invalid",role="unknown"} 1.0',
        'quietroom_refusals_total{code="busy",where="rest"} 1.0',
        'quietroom_texts_total{path="channel"} 1.0',
        "quietroom_sockets 1.0",
        "quietroom_sockets_opened_total 2.0",
        "quietroom_commands_total 1.0",
        "quietroom_room_faults_total 1.0",
        "quietroom_rooms 2.0",
        'quietroom_participants{presence="present"} 3.0',
        "quietroom_media_endpoints 4.0",
        'quietroom_media_dropped_total{reason="stun"} 5.0',
        'quietroom_media_links{state="connected"} 6.0',
        'quietroom_media_worker_up{worker="0"} 1.0',
        'quietroom_media_worker_up{worker="1"} 0.0',
        'quietroom_media_worker_restarts_total{worker="1"} 2.0',
    ):
        assert line in text


def test_names_have_the_prefix_and_labels_are_few() -> None:
    metrics = Metrics()
    allowed = {"role", "phase", "result", "where", "code", "path", "presence", "state", "reason",
               "version", "le", "worker"}  # fmt: skip
    families = list(text_string_to_metric_families(exposed(metrics)))
    assert families
    for family in families:
        assert family.name.startswith("quietroom_")
        assert {label for sample in family.samples for label in sample.labels} <= allowed


def test_unknown_place_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Metrics().refused("a place of one's own", Code.BUSY)


def test_join_times_are_remembered_in_bounds() -> None:
    metrics = Metrics()
    for number in range(REMEMBERED_JOINS + 10):
        metrics.join_phase(Role.CLIENT, "total", float(number))
    metrics.join_phase(Role.CLIENT, "ice", 9.0)
    assert len(metrics.join_totals[Role.CLIENT]) == REMEMBERED_JOINS
    assert list(JOIN_BUCKETS) == sorted(JOIN_BUCKETS)


def test_quantiles() -> None:
    values = deque(float(n) for n in range(1, 101))
    assert quantile(deque(), 0.5) is None
    assert quantile(values, 0.5) == 51
    assert quantile(values, 0.95) == 96
    assert quantile(deque([7.0]), 0.95) == 7
