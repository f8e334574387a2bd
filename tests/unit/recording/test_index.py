"""An index for a file that was cut off: players find their way in it, and nothing of it changes."""

from __future__ import annotations

import io
from typing import Any

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording import ebml, index
from recording.index import Index, index_of
from recording.muxer import Muxer

KEY_EVERY, STEP_MS = 30, 33
FIRST_BLOCK = 500
"""Beyond the head and the first block of the files here."""


def cut_off(codec: str, count: int, step: int = STEP_MS) -> bytes:
    """What has come of a file whose end is never written."""
    out = io.BytesIO()
    muxer = Muxer(out, codec, (320, 240))
    for number in range(count):
        muxer.write(b"\x10" + bytes(60), number * step, keyframe=number % KEY_EVERY == 0)
    found = out.getvalue()
    muxer.close()
    return found


SOUND = cut_off("opus", 500, 20)
PICTURE = cut_off("vp8", 300)


def indexed(data: bytes) -> bytes:
    """The file as it is read under its index."""
    index = index_of(lambda start, stop: data[start:stop], len(data))
    assert index is not None
    return laid(data, index)


def laid(data: bytes, index: Index) -> bytes:
    found = bytearray(data[: index.length])
    for place, patch in index.patches:
        found[place : place + len(patch)] = patch
    return bytes(found) + index.tail


def packets(data: bytes) -> list[int]:
    """When each of its frames is."""
    with av.open(io.BytesIO(data), options={"err_detect": "explode"}) as container:
        return [round(each.pts * 1000 * each.time_base) for each in container.demux() if each.size]


@pytest.mark.parametrize(
    ("data", "last"), [(SOUND, 20), (PICTURE, STEP_MS)], ids=["sound", "picture"]
)
def test_it_tells_how_long_a_file_is_and_a_place_is_found(data: bytes, last: int) -> None:
    before, whole = packets(data), indexed(data)
    assert packets(whole) == before
    with av.open(io.BytesIO(whole)) as container:
        assert container.duration == (before[-1] + last) * 1000


@pytest.mark.parametrize("codec", ["opus", "vp8"])
def test_a_place_is_found_without_reading_up_to_it(codec: str) -> None:
    data = cut_off(codec, 4000, 20)
    for content, reads_it_all in ((data, True), (indexed(data), False)):
        target = Counted(content)
        with av.open(target, buffer_size=2048) as container:
            target.has_read = 0
            container.seek(60_000_000)
            first: Any = next(each for each in container.demux() if each.size)
        assert 58_500 <= first.pts * 1000 * first.time_base <= 60_000
        assert (target.has_read > len(content) / 2) == reads_it_all


class Counted(io.BytesIO):
    """Counts what is read of it."""

    has_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.has_read += len(found)
        return found


@given(st.data())
def test_wherever_it_is_cut_what_stands_before_is_all_there(drawn: st.DataObject) -> None:
    data = drawn.draw(st.sampled_from([SOUND, PICTURE]))
    cut = data[: drawn.draw(st.integers(FIRST_BLOCK, len(data)))]
    whole = indexed(cut)
    assert packets(whole) == packets(data)[: len(packets(whole))]
    assert packets(whole)[-1] == ebml.last_block_ms(lambda a, z: cut[a:z], len(cut))
    # Elements lie one behind the other up to the last byte, and what is told of them is there.
    found = list(ebml.walk(lambda a, z: whole[a:z], len(whole)))
    assert found[-1].at + found[-1].size == len(whole)
    segment = next(each for each in found if each.name == ebml.SEGMENT)
    assert segment.at + segment.size == len(whole)
    clusters = [each for each in found if each.name == ebml.CLUSTER]
    ends = [each.start for each in clusters[1:]] + [found[-1].start]
    assert [each.at + each.size for each in clusters] == ends


def test_a_picture_is_gone_to_where_it_stands_alone_and_sound_once_a_second() -> None:
    for data, keys in ((PICTURE, 5), (SOUND, 10)):
        index = index_of(lambda start, stop, of=data: of[start:stop], len(data))
        assert index is not None
        # A keyframe every 0.99 s is too often by half; sound is cut into clusters of some 0.4 s.
        assert index.tail.count(b"\xf7\x81\x01\xf1") == keys


def test_nothing_is_made_of_what_has_no_frame() -> None:
    head = ebml.head_of_picture("V_VP8", b"", (640, 480))
    for data in (b"", b"\x00" * 40, head, PICTURE[:300], b"\x1a\x45\xdf\xa3" + bytes(500)):
        assert index_of(lambda start, stop, of=data: of[start:stop], len(data)) is None


def test_nothing_is_made_of_what_another_has_written() -> None:
    block = ebml.element(ebml.BLOCK, b"\x81\x00\x00\x80abc")
    cluster = ebml.element(ebml.CLUSTER, ebml.element(ebml.CLUSTER_TIME, b"\0"), block)
    head = ebml.head_of_sound("A_OPUS", b"")
    data = head[: head.index(b"\x1f\x43\xb6\x75")] + cluster
    assert ebml.last_block_ms(lambda a, z: data[a:z], len(data)) == 0
    assert index_of(lambda start, stop: data[start:stop], len(data)) is None


@given(st.binary(max_size=400), st.integers(0, 700))
def test_what_is_broken_makes_no_trouble(junk: bytes, place: int) -> None:
    data = SOUND[:place] + junk + SOUND[place + len(junk) : 3000]
    index = index_of(lambda start, stop: data[start:stop], len(data))
    assert index is None or index.length <= len(data)


def whole_head() -> bytes:
    """All that stands before the first cluster of a file of ours."""
    return SOUND[: SOUND.index(b"\x1f\x43\xb6\x75")]


def cluster(at_ms: int, offset: int = 0) -> bytes:
    """One with a single frame."""
    block = ebml.element(ebml.BLOCK, b"\x81" + offset.to_bytes(2, "big", signed=True) + b"\x80abc")
    time = ebml.element(ebml.CLUSTER_TIME, at_ms.to_bytes(8, "big"))
    return ebml.element(ebml.CLUSTER, time, block)


ABSURD = {
    "a number of half a gigabyte": b"\xe7\x08\x1f\xff\xff\xff" + bytes(64),
    "a time before the beginning": cluster(0, -5),
    "a time that no clock has": cluster((1 << 64) - 1),
    "a frame outside of any cluster": ebml.element(ebml.BLOCK, b"\x81\x00\x00\x80abc"),
    "a frame without a head": ebml.element(ebml.CLUSTER, ebml.element(ebml.BLOCK, b"\x81")),
    "an element without an end": b"\xa3\x01" + b"\xff" * 7,
    "a second beginning": whole_head(),
}


@pytest.mark.parametrize("junk", ABSURD.values(), ids=ABSURD.keys())
@pytest.mark.parametrize("after", [b"", SOUND[len(whole_head()) :]], ids=["first", "last"])
def test_what_is_absurd_is_neither_believed_nor_read(junk: bytes, after: bytes) -> None:
    data = whole_head() + after + junk
    claimed = 1 << 30  # as much as it says: what is read is bounded by what there is to know
    longest = 0

    def read(start: int, stop: int) -> bytes:
        nonlocal longest
        longest = max(longest, stop - start)
        return data[start:stop]

    for length in (len(data), claimed):
        found = index_of(read, length)
        assert found is None or found.length <= length
        assert ebml.last_block_ms(read, length) >= 0
    assert longest <= 16


def test_a_size_that_its_head_has_no_room_for_makes_no_index() -> None:
    data = bytearray(SOUND)
    place = data.index(b"\x18\x53\x80\x67") + 4
    # The whole file behind a head of one byte: what it is to say now cannot be written there.
    short = bytes(data[:place]) + b"\xff" + bytes(data[place + 8 :])
    assert index_of(lambda start, stop: short[start:stop], len(short)) is None


def test_of_a_great_many_clusters_the_index_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST_CUES", 64)
    data = whole_head() + b"".join(cluster(number * 1000) for number in range(2000))
    found = index_of(lambda start, stop: data[start:stop], len(data))
    assert found is not None
    assert 20 <= found.tail.count(b"\xf7\x81\x01\xf1") <= 64
    assert packets(laid(data, found)) == [number * 1000 for number in range(2000)]
