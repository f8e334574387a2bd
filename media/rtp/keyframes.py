"""Whether a payload begins a keyframe, from its descriptor alone.

Used only to know that a requested keyframe has come. A wrong "no" (an encrypted payload, a codec
not listed) costs a few requests too many; a wrong "yes" a request the browser will repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

DESCRIPTOR_FIXED: Final = 3
"""Bytes every descriptor has; flags of the extended part follow."""
_H264_IDR: Final = 5
_H264_SPS: Final = 7
_H264_STAP_A: Final = 24
_H264_FU_A: Final = 28


def starts_vp8_keyframe(payload: bytes) -> bool:
    """RFC 7741 section 4.2: S set, partition 0; section 4.3: the P bit of the frame clear."""
    if not payload or not payload[0] & 0x10 or payload[0] & 0x0F:
        return False
    at = 1
    if payload[0] & 0x80:
        extended = payload[1] if len(payload) > 1 else 0
        at += 1
        if extended & 0x80:  # I: picture id, two bytes when its first bit is set
            at += 2 if len(payload) > at and payload[at] & 0x80 else 1
        at += 1 if extended & 0x40 else 0  # L
        at += 1 if extended & 0x30 else 0  # T or K share a byte
    return len(payload) > at and not payload[at] & 0x01


def starts_vp9_keyframe(payload: bytes) -> bool:
    """RFC 9628 section 4.2: B (start of frame) set, P (inter-picture predicted) clear."""
    return bool(payload) and bool(payload[0] & 0x08) and not payload[0] & 0x40


def starts_h264_keyframe(payload: bytes) -> bool:
    """RFC 6184: an IDR slice or the parameter set before it, alone, in a STAP-A or first FU-A."""
    if not payload:
        return False
    kind = payload[0] & 0x1F
    if kind == _H264_STAP_A:
        return _stap_a_has_keyframe(payload)
    if kind == _H264_FU_A:
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F == _H264_IDR
    return kind in (_H264_IDR, _H264_SPS)


def _stap_a_has_keyframe(payload: bytes) -> bool:
    at = 1
    while at + 2 < len(payload):
        if payload[at + 2] & 0x1F in (_H264_IDR, _H264_SPS):
            return True
        at += 2 + (payload[at] << 8 | payload[at + 1])
    return False


def starts_av1_keyframe(payload: bytes) -> bool:
    """AV1 RTP specification section 4.4: the N bit, a new coded video sequence starts here."""
    return bool(payload) and bool(payload[0] & 0x08)


def descriptor_has_structure(descriptor: bytes) -> bool:
    """Dependency descriptor: start of frame, and a template structure follows: a keyframe does."""
    return (
        len(descriptor) > DESCRIPTOR_FIXED
        and bool(descriptor[0] & 0x80)
        and bool(descriptor[3] & 0x80)
    )


DETECTORS: Final[Mapping[str, Callable[[bytes], bool]]] = MappingProxyType(
    {
        "vp8": starts_vp8_keyframe,
        "vp9": starts_vp9_keyframe,
        "h264": starts_h264_keyframe,
        "av1": starts_av1_keyframe,
    }
)
"""By lower-case codec name. A codec not here simply never shows a keyframe."""
