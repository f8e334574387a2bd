from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.forwarding.rewriter import HEADROOM, REFUSED, Rewriter
from media.rtp.sequence import CYCLE

CLOCK = 90_000
FIRST = CYCLE + 101 + HEADROOM


def rewrite(
    rewriter: Rewriter, epoch: int, extended: int, timestamp: int, clock: int, now: float
) -> tuple[int, int] | None:
    """The outgoing number and timestamp, None for what is refused."""
    number = rewriter.rewrite(epoch, extended, timestamp, clock, now)
    assert number >= 0 or number == REFUSED
    return (number, rewriter.out_timestamp) if number >= 0 else None


def started() -> Rewriter:
    rewriter = Rewriter(100, 5000)
    assert rewrite(rewriter, 1, 70_000, 900, CLOCK, 10.0) == (FIRST, 5000)
    return rewriter


def test_keeps_what_is_contiguous_contiguous_and_gaps_gaps() -> None:
    rewriter = started()
    assert rewrite(rewriter, 1, 70_001, 900, CLOCK, 10.0) == (FIRST + 1, 5000)
    assert rewrite(rewriter, 1, 70_004, 3900, CLOCK, 10.1) == (FIRST + 4, 8000)
    assert rewrite(rewriter, 1, 70_002, 900, CLOCK, 10.2) == (FIRST + 2, 5000)


def test_what_the_very_first_packet_overtook_still_fits_below_it() -> None:
    rewriter = started()
    assert rewrite(rewriter, 1, 69_999, 900, CLOCK, 10.0) == (FIRST - 1, 5000)
    assert rewrite(rewriter, 1, 70_000 - HEADROOM, 900, CLOCK, 10.0) == (FIRST - HEADROOM, 5000)
    assert rewrite(rewriter, 1, 70_000 - HEADROOM - 1, 900, CLOCK, 10.0) is None


def test_what_is_older_than_a_later_source_s_first_packet_is_refused() -> None:
    rewriter = started()
    rewrite(rewriter, 2, 400, 77, CLOCK, 10.5)
    assert rewrite(rewriter, 2, 399, 77, CLOCK, 10.5) is None


def test_a_new_source_follows_in_number_and_in_time() -> None:
    rewriter = started()
    assert rewrite(rewriter, 2, 400, 77, CLOCK, 10.5) == (FIRST + 1, 5000 + 45_000)
    assert rewrite(rewriter, 2, 399, 77, CLOCK, 10.5) is None


def test_a_new_source_at_once_still_moves_the_timestamp() -> None:
    assert rewrite(started(), 2, 400, 77, CLOCK, 10.0) == (FIRST + 1, 5001)


def test_an_interruption_leaves_no_gap_and_keeps_the_clock() -> None:
    rewriter = started()
    rewriter.interrupt()
    assert rewrite(rewriter, 1, 70_050, 900 + CLOCK, CLOCK, 11.0) == (FIRST + 1, 5000 + CLOCK)


def test_what_is_late_after_an_interruption_is_refused() -> None:
    rewriter = started()
    rewrite(rewriter, 1, 70_010, 900, CLOCK, 10.0)
    rewriter.interrupt()
    assert rewrite(rewriter, 1, 70_005, 900, CLOCK, 10.0) is None
    assert rewrite(rewriter, 1, 70_012, 900, CLOCK, 10.0) == (FIRST + 11, 5000)


def test_another_clock_in_the_same_source_is_anchored_anew() -> None:
    rewriter = started()
    assert rewrite(rewriter, 1, 70_001, 5, 8000, 11.0) == (FIRST + 1, 5000 + 8000)


def test_timestamps_wrap() -> None:
    rewriter = Rewriter(0, 0xFFFF_FFFF)
    rewrite(rewriter, 1, 70_000, 0xFFFF_FF00, CLOCK, 0.0)
    rewritten = rewrite(rewriter, 1, 70_001, 0x100, CLOCK, 0.0)
    assert rewritten == (CYCLE + 2 + HEADROOM, 0x1FF)


def test_maps_the_timestamps_of_the_source_it_carries_only() -> None:
    rewriter = started()
    assert rewriter.map_timestamp(1, 950) == 5050
    assert rewriter.map_timestamp(2, 950) is None
    rewriter.interrupt()
    assert rewriter.map_timestamp(1, 950) is None


# A step is a packet (epochs to go forward, distance from the epoch's highest) or an interruption.
steps = st.lists(
    st.tuples(st.sampled_from([0, 0, 0, 0, 0, 1]), st.integers(-30, 40)) | st.just("interrupt"),
    max_size=80,
)


@given(steps=steps, clocks=st.lists(st.sampled_from([8000, 48_000]), min_size=80, max_size=80))
def test_no_number_is_used_twice_and_order_is_kept(
    steps: list[tuple[int, int] | str], clocks: list[int]
) -> None:
    rewriter = Rewriter(65_000, 0)
    epoch, highest = 1, 1000 + CYCLE
    given_out: dict[int, tuple[int, int]] = {}
    seen: set[tuple[int, int]] = set()
    for at, step in enumerate(steps):
        if isinstance(step, str):
            rewriter.interrupt()
            continue
        if step[0]:
            epoch, highest = epoch + 1, 1000 + CYCLE
        source = (epoch, highest + step[1])
        highest = max(highest, source[1])
        if source in seen:  # a publication passes nothing twice
            continue
        seen.add(source)
        rewritten = rewrite(rewriter, epoch, source[1], 0, clocks[at], at / 10)
        if rewritten is not None:
            assert rewritten[0] not in given_out
            given_out[rewritten[0]] = source
    in_order = [given_out[number] for number in sorted(given_out)]
    assert in_order == sorted(in_order)
