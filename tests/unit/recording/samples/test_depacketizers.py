"""Whatever the network does: nothing is raised, all stays in order, and what is missing is said."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Frame, Sample
from tests.support.bitstreams import TICKS, check_order, feed, frames, packets_of, pictures, voice
from tests.support.packets import red_payload, rtp

CODECS = ["av1", "h264", "opus", "red", "vp8", "vp9"]
STEP = 960


@dataclass(frozen=True)
class Sent:
    """Each packet with the number of its frame, and how far apart frames are."""

    packets: tuple[tuple[int, bytes], ...]
    step: int
    start: int


@cache
def sent(codec: str) -> Sent:
    if codec in {"opus", "red"}:
        payloads = voice()
        made = []
        for number, payload in enumerate(payloads):
            older = [(STEP, payloads[number - 1])] if number else []
            body = red_payload(payload, older) if codec == "red" else payload
            made.append((number, rtp(number, timestamp=number * STEP, payload=body)))
        return Sent(tuple(made), STEP, 2**32)
    shown = packets_of(codec, pictures(codec))
    return Sent(
        tuple((number, packet) for number, each in enumerate(shown) for packet in each),
        TICKS,
        2**33 - 9000,
    )


@cache
def whole(codec: str) -> dict[int, bytes]:
    """What each frame is when all comes."""
    samples = feed(depacketizer(codec), [packet for _, packet in sent(codec).packets])
    return {each.timestamp: each.data for each in frames(samples)}


@st.composite
def networks(draw: st.DrawFn, codec: str) -> list[int]:
    """The numbers of the packets that come, as they come. The first comes first."""
    count = len(sent(codec).packets)
    loss, spread = draw(st.sampled_from([0.0, 0.02, 0.2])), draw(st.sampled_from([0, 3, 30, 200]))
    chance = draw(st.randoms(use_true_random=False))
    arrivals = [(0.0, 0)]
    for number in range(1, count):
        while chance.random() >= loss:
            arrivals.append((number + chance.random() * spread, number))
            if chance.random() < 0.95:
                break
    return [number for _, number in sorted(arrivals)]


def check_cover(samples: list[Sample], codec: str, last: int) -> None:
    """Every frame before the last that came is there, or its time is in a gap."""
    told = sent(codec)
    shown = {each.timestamp for each in frames(samples)}
    missing = [(each.start, each.stop) for each in samples if not isinstance(each, Frame)]
    for number in range(last):
        at = told.start + number * told.step
        assert at in shown or any(start <= at < stop for start, stop in missing)
    assert all(stop > told.start for _, stop in missing)


@pytest.mark.parametrize("codec", CODECS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_network(codec: str, data: st.DataObject) -> None:
    order = data.draw(networks(codec))
    packets = sent(codec).packets
    samples = feed(depacketizer(codec), [packets[number][1] for number in order])
    check_order(samples)
    assert all(whole(codec)[each.timestamp] == each.data for each in frames(samples))
    check_cover(samples, codec, max(packets[number][0] for number in order))
    # With no layers named, what is no keyframe has the one before it.
    last = 0
    for each in frames(samples):
        assert each.keyframe or each.timestamp == last + TICKS
        last = each.timestamp


@pytest.mark.parametrize("codec", CODECS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_any_bytes(codec: str, data: st.DataObject) -> None:
    """Bits that were changed, and packets of nothing."""
    packets = [bytearray(packet) for _, packet in sent(codec).packets]
    for _ in range(data.draw(st.integers(1, 20))):
        packet = packets[data.draw(st.integers(0, len(packets) - 1))]
        at = data.draw(st.integers(0, min(60, len(packet) - 1)))
        packet[at] = data.draw(st.integers(0, 255))
    machine = depacketizer(codec)
    packets.insert(data.draw(st.integers(0, len(packets))), bytearray(data.draw(st.binary())))
    check_order(feed(machine, map(bytes, packets)))
    assert machine.bad >= 0
