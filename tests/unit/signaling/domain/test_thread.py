from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import RECALL_MS, RECALLED, Kind, Mark, Message, Place, Thread, advance


def write(
    thread: Thread, author: str, hand: str, ref: int, after: str = "", body: str = "x"
) -> tuple[Message, bool]:
    """The message is called after its hand and place."""
    return thread.write(author, Place(hand, ref, after), f"{hand}{ref}", Kind.TEXT, body, 10)


def test_messages_of_all_hands_have_one_order() -> None:
    thread = Thread()
    write(thread, "li", "desk", 1)
    write(thread, "client", "phone", 1)
    place = Place("desk", 2, "desk1")
    made, new = thread.write("li", place, "third", Kind.FEELING, "c", 30)
    assert new
    assert made == Message(3, 3, "third", "li", Kind.FEELING, "c", 30)
    assert [message.id for message in thread.since(1)] == ["phone1", "third"]


def test_a_repeated_one_is_answered_as_the_first_time() -> None:
    thread = Thread()
    first, _ = write(thread, "li", "desk", 1)
    write(thread, "li", "desk", 2, "desk1")
    assert write(thread, "li", "desk", 1, body="whatever it says now") == (first, False)
    assert (thread.last, thread.rev) == (2, 2)
    assert write(thread, "li", "desk", 3, "desk2")[1]


@pytest.mark.parametrize(
    ("author", "place", "ident", "code"),
    [
        ("li", Place("desk", 3, "desk1"), "new", Code.TEXT_OUT_OF_ORDER),
        ("li", Place("other", 2, "desk1"), "new", Code.TEXT_OUT_OF_ORDER),
        ("li", Place("desk", 0, ""), "new", Code.MALFORMED),
        ("li", Place("desk", -1, ""), "new", Code.MALFORMED),
        ("li", Place("desk", 1, ""), "new", Code.HAND_TAKEN),
        ("li", Place("desk", 2, "elsewhere"), "new", Code.HAND_TAKEN),
        ("li", Place("other", 1, "desk1"), "new", Code.HAND_TAKEN),
        ("client", Place("desk", 2, "desk1"), "new", Code.HAND_TAKEN),
        ("client", Place("phone", 1, ""), "desk1", Code.HAND_TAKEN),
    ],
)
def test_what_would_lose_a_message_or_forge_one_is_refused(
    author: str, place: Place, ident: str, code: Code
) -> None:
    thread = Thread()
    write(thread, "li", "desk", 1)
    with pytest.raises(Refusal) as refused:
        thread.write(author, place, ident, Kind.TEXT, "x", 20)
    assert refused.value.code is code
    assert (thread.last, thread.rev) == (1, 1)
    assert write(thread, "li", "desk", 2, "desk1")[1], "the hand goes on as if nothing had been"


def test_who_goes_on_under_another_name_says_again_what_may_have_come() -> None:
    thread = Thread()
    write(thread, "li", "desk", 1)
    known, new = thread.write("li", Place("copy", 1, ""), "desk1", Kind.TEXT, "x", 20)
    assert (known.number, new) == (1, False)
    made, new = thread.write("li", Place("copy", 2, "desk1"), "next", Kind.TEXT, "y", 20)
    assert (made.number, new) == (2, True)


def test_one_taken_back_says_nothing_any_more_and_everybody_hears_of_it() -> None:
    thread = Thread()
    write(thread, "li", "desk", 1)
    write(thread, "li", "desk", 2, "desk1")
    taken = thread.recall("li", 1, 10 + RECALL_MS)
    assert (taken.body, taken.recalled, taken.rev) == (None, True, 3)
    assert list(thread.since(2)) == [taken]
    assert thread.recall("li", 1, 10**9) == taken, "said twice it is done once"
    assert thread.rev == 3
    assert write(thread, "li", "desk", 1) == (taken, False)


@pytest.mark.parametrize(
    ("author", "number", "at", "code"),
    [
        ("client", 1, 10, Code.NOT_FOUND),
        ("li", 0, 10, Code.NOT_FOUND),
        ("li", 2, 10, Code.NOT_FOUND),
        ("li", 1, 11 + RECALL_MS, Code.NOT_NOW),
    ],
)
def test_what_cannot_be_taken_back(author: str, number: int, at: int, code: Code) -> None:
    thread = Thread()
    write(thread, "li", "desk", 1)
    with pytest.raises(Refusal) as refused:
        thread.recall(author, number, at)
    assert refused.value.code is code


@pytest.mark.parametrize("kind", Kind)
def test_what_both_have_acted_on_stays(kind: Kind) -> None:
    thread = Thread()
    thread.write("li", Place("desk", 1, ""), "first", kind, "a", 10)
    if kind in RECALLED:
        assert thread.recall("li", 1, 10).recalled
        return
    with pytest.raises(Refusal):
        thread.recall("li", 1, 10)


def test_how_far_somebody_is_only_grows_and_never_beyond_what_there_is() -> None:
    thread = Thread()
    for ref in range(1, 5):
        write(thread, "li", "desk", ref, f"desk{ref - 1}" if ref > 1 else "")
    assert thread.mark("client", 3, 2) == Mark(3, 2)
    assert thread.mark("client", 1, 1) == Mark(3, 2)
    assert thread.mark("client", 9, 0) == Mark(4, 2)
    assert thread.mark("client", 0, 4) == Mark(4, 4)
    assert thread.marks() == {"client": Mark(4, 4)}


@given(st.lists(st.tuples(st.integers(-5, 50), st.integers(-5, 50))), st.integers(0, 40))
def test_nobody_has_read_what_did_not_come(told: list[tuple[int, int]], last: int) -> None:
    mark = Mark()
    for delivered, read in told:
        after = advance(mark, last, delivered, read)
        assert mark.delivered <= after.delivered <= last
        assert mark.read <= after.read <= after.delivered
        mark = after
