"""The engine over real sockets: connect, forward, write, recover, end."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import select
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters

from media.channel import (
    EndpointClose,
    LinkChanged,
    LinkState,
    Notification,
    PhaseReached,
    SlotsFilled,
    TextChannelChanged,
    TextReceived,
    VoiceGap,
)
from media.config import MediaConfig
from media.engine import Engine
from media.errors import NegotiationError, OfferFault
from media.ids import EndpointId, RoomKey
from tests.support.peer import OPUS, VP8, LoopbackPeer

pytestmark = pytest.mark.integration
ROOM = RoomKey("room")
CONFIG = MediaConfig(host="127.0.0.1", port=0)


class Plane:
    """An engine, what it said, and the peers of a test."""

    def __init__(self, config: MediaConfig = CONFIG) -> None:
        self.said: list[Notification] = []
        self.engine = Engine(config, self.said.append)
        self.peers: list[LoopbackPeer] = []

    async def join(self, name: str, **options: object) -> LoopbackPeer:
        peer = LoopbackPeer()
        self.peers.append(peer)
        answer = await self.engine.negotiate(ROOM, EndpointId(name), peer.offer())
        await peer.connect(answer, **options)  # type: ignore[arg-type]
        return peer

    def links(self, name: str) -> list[LinkState]:
        return [n.state for n in self.said if isinstance(n, LinkChanged) and n.endpoint == name]


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    plane = Plane()
    await plane.engine.start()
    yield plane
    for peer in plane.peers:
        await peer.close()
    await plane.engine.stop()


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def until_read(plane: Plane) -> None:
    """Wait until nothing waits in the engine's socket."""
    (wire,) = plane.engine._mux._udp
    while select.select([wire.socket], [], [], 0)[0]:
        await asyncio.sleep(0)


def voice(peer: LoopbackPeer, number: int) -> bytes:
    header = struct.pack("!BBHII", 0x80, OPUS, number, number * 960, peer.ssrcs.voice)
    return header + bytes([number % 256]) * 60


def picture(peer: LoopbackPeer, number: int) -> bytes:
    header = struct.pack("!BBHII", 0x80, VP8, number, number * 3000, peer.ssrcs.picture)
    return header + b"\x10\x00" + bytes([number % 256]) * 900


async def test_two_peers_hear_and_see_each_other_untouched(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    for number in range(50):
        a.send_rtp(voice(a, number))
        a.send_rtp(picture(a, number))
    await until(lambda: len(b.rtp) >= 100)
    voices = [p for p in b.rtp if p[1] & 0x7F == OPUS]
    pictures = [p for p in b.rtp if p[1] & 0x7F == VP8]
    assert [p[-60:] for p in voices] == [bytes([n]) * 60 for n in range(50)]
    assert [p[-902:] for p in pictures] == [b"\x10\x00" + bytes([n]) * 900 for n in range(50)]
    assert {p[8:12] for p in voices} == {b.slot_ssrcs[0].to_bytes(4, "big")}
    assert {p[8:12] for p in pictures} == {b.slot_ssrcs[1].to_bytes(4, "big")}
    assert not a.rtp
    slots = [n for n in plane.said if isinstance(n, SlotsFilled) and n.endpoint == "b"]
    assert slots[-1].slots[0].publisher == "a"


async def test_a_new_subscriber_makes_the_publisher_send_a_keyframe(plane: Plane):
    a = await plane.join("a")
    a.send_rtp(picture(a, 1))
    await asyncio.sleep(0.05)
    await plane.join("b")
    # Payload-specific feedback with the format of a picture loss indication (RFC 4585 6.3.1).
    await until(lambda: any(p[1] == 206 and p[0] & 31 == 1 for p in _packets(a.rtcp)))


async def test_publishers_get_transport_cc_feedback_and_receiver_reports(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    for number in range(150):
        header = struct.pack("!BBHII", 0x90, OPUS, number, number * 960, a.ssrcs.voice)
        extension = struct.pack("!HHBHB", 0xBEDE, 1, 0x31, number, 0)
        a.send_rtp(header + extension + b"x" * 40)
        await asyncio.sleep(0.01)
    await until(lambda: len(b.rtp) >= 140)
    kinds = {(p[1], p[0] & 31) for p in _packets(a.rtcp)}
    assert (205, 15) in kinds
    assert 201 in {kind for kind, _ in kinds}


def _packets(compounds: list[bytes]) -> list[bytes]:
    """The single RTCP packets in compounds."""
    found = []
    for compound in compounds:
        at = 0
        while at + 4 <= len(compound):
            size = 4 * (int.from_bytes(compound[at + 2 : at + 4], "big") + 1)
            found.append(compound[at : at + size])
            at += size
    return found


async def test_numbers_are_read_while_packets_flow_and_nothing_is_missed(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    reads = 0
    for number in range(300):
        a.send_rtp(voice(a, number))
        a.send_rtp(picture(a, number))
        await asyncio.sleep(0.002)
        page = await plane.engine.tracks()
        reads += len(page.rooms[0].tracks)
        await plane.engine.stats()
    await until(lambda: len(b.rtp) >= 600)
    page = await plane.engine.tracks()
    rows = {(t.endpoint, t.publisher, t.kind): t for t in page.rooms[0].tracks}
    assert (page.rooms[0].room, page.more) == (ROOM, False)
    for kind in ("audio", "video"):
        assert (rows["a", "a", kind].packets, rows["a", "a", kind].lost) == (300, 0)
        assert rows["b", "a", kind].packets == 300
    assert page.rooms[0].pacers[EndpointId("b")].passed <= 300
    assert reads >= 4 * 200
    stats = await plane.engine.stats()
    assert sum(stats.forward_delay_s.counts) > 0
    assert stats.forward_delay_s.total > 0


async def test_totals_of_tracks_outlive_their_endpoints(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    for number in range(20):
        a.send_rtp(voice(a, number))
    await until(lambda: len(b.rtp) >= 20)
    for name in ("a", "b"):
        await plane.engine.close_endpoint(EndpointId(name))
    stats = await plane.engine.stats()
    assert stats.endpoints == 0
    assert {leg: stats.legs["audio"][leg].packets for leg in ("up", "down")} == {
        "up": 20,
        "down": 20,
    }
    assert not (await plane.engine.tracks()).rooms


async def test_live_tracks_are_sampled_by_the_watch_timer(
    plane: Plane, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("media.numbers.SAMPLE_S", 0.2)
    a, b = await plane.join("a"), await plane.join("b")
    for number in range(50):
        a.send_rtp(voice(a, number))
    await until(lambda: len(b.rtp) >= 50)
    async with asyncio.timeout(10):
        while (up := (await plane.engine.stats()).legs["audio"]["up"]).packets < 50:
            await asyncio.sleep(0.05)
    assert sum(up.jitter_s.counts) >= 1
    assert up.loss.counts[0] >= 1


async def test_text_goes_up_and_never_sideways(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    a.text_channel.send("hello")
    await until(lambda: TextReceived(EndpointId("a"), "hello") in plane.said)
    assert TextChannelChanged(EndpointId("a"), open=True) in plane.said
    assert not b.texts
    plane.engine.send_text(EndpointId("b"), "from the room")
    await until(lambda: b.texts == ["from the room"])


async def test_writing_to_a_peer_without_a_channel_says_so(plane: Plane):
    await plane.join("a", channels=False)
    plane.engine.send_text(EndpointId("a"), "x")
    assert plane.said[-1] == TextChannelChanged(EndpointId("a"), open=False)


async def test_phases_are_told_in_order(plane: Plane):
    a = await plane.join("a")
    a.send_rtp(voice(a, 1))
    await until(lambda: len([n for n in plane.said if isinstance(n, PhaseReached)]) == 3)
    phases = [n.phase for n in plane.said if isinstance(n, PhaseReached)]
    assert phases == ["ice", "dtls", "first_packet"]
    await until(lambda: LinkState.CONNECTED in plane.links("a"))
    assert plane.links("a")[0] is LinkState.CONNECTING


async def test_silence_is_noticed_and_any_authenticated_packet_ends_it():
    plane = Plane(replace(CONFIG, silence_s=0.3))
    await plane.engine.start()
    a = await plane.join("a")
    await until(lambda: LinkState.DISCONNECTED in plane.links("a"))
    a.beat_channel.send("1")
    await until(lambda: plane.links("a")[-1] is LinkState.CONNECTED)
    # A stranger's packet from the peer's own address proves nothing.
    await until(lambda: plane.links("a")[-1] is LinkState.DISCONNECTED)
    a.send_raw(bytes([0x80, OPUS]) + os.urandom(60))
    await asyncio.sleep(0.3)
    assert plane.links("a")[-1] is LinkState.DISCONNECTED
    await a.close()
    await plane.engine.stop()


async def test_a_peer_that_stays_silent_is_closed():
    plane = Plane(replace(CONFIG, silence_s=0.1, abandon_s=0.5))
    await plane.engine.start()
    a = await plane.join("a")
    a.abandon()
    end = LinkChanged(EndpointId("a"), LinkState.CLOSED, EndpointClose.ABANDONED)
    await until(lambda: end in plane.said)
    assert (await plane.engine.stats()).endpoints == 0
    await a.close()
    await plane.engine.stop()


async def test_a_peer_that_closes_is_gone_at_once(plane: Plane):
    a = await plane.join("a")
    await a.dtls.stop()
    end = LinkChanged(EndpointId("a"), LinkState.CLOSED, EndpointClose.PEER_CLOSED)
    await until(lambda: end in plane.said)


async def test_an_ice_restart_from_another_port_keeps_keys_and_slots(plane: Plane):
    a, b = await plane.join("a"), await plane.join("b")
    a.rebind()
    answer = await plane.engine.negotiate(ROOM, EndpointId("a"), a.restart())
    before = list(a.slot_ssrcs)
    a.read_answer(answer)
    assert a.slot_ssrcs == before
    await a.check()
    a.send_rtp(voice(a, 7))
    b.send_rtp(voice(b, 8))
    await until(lambda: a.rtp and b.rtp)


@pytest.mark.parametrize("offer_came", [False, True])
async def test_a_restart_without_the_gateways_word_is_confirmed_later(
    plane: Plane, offer_came: bool
):
    a, b = await plane.join("a"), await plane.join("b")
    a.rebind()
    a.restart_unasked()
    ufrag = a._their_ufrag
    if offer_came:
        await plane.engine.negotiate(ROOM, EndpointId("a"), a.offer())
    await a.check()
    a.send_rtp(voice(a, 7))
    b.send_rtp(voice(b, 8))
    await until(lambda: a.rtp and b.rtp)
    a.read_answer(await plane.engine.negotiate(ROOM, EndpointId("a"), a.offer()))
    assert a._their_ufrag == ufrag  # the answer is the foreseen one
    await a.check()
    a.rebind()
    a.restart_unasked()
    await a.check()
    a.send_rtp(voice(a, 9))
    await until(lambda: len(b.rtp) >= 2)


@pytest.mark.parametrize("checked", [False, True])
async def test_who_restarts_again_and_again_without_a_word_comes_back_with_the_last(
    plane: Plane, checked: bool
):
    a, b = await plane.join("a"), await plane.join("b")
    for _ in range(2):
        a.rebind()
        a.restart_unasked()
        if checked:
            await a.check()
    ufrag = a._their_ufrag
    a.rebind()
    a.restart_unasked()
    await a.check()
    b.send_rtp(voice(b, 8))
    await until(lambda: a.rtp)
    a.read_answer(await plane.engine.negotiate(ROOM, EndpointId("a"), a.offer()))
    assert a._their_ufrag == ufrag
    await a.check()
    b.send_rtp(voice(b, 9))
    await until(lambda: len(a.rtp) >= 2)


async def test_a_wrong_fingerprint_ends_the_endpoint_not_the_room(plane: Plane):
    a = await plane.join("a")
    liar = LoopbackPeer()
    plane.peers.append(liar)
    offer = liar.offer().replace(liar.fingerprint, a.fingerprint)
    answer = await plane.engine.negotiate(ROOM, EndpointId("liar"), offer)
    liar.read_answer(answer)
    await liar.check()
    await liar.dtls.start(
        RTCDtlsParameters([RTCDtlsFingerprint("sha-256", liar._their_fingerprint)])
    )
    end = LinkChanged(EndpointId("liar"), LinkState.CLOSED, EndpointClose.HANDSHAKE_FAILED)
    await until(lambda: end in plane.said)
    b = await plane.join("b")
    a.send_rtp(voice(a, 1))
    await until(lambda: b.rtp)


async def test_a_handshake_that_never_ends_is_ended():
    plane = Plane(replace(CONFIG, handshake_timeout_s=0.3))
    await plane.engine.start()
    peer = LoopbackPeer()
    peer.read_answer(await plane.engine.negotiate(ROOM, EndpointId("slow"), peer.offer()))
    await peer.check()
    end = LinkChanged(EndpointId("slow"), LinkState.CLOSED, EndpointClose.HANDSHAKE_TIMEOUT)
    await until(lambda: end in plane.said)
    await peer.close()
    await plane.engine.stop()


async def test_half_open_endpoints_are_bounded():
    plane = Plane(replace(CONFIG, max_half_open=5))
    await plane.engine.start()
    peer = LoopbackPeer()
    for index in range(5):
        await plane.engine.negotiate(ROOM, EndpointId(str(index)), peer.offer())
    with pytest.raises(NegotiationError) as caught:
        await plane.engine.negotiate(ROOM, EndpointId("one more"), peer.offer())
    assert caught.value.fault is OfferFault.BUSY
    await peer.close()
    await plane.engine.stop()


async def test_no_sender_receiver_or_decoder_exists_while_media_flows(plane: Plane):
    codecs = RTCRtpSender | RTCRtpReceiver
    before = {id(o) for o in gc.get_objects() if isinstance(o, codecs)}  # of other tests' peers
    a, b = await plane.join("a"), await plane.join("b")
    a.send_rtp(picture(a, 1))
    await until(lambda: b.rtp)
    assert not [o for o in gc.get_objects() if isinstance(o, codecs) and id(o) not in before]


async def test_a_busy_port_is_an_error_of_the_system(plane: Plane):
    second = Engine(replace(CONFIG, port=plane.engine.port), lambda _: None)
    with pytest.raises(OSError, match="in use"):
        await second.start()


async def test_stopping_leaves_no_task_and_no_socket():
    before = asyncio.all_tasks()
    plane = Plane()
    await plane.engine.start()
    await plane.join("a")
    await plane.join("b")
    await plane.engine.stop()
    ends = [n for n in plane.said if isinstance(n, LinkChanged) and n.state is LinkState.CLOSED]
    assert {e.reason for e in ends} == {EndpointClose.SHUTDOWN}
    for peer in plane.peers:
        await peer.close()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.uvloop
async def test_100_000_hostile_datagrams_are_counted_and_forwarding_goes_on(plane: Plane, caplog):
    a, b = await plane.join("a"), await plane.join("b")
    generator = random.Random(7)
    seeds = [
        a.check_bytes(),
        voice(a, 1),
        b"\x16\xfe\xfd" + bytes(40),
        a.dtls._tx_srtp.protect(voice(a, 9)),
    ]
    # A socket of no endpoint, and the endpoint's own: both are a stranger's word.
    stranger = LoopbackPeer()
    stranger._gateway = a._gateway
    plane.peers.append(stranger)
    for index in range(100_000):
        data = bytearray(generator.choice(seeds))
        for _ in range(generator.randrange(1, 6)):
            data[generator.randrange(len(data))] = generator.randrange(256)
        cut = generator.randrange(1, len(data) + 1) if generator.random() < 0.3 else len(data)
        data = data[:cut] if index % 3 else generator.randbytes(generator.randrange(1, 300))
        source = a if index % 5 == 0 else stranger
        if bytes(data) not in seeds:  # a replayed check is not a mutated one
            source.send_raw(bytes(data))
        # A flood that the socket's buffer cannot hold would be lost there, and try nothing here.
        if index % 50 == 0:
            await until_read(plane)
    await until_read(plane)
    b.rtp.clear()
    for number in range(100, 110):
        a.send_rtp(voice(a, number))
    await until(lambda: len(b.rtp) >= 10, 30)
    stats = await plane.engine.stats()
    assert sum(stats.dropped.values()) > 90_000
    assert len(stats.dropped) < 30
    assert not caplog.records
    assert not stranger.checks_answered


@pytest.mark.uvloop
async def test_1000_half_open_handshakes_leave_others_undisturbed(caplog):
    plane = Plane(replace(CONFIG, handshake_timeout_s=60))
    await plane.engine.start()
    a, b = await plane.join("a"), await plane.join("b")
    crowd = LoopbackPeer()
    refused, hello = 0, crowd.client_hello()
    for index in range(1000):
        try:
            answer = await plane.engine.negotiate(ROOM, EndpointId(f"c{index}"), crowd.offer())
        except NegotiationError as error:
            assert error.fault is OfferFault.BUSY
            refused += 1
            continue
        crowd.read_answer(answer)
        crowd.send_raw(crowd.check_bytes())
        crowd.send_raw(hello)
        await asyncio.sleep(0)
    assert refused == 1000 - plane.engine._config.max_half_open
    for number in range(20):
        a.send_rtp(voice(a, number))
    await until(lambda: len(b.rtp) >= 20)
    plane.engine._config = replace(plane.engine._config, handshake_timeout_s=0.1)
    await until(lambda: len(plane.engine._endpoints) == 2)
    assert not caplog.records
    for peer in (a, b, crowd):
        await peer.close()
    await plane.engine.stop()


async def test_voice_that_stops_and_comes_back_is_told_with_what_was_lost(plane: Plane):
    def gaps() -> list[VoiceGap]:
        return [n for n in plane.said if isinstance(n, VoiceGap) and n.endpoint == "a"]

    a = await plane.join("a")
    a.send_rtp(voice(a, 1))
    await until(lambda: len(gaps()) == 2)
    first, began = gaps()
    assert (first.open, first.lasted_s) == (False, 0.0)
    assert began.open
    stopping = asyncio.Event()

    async def speak() -> None:
        number = 51  # the fifty before were sent and never came
        while not stopping.is_set():
            a.send_rtp(voice(a, number))
            number += 1
            await asyncio.sleep(0.02)

    speaking = asyncio.create_task(speak())
    await until(lambda: len(gaps()) >= 3)
    stopping.set()
    await speaking
    over = gaps()[2]
    assert not over.open
    assert over.lasted_s >= began.lasted_s
    assert 0.0 < over.lost_s <= over.lasted_s
