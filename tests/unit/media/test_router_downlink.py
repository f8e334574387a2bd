"""Transport-wide numbers toward a subscriber, and what its feedback says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from media.config import MediaConfig
from media.forwarding.drops import DropReason
from media.outputs import Output, SendRtp
from media.plan import Kind, MediaPlan, Slot, SlotSection
from media.router import Router
from media.rtp import extensions, rtcp, transport_cc
from media.rtp.packet import parse_header
from media.stats import DownlinkStats
from tests.support.arrivals import arrivals
from tests.support.packets import (
    ALICE,
    BOB,
    NUMBERED_SLOT_IDS,
    OPUS,
    RED,
    SLOT_IDS,
    VP8,
    VP8_DELTA,
    VP8_KEY,
    plan,
    red_payload,
    rtp,
)

VOICE, PICTURE = 1500, 1000
BOB_VOICE, BOB_PICTURE, BOB_REPAIR = 100_000, 100_001, 100_002
NUMBER_ID = 7
LISTENING = plan(2000, transport_cc=True)


def change_voice(given: MediaPlan, **changes: object) -> MediaPlan:
    """The plan with other voice sections in its slots."""

    def receiving(slot: Slot) -> Slot:
        assert slot.audio is not None
        return replace(slot, audio=replace(slot.audio, **changes))  # type: ignore[arg-type]

    return replace(given, slots=tuple(receiving(each) for each in given.slots))


def change_picture(given: MediaPlan, **changes: object) -> MediaPlan:
    def receiving(slot: Slot) -> Slot:
        assert slot.video is not None
        return replace(slot, video=replace(slot.video, **changes))  # type: ignore[arg-type]

    return replace(given, slots=tuple(receiving(each) for each in given.slots))


def room(bob: MediaPlan = LISTENING, alice: MediaPlan | None = None, **limits: float) -> Router:
    router = Router(MediaConfig(**limits), 1)  # type: ignore[arg-type]  # only the float fields are given
    router.add_endpoint(ALICE, alice or plan(1000), 0.0)
    router.add_endpoint(BOB, bob, 0.0)
    for endpoint in (ALICE, BOB):
        router.set_ready(endpoint, True, 0.0)
    router.drain()
    return router


def to_bob(outputs: Iterable[Output]) -> list[bytes]:
    return [o.packet for o in outputs if isinstance(o, SendRtp) and o.endpoint == BOB]


def send(router: Router, packet: bytes, now: float) -> list[bytes]:
    router.handle_rtp(ALICE, packet, now)
    return to_bob(router.drain())


def run(router: Router, until: float) -> list[bytes]:
    outputs: list[Output] = []
    while (deadline := router.next_deadline()) is not None and deadline <= until:
        router.handle_timeout(deadline)
        outputs += router.drain()
    return to_bob(outputs)


def voice(number: int, payload: bytes = b"voice", **more: object) -> bytes:
    given = {"payload_type": 111, "ssrc": VOICE, "timestamp": number * 960, **more}
    return rtp(number, payload=payload, **given)  # type: ignore[arg-type]


def picture(number: int, size: int = 900, **more: object) -> bytes:
    head = VP8_DELTA if number else VP8_KEY
    return rtp(number, timestamp=number * 3000, payload=head + bytes(size), **more)  # type: ignore[arg-type]


def number_of(packet: bytes) -> int:
    """The transport-wide number; every packet must have one, first of all elements."""
    header = parse_header(packet)
    found = extensions.parse(packet, header[5], header[6], header[7])
    assert next(iter(found)) == NUMBER_ID
    return int.from_bytes(found[NUMBER_ID], "big")


def numbers(packets: Iterable[bytes]) -> list[int]:
    return [number_of(packet) for packet in packets]


def feedback(*ticks: int | None, base: int = 0) -> bytes:
    information = transport_cc.build(arrivals(base, 5, 0, ticks))
    return rtcp.build_rr(7) + rtcp.build_feedback(
        rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 7, 0, information
    )


def stats(router: Router) -> DownlinkStats:
    return router.downlink_stats()[BOB]


def test_one_numbering_spans_voice_and_picture() -> None:
    router = room()
    sent: list[bytes] = []
    for number in range(4):
        sent += send(router, picture(number), 1.0 + number / 100)
        sent += send(router, voice(number, elements={1: b"\x85"}), 1.005 + number / 100)
    assert {parse_header(packet)[4] for packet in sent} == {BOB_VOICE, BOB_PICTURE}
    assert numbers(sent) == list(range(8))
    assert stats(router).sent == 8
    assert stats(router).sent_bytes == sum(map(len, sent))


def test_who_did_not_agree_gets_no_number_and_is_not_listened_to() -> None:
    router = room(plan(2000))
    (packet,) = send(router, picture(0), 1.0)
    header = parse_header(packet)
    assert set(extensions.parse(packet, header[5], header[6], header[7])) == {9, 5}
    router.handle_rtcp(BOB, feedback(0), 1.1)
    assert router.downlink_stats() == {}
    assert router.dropped[DropReason.RTCP_MALFORMED] == 0


def test_one_section_may_have_numbers_and_the_other_none() -> None:
    router = room(change_voice(LISTENING, transport_cc=False, extensions=SLOT_IDS))
    (spoken,) = send(router, voice(0), 1.0)
    header = parse_header(spoken)
    assert NUMBER_ID not in extensions.parse(spoken, header[5], header[6], header[7])
    assert numbers(send(router, picture(0), 1.0)) == [0]
    assert stats(router).sent == 1


def test_feedback_tells_what_came() -> None:
    router = room()
    sent = [send(router, picture(number), 1.0 + number / 100)[0] for number in range(5)]
    router.handle_rtcp(BOB, feedback(0, 40, None, 80), 1.2)
    assert stats(router) == DownlinkStats(
        sent=5,
        sent_bytes=sum(map(len, sent)),
        acked=3,
        acked_bytes=sum(len(sent[index]) for index in (0, 1, 3)),
        lost=1,
    )
    router.handle_rtcp(BOB, feedback(200, 201, base=2), 1.3)
    assert (stats(router).late, stats(router).unmatched) == (1, 1)


@pytest.mark.parametrize("ticks", [(0,) * 9, (0, None) * 4])
def test_lies_are_counted_and_change_nothing(ticks: tuple[int | None, ...]) -> None:
    router = room()
    send(router, picture(0), 1.0)
    router.handle_rtcp(BOB, feedback(*ticks), 1.2)
    assert (stats(router).acked, stats(router).lost, stats(router).refused) == (0, 0, 1)
    assert router.dropped[DropReason.RTCP_MALFORMED] == 1


def test_what_waits_is_numbered_when_it_goes() -> None:
    router = room(pacing_floor_bps=300_000.0)
    sent: list[bytes] = []
    for number in range(60):  # more than the pacer lets through at once
        sent += send(router, picture(number), 1.0)
        if number % 10 == 0:
            sent += send(router, voice(number), 1.0)
    assert len(sent) < 60
    sent += run(router, 5.0)
    assert len(sent) == 66
    assert numbers(sent) == list(range(66)), "in the order in which they went"
    pictures = [packet for packet in sent if parse_header(packet)[4] == BOB_PICTURE]
    sequences = [parse_header(packet)[2] for packet in pictures]
    assert sequences == list(range(sequences[0], sequences[0] + 60)), "nothing else was touched"
    assert all(packet[parse_header(packet)[7] :][2:] == bytes(900) for packet in pictures)
    assert stats(router).sent_bytes == sum(map(len, sent))


def test_a_retransmission_is_numbered_anew() -> None:
    router = room()
    sent = [send(router, picture(number), 1.0 + number / 100)[0] for number in range(3)]
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_PICTURE, [parse_header(sent[1])[2]]), 1.2)
    (again,) = to_bob(router.drain())
    header = parse_header(again)
    assert header[4] == BOB_REPAIR
    assert again[header[7] + 2 :] == sent[1][parse_header(sent[1])[7] :]
    assert number_of(again) == 3
    assert numbers(send(router, picture(3), 1.3)) == [4]


def test_a_retransmission_that_waits_is_numbered_when_it_goes() -> None:
    router = room(pacing_floor_bps=300_000.0)
    (first,) = send(router, picture(0), 1.0)
    sent = [first]
    for number in range(1, 50):
        sent += send(router, picture(number), 1.1)
    at_once = len(sent)
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_PICTURE, [parse_header(first)[2]]), 1.2)
    later = to_bob(router.drain()) + run(router, 5.0)
    assert BOB_REPAIR in {parse_header(packet)[4] for packet in later}
    assert numbers(later) == list(range(at_once, 51))


def listen(router: Router, lost_every: int) -> bytes:
    """Nine seconds of picture over a line that loses by itself; returns the last packet sent."""
    number, sent = 0, b""
    for report in range(90):
        reference, before = divmod(report * 400, 256)
        ticks: list[int | None] = []
        for step in range(10):
            now = 1.0 + report * 0.1 + step * 0.01
            for sent in run(router, now) + send(router, picture(number), now):
                lost = lost_every and number_of(sent) % lost_every == 0
                ticks.append(None if lost else before + 40 * step)
            number += 1
        first = number_of(sent) + 1 - len(ticks)
        told = transport_cc.build(arrivals(first, 20 + reference, report, tuple(ticks)))
        packet = rtcp.build_feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 7, 0, told)
        router.handle_rtcp(BOB, rtcp.build_rr(7) + packet, now + 0.02)
        router.drain()
    return sent


def only_repairs(packets: list[bytes]) -> list[bytes]:
    probes = 0x20  # padding, RFC 3550 section 5.1
    return [p for p in packets if parse_header(p)[4] == BOB_REPAIR and not p[0] & probes]


def original_of(repair: bytes) -> int:
    """The sequence number a retransmission stands for (RFC 4588 section 4)."""
    payload = parse_header(repair)[7]
    return int.from_bytes(repair[payload : payload + 2], "big")


@pytest.mark.parametrize(("lost_every", "copies"), [(0, 1), (30, 2), (12, 3)])
def test_repairs_are_sent_more_often_where_a_line_loses_by_itself(
    lost_every: int, copies: int
) -> None:
    router = room()
    sent = listen(router, lost_every)
    run(router, 10.1)
    before = router.retransmissions
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_PICTURE, [parse_header(sent)[2]]), 10.12)
    repairs = only_repairs(to_bob(router.drain()) + run(router, 10.2))
    assert len(repairs) == copies
    assert len({parse_header(packet)[2] for packet in repairs}) == copies, "each has its own number"
    assert router.retransmissions == before + copies


def test_where_pictures_wait_already_a_repair_goes_once() -> None:
    router = room()
    sent = listen(router, 12)
    run(router, 10.1)
    for number in range(200):  # a keyframe larger than the line carries in 0.1 s
        send(router, picture(5000 + number), 10.1)
    router.drain()
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_PICTURE, [parse_header(sent)[2]]), 10.12)
    repairs = only_repairs(to_bob(router.drain()) + run(router, 11.5))
    assert len(repairs) == 1


def test_what_is_known_to_be_lost_is_sent_again_unasked_where_a_line_loses_by_itself() -> None:
    router = room()
    sent = listen(router, 30)
    run(router, 10.1)
    _, (lost,), _ = (send(router, picture(1000 + n), 10.1 + 0.01 * n) for n in range(3))
    number = number_of(sent) + 1
    router.drain()
    told = transport_cc.build(arrivals(number, 120, 90, (0, None, 40)))
    packet = rtcp.build_rr(7) + rtcp.build_feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 7, 0, told)
    router.handle_rtcp(BOB, packet, 10.2)
    repairs = only_repairs(to_bob(router.drain()) + run(router, 10.3))
    assert [original_of(repair) for repair in repairs] == [parse_header(lost)[2]] * 2
    asked = rtcp.build_nack(7, BOB_PICTURE, [parse_header(lost)[2]])
    router.handle_rtcp(BOB, asked, 10.21)
    assert not only_repairs(to_bob(router.drain())), "it is on its way"


def test_a_voice_is_repeated_as_often_each_time_the_same_to_the_last_bit() -> None:
    router = room(change_voice(LISTENING, nack=True))
    listen(router, 12)
    *_, spoken = [send(router, voice(number), 10.0 + 0.02 * number)[0] for number in range(4)]
    router.drain()
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_VOICE, [parse_header(spoken)[2]]), 10.12)
    assert [p for p in to_bob(router.drain()) if parse_header(p)[4] == BOB_VOICE] == [spoken] * 3


def test_repeated_voice_is_the_same_to_the_last_bit() -> None:
    """Another number under the same SRTP nonce would give the authentication key away."""
    router = room(change_voice(LISTENING, nack=True))
    (spoken,) = send(router, voice(1), 1.0)
    (after,) = send(router, voice(2), 1.02)
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_VOICE, [parse_header(spoken)[2]]), 1.1)
    assert to_bob(router.drain()) == [spoken]
    assert numbers([spoken, after]) == [0, 1]
    router.handle_rtcp(BOB, feedback(0, 1), 1.2)
    assert (stats(router).acked, stats(router).unmatched) == (1, 1), "which of two came is unknown"


def test_a_picture_without_rtx_is_not_repeated_under_a_number_that_may_be_another() -> None:
    router = room(change_picture(LISTENING, codecs=(replace(VP8, rtx_payload_type=None),)))
    (sent,) = send(router, picture(0), 1.0)
    assert number_of(sent) == 0
    router.handle_rtcp(BOB, rtcp.build_nack(7, BOB_PICTURE, [parse_header(sent)[2]]), 1.2)
    assert to_bob(router.drain()) == []
    assert router.retransmissions == 0


def test_voice_out_of_its_redundancy_is_numbered_packet_by_packet() -> None:
    alice = plan(1000)
    speaking = tuple(
        replace(section, codecs=(RED, OPUS)) if section.kind is Kind.AUDIO else section
        for section in alice.publishing
    )
    router = room(alice=replace(alice, publishing=speaking))
    red = {"payload_type": 63}
    sent = send(router, voice(1, red_payload(b"one"), **red), 1.0)
    sent += send(router, voice(3, red_payload(b"three", [(960, b"two")]), **red), 1.04)
    assert numbers(sent) == [0, 1, 2]


@pytest.mark.parametrize("ident", [NUMBER_ID, 14, 15, 200])
def test_numbers_pass_in_both_forms_of_extension(ident: int) -> None:
    ids = {**NUMBERED_SLOT_IDS, next(iter(NUMBERED_SLOT_IDS)): ident}
    router = room(change_picture(LISTENING, extensions=ids), pacing_floor_bps=300_000.0)
    sent: list[bytes] = []
    for number in range(50):
        element = {12: bytes(20 if number % 2 else 4)}  # a long one takes the two-byte form
        sent += send(router, picture(number, elements=element), 1.0)
    sent += run(router, 5.0)
    found = []
    for packet in sent:
        header = parse_header(packet)
        elements = extensions.parse(packet, header[5], header[6], header[7])
        found.append(int.from_bytes(elements[ident], "big"))
        assert len(elements[8]) in (4, 20)
    assert found == list(range(50))


def test_numbering_outlives_a_new_plan_and_what_was_written_before_it() -> None:
    router = room(plan(2000), pacing_floor_bps=300_000.0)
    for number in range(50):
        send(router, picture(number), 1.0)
    router.update_endpoint(BOB, LISTENING, 1.0)
    waited = run(router, 5.0)
    assert waited
    for packet in waited:  # written without a place for a number, and left as they were
        header = parse_header(packet)
        assert set(extensions.parse(packet, header[5], header[6], header[7])) <= {9, 5}
    assert numbers(send(router, picture(50), 6.0)) == [0]
    router.update_endpoint(BOB, LISTENING, 6.0)
    assert numbers(send(router, picture(51), 6.1)) == [1]


def test_a_section_that_has_no_id_for_it_has_no_numbers() -> None:
    section = LISTENING.slots[0].video
    assert isinstance(section, SlotSection)
    router = room(change_picture(LISTENING, extensions=SLOT_IDS))
    (packet,) = send(router, picture(0), 1.0)
    header = parse_header(packet)
    assert set(extensions.parse(packet, header[5], header[6], header[7])) == {9, 5}
