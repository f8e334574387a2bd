"""What must not be believed, and what must not hold anything up: disks, permits, changes of codec.

A disk that stands still is one that waits for an event of the test; clocks are turned.
"""

from __future__ import annotations

import asyncio
import errno
import io
from collections.abc import AsyncIterator, Iterator
from itertools import permutations
from pathlib import Path
from uuid import uuid4

import av
import pytest
from msgspec.structs import replace

from media.channel import Notification, RecordedFile, RecordingLate, RecordPermit
from media.config import RecordingConfig
from media.engine import Engine
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.plan import Codec
from recording import inbox, recorder
from recording.recovery import recover
from recording.sealing import Head, heads
from tests.integration.recording.test_recorder import (
    KEY,
    ROOM,
    TENANT,
    Booth,
    Frail,
    _broke,
    _more,
)
from tests.support import bitstreams
from tests.support.film import OPUS, VP8, film, voice, watch
from tests.support.peer import LoopbackPeer
from tests.support.recorded_call import CONFIG, call

pytestmark = pytest.mark.integration
CODECS = {
    "vp8": VP8, "vp9": Codec("VP9", 90_000, 98), "h264": Codec("H264", 90_000, 102, format="42e0"),
    "av1": Codec("AV1", 90_000, 45),
}  # fmt: skip
COUNT = 20


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    booth = Booth(tmp_path / "recordings")
    yield booth
    booth.store.gate.set()
    booth.store.room_gate.set()
    await booth.recorder.close()


def lying(tmp_path: Path) -> dict[str, bytes]:
    found = sorted((tmp_path / "recordings").rglob("*"))
    return {each.name: each.read_bytes() for each in found if each.is_file()}


async def stand_still(booth: Booth) -> None:
    """Record a second, then let the disk hang with the thread in it."""
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, film(count=30)), ("ben", OPUS, voice(count=50)))
    await booth.settle()
    await asyncio.sleep(0.3)  # longer than anything waits that the container gave away
    booth.store.gate.clear()
    async with asyncio.timeout(10):
        booth.play(("ben", OPUS, _more(50, first=51)))
        while not booth.store.waits:
            await asyncio.sleep(0.01)


async def said_last(booth: Booth) -> Notification:
    """What it says next; it looks twice a second."""
    before = len(booth.said)
    async with asyncio.timeout(10):
        while len(booth.said) == before:
            await asyncio.sleep(0.01)
    return booth.said[-1]


# --- a disk that stands still ---------------------------------------------------------------------


async def test_half_a_minute_of_a_disk_that_hangs_holds_no_more_than_it_may(booth: Booth) -> None:
    await stand_still(booth)
    booth.play(("ben", OPUS, _more(1400, first=101)))  # 28 s: not one of them waits for it
    (session,) = booth.recorder._sessions.values()
    held = session._take.inbox._items
    assert held[-1].arrived - held[0].arrived <= inbox.QUEUE_S + 0.1
    assert booth.recorder.numbers()["left_out"] > 1100
    assert booth.said == []
    late = RecordingLate(session.endpoint, booth.order().recording, 1, is_late=True)
    assert await said_last(booth) == late
    booth.store.gate.set()
    await booth.settle()
    booth.play(("ben", OPUS, _more(200, first=1501)))  # for longer than it is told of as late yet
    assert await said_last(booth) == replace(late, is_late=False)
    files = await booth.stop()
    (sound,) = booth.of("ben", "audio", files)
    ((start, stop),) = sound.gaps
    assert 5000 < start < 7000
    assert stop == pytest.approx(30_000, abs=60)
    assert sound.duration_ms == pytest.approx(34_000, abs=60)
    assert all(file.whole for file in files)


async def test_while_it_hangs_each_packet_goes_on_before_the_next_is_sent(tmp_path: Path) -> None:
    said: list[Notification] = []
    store = Frail(tmp_path / "recordings")
    engine = Engine(CONFIG, said.append)
    config = RecordingConfig(str(tmp_path / "recordings"), 1)
    engine.set_recorder(recorder.Recorder(engine, config, said.append, store))
    ben = LoopbackPeer()
    async with call(engine, tmp_path) as made:
        try:
            await ben.connect(await engine.negotiate(ROOM, EndpointId("ben"), ben.offer()))
            await engine.record(made.order())
            store.gate.clear()
            for number, each in enumerate(voice(count=200, ssrc=made.peer.ssrcs.voice)):
                while number == 50 and not store.waits:
                    await asyncio.sleep(0.01)  # until the thread stands before it
                heard = len(ben.rtp)
                made.peer.send_rtp(each.packet)
                async with asyncio.timeout(10):
                    while len(ben.rtp) == heard:
                        await asyncio.sleep(0)
            assert store.appends == 0
        finally:
            store.gate.set()
            await ben.close()
        assert not any(file.whole for file in await made.stop(discard=True))


async def test_taken_back_while_it_hangs_it_is_answered_and_nothing_more_is_written(
    booth: Booth, tmp_path: Path
) -> None:
    await stand_still(booth)
    booth.play(("ben", OPUS, _more(1000, first=101)))
    before, sealed = booth.store.appends, lying(tmp_path)
    stopping = asyncio.create_task(booth.stop(discard=True))
    await asyncio.sleep(0)
    # The disk hangs yet: nobody listens any more, and nothing waits to be written.
    assert booth.taps.listening == 0
    (session,) = booth.recorder._sessions.values()
    assert not session._take.inbox._items
    assert lying(tmp_path) == sealed
    booth.store.gate.set()
    files = await stopping
    assert booth.store.appends - before <= 1  # what the disk had in its hands
    assert not any(file.whole for file in files)
    (sound,) = booth.of("ben", "audio", files)
    assert len(watch(booth.read(sound)).times) <= 101
    after = lying(tmp_path)
    booth.play(("ben", OPUS, _more(50, first=1101)))
    assert lying(tmp_path) == after


@pytest.mark.parametrize("has_ended", [False, True], ids=["running", "ended"])
async def test_a_medium_that_is_taken_back_while_it_hangs_is_written_no_further(
    booth: Booth, tmp_path: Path, has_ended: bool
) -> None:
    await stand_still(booth)
    booth.play(
        ("ann", VP8, film(count=30, first=200, start=95_000)), ("ben", OPUS, _more(50, first=101))
    )
    pictures = f"-{booth.parts['ann', 'video'].hex}.seal"
    sealed = {name: data for name, data in lying(tmp_path).items() if name.endswith(pictures)}
    assert sealed
    stopping = asyncio.create_task(booth.stop()) if has_ended else None
    await asyncio.sleep(0)
    booth.renew(without=("ann", "video"))
    booth.store.gate.set()
    if stopping is None:
        booth.play(("ben", OPUS, _more(50, first=151)), renewed=False)
    files = await (stopping or booth.stop())
    after = {name: data for name, data in lying(tmp_path).items() if name.endswith(pictures)}
    assert after.keys() == sealed.keys()
    for name, data in after.items():  # but for what the disk had in its hands
        assert len(list(heads_of(data))) - len(list(heads_of(sealed[name]))) <= 1
    (sound,) = booth.of("ben", "audio", files)
    assert sound.whole
    assert sound.duration_ms == pytest.approx(3000 if has_ended else 4000, abs=60)


def heads_of(data: bytes) -> Iterator[Head]:
    return heads(lambda at, size: data[at : at + size])


async def test_stopped_and_then_taken_back_while_it_hangs_the_rest_is_thrown_away(
    booth: Booth,
) -> None:
    await stand_still(booth)
    booth.play(("ben", OPUS, _more(150, first=101)))
    before = booth.store.appends
    stopping = asyncio.create_task(booth.stop())
    await asyncio.sleep(0)
    taking_back = asyncio.create_task(booth.stop(discard=True))
    await asyncio.sleep(0)
    booth.store.gate.set()
    assert await stopping == await taking_back
    assert booth.store.appends - before <= 1


async def test_where_the_disk_hangs_before_it_begins_nothing_is_captured(
    booth: Booth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "STOP_S", 0.05)
    booth.store.room_gate.clear()
    with pytest.raises(RecordingError, match=RecordFault.STALLED):
        await booth.recorder.record(booth.order())
    assert booth.taps.listening == 0
    booth.taps.send("ben", OPUS, voice()[0].packet)
    booth.store.room_gate.set()
    monkeypatch.undo()
    await booth.recorder.record(booth.order(segment=2))
    assert lying(tmp_path) == {}


# --- a full disk ----------------------------------------------------------------------------------


async def test_a_disk_that_is_full_before_it_begins_refuses_the_order(
    booth: Booth, tmp_path: Path
) -> None:
    booth.store.room = 0
    with pytest.raises(RecordingError, match=RecordFault.NO_ROOM):
        await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=20)))
    assert booth.taps.listening == 0
    assert (lying(tmp_path), booth.said) == ({}, [])


async def test_a_disk_that_is_full_at_the_first_byte_ends_it(booth: Booth) -> None:
    booth.store.fails = errno.ENOSPC
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    broke = await _broke(booth)
    assert broke.fault is RecordFault.NO_ROOM
    assert booth.taps.listening == 0
    keys = dict.fromkeys(booth.parts.values(), KEY)
    assert recover(booth.store, TENANT, booth.recording, keys) == ()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
async def test_what_was_sealed_before_the_disk_failed_can_be_watched(
    booth: Booth, number: int
) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, film()), ("ben", OPUS, voice()))
    await booth.settle()
    await asyncio.sleep(0.3)  # longer than anything waits that the container gave away
    booth.store.fails = number
    booth.play(("ben", OPUS, _more(100, first=101)))
    broke = await _broke(booth)
    assert booth.taps.listening == 0
    assert {file.part for file in broke.files} == {
        str(booth.parts["ann", "video"]), str(booth.parts["ben", "audio"]),
    }  # fmt: skip
    for file in broke.files:
        assert not file.whole
        seen = watch(booth.read(file))
        assert len(seen.times) > 20
    keys = dict.fromkeys(booth.parts.values(), KEY)
    found = recover(booth.store, TENANT, booth.recording, keys)
    assert [(file.number, file.size, file.sha256) for file in found] == [
        (file.number, file.size, file.sha256) for file in broke.files
    ]


# --- permits --------------------------------------------------------------------------------------


def forged(booth: Booth) -> dict[str, RecordPermit]:
    ours, everything = str(booth.recording), frozenset(map(str, booth.parts.values()))
    return {
        "another room's": RecordPermit(RoomKey("other"), ours, 1, 99, everything),
        "another recording's": RecordPermit(ROOM, str(uuid4()), 1, 99, everything),
        "another segment's": RecordPermit(ROOM, ours, 2, 99, everything),
        "no recording's": RecordPermit(ROOM, "../..", 1, 99, everything),
        "replayed": RecordPermit(ROOM, ours, 1, booth.number, everything),
        "older": RecordPermit(ROOM, ours, 1, 0, everything),
        "for somebody else": RecordPermit(ROOM, ours, 1, 99, everything | {str(uuid4())}),
    }


FORGED = [
    "another room's", "another recording's", "another segment's", "no recording's", "replayed",
    "older", "for somebody else",
]  # fmt: skip


@pytest.mark.parametrize("which", FORGED)
async def test_a_permit_that_is_none_renews_nothing(booth: Booth, which: str) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    for _ in range(4):
        booth.taps.time += 0.6
        booth.recorder.permit(forged(booth)[which])
    for each in _more(5, first=51):
        booth.taps.send("ben", OPUS, each.packet)
    broke = await _broke(booth)
    assert broke.fault is RecordFault.LEASE
    assert booth.taps.listening == 0
    (file,) = broke.files
    assert file.duration_ms == pytest.approx(1000, abs=4)  # nothing after its end
    booth.renew()  # a true one that comes too late
    assert booth.taps.listening == 0


async def test_what_was_taken_back_comes_not_back_by_an_older_permit(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, film(count=30)), ("ben", OPUS, voice(count=50)))
    wide = RecordPermit(
        ROOM, str(booth.recording), 1, booth.number, frozenset(map(str, booth.parts.values()))
    )
    booth.renew(without=("ann", "video"))
    assert booth.taps.listening == 2
    for number in (wide.number, booth.number, 99):
        booth.recorder.permit(RecordPermit(wide.room, wide.recording, 1, number, wide.parts))
    assert booth.taps.listening == 2
    booth.play(("ann", VP8, film(count=30, first=200, start=95_000)), renewed=False)
    files = await booth.stop()
    for file in booth.of("ann", "video", files):
        assert file.duration_ms <= 1010


# --- another codec, another size ------------------------------------------------------------------


def play_frames(
    booth: Booth, codec: str, frames: tuple[bytes, ...], first: int, epoch: int
) -> None:
    booth.renew()
    start = first * 3000
    for packets in bitstreams.packets_of(codec, frames, first=first, start=start):
        booth.taps.time += 1 / 30
        for packet in packets:
            booth.taps.send("ann", CODECS[codec], packet, epoch=epoch)


def frames_in(booth: Booth, file: RecordedFile) -> list[tuple[int, int]]:
    with av.open(io.BytesIO(booth.read(file))) as container:
        return [(frame.width, frame.height) for frame in container.decode(video=0)]


@pytest.mark.parametrize(("before", "after"), list(permutations(CODECS, 2)))
async def test_from_any_codec_to_any_other_not_a_frame_is_lost(
    booth: Booth, before: str, after: str
) -> None:
    await booth.recorder.record(booth.order())
    play_frames(booth, before, bitstreams.pictures(before), 100, 1)
    play_frames(booth, after, bitstreams.pictures(after), 900, 2)
    first, second = await booth.stop()
    assert (first.whole, second.whole) == (True, True)
    assert (first.gaps, second.gaps) == ((), ())
    assert [len(frames_in(booth, each)) for each in (first, second)] == [COUNT, COUNT]
    assert second.starts_ms == pytest.approx(first.starts_ms + first.duration_ms, abs=60)


@pytest.mark.parametrize("codec", CODECS)
async def test_another_size_in_any_codec_loses_no_frame(booth: Booth, codec: str) -> None:
    await booth.recorder.record(booth.order())
    small, large = bitstreams.pictures(codec), bitstreams.pictures(codec, COUNT, 320, 240)
    play_frames(booth, codec, small + large, 100, 1)
    files = await booth.stop()
    assert all(file.whole for file in files)
    sizes = [size for file in files for size in frames_in(booth, file)]
    assert sizes == [(192, 144)] * COUNT + [(320, 240)] * COUNT
