"""Defaults of the data plane. Only ``signaling/config.py`` reads them from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class RecordingConfig:
    """Where what is recorded goes; nothing set: nowhere, and nothing is recorded."""

    folder: str = ""
    min_free_mb: int = 2048
    """With less room on its disk recording ends: databases and logs may lie on the same one."""

    @property
    def min_free_bytes(self) -> int:
        """The same in bytes."""
        return self.min_free_mb * MB


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """Limits and addresses of one engine.

    Constants carry their trade-off here, so that an operator who changes one knows what it costs.
    """

    host: str = "::"
    """One address, or all: "::" of both families, "0.0.0.0" of IPv4. Loopback in tests."""
    port: int = 3480
    """UDP, and TCP for networks that drop UDP."""
    external_ips: tuple[str, ...] = ()
    """What candidates say instead of the bound addresses of the same family, behind 1:1 NAT."""
    tcp: bool = True
    tcp_connections: int = 512
    """Each holds a descriptor and at most some 200 kB."""
    tcp_connections_per_address: int = 32
    """An office or a clinic has one address; a browser may try several connections at once."""

    max_endpoints: int = 1000
    max_half_open: int = 256
    """Endpoints whose handshake has not finished. Each holds an OpenSSL state of about 200 kB."""
    handshake_timeout_s: float = 10.0
    silence_s: float = 2.0
    """Nothing heard for this long is "disconnected". Browsers' own checks come every 2.5-6 s, hence
    the client's 500 ms beat when no media flows."""
    abandon_s: float = 120.0
    """Nothing heard for this long closes the endpoint; the session keeps the seat."""

    datagrams_per_wake: int = 64
    seconds_per_wake: float = 0.001
    """Whichever is reached first ends a wake, so that timers never starve behind a flood."""

    video_codecs: tuple[str, ...] = ("VP8", "H264", "VP9", "AV1")
    """In order of preference. VP8 is spoken by every browser, so it leads."""
    history_s: float = 1.0
    """How long sent packets are remembered for retransmission."""
    keyframe_interval_s: float = 0.5
    """At most one keyframe request a publication in this time: a keyframe is 5-10 times a delta."""
    pacing_floor_bps: float = 4_000_000.0
    """The least rate at which pictures go to a subscriber while its line is not estimated: low
    enough to spread a keyframe of 100 kB over 0.2 s, high enough not to hold up one of 20 kB."""
    max_publisher_bps: float = 20_000_000.0
    """What one endpoint may send us: three encodings of one 1080p track and its voice are 6 Mbit/s.
    What is above is dropped before it is looked at."""
    start_bps: float = 400_000.0
    """What a subscriber's line is taken to carry until its feedback says more: the first second of
    a browser's own picture is no larger."""
    max_subscriber_bps: float = 8_000_000.0
    """What the line toward one subscriber is estimated at most: four large pictures."""
    feedback_interval_s: float = 0.1
    """transport-cc feedback: 50-100 ms follows the line closely; each costs about 60 B upstream."""
