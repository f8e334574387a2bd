"""The text log: in order, without gaps, each line once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import Code, Refusal
from signaling.domain.messages import MAX_BODY_CHARS, TextLog, check_body


def code_of(log: TextLog, ref: int, body: str = "x") -> Code:
    before = len(log)
    with pytest.raises(Refusal) as refused:
        log.add("a", ref, body, 0)
    assert len(log) == before
    return refused.value.code


def test_lines_are_numbered_across_senders() -> None:
    log = TextLog()
    added = [log.add(sender, ref, "x", 5)[0] for sender, ref in (("a", 1), ("b", 1), ("a", 2))]
    assert [line.seq for line in added] == [1, 2, 3]
    assert [line.ref for line in added] == [1, 1, 2]
    assert (log.next_ref("a"), log.next_ref("b"), log.next_ref("c")) == (3, 2, 1)


def test_repeated_line_is_answered_as_the_first_time() -> None:
    log = TextLog()
    first, is_new = log.add("a", 1, "one", 5)
    assert is_new
    assert log.add("a", 1, "another body", 9) == (first, False)
    assert len(log) == 1


@pytest.mark.parametrize("ref", [-1, 0, 2, 3])
def test_line_out_of_turn_is_refused(ref: int) -> None:
    assert code_of(TextLog(), ref) is Code.TEXT_OUT_OF_ORDER


def test_full_log_refuses_and_still_answers_repeats() -> None:
    log = TextLog(max_lines=1)
    first, _ = log.add("a", 1, "x", 0)
    assert code_of(log, 2) is Code.BUSY
    assert log.add("a", 1, "x", 0) == (first, False)
    assert log.next_ref("a") == 2


def test_log_is_bounded_in_characters() -> None:
    log = TextLog(max_chars=3)
    log.add("a", 1, "xy", 0)
    assert code_of(log, 2, "xy") is Code.BUSY
    assert log.add("a", 2, "z", 0)[1]


def test_after_returns_what_is_missing() -> None:
    log = TextLog()
    for ref in range(1, 5):
        log.add("a", ref, str(ref), 0)
    assert [line.seq for line in log.after(2)] == [3, 4]
    assert [line.seq for line in log.after(-3)] == [1, 2, 3, 4]
    assert log.after(99) == ()


@pytest.mark.parametrize("body", ["a", "两行\n\t字", "👩‍👩‍👧", "x" * MAX_BODY_CHARS, " ", "\u200f"])
def test_text_is_text(body: str) -> None:
    check_body(body)
    assert TextLog().add("a", 1, body, 0)[0].body == body


@pytest.mark.parametrize(
    "body", ["", "\x00", "a\rb", "\x7f", "\x85", "\x1b[2J", "\ud800", "\udfff"]
)
def test_controls_are_refused(body: str) -> None:
    assert code_of(TextLog(), 1, body) is Code.MALFORMED


def test_long_body_is_refused() -> None:
    assert code_of(TextLog(), 1, "x" * (MAX_BODY_CHARS + 1)) is Code.TOO_LARGE


@given(st.text())
def test_any_string_is_taken_unchanged_or_refused(body: str) -> None:
    log = TextLog()
    try:
        line, _ = log.add("a", 1, body, 0)
    except Refusal:
        assert len(log) == 0
    else:
        assert line.body == body
        assert body.encode().decode() == body
