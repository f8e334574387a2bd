"""RTP packets, payloads and plans for tests. RTCP is built by ``media.rtp.rtcp`` itself."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from media.ids import EndpointId
from media.plan import Codec, Extension, Kind, MediaPlan, PublishSection, Slot, SlotSection
from media.rtp import extensions

OPUS = Codec("opus", 48000, 111)
RED = Codec("red", 48000, 63)
VP8 = Codec("VP8", 90000, 96, rtx_payload_type=97)
H264 = Codec("H264", 90000, 102, rtx_payload_type=103, format="42e0")
IDS: Mapping[Extension, int] = {
    Extension.MID: 4,
    Extension.ABS_SEND_TIME: 2,
    Extension.TRANSPORT_CC: 3,
    Extension.AUDIO_LEVEL: 1,
    Extension.ABS_CAPTURE_TIME: 7,
    Extension.RID: 10,
    Extension.REPAIRED_RID: 11,
    Extension.DEPENDENCY_DESCRIPTOR: 12,
}
SLOT_IDS: Mapping[Extension, int] = {
    Extension.MID: 9,
    Extension.ABS_SEND_TIME: 5,
    Extension.AUDIO_LEVEL: 6,
    Extension.ABS_CAPTURE_TIME: 10,
    Extension.DEPENDENCY_DESCRIPTOR: 8,
}
NUMBERED_SLOT_IDS: Mapping[Extension, int] = {
    Extension.TRANSPORT_CC: 7,
    **{uri: ident for uri, ident in SLOT_IDS.items() if uri is not Extension.ABS_SEND_TIME},
}
"""The same for a slot whose endpoint sends transport-cc feedback."""
VP8_KEY = b"\x10\x00"
VP8_DELTA = b"\x10\x01"


def rtp(
    sequence: int,
    *,
    payload_type: int = 96,
    timestamp: int = 0,
    ssrc: int = 1000,
    marker: bool = False,
    payload: bytes = b"\x10\x01payload",
    elements: Mapping[int, bytes] | None = None,
    two_byte: bool = False,
    padding: int = 0,
    csrcs: int = 0,
) -> bytes:
    """A plain RTP packet; ``padding`` bytes are appended and flagged."""
    block = b""
    if elements and two_byte:
        body = b"".join(bytes((ident, len(value))) + value for ident, value in elements.items())
        block = extensions.wrap(extensions.TWO_BYTE, body)
    elif elements:
        block = extensions.build(elements.items())
    first = 0x80 | csrcs | (0x10 if block else 0) | (0x20 if padding else 0)
    head = struct.pack(
        "!BBHII",
        first,
        payload_type | (0x80 if marker else 0),
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    tail = bytes(padding - 1) + bytes((padding,)) if padding else b""
    return head + bytes(4 * csrcs) + block + payload + tail


def rtx(original: bytes, sequence: int, *, payload_type: int = 97, ssrc: int = 1001) -> bytes:
    """A retransmission of a packet without extensions (RFC 4588)."""
    head = original[:1] + bytes((original[1] & 0x80 | payload_type,))
    head += struct.pack("!H", sequence) + original[4:8] + struct.pack("!I", ssrc)
    return head + original[2:4] + original[12:]


def vp8(
    number: int,
    *,
    tl0: int = 0,
    layer: int = 0,
    sync: bool = False,
    wide: bool = True,
    start: bool = True,
    body: bytes = b"\x01delta",
) -> bytes:
    """A VP8 payload with a full descriptor; the first bit of ``body`` is 0 for a keyframe."""
    ident = (0x8000 | number & 0x7FFF).to_bytes(2, "big") if wide else bytes((number & 0x7F,))
    head = bytes((0x90 if start else 0x80, 0xE0))
    return head + ident + bytes((tl0 & 0xFF, layer << 6 | sync << 5)) + body


def red_payload(
    primary: bytes, older: Sequence[tuple[int, bytes]] = (), *, payload_type: int = 111
) -> bytes:
    """A RED payload of blocks (timestamp offset, bytes), oldest first, and the primary."""
    heads = b"".join(
        (0x80000000 | payload_type << 24 | offset << 10 | len(block)).to_bytes(4, "big")
        for offset, block in older
    )
    return heads + bytes((payload_type,)) + b"".join(block for _, block in older) + primary


def publishing(
    base: int = 1000,
    *,
    video: tuple[Codec, ...] = (VP8,),
    announce: bool = True,
    transport_cc: bool = True,
) -> tuple[PublishSection, ...]:
    """A voice (SSRC base+500) and a picture (SSRC base, RTX base+1)."""
    return (
        PublishSection(
            "a", Kind.AUDIO, (OPUS,), IDS, {base + 500: None} if announce else {}, transport_cc
        ),
        PublishSection(
            "v",
            Kind.VIDEO,
            video,
            IDS,
            {base: base + 1} if announce else {},
            transport_cc,
            nack=True,
        ),
    )


def slot(
    index: int,
    base: int = 50_000,
    *,
    video: tuple[Codec, ...] = (VP8,),
    rtx: bool = True,
    transport_cc: bool = False,
) -> Slot:
    """A slot with SSRCs of its own: voice base+10i, picture +1, RTX +2."""
    first = base + 10 * index
    ids = NUMBERED_SLOT_IDS if transport_cc else SLOT_IDS
    return Slot(
        index,
        SlotSection(f"ra{index}", Kind.AUDIO, (OPUS,), first, None, ids, transport_cc=transport_cc),
        SlotSection(
            f"rv{index}",
            Kind.VIDEO,
            video,
            first + 1,
            first + 2 if rtx else None,
            ids,
            transport_cc=transport_cc,
        ),
    )


def plan(
    base: int = 1000, *, slots: int = 2, slot_base: int | None = None, transport_cc: bool = False
) -> MediaPlan:
    """A browser that sends voice and picture and can receive ``slots`` others.

    ``transport_cc`` is about what it receives.
    """
    where = base * 50 if slot_base is None else slot_base
    return MediaPlan(
        publishing(base),
        tuple(slot(index, where, transport_cc=transport_cc) for index in range(slots)),
    )


ALICE = EndpointId("alice")
BOB = EndpointId("bob")
CAROL = EndpointId("carol")
DAVE = EndpointId("dave")
