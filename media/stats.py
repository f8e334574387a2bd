"""What an engine counted, as plain values. Whoever reads them does not touch the packet path.

Totals (:class:`EngineStats`) are read on every scrape; rows of single tracks (:class:`TrackPage`)
only when somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from media.ids import EndpointId, RoomKey

JITTER_BOUNDS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
"""Upper bounds; a player hides 20-50 ms of it without a word lost."""
RTT_BOUNDS_S: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
"""Upper bounds; above 0.3 s people begin to talk over each other."""
LOSS_BOUNDS: Final = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.4)
"""Upper bounds of a share of packets. The first count is of those that lost none."""


class Leg(StrEnum):
    """Which way a track goes: from a browser to us, or from us to one."""

    UP = "up"
    DOWN = "down"


class Distribution(msgspec.Struct, frozen=True):
    """Values counted by size; the last count is of those above every bound."""

    counts: tuple[int, ...] = ()
    total: float = 0.0
    """The values' sum."""


class LegStats(msgspec.Struct, frozen=True):
    """All tracks of one kind in one direction, those that have ended among them."""

    packets: int = 0
    octets: int = 0
    """Bytes of payload."""
    lost: int = 0
    nacks: int = 0
    plis: int = 0
    retransmitted: int = 0
    jitter_s: Distribution = Distribution()
    """Of each track that carried something, once every few seconds; so are the next two."""
    rtt_s: Distribution = Distribution()
    loss: Distribution = Distribution()
    """The share lost since the sample before, by :data:`LOSS_BOUNDS`."""


class WorkerHealth(msgspec.Struct, frozen=True):
    """One media process: its place among them, whether it serves, how often it was replaced."""

    index: int
    up: bool
    restarts: int
    cpu_s: float = 0.0
    """CPU seconds it has used since it was started; one that is replaced begins anew."""


class DownlinkStats(msgspec.Struct, frozen=True, gc=False):
    """What came of all that was sent to one endpoint, by its transport-cc feedback.

    Counts only go up. ``lost - late`` packets are missing; what is neither acked nor missing is
    under way, or was never spoken of. A voice packet repeated without RTX is not counted again.
    """

    sent: int = 0
    """Packets that were given a number, retransmissions and voice included."""
    sent_bytes: int = 0
    """Their size before encryption, RTP header included."""
    acked: int = 0
    acked_bytes: int = 0
    lost: int = 0
    """Packets said to be lost."""
    late: int = 0
    """Those of them that were acked after all."""
    refused: int = 0
    """Feedback messages that were malformed, or spoke of what was never sent."""
    unmatched: int = 0
    """Statuses of packets already acked, repeated or too old."""
    jumps: int = 0
    """Messages in which the endpoint's clock was not the one before."""


class EngineStats(msgspec.Struct, frozen=True):
    """A snapshot. Everything counts up from the engine's start, but for the gauges.

    ``dropped`` is keyed by a fixed list of reasons, so that it can be a metric's label.
    """

    endpoints: int = 0
    """Gauge: endpoints alive."""
    half_open: int = 0
    """Gauge: endpoints whose handshake has not finished."""
    packets_received: int = 0
    packets_forwarded: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    retransmissions: int = 0
    keyframe_requests: int = 0
    dropped: Mapping[str, int] = {}
    links: Mapping[str, int] = {}
    """Gauge: endpoints by link state."""
    stills: Mapping[str, int] = {}
    """Slow pictures: ``received`` from pages, ``sent`` toward receivers, ``cut`` of those as the
    receiver's line had no room for the rest."""
    recording: Mapping[str, int] = {}
    """``begun`` and ``broken`` segments, and packets ``left_out`` for a disk that was late."""
    forward_delay_s: Distribution = Distribution()
    """Of sampled datagrams, by :data:`media.histogram.BOUNDS_S`."""
    legs: Mapping[str, Mapping[str, LegStats]] = {}
    """By kind, then by :class:`Leg`."""
    pacer_passed: int = 0
    """Packets that a pacer let through at once."""
    pacer_delays: tuple[int, ...] = ()
    """Those that waited, by :data:`media.forwarding.pacer.DELAY_BOUNDS_MS` and beyond."""
    pacer_dropped: int = 0
    downlink: DownlinkStats = DownlinkStats()
    """Of all endpoints that send transport-cc feedback."""
    cpu_s: float = 0.0
    """CPU seconds of the engine's process, where it has one of its own."""
    workers: tuple[WorkerHealth, ...] = ()
    """Of the processes the engines run in; empty for an engine in this one."""


GAUGES: Final = frozenset({"endpoints", "half_open", "links", "workers"})
"""What says how it is now, and so ends with its engine. All else counts up."""


def lasting(stats: EngineStats) -> EngineStats:
    """Return what remains true of an engine that is gone: its counters without its gauges."""
    kept = {n: getattr(stats, n) for n in stats.__struct_fields__ if n not in GAUGES}
    return EngineStats(**kept)


def merged(all_stats: Sequence[EngineStats], workers: tuple[WorkerHealth, ...] = ()) -> EngineStats:
    """Add snapshots up, field by field; ``workers`` is taken as given."""
    total: dict[str, Any] = {}
    for name in EngineStats.__struct_fields__:
        values = [getattr(stats, name) for stats in all_stats]
        if name != "workers" and values:
            total[name] = _sum(values)
    return EngineStats(**total, workers=workers)


def _sum(values: Sequence[Any]) -> Any:
    """Numbers are added; mappings key by key; rows of numbers place by place; records so too."""
    if all(isinstance(value, msgspec.Struct) for value in values):
        names = values[0].__struct_fields__
        return type(values[0])(**{n: _sum([getattr(value, n) for value in values]) for n in names})
    if all(isinstance(value, Mapping) for value in values):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _sum([value[key] for value in values if key in value]) for key in keys}
    if all(isinstance(value, tuple | list) for value in values):
        longest = max(values, key=len)
        return type(longest)(
            _sum([value[place] for value in values if place < len(value)])
            for place in range(len(longest))
        )
    return sum(values)


class TrackStats(msgspec.Struct, frozen=True, gc=False):
    """One encoding an endpoint sends us, or one track it is sent. Counts go up from its start.

    Where ``endpoint`` is ``publisher`` it is what came from it: ``lost`` and ``jitter_s`` are ours
    to see, ``nacks`` and ``plis`` are ours to it. Else it is what goes to it, as its reports say.

    It holds plain values only, so the collector need not walk the thousands there may be.
    """

    endpoint: str
    publisher: str
    mid: str
    kind: str
    rid: str = ""
    packets: int = 0
    octets: int = 0
    """Bytes of payload."""
    lost: int = 0
    """Packets; may be negative where copies came."""
    jitter_s: float = 0.0
    rtt_s: float | None = None
    """None until measured. Upward it is smoothed and kept within 20 and 500 ms."""
    nacks: int = 0
    """Packets asked for again."""
    plis: int = 0
    retransmitted: int = 0
    """Packets that came, or went, as an answer."""


class PacerStats(msgspec.Struct, frozen=True, gc=False):
    """What one subscriber's pacer did."""

    passed: int = 0
    """Packets that did not wait."""
    delays: tuple[int, ...] = ()
    """Those that waited, by :data:`media.forwarding.pacer.DELAY_BOUNDS_MS` and beyond."""
    dropped: int = 0
    rate_bps: float = 0.0


class RoomTracks(msgspec.Struct, frozen=True):
    """The rows of one room.

    Another kind of row is a field of its own beside ``pacers``, filled by
    :func:`media.numbers.read_room`.
    """

    room: RoomKey
    tracks: tuple[TrackStats, ...] = ()
    pacers: Mapping[EndpointId, PacerStats] = {}
    """Of every endpoint, in the order they came in."""
    downlinks: Mapping[EndpointId, DownlinkStats] = {}
    """Of those that send transport-cc feedback."""
    left_out: int = 0
    """Tracks beyond what one page can hold."""


class TrackPage(msgspec.Struct, frozen=True):
    """Rooms by ascending key; with ``more``, go on after the last one."""

    rooms: tuple[RoomTracks, ...] = ()
    more: bool = False


def joined(pages: Sequence[TrackPage]) -> TrackPage:
    """Return pages of several engines, all asked for the same place, as one.

    It ends where the first of those that have more ends, so that no room is stepped over.
    """
    ends = [page.rooms[-1].room for page in pages if page.more and page.rooms]
    end = min(ends, default=None)
    rooms = [room for page in pages for room in page.rooms if end is None or room.room <= end]
    return TrackPage(tuple(sorted(rooms, key=lambda each: each.room)), more=end is not None)
