"""Engines in processes of their own: placed, killed, hung, replaced, ended; nothing is left."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.channel import (
    EndpointClose,
    LayersWanted,
    LinkChanged,
    LinkState,
    Notification,
    PictureSize,
    TextReceived,
)
from media.config import MediaConfig
from media.errors import NegotiationError, OfferFault
from media.frames import Warm
from media.ids import EndpointId, RoomKey
from signaling.worker_link import LinkLost, WorkerLink, adopt, pair
from signaling.worker_pool import PortError, WorkerPool
from signaling.worker_process import WorkerProcess
from tests.support.peer import LoopbackPeer
from tests.support.workers import children, is_alive, serving, until, warm

pytestmark = pytest.mark.integration

CONFIG = MediaConfig(host="127.0.0.1", port=0)
ME = os.getpid()


class Plane:
    """A pool and what it said."""

    def __init__(self, workers: int) -> None:
        self.said: list[Notification] = []
        self.pool = WorkerPool(CONFIG, self.said.append, workers)

    def closed(self) -> dict[EndpointId, EndpointClose | None]:
        return {
            word.endpoint: word.reason
            for word in self.said
            if isinstance(word, LinkChanged) and word.state is LinkState.CLOSED
        }

    async def join(self, room: str, name: str, rids: tuple[str, ...] = ()) -> LoopbackPeer:
        peer = LoopbackPeer(rids=rids)
        answer = await self.pool.negotiate(RoomKey(room), EndpointId(name), peer.offer())
        await peer.connect(answer)
        return peer


@pytest.fixture
async def one() -> AsyncIterator[Plane]:
    plane = Plane(1)
    await plane.pool.start()
    yield plane
    await plane.pool.stop()
    assert not children(ME)


@pytest.fixture
async def two() -> AsyncIterator[Plane]:
    plane = Plane(2)
    await plane.pool.start()
    yield plane
    await plane.pool.stop()
    assert not children(ME)


async def test_call_goes_through_a_worker(one: Plane) -> None:
    peer = await one.join("r", "a")
    peer.text_channel.send("a word")
    await until(lambda: TextReceived(EndpointId("a"), "a word") in one.said)
    one.pool.send_text(EndpointId("a"), "an answer")
    await until(lambda: peer.texts == ["an answer"])
    stats = await one.pool.stats()
    assert stats.endpoints == 1
    assert stats.bytes_received > 0
    assert [(w.index, w.up, w.restarts) for w in stats.workers] == [(0, True, 0)]
    assert stats.workers[0].cpu_s > 0
    await one.pool.close_endpoint(EndpointId("a"))
    await until(lambda: one.closed() == {EndpointId("a"): EndpointClose.REQUESTED})
    await one.pool.close_endpoint(EndpointId("a"))
    one.pool.send_text(EndpointId("a"), "to nobody")
    await peer.close()


async def test_picture_is_asked_for_in_the_sizes_it_is_shown_in(one: Plane) -> None:
    a, b = EndpointId("a"), EndpointId("b")
    publisher = await one.join("r", a, rids=("s", "l"))
    viewer = await one.join("r", b)

    def wanted() -> list[LayersWanted]:
        return [word for word in one.said if isinstance(word, LayersWanted)]

    await until(lambda: wanted()[-1:] == [LayersWanted(a, "1", ("l",))])
    one.pool.set_size(b, a, PictureSize.SMALL)
    await until(lambda: wanted()[-1] == LayersWanted(a, "1", ("s",)))
    one.pool.set_size(b, a, PictureSize.LARGE)
    await until(lambda: wanted()[-1] == LayersWanted(a, "1", ("l",)))
    one.pool.set_size(b, EndpointId("nobody"), PictureSize.SMALL)
    one.pool.set_size(EndpointId("nobody"), a, PictureSize.SMALL)
    await one.pool.close_endpoint(b)
    await until(lambda: wanted()[-1] == LayersWanted(a, "1", ()))
    await publisher.close()
    await viewer.close()


async def test_refused_offer_is_the_same_refusal_and_leaves_no_place_taken(one: Plane) -> None:
    for offer, fault in (("v=0", OfferFault.MALFORMED), ("x" * 2**21, OfferFault.TOO_LARGE)):
        with pytest.raises(NegotiationError) as refused:
            await one.pool.negotiate(RoomKey("r"), EndpointId("a"), offer)
        assert refused.value.fault is fault
    assert one.pool._book.worker_of(EndpointId("a")) is None


async def test_rooms_are_spread_and_whole(two: Plane) -> None:
    peers = [await two.join(room, f"{room}{n}") for room in ("r", "s") for n in (1, 2)]
    ports = [peer._gateway[1] for peer in peers]
    assert ports[0] == ports[1]
    assert ports[2] == ports[3]
    assert len(set(ports)) == 2
    for peer in peers:
        await peer.close()


async def test_rows_of_all_workers_come_in_order_of_their_rooms(two: Plane) -> None:
    peers = [await two.join(room, f"{room}{n}") for room in ("r", "s", "t") for n in (1, 2)]
    page = await two.pool.tracks()
    assert [room.room for room in page.rooms] == ["r", "s", "t"]
    assert [list(room.pacers) for room in page.rooms] == [["r1", "r2"], ["s1", "s2"], ["t1", "t2"]]
    assert not page.more
    assert [room.room for room in (await two.pool.tracks("r")).rooms] == ["s", "t"]
    for peer in peers:
        await peer.close()


async def test_killed_worker_is_replaced_at_its_port_and_its_people_are_told(one: Plane) -> None:
    peers = [await one.join("r", name) for name in ("a", "b")]
    port = one.pool.port
    await until(lambda: warm(ME, port))
    before = await one.pool.stats()
    victim = serving(ME, port)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    lost = EndpointClose.WORKER_LOST
    await until(lambda: one.closed() == {EndpointId("a"): lost, EndpointId("b"): lost})
    again = await one.join("r", "a2")
    assert again._gateway[1] == port
    holder = serving(ME, port)
    assert holder not in {None, victim}
    after = await one.pool.stats()
    assert [(w.up, w.restarts) for w in after.workers] == [(True, 1)]
    assert after.bytes_received > before.bytes_received  # counters never fall
    assert after.endpoints == 1
    await until(lambda: warm(ME, port))  # and a new spare stands behind it
    for peer in (*peers, again):
        await peer.close()


async def test_other_workers_rooms_go_on(two: Plane) -> None:
    first = await two.join("r", "a")
    other = await two.join("s", "b")
    victim = serving(ME, first._gateway[1])
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    await until(lambda: EndpointId("a") in two.closed())
    other.text_channel.send("still here")
    await until(lambda: TextReceived(EndpointId("b"), "still here") in two.said)
    assert EndpointId("b") not in two.closed()
    for peer in (first, other):
        await peer.close()


async def test_offers_that_wait_when_the_worker_dies_are_answered_by_the_next(one: Plane) -> None:
    port = one.pool.port
    await until(lambda: warm(ME, port))
    victim = serving(ME, port)
    assert victim is not None
    os.kill(victim, signal.SIGSTOP)  # so that they do wait
    peers = [LoopbackPeer() for _ in range(3)]
    asked = [
        asyncio.create_task(one.pool.negotiate(RoomKey("r"), EndpointId(f"e{n}"), peer.offer()))
        for n, peer in enumerate(peers)
    ]
    await asyncio.sleep(0)
    os.kill(victim, signal.SIGKILL)
    answers = await asyncio.gather(*asked)
    assert not one.closed()
    for peer, answer in zip(peers, answers, strict=True):
        await peer.connect(answer)
        await peer.close()


async def test_worker_that_hangs_is_ended_and_replaced(one: Plane) -> None:
    peer = await one.join("r", "a")
    port = one.pool.port
    await until(lambda: warm(ME, port))
    victim = serving(ME, port)
    assert victim is not None
    os.kill(victim, signal.SIGSTOP)
    await until(lambda: one.closed() == {EndpointId("a"): EndpointClose.WORKER_LOST})
    await until(lambda: serving(ME, port) not in {None, victim})
    assert not is_alive(victim)
    peer.abandon()


async def test_port_that_someone_took_meanwhile_is_asked_for_again(
    one: Plane, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, take_warm = one.pool.port, one.pool._take_warm
    await until(lambda: warm(ME, port))
    thief = socket.socket(type=socket.SOCK_DGRAM)
    tries: list[bool] = []

    async def between() -> WorkerProcess:
        """The lost worker is reaped by now, and no other has the port yet."""
        tries.append(one.pool.is_ready())
        if len(tries) == 1:
            thief.bind(("127.0.0.1", port))
        if len(tries) == 3:
            thief.close()
        return await take_warm()

    monkeypatch.setattr(one.pool, "_take_warm", between)
    victim = serving(ME, port)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)
    await until(lambda: len(tries) == 3 and one.pool.is_ready())
    assert tries == [False] * 3
    assert [w.restarts for w in (await one.pool.stats()).workers] == [1]
    peer = await one.join("r", "a")
    assert peer._gateway[1] == port
    await peer.close()


async def test_dead_spare_is_replaced_and_nobody_notices(one: Plane) -> None:
    port = one.pool.port
    await until(lambda: warm(ME, port))
    holder = serving(ME, port)
    (spare,) = children(ME) - {holder}
    os.kill(spare, signal.SIGKILL)
    await until(lambda: spare not in children(ME) and warm(ME, port))
    assert serving(ME, port) == holder
    assert [w.restarts for w in (await one.pool.stats()).workers] == [0]


async def test_signals_meant_for_the_gateway_do_not_end_a_worker(one: Plane) -> None:
    worker = serving(ME, one.pool.port)
    assert worker is not None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(worker, number)
    peer = await one.join("r", "a")
    assert serving(ME, one.pool.port) == worker
    await peer.close()


async def test_worker_inherits_the_channel_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUIETROOM_OPERATOR_TOKEN", "not for workers")
    with socket.socket() as other:
        other.set_inheritable(True)
        plane = Plane(1)
        await plane.pool.start()
        (worker, *_) = children(ME)
        ours = Path(f"/proc/self/fd/{other.fileno()}").stat().st_ino
        theirs = {entry.stat().st_ino for entry in Path(f"/proc/{worker}/fd").iterdir()}
        assert b"QUIETROOM_" not in Path(f"/proc/{worker}/environ").read_bytes()
        await plane.pool.stop()
    assert ours not in theirs
    assert not children(ME)


async def test_busy_port_is_named_and_leaves_no_process() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        config = MediaConfig(host="127.0.0.1", port=port)
        pool = WorkerPool(config, lambda _word: None, 1)
        with pytest.raises(PortError) as refused:
            await pool.start()
    assert (refused.value.errno, refused.value.port) == (errno.EADDRINUSE, port)
    assert not children(ME)


async def test_malformed_frame_to_a_worker_ends_it() -> None:
    ours, theirs = pair()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "signaling.worker", str(theirs.fileno()),
        pass_fds=(theirs.fileno(),),
    )  # fmt: skip
    theirs.close()
    link = WorkerLink(lambda _word: None)
    await link.open(ours)
    await link.request(Warm())
    assert link._stream._transport is not None
    link._stream._transport.write(b"\x00\x00\x00\x01\xc1")
    assert await asyncio.wait_for(process.wait(), 20) == 40
    with pytest.raises(LinkLost):
        await link.request(Warm())


async def test_worker_with_wrong_arguments_says_so() -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "signaling.worker")
    assert await asyncio.wait_for(process.wait(), 20) == 2


def test_adopted_end_is_passed_on_to_nobody() -> None:
    ours, theirs = pair()
    taken = adopt(theirs.detach())
    assert not taken.get_inheritable()
    ours.close()
    taken.close()
