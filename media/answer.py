"""Writes the SDP answer for a planned offer (RFC 8829 section 5.3).

The sections' text is aiortc's; what it does not know (ICE-lite, mixed header extensions, the order
of SSRC lines a browser insists on) is added here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from aiortc import sdp
from aiortc.rtcicetransport import RTCIceParameters
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
)

from media.ice import Address, Credentials
from media.negotiation import Offer
from media.plan import Codec, Extension, Kind, MediaPlan, PublishSection, Slot, SlotSection

Feedback: TypeAlias = tuple[tuple[str, str | None], ...]
VIDEO_FEEDBACK: Final[Feedback] = (("nack", None), ("nack", "pli"), ("ccm", "fir"))
VOICE_FEEDBACK: Final[Feedback] = (("nack", None),)
TRANSPORT_CC: Final[Feedback] = (("transport-cc", None),)
GENERATION_STEP: Final = 64
"""Ranks of one generation of candidates, and so the most addresses an answer names. The web client
knows the number (``media/foresight.ts``)."""
MAX_GENERATION: Final = 127
"""Keeps a rank within the 13 bits that RFC 6544 leaves it."""
OPUS_PARAMETERS: Final[Mapping[str, int]] = {"minptime": 10, "useinbandfec": 1, "usedtx": 0}
"""Asked of the sender: FEC on; DTX off, or silence could not be told from loss (RFC 7587)."""


@dataclass(frozen=True, slots=True)
class Local:
    """What an answer says of the gateway."""

    credentials: Credentials
    fingerprint: str
    addresses: tuple[Address, ...]
    tcp: bool = False
    """Whether the same addresses and port take ICE-TCP (RFC 6544)."""
    promised: Credentials | None = None
    """What the next restart will use, for a page that cannot ask."""
    generation: int = 0
    """How many ICE restarts there have been."""


def write_answer(offer: Offer, plan: MediaPlan, local: Local) -> str:
    """The SDP answer to a checked and planned offer."""
    publishing = {section.mid: section for section in plan.publishing}
    slots = {
        section.mid: (slot, section)
        for slot in plan.slots
        for section in (slot.audio, slot.video)
        if section is not None
    }
    live: list[str] = []
    written: list[str] = []
    for offered in offer.description.media:
        mid = offered.rtp.muxId
        section = sdp.MediaDescription(offered.kind, 9, offered.profile, list(offered.fmt))
        section.rtp.muxId = mid
        section.ice = RTCIceParameters()  # written below, once for all kinds of section
        section.host = "0.0.0.0"  # noqa: S104  SDP's word for "see the candidates"
        if mid in publishing:
            _write_publish(section, offered, publishing[mid])
        elif mid in slots:
            _write_slot(section, offered, *slots[mid])
        elif offered.kind == "application" and offer.sctp_port is not None:
            section.sctp_port = 5000
        else:
            section.port = 0
            section.direction = "inactive"
            section.rtp.codecs = offered.rtp.codecs[:1]
            section.fmt = [each.payloadType for each in section.rtp.codecs] or section.fmt[:1]
        lines = str(section)
        if section.port:
            live.append(mid)
            lines += _transport_lines(section.kind, local)
            lines += _simulcast_lines(publishing.get(mid))
        written.append(lines)
    head = [
        "v=0",
        "o=- 0 0 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(live)}",
        "a=msid-semantic: WMS *",
    ]
    if local.promised is not None:
        head.append(f"a=x-next-ice:{local.promised.ufrag} {local.promised.password}")
    return "\r\n".join(head) + "\r\n" + "".join(written)


def _transport_lines(kind: str, local: Local) -> str:
    """What every live section repeats: one transport serves them all."""
    lines = [
        f"a=ice-ufrag:{local.credentials.ufrag}",
        f"a=ice-pwd:{local.credentials.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        "a=setup:passive",
    ]
    lines += _candidate_lines(local)
    lines.append("a=end-of-candidates")
    if kind == "application":
        lines.append("a=max-message-size:65536")
    else:
        lines += ["a=rtcp-mux", "a=rtcp-rsize", "a=extmap-allow-mixed"]
    return "".join(f"{line}\r\n" for line in lines)


def _candidate_lines(local: Local) -> list[str]:
    """Host candidates in our order of preference: all of UDP before any of TCP.

    A pair's priority goes by the lower of its two sides (RFC 8445 section 6.1.2.3). Ours is below
    what browsers give their own host candidates, and rises with each restart: so every pair of a
    restart outranks those before it, and a browser leaves a dead pair as soon as another answers,
    where it would wait 3.5 s for the dead one to look dead.
    """
    lines = []
    rank = GENERATION_STEP * min(local.generation, MAX_GENERATION) + GENERATION_STEP - 1
    for index, (host, port, *_) in enumerate(local.addresses[:GENERATION_STEP]):
        # RFC 8445 section 5.1.2.1; the recommended type preference of host candidates.
        priority = (126 << 24) | ((rank - index) << 8) | 255
        lines.append(f"a=candidate:{index + 1} 1 udp {priority} {host} {port} typ host")
    if local.tcp:
        for index, (host, port, *_) in enumerate(local.addresses[:GENERATION_STEP]):
            # RFC 6544 section 4.2: a lower type preference; direction preference 4 is passive.
            priority = (90 << 24) | (((4 << 13) + rank - index) << 8) | 255
            number = len(local.addresses) + index + 1
            lines.append(
                f"a=candidate:{number} 1 tcp {priority} {host} {port} typ host tcptype passive"
            )
    return lines


def _simulcast_lines(plan: PublishSection | None) -> str:
    """Take the encodings that were planned (RFC 8853 section 5.3.2)."""
    if plan is None or not plan.rids:
        return ""
    lines = [f"a=rid:{rid} recv" for rid in plan.rids]
    lines.append(f"a=simulcast:recv {';'.join(plan.rids)}")
    return "".join(f"{line}\r\n" for line in lines)


def _write_publish(
    section: sdp.MediaDescription, offered: sdp.MediaDescription, plan: PublishSection
) -> None:
    section.direction = "recvonly"
    _write_codecs(section, offered, plan.codecs, _feedback(plan))
    _write_extensions(section, plan.extensions)


def _write_slot(
    section: sdp.MediaDescription, offered: sdp.MediaDescription, slot: Slot, plan: SlotSection
) -> None:
    section.direction = "sendonly"
    _write_codecs(section, offered, plan.codecs, _feedback(plan))
    _write_extensions(section, plan.extensions)
    # One CNAME for a slot's voice and picture: their clock is the same. But a stream of its own for
    # each: of one stream's tracks Chromium holds the voice back until the picture is there, and on
    # a line that loses 15 % that was 0.3 s, and words warped by each change of it.
    stream = slot.cname
    section.msid = f"{stream}-{plan.kind.value} {stream}-{plan.kind.value}"
    section.ssrc = [sdp.SsrcDescription(ssrc=plan.ssrc, cname=stream)]
    if plan.rtx_ssrc is not None:
        # The primary's line comes before its repair's, or the picture stays black in Chromium.
        section.ssrc.append(sdp.SsrcDescription(ssrc=plan.rtx_ssrc, cname=stream))
        section.ssrc_group = [sdp.GroupDescription("FID", [plan.ssrc, plan.rtx_ssrc])]


def _feedback(plan: PublishSection | SlotSection) -> Feedback:
    """Never REMB: beside transport-cc for the same stream, each undoes the other."""
    repair = VIDEO_FEEDBACK if plan.kind is Kind.VIDEO else VOICE_FEEDBACK if plan.nack else ()
    return repair + TRANSPORT_CC if plan.transport_cc else repair


def _write_codecs(
    section: sdp.MediaDescription,
    offered: sdp.MediaDescription,
    codecs: tuple[Codec, ...],
    feedback: Feedback,
) -> None:
    by_type = {each.payloadType: each for each in offered.rtp.codecs}
    section.rtp.codecs = []
    for codec in codecs:
        source = by_type[codec.payload_type]
        primary = RTCRtpCodecParameters(
            mimeType=source.mimeType,
            clockRate=source.clockRate,
            channels=source.channels,
            payloadType=source.payloadType,
            rtcpFeedback=[RTCRtcpFeedback(type=kind, parameter=what) for kind, what in feedback],
            parameters=dict(OPUS_PARAMETERS if codec.name == "opus" else source.parameters),
        )
        section.rtp.codecs.append(primary)
        if codec.rtx_payload_type is not None:
            section.rtp.codecs.append(by_type[codec.rtx_payload_type])
    section.fmt = [each.payloadType for each in section.rtp.codecs]


def _write_extensions(section: sdp.MediaDescription, extensions: Mapping[Extension, int]) -> None:
    section.rtp.headerExtensions = [
        RTCRtpHeaderExtensionParameters(id=number, uri=uri.value)
        for uri, number in extensions.items()
    ]
