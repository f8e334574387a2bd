"""What a page reports of itself: bounded figures of its line and its join, nothing that says who.

Rule 1: a figure that a browser does not have is absent. Zero is a figure.
Rule 2: every number is finite and within the bounds below; one that is not refuses the report.
These records are part of the wire (``wire.py``); docs/protocol.md is their prose.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from media.rungs import Rung

MAX_RECONNECTS = 8
"""In one report. Each takes longer than a second, so that more is no page of ours."""

Ratio: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
Milliseconds: TypeAlias = Annotated[float, Meta(ge=0, le=600_000)]
ShortMs: TypeAlias = Annotated[float, Meta(ge=0, le=60_000)]
"""Milliseconds of a round trip, of jitter, of a buffer: a minute is longer than any line lives."""
BitsPerSecond: TypeAlias = Annotated[float, Meta(ge=0, le=1e9)]
FramesPerSecond: TypeAlias = Annotated[float, Meta(ge=0, le=240)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A closed record: what is not listed is refused."""


class CandidateType(StrEnum):
    """Where one end of the chosen ICE pair was found (RFC 8445, 5.1.1)."""

    HOST = "host"
    SRFLX = "srflx"
    PRFLX = "prflx"
    RELAY = "relay"


class IceTransport(StrEnum):
    """What carries the chosen ICE pair; for a relayed one, as far as the relay."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class ReconnectCause(StrEnum):
    """Why a media path was down, as far as a page can tell."""

    NETWORK = "network"
    DEVICE = "device"
    PAGE_HIDDEN = "page_hidden"
    SERVER = "server"


class Device(StrEnum):
    """What a person may switch on."""

    MICROPHONE = "microphone"
    CAMERA = "camera"


class DeviceCheck(StrEnum):
    """What came of asking the browser for a device on the way in."""

    OK = "ok"
    PERMISSION_DENIED = "permission_denied"
    NO_DEVICE = "no_device"
    IN_USE = "in_use"
    POLICY_BLOCKED = "policy_blocked"
    UNSUPPORTED = "unsupported"


class Sending(_Record, frozen=True):
    """What a page sends of one kind; loss and jitter as the gateway's receiver reports have it."""

    loss: Ratio | None = None
    jitter_ms: ShortMs | None = None
    bitrate_bps: BitsPerSecond | None = None
    fps: FramesPerSecond | None = None


class Hearing(_Record, frozen=True):
    """The others' voices as they arrive and are played.

    ``concealed`` is the share of samples that were made up because none had come.
    """

    loss: Ratio | None = None
    jitter_ms: ShortMs | None = None
    bitrate_bps: BitsPerSecond | None = None
    concealed: Ratio | None = None
    buffer_ms: ShortMs | None = None


class Seeing(_Record, frozen=True):
    """The others' pictures as they arrive and are shown.

    ``freezes`` by the one rule (product.md F3): a gap of max(3 x average, average + 150 ms).
    ``frozen_ms`` of ``watched_ms``, over all pictures that ought to have moved.
    """

    loss: Ratio | None = None
    jitter_ms: ShortMs | None = None
    bitrate_bps: BitsPerSecond | None = None
    fps: FramesPerSecond | None = None
    freezes: Annotated[int, Meta(ge=0, le=600)] | None = None
    frozen_ms: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    watched_ms: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None


class IcePath(_Record, frozen=True):
    """The chosen ICE pair, without its addresses."""

    local: CandidateType
    remote: CandidateType
    transport: IceTransport


class Reconnect(_Record, frozen=True):
    """The media path was down and is back."""

    cause: ReconnectCause
    took_ms: Annotated[float, Meta(ge=0, le=600_000)]


class ReportQuality(_Record, frozen=True, tag="report_quality"):
    """How the page's line was in the last ``span_ms``; every five seconds. No identities.

    ``path`` is there when the pair is new; ``reconnects`` are those since the last report.
    """

    span_ms: Annotated[float, Meta(ge=1_000, le=60_000)]
    rtt_ms: ShortMs | None = None
    audio_up: Sending | None = None
    video_up: Sending | None = None
    audio_down: Hearing | None = None
    video_down: Seeing | None = None
    path: IcePath | None = None
    reconnects: Annotated[list[Reconnect], Meta(max_length=MAX_RECONNECTS)] = []


class ReportLine(_Record, frozen=True, tag="report_line"):
    """What the page's own way up carries, by its browser's estimate; at each change.

    ``rtt_ms`` is the round trip of its media path, where the browser says it.
    """

    rung: Rung
    rtt_ms: ShortMs | None = None


class JoinPhase(StrEnum):
    """Milestones of a join that only the browser can see (product.md: join_seconds)."""

    TOKEN = "token"  # noqa: S105  the name of a phase
    PERMISSION = "permission"
    SIGNALLING = "signalling"
    ICE = "ice"
    FIRST_AUDIO = "first_audio"
    FIRST_FRAME = "first_frame"
    TOTAL = "total"


class ReportJoin(_Record, frozen=True, tag="report_join"):
    """How long each phase of joining took; once a join. Becomes a histogram without identities.

    ``devices`` are those the person asked for on the way in.
    """

    phases: dict[JoinPhase, Milliseconds]
    devices: dict[Device, DeviceCheck] = {}
