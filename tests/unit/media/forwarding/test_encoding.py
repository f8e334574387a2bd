from __future__ import annotations

from itertools import count

from media.forwarding.drops import DropReason
from media.forwarding.encoding import REFUSED, SILENCE_S, Encoding, Media
from media.forwarding.transport_feedback import MAX_PENDING, TransportFeedback
from media.rtp import rtcp, transport_cc
from media.rtp.packet import parse_header
from media.rtp.sequence import CYCLE
from tests.support.arrivals import facts
from tests.support.packets import ALICE, VP8_KEY, publishing, rtp


def encoding(feedback: TransportFeedback | None = None) -> Encoding:
    return Encoding(
        ALICE, publishing()[1], 0, feedback or TransportFeedback(), 0.5, count(1).__next__
    )


def outcome(of: Encoding, media: Media) -> Media | DropReason:
    return of.refusal if media[0] == REFUSED else media


def receive(to: Encoding, packet: bytes, now: float = 1.0) -> Media | DropReason:
    return outcome(to, to.receive(packet, parse_header(packet), now))


def repair(to: Encoding, packet: bytes, now: float = 1.0) -> Media | DropReason:
    return outcome(to, to.receive_repair(packet, parse_header(packet), now))


def adopted(sequence: int = 100, feedback: TransportFeedback | None = None) -> Encoding:
    made = encoding(feedback)
    assert made.adopt(1000, sequence, 1.0)
    return made


def test_a_packet_is_made_ready_to_forward() -> None:
    packet = rtp(100, timestamp=7, marker=True, elements={1: b"\x85", 12: b"dd"}, padding=4)
    assert receive(adopted(), packet) == (
        96, 0x2000 | 0x80, CYCLE + 100, 7, 1, b"\x10\x01payload\0\0\0\x04", b"\x85", b"dd",
        None, None,
    )  # fmt: skip


def test_an_unknown_payload_type_is_refused() -> None:
    assert receive(adopted(), rtp(100, payload_type=5)) is DropReason.PAYLOAD_TYPE


def test_another_ssrc_is_adopted_after_silence_only() -> None:
    made = adopted()
    assert not made.adopt(2000, 5, 1.0 + SILENCE_S / 2)
    assert made.adopt(2000, 5, 1.0 + SILENCE_S)
    assert made.source is not None
    assert (made.source.ssrc, made.source.epoch) == (2000, 2)


def test_transport_numbers_are_noted_whatever_becomes_of_the_packet_and_bounded() -> None:
    feedback = TransportFeedback()
    made = adopted(feedback=feedback)
    packet = rtp(100, payload_type=5, elements={3: b"\x00\x07"})
    receive(made, packet, 2.0)
    made.record_arrival(packet, parse_header(packet), 3.0)
    (message,) = feedback.take()
    assert facts(transport_cc.parse(message))[0::3] == (7, (2 * 4000 % 256,))
    for number in range(MAX_PENDING + 10):
        numbered = rtp(100, payload_type=5, elements={3: number.to_bytes(2, "big")})
        made.record_arrival(numbered, parse_header(numbered), 3.0)
    told = [facts(transport_cc.parse(message))[3] for message in feedback.take()]
    assert sum(tick is not None for ticks in told for tick in ticks) <= MAX_PENDING
    bare = rtp(100)
    made.record_arrival(bare, parse_header(bare), 3.0)


def test_a_restart_takes_a_new_epoch_and_forgets_what_was_missing() -> None:
    made = adopted()
    receive(made, rtp(100))
    receive(made, rtp(105))
    assert len(made.nack) == 4
    assert receive(made, rtp(20_000)) is DropReason.JUMP
    assert receive(made, rtp(20_001)) is DropReason.JUMP
    media = receive(made, rtp(20_002))
    assert isinstance(media, tuple)
    assert (media[2], media[4]) == (CYCLE + 20_002, 2)
    assert len(made.nack) == 0


def test_what_a_repair_brings_is_asked_for_no_more() -> None:
    made = adopted()
    receive(made, rtp(100))
    receive(made, rtp(103))
    lost = rtp(101, elements={12: b"dd"})
    media = repair(made, lost, 1.01)
    assert isinstance(media, tuple)
    assert media[2] == CYCLE + 101
    (asked,) = made.collect_nack(1.05)
    assert rtcp.parse(asked) == [rtcp.Nack(1, 1000, (102,))]
    assert repair(made, lost, 1.06) is DropReason.DUPLICATE


def test_without_a_source_there_is_nobody_to_ask_or_repair() -> None:
    made = encoding()
    made.keyframes.request(1.0)
    assert made.take_keyframe_request(1.0) is None
    assert made.collect_nack(1.0) == []
    assert made.next_deadline() == float("inf")
    made.handle_sender_report(rtcp.SenderReport(1000, 1, 1, 1, 1), 1.0)
    packet = rtp(1)
    assert repair(made, packet) is DropReason.UNKNOWN_SSRC


def test_a_keyframe_ends_the_asking() -> None:
    made = adopted()
    made.keyframes.request(1.0)
    request = made.take_keyframe_request(1.0)
    assert request is not None
    assert rtcp.parse(request)[1] == rtcp.Pli(1, 1000)
    receive(made, rtp(100, payload=VP8_KEY))
    assert made.next_deadline() == float("inf")
