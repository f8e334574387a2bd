from __future__ import annotations

from signaling.access.patience import FIRST_MS, FREE_TRIES, MOST_MS, closed_ms


def test_a_few_tries_are_free_then_each_costs_twice_as_long_up_to_a_bound() -> None:
    waits = [closed_ms(failed) for failed in range(60)]
    assert waits[:FREE_TRIES] == [0] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 3] == [FIRST_MS, 2 * FIRST_MS, 4 * FIRST_MS]
    assert waits == sorted(waits)
    assert waits[-1] == MOST_MS
