"""Counters of an engine, read by metrics without touching the packet path."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


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
