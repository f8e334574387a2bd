"""Figures of quality: in bounds, under closed labels, absent where nothing was said."""

from __future__ import annotations

from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from media.rungs import Rung
from signaling.domain.grants import Role
from signaling.metrics_quality import HISTOGRAMS, QualityMetrics
from signaling.reports import (
    CandidateType,
    Device,
    DeviceCheck,
    Hearing,
    IcePath,
    IceTransport,
    Reconnect,
    ReconnectCause,
    ReportQuality,
    Seeing,
    Sending,
)


class Shown:
    """Metrics on a registry of their own, and what a scrape shows of them."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.metrics = QualityMetrics(self._registry)

    def report(self, **fields: Any) -> None:
        self.metrics.report(Role.CLIENT, ReportQuality(span_ms=5000.0, **fields))

    def samples(self) -> dict[str, float]:
        families = text_string_to_metric_families(generate_latest(self._registry).decode())
        return {
            sample.name + repr(sorted(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
            if not sample.name.endswith("_created")
        }

    def of(self, name: str, **labels: str) -> float | None:
        return self.samples().get(f"quietroom_{name}{sorted(labels.items())!r}")


def test_a_report_is_counted_by_kind_and_leg() -> None:
    shown = Shown()
    shown.report(
        rtt_ms=100.0,
        audio_up=Sending(loss=0.02, jitter_ms=4.0, bitrate_bps=40_000.0),
        video_up=Sending(bitrate_bps=900_000.0, fps=24.0),
        audio_down=Hearing(loss=0.0, concealed=0.004, buffer_ms=80.0),
        video_down=Seeing(fps=11.0, freezes=2, frozen_ms=1000.0, watched_ms=5000.0),
        path=IcePath(CandidateType.RELAY, CandidateType.HOST, IceTransport.TLS),
        reconnects=[Reconnect(ReconnectCause.NETWORK, 2500.0)],
    )
    assert shown.of("reported_rtt_seconds_sum") == 0.1
    assert shown.of("reported_packet_loss_ratio_bucket", kind="audio", leg="up", le="0.01") == 0
    assert shown.of("reported_packet_loss_ratio_bucket", kind="audio", leg="up", le="0.02") == 1
    assert shown.of("reported_jitter_seconds_sum", kind="audio", leg="up") == 0.004
    assert shown.of("bitrate_bps_count", kind="video", leg="up") == 1
    assert shown.of("fps_sum", leg="up") == 24
    assert shown.of("fps_sum", leg="down") == 11
    assert shown.of("audio_concealed_ratio_bucket", le="0.005") == 1
    assert shown.of("audio_buffer_seconds_sum") == 0.08
    assert shown.of("mos_estimate_bucket", leg="down", le="4.0") == 0
    assert shown.of("mos_estimate_bucket", leg="down", le="4.5") == 1
    assert shown.of("mos_estimate_count", leg="up") == 1
    assert shown.of("video_freeze_ratio_sum") == 0.2
    assert shown.of("video_freezes_total") == 2
    assert shown.of("freeze_seconds_total") == 1
    path = {"local_type": "relay", "remote_type": "host", "proto": "tls"}
    assert shown.of("ice_selected_total", **path) == 1
    who = {"role": "client", "cause": "network"}
    assert shown.of("reconnects_total", **who, result="back") == 1
    assert shown.of("reconnect_seconds_bucket", **who, le="3.0") == 1


def test_what_was_not_said_is_not_counted_as_nothing() -> None:
    shown = Shown()
    before = shown.samples()
    shown.report()
    shown.report(audio_up=Sending(), audio_down=Hearing(), video_down=Seeing())
    shown.report(video_down=Seeing(freezes=3, frozen_ms=100.0))
    shown.report(video_down=Seeing(freezes=3, frozen_ms=100.0, watched_ms=0.0))
    after = shown.samples()
    # Series may have begun; none has counted anything.
    assert {name: value for name, value in after.items() if value} == {
        name: value for name, value in before.items() if value
    }


def test_lies_stay_in_the_buckets() -> None:
    shown = Shown()
    for extreme in (0.0, 1.0):
        shown.report(
            rtt_ms=60_000.0 * extreme,
            audio_up=Sending(loss=extreme, jitter_ms=60_000 * extreme, bitrate_bps=1e9 * extreme),
            audio_down=Hearing(concealed=extreme, buffer_ms=60_000.0 * extreme),
            video_down=Seeing(fps=240.0 * extreme, freezes=600, frozen_ms=1e6, watched_ms=1.0),
        )
    assert shown.of("video_freeze_ratio_sum") == 2.0
    assert shown.of("freeze_seconds_total") == 0.002
    down = shown.of("mos_estimate_sum", leg="down")
    assert down is not None
    assert 2.0 <= down <= 2 * 4.5
    assert shown.of("mos_estimate_bucket", leg="down", le="1.0") == 1


def test_rungs_sessions_devices_and_who_did_not_come_back() -> None:
    shown = Shown()
    assert {shown.of("sessions_active", level=rung.value) for rung in Rung} == {0.0}
    shown.metrics.sessions({Rung.SLOW: 2})
    shown.metrics.level_changed(Rung.CLEAR, Rung.SLOW)
    shown.metrics.device_checked(Device.CAMERA, DeviceCheck.IN_USE)
    shown.metrics.not_back(Role.COUNSELLOR)
    assert shown.of("sessions_active", level="slow") == 2
    assert shown.of("sessions_active", level="clear") == 0
    change = {"from": "clear", "to": "slow", "by": "network"}
    assert shown.of("level_changes_total", **change) == 1
    assert shown.of("device_check_total", item="camera", result="in_use") == 1
    gone = {"role": "counsellor", "cause": "unknown", "result": "not_back"}
    assert shown.of("reconnects_total", **gone) == 1


def test_bounds_rise() -> None:
    for _name, _words, _labels, bounds in HISTOGRAMS:
        assert list(bounds) == sorted(set(bounds))
