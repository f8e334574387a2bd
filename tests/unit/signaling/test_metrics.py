"""Metrics: their labels come from closed lists."""

from __future__ import annotations

from collections import deque

import pytest
from prometheus_client.parser import text_string_to_metric_families

from media.forwarding.pacer import DELAY_BOUNDS_MS
from media.histogram import BOUNDS_S
from media.numbers import Ledger
from media.stats import (
    LOSS_BOUNDS,
    Distribution,
    DownlinkStats,
    EngineStats,
    LegStats,
    WorkerHealth,
)
from signaling.domain.errors import Code
from signaling.domain.grants import Role
from signaling.metrics import JOIN_BUCKETS, REMEMBERED_JOINS, Metrics, quantile
from signaling.room_watch import JoinResult


def exposed(metrics: Metrics, stats: EngineStats | None = None) -> str:
    return metrics.expose(stats or EngineStats()).decode()


def test_everything_counted_is_shown() -> None:
    metrics = Metrics()
    metrics.join_phase(Role.CLIENT, "total", 0.7)
    metrics.join_attempt(Role.CLIENT, JoinResult.JOINED, "none")
    metrics.join_attempt(None, JoinResult.REFUSED, "token_invalid")
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
        'quietroom_join_attempts_total{reason="none",result="joined",role="client"} 1.0',
        'join_attempts_total{reason="token_invalid",result="refused",role="unknown"} 1.0',
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
               "version", "le", "worker", "kind", "leg",
               "fate", "level", "from", "to", "by", "cause", "item",
               "local_type", "remote_type", "proto"}  # fmt: skip
    stats = EngineStats(**Ledger().read(), forward_delay_s=Distribution((0,) * (len(BOUNDS_S) + 1)))
    families = list(text_string_to_metric_families(exposed(metrics, stats)))
    assert families
    for family in families:
        assert family.name.startswith("quietroom_")
        assert {label for sample in family.samples for label in sample.labels} <= allowed
    values = {key: {s.labels[key] for f in families for s in f.samples if key in s.labels}
              for key in ("kind", "leg")}  # fmt: skip
    assert values == {"kind": {"audio", "video"}, "leg": {"up", "down"}}


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


def test_figures_of_tracks_are_shown_by_kind_and_leg() -> None:
    loss = Distribution((5, *(0,) * 8, 2, 1), 0.75)
    assert len(loss.counts) == len(LOSS_BOUNDS) + 1
    legs = {"video": {"down": LegStats(packets=9, lost=3, nacks=4, plis=5, loss=loss)}}
    text = exposed(Metrics(), EngineStats(legs=legs))
    for line in (
        'quietroom_media_track_packets_total{kind="video",leg="down"} 9.0',
        'quietroom_media_track_lost_total{kind="video",leg="down"} 3.0',
        'quietroom_media_track_nacks_total{kind="video",leg="down"} 4.0',
        'quietroom_media_track_plis_total{kind="video",leg="down"} 5.0',
        'quietroom_packet_loss_ratio_bucket{kind="video",le="0.0",leg="down"} 5.0',
        'quietroom_packet_loss_ratio_bucket{kind="video",le="0.2",leg="down"} 5.0',
        'quietroom_packet_loss_ratio_bucket{kind="video",le="0.4",leg="down"} 7.0',
        'quietroom_packet_loss_ratio_bucket{kind="video",le="+Inf",leg="down"} 8.0',
        'quietroom_packet_loss_ratio_count{kind="video",leg="down"} 8.0',
        'quietroom_packet_loss_ratio_sum{kind="video",leg="down"} 0.75',
    ):
        assert line in text
    assert "quietroom_jitter_seconds_bucket" not in text, "nothing was counted yet"


def test_delays_are_shown() -> None:
    stats = EngineStats(
        forward_delay_s=Distribution((7, 1, *(0,) * (len(BOUNDS_S) - 1)), 0.0005),
        pacer_passed=90,
        pacer_delays=(6, *(0,) * (len(DELAY_BOUNDS_MS) - 1), 4),
        pacer_dropped=2,
        downlink=DownlinkStats(sent=30, acked=20, lost=9, late=1, refused=3),
    )
    text = exposed(Metrics(), stats)
    for line in (
        'quietroom_forward_delay_seconds_bucket{le="5e-05"} 7.0',
        'quietroom_forward_delay_seconds_bucket{le="+Inf"} 8.0',
        "quietroom_forward_delay_seconds_sum 0.0005",
        'quietroom_media_pacer_delay_seconds_bucket{le="0.0"} 90.0',
        'quietroom_media_pacer_delay_seconds_bucket{le="0.001"} 96.0',
        'quietroom_media_pacer_delay_seconds_bucket{le="1.0"} 96.0',
        'quietroom_media_pacer_delay_seconds_bucket{le="+Inf"} 100.0',
        "quietroom_media_pacer_dropped_total 2.0",
        'quietroom_media_downlink_packets_total{fate="sent"} 30.0',
        'quietroom_media_downlink_packets_total{fate="late"} 1.0',
        "quietroom_media_feedback_refused_total 3.0",
    ):
        assert line in text
