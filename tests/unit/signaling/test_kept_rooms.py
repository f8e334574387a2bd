"""Deserted rooms within their bound, the longest deserted forgotten first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.kept_rooms import LINE_CHARS, KeptRooms, cost


def test_the_longest_deserted_goes_first() -> None:
    kept = KeptRooms(100)
    assert kept.desert("a", 40) == []
    assert kept.desert("b", 40) == []
    assert kept.desert("c", 40) == ["a"]
    assert (len(kept), kept.chars) == (2, 80)


def test_a_room_that_was_entered_is_young_again() -> None:
    kept = KeptRooms(100)
    kept.desert("a", 40)
    kept.desert("b", 40)
    kept.enter("a")
    assert kept.desert("a", 40) == []
    assert kept.desert("c", 40) == ["b"]


def test_one_that_is_too_large_for_all_is_not_kept_itself() -> None:
    kept = KeptRooms(100)
    kept.desert("a", 40)
    assert kept.desert("b", 101) == ["a", "b"]
    assert kept.chars == 0


def test_many_short_lines_are_not_taken_for_little() -> None:
    assert cost(1000, 1000) > 1000 * LINE_CHARS
    assert cost(0, 0) > 0


steps = st.tuples(st.sampled_from(["desert", "enter"]), st.integers(0, 9), st.integers(1, 120))


@given(st.lists(steps, max_size=80))
def test_never_more_than_the_bound_whatever_happens(
    given_steps: list[tuple[str, int, int]],
) -> None:
    kept, model = KeptRooms(300), dict[str, int]()
    for what, number, weight in given_steps:
        room = str(number)
        model.pop(room, None)
        if what == "enter":
            kept.enter(room)
        else:
            model[room] = weight
            for forgotten in kept.desert(room, weight):
                del model[forgotten]
        assert kept.chars == sum(model.values()) <= 300
        assert len(kept) == len(model)
