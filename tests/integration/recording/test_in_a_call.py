"""A real engine with people on loopback, in this process and in one of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from media.channel import Notification, RecordedFile, RecordOrder, RecordPermit, RecordTrack
from media.config import MediaConfig, RecordingConfig
from media.engine import Engine
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.rtp import rtcp
from recording.recorder import Recorder
from recording.recovery import recover
from recording.store import FileName, FolderStore
from signaling.worker_pool import WorkerPool
from tests.support.film import film, plain, voice, watch
from tests.support.peer import LoopbackPeer
from tests.support.workers import children

pytestmark = pytest.mark.integration
ROOM = RoomKey("room")
TENANT = UUID(int=7)
KEY = bytes(range(32))
CONFIG = MediaConfig(host="127.0.0.1", port=0)


class Call:
    """One person in a room, recorded; whose permit is renewed while ``renews``."""

    def __init__(self, plane: Engine | WorkerPool, folder: Path) -> None:
        self.plane = plane
        self.store = FolderStore(folder)
        self.peer = LoopbackPeer()
        self.recording = uuid4()
        self.picture, self.sound = uuid4(), uuid4()
        self.keys = {self.picture: KEY, self.sound: KEY[::-1]}
        self.asked = 0
        self.renews = True

    async def join(self) -> None:
        answer = await self.plane.negotiate(ROOM, EndpointId("ann"), self.peer.offer())
        await self.peer.connect(answer)

    def order(self) -> RecordOrder:
        ann = EndpointId("ann")
        tracks = (
            RecordTrack(ann, "video", str(self.picture), self.keys[self.picture]),
            RecordTrack(ann, "audio", str(self.sound), self.keys[self.sound]),
        )
        return RecordOrder(ROOM, str(TENANT), str(self.recording), 1, 1, 0, 1, tracks)

    async def talk(self, seconds: float, *, since: float = 0.0) -> None:
        """Send picture and voice as time goes by."""
        pictures = film(count=150, ssrc=self.peer.ssrcs.picture)
        voices = voice(count=250, ssrc=self.peer.ssrcs.voice)
        sent = sorted([*pictures, *voices], key=lambda each: each.at)
        loop = asyncio.get_running_loop()
        began = loop.time() - since
        for at, packet in sent:
            if not since <= at < since + seconds:
                continue
            await asyncio.sleep(max(0.0, began + at - loop.time()))
            self.peer.send_rtp(packet)

    async def renew(self) -> None:
        for number in range(2, 60):
            await asyncio.sleep(0.5)
            if self.renews:
                parts = frozenset(map(str, self.keys))
                self.plane.permit(RecordPermit(ROOM, str(self.recording), 1, number, parts))

    async def stop(self, *, discard: bool = False) -> tuple[RecordedFile, ...]:
        return await self.plane.stop_recording(ROOM, str(self.recording), 1, discard=discard)

    def read(self, file: RecordedFile) -> bytes:
        part = UUID(file.part)
        name = FileName(file.number, part)
        return plain(self.store, TENANT, self.recording, name, self.keys[part])


@asynccontextmanager
async def call(plane: Any, folder: Path) -> AsyncIterator[Call]:
    film(count=150)  # made before anything is timed
    voice(count=250)
    await plane.start()
    made = Call(plane, folder)
    await made.join()
    renewer = asyncio.create_task(made.renew())
    try:
        yield made
    finally:
        renewer.cancel()
        await asyncio.gather(renewer, return_exceptions=True)
        await made.peer.close()
        await plane.stop()


def here(folder: Path, said: list[Notification]) -> Engine:
    """An engine in this process, with a recorder beside it."""
    engine = Engine(CONFIG, said.append)
    engine.set_recorder(Recorder(engine, RecordingConfig(str(folder), 1), said.append))
    return engine


def apart(folder: Path, said: list[Notification]) -> WorkerPool:
    """The same in a process of its own."""
    return WorkerPool(CONFIG, said.append, 1, RecordingConfig(str(folder), 1))


@pytest.mark.parametrize("where", [apart, here], ids=["apart", "here"])
async def test_a_call_is_recorded_and_can_be_watched(
    where: Callable[[Path, list[Notification]], Any], tmp_path: Path
) -> None:
    said: list[Notification] = []
    async with call(where(tmp_path, said), tmp_path) as made:
        await made.talk(0.5)
        await made.plane.record(made.order())
        await made.talk(2.5, since=0.5)
        files = await made.stop()
        await made.talk(0.5, since=3.0)
        again = await made.stop()
    assert files == again
    assert sorted(file.part for file in files) == sorted(map(str, made.keys))
    for file in files:
        seen = watch(made.read(file))
        assert file.whole
        assert not file.gaps
        assert abs(seen.duration * 1000 - file.duration_ms) <= 50
    sound = next(file for file in files if file.part == str(made.sound))
    assert sound.duration_ms == pytest.approx(2500, abs=60)
    picture = next(file for file in files if file.part == str(made.picture))
    # It began with a delta: a keyframe is waited for, and was asked for.
    assert 2000 <= picture.starts_ms + picture.duration_ms <= 2600
    plis = [p for packet in made.peer.rtcp for p in rtcp.parse(packet) if isinstance(p, rtcp.Pli)]
    assert plis


async def test_without_a_recorder_or_a_room_nothing_is_recorded(tmp_path: Path) -> None:
    engine = Engine(CONFIG, lambda said: None)
    async with call(engine, tmp_path) as made:
        with pytest.raises(RecordingError, match=RecordFault.OFF):
            await engine.record(made.order())
        assert await made.stop() == ()
    async with call(apart(tmp_path, []), tmp_path) as made:
        with pytest.raises(RecordingError, match=RecordFault.BAD_ORDER):
            order = made.order()
            await made.plane.record(
                RecordOrder(RoomKey("other"), order.tenant, order.recording, 1, 1, 0, 1, ())
            )


async def _killed(made: Call, tmp_path: Path) -> None:
    (busy,) = [pid for pid in children(os.getpid()) if _holds(pid, tmp_path)]
    os.kill(busy, signal.SIGKILL)


def _holds(pid: int, folder: Path) -> bool:
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(entry.readlink())
        except OSError:
            continue
    return any(folder in each.parents for each in found)


async def _cut_off(made: Call, tmp_path: Path) -> None:
    """Signaling vanishes, and kills nobody: the channel closes."""
    assert isinstance(made.plane, WorkerPool)
    for worker in made.plane._workers.values():
        worker.kill = worker._link.close  # type: ignore[method-assign]
        worker.kill()


@pytest.mark.parametrize(("end", "most"), [(_cut_off, 0.1), (_killed, 1.0)], ids=["cut", "killed"])
async def test_what_a_process_that_ended_has_sealed_is_recovered(
    end: Callable[[Call, Path], Awaitable[None]], most: float, tmp_path: Path
) -> None:
    async with call(apart(tmp_path, []), tmp_path) as made:
        await made.plane.record(made.order())
        await made.talk(3.0)
        await end(made, tmp_path)
        await asyncio.sleep(1.5)
        files = recover(made.store, TENANT, made.recording, made.keys)
        assert recover(made.store, TENANT, uuid4(), made.keys) == ()
    assert len(files) == 2
    for file in files:
        assert file.duration_ms >= 3000 - most * 1000 - 60
        seen = watch(made.read(file))
        assert seen.times[-1] >= 3.0 - most - 0.06
        assert file.whole is (end is _cut_off)
