"""Opus to frames: its lengths, silence, losses, and what redundancy recovers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from media.errors import PacketError
from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Frame, Gap
from recording.samples.voice import Voice, duration
from tests.support.bitstreams import check_order, decode, feed, frames, gaps, voice
from tests.support.packets import red_payload, rtp

START = 2**32
STEP = 960


def opus(number: int, payload: bytes = b"\x78voice", at: int | None = None) -> bytes:
    return rtp(number, payload_type=111, timestamp=STEP * (number if at is None else at),
               payload=payload)  # fmt: skip


def red(number: int, payloads: Sequence[bytes], back: int = 1) -> bytes:
    older = [
        ((number - each) * STEP, payloads[each]) for each in range(max(0, number - back), number)
    ]
    return rtp(number, payload_type=63, timestamp=STEP * number,
               payload=red_payload(payloads[number], older))  # fmt: skip


def said(number: int) -> bytes:
    return b"\x78" + bytes((number,)) * 9


def stamps(found: Sequence[object]) -> list[int]:
    return [(each.timestamp - START) // STEP for each in found if isinstance(each, Frame)]


@pytest.mark.parametrize(
    ("payload", "lasts"),
    [
        (b"\x00", 480), (b"\x08", 960), (b"\x10", 1920), (b"\x18", 2880), (b"\x60", 480),
        (b"\x68", 960), (b"\x80", 120), (b"\x98", 960), (b"\x99", 1920), (b"\x9a", 1920),
        (b"\x9b\x03", 2880), (b"\xfb\x86", 5760),
    ],
)  # fmt: skip
def test_lengths_are_read_from_the_first_bytes(payload: bytes, lasts: int) -> None:
    assert duration(payload) == lasts


@pytest.mark.parametrize("payload", [b"\x9b", b"\x9b\x00", b"\x9b\x07", b"\x1b\x03"])
def test_lengths_no_packet_has_are_refused(payload: bytes) -> None:
    with pytest.raises(PacketError):
        duration(payload)


def test_real_voice_goes_through() -> None:
    sent = voice()
    packets = [opus(number, payload) for number, payload in enumerate(sent)]
    samples = feed(depacketizer("opus"), packets)
    assert [each.data for each in frames(samples)] == list(sent)
    assert stamps(samples) == list(range(len(sent)))
    assert all(each.keyframe and each.size is None for each in frames(samples))
    assert decode("opus", [each.data for each in frames(samples)]) == decode("opus", sent)


def test_lost_packets_are_a_gap_of_their_length() -> None:
    packets = [opus(number) for number in range(30)]
    samples = feed(depacketizer("opus"), [*packets[:5], *packets[8:20], *packets[21:]])
    check_order(samples)
    assert gaps(samples) == [
        Gap(START + 5 * STEP, START + 8 * STEP),
        Gap(START + 20 * STEP, START + 21 * STEP),
    ]


def test_silence_is_no_gap() -> None:
    packets = [opus(0), opus(1), opus(2, at=20), opus(3, at=40), opus(4, at=41)]
    samples = feed(depacketizer("opus"), packets)
    assert stamps(samples) == [0, 1, 20, 40, 41]
    assert not gaps(samples)


def test_packet_is_waited_for_and_then_it_is_missing() -> None:
    machine = depacketizer("opus")
    assert len(machine.feed(opus(0), 0.0)) == 1
    assert machine.feed(opus(2), 0.04) == []
    assert machine.feed(opus(3), 0.54) == []
    assert stamps(machine.feed(opus(1), 0.54)) == [1, 2, 3]
    assert machine.feed(opus(5), 0.6) == []
    after = machine.feed(opus(6), 1.11)
    assert after[0] == Gap(START + 4 * STEP, START + 5 * STEP)
    assert stamps(after) == [5, 6]
    assert machine.feed(opus(4), 1.12) == []
    assert machine.late == 1


@pytest.mark.parametrize("back", [1, 2])
def test_redundancy_recovers_what_was_lost(back: int) -> None:
    payloads = [said(number) for number in range(20)]
    packets = [red(number, payloads, back) for number in range(20)]
    del packets[10 : 10 + back], packets[4]
    samples = feed(depacketizer("red"), packets)
    assert stamps(samples) == list(range(20))
    assert [each.data for each in frames(samples)] == payloads
    assert not gaps(samples)


def test_recovered_at_once_and_then_late() -> None:
    payloads = [said(number) for number in range(20)]
    machine = depacketizer("red")
    machine.feed(red(0, payloads), 0.0)
    assert stamps(machine.feed(red(2, payloads), 0.04)) == [1, 2]
    assert machine.feed(red(1, payloads), 0.05) == []
    assert machine.late == 1


def test_what_redundancy_does_not_reach_is_a_gap() -> None:
    payloads = [said(number) for number in range(20)]
    packets = [red(number, payloads) for number in range(20)]
    del packets[10:13]
    samples = feed(depacketizer("red"), packets)
    check_order(samples)
    assert gaps(samples) == [Gap(START + 10 * STEP, START + 12 * STEP)]
    assert stamps(samples) == [*range(10), *range(12, 20)]


def test_copies_that_are_of_another_time_are_not_taken() -> None:
    """A sender that was silent in between repeats what came long before."""
    machine = depacketizer("red")
    assert machine.feed(opus(0, b"\x80"), 0.0) == []
    assert machine.bad == 1
    machine.feed(red(0, [said(0)]), 0.0)
    machine.feed(red(1, [said(0), said(1)]), 0.0)
    old = rtp(3, timestamp=3 * STEP, payload=red_payload(said(3), [(3 * STEP, said(0))]))
    samples = [*machine.feed(old, 0.1), *machine.flush()]
    assert samples[0] == Gap(START + 2 * STEP, START + 3 * STEP)
    assert stamps(samples) == [3]


def test_copies_of_no_length_or_another_kind_are_not_taken() -> None:
    machine = depacketizer("red")
    machine.feed(red(0, [said(0)]), 0.0)
    mixed = bytearray(red(2, [said(0), said(1), said(2)]))
    mixed[12] ^= 1  # the older block's payload type
    empty = rtp(4, timestamp=4 * STEP, payload=red_payload(said(4), [(STEP, b"")]))
    now = rtp(6, timestamp=6 * STEP, payload=red_payload(said(6), [(0, said(5))]))
    samples = feed(machine, [bytes(mixed), empty, now])
    assert stamps(samples) == [2, 4, 6]
    assert len(gaps(samples)) == 3


def test_plain_opus_beside_red_by_its_payload_type() -> None:
    machine = depacketizer("red", red_type=63)
    packets = [red(0, [said(0)]), opus(1, said(1)), red(2, [said(n) for n in range(3)])]
    assert stamps(feed(machine, packets)) == [0, 1, 2]
    assert machine.bad == 0


def test_bad_packets_are_counted_and_their_time_is_missing() -> None:
    machine = depacketizer("opus")
    packets = [opus(0), opus(1, b"\x9b\x00"), opus(2), b"short", opus(3, at=2), opus(4)]
    samples = feed(machine, packets)
    assert stamps(samples) == [0, 2, 4]
    assert gaps(samples) == [Gap(START + STEP, START + 2 * STEP)]
    assert machine.bad == 3


def test_padding_and_empty_payloads_are_nothing() -> None:
    packets = [opus(0), opus(1, b""), rtp(2, timestamp=STEP, payload=b"", padding=9), opus(3, at=1)]
    samples = feed(depacketizer("opus"), packets)
    assert stamps(samples) == [0, 1]
    assert not gaps(samples)


def test_lost_padding_is_no_gap() -> None:
    samples = feed(depacketizer("opus"), [opus(0), opus(2, at=1)])
    assert stamps(samples) == [0, 1]
    assert not gaps(samples)


def test_time_that_goes_back_stays_in_order() -> None:
    samples = feed(depacketizer("opus"), [opus(0), opus(1), opus(2, at=-500), opus(3, at=-499)])
    check_order(samples)
    assert [each.timestamp & 0xFFFFFFFF for each in frames(samples)] == [
        0, STEP, 2**32 - 500 * STEP, 2**32 - 499 * STEP,
    ]  # fmt: skip


def test_other_codecs_have_none() -> None:
    with pytest.raises(ValueError, match="no depacketizer"):
        depacketizer("g722")
    assert isinstance(depacketizer("opus"), Voice)
