from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.booking import (
    HOUR_MS,
    MINUTE_MS,
    TABLE,
    Booking,
    BookingAct,
    BookingEnd,
    BookingSide,
    BookingStage,
    Span,
    begin,
    follow_hour,
    is_late,
    lapse,
    take,
)
from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Outcome

NOW = 1_800_000_000_000
FIRST, OTHER = Span(NOW + 24 * HOUR_MS, 50), Span(NOW + 48 * HOUR_MS, 50)
ASKED = {
    BookingStage.ASKED,
    BookingStage.SUGGESTED,
    BookingStage.MOVE_ASKED,
    BookingStage.MOVE_SUGGESTED,
}
AGREED = {BookingStage.CONFIRMED, BookingStage.MOVE_ASKED, BookingStage.MOVE_SUGGESTED}
WHO_ANSWERS = {
    BookingStage.ASKED: BookingSide.COUNSELLOR, BookingStage.MOVE_ASKED: BookingSide.COUNSELLOR,
    BookingStage.SUGGESTED: BookingSide.CLIENT, BookingStage.MOVE_SUGGESTED: BookingSide.CLIENT,
}  # fmt: skip


def at_stage(stage: BookingStage) -> Booking:
    named = OTHER if stage in ASKED else None
    return Booking(stage, named, FIRST if stage in AGREED else None, 7)


def code_of(
    booking: Booking, by: BookingSide, act: BookingAct, revision: int = 7, at: int = NOW
) -> Code:
    with pytest.raises(Refusal) as refused:
        take(booking, by, act, revision, at, OTHER if act is BookingAct.SUGGEST else None)
    return refused.value.code


def test_a_client_asks_and_the_counsellor_agrees() -> None:
    asked = begin(BookingSide.CLIENT, FIRST, NOW)
    assert (asked.stage, asked.kept) == (BookingStage.ASKED, (FIRST,))
    assert take(asked, BookingSide.COUNSELLOR, BookingAct.AGREE, 1, NOW) == Booking(
        BookingStage.CONFIRMED, None, FIRST, 2
    )


def test_another_time_goes_back_and_forth_until_one_of_them_agrees() -> None:
    booking = begin(BookingSide.CLIENT, FIRST, NOW)
    booking = take(booking, BookingSide.COUNSELLOR, BookingAct.SUGGEST, 1, NOW, OTHER)
    assert (booking.stage, booking.kept) == (BookingStage.SUGGESTED, (OTHER,)), (
        "the first is free again"
    )
    booking = take(booking, BookingSide.CLIENT, BookingAct.SUGGEST, 2, NOW, FIRST)
    booking = take(booking, BookingSide.COUNSELLOR, BookingAct.AGREE, 3, NOW)
    assert booking.agreed == FIRST


@pytest.mark.parametrize("by", BookingSide)
def test_an_hour_is_kept_until_the_other_is_agreed_on(by: BookingSide) -> None:
    confirmed = at_stage(BookingStage.CONFIRMED)
    moving = take(confirmed, by, BookingAct.SUGGEST, 7, NOW, OTHER)
    assert moving.kept == (FIRST, OTHER)
    answers = WHO_ANSWERS[moving.stage]
    assert answers is not by
    assert take(moving, answers, BookingAct.AGREE, 8, NOW).kept == (OTHER,)
    assert take(moving, answers, BookingAct.DECLINE, 8, NOW).kept == (FIRST,)
    assert take(moving, by, BookingAct.TAKE_BACK, 8, NOW).kept == (FIRST,)
    assert take(moving, by, BookingAct.CANCEL, 8, NOW).kept == ()


@pytest.mark.parametrize(
    ("stage", "by", "act"), list(product(BookingStage, BookingSide, BookingAct))
)
def test_what_the_table_does_not_name_is_refused(
    stage: BookingStage, by: BookingSide, act: BookingAct
) -> None:
    booking = at_stage(stage)
    if (stage, by, act) not in TABLE:
        assert code_of(booking, by, act) is Code.NOT_NOW
        return
    after = take(booking, by, act, 7, NOW, OTHER if act is BookingAct.SUGGEST else None)
    assert after.stage is TABLE[stage, by, act]
    assert after.revision == 8
    assert (after.end is not None) is (after.stage is BookingStage.ENDED)


def test_only_who_is_asked_agrees_or_declines() -> None:
    answered = {
        (stage, by) for stage, by, act in TABLE if act in {BookingAct.AGREE, BookingAct.DECLINE}
    }
    assert answered == set(WHO_ANSWERS.items())


def test_a_tap_on_an_old_card_changes_nothing() -> None:
    asked = begin(BookingSide.CLIENT, FIRST, NOW)
    other = take(asked, BookingSide.CLIENT, BookingAct.SUGGEST, 1, NOW, OTHER)
    assert code_of(other, BookingSide.COUNSELLOR, BookingAct.AGREE, revision=1) is Code.NOT_NOW


@pytest.mark.parametrize(
    ("act", "named"),
    [(BookingAct.SUGGEST, None), (BookingAct.AGREE, OTHER), (BookingAct.CANCEL, OTHER)],
)
def test_only_a_suggestion_names_a_time(act: BookingAct, named: Span | None) -> None:
    with pytest.raises(Refusal) as refused:
        take(at_stage(BookingStage.ASKED), BookingSide.COUNSELLOR, act, 7, NOW, named)
    assert refused.value.code is Code.MALFORMED


def test_nothing_is_agreed_on_that_has_come() -> None:
    for by in BookingSide:
        with pytest.raises(Refusal):
            begin(by, FIRST, FIRST.starts_at)
    asked = begin(BookingSide.CLIENT, FIRST, NOW)
    assert (
        code_of(asked, BookingSide.COUNSELLOR, BookingAct.AGREE, 1, FIRST.starts_at) is Code.NOT_NOW
    )
    confirmed = at_stage(BookingStage.CONFIRMED)
    for act in (BookingAct.SUGGEST, BookingAct.CANCEL):
        assert code_of(confirmed, BookingSide.CLIENT, act, at=FIRST.starts_at) is Code.NOT_NOW


@pytest.mark.parametrize(
    ("stage", "at", "after"),
    [
        (BookingStage.ASKED, NOW + HOUR_MS - 1, BookingStage.ASKED),
        (BookingStage.ASKED, NOW + HOUR_MS, BookingStage.ENDED),
        (BookingStage.MOVE_SUGGESTED, NOW + HOUR_MS, BookingStage.CONFIRMED),
        (BookingStage.CONFIRMED, NOW + HOUR_MS, BookingStage.CONFIRMED),
    ],
)
def test_what_nobody_answers_lapses_and_what_was_agreed_stays(
    stage: BookingStage, at: int, after: BookingStage
) -> None:
    booking = at_stage(stage)
    lapsed = lapse(booking, at, HOUR_MS, NOW)
    assert lapsed.stage is after
    assert lapsed.agreed == booking.agreed
    assert (lapsed.end is BookingEnd.LAPSED) is (after is BookingStage.ENDED)
    assert (lapsed == booking) is (stage is after)


def test_what_was_named_lapses_when_it_comes() -> None:
    asked = begin(BookingSide.CLIENT, FIRST, NOW)
    assert lapse(asked, FIRST.starts_at - 1, 10**12, NOW) == asked
    assert lapse(asked, FIRST.starts_at, 10**12, NOW).end is BookingEnd.LAPSED


def test_late_is_what_the_clinic_says() -> None:
    confirmed = at_stage(BookingStage.CONFIRMED)
    before = FIRST.starts_at - 2 * HOUR_MS
    assert not is_late(confirmed, before, 2 * HOUR_MS)
    assert is_late(confirmed, before + 1, 2 * HOUR_MS)
    assert not is_late(at_stage(BookingStage.ASKED), before + 1, 2 * HOUR_MS)


acts = st.tuples(st.sampled_from(BookingSide), st.sampled_from(BookingAct), st.integers(-1, 1))


@given(st.sampled_from(BookingSide), st.lists(acts, max_size=30))
def test_an_hour_is_never_lost_and_nothing_is_kept_without_need(
    first: BookingSide, given_acts: list[tuple[BookingSide, BookingAct, int]]
) -> None:
    booking = begin(first, FIRST, NOW)
    for number, (by, act, drift) in enumerate(given_acts):
        named = Span(FIRST.starts_at + number * HOUR_MS, 50) if act is BookingAct.SUGGEST else None
        before = booking
        try:
            booking = take(booking, by, act, booking.revision + drift, NOW, named)
        except Refusal:
            assert booking == before
            continue
        assert (booking.agreed is not None) is (booking.stage in AGREED)
        assert (booking.named is not None) is (booking.stage in ASKED)
        if before.agreed is not None and act not in {BookingAct.AGREE, BookingAct.CANCEL}:
            assert booking.agreed == before.agreed


@given(st.integers(0, 500), st.integers(1, 90), st.integers(0, 500), st.integers(1, 90))
def test_spans_meet_where_they_have_a_minute_in_common(
    one: int, long: int, other: int, wide: int
) -> None:
    common = set(range(one, one + long)) & set(range(other, other + wide))
    span, beside = Span(one * MINUTE_MS, long), Span(other * MINUTE_MS, wide)
    assert span.meets(beside) is beside.meets(span) is bool(common)


@pytest.mark.parametrize("stage", sorted(AGREED))
def test_an_hour_that_was_moved_elsewhere_is_what_is_agreed_on(stage: BookingStage) -> None:
    assert follow_hour(at_stage(stage), OTHER, None) == Booking(
        BookingStage.CONFIRMED, None, OTHER, 8
    )


@pytest.mark.parametrize("stage", sorted(AGREED))
@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        (Outcome.HELD, BookingEnd.HELD),
        (Outcome.MISSED, BookingEnd.MISSED),
        (Outcome.CANCELLED, BookingEnd.CANCELLED),
    ],
)
def test_an_hour_that_is_over_ends_what_was_said_about_it(
    stage: BookingStage, outcome: Outcome, end: BookingEnd
) -> None:
    ended = follow_hour(at_stage(stage), FIRST, outcome)
    assert ended == Booking(BookingStage.ENDED, None, None, 8, end)
    assert follow_hour(ended, FIRST, outcome) is ended


@pytest.mark.parametrize("stage", sorted(AGREED))
def test_an_hour_that_is_as_agreed_changes_nothing(stage: BookingStage) -> None:
    booking = at_stage(stage)
    assert follow_hour(booking, FIRST, None) is booking
