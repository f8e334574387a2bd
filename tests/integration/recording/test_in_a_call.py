"""A real engine with people on loopback, in this process and in one of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from media.channel import (
    EndpointClose,
    LinkChanged,
    Notification,
    RecordingBroke,
    RecordOrder,
    RecordPermit,
)
from media.engine import Engine
from media.errors import RecordFault, RecordingError
from media.ids import RoomKey
from media.rtp import rtcp
from recording.recovery import recover
from signaling.worker_pool import WorkerPool
from tests.support.film import watch
from tests.support.recorded_call import (
    CONFIG,
    ROOM,
    TENANT,
    Call,
    apart,
    call,
    here,
    kill_recording,
)

pytestmark = pytest.mark.integration


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


async def _kill(made: Call, tmp_path: Path) -> None:
    kill_recording(tmp_path)


async def _cut_off(made: Call, tmp_path: Path) -> None:
    """Signaling vanishes, and kills nobody: the channel closes."""
    assert isinstance(made.plane, WorkerPool)
    for worker in made.plane._workers.values():
        worker.kill = worker._link.close  # type: ignore[method-assign]
        worker.kill()


@pytest.mark.parametrize(("end", "most"), [(_cut_off, 0.1), (_kill, 1.0)], ids=["cut", "killed"])
async def test_what_a_process_that_ended_has_sealed_is_recovered(
    end: Callable[[Call, Path], Awaitable[None]], most: float, tmp_path: Path
) -> None:
    said: list[Notification] = []
    async with call(apart(tmp_path, said), tmp_path) as made:
        order = made.order()
        await made.plane.record(order)
        await made.talk(3.0)
        await end(made, tmp_path)
        await asyncio.sleep(1.5)
        # Signaling is told, before it is told of any endpoint: it does not go on by itself.
        (broke,) = [each for each in said if isinstance(each, RecordingBroke)]
        assert (broke.recording, broke.segment, broke.fault, broke.files) == (
            order.recording, order.segment, RecordFault.BROKEN, (),
        )  # fmt: skip
        closed = [
            each for each in said
            if isinstance(each, LinkChanged) and each.reason is EndpointClose.WORKER_LOST
        ]  # fmt: skip
        assert all(said.index(broke) < said.index(each) for each in closed)
        assert await made.stop() == ()
        files = recover(made.store, TENANT, made.recording, made.keys)
        assert recover(made.store, TENANT, uuid4(), made.keys) == ()
    assert len(files) == 2
    for file in files:
        assert file.duration_ms >= 3000 - most * 1000 - 60
        seen = watch(made.read(file))
        assert seen.times[-1] >= 3.0 - most - 0.06
        assert file.whole is (end is _cut_off)


def _not_of_this(made: Call) -> list[RecordPermit]:
    """Permits that a recorder in a process of its own has to take for none, as they come over."""
    name, parts = str(made.recording), frozenset(map(str, made.keys))
    return [
        RecordPermit(ROOM, str(uuid4()), 1, 90, parts),
        RecordPermit(ROOM, name, 2, 91, parts),
        RecordPermit(ROOM, name, 1, 92, parts | {str(uuid4())}),  # more than was allowed
        RecordPermit(RoomKey("other"), name, 1, 93, parts),
        RecordPermit(ROOM, name, 1, 2, parts),  # again
    ]


async def test_permits_that_are_forged_or_come_again_keep_no_recorder_of_a_process_going(
    tmp_path: Path,
) -> None:
    said: list[Notification] = []
    async with call(apart(tmp_path, said), tmp_path) as made:
        order = made.order()
        await made.plane.record(order)
        await made.talk(1.2)  # renewed, so number 2 was taken
        made.renews = False
        for step in range(10):
            for permit in _not_of_this(made):
                made.plane.permit(permit)
            await made.talk(0.3, since=1.2 + 0.3 * step)
        (broke,) = [each for each in said if isinstance(each, RecordingBroke)]
        assert (broke.recording, broke.segment, broke.fault) == (
            order.recording, 1, RecordFault.LEASE,
        )  # fmt: skip
        files = await made.stop()
    assert sorted(file.part for file in files) == sorted(map(str, made.keys))
    for file in files:
        assert file.starts_ms + file.duration_ms < 3600
