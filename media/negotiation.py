"""An SDP offer in, a media plan out (RFC 8829, RFC 8866). ``answer.py`` writes the answer.

Rule 1: the browser always offers. In its offer a section it sends in is ours to receive, a section
it only receives in is a slot of ours to fill; the two are never the same section.
Rule 2: everything is checked before anything is built; a refusal carries one code of OfferFault.
Rule 3: an endpoint that offers again keeps its sections, slots and SSRCs; only ICE may change.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiortc import sdp
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from media.config import MediaConfig
from media.errors import NegotiationError, OfferFault
from media.plan import Codec, Extension, Kind, MediaPlan, PublishSection, Slot, SlotSection

MAX_OFFER_CHARS: Final = 60_000
MAX_SECTIONS: Final = 32
MAX_FIELD_CHARS: Final = 256
"""RFC 8839 section 5.4: at most 256 characters in a fragment or password."""
AUDIO_CODECS: Final = ("red", "opus")
"""RED leads where it is offered: senders use the first of an answer, and a redundant copy of each
packet is the cheapest repair of voice there is (RFC 2198)."""
OPUS_HZ: Final = 48_000
MAX_ENCODINGS: Final = 3
RID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
"""RFC 8851 section 10, and short enough for a one-byte header extension."""
RECEIVED: Final = frozenset(Extension)
SENT: Final = frozenset(
    {
        Extension.MID,
        Extension.ABS_SEND_TIME,
        Extension.TRANSPORT_CC,
        Extension.AUDIO_LEVEL,
        Extension.ABS_CAPTURE_TIME,
        Extension.DEPENDENCY_DESCRIPTOR,
    }
)
"""Send times are for a receiver's own estimate (REMB): where there are transport-wide numbers they
are left out, see :func:`_slot_section`."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer that passed every check, before it is answered."""

    description: sdp.SessionDescription
    rejected: frozenset[str]
    """Mids of sections the browser has stopped."""
    remote_ufrag: str
    remote_password: str
    fingerprints: tuple[tuple[str, str], ...]
    sctp_port: int | None
    rids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By mid, the encodings of a simulcast section, in the offer's order: smallest first."""


def read_offer(text: str) -> Offer:
    """Check an offer. Raises :class:`NegotiationError`."""
    if len(text) > MAX_OFFER_CHARS:
        raise NegotiationError(OfferFault.TOO_LARGE)
    if text.count("\nm=") > MAX_SECTIONS:
        raise NegotiationError(OfferFault.TOO_MANY_SECTIONS)
    try:
        description = sdp.SessionDescription.parse(text)
    except Exception as error:
        # The parser asserts, indexes and unpacks freely; whatever it meets is the offer's fault.
        raise NegotiationError(OfferFault.MALFORMED) from error
    if not description.media or any(not section.rtp.muxId for section in description.media):
        raise NegotiationError(OfferFault.MALFORMED)
    _check_bundle(description)
    ice = description.media[0].ice
    ufrag = ice.usernameFragment if ice else None
    password = ice.password if ice else None
    if not ufrag or not password or max(len(ufrag), len(password)) > MAX_FIELD_CHARS:
        raise NegotiationError(OfferFault.NO_ICE_CREDENTIALS)
    fingerprints = _fingerprints(description)
    sctp_port = next(
        (each.sctp_port for each in description.media if each.kind == "application"), None
    )
    return Offer(
        description, _rejected(text), ufrag, password, fingerprints, sctp_port, _rids(text)
    )


def plan_media(
    offer: Offer, config: MediaConfig, before: tuple[Offer, MediaPlan] | None = None
) -> MediaPlan:
    """Settle codecs, extensions, slots and SSRCs for an offer. Raises :class:`NegotiationError`.

    ``before`` is this endpoint's last offer and plan: its slots keep their SSRCs, and an offer with
    other sections or another fingerprint is refused as changed.
    """
    if before is not None:
        _check_unchanged(offer, before[0])
    return _plan(offer, config, before[1] if before else None)


def _rejected(text: str) -> frozenset[str]:
    """Port 0 means rejected, unless the section is bundle-only (RFC 8843 section 6)."""
    _, groups = sdp.grouplines(text)
    return frozenset(
        line.removeprefix("a=mid:")
        for lines in groups
        if lines[0].split()[1] == "0" and "a=bundle-only" not in lines
        for line in lines
        if line.startswith("a=mid:")
    )


def _rids(text: str) -> dict[str, tuple[str, ...]]:
    """What each section would send by simulcast (RFC 8853 section 5.1). aiortc drops these lines.

    Of alternatives the first is taken; a pause ("~") is the sender's own affair. What is not to our
    taste is no simulcast, and then one encoding comes.
    """
    found = {}
    for lines in sdp.grouplines(text)[1]:
        mid = next((line[6:] for line in lines if line.startswith("a=mid:")), None)
        sent = {line[6:].split()[0] for line in lines if re.match(r"a=rid:\S+ send\b", line)}
        listed = next((line for line in lines if line.startswith("a=simulcast:")), "")
        order = re.search(r"\bsend (\S+)", listed)
        if mid is None or order is None:
            continue
        rids = [each.split(",")[0].lstrip("~") for each in order[1].split(";")]
        if len(set(rids)) == len(rids) > 1 and all(r in sent and RID.fullmatch(r) for r in rids):
            found[mid] = tuple(rids[:MAX_ENCODINGS])
    return found


def _check_bundle(description: sdp.SessionDescription) -> None:
    """Every section must share one transport (RFC 8843): we have one port."""
    mids = {section.rtp.muxId for section in description.media}
    bundled = {
        str(item) for group in description.group if group.semantic == "BUNDLE"
        for item in group.items
    }  # fmt: skip
    if len(mids) != len(description.media):
        raise NegotiationError(OfferFault.MALFORMED)
    if len(mids) > 1 and not mids <= bundled:
        raise NegotiationError(OfferFault.NOT_BUNDLED)


def _fingerprints(description: sdp.SessionDescription) -> tuple[tuple[str, str], ...]:
    found = {
        (each.algorithm.lower(), each.value.upper())
        for section in description.media
        if section.dtls is not None
        for each in section.dtls.fingerprints
    }
    strong = tuple(sorted(pair for pair in found if pair[0] in {"sha-256", "sha-384", "sha-512"}))
    roles = {section.dtls.role for section in description.media if section.dtls is not None}
    if not strong or not roles <= {"auto", "client"}:
        raise NegotiationError(OfferFault.NO_FINGERPRINT)
    return strong


def _check_unchanged(offer: Offer, before: Offer) -> None:
    def shape(each: Offer) -> list[tuple[str, str, str | None]]:
        return [(m.rtp.muxId, m.kind, m.direction) for m in each.description.media]

    if shape(offer) != shape(before) or offer.fingerprints != before.fingerprints:
        raise NegotiationError(OfferFault.CHANGED)


# --- plan -----------------------------------------------------------------------------------------


def _sections(offer: Offer, kind: Kind, *directions: str) -> Iterator[sdp.MediaDescription]:
    """Live sections of one kind, in order. An absent direction means sendrecv (RFC 8866 6.7)."""
    for section in offer.description.media:
        alive = section.kind == kind.value and section.rtp.muxId not in offer.rejected
        if alive and (section.direction or "sendrecv") in directions:
            yield section


def _plan(offer: Offer, config: MediaConfig, previous: MediaPlan | None) -> MediaPlan:
    publishing = tuple(
        _publish_section(section, kind, config, offer.rids.get(section.rtp.muxId, ()))
        for kind in Kind
        for section in _sections(offer, kind, "sendonly", "sendrecv")
    )
    known = {
        section.mid: section
        for slot in (previous.slots if previous else ())
        for section in (slot.audio, slot.video)
        if section is not None
    }
    fresh = _ssrc_source(publishing)
    receiving = {
        kind: [
            known.get(section.rtp.muxId) or _slot_section(section, kind, config, fresh)
            for section in _sections(offer, kind, "recvonly")
        ]
        for kind in Kind
    }
    audio, video = receiving[Kind.AUDIO], receiving[Kind.VIDEO]
    slots = tuple(
        Slot(
            index,
            audio[index] if index < len(audio) else None,
            video[index] if index < len(video) else None,
        )
        for index in range(max(len(audio), len(video)))
    )
    return MediaPlan(publishing, slots)


def _ssrc_source(publishing: tuple[PublishSection, ...]) -> Callable[[], int]:
    """SSRCs of ours, at random (RFC 3550 section 8.1), none twice and none of the peer's own."""
    taken = {ssrc for section in publishing for pair in section.ssrcs.items() for ssrc in pair}

    def fresh() -> int:
        while (ssrc := secrets.randbits(32)) in taken or ssrc == 0:
            continue
        taken.add(ssrc)
        return ssrc

    return fresh


def _publish_section(
    section: sdp.MediaDescription, kind: Kind, config: MediaConfig, rids: tuple[str, ...]
) -> PublishSection:
    codecs = _codecs(section, kind, config)
    repair = {
        int(group.items[0]): int(group.items[1])
        for group in section.ssrc_group
        if group.semantic == "FID" and len(group.items) == 2  # noqa: PLR2004  RFC 5576 4.2
    }
    ssrcs: dict[int, int | None] = {
        each.ssrc: repair.get(each.ssrc)
        for each in section.ssrc[:MAX_SECTIONS]
        if each.ssrc not in repair.values()
    }
    extensions = _extensions(section, RECEIVED)
    can_tell = kind is Kind.VIDEO and Extension.RID in extensions
    return PublishSection(
        mid=section.rtp.muxId,
        kind=kind,
        codecs=codecs,
        extensions=extensions,
        ssrcs=ssrcs,
        transport_cc=Extension.TRANSPORT_CC in extensions,
        nack=kind is Kind.VIDEO or _wants_nack(section),
        rids=rids if can_tell else (),
    )


def _wants_nack(section: sdp.MediaDescription) -> bool:
    """Whether a voice section was offered with NACK: browsers do only where the page asks."""
    return any(
        (feedback.type, feedback.parameter) == ("nack", None)
        for codec in section.rtp.codecs
        if codec.name.lower() == "opus"
        for feedback in codec.rtcpFeedback
    )


def _slot_section(
    section: sdp.MediaDescription, kind: Kind, config: MediaConfig, fresh: Callable[[], int]
) -> SlotSection:
    codecs = _codecs(section, kind, config)
    has_rtx = any(codec.rtx_payload_type is not None for codec in codecs)
    extensions = _extensions(section, SENT)
    transport_cc = Extension.TRANSPORT_CC in extensions and _tells_of_arrivals(section, codecs)
    extensions.pop(Extension.ABS_SEND_TIME if transport_cc else Extension.TRANSPORT_CC, None)
    return SlotSection(
        mid=section.rtp.muxId,
        kind=kind,
        codecs=codecs,
        ssrc=fresh(),
        rtx_ssrc=fresh() if has_rtx else None,
        extensions=extensions,
        nack=kind is Kind.VIDEO or _wants_nack(section),
        transport_cc=transport_cc,
    )


def _tells_of_arrivals(section: sdp.MediaDescription, codecs: tuple[Codec, ...]) -> bool:
    """Whether transport-cc feedback was offered for what we send, and we can number it.

    A picture only where RTX repairs it: the very packet could not be sent again. Browsers do not
    name RED, whose packets count as the voice's.
    """
    offered = {
        codec.payloadType
        for codec in section.rtp.codecs
        if any((each.type, each.parameter) == ("transport-cc", None) for each in codec.rtcpFeedback)
    }
    return all(
        codec.payload_type in offered
        and (section.kind == Kind.AUDIO.value or codec.rtx_payload_type is not None)
        for codec in codecs
        if codec.name != "red"
    )


def _extensions(
    section: sdp.MediaDescription, wanted: frozenset[Extension]
) -> dict[Extension, int]:
    offered = {each.uri: each.id for each in section.rtp.headerExtensions}
    return {uri: offered[uri] for uri in Extension if uri in wanted and 0 < offered.get(uri, 0) < 256}  # noqa: PLR2004, E501  # fmt: skip


def _codecs(section: sdp.MediaDescription, kind: Kind, config: MediaConfig) -> tuple[Codec, ...]:
    """Choose the codecs both know, in our order, one payload type each.

    Raises :class:`NegotiationError` when there is none.
    """
    order = AUDIO_CODECS if kind is Kind.AUDIO else config.video_codecs
    rtx = {
        int(each.parameters["apt"] or 0): each.payloadType
        for each in section.rtp.codecs
        if each.name.lower() == "rtx" and str(each.parameters.get("apt", "")).isdigit()
    }
    chosen: dict[tuple[str, int, str], Codec] = {}
    for name in order:
        for each in section.rtp.codecs:
            form = _format(each)
            if each.name.lower() != name.lower() or form is None or each.payloadType is None:
                continue
            codec = Codec(
                name, each.clockRate, each.payloadType, rtx.get(each.payloadType), form
            )  # fmt: skip
            chosen.setdefault(codec.key, codec)
    if not any(codec.name != "red" for codec in chosen.values()):
        raise NegotiationError(OfferFault.NO_COMMON_CODEC)
    return tuple(chosen.values())


def _format(codec: RTCRtpCodecParameters) -> str | None:
    """Name what must match beside the codec's name; None for a form we do not forward."""
    name = codec.name.lower()
    if name == "h264":
        # Mode 0 allows no fragments: a browser that offers it offers mode 1 too (RFC 6184 8.1).
        if str(codec.parameters.get("packetization-mode", 0)) != "1":
            return None
        try:
            profile, _ = sdp.parse_h264_profile_level_id(
                str(codec.parameters.get("profile-level-id", "42e01f"))
            )
        except ValueError:
            return None
        return profile.name
    if name == "red":
        return "" if codec.clockRate == OPUS_HZ else None
    if name == "vp9":
        return str(codec.parameters.get("profile-id", 0))
    if name == "av1":
        return str(codec.parameters.get("profile", 0))
    return ""
