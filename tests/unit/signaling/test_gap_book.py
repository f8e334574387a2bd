"""Whose gap it was, whose words were in it, and what a page cannot make others believe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.errors import Code, Refusal
from signaling.gap_book import KEPT, LEAST_MS, RECALL_MS, GapBook, GapCause
from signaling.gap_messages import MAX_GAP_MS, ReportGap

T = 1_700_000_000_000


def book(*speakers: str) -> GapBook:
    made = GapBook()
    for speaker in speakers:
        made.handle_switch(speaker, microphone=True, paused=False, at_ms=T)
    return made


def cut(made: GapBook, start: int, end: int, lost: int | None = None, who: str = "a") -> None:
    made.handle_silence(who, 300, start + 300)
    made.handle_voice(who, 400, lost, end + 400)


def code(call: object, *args: object) -> Code:
    with pytest.raises(Refusal) as refused:
        call(*args)  # type: ignore[operator]
    return refused.value.code


def test_gap_of_a_line_is_told_when_it_begins_and_when_it_is_over() -> None:
    made = book("a")
    began = made.handle_silence("a", 300, T + 1_300)
    assert began is not None
    assert (began.seen().started_at, began.seen().ended_at) == (T + 1_000, None)
    over = made.handle_voice("a", 400, 3_900, T + 5_400)
    assert over is began
    assert (over.ended_at, over.lost_ms) == (T + 5_000, 3_900)
    assert made.drain() == [(GapCause.NETWORK, 4.0)]
    assert made.drain() == []


@pytest.mark.parametrize(
    ("microphone", "paused", "is_gap"),
    [(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_only_a_microphone_that_is_on_and_not_paused_has_gaps(
    microphone: bool, paused: bool, is_gap: bool
) -> None:
    made = GapBook()
    made.handle_switch("a", microphone=microphone, paused=paused, at_ms=T)
    assert (made.handle_silence("a", 300, T + 300) is not None) is is_gap
    assert (made.handle_voice("a", 0, None, T + 4_000) is not None) is is_gap


def test_switching_off_or_a_paused_device_ends_what_looked_like_the_line() -> None:
    for microphone, paused in ((False, False), (True, True)):
        made = book("a")
        made.handle_silence("a", 300, T + 300)
        over = made.handle_switch("a", microphone=microphone, paused=paused, at_ms=T + 450)
        assert over is not None
        assert (over.ended_at, over.lost_ms) == (T + 450, 0)
        assert made.handle_voice("a", 0, None, T + 9_000) is None
        assert made.drain() == []


def test_paused_device_is_counted_as_such_and_silence_never() -> None:
    made = book("a")
    made.handle_switch("a", microphone=True, paused=True, at_ms=T + 1_000)
    made.handle_silence("a", 300, T + 1_300)
    made.handle_switch("a", microphone=True, paused=False, at_ms=T + 3_500)
    made.handle_voice("a", 0, None, T + 3_600)
    assert made.drain() == [(GapCause.DEVICE, 2.5)]
    made.handle_switch("a", microphone=True, paused=True, at_ms=T + 5_000)
    made.forget("a", T + 6_000)
    assert made.drain() == [(GapCause.DEVICE, 1.0)]


def test_microphone_switched_on_into_a_dead_line_has_its_gap_from_then_on() -> None:
    made = GapBook()
    made.handle_switch("a", microphone=False, paused=False, at_ms=T)
    made.handle_silence("a", 300, T + 300)
    made.handle_switch("a", microphone=True, paused=False, at_ms=T + 60_000)
    over = made.handle_voice("a", 0, None, T + 63_000)
    assert over is not None
    assert (over.started_at, over.lost_ms) == (T + 60_000, 3_000)


def test_listener_is_told_of_words_once_and_only_of_gaps_that_were() -> None:
    made = book("a", "b")
    cut(made, T, T + 4_000)
    assert code(made.handle_words, "b", 1, 2_000, T + 5_000) is Code.NOT_FOUND
    assert code(made.handle_words, "a", 7, 2_000, T + 5_000) is Code.NOT_FOUND
    gap = made.handle_words("a", 1, 900_000, T + 5_000)
    assert gap is not None
    assert gap.words().ms == 4_000
    assert [gap.missed_by(who) for who in "abc"] == [False, True, True]
    assert made.handle_words("a", 1, 4_000, T + 5_000) is None


def test_short_or_late_voice_is_kept_for_nobody() -> None:
    made = book("a")
    cut(made, T, T + LEAST_MS - 1)
    cut(made, T + 10_000, T + 15_000, 0)
    assert made.recall("a", T + 20_000) == []


def test_listeners_gap_goes_to_its_speaker() -> None:
    made = book("a", "b")
    gap = made.handle_report("b", ReportGap("a", T + 1_000, T + 5_000, 3_800), T + 6_000)
    assert gap is not None
    assert (gap.listener, gap.lost_ms) == ("b", 3_800)
    assert [gap.missed_by(who) for who in "abc"] == [False, True, False]


def test_the_same_gap_seen_from_both_ends_is_told_once() -> None:
    made = book("a", "b")
    cut(made, T, T + 4_000)
    assert made.handle_report("b", ReportGap("a", T + 200, T + 4_300, 4_000), T + 6_000) is None
    made.handle_silence("a", 300, T + 10_300)
    assert (
        made.handle_report("b", ReportGap("a", T + 10_100, T + 13_000, 2_900), T + 13_100) is None
    )


@pytest.mark.parametrize(
    ("listener", "report"),
    [
        ("b", ReportGap("a", T + 60_000, T + 64_000, 4_000)),
        ("b", ReportGap("a", T - MAX_GAP_MS - 1, T, 4_000)),
        ("b", ReportGap("a", T - 1_000, T - 5_000, 4_000)),
        ("a", ReportGap("a", T - 5_000, T - 1_000, 4_000)),
    ],
    ids=["future", "too long ago", "backwards", "one's own"],
)
def test_gap_that_cannot_have_been_is_refused(listener: str, report: ReportGap) -> None:
    made = book("a", "b")
    assert code(made.handle_report, listener, report, T) is Code.MALFORMED
    assert made.recall("a", T) == []


def test_what_one_page_repeats_or_overlaps_is_counted_once() -> None:
    made = book("a", "b")
    whole = ReportGap("a", T - 100_000, T, 100_000)
    assert made.handle_report("b", whole, T) is not None
    for _ in range(100):
        assert made.handle_report("b", whole, T) is None
    assert sum(seconds for _, seconds in made.drain()) == 100.0
    assert made.handle_report("c", ReportGap("nobody", T - 2_000, T, 2_000), T) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from("abc"),
            st.integers(T - 2 * MAX_GAP_MS, T + 2 * MAX_GAP_MS),
            st.integers(T - 2 * MAX_GAP_MS, T + 2 * MAX_GAP_MS),
            st.integers(0, MAX_GAP_MS),
        ),
        max_size=60,
    )
)
def test_whatever_pages_say_memory_and_counts_are_bounded(
    reports: list[tuple[str, str, int, int, int]],
) -> None:
    made = book("a", "b", "c")
    for listener, speaker, start, end, lost in reports:
        try:
            made.handle_report(listener, ReportGap(speaker, start, end, lost), T)
        except Refusal as refusal:
            assert refusal.code is Code.MALFORMED
    assert all(len(made.recall(who, T)) <= KEPT for who in "abc")
    # Two listeners of each of three speakers, none for longer than pages remember.
    assert sum(s for _, s in made.drain()) <= 6 * (MAX_GAP_MS + 2_000) / 1000


def test_page_that_was_away_is_told_what_it_missed() -> None:
    made = book("a", "b")
    cut(made, T, T + 4_000)
    (told,) = made.recall("a", T + 9_000)
    assert told == made.recall("a", T + 10_000)[0]
    assert made.recall("b", T + 9_000) == []
    made.handle_words("a", 1, 3_000, T + 9_000)
    assert made.recall("a", T + 9_000) == []
    (words,) = made.recall("b", T + 9_500)
    assert (words.gap, words.speaker) == (1, "a")
    assert made.recall("b", T + 9_000 + RECALL_MS) == []
    made.handle_silence("a", 300, T + 20_000)
    assert [gap.gap for gap in made.recall("b", T + 80_000)] == [2]
    made.forget("a", T + 90_000)
    assert made.recall("b", T + 90_000) == []
