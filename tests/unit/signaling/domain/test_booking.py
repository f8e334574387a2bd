from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.booking import (
    HOUR_MS,
    MINUTE_MS,
    TABLE,
    Act,
    Booking,
    End,
    Side,
    Span,
    Stage,
    begin,
    is_late,
    lapse,
    take,
)
from signaling.domain.errors import Code, Refusal

NOW = 1_800_000_000_000
FIRST, OTHER = Span(NOW + 24 * HOUR_MS, 50), Span(NOW + 48 * HOUR_MS, 50)
ASKED = {Stage.ASKED, Stage.SUGGESTED, Stage.MOVE_ASKED, Stage.MOVE_SUGGESTED}
AGREED = {Stage.CONFIRMED, Stage.MOVE_ASKED, Stage.MOVE_SUGGESTED}
WHO_ANSWERS = {
    Stage.ASKED: Side.COUNSELLOR, Stage.MOVE_ASKED: Side.COUNSELLOR,
    Stage.SUGGESTED: Side.CLIENT, Stage.MOVE_SUGGESTED: Side.CLIENT,
}  # fmt: skip


def at_stage(stage: Stage) -> Booking:
    named = OTHER if stage in ASKED else None
    return Booking(stage, named, FIRST if stage in AGREED else None, 7)


def code_of(booking: Booking, by: Side, act: Act, revision: int = 7, at: int = NOW) -> Code:
    with pytest.raises(Refusal) as refused:
        take(booking, by, act, revision, at, OTHER if act is Act.SUGGEST else None)
    return refused.value.code


def test_a_client_asks_and_the_counsellor_agrees() -> None:
    asked = begin(Side.CLIENT, FIRST, NOW)
    assert (asked.stage, asked.kept) == (Stage.ASKED, (FIRST,))
    assert take(asked, Side.COUNSELLOR, Act.AGREE, 1, NOW) == Booking(
        Stage.CONFIRMED, None, FIRST, 2
    )


def test_another_time_goes_back_and_forth_until_one_of_them_agrees() -> None:
    booking = begin(Side.CLIENT, FIRST, NOW)
    booking = take(booking, Side.COUNSELLOR, Act.SUGGEST, 1, NOW, OTHER)
    assert (booking.stage, booking.kept) == (Stage.SUGGESTED, (OTHER,)), "the first is free again"
    booking = take(booking, Side.CLIENT, Act.SUGGEST, 2, NOW, FIRST)
    booking = take(booking, Side.COUNSELLOR, Act.AGREE, 3, NOW)
    assert booking.agreed == FIRST


@pytest.mark.parametrize("by", Side)
def test_an_hour_is_kept_until_the_other_is_agreed_on(by: Side) -> None:
    confirmed = at_stage(Stage.CONFIRMED)
    moving = take(confirmed, by, Act.SUGGEST, 7, NOW, OTHER)
    assert moving.kept == (FIRST, OTHER)
    answers = WHO_ANSWERS[moving.stage]
    assert answers is not by
    assert take(moving, answers, Act.AGREE, 8, NOW).kept == (OTHER,)
    assert take(moving, answers, Act.DECLINE, 8, NOW).kept == (FIRST,)
    assert take(moving, by, Act.TAKE_BACK, 8, NOW).kept == (FIRST,)
    assert take(moving, by, Act.CANCEL, 8, NOW).kept == ()


@pytest.mark.parametrize(("stage", "by", "act"), list(product(Stage, Side, Act)))
def test_what_the_table_does_not_name_is_refused(stage: Stage, by: Side, act: Act) -> None:
    booking = at_stage(stage)
    if (stage, by, act) not in TABLE:
        assert code_of(booking, by, act) is Code.NOT_NOW
        return
    after = take(booking, by, act, 7, NOW, OTHER if act is Act.SUGGEST else None)
    assert after.stage is TABLE[stage, by, act]
    assert after.revision == 8
    assert (after.end is not None) is (after.stage is Stage.ENDED)


def test_only_who_is_asked_agrees_or_declines() -> None:
    answered = {(stage, by) for stage, by, act in TABLE if act in {Act.AGREE, Act.DECLINE}}
    assert answered == set(WHO_ANSWERS.items())


def test_a_tap_on_an_old_card_changes_nothing() -> None:
    asked = begin(Side.CLIENT, FIRST, NOW)
    other = take(asked, Side.CLIENT, Act.SUGGEST, 1, NOW, OTHER)
    assert code_of(other, Side.COUNSELLOR, Act.AGREE, revision=1) is Code.NOT_NOW


@pytest.mark.parametrize(
    ("act", "named"), [(Act.SUGGEST, None), (Act.AGREE, OTHER), (Act.CANCEL, OTHER)]
)
def test_only_a_suggestion_names_a_time(act: Act, named: Span | None) -> None:
    with pytest.raises(Refusal) as refused:
        take(at_stage(Stage.ASKED), Side.COUNSELLOR, act, 7, NOW, named)
    assert refused.value.code is Code.MALFORMED


def test_nothing_is_agreed_on_that_has_come() -> None:
    for by in Side:
        with pytest.raises(Refusal):
            begin(by, FIRST, FIRST.starts_at)
    asked = begin(Side.CLIENT, FIRST, NOW)
    assert code_of(asked, Side.COUNSELLOR, Act.AGREE, 1, FIRST.starts_at) is Code.NOT_NOW
    confirmed = at_stage(Stage.CONFIRMED)
    for act in (Act.SUGGEST, Act.CANCEL):
        assert code_of(confirmed, Side.CLIENT, act, at=FIRST.starts_at) is Code.NOT_NOW


@pytest.mark.parametrize(
    ("stage", "at", "after"),
    [
        (Stage.ASKED, NOW + HOUR_MS - 1, Stage.ASKED),
        (Stage.ASKED, NOW + HOUR_MS, Stage.ENDED),
        (Stage.MOVE_SUGGESTED, NOW + HOUR_MS, Stage.CONFIRMED),
        (Stage.CONFIRMED, NOW + HOUR_MS, Stage.CONFIRMED),
    ],
)
def test_what_nobody_answers_lapses_and_what_was_agreed_stays(
    stage: Stage, at: int, after: Stage
) -> None:
    booking = at_stage(stage)
    lapsed = lapse(booking, at, HOUR_MS, NOW)
    assert lapsed.stage is after
    assert lapsed.agreed == booking.agreed
    assert (lapsed.end is End.LAPSED) is (after is Stage.ENDED)
    assert (lapsed == booking) is (stage is after)


def test_what_was_named_lapses_when_it_comes() -> None:
    asked = begin(Side.CLIENT, FIRST, NOW)
    assert lapse(asked, FIRST.starts_at - 1, 10**12, NOW) == asked
    assert lapse(asked, FIRST.starts_at, 10**12, NOW).end is End.LAPSED


def test_late_is_what_the_clinic_says() -> None:
    confirmed = at_stage(Stage.CONFIRMED)
    before = FIRST.starts_at - 2 * HOUR_MS
    assert not is_late(confirmed, before, 2 * HOUR_MS)
    assert is_late(confirmed, before + 1, 2 * HOUR_MS)
    assert not is_late(at_stage(Stage.ASKED), before + 1, 2 * HOUR_MS)


acts = st.tuples(st.sampled_from(Side), st.sampled_from(Act), st.integers(-1, 1))


@given(st.sampled_from(Side), st.lists(acts, max_size=30))
def test_an_hour_is_never_lost_and_nothing_is_kept_without_need(
    first: Side, given_acts: list[tuple[Side, Act, int]]
) -> None:
    booking = begin(first, FIRST, NOW)
    for number, (by, act, drift) in enumerate(given_acts):
        named = Span(FIRST.starts_at + number * HOUR_MS, 50) if act is Act.SUGGEST else None
        before = booking
        try:
            booking = take(booking, by, act, booking.revision + drift, NOW, named)
        except Refusal:
            assert booking == before
            continue
        assert (booking.agreed is not None) is (booking.stage in AGREED)
        assert (booking.named is not None) is (booking.stage in ASKED)
        if before.agreed is not None and act not in {Act.AGREE, Act.CANCEL}:
            assert booking.agreed == before.agreed


@given(st.integers(0, 500), st.integers(1, 90), st.integers(0, 500), st.integers(1, 90))
def test_spans_meet_where_they_have_a_minute_in_common(
    one: int, long: int, other: int, wide: int
) -> None:
    common = set(range(one, one + long)) & set(range(other, other + wide))
    span, beside = Span(one * MINUTE_MS, long), Span(other * MINUTE_MS, wide)
    assert span.meets(beside) is beside.meets(span) is bool(common)
