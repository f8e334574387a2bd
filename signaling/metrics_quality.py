"""Histograms and counters of how calls are, by what pages report and what rooms go through.

Labels come from closed lists alone. Every number was bounded at the border (``reports.py``), so a
page that lies fills a bucket and moves a sum by at most its bound, as often as it may report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from media.rungs import Rung
from media.stats import JITTER_BOUNDS_S, LOSS_BOUNDS, RTT_BOUNDS_S, Leg
from signaling.domain.grants import Role
from signaling.quality import mos_heard, mos_sent
from signaling.reports import Device, DeviceCheck, Hearing, ReportQuality, Seeing, Sending

MOS_BOUNDS: Final = (1.0, 2.0, 2.5, 3.0, 3.4, 3.8, 4.0, 4.2, 4.5)
CONCEALED_BOUNDS: Final = (0.0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.4)
"""One hundredth is hardly heard, five are words asked for again."""
FREEZE_BOUNDS: Final = (0.0, 0.01, 0.02, 0.05, 0.08, 0.12, 0.2, 0.4)
RECONNECT_BOUNDS_S: Final = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0, 120.0)
"""Three seconds is the promise, two minutes is how long a seat is held."""
BITRATE_BOUNDS_BPS: Final = (
    8e3, 16e3, 24e3, 32e3, 48e3, 70e3, 150e3, 300e3, 500e3, 1e6, 2e6, 4e6
)  # fmt: skip
"""The rungs' bounds among them."""
FPS_BOUNDS: Final = (1.0, 3.0, 5.0, 8.0, 12.0, 15.0, 20.0, 24.0, 30.0, 60.0)
BY_NETWORK: Final = "network"
"""Who changed a rung. What people choose themselves is theirs, and is not counted."""


_BOTH: Final = ("kind", "leg")
HISTOGRAMS: Final[tuple[tuple[str, str, tuple[str, ...], tuple[float, ...]], ...]] = (
    ("reported_packet_loss_ratio", "Loss as pages report it", _BOTH, LOSS_BOUNDS),
    ("reported_jitter_seconds", "Jitter as pages report it", _BOTH, JITTER_BOUNDS_S),
    ("reported_rtt_seconds", "Round trips between pages and us", (), RTT_BOUNDS_S),
    ("audio_concealed_ratio", "Share of voice made up on arrival", (), CONCEALED_BOUNDS),
    ("audio_buffer_seconds", "Wait of voice in pages' buffers", (), RTT_BOUNDS_S),
    ("mos_estimate", "Estimate of how voice is heard, 1 to 5", ("leg",), MOS_BOUNDS),
    ("video_freeze_ratio", "Share of time that pictures stood still", (), FREEZE_BOUNDS),
    ("bitrate_bps", "Bits a second of pages, by kind and leg", _BOTH, BITRATE_BOUNDS_BPS),
    ("fps", "Frames a second of pictures", ("leg",), FPS_BOUNDS),
    ("reconnect_seconds", "How long until lost media paths were back", ("role", "cause"),
     RECONNECT_BOUNDS_S),
)  # fmt: skip
COUNTERS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("video_freezes", "Times that pictures stood still", ()),
    ("freeze_seconds", "Seconds that pictures stood still", ()),
    ("gap_seconds", "Seconds that a voice which is on was not heard", ("cause",)),
    ("level_changes", "Rungs that lines went up or down", ("from", "to", "by")),
    ("reconnects", "Media paths that were lost, by what became of it", ("role", "cause", "result")),
    ("ice_selected", "ICE pairs chosen", ("local_type", "remote_type", "proto")),
    ("device_check", "Devices asked for on the way in", ("item", "result")),
)


class QualityMetrics:
    """The quality part of one gateway's metrics."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._histograms = {
            name: Histogram(f"quietroom_{name}", words, labels, buckets=bounds, registry=registry)
            for name, words, labels, bounds in HISTOGRAMS
        }
        self._counters = {
            name: Counter(f"quietroom_{name}", words, labels, registry=registry)
            for name, words, labels in COUNTERS
        }
        self._sessions = Gauge(
            "quietroom_sessions_active",
            "Rooms with somebody in them, by the lowest rung of their people",
            ["level"],
            registry=registry,
        )
        self.sessions({})

    def gap(self, cause: str, seconds: float) -> None:
        """A voice was not heard for so long; ``cause`` is a GapCause. Silence is no such cause."""
        self._counters["gap_seconds"].labels(cause).inc(seconds)

    def report(self, role: Role, report: ReportQuality) -> None:
        """One report of one page."""
        self._observe("reported_rtt_seconds", _seconds(report.rtt_ms))
        self._flow("audio", Leg.UP, report.audio_up)
        self._flow("video", Leg.UP, report.video_up)
        self._flow("audio", Leg.DOWN, report.audio_down)
        self._flow("video", Leg.DOWN, report.video_down)
        if report.audio_down is not None:
            self._observe("audio_concealed_ratio", report.audio_down.concealed)
            self._observe("audio_buffer_seconds", _seconds(report.audio_down.buffer_ms))
        if report.video_down is not None:
            self._see(report.video_down)
        self._observe("mos_estimate", mos_heard(report), Leg.DOWN.value)
        self._observe("mos_estimate", mos_sent(report), Leg.UP.value)
        if (path := report.path) is not None:
            self._count("ice_selected", path.local.value, path.remote.value, path.transport.value)
        for reconnect in report.reconnects:
            who, cause = role.value, reconnect.cause.value
            self._count("reconnects", who, cause, "back")
            self._observe("reconnect_seconds", _seconds(reconnect.took_ms), who, cause)

    def device_checked(self, device: Device, check: DeviceCheck) -> None:
        """One device that somebody asked their browser for."""
        self._count("device_check", device.value, check.value)

    def level_changed(self, before: Rung, after: Rung) -> None:
        """One person's line went up or down the ladder."""
        self._count("level_changes", before.value, after.value, BY_NETWORK)

    def not_back(self, role: Role) -> None:
        """One person did not come back in time."""
        self._count("reconnects", role.value, "unknown", "not_back")

    def sessions(self, levels: Mapping[Rung, int]) -> None:
        """Set how many rooms are on which rung, just before it is shown."""
        for rung in Rung:
            self._sessions.labels(rung.value).set(levels.get(rung, 0))

    def _flow(self, kind: str, leg: Leg, flow: Sending | Hearing | Seeing | None) -> None:
        if flow is None:
            return
        self._observe("reported_packet_loss_ratio", flow.loss, kind, leg.value)
        self._observe("reported_jitter_seconds", _seconds(flow.jitter_ms), kind, leg.value)
        self._observe("bitrate_bps", flow.bitrate_bps, kind, leg.value)
        if kind == "video" and not isinstance(flow, Hearing):
            self._observe("fps", flow.fps, leg.value)

    def _see(self, seen: Seeing) -> None:
        if seen.frozen_ms is None or not seen.watched_ms:
            return
        frozen_ms = min(seen.frozen_ms, seen.watched_ms)
        self._observe("video_freeze_ratio", frozen_ms / seen.watched_ms)
        self._counters["freeze_seconds"].inc(frozen_ms / 1000)
        self._counters["video_freezes"].inc(seen.freezes or 0)

    def _observe(self, name: str, value: float | None, *labels: str) -> None:
        """Count a figure, where there is one."""
        if value is not None:
            histogram = self._histograms[name]
            (histogram.labels(*labels) if labels else histogram).observe(value)

    def _count(self, name: str, *labels: str) -> None:
        self._counters[name].labels(*labels).inc()


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
