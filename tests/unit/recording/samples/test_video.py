"""Pictures of a layered VP8 track, made by hand: what a loss takes with it, and what not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Gap
from recording.samples.video import FAR, MOST_BYTES
from tests.support.bitstreams import check_order, feed, frames, gaps
from tests.support.packets import rtp, vp8

START = 2**32
TICKS = 3000
KEY = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00picture"
DELTA = b"\x11\x00\x00delta"


def track(count: int, *, key_at: Iterable[int] = (0,), every: int = TICKS) -> list[bytes]:
    """Two temporal layers, of which the upper one switches up every eighth picture."""
    keys = set(key_at)
    return [
        rtp(
            number, timestamp=number * every, marker=True,
            payload=vp8(
                number, tl0=number // 2, layer=number % 2, sync=number % 8 == 1,
                body=KEY if number in keys else DELTA,
            ),
        )
        for number in range(count)
    ]  # fmt: skip


def numbers(samples: list[object]) -> list[int]:
    return [(each.timestamp - START) // TICKS for each in frames(samples)]


def test_keyframes_say_their_size() -> None:
    found = frames(feed(depacketizer("vp8"), track(2)))
    assert (found[0].keyframe, found[0].size) == (True, (320, 240))
    assert (found[1].keyframe, found[1].size) == (False, None)
    assert [each.data for each in found] == [KEY, DELTA]


def test_upper_layer_that_is_lost_takes_only_its_own() -> None:
    packets = track(24)
    del packets[3]
    samples = feed(depacketizer("vp8"), packets)
    check_order(samples)
    assert numbers(samples) == [0, 1, 2, 4, 6, 8, *range(9, 24)]
    assert gaps(samples) == [Gap(START + n * TICKS, START + (n + 1) * TICKS) for n in (3, 5, 7)]


def test_base_layer_that_is_lost_takes_all_to_the_keyframe() -> None:
    packets = track(24, key_at=(0, 16))
    del packets[4]
    samples = feed(depacketizer("vp8"), packets)
    assert numbers(samples) == [0, 1, 2, 3, *range(16, 24)]
    assert gaps(samples) == [Gap(START + 4 * TICKS, START + 16 * TICKS)]


def test_padding_that_is_lost_is_no_gap() -> None:
    packets = [rtp(n + (n > 4) * 2, timestamp=n * TICKS, marker=True,
                   payload=vp8(n, body=DELTA if n else KEY)) for n in range(10)]  # fmt: skip
    samples = feed(depacketizer("vp8"), packets)
    assert numbers(samples) == list(range(10))
    assert not gaps(samples)


@pytest.mark.parametrize("every", [1500, 3000, 6000, 18_000])
def test_gap_begins_one_picture_after_the_last(every: int) -> None:
    packets = track(30, key_at=(0, 20), every=every)
    del packets[8:12]
    samples = feed(depacketizer("vp8"), packets)
    assert gaps(samples) == [Gap(START + 8 * every, START + 20 * every)]


def test_gap_between_pictures_that_came_early_begins_in_the_middle() -> None:
    packets = track(6, key_at=(0, 5))
    last = rtp(6, timestamp=4 * TICKS + 2000, marker=True, payload=vp8(9, body=KEY))
    samples = feed(depacketizer("vp8"), [*packets[:5], last])
    assert gaps(samples) == [Gap(START + 4 * TICKS + 1000, START + 4 * TICKS + 2000)]


def test_beginning_that_is_lost_begins_the_gap_there() -> None:
    packets = track(6, key_at=(0, 5))
    rest = rtp(3, timestamp=2 * TICKS, marker=True, payload=vp8(2, start=False, body=DELTA))
    later = [
        packet[:2] + (n + 2).to_bytes(2, "big") + packet[4:] for n, packet in enumerate(packets)
    ]
    samples = feed(depacketizer("vp8"), [*packets[:2], rest, *later[3:]])
    assert gaps(samples) == [Gap(START + 2 * TICKS, START + 5 * TICKS)]


def test_nothing_is_trusted_after_too_long() -> None:
    """Counters of 256 may have gone round."""
    packets = track(4)
    far = rtp(600, timestamp=FAR + 4 * TICKS, marker=True, payload=vp8(600, tl0=2, body=DELTA))
    samples = feed(depacketizer("vp8"), [*packets, far])
    assert numbers(samples) == [0, 1, 2, 3]
    assert gaps(samples) == [Gap(START + 4 * TICKS, START + FAR + 5 * TICKS)]


def test_second_picture_of_one_time_is_none() -> None:
    machine = depacketizer("vp8")
    packets = track(3)
    twice = rtp(2, timestamp=TICKS, marker=True, payload=vp8(2, tl0=1, body=DELTA))
    samples = feed(machine, [*packets[:2], twice])
    assert numbers(samples) == [0, 1]
    assert machine.bad == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"\x10\x00\x00\x9d\x01\x2b\x40\x01\xf0\x00", b"\x10\x00", KEY[:6] + bytes(4) + b"x"],
)
def test_bad_pictures_are_counted_and_missing(body: bytes) -> None:
    machine = depacketizer("vp8")
    packets = track(6, key_at=(0, 4))
    packets[2] = rtp(2, timestamp=2 * TICKS, marker=True, payload=vp8(2, tl0=1, body=body))
    samples = feed(machine, [*packets, b"\x80"])
    assert numbers(samples) == [0, 1, 4, 5]
    assert gaps(samples) == [Gap(START + 2 * TICKS, START + 4 * TICKS)]
    assert machine.bad == 2


def test_two_beginnings_are_no_picture() -> None:
    machine = depacketizer("vp8")
    packets = [rtp(0, payload=vp8(0, body=KEY)), rtp(1, marker=True, payload=vp8(1, body=DELTA))]
    assert not frames(feed(machine, packets))
    assert machine.bad == 1


def test_picture_without_an_end_is_not_kept() -> None:
    machine = depacketizer("vp8")
    machine.feed(track(1)[0], 0.0)
    payload = vp8(1, start=False, body=bytes(60_000))
    for number in range(MOST_BYTES // 60_000 + 2):
        machine.feed(rtp(number + 1, timestamp=TICKS, payload=payload), 0.0)
    assert len(machine._parts) <= 2
    samples = feed(machine, [rtp(73, timestamp=2 * TICKS, marker=True, payload=vp8(2, body=KEY))])
    assert gaps(samples) == [Gap(START + TICKS, START + 2 * TICKS)]


def test_after_flush_it_goes_on() -> None:
    machine = depacketizer("vp8")
    packets = track(20, key_at=(0, 10))
    early = feed(machine, [*packets[:4], *packets[5:8]])
    late = feed(machine, packets[8:])
    check_order([*early, *late])
    assert gaps(early)[-1].stop == START + 8 * TICKS
    assert numbers(late) == list(range(10, 20))


def test_flush_says_a_gap_once() -> None:
    machine = depacketizer("vp8")
    packets = track(4)
    assert len(gaps(feed(machine, packets[:1] + packets[2:]))) == 2
    again = rtp(4, timestamp=3 * TICKS, marker=True, payload=vp8(4, tl0=9, body=DELTA))
    assert feed(machine, [again]) == []


def test_descriptor_of_every_shape_is_stepped_over() -> None:
    for head in (b"\x10", b"\x90\x00", b"\x90\x80\x05", b"\x90\x80\x85\x05", b"\x90\x40\x05",
                 b"\x90\x20\x00", b"\x90\xf0\x05\x06\x07"):  # fmt: skip
        found = frames(feed(depacketizer("vp8"), [rtp(0, marker=True, payload=head + KEY)]))
        assert [each.data for each in found] == [KEY]
        machine = depacketizer("vp8")
        assert not frames(feed(machine, [rtp(0, marker=True, payload=head)]))
