"""Voice repair and RED, the pacer and the cap on publishers, and the numbers of tracks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from media.config import MediaConfig
from media.forwarding.nack import SAYINGS
from media.forwarding.pacer import MAX_BYTES
from media.outputs import Output, SendRtcp, SendRtp
from media.plan import Kind, MediaPlan, PublishSection, Slot
from media.router import Router
from media.rtp import extensions, rtcp
from media.rtp.packet import parse_header
from tests.support.packets import ALICE, BOB, OPUS, RED, VP8_KEY, plan, red_payload, rtp

VOICE, PICTURE = 1500, 1000
BOB_VOICE, BOB_PICTURE = 100_000, 100_001


def with_voice(given: MediaPlan, *, red: bool = False, nack: bool = False) -> MediaPlan:
    codecs = (RED, OPUS) if red else (OPUS,)

    def sending(section: PublishSection) -> PublishSection:
        is_voice = section.kind is Kind.AUDIO
        return replace(section, codecs=codecs, nack=nack) if is_voice else section

    def receiving(slot: Slot) -> Slot:
        assert slot.audio is not None
        return replace(slot, audio=replace(slot.audio, codecs=codecs, nack=nack))

    return MediaPlan(
        tuple(sending(each) for each in given.publishing),
        tuple(receiving(each) for each in given.slots),
    )


def pair(alice: MediaPlan | None = None, bob: MediaPlan | None = None, **limits: float) -> Router:
    router = Router(MediaConfig(**limits), 1)  # type: ignore[arg-type]  # only the float fields are given
    router.add_endpoint(ALICE, alice or plan(1000), 0.0)
    router.add_endpoint(BOB, bob or plan(2000), 0.0)
    for endpoint in (ALICE, BOB):
        router.set_ready(endpoint, True, 0.0)
    router.drain()
    return router


def to_bob(outputs: Iterable[Output]) -> list[bytes]:
    return [o.packet for o in outputs if isinstance(o, SendRtp) and o.endpoint == BOB]


def send(router: Router, packet: bytes, now: float) -> list[bytes]:
    router.handle_rtp(ALICE, packet, now)
    return to_bob(router.drain())


def voice(number: int, payload: bytes = b"voice", payload_type: int = 111) -> bytes:
    return rtp(
        number, payload_type=payload_type, ssrc=VOICE, timestamp=number * 960, payload=payload
    )


def run(router: Router, until: float) -> list[Output]:
    outputs = router.drain()
    while (deadline := router.next_deadline()) is not None and deadline <= until:
        router.handle_timeout(deadline)
        outputs += router.drain()
    return outputs


def nacks(outputs: Iterable[Output]) -> list[rtcp.Nack]:
    return [
        packet
        for output in outputs
        if isinstance(output, SendRtcp) and output.endpoint == ALICE
        for packet in rtcp.parse(output.packet)
        if isinstance(packet, rtcp.Nack)
    ]


# Voice


def test_lost_voice_is_asked_for_where_agreed_and_given_up_soon() -> None:
    router = pair(with_voice(plan(1000), nack=True))
    send(router, voice(1), 1.0)
    send(router, voice(4), 1.0)
    asked = nacks(run(router, 3.0))
    assert {each.lost for each in asked} == {(2, 3)}
    assert SAYINGS <= len(asked) <= 2 * SAYINGS, "200 ms are soon over"


def test_voice_that_comes_again_takes_its_place() -> None:
    router = pair(with_voice(plan(1000), nack=True))
    (first,) = send(router, voice(1), 1.0)
    send(router, voice(3), 1.02)
    (late,) = send(router, voice(2, b"again"), 1.1)
    assert parse_header(late)[2] == parse_header(first)[2] + 1 & 0xFFFF
    assert nacks(run(router, 3.0)) == []


def test_a_subscriber_gets_lost_voice_again_where_agreed() -> None:
    router = pair(bob=with_voice(plan(2000), nack=True))
    (out,) = send(router, voice(1), 1.0)
    nack = rtcp.build_nack(5, BOB_VOICE, [parse_header(out)[2]])
    router.handle_rtcp(BOB, nack, 1.1)
    assert to_bob(router.drain()) == [out]


@pytest.mark.parametrize("red", [True, False])
def test_red_passes_where_spoken_and_is_unpacked_elsewhere(red: bool) -> None:
    router = pair(with_voice(plan(1000), red=True), with_voice(plan(2000), red=red))
    payload = red_payload(b"now", [(960, b"before")])
    send(router, voice(1, red_payload(b"before"), 63), 1.0)
    (out,) = send(router, voice(2, payload, 63), 1.02)
    assert out[1] & 0x7F == (63 if red else 111)
    assert out[parse_header(out)[7] :] == (payload if red else b"now")


def test_who_has_no_red_is_given_what_the_redundancy_saved() -> None:
    router = pair(with_voice(plan(1000), red=True))
    (first,) = send(router, voice(1, red_payload(b"one"), 63), 1.0)
    saved, third = send(router, voice(3, red_payload(b"three", [(960, b"two")]), 63), 1.04)
    for index, (packet, body) in enumerate(((first, b"one"), (saved, b"two"), (third, b"three"))):
        header = parse_header(packet)
        assert header[2] == parse_header(first)[2] + index & 0xFFFF
        assert header[3] == parse_header(first)[3] + 960 * index & 0xFFFFFFFF
        assert packet[header[7] :] == body


def test_broken_red_is_counted() -> None:
    router = pair(with_voice(plan(1000), red=True))
    assert send(router, voice(1, b"\xff", 63), 1.0) == []
    assert router.dropped["red"] == 1


def test_a_capture_time_passes_untouched() -> None:
    router = pair()
    captured = bytes(range(16))
    (out,) = send(router, rtp(1, elements={7: captured}), 1.0)
    header = parse_header(out)
    assert extensions.parse(out, header[5], header[6], header[7])[10] == captured


# Pace and rate


def keyframe(first: int, packets: int, timestamp: int = 0) -> list[bytes]:
    return [
        rtp(first + n, timestamp=timestamp, payload=VP8_KEY + bytes(1000)) for n in range(packets)
    ]


def test_a_burst_of_picture_waits_but_voice_never() -> None:
    router = pair()
    at_once = sum(len(send(router, packet, 1.0)) for packet in keyframe(1, 200))
    assert 0 < at_once < 60
    for step in range(5):
        assert len(send(router, voice(step), 1.0 + step * 0.001)) == 1
    later = to_bob(run(router, 5.0))
    assert len(later) == 200 - at_once
    numbers = [parse_header(packet)[2] for packet in later]
    assert numbers == [numbers[0] + n & 0xFFFF for n in range(len(numbers))]
    assert sum(router.pacer_stats()[BOB].delays) == len(later)


def test_what_waits_for_one_subscriber_is_bounded_and_begun_anew() -> None:
    router = pair(max_publisher_bps=1e12)
    send(router, rtp(0, payload=VP8_KEY), 0.0)
    sent: list[bytes] = []
    before = router.keyframe_requests
    for frame in range(40):
        for packet in keyframe(1 + frame * 50, 50, timestamp=frame):
            sent += send(router, packet, 5.0)
            assert router._endpoints[BOB].pacer._bytes <= MAX_BYTES
    assert router.dropped["pacing"] > 0
    assert router.keyframe_requests > before
    sent += to_bob(run(router, 10.0))
    numbers = [parse_header(packet)[2] for packet in sent]
    assert len(numbers) == 2000 - router.dropped["pacing"]
    gone = sorted(set(range(numbers[0], numbers[0] + 2000)) - set(numbers))
    router.handle_rtcp(BOB, rtcp.build_nack(5, BOB_PICTURE, gone[:400]), 10.0)
    assert to_bob(router.drain()) == []


def test_nothing_waits_for_who_has_gone_unready() -> None:
    router = pair()
    for packet in keyframe(1, 100):
        router.handle_rtp(ALICE, packet, 1.0)
    router.set_ready(BOB, False, 1.0)
    router.drain()
    assert to_bob(run(router, 5.0)) == []


def test_a_publisher_is_capped_and_its_voice_goes_on() -> None:
    router = pair(max_publisher_bps=10e6)
    passed = voices = 0
    for step in range(12_000):  # 50 Mbit/s for two seconds, with a voice
        now = 1.0 + step / 6000
        before = router.dropped["rate"]
        router.handle_rtp(ALICE, rtp(step, payload=bytes(1020)), now)
        passed += router.dropped["rate"] == before
        if step % 120 == 0:
            router.drain()
            voices += len(send(router, voice(step // 120), now))
        router.handle_timeout(now)
    router.drain()
    bits = passed * 1032 * 8
    assert 0.8 * 20e6 < bits < 1.8 * 20e6, "two seconds of the cap and what may come at once"
    assert voices == 100
    assert router.dropped["rate"] == 12_000 - passed


def test_a_flood_before_anything_valid_does_not_lock_a_publisher_out() -> None:
    router = pair(max_publisher_bps=1e6)
    for _ in range(2000):
        router.handle_rtp(ALICE, rtp(1, ssrc=9, payload_type=50, payload=bytes(1000)), 1.0)
    assert router.dropped["rate"] > 1000
    assert len(send(router, rtp(1), 3.0)) == 1


# Numbers


def test_track_numbers_tell_both_sides() -> None:
    router = pair(with_voice(plan(1000), nack=True))
    for number in (1, 2, 5):
        send(router, rtp(number, payload=b"12345"), 1.0)
    send(router, voice(1), 1.0)
    run(router, 1.1)
    block = rtcp.ReportBlock(BOB_PICTURE, 0, 7, 0, 900, 0, 0)
    router.handle_rtcp(BOB, rtcp.build_rr(5, [block]) + rtcp.build_pli(5, BOB_PICTURE), 1.2)
    stats = {(each.endpoint, each.publisher, each.kind): each for each in router.track_stats()}
    came = stats[ALICE, ALICE, "video"]
    assert (came.packets, came.octets, came.lost, came.rid) == (3, 15, 2, "")
    assert came.nacks >= 2
    assert came.plis >= 1
    went = stats[BOB, ALICE, "video"]
    assert (went.packets, went.octets, went.lost, went.jitter_s) == (3, 15, 7, 0.01)
    assert went.plis == 1
    assert stats[BOB, ALICE, "audio"].packets == 1
    assert router.pacer_stats()[BOB].passed == 3
