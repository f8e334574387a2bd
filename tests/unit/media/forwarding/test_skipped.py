from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.forwarding.skipped import CAPACITY, Skipped


@given(st.sets(st.integers(0, 500)), st.integers(0, 500))
def test_counts_what_was_left_out_above_a_number(numbers: set[int], asked: int) -> None:
    skipped = Skipped()
    for number in numbers:
        skipped.add(number)
    assert skipped.after(asked) == sum(number > asked for number in numbers)
    assert (asked in skipped) is (asked in numbers)
    assert skipped.newest == max(numbers, default=-1)
    skipped.clear()
    assert (skipped.newest, skipped.after(0)) == (-1, 0)


def test_memory_is_bounded_and_says_from_where_it_knows() -> None:
    skipped = Skipped()
    assert skipped.floor == 0
    for number in range(5 * CAPACITY):
        skipped.add(number)
        assert len(skipped._numbers) <= CAPACITY
    assert skipped.floor == skipped._numbers[0] > 3 * CAPACITY
