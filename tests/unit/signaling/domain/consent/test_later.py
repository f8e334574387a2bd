"""To be asked afterwards: once, calmly, and nothing but one purpose more comes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from signaling.domain.consent.artefact import (
    COOLING_MS,
    DAY_MS,
    Artefact,
    ArtefactFact,
    ArtefactStage,
    ArtefactTurn,
    due,
    follow_artefact,
    may_play,
    take_back_some,
)
from signaling.domain.consent.later import (
    LATER,
    SILENCE_MS,
    LaterRequest,
    LaterStage,
    LaterTerms,
    LaterTurn,
    agree_later,
    ask_later,
    follow_later,
    may_be_answered,
    may_be_asked,
)
from signaling.domain.consent.terms import LATER_PURPOSES, Medium, PartyRole, Purpose
from signaling.domain.errors import Code, Refusal

T0 = 19_676 * DAY_MS
NEXT_DAY = T0 + COOLING_MS
REVIEW, SUPERVISION = Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION
RESEARCH, TEACHING = Purpose.RESEARCH, Purpose.TEACHING
UNTIL = {REVIEW: T0 + 30 * DAY_MS, SUPERVISION: T0 + 90 * DAY_MS}
ALLOWED = {**UNTIL, RESEARCH: T0 + 730 * DAY_MS + 5, TEACHING: T0 + 365 * DAY_MS + 5}
MEDIA = frozenset({Medium.AUDIO, Medium.VIDEO})
ACTIVE = Artefact(UNTIL, MEDIA, T0, stage=ArtefactStage.ACTIVE)
BOTH = (PartyRole.COUNSELLOR, PartyRole.CLIENT)
NOT_NOW = Code.NOT_NOW.value


def asked(purpose: Purpose = TEACHING, at: int = NEXT_DAY) -> LaterRequest:
    return ask_later(purpose, ALLOWED, at)


def agreed(artefact: Artefact = ACTIVE, purpose: Purpose = TEACHING) -> Artefact:
    request = asked(purpose)
    return follow_artefact(artefact, agree_later(artefact, request, NEXT_DAY + 1))


@pytest.mark.parametrize(("stage", "turn"), list(product([None, *LaterStage], LaterTurn)))
def test_what_the_table_has_is_done_and_what_it_has_not_is_refused(
    stage: LaterStage | None, turn: LaterTurn
) -> None:
    if (stage, turn) in LATER:
        assert follow_later(stage, turn) is LATER[stage, turn]
    else:
        with pytest.raises(Refusal, match=NOT_NOW):
            follow_later(stage, turn)


def test_an_answer_and_silence_are_the_end_of_it() -> None:
    assert not [stage for stage, _ in LATER if stage not in {None, LaterStage.ASKED}]
    ends = {turn: stage for (_, turn), stage in LATER.items()}
    assert ends[LaterTurn.DECLINE] is ends[LaterTurn.LAPSE]


def test_it_is_asked_not_before_a_day_and_only_of_what_the_clinic_allows() -> None:
    assert may_be_asked(ACTIVE, BOTH, (), ALLOWED, NEXT_DAY - 1) == ()
    assert may_be_asked(ACTIVE, BOTH, (), ALLOWED, NEXT_DAY) == (RESEARCH, TEACHING)
    assert may_be_asked(ACTIVE, BOTH, (), UNTIL, NEXT_DAY) == ()
    assert may_be_asked(ACTIVE, BOTH, (), {TEACHING: NEXT_DAY}, NEXT_DAY) == ()
    assert may_be_asked(ACTIVE, BOTH, (TEACHING,), ALLOWED, NEXT_DAY) == (RESEARCH,)


@pytest.mark.parametrize("stage", ArtefactStage)
def test_it_is_asked_and_answered_only_of_what_is_open(stage: ArtefactStage) -> None:
    is_open = stage in {ArtefactStage.ACTIVE, ArtefactStage.NARROWED}
    artefact = replace(ACTIVE, stage=stage)
    assert bool(may_be_asked(artefact, BOTH, (), ALLOWED, NEXT_DAY)) == is_open
    assert may_be_answered(artefact, asked(), NEXT_DAY) == is_open
    if not is_open:
        with pytest.raises(Refusal, match=NOT_NOW):
            agree_later(artefact, asked(), NEXT_DAY)


@pytest.mark.parametrize("role", sorted(set(PartyRole) - set(BOTH)))
def test_where_anybody_else_was_captured_it_is_not_asked(role: PartyRole) -> None:
    assert may_be_asked(ACTIVE, (*BOTH, role), (), ALLOWED, NEXT_DAY) == ()


def test_silence_is_a_no() -> None:
    request = asked()
    last = request.lapses_at - 1
    assert request.lapses_at == NEXT_DAY + SILENCE_MS
    assert request.at(last) == request
    assert may_be_answered(ACTIVE, request, last)
    assert request.at(last + 1).stage is LaterStage.NOT_GRANTED
    assert not may_be_answered(ACTIVE, request, last + 1)
    with pytest.raises(Refusal, match=NOT_NOW):
        agree_later(ACTIVE, request, last + 1)


@pytest.mark.parametrize("purpose", sorted(LATER_PURPOSES))
def test_a_yes_adds_one_purpose_and_changes_nothing_else(purpose: Purpose) -> None:
    after = agreed(purpose=purpose)
    assert after == replace(ACTIVE, until={**UNTIL, purpose: ALLOWED[purpose] - 5})
    assert due(after, NEXT_DAY + 1) is None


def test_nobody_plays_for_it() -> None:
    only = replace(agreed(), until={TEACHING: ALLOWED[TEACHING]})
    assert not any(may_play(only, role, NEXT_DAY + 1) for role in PartyRole)


def test_it_is_taken_back_like_any_purpose_and_not_asked_for_again() -> None:
    after = agreed()
    fact = take_back_some(after, frozenset({TEACHING}), frozenset(), NEXT_DAY + 2)
    less = follow_artefact(after, fact)
    assert (less.until, less.stage) == (UNTIL, ArtefactStage.NARROWED)
    assert TEACHING not in may_be_asked(less, BOTH, (TEACHING,), ALLOWED, NEXT_DAY + 3)
    assert agreed(less, RESEARCH).stage is ArtefactStage.NARROWED


def test_when_its_time_is_over_it_falls_away() -> None:
    after = agreed()
    end = after.until[TEACHING]
    while (fact := due(after, end - 1)) is not None:
        after = follow_artefact(after, fact)
    assert after.until == {TEACHING: end}
    gives_up = due(after, end)
    assert gives_up is not None
    assert gives_up.turn is ArtefactTurn.GIVE_UP


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param(ArtefactFact(ArtefactTurn.ADD, NEXT_DAY), id="nothing"),
        pytest.param(
            ArtefactFact(ArtefactTurn.ADD, NEXT_DAY, frozenset({REVIEW}), until=T0 * 2),
            id="longer",
        ),
        pytest.param(
            ArtefactFact(ArtefactTurn.ADD, NEXT_DAY, frozenset({TEACHING}), until=NEXT_DAY),
            id="over",
        ),
        pytest.param(
            ArtefactFact(
                ArtefactTurn.ADD, NEXT_DAY, frozenset({TEACHING}), frozenset({Medium.TEXT}),
                until=T0 * 2,
            ),
            id="a medium",
        ),
    ],
)  # fmt: skip
def test_nothing_else_is_ever_added(fact: ArtefactFact) -> None:
    with pytest.raises(Refusal, match=NOT_NOW):
        follow_artefact(ACTIVE, fact)


def test_a_purpose_of_a_session_is_not_added_once_it_is_gone() -> None:
    less = replace(ACTIVE, until={REVIEW: UNTIL[REVIEW]})
    fact = ArtefactFact(ArtefactTurn.ADD, NEXT_DAY, frozenset({SUPERVISION}), until=T0 * 2)
    with pytest.raises(Refusal, match=NOT_NOW):
        follow_artefact(less, fact)
    assert SUPERVISION not in may_be_asked(less, BOTH, (), ALLOWED, NEXT_DAY)


def test_all_that_is_shown_is_in_the_digest_and_it_names_nobody_in_a_log() -> None:
    terms = LaterTerms("r", "Li", TEACHING, T0, (Medium.AUDIO,), None)
    others = [
        replace(terms, recording="s"), replace(terms, asker="Chen"),
        replace(terms, purpose=RESEARCH), replace(terms, until=T0 + DAY_MS),
        replace(terms, media=()), replace(terms, floor_until=T0), replace(terms, version="2"),
    ]  # fmt: skip
    assert len({each.digest for each in [terms, *others]}) == 8
    assert "Li" not in repr(terms)
