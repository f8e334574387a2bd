"""What a negotiation settled, in the terms the router forwards by. No SDP reaches below this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The two kinds of track (W3C MediaStreamTrack.kind)."""

    AUDIO = "audio"
    VIDEO = "video"


class Extension(StrEnum):
    """RTP header extensions we read, forward or write (RFC 8285), by their registered URI."""

    MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
    RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    REPAIRED_RID = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    TRANSPORT_CC = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    ABS_CAPTURE_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time"
    AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    DEPENDENCY_DESCRIPTOR = (
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
    )


@dataclass(frozen=True, slots=True)
class Codec:
    """One codec as both sides of a section agreed on it.

    ``format`` tells apart what must not be mixed under one name: profile-level-id for H264
    (its profile part, RFC 6184 section 8.1), profile-id for VP9; empty otherwise. A packet of a
    publication may be forwarded to a slot only where name, clock rate and format are the same.

    The name ``red`` stands for RFC 2198 with Opus inside; it goes unpacked to a slot without it.
    """

    name: str
    clock_rate: int
    payload_type: int
    rtx_payload_type: int | None = None
    format: str = ""

    @property
    def key(self) -> tuple[str, int, str]:
        """What two endpoints must share for a packet to pass between them."""
        return (self.name.lower(), self.clock_rate, self.format)


@dataclass(frozen=True, slots=True)
class PublishSection:
    """An m-section in which the endpoint sends to us.

    ``ssrcs`` maps each announced primary SSRC to its RTX SSRC, or to None; it may be empty, for
    the mid header extension or the payload type then tells the section (RFC 8843 section 9.2).

    ``rids`` names the encodings of simulcast, the smallest picture first; empty for one encoding.
    ``nack`` says that what is missing may be asked for.
    """

    mid: str
    kind: Kind
    codecs: tuple[Codec, ...]
    extensions: Mapping[Extension, int] = field(default_factory=dict)
    ssrcs: Mapping[int, int | None] = field(default_factory=dict)
    transport_cc: bool = False
    nack: bool = False
    rids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotSection:
    """An m-section in which we send to the endpoint, under SSRCs of our own choosing.

    ``nack`` says that the endpoint asks for voice it misses; for pictures that goes without saying.
    ``transport_cc`` says that packets carry transport-wide numbers, and the endpoint tells of them.
    A picture without RTX is not repaired then: see :meth:`Subscription.resend`.
    """

    mid: str
    kind: Kind
    codecs: tuple[Codec, ...]
    ssrc: int
    rtx_ssrc: int | None = None
    extensions: Mapping[Extension, int] = field(default_factory=dict)
    nack: bool = False
    transport_cc: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one other endpoint: its voice and its picture share a stream id for lip-sync."""

    index: int
    audio: SlotSection | None
    video: SlotSection | None

    @property
    def cname(self) -> str:
        """The canonical name both are sent under, in SDP and RTCP alike (RFC 3550 section 6.5.1).

        It names a place, never a person.
        """
        return f"slot-{self.index}"


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """All sections of one endpoint. Replaced whole when the endpoint negotiates again."""

    publishing: tuple[PublishSection, ...] = ()
    slots: tuple[Slot, ...] = ()
