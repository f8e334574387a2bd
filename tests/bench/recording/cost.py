"""What it costs to record two people, beside what it costs to have their packets come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from media.channel import RecordOrder, RecordPermit, RecordTrack
from media.config import RecordingConfig
from media.ids import EndpointId, RoomKey
from media.plan import Codec
from recording.recorder import Recorder
from recording.store import FileName, FolderStore, Writer
from tests.support.film import FRAGMENT, OPUS, VP8, FakeTaps, header, pictures, sounds

SECONDS = 30.0
PICTURE_BYTES = 6250
"""30 a second: 1.5 Mbit/s."""
ROOM = RoomKey("room")


class Cost(NamedTuple):
    """Of recording, in percent of a core."""

    percent: float
    loop_percent: float
    packets_per_s: float
    syncs_per_s: float
    overflowed: int


class Counting(FolderStore):
    """A folder that counts its syncs."""

    syncs = 0

    def create(self, recording: UUID, name: FileName) -> Writer:
        inner, store = super().create(recording, name), self

        class Counted:
            close = inner.close

            def append(self, data: bytes) -> None:
                store.syncs += 1
                inner.append(data)

        return Counted()


class Live(FakeTaps):
    """Taps on the loop's own clock."""

    def now(self) -> float:
        self.time = asyncio.get_running_loop().time()
        return self.time


def _tick(index: int, numbers: dict[str, Iterator[int]]) -> list[tuple[str, Codec, bytes]]:
    """What comes in one thirtieth of a second: a picture of each, and a voice now and then."""
    made = []
    for person, (who, frames) in enumerate((("ann", 1), ("ben", 2))):
        picture, _ = pictures("vp8", 60, (1280, 720), 60)[index % 60]
        picture += bytes(PICTURE_BYTES - len(picture))
        for at in range(0, len(picture), FRAGMENT):
            payload = (b"\x00" if at else b"\x10") + picture[at : at + FRAGMENT]
            last = at + FRAGMENT >= len(picture)
            head = header(96, next(numbers[who]), index * 3000, 1000 + frames, marker=last)
            made.append((who, VP8, head + payload))
        for turn in range(index * 50 // 30, (index + 1) * 50 // 30):
            head = header(111, turn, turn * 960, 2000 + person, marker=False)
            made.append((who, OPUS, head + sounds(100)[turn % 100] + bytes(60)))
    return made


async def _play(taps: Live, recorder: Recorder | None, recording: str, parts: list[str]) -> int:
    loop = asyncio.get_running_loop()
    numbers = {"ann": count(1), "ben": count(1)}
    began, sent, permits = loop.time(), 0, count(2)
    for index in range(int(SECONDS * 30)):
        await asyncio.sleep(max(0.0, began + index / 30 - loop.time()))
        if recorder is not None and index % 30 == 0:
            recorder.permit(RecordPermit(ROOM, recording, 1, next(permits), frozenset(parts)))
        taps.now()
        for who, codec, packet in _tick(index, numbers):
            taps.send(who, codec, packet)
            sent += 1
    return sent


async def measure(folder: Path) -> Cost:
    """Record for half a minute, and do the same without a recorder."""
    pictures("vp8", 60, (1280, 720), 60), sounds(100)
    taps, store = Live(), Counting(folder)
    recorder = Recorder(taps, RecordingConfig(str(folder), 1), lambda said: None, store)
    recording, parts = str(uuid4()), [str(uuid4()) for _ in range(4)]
    tracks = tuple(
        RecordTrack(EndpointId(who), medium, part, bytes(32))
        for part, (who, medium) in zip(
            parts, [(w, m) for w in ("ann", "ben") for m in ("video", "audio")], strict=True
        )
    )
    idle = await _timed(_play(Live(), None, recording, parts))
    await recorder.record(RecordOrder(ROOM, str(uuid4()), recording, 1, 1, 0, 1, tracks))
    busy = await _timed(_play(taps, recorder, recording, parts))
    await recorder.stop_recording(ROOM, recording, 1, discard=False)
    overflowed = recorder.numbers()["left_out"]
    await recorder.close()
    return Cost(
        (busy[0] - idle[0]) / SECONDS * 100,
        (busy[1] - idle[1]) / SECONDS * 100,
        busy[2] / SECONDS,
        store.syncs / SECONDS,
        overflowed,
    )


async def _timed(play: object) -> tuple[float, float, int]:
    """Seconds of the processor of the process and of the loop's thread, and packets."""
    process, thread = time.process_time(), time.thread_time()
    sent = await play  # type: ignore[misc]
    return time.process_time() - process, time.thread_time() - thread, sent
