"""Orders in, packets by hand, files out: what is taken, what is not, and how each ends."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from media.channel import Notification, RecordedFile, RecordingBroke, RecordOrder, RecordPermit
from media.channel import RecordTrack as Track
from media.config import RecordingConfig
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.plan import Codec, Kind
from recording import take
from recording.recorder import Recorder
from recording.store import FileName, FolderStore, Writer
from tests.support.film import (
    H264,
    OPUS,
    VP8,
    FakeTaps,
    Sent,
    film,
    header,
    plain,
    voice,
    watch,
)

pytestmark = pytest.mark.integration
ROOM = RoomKey("room")
TENANT = UUID(int=7)
KEY = bytes(range(32))


class Frail(FolderStore):
    """A folder that can be told to fail, or to stand still."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.fails: int | None = None
        self.room: int | None = None
        self.gate, self.room_gate = threading.Event(), threading.Event()
        self.gate.set()
        self.room_gate.set()
        self.appended = self.appends = 0
        self.waits = False
        """Somebody stands before the gate."""

    def free(self) -> int:
        self.room_gate.wait()
        found = super().free()
        return found if self.room is None else self.room

    def create(self, recording: UUID, name: FileName) -> Writer:
        return _FrailWriter(self, super().create(recording, name))


class _FrailWriter:
    def __init__(self, store: Frail, inner: Writer) -> None:
        self._store, self._inner = store, inner
        self.close = inner.close

    def append(self, data: bytes) -> None:
        self._store.waits = not self._store.gate.is_set()
        self._store.gate.wait()
        if self._store.fails is not None:
            raise OSError(self._store.fails, "told to")
        self._inner.append(data)
        self._store.appended += len(data)
        self._store.appends += 1


class Booth:
    """A recorder, its taps, and one recording of two people."""

    def __init__(self, folder: Path) -> None:
        self.taps = FakeTaps()
        self.said: list[Notification] = []
        self.store = Frail(folder)
        self.recorder = Recorder(
            self.taps, RecordingConfig(str(folder), 1), self.said.append, self.store
        )
        self.recording = uuid4()
        self.parts = {
            ("ann", "video"): uuid4(), ("ann", "audio"): uuid4(), ("ben", "audio"): uuid4(),
        }  # fmt: skip
        self.number = 1

    def order(self, segment: int = 1, at_ms: int = 0, next_file: int = 1) -> RecordOrder:
        tracks = tuple(
            Track(EndpointId(who), medium, str(part), KEY)
            for (who, medium), part in self.parts.items()
        )
        return RecordOrder(
            ROOM, str(TENANT), str(self.recording), segment, self.number, at_ms, next_file, tracks
        )

    def renew(self, *, without: tuple[str, str] | None = None) -> None:
        self.number += 1
        parts = frozenset(str(part) for key, part in self.parts.items() if key != without)
        self.recorder.permit(RecordPermit(ROOM, str(self.recording), 1, self.number, parts))

    def play(self, *tracks: tuple[str, Codec, list[Sent]], renewed: bool = True) -> None:
        """Send packets in the order of their times, and renew as signaling does."""
        began = due = self.taps.time
        sent = [(each.at, who, codec, each.packet) for who, codec, film in tracks for each in film]
        for at, who, codec, packet in sorted(sent, key=lambda each: each[0]):
            self.taps.time = max(self.taps.time, began + at)
            while renewed and self.taps.time >= due:
                due += 1
                self.renew()
            self.taps.send(who, codec, packet)
        self.taps.time += 0.02

    async def stop(self, *, discard: bool = False) -> tuple[RecordedFile, ...]:
        return await self.recorder.stop_recording(ROOM, str(self.recording), 1, discard=discard)

    def read(self, file: RecordedFile) -> bytes:
        name = FileName(file.number, UUID(file.part))
        return plain(self.store, TENANT, self.recording, name, KEY)

    def of(self, who: str, medium: str, files: tuple[RecordedFile, ...]) -> list[RecordedFile]:
        return [file for file in files if file.part == str(self.parts[who, medium])]

    async def settle(self) -> None:
        """Let the thread take what it was given."""
        (session,) = self.recorder._sessions.values()
        async with asyncio.timeout(10):
            while session._take.inbox._items:
                await asyncio.sleep(0.01)


@pytest.fixture
async def booth(tmp_path: Path) -> AsyncIterator[Booth]:
    booth = Booth(tmp_path / "recordings")
    yield booth
    booth.store.gate.set()
    await booth.recorder.close()


async def test_what_is_said_and_shown_can_be_watched(booth: Booth) -> None:
    await booth.recorder.record(booth.order(at_ms=5000, next_file=4))
    assert booth.taps.asked == ["ann"]
    booth.taps.report("ann", Kind.VIDEO, 1000.0, 5000, 1000)
    booth.taps.report("ann", Kind.AUDIO, 1000.0, 7000, 2000)
    booth.play(("ann", VP8, film()), ("ann", OPUS, voice()), ("ben", OPUS, voice(ssrc=3000)))
    files = await booth.stop()
    assert [file.number for file in files] == [4, 5, 6]
    assert all(file.whole and not file.gaps for file in files)
    (picture,) = booth.of("ann", "video", files)
    seen = watch(booth.read(picture))
    assert len(seen.times) == 60
    assert seen.duration == pytest.approx(59 / 30, abs=0.002)
    assert picture.duration_ms == pytest.approx(2000, abs=2)
    assert picture.starts_ms == pytest.approx(5000, abs=5)
    assert picture.type == 'video/webm; codecs="vp8"'
    (sound,) = booth.of("ben", "audio", files)
    heard = watch(booth.read(sound))
    assert heard.duration == pytest.approx(2.0, abs=0.03)
    assert sound.duration_ms == pytest.approx(2000, abs=2)
    assert booth.said == []


async def test_nothing_is_taken_before_the_order_or_after_the_end(booth: Booth) -> None:
    booth.play(("ann", OPUS, voice()), renewed=False)
    await booth.recorder.record(booth.order())
    early = booth.store.list(booth.recording)
    booth.play(("ann", OPUS, voice(first=101, start=7000 + 96000)))
    files = await booth.stop()
    size = booth.store.appended
    booth.play(("ann", OPUS, voice(first=301)))
    await booth.settle()
    assert early == ()
    assert booth.taps.listening == 0
    assert booth.store.appended == size
    assert [file.duration_ms for file in files] == [2000]
    assert await booth.stop() == files


async def test_a_permit_that_is_not_renewed_ends_it(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=250)), renewed=False)
    assert booth.taps.time > 104
    async with asyncio.timeout(10):
        while not booth.said:
            await asyncio.sleep(0.01)
    (broke,) = booth.said
    assert isinstance(broke, RecordingBroke)
    assert broke.fault is RecordFault.LEASE
    assert booth.taps.listening == 0
    (file,) = broke.files
    assert file.whole
    assert 1940 <= file.duration_ms <= 2000
    booth.renew()
    booth.taps.send("ben", OPUS, voice()[0].packet)
    assert await booth.stop() == broke.files


async def test_a_withdrawal_forgets_what_is_not_sealed(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice()))
    await booth.settle()
    await asyncio.sleep(0.3)  # longer than anything waits that the container gave away
    written = booth.store.appended
    stopping = asyncio.ensure_future(booth.stop(discard=True))
    await asyncio.sleep(0)
    assert booth.taps.listening == 0
    files = await stopping
    assert booth.store.appended == written
    (file,) = files
    assert not file.whole
    assert 50 < len(watch(booth.read(file)).times) < 100


async def test_a_medium_that_is_taken_back_is_let_go_alone(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, film(count=30)), ("ben", OPUS, voice(count=50)))
    booth.renew(without=("ann", "video"))
    assert booth.taps.listening == 2
    booth.play(("ben", OPUS, voice(count=50, first=51, start=7000 + 48_000)))
    files = await booth.stop()
    (sound,) = booth.of("ben", "audio", files)
    assert sound.duration_ms == pytest.approx(2000, abs=40)
    assert not any(file.whole for file in booth.of("ann", "video", files))


async def test_what_the_network_lost_is_marked(booth: Booth) -> None:
    sent = voice(count=200)
    lost = [each for index, each in enumerate(sent) if not 60 <= index < 75]
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, lost))
    (file,) = await booth.stop()
    assert len(file.gaps) == 1
    assert file.gaps[0] == pytest.approx((1200, 1500), abs=20)
    assert file.duration_ms == pytest.approx(4000, abs=4)


async def test_after_a_loss_a_keyframe_is_asked_for_and_time_goes_on(booth: Booth) -> None:
    sent = [each for each in film(count=90, every=60) if not 0.3 <= each.at < 0.5]
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, sent))
    async with asyncio.timeout(10):
        while len(booth.taps.asked) < 2:
            await asyncio.sleep(0.01)
    (file,) = await booth.stop()
    ((start, stop),) = file.gaps
    assert start == pytest.approx(300, abs=20)
    assert stop == pytest.approx(2000, abs=20)
    assert watch(booth.read(file)).times[-1] == pytest.approx(89 / 30, abs=0.01)


async def test_a_new_size_stays_in_the_file_and_a_new_codec_begins_another(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ann", VP8, film(count=30)))
    more = film(count=30, first=500, ssrc=1001, start=900, size=(320, 240))
    for each in more:
        booth.taps.time += 1 / 60
        booth.taps.send("ann", VP8, each.packet, epoch=2)
    booth.renew()
    for each in film("h264", count=30, first=900, ssrc=1001, start=91_000):
        booth.taps.time += 1 / 60
        booth.taps.send("ann", H264, each.packet, epoch=2)
    first, second = await booth.stop()
    assert set(watch(booth.read(first)).sizes) == {(160, 120), (320, 240)}
    assert second.type.startswith("video/x-matroska")
    assert len(watch(booth.read(second)).times) == 30
    assert second.starts_ms >= first.starts_ms + first.duration_ms - 100


async def test_the_best_encoding_is_taken_from_a_keyframe_on(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    small, large = film(count=60), film(count=60, ssrc=1001, size=(320, 240))
    for index, each in enumerate(small):
        booth.taps.time += 1 / 30
        booth.taps.send("ann", VP8, each.packet, encoding=0, epoch=1)
        if index in {20, 40}:
            booth.renew()
        for other in large:
            if index >= 25 and other.at == pytest.approx(each.at):
                booth.taps.send("ann", VP8, other.packet, encoding=1, epoch=2)
    (file,) = await booth.stop()
    sizes = watch(booth.read(file)).sizes
    assert sizes[0] == (160, 120)
    assert sizes[-1] == (320, 240)
    assert len(sizes) == pytest.approx(60, abs=2)
    assert not file.gaps


async def test_a_full_disk_ends_it_and_says_so(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice()))
    await booth.settle()
    booth.store.room = 5
    booth.play(("ben", OPUS, voice(count=50, first=101, start=7000 + 96_000)))
    broke = await _broke(booth)
    assert broke.fault is RecordFault.NO_ROOM
    assert [file.whole for file in broke.files] == [True]
    with pytest.raises(RecordingError, match="no_room"):
        await booth.recorder.record(booth.order(segment=2))


@pytest.mark.parametrize(
    ("number", "fault"),
    [(errno.ENOSPC, RecordFault.NO_ROOM), (errno.EIO, RecordFault.BROKEN)],
)
async def test_a_disk_that_fails_ends_it(booth: Booth, number: int, fault: RecordFault) -> None:
    await booth.recorder.record(booth.order())
    booth.store.fails = number
    booth.play(("ben", OPUS, voice()))
    broke = await _broke(booth)
    assert broke.fault is fault
    assert booth.taps.listening == 0


async def _broke(booth: Booth) -> RecordingBroke:
    async with asyncio.timeout(10):
        while not booth.said:
            await asyncio.sleep(0.01)
    (broke,) = booth.said
    assert isinstance(broke, RecordingBroke)
    return broke


async def test_a_disk_that_stands_still_for_a_while_costs_a_gap(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    await booth.settle()
    booth.store.gate.clear()
    booth.play(("ben", OPUS, _more(600, first=51)))
    assert booth.recorder.numbers()["left_out"] > 0
    assert booth.said == []
    booth.store.gate.set()
    await booth.settle()
    booth.play(("ben", OPUS, _more(50, first=651)))
    (file,) = await booth.stop()
    ((start, stop),) = file.gaps
    assert start == pytest.approx(5000, abs=500)
    assert stop == pytest.approx(13_000, abs=40)
    assert file.duration_ms == pytest.approx(14_000, abs=60)
    assert booth.recorder.numbers()["broken"] == 0


async def test_a_disk_that_stands_still_to_the_end_leaves_a_gap_to_there(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    await booth.settle()
    booth.store.gate.clear()
    booth.play(("ben", OPUS, _more(600, first=51)))
    booth.store.gate.set()
    (file,) = await booth.stop()
    ((start, stop),) = file.gaps
    assert start == file.duration_ms == pytest.approx(5000, abs=500)
    assert stop == pytest.approx(13_000, abs=40)


async def test_a_camera_that_was_off_is_in_no_file_and_no_gap_either(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    before = film()
    booth.play(("ann", VP8, before), ("ann", OPUS, voice(count=100)))
    await booth.settle()
    for _ in range(20):
        booth.taps.time += 0.5
        booth.renew()
    again = film(first=len(before) + 1, start=5000 + 12 * 90_000)
    booth.play(("ann", VP8, again), ("ben", OPUS, voice(ssrc=3000)))
    files = await booth.stop()
    first, second = booth.of("ann", "video", files)
    assert first.duration_ms == pytest.approx(2000, abs=40)
    assert second.starts_ms == pytest.approx(12_000, abs=60)
    assert len(watch(booth.read(second)).times) == 60
    assert all(file.whole and not file.gaps for file in files)


async def test_a_disk_that_stands_still_for_long_ends_it(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    await booth.settle()
    booth.store.gate.clear()
    booth.play(("ben", OPUS, _more(50, first=51)))
    async with asyncio.timeout(10):
        while not booth.store.waits:
            await asyncio.sleep(0.01)
    booth.play(("ben", OPUS, _more(1750, first=101)))
    broke = await _broke(booth)
    assert (broke.fault, broke.files) == (RecordFault.STALLED, ())
    assert booth.taps.listening == 0
    booth.store.gate.set()
    (file,) = await booth.stop()
    assert file.whole
    assert booth.recorder.numbers()["broken"] == 1


async def test_taken_back_while_the_disk_stands_still_nothing_more_is_written(
    booth: Booth,
) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    await booth.settle()
    booth.store.gate.clear()
    booth.play(("ben", OPUS, _more(150, first=51)))
    await asyncio.sleep(0.2)  # the thread has some of it in its hands
    before = booth.store.appends
    stopping = asyncio.create_task(booth.stop(discard=True))
    await asyncio.sleep(0)
    assert booth.taps.listening == 0
    booth.store.gate.set()
    (file,) = await stopping
    assert not file.whole
    assert booth.store.appends - before <= 1


async def test_who_changes_codecs_without_end_fills_no_disk(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take, "MAX_FILES", 2)
    await booth.recorder.record(booth.order())
    for turn in range(4):
        codec, made = (VP8, film(count=5)) if turn % 2 == 0 else (H264, film("h264", count=5))
        for each in made:
            booth.taps.time += 1 / 60
            booth.taps.send("ann", codec, each.packet, epoch=turn)
        booth.renew()
    broke = await _broke(booth)
    assert broke.fault is RecordFault.BROKEN
    assert [(file.number, file.whole) for file in broke.files] == [(1, True), (2, True)]


async def test_an_order_that_is_given_up_is_in_nobodys_way(booth: Booth) -> None:
    booth.store.room_gate.clear()
    asking = asyncio.create_task(booth.recorder.record(booth.order()))
    await asyncio.sleep(0.05)
    asking.cancel()
    booth.store.room_gate.set()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=20)))
    (file,) = await booth.stop()
    assert file.whole


@pytest.mark.parametrize("old", [0, 1])
async def test_a_permit_that_is_stale_or_forged_renews_nothing(booth: Booth, old: int) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ben", OPUS, voice(count=50)))
    everything = frozenset(str(part) for part in booth.parts.values())
    more = everything | {str(uuid4())}
    for each in (
        RecordPermit(ROOM, str(booth.recording), 1, old, everything),  # replayed
        RecordPermit(ROOM, str(booth.recording), 1, 99, more),  # for more
        RecordPermit(ROOM, str(booth.recording), 2, 99, everything),  # of another segment
        RecordPermit(ROOM, str(uuid4()), 1, 99, everything),  # of another recording
    ):
        booth.taps.time += 0.6
        booth.recorder.permit(each)
    broke = await _broke(booth)
    assert broke.fault is RecordFault.LEASE
    assert booth.taps.listening == 0
    assert all(file.whole for file in broke.files)


def _more(count: int, *, first: int) -> list[Sent]:
    """A voice that goes on."""
    made = voice(count=100)
    return [
        Sent(
            index / 50,
            header(111, first + index, 7000 + (first - 1 + index) * 960, 2000, marker=False)
            + made[index % 100].packet[12:],
        )
        for index in range(count)
    ]


async def test_orders_that_are_none_are_refused(booth: Booth) -> None:
    booth.taps.absent.add(EndpointId("ben"))
    with pytest.raises(RecordingError, match="bad_order"):
        await booth.recorder.record(booth.order())
    assert booth.taps.listening == 0
    booth.taps.absent.clear()
    await booth.recorder.record(booth.order())
    for order in (booth.order(), booth.order(segment=2)):
        with pytest.raises(RecordingError, match="bad_order"):
            await booth.recorder.record(order)
    assert await booth.recorder.stop_recording(ROOM, "other", 1, discard=False) == ()


async def test_who_leaves_is_heard_no_more_and_the_rest_goes_on(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    booth.play(("ann", OPUS, voice(count=50)), ("ben", OPUS, voice(count=50, ssrc=3000)))
    booth.taps.leave("ann")
    booth.play(("ben", OPUS, voice(count=50, first=51, ssrc=3000, start=7000 + 48_000)))
    files = await booth.stop()
    assert [file.duration_ms for file in booth.of("ann", "audio", files)] == [1000]
    assert [file.duration_ms for file in booth.of("ben", "audio", files)] == [2000]


async def test_an_encoding_that_ends_gives_way_to_a_smaller_one_with_a_gap(booth: Booth) -> None:
    await booth.recorder.record(booth.order())
    small, large = film(count=120), film(count=40, ssrc=1001, size=(320, 240))
    for index, each in enumerate(small):
        booth.taps.time += 1 / 30
        if index % 30 == 0:
            booth.renew()
        booth.taps.send("ann", VP8, each.packet, encoding=0, epoch=1)
        if index < 40:
            booth.taps.send("ann", VP8, large[index].packet, encoding=1, epoch=2)
    (file,) = await booth.stop()
    assert set(watch(booth.read(file)).sizes[-10:]) == {(160, 120)}
    ((start, stop),) = file.gaps
    assert start == pytest.approx(1300, abs=40)
    assert stop == pytest.approx(3000, abs=40)
    assert file.duration_ms == pytest.approx(4000, abs=40)
