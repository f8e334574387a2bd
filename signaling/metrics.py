"""What /metrics shows: counts and times, never who. Labels come from closed lists alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from media.forwarding.pacer import DELAY_BOUNDS_MS
from media.histogram import BOUNDS_S
from media.stats import (
    JITTER_BOUNDS_S,
    LOSS_BOUNDS,
    RTT_BOUNDS_S,
    Distribution,
    EngineStats,
    LegStats,
)
from signaling.alert_rules import NAMES, Reading
from signaling.domain.errors import Code
from signaling.domain.grants import Role
from signaling.metrics_quality import QualityMetrics
from signaling.metrics_recording import RecordingMetrics
from signaling.room_watch import JoinResult

JOIN_BUCKETS: Final = (0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30)
"""From "at once" to "gave up"; growing by half, as patience does."""
WHERE: Final = ("rest", "connect", "command", "channel", "packet")
REMEMBERED_JOINS: Final = 500
PACER_BOUNDS_S: Final = (0.0, *(bound / 1000 for bound in DELAY_BOUNDS_MS))
"""The first is of those that did not wait."""
FATES: Final = ("sent", "acked", "lost", "late")
LEG_COUNTERS: Final = (
    ("track_packets", "packets", "RTP packets of tracks, without retransmissions that came"),
    ("track_bytes", "octets", "Bytes of payload of tracks"),
    ("track_lost", "lost", "RTP packets lost, before any came again"),
    ("track_nacks", "nacks", "RTP packets asked for again"),
    ("track_plis", "plis", "Keyframes asked for"),
    ("track_retransmitted", "retransmitted", "RTP packets that came, or went, as an answer"),
)
LEG_HISTOGRAMS: Final[
    tuple[tuple[str, Callable[[LegStats], Distribution], tuple[float, ...], str], ...]
] = (
    ("jitter_seconds", lambda leg: leg.jitter_s, JITTER_BOUNDS_S, "Jitter of tracks, sampled"),
    ("rtt_seconds", lambda leg: leg.rtt_s, RTT_BOUNDS_S, "Round trips of tracks, sampled"),
    ("packet_loss_ratio", lambda leg: leg.loss, LOSS_BOUNDS, "Loss of tracks, sampled"),
)


def package_version() -> str:
    """Return the installed version, or ``unknown`` when run from a bare tree."""
    try:
        return version("quietroom")
    except PackageNotFoundError:
        return "unknown"


class _Engine(Collector):
    """Shows the last snapshot of the engine's counters under their own names."""

    def __init__(self) -> None:
        self.stats = EngineStats()

    def collect(self) -> Iterator[Metric]:
        stats = self.stats
        yield GaugeMetricFamily(
            "quietroom_media_endpoints", "Media endpoints alive", value=stats.endpoints
        )
        yield GaugeMetricFamily(
            "quietroom_media_half_open",
            "Media endpoints whose handshake has not finished",
            value=stats.half_open,
        )
        links = GaugeMetricFamily(
            "quietroom_media_links", "Media endpoints by state of their path", labels=["state"]
        )
        for state, count in stats.links.items():
            links.add_metric([state], count)
        yield links
        for name, words in (
            ("packets_received", "Datagrams received at the media port"),
            ("packets_forwarded", "RTP packets sent on"),
            ("bytes_received", "Bytes received at the media port"),
            ("bytes_sent", "Bytes sent from the media port"),
            ("retransmissions", "RTP packets sent again on request"),
            ("keyframe_requests", "Keyframe requests passed to publishers"),
        ):
            yield CounterMetricFamily(f"quietroom_media_{name}", words, value=getattr(stats, name))
        dropped = CounterMetricFamily(
            "quietroom_media_dropped", "Datagrams dropped, by reason", labels=["reason"]
        )
        for reason, count in stats.dropped.items():
            dropped.add_metric([reason], count)
        yield dropped
        stills = CounterMetricFamily(
            "quietroom_media_stills", "Slow pictures passed on, by fate", labels=["fate"]
        )
        for fate, count in stats.stills.items():
            stills.add_metric([fate], count)
        yield stills
        recording = CounterMetricFamily(
            "quietroom_media_recording",
            "Recorded segments by fate, and packets a late disk left out",
            labels=["fate"],
        )
        for fate, count in stats.recording.items():
            recording.add_metric([fate], count)
        yield recording
        yield from _legs(stats)
        yield from _delays(stats)
        yield from _workers(stats)


def _legs(stats: EngineStats) -> Iterator[Metric]:
    """Yield what all tracks of a kind did in each direction."""
    rows = [
        ([kind, leg], numbers)
        for kind, by_leg in stats.legs.items()
        for leg, numbers in by_leg.items()
    ]
    labels = ["kind", "leg"]
    for name, field, words in LEG_COUNTERS:
        counter = CounterMetricFamily(f"quietroom_media_{name}", words, labels=labels)
        for values, numbers in rows:
            counter.add_metric(values, getattr(numbers, field))
        yield counter
    for name, read, bounds, words in LEG_HISTOGRAMS:
        histogram = HistogramMetricFamily(f"quietroom_{name}", words, labels=labels)
        for values, numbers in rows:
            found = read(numbers)
            _add(histogram, values, bounds, found.counts, found.total)
        yield histogram


def _delays(stats: EngineStats) -> Iterator[Metric]:
    """Yield how long packets took to go through."""
    forward = HistogramMetricFamily(
        "quietroom_forward_delay_seconds",
        "From a datagram's arrival to having sent what it caused, of sampled datagrams",
        labels=[],
    )
    found = stats.forward_delay_s
    _add(forward, [], BOUNDS_S, found.counts, found.total)
    yield forward
    pacer = HistogramMetricFamily(
        "quietroom_media_pacer_delay_seconds", "How long pictures' packets waited", labels=[]
    )
    if stats.pacer_delays:
        # Pacers count by bucket only; without the sum there is none to show.
        _add(pacer, [], PACER_BOUNDS_S, (stats.pacer_passed, *stats.pacer_delays), None)
    yield pacer
    yield from _downlink(stats)
    yield CounterMetricFamily(
        "quietroom_media_pacer_dropped",
        "Packets let go of because too much waited",
        value=stats.pacer_dropped,
    )


def _downlink(stats: EngineStats) -> Iterator[Metric]:
    """Yield what became of what was sent, as the browsers' transport-cc feedback tells it."""
    fates = CounterMetricFamily(
        "quietroom_media_downlink_packets", "RTP packets sent, by fate", labels=["fate"]
    )
    for fate in FATES:
        fates.add_metric([fate], getattr(stats.downlink, fate))
    yield fates
    yield CounterMetricFamily(
        "quietroom_media_feedback_refused",
        "transport-cc messages that were malformed, or spoke of what was never sent",
        value=stats.downlink.refused,
    )


def _add(
    family: HistogramMetricFamily,
    labels: list[str],
    bounds: Sequence[float],
    counts: Sequence[int],
    total: float | None,
) -> None:
    """Add one row of a histogram; nothing, where nothing has been counted yet."""
    if counts:
        edges = (*map(floatToGoString, bounds), "+Inf")
        family.add_metric(labels, list(zip(edges, accumulate(counts), strict=True)), total)


def _workers(stats: EngineStats) -> Iterator[Metric]:
    """Yield how the media processes are; the label is a place among them, a small number."""
    up = GaugeMetricFamily(
        "quietroom_media_worker_up", "Whether a media process serves this port", labels=["worker"]
    )
    restarts = CounterMetricFamily(
        "quietroom_media_worker_restarts", "Media processes replaced", labels=["worker"]
    )
    for worker in stats.workers:
        up.add_metric([str(worker.index)], int(worker.up))
        restarts.add_metric([str(worker.index)], worker.restarts)
    yield up
    yield restarts


class Metrics:
    """All metrics of one gateway, on a registry of its own so that tests can have many."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._engine = _Engine()
        self.registry.register(self._engine)
        self._join = Histogram(
            "quietroom_join_seconds",
            "How long each phase of joining took",
            ["role", "phase"],
            buckets=JOIN_BUCKETS,
            registry=self.registry,
        )
        self._attempts = self._counter(
            "quietroom_join_attempts", "Joins by how they ended", ["role", "result", "reason"]
        )
        self._refusals = self._counter(
            "quietroom_refusals", "Refusals by code and by where they were said", ["where", "code"]
        )
        self._texts = self._counter("quietroom_texts", "Texts accepted", ["path"])
        self._sockets_opened = self._counter("quietroom_sockets_opened", "Sockets opened", [])
        self._commands = self._counter("quietroom_commands", "Commands received", [])
        self._room_faults = self._counter("quietroom_room_faults", "Rooms closed by a bug", [])
        self._sockets = self._gauge("quietroom_sockets", "Sockets open now", [])
        self._rooms = self._gauge("quietroom_rooms", "Rooms in memory now", [])
        self._participants = self._gauge(
            "quietroom_participants", "Seats by presence", ["presence"]
        )
        self._gauge("quietroom_build_info", "The version that runs", ["version"]).labels(
            package_version()
        ).set(1)
        self.quality = QualityMetrics(self.registry)
        self.recording = RecordingMetrics(self.registry)
        self.join_totals: dict[Role, deque[float]] = {
            role: deque(maxlen=REMEMBERED_JOINS) for role in Role
        }

    def join_phase(self, role: Role, phase: str, seconds: float) -> None:
        """One phase of one join; ``phase`` is a JoinPhase or a gateway phase, never free text."""
        self._join.labels(role.value, phase).observe(seconds)
        if phase == "total":
            self.join_totals[role].append(seconds)

    def join_attempt(self, role: Role | None, result: JoinResult, reason: str) -> None:
        """One join that has ended; ``reason`` is a JoinReason or a code, never free text."""
        who = "unknown" if role is None else role.value
        self._attempts.labels(who, result.value, reason).inc()

    def refused(self, where: str, code: Code) -> None:
        """One refusal said to a peer."""
        assert where in WHERE
        self._refusals.labels(where, code.value).inc()

    def text(self, *, by_channel: bool) -> None:
        """One text accepted, by data channel or by socket."""
        self._texts.labels("channel" if by_channel else "socket").inc()

    def socket_opened(self) -> None:
        """One more socket."""
        self._sockets_opened.inc()
        self._sockets.inc()

    def socket_closed(self) -> None:
        """One socket fewer."""
        self._sockets.dec()

    def command(self) -> None:
        """One command received, whatever becomes of it."""
        self._commands.inc()

    def room_fault(self) -> None:
        """One room closed by a bug."""
        self._room_faults.inc()

    def counts(self, rooms: int, presence: dict[str, int]) -> None:
        """Set what is there now, just before it is shown."""
        self._rooms.set(rooms)
        for state, count in presence.items():
            self._participants.labels(state).set(count)

    def expose(self, stats: EngineStats) -> bytes:
        """Return the text exposition format, with this snapshot of the engine."""
        self._engine.stats = stats
        return generate_latest(self.registry)

    def reading(self, stats: EngineStats) -> Reading:
        """Return what alerts are judged by, as it would be shown now."""
        self._engine.stats = stats
        found: dict[str, list[tuple[Mapping[str, str], float]]] = {name: [] for name in NAMES}
        for family in self.registry.collect():
            for sample in family.samples:
                if sample.name in found:
                    found[sample.name].append((sample.labels, sample.value))
        return found

    def _counter(self, name: str, words: str, labels: list[str]) -> Counter:
        return Counter(name, words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, labels: list[str]) -> Gauge:
        return Gauge(name, words, labels, registry=self.registry)


def quantile(values: deque[float], share: float) -> float | None:
    """Return the nearest-rank quantile, or None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
