"""The link twin is the network it says: delay, order, loss, bursts, rate, queue, cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.lab.link import Impairment, LinkTwin, make

Arrivals = list[tuple[float, int]]


def packet(number: int, size: int = 1000) -> bytes:
    return number.to_bytes(4, "big") + bytes(size - 4)


def number_of(data: bytes) -> int:
    return int.from_bytes(data[:4], "big")


def take(link: LinkTwin, until: float) -> Arrivals:
    """Ask the link whenever it says, until then; return (arrival, number)."""
    arrived: Arrivals = []
    while (due := link.next_deadline()) is not None and due <= until:
        arrived += [(due, number_of(data)) for data in link.receive(due)]
    return arrived


def carry(impairment: Impairment, count: int, *, every_s: float = 0.01, seed: int = 1) -> Arrivals:
    link = LinkTwin(seed)
    link.set(impairment, 0.0)
    arrived: Arrivals = []
    for number in range(count):
        arrived += take(link, number * every_s)
        link.send(packet(number), number * every_s)
    return arrived + take(link, count * every_s + 600.0)


def numbers(arrived: Arrivals) -> list[int]:
    return [number for _, number in arrived]


def bursts(arrived: Arrivals) -> list[int]:
    """How many were lost in a row, each time."""
    return [b - a - 1 for a, b in pairwise(numbers(arrived)) if b != a + 1]


def test_a_clean_line_passes_at_once() -> None:
    link = LinkTwin(1)
    link.send(b"hello", 5.0)
    assert link.next_deadline() == 5.0
    assert link.receive(5.0) == [b"hello"]
    assert link.next_deadline() is None
    assert (link.sent, link.passed, link.passed_bytes) == (1, 1, 5)


def test_a_delay_is_the_same_for_all() -> None:
    arrived = carry(Impairment(delay_s=0.05), 100)
    assert numbers(arrived) == list(range(100))
    assert all(at == pytest.approx(number * 0.01 + 0.05) for at, number in arrived)


def test_jitter_delays_and_keeps_order() -> None:
    arrived = carry(Impairment(delay_s=0.1, jitter_s=0.08), 2000)
    late = [at - number * 0.01 for at, number in arrived]
    assert numbers(arrived) == list(range(2000))
    assert min(late) >= 0.1 - 1e-9
    assert 0.15 < max(late) <= 0.18 + 1e-9


@pytest.mark.parametrize("loss", [0.03, 0.2])
def test_random_loss_is_as_frequent_as_said_and_knows_no_memory(loss: float) -> None:
    arrived = carry(Impairment(loss=loss), 20_000)
    rows = bursts(arrived)
    assert 1 - len(arrived) / 20_000 == pytest.approx(loss, rel=0.1)
    assert sum(rows) / len(rows) == pytest.approx(1 / (1 - loss), rel=0.1)


@pytest.mark.parametrize("burst", [4.0, 10.0])
def test_losses_come_in_bursts_of_the_mean_length(burst: float) -> None:
    arrived = carry(Impairment(loss=0.05, burst=burst), 100_000)
    rows = bursts(arrived)
    assert 1 - len(arrived) / 100_000 == pytest.approx(0.05, rel=0.2)
    assert sum(rows) / len(rows) == pytest.approx(burst, rel=0.2)


def test_total_loss_lets_nothing_through_and_ends() -> None:
    link = LinkTwin(1)
    link.set(Impairment(loss=1.0), 0.0)
    for number in range(50):
        link.send(packet(number), 0.0)
    assert link.receive(1.0) == []
    link.set(Impairment(), 1.0)
    link.send(packet(50), 1.0)
    assert len(link.receive(1.0)) == 1


def test_a_rate_spaces_packets_by_their_size() -> None:
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=80_000, delay_s=0.3), 0.0)
    for number, size in enumerate([1000, 500, 100]):
        link.send(packet(number, size), 0.0)
    assert [at for at, _ in take(link, 10.0)] == pytest.approx([0.4, 0.45, 0.46])


def test_a_full_queue_drops_what_comes_last() -> None:
    # one on the line, ten in the queue
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=80_000, queue_bytes=10_000), 0.0)
    for number in range(20):
        link.send(packet(number), 0.0)
    assert (link.dropped, link.waiting_bytes) == (9, 10_000)
    assert numbers(take(link, 10.0)) == list(range(11))
    assert link.waiting_bytes == 0


def test_half_of_twice_the_rate_passes_and_waits_as_long_as_the_queue() -> None:
    arrived = carry(Impairment(rate_bps=400_000, queue_bytes=25_000), 1000)
    assert len(arrived) == pytest.approx(500, abs=30)
    # 25,000 bytes take 0.5 s at 400 kbit/s, the packet itself 0.02 s
    assert max(at - number * 0.01 for at, number in arrived) == pytest.approx(0.52, abs=0.021)


def test_a_packet_larger_than_the_queue_passes_an_idle_line() -> None:
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=80_000, queue_bytes=0), 0.0)
    link.send(packet(0), 0.0)
    link.send(packet(1), 0.0)
    assert numbers(take(link, 1.0)) == [0]


def test_a_rate_of_nothing_holds_everything_until_there_is_one() -> None:
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=0, queue_bytes=2000), 0.0)
    for number in range(4):
        link.send(packet(number), 0.0)
    assert link.next_deadline() is None
    assert link.receive(50.0) == []
    link.set(Impairment(rate_bps=80_000), 50.0)
    assert [at for at, _ in take(link, 60.0)] == pytest.approx([50.1, 50.2, 50.3])
    assert link.dropped == 1


def test_the_rest_of_a_packet_goes_at_a_new_rate() -> None:
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=80_000), 0.0)
    link.send(packet(0), 0.0)
    link.send(packet(1), 0.0)
    link.set(Impairment(rate_bps=8_000), 0.05)
    assert [at for at, _ in take(link, 10.0)] == pytest.approx([0.55, 1.55])


def test_without_a_rate_the_queue_leaves_at_once() -> None:
    link = LinkTwin(1)
    link.set(Impairment(rate_bps=8_000), 0.0)
    for number in range(3):
        link.send(packet(number), 0.0)
    link.set(Impairment(), 0.5)
    assert take(link, 0.5) == [(0.5, 0), (0.5, 1), (0.5, 2)]


def test_a_shorter_delay_lets_nothing_overtake() -> None:
    link = LinkTwin(1)
    link.set(Impairment(delay_s=1.0), 0.0)
    link.send(packet(0), 0.0)
    link.set(Impairment(), 0.1)
    link.send(packet(1), 0.1)
    assert take(link, 2.0) == [(1.0, 0), (1.0, 1)]


def test_a_cut_loses_what_is_under_way_and_what_comes() -> None:
    link = LinkTwin(1)
    link.set(Impairment(delay_s=0.1, rate_bps=80_000), 0.0)
    for number in range(3):
        link.send(packet(number), 0.0)
    link.set(Impairment(cut=True), 0.15)
    link.send(packet(3), 0.2)
    assert link.next_deadline() is None
    assert link.receive(10.0) == []
    assert (link.lost, link.waiting_bytes) == (4, 0)
    link.set(Impairment(), 10.0)
    link.send(packet(4), 10.0)
    assert numbers(take(link, 10.0)) == [4]


HARD = Impairment(delay_s=0.05, jitter_s=0.05, loss=0.1, burst=3.0, rate_bps=500_000)


def test_the_same_seed_is_the_same_network() -> None:
    assert carry(HARD, 500, seed=7) == carry(HARD, 500, seed=7)
    assert carry(HARD, 500, seed=7) != carry(HARD, 500, seed=8)


def test_nothing_depends_on_how_often_one_asks() -> None:
    seldom, often = LinkTwin(3), LinkTwin(3)
    asked: list[int] = []
    for link in (seldom, often):
        link.set(HARD, 0.0)
    for tick in range(1000):
        now = tick * 0.005
        if tick % 2:
            seldom.send(packet(tick), now)
            often.send(packet(tick), now)
        asked += [number_of(data) for data in often.receive(now)]
    assert asked + numbers(take(often, 99.0)) == numbers(take(seldom, 99.0))


steps = st.lists(
    st.tuples(
        st.floats(0, 0.2),
        st.sampled_from([Impairment(), HARD, Impairment(rate_bps=0), Impairment(cut=True)])
        | st.integers(10, 1500),
    ),
    max_size=60,
)


@given(steps, st.integers(0, 5))
def test_every_packet_is_accounted_for_and_none_overtakes(
    given_steps: list[tuple[float, Impairment | int]], seed: int
) -> None:
    link = LinkTwin(seed)
    now, arrived = 0.0, []
    for wait, step in given_steps:
        now += wait
        if isinstance(step, Impairment):
            link.set(step, now)
        else:
            link.send(packet(link.sent, step), now)
        arrived += [number_of(data) for data in link.receive(now)]
    link.set(Impairment(), now)
    arrived += numbers(take(link, now + 10))
    assert arrived == sorted(set(arrived))
    assert link.passed == len(arrived)
    assert link.sent == link.passed + link.lost + link.dropped
    assert link.waiting_bytes == 0


def test_a_profile_is_made_of_json() -> None:
    profile = {"delay_s": 0.3, "loss": 0.03, "rate_bps": 80_000, "queue_bytes": 30_000}
    assert make(profile) == Impairment(0.3, 0.0, 0.03, 1.0, 80_000, 30_000)
    assert make({"rate_bps": None, "cut": True}) == Impairment(cut=True)


@pytest.mark.parametrize(
    "profile",
    [
        {"latency": 1},
        {"delay_s": -1},
        {"delay_s": None},
        {"jitter_s": float("inf")},
        {"loss": 1.5},
        {"loss": float("nan")},
        {"loss": True},
        {"burst": 0.5},
        {"rate_bps": -1},
        {"queue_bytes": -1},
        {"queue_bytes": 1.5},
        {"cut": 1},
    ],
)
def test_a_profile_no_line_can_have_is_refused(profile: dict[str, float | bool | None]) -> None:
    with pytest.raises(ValueError, match=next(iter(profile))):
        make(profile)
