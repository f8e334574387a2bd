"""Voice notes are written anew, packet by packet."""

from __future__ import annotations

import io
from array import array
from itertools import pairwise

import av
import pytest

from signaling.files.documents import NotSent
from signaling.files.sound import TooLong, write_anew
from tests.support import samples

PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret\n"


@pytest.mark.parametrize(
    ("container", "codec"),
    [("webm", "libopus"), ("ogg", "libopus"), ("mp4", "libopus"), ("mp4", "aac")],
)
def test_a_recording_comes_out_with_its_length_in_it(container: str, codec: str) -> None:
    found, data = write_anew(samples.voice(2.0, container, codec))
    assert 1_900 <= found.ms <= 2_100
    with av.open(io.BytesIO(data), "r") as made:
        assert made.format.name == "matroska,webm"
        assert [stream.codec_context.name for stream in made.streams] == ["opus"]
        assert made.streams.audio[0].rate == 48_000
        assert made.duration is not None
        assert abs(made.duration / 1_000_000 - 2.0) < 0.1
        assert sum(1 for packet in made.demux() if packet.size) >= 99


def test_what_it_says_about_itself_is_gone() -> None:
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as made:
        made.metadata["title"] = "SeededTitle"
        with av.open(io.BytesIO(samples.voice(0.5, "ogg")), "r") as given:
            stream = made.add_stream_from_template(given.streams.audio[0])
            for packet in given.demux():
                if packet.dts is not None:
                    packet.stream = stream
                    made.mux(packet)
    assert b"SeededTitle" in out.getvalue()
    assert b"SeededTitle" not in write_anew(out.getvalue())[1]


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("mp4", "aac")])
def test_one_of_more_than_a_minute_is_refused(container: str, codec: str) -> None:
    with pytest.raises(TooLong):
        write_anew(samples.voice(63.0, container, codec))


def test_what_a_phone_says_without_opus_sounds_the_same() -> None:
    _, data = write_anew(samples.voice(1.0, "mp4", "aac", tone_hz=440))
    with av.open(io.BytesIO(data), "r") as made:
        planes = [bytes(frame.planes[0])[: 4 * frame.samples] for frame in made.decode(audio=0)]
    sound = array("f", b"".join(planes))[: samples.RATE]
    crossings = sum(1 for one, next_ in pairwise(sound) if one < 0 <= next_)
    assert abs(crossings / (len(sound) / samples.RATE) - 440) < 5


def test_one_that_was_stopped_at_a_minute_is_a_minute() -> None:
    assert write_anew(samples.voice(61.0))[0].ms == 60_000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1aE\xdf\xa3",
        samples.voice(0.5)[:80],
        samples.voice(0.5, "mp4", "aac")[:80],
        samples.voice(0.5, "mp4", "flac"),
        b"\x00\x00\x00\x18ftypM4A " + PLAYLIST,
        samples.voice(0.5, "ogg", "flac"),
        samples.voice(0.5, "wav", "pcm_s16le"),
        PLAYLIST,
        b"\x1aE\xdf\xa3" + PLAYLIST,
        samples.PDF,
    ],
)
def test_what_is_no_voice_note_is_refused(data: bytes) -> None:
    with pytest.raises(NotSent):
        write_anew(data)
