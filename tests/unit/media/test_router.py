from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.config import MediaConfig
from media.forwarding.demux import MAX_SSRCS
from media.forwarding.drops import DropReason
from media.forwarding.nack import SAYINGS
from media.ids import EndpointId
from media.outputs import (
    CodecPreferred,
    FirstPacket,
    Output,
    SendRtcp,
    SendRtp,
    SlotFill,
    SlotsChanged,
)
from media.plan import Extension, MediaPlan
from media.router import Router
from media.rtp import extensions, rtcp, transport_cc
from media.rtp.packet import parse_header
from tests.support.arrivals import ticks_of
from tests.support.packets import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    H264,
    IDS,
    VP8,
    VP8_DELTA,
    VP8_KEY,
    plan,
    publishing,
    rtp,
    rtx,
    slot,
)

INTERVAL_S = MediaConfig().keyframe_interval_s
VOICE, PICTURE, REPAIR = 1500, 1000, 1001  # Alice's SSRCs
BOB_VOICE, BOB_PICTURE, BOB_REPAIR = 100_000, 100_001, 100_002  # Bob's first slot's


def pair(
    *, ready: bool = True, alice: MediaPlan | None = None, bob: MediaPlan | None = None
) -> Router:
    router = Router(MediaConfig(), 1)
    router.add_endpoint(ALICE, alice or plan(1000), 0.0)
    router.add_endpoint(BOB, bob or plan(2000), 0.0)
    for endpoint in (ALICE, BOB):
        router.set_ready(endpoint, ready, 0.0)
    router.drain()
    return router


def sent_rtp(outputs: list[Output], to: EndpointId = BOB) -> list[bytes]:
    return [o.packet for o in outputs if isinstance(o, SendRtp) and o.endpoint == to]


def sent_rtcp(outputs: list[Output], to: EndpointId) -> list[rtcp.Packet]:
    compounds = [o.packet for o in outputs if isinstance(o, SendRtcp) and o.endpoint == to]
    for compound in compounds:
        assert compound[1] in (rtcp.SR, rtcp.RR), "a report comes first"
    return [packet for compound in compounds for packet in rtcp.parse(compound)]


def plis(outputs: list[Output], to: EndpointId = ALICE) -> list[rtcp.Packet]:
    return [packet for packet in sent_rtcp(outputs, to) if isinstance(packet, rtcp.Pli)]


def forward(
    router: Router, packet: bytes, now: float = 1.0, source: EndpointId = ALICE
) -> list[bytes]:
    router.handle_rtp(source, packet, now)
    return sent_rtp(router.drain(), BOB if source == ALICE else ALICE)


def elements(packet: bytes) -> dict[int, bytes]:
    header = parse_header(packet)
    return extensions.parse(packet, header[5], header[6], header[7])


def payload(packet: bytes) -> bytes:
    return packet[parse_header(packet)[7] :]


def run(router: Router, until: float) -> list[Output]:
    outputs = router.drain()
    while (deadline := router.next_deadline()) is not None and deadline <= until:
        router.handle_timeout(deadline)
        outputs += router.drain()
    return outputs


# Packets


def test_forwards_under_the_slot_s_numbers_and_ids() -> None:
    router = pair()
    packet = rtp(500, timestamp=7, marker=True, elements={1: b"\x85", 3: b"\x00\x01", 12: b"descr"})
    (out,) = forward(router, packet)
    header = parse_header(out)
    assert (header[1], header[4]) == (0x80 | 96, BOB_PICTURE)
    found = elements(out)
    assert set(found) == {9, 5, 6, 8}  # mid, send time, level, descriptor; no transport number
    assert (found[9], found[6], found[8]) == (b"rv0", b"\x85", b"descr")
    assert payload(out) == payload(packet)


@pytest.mark.parametrize("size", [0, 1, 2, 100, 1200])
def test_what_it_cannot_read_passes_byte_for_byte(size: int) -> None:
    router = pair()
    for number in range(5):
        secret = bytes((number * 37 + index * 101) % 256 for index in range(size))
        (out,) = forward(router, rtp(number, payload=secret, padding=4 * (number % 2)))
        assert payload(out)[:size] == secret
        assert out[0] & 0x20 == (0x20 if number % 2 else 0)
        (voice,) = forward(router, rtp(number, payload_type=111, ssrc=VOICE, payload=secret))
        assert payload(voice) == secret


def test_numbers_follow_the_source_s_gaps_and_order() -> None:
    router = pair()
    outs = [
        parse_header(forward(router, rtp(number, timestamp=number * 3))[0])
        for number in (65_533, 65_534, 0, 65_535, 3)
    ]
    first = outs[0][2]
    assert [(header[2] - first) & 0xFFFF for header in outs] == [0, 1, 3, 2, 6]
    start = outs[0][3] - 65_533 * 3
    assert outs[2][3] == start & 0xFFFFFFFF
    assert {header[4] for header in outs} == {BOB_PICTURE}


def test_the_mid_is_written_at_first_only() -> None:
    router = pair()
    mids = [9 in elements(forward(router, rtp(number))[0]) for number in range(100)]
    assert mids == [True] * 64 + [False] * 36


def test_nothing_goes_to_who_is_not_ready() -> None:
    router = pair(ready=False)
    assert forward(router, rtp(1)) == []
    router.set_ready(BOB, True, 1.0)
    assert len(forward(router, rtp(2))) == 1
    router.set_ready(BOB, False, 1.0)
    assert forward(router, rtp(3)) == []


def test_what_was_not_sent_while_not_ready_leaves_no_gap() -> None:
    router = pair()
    before = parse_header(forward(router, rtp(1))[0])[2]
    router.set_ready(BOB, False, 1.0)
    forward(router, rtp(2))
    router.set_ready(BOB, True, 1.0)
    assert parse_header(forward(router, rtp(3))[0])[2] == before + 1 & 0xFFFF


def test_a_copy_is_dropped() -> None:
    router = pair()
    forward(router, rtp(1))
    assert forward(router, rtp(1)) == []
    assert router.dropped["duplicate"] == 1


def test_a_codec_the_slot_has_not_is_dropped_without_a_gap() -> None:
    alice = MediaPlan(publishing(video=(VP8, H264)), (slot(0, 50_000),))
    router = pair(alice=alice)
    before = parse_header(forward(router, rtp(1))[0])[2]
    assert forward(router, rtp(2, payload_type=H264.payload_type)) == []
    assert router.dropped["codec"] == 1
    assert parse_header(forward(router, rtp(3))[0])[2] == before + 1 & 0xFFFF


def test_payload_types_are_translated() -> None:
    bob = MediaPlan(publishing(2000), (slot(0, 100_000, video=(H264, VP8)),))
    other = MediaPlan(publishing(video=(VP8, H264)), ())
    router = pair(alice=other, bob=bob)
    assert forward(router, rtp(1, payload_type=102, marker=True))[0][1] == 0x80 | 102


def test_a_jump_is_a_restart_once_confirmed() -> None:
    router = pair()
    before = parse_header(forward(router, rtp(100))[0])[2]
    assert forward(router, rtp(20_000)) == []
    assert forward(router, rtp(20_001)) == []
    assert router.dropped["jump"] == 2
    assert parse_header(forward(router, rtp(20_002))[0])[2] == before + 1 & 0xFFFF


def test_a_single_wild_number_changes_nothing() -> None:
    router = pair()
    before = parse_header(forward(router, rtp(100))[0])[2]
    forward(router, rtp(20_000))
    assert parse_header(forward(router, rtp(101))[0])[2] == before + 1 & 0xFFFF


# Which publication


def test_ssrcs_not_announced_are_told_by_mid_or_payload_type() -> None:
    router = pair(alice=MediaPlan(publishing(announce=False), ()))
    (by_mid,) = forward(router, rtp(1, ssrc=77, elements={IDS[Extension.MID]: b"v"}))
    (by_type,) = forward(router, rtp(1, ssrc=78, payload_type=111))
    assert parse_header(by_mid)[4] == BOB_PICTURE
    assert parse_header(by_type)[4] == BOB_VOICE


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "malformed"),
        (rtp(1, ssrc=9, payload_type=50), "unknown_ssrc"),
        (rtp(1, payload_type=50), "payload_type"),
        (rtp(1, payload_type=97, ssrc=REPAIR), "unknown_ssrc"),  # a repair of nothing
        (b"\x90" + rtp(1)[1:12] + b"\xbe\xde\x00\x01\x1f\x00\x00\x00", "malformed"),
    ],
)
def test_what_belongs_nowhere_is_counted(packet: bytes, reason: str) -> None:
    router = pair()
    assert forward(router, packet) == []
    assert router.dropped[reason] == 1


def test_strangers_are_counted() -> None:
    router = pair()
    router.handle_rtp(DAVE, rtp(1), 0.0)
    router.handle_rtcp(DAVE, rtcp.build_rr(1), 0.0)
    router.handle_rtcp(ALICE, b"nonsense", 0.0)
    assert (router.dropped["unknown_endpoint"], router.dropped["rtcp_malformed"]) == (2, 1)


def test_a_sender_cannot_teach_ssrcs_without_end() -> None:
    router = pair(alice=MediaPlan(publishing(announce=False), ()))
    for ssrc in range(5000):
        router.handle_rtp(ALICE, rtp(1, ssrc=ssrc), ssrc * 0.001)
    assert router.dropped["ssrc_limit"] == 5000 - MAX_SSRCS


def test_a_second_ssrc_waits_until_the_first_is_silent() -> None:
    router = pair(alice=MediaPlan(publishing(announce=False), ()))
    first = parse_header(forward(router, rtp(1, ssrc=77), 1.0)[0])
    assert forward(router, rtp(9000, ssrc=78), 1.1) == []
    assert router.dropped["layer"] == 1
    after = parse_header(forward(router, rtp(9001, ssrc=78), 2.0)[0])
    assert after[2] == first[2] + 1 & 0xFFFF
    assert after[3] == first[3] + 90_000 & 0xFFFFFFFF
    assert forward(router, rtp(2, ssrc=77), 2.1) == []


def test_after_a_bye_the_next_ssrc_is_taken_at_once() -> None:
    router = pair(alice=MediaPlan(publishing(announce=False), ()))
    forward(router, rtp(1, ssrc=77), 1.0)
    router.handle_rtcp(ALICE, rtcp.build_rr(1) + rtcp.build_bye([77, 5]), 1.0)
    assert len(forward(router, rtp(9000, ssrc=78), 1.01)) == 1


def test_a_repair_becomes_the_packet_it_repairs() -> None:
    router = pair()
    first = parse_header(forward(router, rtp(1))[0])[2]
    forward(router, rtp(3))
    (out,) = forward(router, rtx(rtp(2, payload=b"\x10\x01lost"), 9))
    assert parse_header(out)[2] == first + 1 & 0xFFFF
    assert parse_header(out)[4] == BOB_PICTURE
    assert payload(out) == b"\x10\x01lost"
    assert forward(router, rtx(rtp(2), 10)) == []
    assert router.dropped["duplicate"] == 1


def test_an_unannounced_repair_is_told_by_its_payload_type() -> None:
    router = pair(alice=MediaPlan(publishing(announce=False), ()))
    forward(router, rtp(1, ssrc=77))
    forward(router, rtp(3, ssrc=77))
    assert len(forward(router, rtx(rtp(2, ssrc=77), 9, ssrc=4444))) == 1
    assert len(forward(router, rtx(rtp(4, ssrc=77), 10, ssrc=4444))) == 1


def test_old_repairs_are_no_restart() -> None:
    router = pair()
    before = parse_header(forward(router, rtp(20_000))[0])[2]
    for number in (100, 101, 102):
        assert forward(router, rtx(rtp(number), number)) == []
    assert parse_header(forward(router, rtp(20_001))[0])[2] == before + 1 & 0xFFFF


def test_repairs_pass_extensions_on_and_show_keyframes() -> None:
    router = pair()
    forward(router, rtp(1), 1.0)
    router.handle_rtcp(BOB, rtcp.build_pli(5, BOB_PICTURE), 5.0)
    router.drain()
    repair = rtp(
        1, payload_type=97, ssrc=REPAIR, payload=b"\x00\x02" + VP8_KEY, elements={12: b"dd"}
    )
    (out,) = forward(router, repair, 5.1)
    assert elements(out)[8] == b"dd"
    assert plis(run(router, 100.0)) == []


def test_probes_are_no_media() -> None:
    router = pair()
    forward(router, rtp(1))
    assert forward(router, rtp(5, payload_type=97, ssrc=REPAIR, payload=b"", padding=200)) == []
    assert router.dropped["padding"] == 1


# Slots


def fills(router: Router, endpoint: EndpointId) -> list[tuple[EndpointId | None, ...]]:
    return [
        tuple(fill.publisher for fill in output.slots)
        for output in router.drain()
        if isinstance(output, SlotsChanged) and output.endpoint == endpoint
    ]


def test_each_gets_a_slot_for_each_other() -> None:
    router = Router(MediaConfig(), 1)
    router.add_endpoint(ALICE, plan(1000), 0.0)
    assert router.drain() == [
        SlotsChanged(ALICE, (SlotFill("ra0", "rv0", None), SlotFill("ra1", "rv1", None)))
    ]
    router.add_endpoint(BOB, plan(2000), 0.0)
    assert fills(router, ALICE) == [(BOB, None)]
    router.add_endpoint(CAROL, plan(3000), 0.0)
    assert fills(router, CAROL) == [(ALICE, BOB)]


def test_slots_are_stable_and_freed_for_who_waits() -> None:
    router = Router(MediaConfig(), 1)
    for index, endpoint in enumerate((ALICE, BOB, CAROL, DAVE)):
        router.add_endpoint(endpoint, plan(1000 * (index + 1)), 0.0)
    assert fills(router, ALICE)[-1] == (BOB, CAROL)
    router.remove_endpoint(BOB, 1.0)
    assert fills(router, ALICE) == [(DAVE, CAROL)]
    router.remove_endpoint(BOB, 1.0)
    assert router.drain() == []


def test_a_slot_s_next_source_continues_its_numbers() -> None:
    router = pair(bob=plan(2000, slots=1))
    (before,) = forward(router, rtp(1))
    router.remove_endpoint(ALICE, 1.0)
    router.add_endpoint(CAROL, plan(3000), 1.0)
    router.drain()
    router.handle_rtp(CAROL, rtp(60_000, ssrc=3000), 3.0)
    (after,) = sent_rtp(router.drain())
    assert parse_header(after)[4] == parse_header(before)[4] == BOB_PICTURE
    assert parse_header(after)[2] == parse_header(before)[2] + 1 & 0xFFFF
    assert parse_header(after)[3] == parse_header(before)[3] + 180_000 & 0xFFFFFFFF
    assert elements(after)[9] == b"rv0"


def test_a_renegotiation_keeps_the_numbering() -> None:
    router = pair()
    before = parse_header(forward(router, rtp(1))[0])[2]
    router.update_endpoint(BOB, plan(2000), 1.0)
    router.update_endpoint(ALICE, plan(1000), 1.0)
    assert router.drain() == []
    assert parse_header(forward(router, rtp(2))[0])[2] == before + 1 & 0xFFFF


def test_a_renegotiation_can_change_sections() -> None:
    router = pair()
    router.update_endpoint(ALICE, MediaPlan((), plan(1000).slots), 1.0)
    assert forward(router, rtp(1)) == []
    assert router.dropped["unknown_ssrc"] == 1
    router.update_endpoint(BOB, plan(2000, slots=1), 1.0)
    assert fills(router, BOB) == [(ALICE,)]
    router.update_endpoint(CAROL, plan(3000), 1.0)
    assert fills(router, CAROL) == [(ALICE, BOB)]
    router.add_endpoint(CAROL, plan(3000, slots=1), 1.0)
    assert fills(router, CAROL) == [(ALICE,)]


def test_first_packet_is_told_once() -> None:
    router = pair()
    told = []
    for number in range(3):  # with silences in which the timers stop
        router.handle_rtp(ALICE, rtp(number), 1.0 + 9 * number)
        router.handle_rtp(ALICE, rtp(number, payload_type=111, ssrc=VOICE), 2.0 + 9 * number)
        told += [o for o in run(router, 8.0 + 9 * number) if isinstance(o, FirstPacket)]
    assert told == [FirstPacket(ALICE)]


# Codecs


def preferences(router: Router) -> list[CodecPreferred]:
    return [output for output in router.drain() if isinstance(output, CodecPreferred)]


def test_who_sends_what_not_all_speak_is_told() -> None:
    router = Router(MediaConfig(), 1)
    both = MediaPlan(publishing(video=(H264, VP8)), (slot(0, 50_000, video=(H264, VP8)),))
    router.add_endpoint(ALICE, both, 0.0)
    router.set_ready(ALICE, True, 0.0)
    assert preferences(router) == [CodecPreferred(ALICE, "VP8")]  # ours leads with VP8
    router.add_endpoint(BOB, plan(2000), 0.0)
    router.set_ready(BOB, True, 0.0)
    assert preferences(router) == []  # Bob sends VP8 already


def test_the_choice_follows_who_is_here() -> None:
    router = Router(MediaConfig(video_codecs=("H264", "VP8")), 1)
    both = MediaPlan(publishing(video=(H264, VP8)), (slot(0, 50_000, video=(H264, VP8)),))
    router.add_endpoint(ALICE, both, 0.0)
    router.set_ready(ALICE, True, 0.0)
    assert preferences(router) == []
    router.add_endpoint(BOB, plan(2000), 0.0)
    assert preferences(router) == [CodecPreferred(ALICE, "VP8")]
    router.remove_endpoint(BOB, 0.0)
    assert preferences(router) == [CodecPreferred(ALICE, "H264")]


# Keyframes


def test_a_new_subscriber_gets_a_keyframe_at_once() -> None:
    router = pair()
    forward(router, rtp(1, payload=VP8_KEY), 1.0)
    router.add_endpoint(CAROL, plan(3000), 5.0)
    router.drain()
    router.set_ready(CAROL, True, 5.0)
    assert plis(router.drain()) == [rtcp.Pli(1, PICTURE)]
    assert router.keyframe_requests == 1


@pytest.mark.parametrize(
    "asked", [rtcp.build_pli(5, BOB_PICTURE), rtcp.build_fir(5, BOB_PICTURE, 1)]
)
def test_subscribers_requests_pass_up_at_most_once_an_interval(asked: bytes) -> None:
    router = pair()
    forward(router, rtp(1, payload=VP8_KEY), 1.0)
    for step in range(10):
        router.handle_rtcp(BOB, rtcp.build_rr(5) + asked, 5.0 + step * 0.01)
    assert len(plis(router.drain())) == 1
    assert len(plis(run(router, 5.0 + INTERVAL_S))) == 1  # a later one is not lost
    forward(router, rtp(2, payload=VP8_KEY), 5.6)
    assert plis(run(router, 20.0)) == []


def test_a_keyframe_answers_the_request_that_waited() -> None:
    router = pair()
    forward(router, rtp(1, payload=VP8_KEY), 1.0)
    for at in (5.0, 5.1):
        router.handle_rtcp(BOB, rtcp.build_pli(5, BOB_PICTURE), at)
    router.drain()
    forward(router, rtp(2, payload=VP8_KEY), 5.2)
    assert plis(run(router, 20.0)) == []


def test_requests_repeat_until_a_keyframe_and_then_end() -> None:
    router = pair()
    forward(router, rtp(1, payload=b"\xff"), 1.0)
    router.handle_rtcp(BOB, rtcp.build_pli(5, BOB_PICTURE), 5.0)
    asked = plis(run(router, 100.0))
    assert 2 < len(asked) < 10


def test_a_dependency_descriptor_shows_a_keyframe_of_a_secret_payload() -> None:
    router = pair()
    forward(router, rtp(1, payload=b"\xff"), 1.0)
    router.handle_rtcp(BOB, rtcp.build_pli(5, BOB_PICTURE), 5.0)
    router.drain()
    forward(router, rtp(2, payload=b"\xff", elements={12: b"\x80\x00\x01\x80"}), 5.1)
    assert plis(run(router, 100.0)) == []


def test_requests_for_voice_or_nothing_are_ignored() -> None:
    router = pair()
    for ssrc in (BOB_VOICE, 5, BOB_REPAIR):
        router.handle_rtcp(BOB, rtcp.build_pli(5, ssrc), 1.0)
    assert router.drain() == []


def test_after_a_path_move_both_ways_are_asked() -> None:
    router = pair()
    forward(router, rtp(1, payload=VP8_KEY), 1.0)
    forward(router, rtp(1, payload=VP8_KEY, ssrc=2000), 1.0, BOB)
    router.request_keyframes(ALICE, 5.0)
    outputs = router.drain()
    assert plis(outputs, ALICE) == [rtcp.Pli(1, 1000)]
    assert plis(outputs, BOB) == [rtcp.Pli(1, 2000)]
    router.request_keyframes(DAVE, 5.0)
    assert router.drain() == []


# Retransmission


def test_a_subscriber_s_nack_is_answered_by_rtx() -> None:
    router = pair()
    outs = [forward(router, rtp(n, payload=VP8_DELTA + bytes([n])), 1.0)[0] for n in range(3)]
    wanted = parse_header(outs[1])[2]
    router.handle_rtcp(BOB, rtcp.build_nack(5, BOB_PICTURE, [wanted]), 1.1)
    (again,) = sent_rtp(router.drain())
    header = parse_header(again)
    assert (header[1], header[4]) == (97, BOB_REPAIR)
    assert payload(again) == wanted.to_bytes(2, "big") + payload(outs[1])
    assert router.retransmissions == 1
    router.handle_rtcp(BOB, rtcp.build_nack(5, BOB_PICTURE, [wanted]), 1.105)
    assert sent_rtp(router.drain()) == []


def test_without_rtx_the_packet_itself_goes_again() -> None:
    bob = MediaPlan(publishing(2000), (slot(0, 100_000, rtx=False),))
    router = pair(bob=bob)
    (out,) = forward(router, rtp(1))
    router.handle_rtcp(BOB, rtcp.build_nack(5, BOB_PICTURE, [parse_header(out)[2]]), 1.1)
    assert sent_rtp(router.drain()) == [out]


def test_nacks_for_voice_strangers_and_the_unready_are_ignored() -> None:
    router = pair()
    (voice,) = forward(router, rtp(1, payload_type=111, ssrc=VOICE))
    number = parse_header(voice)[2]
    for ssrc in (BOB_VOICE, 5):
        router.handle_rtcp(BOB, rtcp.build_nack(5, ssrc, [number]), 1.1)
    (picture,) = forward(router, rtp(1))
    router.set_ready(BOB, False, 1.1)
    router.handle_rtcp(BOB, rtcp.build_nack(5, BOB_PICTURE, [parse_header(picture)[2]]), 1.2)
    assert sent_rtp(router.drain()) == []


def test_a_flood_of_nacks_does_not_amplify() -> None:
    router = pair()
    for number in range(200):
        forward(router, rtp(number, payload=bytes(1000)), 1.0 + number * 0.003)
    sent = router.bytes_out
    everything = rtcp.build_nack(5, BOB_PICTURE, [])[:12]
    first = parse_header(forward(router, rtp(200), 1.61)[0])[2]
    numbers = [(first - back) for back in range(200, 0, -1)]
    flood = rtcp.build_nack(5, BOB_PICTURE, [number + 0x10000 for number in numbers])
    for step in range(300):
        router.handle_rtcp(BOB, flood + everything, 1.62 + step * 0.002)
    assert router.bytes_out - sent <= sent + 2000


def test_what_a_publisher_lost_is_asked_for() -> None:
    router = pair()
    for number in (1, 2, 5, 6):
        forward(router, rtp(number), 1.0)
    asked = [p for p in sent_rtcp(run(router, 1.05), ALICE) if isinstance(p, rtcp.Nack)]
    assert asked == [rtcp.Nack(1, PICTURE, (3, 4))] * SAYINGS, "each request is repeated"
    forward(router, rtx(rtp(3), 1), 1.06)
    asked = [p for p in sent_rtcp(run(router, 1.2), ALICE) if isinstance(p, rtcp.Nack)]
    assert asked[0] == rtcp.Nack(1, PICTURE, (4,))


def test_lost_voice_is_not_asked_for() -> None:
    router = pair()
    for number in (1, 5):
        forward(router, rtp(number, payload_type=111, ssrc=VOICE), 1.0)
    assert not [p for p in sent_rtcp(run(router, 3.0), ALICE) if isinstance(p, rtcp.Nack)]


# Reports


def test_publishers_get_receiver_reports_while_they_send() -> None:
    router = pair()
    for number in (1, 2, 4):
        forward(router, rtp(number), 1.0)
    forward(router, rtp(1, payload_type=111, ssrc=VOICE), 1.0)
    reports = [
        p
        for p in sent_rtcp(run(router, 10.0), ALICE)
        if isinstance(p, rtcp.ReceiverReport) and p.blocks
    ]
    assert len(reports) == 1
    picture, voice = sorted(reports[0].blocks)
    assert (picture.ssrc, picture.cumulative_lost, picture.fraction_lost) == (PICTURE, 1, 64)
    assert (voice.ssrc, voice.cumulative_lost) == (VOICE, 0)
    assert router.next_deadline() is None or router.next_deadline() > 10.0


def test_sender_reports_are_translated_and_share_a_clock() -> None:
    router = pair()
    (picture,) = forward(router, rtp(1, timestamp=1000, payload=VP8_KEY + bytes(98)))
    forward(router, rtp(1, timestamp=77, payload_type=111, ssrc=VOICE))
    ntp = 0x1234_5678_9ABC_DEF0
    for ssrc, timestamp in ((PICTURE, 1900), (VOICE, 557)):
        report = rtcp.SenderReport(ssrc, ntp, timestamp, 9, 9)
        router.handle_rtcp(ALICE, rtcp.build_sr(report) + rtcp.build_sdes(ssrc, b"x"), 1.0)
    told = sent_rtcp(router.drain(), BOB)
    reports = {p.ssrc: p for p in told if isinstance(p, rtcp.SenderReport)}
    names = {p.ssrc: p.cname for p in told if isinstance(p, rtcp.SourceDescription)}
    out = reports[BOB_PICTURE]
    assert (out.ntp, out.packets, out.octets) == (ntp, 1, 100)
    assert out.timestamp == parse_header(picture)[3] + 900 & 0xFFFFFFFF
    assert reports[BOB_VOICE].ntp == ntp
    assert names[BOB_VOICE] == names[BOB_PICTURE] == b"slot-0"


def test_a_new_subscriber_gets_the_last_sender_report_with_its_first_packets() -> None:
    router = pair()
    forward(router, rtp(1))
    router.handle_rtcp(ALICE, rtcp.build_sr(rtcp.SenderReport(PICTURE, 5 << 32, 0, 1, 1)), 1.0)
    router.add_endpoint(CAROL, plan(3000), 2.0)
    router.set_ready(CAROL, True, 2.0)
    router.drain()
    router.handle_rtp(ALICE, rtp(2), 2.0)
    told = sent_rtcp(router.drain(), CAROL)
    assert [p.ntp for p in told if isinstance(p, rtcp.SenderReport)] == [5 << 32]
    router.handle_rtp(ALICE, rtp(3), 2.0)
    assert sent_rtcp(router.drain(), CAROL) == []


def test_reports_of_what_is_not_carried_go_nowhere() -> None:
    router = pair()
    for ssrc in (PICTURE, 5):
        router.handle_rtcp(ALICE, rtcp.build_sr(rtcp.SenderReport(ssrc, 1 << 32, 0, 1, 1)), 1.0)
    assert sent_rtcp(router.drain(), BOB) == []


def test_the_subscriber_s_round_trip_spaces_its_retransmissions() -> None:
    router = pair()
    (out,) = forward(router, rtp(1), 1.0)
    router.handle_rtcp(ALICE, rtcp.build_sr(rtcp.SenderReport(PICTURE, 5 << 16, 0, 1, 1)), 1.0)
    echo = rtcp.ReportBlock(BOB_PICTURE, 0, 0, 0, 0, 5, 0)
    stranger = rtcp.ReportBlock(5, 0, 0, 0, 0, 5, 0)
    router.handle_rtcp(BOB, rtcp.build_rr(9, [echo, stranger]), 1.2)  # 200 ms
    nack = rtcp.build_nack(5, BOB_PICTURE, [parse_header(out)[2]])
    counts = []
    for at in (1.3, 1.4, 1.45, 1.55):
        router.handle_rtp(ALICE, rtp(int(at * 1000), payload=bytes(500)), at)
        router.handle_rtcp(BOB, nack, at)
        counts.append(router.retransmissions)
    assert counts == [1, 1, 1, 2]


def test_transport_feedback_while_packets_come() -> None:
    router = pair()
    router.handle_rtp(ALICE, rtp(1, elements={3: b"\x00\x10"}), 1.0)
    router.handle_rtp(ALICE, rtp(1, ssrc=VOICE, payload_type=111, elements={3: b"\x00\x12"}), 1.01)
    router.handle_rtp(ALICE, rtp(9, ssrc=REPAIR, payload_type=97, elements={3: b"\x00\x13"}), 1.02)
    found = [p for p in sent_rtcp(run(router, 30.0), ALICE) if isinstance(p, rtcp.Feedback)]
    (message,) = found
    arrivals = transport_cc.parse(message.information)
    assert arrivals.base == 0x10
    assert [tick is not None for tick in ticks_of(arrivals)] == [True, False, True, True]
    assert router.next_deadline() is None or router.next_deadline() > 30.0


# Hostility


@given(st.lists(st.binary(max_size=60), max_size=30))
def test_arbitrary_bytes_are_counted_and_nothing_else(packets: list[bytes]) -> None:
    router = pair()
    for index, packet in enumerate(packets):
        router.handle_rtp(ALICE, packet, index / 10)
        router.handle_rtcp(BOB, packet, index / 10)
        router.handle_timeout(index / 10)
    assert router.dropped["malformed"] <= len(packets)
    assert len(forward(router, rtp(1), 100.0)) == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF),
            st.sampled_from([PICTURE, REPAIR, VOICE, 5, 6]),
            st.sampled_from([96, 97, 111, 50]),
            st.binary(max_size=6),
            st.dictionaries(st.sampled_from([1, 2, 3, 4, 12, 200]), st.binary(max_size=20)),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_lying_packets_never_raise(
    packets: list[tuple[int, int, int, bytes, dict[int, bytes], bool]],
) -> None:
    router = pair()
    numbers: dict[tuple[int, int], bytes] = {}
    for index, (sequence, ssrc, kind, body, found, two_byte) in enumerate(packets):
        packet = rtp(
            sequence, ssrc=ssrc, payload_type=kind, payload=body, elements=found, two_byte=two_byte
        )
        for out in forward(router, packet, index / 20):
            header = parse_header(out)
            assert numbers.setdefault((header[4], header[2]), out) is out, "a number used twice"
        run(router, index / 20)
    assert sum(router.dropped.values()) <= len(packets)


def test_drop_reasons_are_all_there_from_the_start() -> None:
    assert set(pair().dropped) == {reason.value for reason in DropReason}
    assert sum(pair().dropped.values()) == 0
