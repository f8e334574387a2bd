from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.keyframes import DETECTORS, descriptor_has_structure


@pytest.mark.parametrize(
    ("codec", "payload", "is_keyframe"),
    [
        ("vp8", b"", False),
        ("vp8", b"\x10", False),  # a descriptor and nothing else
        ("vp8", b"\x10\x00", True),
        ("vp8", b"\x10\x01", False),  # P: predicted
        ("vp8", b"\x00\x00", False),  # S clear: not the start
        ("vp8", b"\x11\x00", False),  # partition 1
        ("vp8", b"\x90", False),
        ("vp8", b"\x90\x80\x12\x00", True),  # 7-bit picture id
        ("vp8", b"\x90\x80\x92\x34\x00", True),  # 15-bit picture id
        ("vp8", b"\x90\x80\x92\x34\x01", False),
        ("vp8", b"\x90\x80", False),
        ("vp8", b"\x90\xe0\x92\x34\x05\x40\x00", True),  # picture id, TL0PICIDX, TID
        ("vp8", b"\x90\x10\x40\x01", False),  # KEYIDX only
        ("vp9", b"", False),
        ("vp9", b"\x08", True),
        ("vp9", b"\x48", False),
        ("vp9", b"\x00", False),
        ("h264", b"", False),
        ("h264", b"\x65\x88", True),  # IDR
        ("h264", b"\x67\x42", True),  # SPS
        ("h264", b"\x41\x9a", False),
        ("h264", b"\x78\x00\x02\x67\x42\x00\x02\x68\xce", True),  # STAP-A of SPS and PPS
        ("h264", b"\x78\x00\x02\x68\xce\x00\x02\x65\x88", True),
        ("h264", b"\x78\x00\x02\x68\xce", False),
        ("h264", b"\x7c\x85\x88", True),  # FU-A, start of an IDR
        ("h264", b"\x7c\x05\x88", False),
        ("h264", b"\x7c\x81\x88", False),
        ("h264", b"\x7c", False),
        ("av1", b"", False),
        ("av1", b"\x08", True),
        ("av1", b"\x10", False),
    ],
)
def test_reads_the_descriptor(codec: str, payload: bytes, is_keyframe: bool) -> None:
    assert DETECTORS[codec](payload) is is_keyframe


@pytest.mark.parametrize(
    ("descriptor", "has_structure"),
    [
        (b"\x80\x00\x01", False),
        (b"\x80\x00\x01\x80", True),
        (b"\x00\x00\x01\x80", False),  # not the start of a frame
        (b"\x80\x00\x01\x40", False),
        (b"", False),
    ],
)
def test_reads_the_dependency_descriptor(descriptor: bytes, has_structure: bool) -> None:
    assert descriptor_has_structure(descriptor) is has_structure


@given(codec=st.sampled_from(sorted(DETECTORS)), payload=st.binary(max_size=40))
def test_arbitrary_payloads_get_an_answer(codec: str, payload: bytes) -> None:
    assert DETECTORS[codec](payload) in (True, False)
