"""Where a container that was cut anywhere ends."""

from __future__ import annotations

import io

import pytest

from recording.ebml import head_of_picture, head_of_sound, last_block_ms
from recording.muxer import KINDS, Muxer, MuxError

SETUPS = {
    "h264": bytes.fromhex("0142e01fffe000"),
    "av1": bytes.fromhex("81040c000a0b000000043cffbc6af98040"),
}
FRAMES = {"av1": bytes.fromhex("0a0b000000043cffbc6af98040") + b"\x32\x03abc"}
"""What a decoder needs before a frame, as short as can be, or as an encoder said it; a frame."""


def sound() -> bytes:
    out = io.BytesIO()
    muxer = Muxer(out, "opus")
    for index in range(100):
        muxer.write(b"\xfc" + bytes(20), index * 20)
    muxer.close()
    return out.getvalue()


def last(data: bytes) -> int:
    return last_block_ms(lambda start, stop: data[start:stop], len(data))


def test_the_last_block_is_found_wherever_the_file_is_cut() -> None:
    data = sound()
    assert last(data) == 1980
    found = [last(data[:size]) for size in range(0, len(data), 7)]
    assert found == sorted(found)
    assert found[0] == 0
    assert set(found) <= set(range(0, 2000, 20))


@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40, bytes(40), b"\x1a\x45\xdf\xa3\x01"])
def test_what_is_no_container_has_no_block(data: bytes) -> None:
    assert last(data) == 0


def test_heads_say_what_a_track_is() -> None:
    head = head_of_picture("V_VP8", b"setup", (640, 480))
    assert b"V_VP8" in head
    assert b"setup" in head
    assert b"A_OPUS" in head_of_sound("A_OPUS", b"")
    assert last(head) == 0


def test_times_go_forward_whatever_is_said() -> None:
    muxer = Muxer(io.BytesIO(), "opus")
    assert [muxer.write(b"\xfc\xff\xfe", at) for at in (0, 20, 20, 10, 60)] == [0, 20, 21, 22, 60]
    muxer.close()


def test_what_the_target_raises_comes_through() -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "full")

    def fill() -> None:
        muxer = Muxer(Full(), "opus")
        for index in range(200):
            muxer.write(bytes(100), index * 20)

    with pytest.raises((OSError, MuxError)):
        fill()


@pytest.mark.parametrize("codec", sorted(KINDS))
def test_every_codec_has_a_container(codec: str) -> None:
    out = io.BytesIO()
    muxer = Muxer(out, codec, (320, 240), SETUPS.get(codec, b""))
    muxer.write(FRAMES.get(codec, bytes(50)), 0)
    muxer.close()
    assert out.getvalue().startswith(b"\x1a\x45\xdf\xa3")
    assert KINDS[codec].name.encode() in out.getvalue()
