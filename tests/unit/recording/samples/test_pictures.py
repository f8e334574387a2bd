"""Real bitstreams of each codec, there and back: what is decoded is what was encoded."""

from __future__ import annotations

import pytest

from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Gap
from tests.support.bitstreams import (
    PAYLOADERS,
    TICKS,
    av1_payloads,
    check_order,
    decode,
    feed,
    frames,
    gaps,
    packets_of,
    pictures,
)
from tests.support.packets import rtp

CODECS = sorted(PAYLOADERS)
START = 2**33 - 9000
"""Of the unwrapped timestamps."""


def flat(packets: list[list[bytes]]) -> list[bytes]:
    return [packet for each in packets for packet in each]


@pytest.mark.parametrize("codec", CODECS)
def test_what_comes_out_decodes_to_what_went_in(codec: str) -> None:
    sent = pictures(codec)
    packets = packets_of(codec, sent)
    assert max(map(len, packets)) > 1  # several to a picture
    samples = feed(depacketizer(codec), flat(packets))
    found = frames(samples)
    assert len(found) == len(samples) == len(sent)
    assert [each.timestamp for each in found] == [START + n * TICKS for n in range(len(sent))]
    assert [n for n, each in enumerate(found) if each.keyframe] == [0, 10]
    assert all(each.size == ((192, 144) if each.keyframe else None) for each in found)
    shown = decode(codec, [each.data for each in found], found[0].setup)
    assert shown == decode(codec, sent)
    assert len(shown) == len(sent)
    # Only where it has changed.
    assert bool(found[0].setup) == (codec in {"av1", "h264"})
    assert not any(each.setup for each in found[1:])


@pytest.mark.parametrize("codec", CODECS)
def test_order_and_copies_do_not_matter(codec: str) -> None:
    packets = flat(packets_of(codec, pictures(codec)))
    shuffled = [packets[0]]
    for at in range(1, len(packets), 4):
        shuffled += [*reversed(packets[at : at + 4]), packets[at]]
    machine = depacketizer(codec)
    assert [(f.data, f.timestamp) for f in frames(feed(machine, shuffled, every=0.001))] == [
        (f.data, f.timestamp) for f in frames(feed(depacketizer(codec), packets))
    ]
    assert machine.bad == 0
    assert machine.late > 0


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("where", ["first", "middle", "last", "all"])
def test_lost_picture_breaks_until_the_next_keyframe(codec: str, where: str) -> None:
    packets = packets_of(codec, pictures(codec))
    lost = packets[4]
    assert where != "middle" or len(lost) > 2
    packets[4] = {"first": lost[1:], "middle": [lost[0], *lost[2:]], "last": lost[:-1], "all": []}[
        where
    ]
    samples = feed(depacketizer(codec), flat(packets))
    check_order(samples)
    assert gaps(samples) == [Gap(START + 4 * TICKS, START + 10 * TICKS)]
    shown = [(each.timestamp - START) // TICKS for each in frames(samples)]
    assert shown == [0, 1, 2, 3, *range(10, 20)]
    data = [each.data for each in frames(samples)]
    assert len(decode(codec, data, frames(samples)[0].setup)) == 14


@pytest.mark.parametrize("codec", CODECS)
def test_marker_is_not_needed_where_the_next_picture_follows(codec: str) -> None:
    packets = flat(packets_of(codec, pictures(codec)))
    unmarked = [packet[:1] + bytes((packet[1] & 0x7F,)) + packet[2:] for packet in packets]
    samples = feed(depacketizer(codec), unmarked)
    # Whether the last one is whole nobody knows.
    assert len(frames(samples)) == 19
    assert not gaps(samples)


@pytest.mark.parametrize("codec", CODECS)
def test_padding_is_nothing(codec: str) -> None:
    packets = []
    for number, packet in enumerate(flat(packets_of(codec, pictures(codec), first=0))):
        padded = bytes((packet[0] | 0x20,)) + packet[1:] + b"\0\0\0\4"
        packets.append(padded[:2] + (2 * number).to_bytes(2, "big") + padded[4:])
        stamp = int.from_bytes(packet[4:8], "big")
        packets.append(rtp(2 * number + 1, timestamp=stamp, payload=b"", padding=200))
    samples = feed(depacketizer(codec), packets)
    assert len(frames(samples)) == 20
    assert not gaps(samples)
    assert decode(codec, [f.data for f in frames(samples)], frames(samples)[0].setup) == decode(
        codec, pictures(codec)
    )


@pytest.mark.parametrize("codec", CODECS)
def test_what_begins_in_the_middle_waits_for_a_keyframe(codec: str) -> None:
    packets = packets_of(codec, pictures(codec))
    samples = feed(depacketizer(codec), flat(packets)[len(packets[0]) + 1 :])
    assert gaps(samples) == [Gap(START + TICKS, START + 10 * TICKS)]
    assert len(frames(samples)) == 10
    assert frames(samples)[0].keyframe


@pytest.mark.parametrize("codec", CODECS)
def test_size_that_changes_is_said(codec: str) -> None:
    small = packets_of(codec, pictures(codec, 10), first=0, start=0)
    large = packets_of(
        codec, pictures(codec, 10, 320, 240), first=len(flat(small)), start=10 * TICKS
    )
    found = frames(feed(depacketizer(codec), flat([*small, *large])))
    assert [each.size for each in found if each.keyframe] == [(192, 144), (320, 240)]
    assert bool(found[10].setup) == (codec in {"av1", "h264"})
    assert len(decode(codec, [f.data for f in found[10:]], found[10].setup)) == 10


def test_av1_elements_may_be_counted() -> None:
    machine = depacketizer("av1")
    sequence, found = 0, []
    for number, unit in enumerate(pictures("av1")):
        payloads = av1_payloads(unit, number, counted=True)
        for each, payload in enumerate(payloads, 1):
            packet = rtp(sequence, timestamp=number, payload=payload, marker=each == len(payloads))
            found += machine.feed(packet, 0.0)
            sequence += 1
    assert decode("av1", [f.data for f in frames(found)]) == decode("av1", pictures("av1"))
