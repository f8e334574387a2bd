"""A call on loopback that is recorded, in this process or in one of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from media.channel import Notification, RecordedFile, RecordOrder, RecordPermit, RecordTrack
from media.config import MediaConfig, RecordingConfig
from media.engine import Engine
from media.ids import EndpointId, RoomKey
from recording.recorder import Recorder
from recording.store import FileName, FolderStore
from signaling.worker_pool import WorkerPool
from tests.support.film import film, plain, voice
from tests.support.peer import LoopbackPeer
from tests.support.workers import children

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


def kill_recording(folder: Path) -> None:
    """End the process that writes into this folder, by SIGKILL."""
    (busy,) = [pid for pid in children(os.getpid()) if _holds(pid, folder)]
    os.kill(busy, signal.SIGKILL)


def _holds(pid: int, folder: Path) -> bool:
    found = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(entry.readlink())
        except OSError:
            continue
    return any(folder in each.parents for each in found)
