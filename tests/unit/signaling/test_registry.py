"""Sessions: who may come in, for how long, what is forgotten when; with a clock by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from media.config import MediaConfig
from signaling import wire
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason
from signaling.domain.grants import Role
from signaling.metrics import Metrics
from signaling.registry import Registry
from signaling.settings import build
from signaling.tokens import MAX_LIFETIME_S, Tokens
from tests.support.media import FakeMediaPlane

KEYS = {"k": "k" * 40}


class Line:
    """A page's connection that only remembers."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.events: list[wire.Event] = []
        self.closed = asyncio.Event()

    def deliver(self, event: wire.Event) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.closed.set()


class Desk:
    """A registry, its clock, and a second minter with the same key."""

    def __init__(self, **limits: float) -> None:
        self.now = 1_000_000.0
        self.registry = Registry(
            build({"limits": limits, "signing_keys": KEYS}), Tokens(KEYS), Metrics(), self.wall
        )
        self.media = FakeMediaPlane(MediaConfig(), self.registry.notify)
        self.registry.attach(self.media)
        self.elsewhere = Tokens(KEYS)

    def wall(self) -> float:
        return self.now

    def foreign(self, session: str, lifetime_s: int = 600, who: str = "x") -> str:
        return self.elsewhere.mint(session, Role.CLIENT, who, "n", lifetime_s, self.now).token

    async def code_of(self, token: str) -> Code:
        with pytest.raises(Refusal) as refused:
            await self.registry.exchange(token)
        return refused.value.code

    async def connect(self, seat: str, name: str = "line") -> Line:
        line = Line(name)
        await self.registry.connect(wire.ConnectAuth(seat=seat, protocol=1), line)
        await asyncio.sleep(0)
        return line


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    yield made
    await made.registry.stop()


async def test_token_never_outlives_its_session(desk: Desk) -> None:
    session = desk.registry.create_session(100)
    minted = desk.registry.mint(
        session.id,
        Role.CLIENT,
        "x",
        "n",
        5000,
    )
    assert minted.expires_at == int(session.expires_at)
    desk.now += 101
    with pytest.raises(Refusal) as refused:
        desk.registry.mint(session.id, Role.CLIENT, "x", "n", 10)
    assert refused.value.code is Code.ROOM_ENDED


async def test_session_known_from_a_token_lasts_as_long_as_the_longest(desk: Desk) -> None:
    short = desk.foreign("s", 100)
    await desk.registry.exchange(short)
    await desk.registry.exchange(desk.foreign("s", 1000, "y"))
    desk.now += 500
    assert await desk.code_of(short) is Code.TOKEN_EXPIRED
    assert (await desk.registry.exchange(desk.foreign("s", 100))).role is Role.CLIENT


async def test_ended_session_stays_ended_for_tokens_minted_elsewhere(desk: Desk) -> None:
    late = desk.foreign("s", MAX_LIFETIME_S)
    await desk.registry.exchange(desk.foreign("s"))
    desk.registry.end_session("s")
    desk.registry.create_session(60)
    assert await desk.code_of(late) is Code.ROOM_ENDED
    desk.now += MAX_LIFETIME_S - 1
    desk.registry.create_session(60)
    assert await desk.code_of(late) is Code.ROOM_ENDED


async def test_unknown_session_cannot_be_ended_or_minted_for(desk: Desk) -> None:
    for attempt in (
        lambda: desk.registry.end_session("unknown"),
        lambda: desk.registry.mint("unknown", Role.CLIENT, "x", "n", 60),
    ):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code is Code.NOT_FOUND


async def test_sessions_are_bounded_and_old_ones_make_room() -> None:
    desk = Desk(max_sessions=2)
    desk.registry.create_session(60)
    desk.registry.create_session(600)
    with pytest.raises(Refusal) as refused:
        desk.registry.create_session(60)
    assert refused.value.code is Code.BUSY
    assert await desk.code_of(desk.foreign("one-more")) is Code.BUSY
    desk.now += 61
    assert desk.registry.create_session(60).id


async def test_revoking_ends_the_stay_and_the_seat(desk: Desk) -> None:
    session = desk.registry.create_session(600)
    minted = desk.registry.mint(session.id, Role.CLIENT, "x", "n", 60)
    seat = await desk.registry.exchange(minted.token)
    line = await desk.connect(seat.seat)
    desk.registry.revoke(minted.jti)
    await line.closed.wait()
    assert line.events[-1] == wire.Closed(CloseReason.REVOKED)
    assert await desk.code_of(minted.token) is Code.TOKEN_REVOKED
    with pytest.raises(Refusal) as refused:
        await desk.connect(seat.seat)
    assert refused.value.code is Code.SEAT_INVALID
    desk.registry.revoke("unknown")


async def test_stop_tells_everyone_and_lets_nobody_in() -> None:
    desk = Desk()
    session = desk.registry.create_session(600)
    token = desk.registry.mint(session.id, Role.CLIENT, "x", "n", 60).token
    line = await desk.connect((await desk.registry.exchange(token)).seat)
    assert isinstance(line.events[0], wire.Welcome)
    await desk.registry.stop()
    assert line.events[-1] == wire.Closed(CloseReason.SERVER_STOPPING)
    assert line.closed.is_set()
    assert await desk.code_of(token) is Code.BUSY
    assert desk.registry.counts() == (0, {}, {})


async def test_counts_are_of_states_and_of_nobody(desk: Desk) -> None:
    session = desk.registry.create_session(600)
    token = desk.registry.mint(session.id, Role.CLIENT, "x", "n", 60).token
    seat = await desk.registry.exchange(token)
    assert desk.registry.counts() == (1, {"expected": 1}, {"none": 0})
    await desk.connect(seat.seat)
    assert desk.registry.counts() == (1, {"present": 1}, {"none": 1})


@pytest.mark.parametrize("quickly", [False, True])
async def test_seat_gone_by_its_own_wish_is_gone(desk: Desk, quickly: bool) -> None:
    session = desk.registry.create_session(600)
    token = desk.registry.mint(session.id, Role.CLIENT, "x", "n", 60).token
    seat = await desk.registry.exchange(token)
    line = Line("l")
    room, role = await desk.registry.connect(wire.ConnectAuth(seat=seat.seat, protocol=1), line)
    assert role is Role.CLIENT
    await room.command("l", wire.Leave(quickly=quickly))
    reason = CloseReason.LEFT_QUICKLY if quickly else CloseReason.LEFT
    assert line.events[-1] == wire.Closed(reason)
    with pytest.raises(Refusal) as refused:
        await room.command("l", wire.Leave())
    assert refused.value.code is Code.NOT_IN_ROOM
    with pytest.raises(Refusal):
        await desk.connect(line.events[0].seat)  # type: ignore[union-attr]  # the welcome's


async def test_one_clinic_leaves_room_for_the_others() -> None:
    desk = Desk(max_sessions=4)
    for _ in range(2):
        desk.registry.create_session(100, clinic="one")
    with pytest.raises(Refusal) as refused:
        desk.registry.create_session(100, clinic="one")
    assert refused.value.code is Code.BUSY
    desk.registry.create_session(100, clinic="other")
    desk.registry.create_session(100)
    desk.now += 101
    desk.registry.create_session(100, clinic="one")
    await desk.registry.stop()
