"""What every data path must do (media/datapath.py), whichever thread or language it is made of.

Only the interface is used. A second implementation becomes a second entry of IMPLEMENTATIONS.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest
from pylibsrtp import Policy, Session

from media.clock import Instant
from media.config import MediaConfig
from media.datagrams import PlainBatch
from media.datapath import DataPath, Lane
from media.errors import PacketError
from media.ice import Path
from media.mux import Mux
from media.srtp import SrtpKeys
from tests.support.native import compiled_batch
from tests.unit.media.test_ice import OURS, check

pytestmark = pytest.mark.integration

IMPLEMENTATIONS: dict[str, Callable[[MediaConfig, Callable[[], None]], DataPath]] = {
    "python": partial(Mux, batch=PlainBatch),
    "compiled batch": lambda config, after: Mux(config, after, compiled_batch()),
}
PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
TO_US, FROM_US = b"k" * 44, b"q" * 44
RTP = b"\x80\x6f\x00\x01\x00\x00\x00\x01\x00\x00\x00\x07" + bytes(60)
RTCP = b"\x80\xc9\x00\x01\x00\x00\x00\x07"


class Owner:
    """Ties every path that a check names, and keeps what it is handed."""

    lane: Lane

    def __init__(self) -> None:
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.records: list[bytes] = []
        self.answers: list[bytes] = []
        self.strays: list[Path] = []
        self.followed: list[Path] = []
        self.refuse = False

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        if self.refuse:
            raise PacketError("refused")
        self.lane.tie(path)
        return b"\x01\x01" + data[2:20]

    def handle_answer(self, data: bytes, path: Path, now: Instant) -> None:
        self.answers.append(data)

    def handle_record(self, data: bytes, now: Instant) -> None:
        self.records.append(data)

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        self.rtp.append(packet)

    def handle_rtcp(self, packet: bytes, now: Instant) -> None:
        self.rtcp.append(packet)

    def handle_stray(self, path: Path, size: int, now: Instant) -> None:
        self.strays.append(path)

    def handle_followed(self, path: Path) -> None:
        self.followed.append(path)


class Browser:
    """A UDP socket with the other halves of the keys."""

    def __init__(self, port: int, sessions: tuple[Session, Session] | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.socket.connect(("127.0.0.1", port))
        self.tx, self.rx = sessions or (
            Session(Policy(key=TO_US, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=PROFILE)),
            Session(Policy(key=FROM_US, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=PROFILE)),
        )

    def elsewhere(self, port: int) -> Browser:
        """The same browser behind another address."""
        return Browser(port, (self.tx, self.rx))

    def media(self, number: int = 1) -> bytes:
        return self.tx.protect(RTP[:2] + number.to_bytes(2, "big") + RTP[4:])

    async def receive(self) -> bytes:
        async with asyncio.timeout(5):
            return await asyncio.get_running_loop().sock_recv(self.socket, 2048)

    def silent(self) -> bool:
        try:
            self.socket.recv(2048)
        except BlockingIOError:
            return True
        return False


class House:
    """A data path with one lane and its browser."""

    def __init__(self, make: Callable[[MediaConfig, Callable[[], None]], DataPath]) -> None:
        self.path = make(MediaConfig(host="127.0.0.1", port=0), lambda: None)
        self.path.open(asyncio.get_running_loop())
        self.browsers: list[Browser] = []
        self.owner = Owner()
        self.owner.lane = self.lane = self.path.add(self.owner)
        self.lane.set_ufrags((OURS.ufrag,))
        self.browser = self.new(Browser(self.path.port))

    def new(self, browser: Browser) -> Browser:
        self.browsers.append(browser)
        return browser

    def send(self, packet: bytes, *, rtcp: bool = False) -> None:
        self.lane.send_media(packet, rtcp)
        self.path.flush()

    def where(self, browser: Browser) -> Path:
        return (0, browser.socket.getsockname())

    async def prove(self, browser: Browser) -> None:
        browser.socket.send(check())
        assert (await browser.receive())[:2] == b"\x01\x01"

    async def settle(self) -> None:
        """Everything sent so far has been handled: a check sent last is answered last."""
        self.owner.refuse = False
        marker = self.new(Browser(self.path.port))
        await self.prove(marker)

    async def connect(self) -> None:
        await self.prove(self.browser)
        self.lane.select(self.where(self.browser))
        self.lane.set_keys(SrtpKeys(PROFILE, receive=TO_US, send=FROM_US))


@pytest.fixture(params=IMPLEMENTATIONS)
async def house(request: pytest.FixtureRequest) -> AsyncIterator[House]:
    made = House(IMPLEMENTATIONS[request.param])
    yield made
    made.path.close()
    for browser in made.browsers:
        browser.socket.close()


async def test_candidates_name_the_port_it_is_bound_to(house: House):
    assert house.path.addresses() == (("127.0.0.1", house.path.port),)


async def test_a_check_goes_to_the_lane_it_names_and_its_answer_back(house: House):
    await house.prove(house.browser)
    house.lane.set_ufrags(("another",))
    house.browser.socket.send(check())
    house.lane.set_ufrags((OURS.ufrag,))
    await house.settle()
    assert house.path.drops.get("unknown_ufrag", 0) <= 1


async def test_a_refused_check_is_not_answered(house: House):
    house.owner.refuse = True
    house.browser.socket.send(check())
    await asyncio.sleep(0.05)
    await house.settle()
    assert house.browser.silent()
    assert house.path.drops["stun"] == 1


async def test_media_is_handed_up_plain_and_once(house: House):
    await house.connect()
    data, report = house.browser.media(), house.browser.tx.protect_rtcp(RTCP)
    for each in (data, data, report, data[:-1] + b"\x00"):
        house.browser.socket.send(each)
    await house.settle()
    assert house.owner.rtp == [RTP]
    assert house.owner.rtcp == [RTCP]
    assert house.path.drops["srtp"] == 2
    assert house.lane.last_heard is not None


async def test_what_is_sent_arrives_protected_on_the_selected_path(house: House):
    await house.connect()
    house.send(RTP)
    assert house.browser.rx.unprotect(await house.browser.receive()) == RTP
    house.send(RTCP, rtcp=True)
    assert house.browser.rx.unprotect_rtcp(await house.browser.receive()) == RTCP
    house.lane.send(b"\x16 a record")
    assert await house.browser.receive() == b"\x16 a record"


async def test_dtls_is_handed_back_from_a_proved_path_only(house: House):
    house.browser.socket.send(b"\x16" * 40)
    await house.settle()
    assert not house.owner.records
    await house.prove(house.browser)
    house.browser.socket.send(b"\x16" * 40)
    await house.settle()
    assert house.owner.records == [b"\x16" * 40]


async def test_media_from_nowhere_is_nobodys(house: House):
    await house.connect()
    stranger = house.new(Browser(house.path.port))
    stranger.socket.send(b"\x80\x6f" + os.urandom(80))
    await house.settle()
    assert not house.owner.rtp
    assert house.path.drops["unknown_address"] == 1
    assert stranger.silent()


async def test_a_stray_that_authenticates_is_told_and_moves_nothing(house: House):
    await house.connect()
    house.browser.socket.send(house.browser.media(1))
    await house.settle()
    moved = house.new(house.browser.elsewhere(house.path.port))
    moved.socket.send(house.browser.media(2))
    await house.settle()
    assert len(house.owner.rtp) == 2
    assert house.owner.strays == [house.where(moved)]
    house.send(RTP)
    assert len(await house.browser.receive()) > len(RTP)
    assert moved.silent()
    house.lane.send(b"\x00\x01 a check", house.where(moved))
    assert await moved.receive() == b"\x00\x01 a check"
    moved.socket.send(b"\x01\x01" + bytes(30))
    await house.settle()
    assert len(house.owner.answers) == 1


async def test_a_replayed_packet_from_elsewhere_is_nothing(house: House):
    await house.connect()
    data = house.browser.media(1)
    house.browser.socket.send(data)
    await house.settle()
    thief = house.new(Browser(house.path.port))
    thief.socket.send(data)
    await house.settle()
    assert not house.owner.strays
    assert len(house.owner.rtp) == 1


async def test_media_on_another_proved_path_is_followed_when_the_first_is_silent(house: House):
    await house.connect()
    other = house.new(house.browser.elsewhere(house.path.port))
    await house.prove(other)
    house.browser.socket.send(house.browser.media(1))
    other.socket.send(house.browser.media(2))
    await house.settle()
    assert not house.owner.followed
    await asyncio.sleep(0.15)
    other.socket.send(house.browser.media(3))
    await house.settle()
    assert house.owner.followed == [house.where(other)]
    house.send(RTP)
    assert len(await other.receive()) > len(RTP)


async def test_a_closed_lane_hears_and_says_nothing_more(house: House):
    await house.connect()
    house.lane.close()
    house.browser.socket.send(house.browser.media())
    house.browser.socket.send(check())
    house.send(RTP)
    await asyncio.sleep(0.05)
    assert not house.owner.rtp
    assert house.browser.silent()
    assert house.path.drops["unknown_ufrag"] == 1


async def test_bytes_and_delays_are_counted(house: House):
    await house.connect()
    before = house.path.bytes_in
    for number in range(1, 200):
        house.browser.socket.send(house.browser.media(number))
        await asyncio.sleep(0)
    await house.settle()
    assert house.path.bytes_in - before > 199 * len(RTP)
    assert house.path.bytes_out > 0
    assert house.path.delays.count > 0
