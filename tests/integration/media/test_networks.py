"""Networks that move, lose, filter and lie: over real sockets on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from media import tcp
from media.association import Association
from media.channel import EndpointClose, LinkChanged
from media.config import MediaConfig
from media.engine import Engine
from media.errors import NegotiationError
from media.ids import EndpointId, RoomKey
from tests.integration.media.test_engine import CONFIG, Plane, picture, until, voice
from tests.support.peer import LoopbackPeer

pytestmark = pytest.mark.integration
MIN_MTU = 1280
HEADERS = 48
"""IPv6 and UDP."""


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    plane = Plane()
    await plane.engine.start()
    yield plane
    for peer in plane.peers:
        await peer.close()
    await plane.engine.stop()


async def join(plane: Plane, name: str, peer: LoopbackPeer) -> LoopbackPeer:
    plane.peers.append(peer)
    answer = await plane.engine.negotiate(RoomKey("room"), EndpointId(name), peer.offer())
    await peer.connect(answer)
    return peer


# --- a moving phone -------------------------------------------------------------------------------


async def heard_from_both(plane: Plane) -> tuple[LoopbackPeer, LoopbackPeer]:
    """Two peers whose voices and pictures are known to the gateway."""
    a, b = await plane.join("a"), await plane.join("b")
    for peer, other in ((a, b), (b, a)):
        peer.send_rtp(voice(peer, 1))
        peer.send_rtp(picture(peer, 1))
        await until(lambda other=other: len(other.rtp) >= 2)
    return a, b


def keyframe_requests(peer: LoopbackPeer) -> int:
    # Payload-specific feedback, format 1: a picture loss indication (RFC 4585 section 6.3.1).
    return sum(b"\x81\xce" in compound for compound in peer.rtcp)


async def test_a_phone_with_a_new_port_is_followed_by_its_media(plane: Plane):
    a, b = await heard_from_both(plane)
    a.rebind()
    a.rtp.clear()
    asked = keyframe_requests(a), keyframe_requests(b)
    a.send_rtp(voice(a, 2))
    await until(lambda: a.checks_received == 1)
    b.send_rtp(voice(b, 2))
    await until(lambda: a.rtp)
    assert len(b.rtp) >= 3  # the packet that told us was forwarded as any other
    # A picture is asked for both ways: what was on the way when it moved is lost.
    await until(lambda: keyframe_requests(a) > asked[0] and keyframe_requests(b) > asked[1])


async def test_until_it_answers_media_goes_to_the_old_address_and_little_to_the_new(plane: Plane):
    a, b = await heard_from_both(plane)
    old = a._socket
    # The old address stays open, so that what still goes there is seen.
    loop = asyncio.get_running_loop()
    loop.remove_reader(old)
    a._socket = a._new_socket()
    a.answers_checks = False
    a.bytes_received = 0
    sent = 0
    for number in range(2, 40):
        packet = a.dtls._tx_srtp.protect(voice(a, number))
        sent += len(packet)
        a.send_raw(packet)
        b.send_rtp(voice(b, number))
        await asyncio.sleep(0.02)
    await until(lambda: len(b.rtp) >= 40)
    assert a.checks_received >= 2
    assert a.bytes_received <= 3 * sent
    assert a.checks_received * 2000 >= a.bytes_received
    assert len(old.recv(2048)) > 0
    old.close()


async def test_a_replayed_packet_from_elsewhere_does_not_steal_the_downlink(plane: Plane):
    a, b = await heard_from_both(plane)
    thief = LoopbackPeer()
    plane.peers.append(thief)
    thief._gateway = a._gateway
    overheard = [a.dtls._tx_srtp.protect(voice(a, number)) for number in range(10, 30)]
    for packet in overheard:
        a.send_raw(packet)
    await until(lambda: len(b.rtp) >= 22)
    before = (await plane.engine.stats()).dropped.get("unknown_address", 0)
    for packet in overheard:
        thief.send_raw(packet)
    # A check overheard is worth as little: it was seen over another path.
    check = a.check_bytes()
    a.send_raw(check)
    answered = a.checks_answered
    await until(lambda: a.checks_answered > answered)
    thief.send_raw(check)
    a.rtp.clear()
    b.send_rtp(voice(b, 50))
    await until(lambda: a.rtp)
    assert thief.bytes_received == 0
    after = (await plane.engine.stats()).dropped["unknown_address"]
    assert after - before == len(overheard)


async def test_a_thief_that_is_faster_gets_one_check_and_no_media(plane: Plane):
    """Somebody on the path who holds a packet back and sends it first from their own address."""
    a, b = await heard_from_both(plane)
    thief = LoopbackPeer()
    plane.peers.append(thief)
    thief._gateway = a._gateway
    received: list[bytes] = []
    thief._receive = received.append  # type: ignore[method-assign]
    thief.send_raw(a.dtls._tx_srtp.protect(voice(a, 10)))
    await until(lambda: len(b.rtp) >= 3)
    await until(lambda: received)
    a.rtp.clear()
    b.send_rtp(voice(b, 50))
    await until(lambda: a.rtp)
    assert all(each[:2] == b"\x00\x01" for each in received)
    assert len(received) <= 2


async def test_forged_sources_move_nothing_and_cost_little(plane: Plane):
    a, b = await heard_from_both(plane)
    genuine = a.dtls._tx_srtp.protect(voice(a, 10))
    forger = LoopbackPeer()
    plane.peers.append(forger)
    forger._gateway = a._gateway
    for index in range(2000):
        # The SSRC is right; the tag is not.
        forger.send_raw(genuine[:-4] + index.to_bytes(4, "big"))
        if index % 100 == 0:
            await asyncio.sleep(0)
    a.rtp.clear()
    b.send_rtp(voice(b, 50))
    await until(lambda: a.rtp)
    assert forger.bytes_received == 0
    dropped = (await plane.engine.stats()).dropped
    assert dropped["srtp"] < 200  # trials are rationed; the rest was never decrypted


# --- ICE-TCP --------------------------------------------------------------------------------------


async def test_a_call_over_tcp(plane: Plane):
    a = await join(plane, "a", LoopbackPeer(tcp=True))
    b = await plane.join("b")
    for number in range(20):
        a.send_rtp(picture(a, number))
        b.send_rtp(picture(b, number))
    await until(lambda: len(a.rtp) >= 20 and len(b.rtp) >= 20)
    a.text_channel.send("over tcp")
    plane.engine.send_text(EndpointId("a"), "and back")
    await until(lambda: "and back" in a.texts)


async def test_tcp_candidates_rank_below_all_udp(plane: Plane):
    peer = LoopbackPeer()
    plane.peers.append(peer)
    answer = await plane.engine.negotiate(RoomKey("room"), EndpointId("a"), peer.offer())
    lines = [line.split() for line in answer.splitlines() if line.startswith("a=candidate:")]
    udp = [int(each[3]) for each in lines if each[2] == "udp"]
    passive = [int(each[3]) for each in lines if each[-2:] == ["tcptype", "passive"]]
    assert udp
    assert passive
    assert min(udp) > max(passive)


async def test_a_connection_without_a_valid_check_gets_nothing_and_is_closed(
    monkeypatch: pytest.MonkeyPatch, plane: Plane
):
    monkeypatch.setattr(tcp, "PROOF_S", 0.3)
    monkeypatch.setattr(tcp, "SWEEP_S", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", plane.engine.port)
    liar = LoopbackPeer()
    plane.peers.append(liar)
    liar.read_answer(await plane.engine.negotiate(RoomKey("room"), EndpointId("x"), liar.offer()))
    forged = liar.check_bytes()
    forged = forged[:40] + bytes([forged[40] ^ 1]) + forged[41:]
    for data in (forged, b"\x16" * 60, b"\x80" * 60, b"GET / HTTP/1.1"):
        writer.write(len(data).to_bytes(2, "big") + data)
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    assert (await plane.engine.stats()).dropped["tcp_deadline"] == 1


async def test_a_frame_that_never_ends_and_one_too_long_are_the_end(
    monkeypatch: pytest.MonkeyPatch, plane: Plane
):
    monkeypatch.setattr(tcp, "FRAME_S", 0.3)
    monkeypatch.setattr(tcp, "SWEEP_S", 0.1)
    # After a valid check, so that it is the frame's deadline that strikes.
    slow = await join(plane, "slow", LoopbackPeer(tcp=True))
    for byte in b"\x01\x00\x80":
        slow._socket.sendall(bytes([byte]))
        await asyncio.sleep(0.05)
    await until(lambda: slow._socket.fileno() < 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", plane.engine.port)
    writer.write(b"\xff\xff")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    dropped = (await plane.engine.stats()).dropped
    assert (dropped["tcp_deadline"], dropped["tcp_frame"]) == (1, 1)


async def test_connections_of_one_address_are_capped_and_the_room_goes_on():
    plane = Plane(replace(CONFIG, tcp_connections_per_address=3))
    await plane.engine.start()
    a = await join(plane, "a", LoopbackPeer(tcp=True))
    b = await plane.join("b")
    crowd = [await asyncio.open_connection("127.0.0.1", plane.engine.port) for _ in range(20)]
    await until(lambda: plane.engine._mux.drops.get("tcp_limit", 0) == 18)
    a.send_rtp(voice(a, 1))
    await until(lambda: b.rtp)
    for _, writer in crowd:
        writer.close()
    for peer in plane.peers:
        await peer.close()
    await plane.engine.stop()


async def test_a_peer_that_stops_reading_loses_media_and_holds_little_memory(plane: Plane):
    a = await plane.join("a")
    b = await join(plane, "b", LoopbackPeer(tcp=True))
    a.send_rtp(picture(a, 0))
    await until(lambda: b.rtp)
    asyncio.get_running_loop().remove_reader(b._socket)
    for number in range(1, 20_000):
        a.send_rtp(picture(a, number))
        if number % 20 == 0:
            await asyncio.sleep(0.002)  # what is sent is spread over time
        if plane.engine._mux.drops.get("send_buffer"):
            break
    assert plane.engine._mux.drops["send_buffer"]
    (connection,) = plane.engine._mux._tcp.connections.values()
    assert len(connection._waiting) <= tcp.QUEUE_BYTES + 2000


async def test_an_endpoint_that_ends_takes_its_connection_along(
    monkeypatch: pytest.MonkeyPatch, plane: Plane
):
    monkeypatch.setattr(tcp, "PARTING_S", 0.05)
    a = await join(plane, "a", LoopbackPeer(tcp=True))
    await plane.engine.close_endpoint(EndpointId("a"))
    await until(lambda: a._socket.fileno() < 0)
    await until(lambda: not plane.engine._mux._tcp.connections)
    assert not plane.engine._mux._tcp._of_address


# --- IPv6, loss, size -----------------------------------------------------------------------------


async def test_a_call_between_the_families():
    engine = Engine(MediaConfig(host="::", port=0), lambda _: None)
    plane = Plane()
    plane.engine = engine
    await engine.start()
    a = await join(plane, "a", LoopbackPeer(host="::1"))
    b = await join(plane, "b", LoopbackPeer())
    a.send_rtp(voice(a, 1))
    b.send_rtp(voice(b, 1))
    await until(lambda: a.rtp and b.rtp)
    for peer in plane.peers:
        await peer.close()
    await engine.stop()


@pytest.mark.uvloop
async def test_handshakes_get_through_20_percent_loss(plane: Plane):
    # Together, for each spends most of its time on waiting for the next try of what was lost.
    peers = [LoopbackPeer(loss=0.2, seed=seed) for seed in (1, 2)]
    await asyncio.gather(*(join(plane, f"p{number}", peer) for number, peer in enumerate(peers)))
    assert [peer.text_channel.readyState for peer in peers] == ["open", "open"]


async def test_no_datagram_of_ours_is_longer_than_the_least_mtu_carries(plane: Plane):
    a = await plane.join("a")
    # The handshake with its certificate, checks, and texts far longer than a datagram.
    for index in range(5):
        plane.engine.send_text(EndpointId("a"), str(index) * 60_000)
    await until(lambda: len(a.texts) == 5)
    assert a.longest_received > 1000
    assert a.longest_received <= MIN_MTU - HEADERS


async def test_half_open_handshakes_hold_little_and_the_thread_forgets_them():
    plane = Plane(replace(CONFIG, handshake_timeout_s=1.0, max_half_open=64))
    await plane.engine.start()
    crowd = LoopbackPeer()
    hello = crowd.client_hello()
    for index in range(64):
        name = EndpointId(f"c{index}")
        crowd.read_answer(await plane.engine.negotiate(RoomKey(name), name, crowd.offer()))
        crowd.send_raw(crowd.check_bytes())
        await asyncio.sleep(0)
        for _ in range(100):
            crowd.send_raw(hello)
    a, b = await asyncio.gather(_late(plane, "a"), _late(plane, "b"))
    a.send_rtp(voice(a, 1))
    await until(lambda: b.rtp)
    await until(lambda: len(plane.engine._endpoints) == 2)
    ends = [n for n in plane.said if isinstance(n, LinkChanged) and n.reason is not None]
    assert {n.reason for n in ends} == {EndpointClose.HANDSHAKE_TIMEOUT}
    await until(lambda: not plane.engine._closing)
    for peer in (a, b, crowd):
        await peer.close()
    await plane.engine.stop()


async def test_a_handshake_closed_in_the_very_turn_of_a_record_ends():
    plane = Plane()
    await plane.engine.start()
    crowd = LoopbackPeer()
    hello = crowd.client_hello()
    for turns in range(6):
        name = EndpointId(f"c{turns}")
        await plane.engine.negotiate(RoomKey(name), name, crowd.offer())
        association = plane.engine._endpoints[name].transport._association

        async def closed(association: Association = association, turns: int = turns) -> None:
            association._feed(hello)
            await asyncio.sleep(0.02)  # answered; from now on it waits with a limit
            association._feed(hello)
            for _ in range(turns):
                await asyncio.sleep(0)
            await association._close()

        async with asyncio.timeout(10):
            await plane.engine._handshakes.run(closed())
    await crowd.close()
    await plane.engine.stop()


async def _late(plane: Plane, name: str) -> LoopbackPeer:
    """Join once the crowd has left room."""
    peer = LoopbackPeer()
    async with asyncio.timeout(20):
        while True:
            try:
                answer = await plane.engine.negotiate(
                    RoomKey("room"), EndpointId(name), peer.offer()
                )
                break
            except NegotiationError:
                await asyncio.sleep(0.1)
    await peer.connect(answer)
    return peer


async def test_a_stopped_engine_leaves_both_kinds_of_port_free(plane: Plane):
    port = plane.engine.port
    await plane.engine.stop()
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", port))
