from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from media.forwarding.pacer import (
    DELAY_BOUNDS_MS,
    FACTOR,
    LEAST_WAITING_BYTES,
    MAX_BYTES,
    MOST_LATER,
    MOST_WAIT_S,
    NEVER,
    WINDOW_S,
    WINDOWS,
    Pacer,
)

FLOOR_BPS = 4_000_000.0
SIZE = 1000


def packet(number: int, *, timestamp: int = 0, ssrc: int = 7, size: int = SIZE) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, number & 0xFFFF, timestamp, ssrc) + bytes(size - 12)


def offer(pacer: Pacer, given_packet: bytes, now: float) -> bool:
    """Whether it went at once; else it waits."""
    if pacer.passes(len(given_packet), now):
        return True
    pacer.hold(given_packet, now)
    return False


def burst(pacer: Pacer, count: int, now: float = 0.0) -> int:
    """Offer so many at once; how many went at once."""
    return sum(offer(pacer, packet(number), now) for number in range(count))


def drive(pacer: Pacer, until: float) -> list[tuple[float, bytes]]:
    sent = []
    while (at := pacer.next_deadline()) <= until:
        sent += [(at, each) for each in pacer.handle_timeout(at)]
    return sent


def test_a_steady_picture_never_waits() -> None:
    pacer = Pacer(FLOOR_BPS)
    for step in range(3000):
        assert offer(pacer, packet(step), step * 0.003)
    assert pacer.next_deadline() == NEVER
    assert (pacer.passed, sum(pacer.delays)) == (3000, 0)


def test_a_burst_is_spread_at_the_rate_in_order() -> None:
    pacer = Pacer(FLOOR_BPS)
    at_once = burst(pacer, 200)
    assert 0 < at_once < 60
    sent = drive(pacer, 10.0)
    assert [each for _, each in sent] == [packet(number) for number in range(at_once, 200)]
    span = sent[-1][0] - sent[0][0]
    assert 0.8 < len(sent) * SIZE * 8 / span / FLOOR_BPS < 1.2
    assert sum(pacer.delays) == len(sent)
    assert pacer.delays[0] < len(sent) / 2
    assert not pacer.waiting


def test_who_comes_while_others_wait_waits_too() -> None:
    pacer = Pacer(FLOOR_BPS)
    at_once = burst(pacer, 100)
    assert not offer(pacer, packet(100), 5.0), "the timer is late, but the order holds"
    numbers = [struct.unpack_from("!H", each, 2)[0] for _, each in drive(pacer, 10.0)]
    assert numbers == list(range(at_once, 101))


def test_retransmissions_go_first_but_every_other_turn_only() -> None:
    pacer = Pacer(FLOOR_BPS)
    burst(pacer, 100)
    for number in range(20):
        assert pacer.hold_again(packet(number, ssrc=8), 0.0)
    kinds = [each[11] for _, each in drive(pacer, 10.0)]
    assert kinds[:40] == [8, 7] * 20
    assert set(kinds[40:]) == {7}


def test_what_waits_is_bounded_and_whole_pictures_go_oldest_first() -> None:
    pacer = Pacer(FLOOR_BPS)
    burst(pacer, 40)
    for number in range(30):
        pacer.hold_again(packet(number, ssrc=8), 0.0)
    for frame in range(1, 1200):
        for part in range(2):
            offer(pacer, packet(frame * 2 + part, timestamp=frame), 0.0)
        assert pacer._bytes <= MAX_BYTES
    assert pacer.dropped == 30 + len(pacer.lost), "retransmissions went first, all of them"
    lost = [struct.unpack_from("!I", each, 4)[0] for each in pacer.lost]
    assert lost == sorted(lost)
    left = {struct.unpack_from("!I", each, 4)[0] for _, each in drive(pacer, 100.0)}
    assert not left & set(lost), "no picture went in part"
    assert left == set(range(min(left), 1200))


def test_a_retransmission_finds_no_room_in_a_full_queue() -> None:
    pacer = Pacer(FLOOR_BPS)
    number = 0
    while pacer._bytes < MAX_BYTES:
        offer(pacer, packet(number, timestamp=number), 0.0)
        number += 1
    assert not pacer.hold_again(packet(1, ssrc=8), 0.0)
    assert pacer.waiting


def test_the_rate_follows_what_is_offered_and_comes_back() -> None:
    pacer = Pacer(FLOOR_BPS)
    for step in range(4000):
        offer(pacer, packet(step), step * 0.001)  # 8 Mbit/s
        pacer.handle_timeout(step * 0.001)
    assert 0.8 < pacer.rate_bps / (FACTOR * 8_000_000) < 1.2
    later = 4.0 + 2 * WINDOW_S * WINDOWS
    offer(pacer, packet(1), later)
    assert pacer.rate_bps == FLOOR_BPS


def test_an_estimate_leads_while_there_is_one() -> None:
    pacer = Pacer(FLOOR_BPS)
    pacer.set_rate(300_000.0)
    assert pacer.rate_bps == 300_000.0
    at_once = burst(pacer, 40)
    assert at_once <= 3
    sent = drive(pacer, 5.0)
    assert [each for _, each in sent] == [packet(number) for number in range(at_once, 40)]
    assert sent[-1][0] > 0.9 * 37 * SIZE * 8 / 300_000
    pacer.set_rate(None)
    assert pacer.rate_bps == FLOOR_BPS


def test_while_stopped_nothing_goes_and_afterwards_all_in_order() -> None:
    pacer = Pacer(FLOOR_BPS)
    pacer.stop(stopped=True)
    assert burst(pacer, 5) == 0
    assert pacer.hold_again(packet(99), 0.0)
    assert pacer.next_deadline() == NEVER
    assert pacer.handle_timeout(0.1) == []
    pacer.stop(stopped=False)
    assert [each for _, each in drive(pacer, 1.0)] == [packet(99), *map(packet, range(5))]


def test_before_a_narrow_line_no_more_waits_than_it_carries_soon() -> None:
    pacer = Pacer(FLOOR_BPS)
    pacer.set_rate(300_000.0)
    for number in range(200):
        offer(pacer, packet(number, timestamp=number // 10), 0.0)
    assert pacer._bytes <= max(LEAST_WAITING_BYTES, 300_000 * MOST_WAIT_S / 8)
    timestamps = [each[4:8] for each in pacer.lost]
    assert timestamps == sorted(timestamps), "the oldest go first"
    assert len(pacer.lost) % 10 in (0, 9, 8, 7), "and whole, but for what had gone before"


def test_clear_lets_go() -> None:
    pacer = Pacer(FLOOR_BPS)
    burst(pacer, 100)
    pacer.clear()
    assert pacer.next_deadline() == NEVER
    assert pacer.handle_timeout(10.0) == []


def test_a_long_wait_falls_into_the_last_bucket() -> None:
    pacer = Pacer(FLOOR_BPS)
    burst(pacer, 40)
    while pacer.waiting:
        pacer.handle_timeout(DELAY_BOUNDS_MS[-1] / 1000 + 1.0)
    assert pacer.delays[-1] == sum(pacer.delays) > 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["picture", "again", "time"]),
            st.integers(13, 1400),
            st.floats(0.0, 0.05),
        ),
        max_size=200,
    ),
    st.floats(100_000.0, 20_000_000.0),
)
def test_nothing_is_lost_doubled_or_out_of_order(
    steps: list[tuple[str, int, float]], rate: float
) -> None:
    pacer = Pacer(rate)
    now = 0.0
    pictures: list[bytes] = []
    repeats: list[bytes] = []
    out: list[bytes] = []
    for number, (kind, size, wait) in enumerate(steps):
        now += wait
        made = packet(number, ssrc=8 if kind == "again" else 7, size=size)
        if kind == "time":
            out += pacer.handle_timeout(now)
        elif kind == "picture":
            pictures.append(made)
            if offer(pacer, made, now):
                out.append(made)
        elif pacer.passes(size, now):
            repeats.append(made)
            out.append(made)
        elif pacer.hold_again(made, now):
            repeats.append(made)
        assert pacer.waiting == (pacer.next_deadline() != NEVER)
    out += [each for _, each in drive(pacer, float(1 << 20))]
    assert [each for each in out if each[11] == 7] == pictures
    assert [each for each in out if each[11] == 8] == repeats


def test_what_is_to_wait_for_its_time_goes_then_in_the_order_of_times() -> None:
    pacer = Pacer(FLOOR_BPS)
    for number, due in ((1, 0.03), (2, 0.01), (3, 0.02), (4, 0.02)):
        pacer.hold_until(packet(number), due)
    assert pacer.next_deadline() == 0.01
    assert drive(pacer, 0.015) == [(0.01, packet(2))]
    assert [each for _, each in drive(pacer, 1.0)] == [packet(3), packet(4), packet(1)]
    assert pacer.next_deadline() == NEVER
    pacer.hold_until(packet(5), 2.0)
    pacer.clear()
    assert pacer.next_deadline() == NEVER


def test_what_waits_for_its_time_is_bounded_and_stops_with_all_else() -> None:
    pacer = Pacer(FLOOR_BPS)
    for number in range(MOST_LATER + 5):
        pacer.hold_until(packet(number), number / 1000)
    assert pacer.dropped == 5
    pacer.stop(stopped=True)
    assert drive(pacer, 0.1) == []
    pacer.stop(stopped=False)
    assert len(drive(pacer, 5.0)) == MOST_LATER
