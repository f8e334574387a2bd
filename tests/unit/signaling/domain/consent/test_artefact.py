"""What becomes of a recording: it is of use for ever less, and what is taken back is gone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.domain.consent.artefact import (
    ARTEFACT,
    COOLING_MS,
    DAY_MS,
    GRACE_MS,
    OPEN,
    Artefact,
    ArtefactFact,
    ArtefactStage,
    ArtefactTurn,
    due,
    follow_artefact,
    may_play,
    next_due,
    take_back,
    take_back_some,
)
from signaling.domain.consent.terms import LATER_PURPOSES, LIVE_PURPOSES, Medium, PartyRole, Purpose
from signaling.domain.errors import Code, Refusal

T0 = 1_700_000_000_000
REVIEW, SUPERVISION = Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION
UNTIL = {REVIEW: T0 + 30 * DAY_MS, SUPERVISION: T0 + 90 * DAY_MS}
MEDIA = frozenset({Medium.AUDIO, Medium.VIDEO})
MADE = Artefact(UNTIL, MEDIA, T0)
LISTEN = {PartyRole.COUNSELLOR, PartyRole.SUPERVISOR, PartyRole.CLIENT}


def later(artefact: Artefact, at: int) -> Artefact:
    """As it is when time has done what it does."""
    while (fact := due(artefact, at)) is not None:
        artefact = follow_artefact(artefact, fact)
    return artefact


def given_up(artefact: Artefact, at: int) -> Artefact:
    return follow_artefact(artefact, take_back(artefact, at))


@pytest.mark.parametrize(("stage", "turn"), list(product(ArtefactStage, ArtefactTurn)))
def test_what_the_table_has_is_done_and_what_it_has_not_is_refused(
    stage: ArtefactStage, turn: ArtefactTurn
) -> None:
    artefact = replace(MADE, stage=stage, came_from=ArtefactStage.ACTIVE, erase_at=T0)
    fact = ArtefactFact(turn, T0)
    if turn is ArtefactTurn.ADD:
        fact = replace(fact, purposes=frozenset({Purpose.TEACHING}), until=T0 + DAY_MS)
    if (stage, turn) not in ARTEFACT:
        with pytest.raises(Refusal, match=Code.NOT_NOW.value):
            follow_artefact(artefact, fact)
    else:
        wanted = ARTEFACT[stage, turn] or ArtefactStage.ACTIVE
        assert follow_artefact(artefact, fact).stage is wanted


def test_nothing_leads_out_of_erased() -> None:
    assert not [turn for stage, turn in ARTEFACT if stage is ArtefactStage.ERASED]


def test_for_a_day_only_the_counsellor_listens_and_only_for_review() -> None:
    assert may_play(MADE, PartyRole.COUNSELLOR, T0)
    assert not may_play(MADE, PartyRole.CLIENT, T0)
    assert not may_play(MADE, PartyRole.SUPERVISOR, T0)
    without = Artefact({SUPERVISION: UNTIL[SUPERVISION]}, MEDIA, T0)
    assert not may_play(without, PartyRole.COUNSELLOR, T0)
    assert later(MADE, T0 + COOLING_MS - 1) == MADE
    active = later(MADE, T0 + COOLING_MS)
    assert active.stage is ArtefactStage.ACTIVE
    assert may_play(active, PartyRole.SUPERVISOR, T0 + COOLING_MS)
    assert may_play(active, PartyRole.CLIENT, T0 + COOLING_MS)


@pytest.mark.parametrize("role", sorted(set(PartyRole) - LISTEN))
def test_nobody_else_ever_listens(role: PartyRole) -> None:
    assert not any(may_play(replace(MADE, stage=stage), role, T0) for stage in ArtefactStage)


def test_a_purpose_whose_time_is_over_falls_away_and_with_the_last_the_recording() -> None:
    narrowed = later(MADE, UNTIL[REVIEW])
    assert narrowed.until.keys() == {SUPERVISION}
    assert not may_play(narrowed, PartyRole.COUNSELLOR, UNTIL[REVIEW])
    assert may_play(narrowed, PartyRole.SUPERVISOR, UNTIL[REVIEW])
    assert later(narrowed, UNTIL[SUPERVISION]).stage is ArtefactStage.ERASED


def test_what_is_taken_back_is_not_played_again_and_goes_after_a_day() -> None:
    pending = given_up(MADE, T0 + 5)
    assert not may_play(pending, PartyRole.COUNSELLOR, T0 + 5)
    assert later(pending, T0 + 4 + GRACE_MS).stage is ArtefactStage.ERASURE_PENDING
    erased = later(pending, T0 + 5 + GRACE_MS)
    assert (erased.stage, erased.until, erased.media) == (
        ArtefactStage.ERASED, {}, frozenset(),
    )  # fmt: skip


def test_who_took_it_back_may_change_their_mind_for_a_day() -> None:
    kept = follow_artefact(given_up(MADE, T0), ArtefactFact(ArtefactTurn.KEEP, T0 + 10))
    assert kept == MADE
    with pytest.raises(Refusal):
        follow_artefact(
            later(given_up(MADE, T0), T0 + GRACE_MS), ArtefactFact(ArtefactTurn.KEEP, T0)
        )


def test_where_the_law_has_it_kept_it_is_locked_until_it_need_not_be() -> None:
    floor = T0 + 3650 * DAY_MS
    locked = later(given_up(replace(MADE, floor_until=floor), T0), T0 + GRACE_MS)
    assert (locked.stage, next_due(locked)) == (ArtefactStage.LOCKED, floor)
    assert not any(may_play(locked, role, T0) for role in PartyRole)
    assert later(locked, floor - 1) == locked
    assert later(locked, floor).stage is ArtefactStage.ERASED


def test_some_of_it_taken_back_leaves_the_rest_and_the_last_of_it_nothing() -> None:
    fact = take_back_some(MADE, frozenset({SUPERVISION}), frozenset(), T0)
    narrowed = follow_artefact(MADE, fact)
    assert (narrowed.stage, narrowed.until.keys()) == (ArtefactStage.SEALED, {REVIEW})
    for purposes, media in (
        (frozenset({REVIEW}), frozenset[Medium]()),
        (frozenset[Purpose](), MEDIA),
    ):
        last = take_back_some(narrowed, purposes, media, T0)
        assert last.turn is ArtefactTurn.GIVE_UP


def test_its_next_moment_is_when_something_is_due() -> None:
    artefact, seen = MADE, []
    while (at := next_due(artefact)) is not None:
        assert due(artefact, at - 1) is None
        artefact = later(artefact, at)
        seen.append(artefact.stage)
    assert seen == [ArtefactStage.ACTIVE, ArtefactStage.NARROWED, ArtefactStage.ERASED]


ACTS = st.tuples(
    st.sampled_from(list(ArtefactTurn)),
    st.integers(0, 40 * DAY_MS),
    st.frozensets(st.sampled_from(list(Purpose))),
    st.frozensets(st.sampled_from(list(Medium))),
    st.integers(0, 100 * DAY_MS),
)
Acts = list[tuple[ArtefactTurn, int, frozenset[Purpose], frozenset[Medium], int]]


@given(st.lists(ACTS, max_size=12), st.one_of(st.none(), st.integers(T0, T0 + 200 * DAY_MS)))
def test_whatever_happens_what_was_agreed_to_is_for_ever_less(
    acts: Acts, floor: int | None
) -> None:
    artefact, at = replace(MADE, floor_until=floor), T0
    for turn, passed, purposes, media, holds in acts:
        at += passed
        before = later(artefact, at)
        artefact = before
        try:
            fact = ArtefactFact(turn, at, purposes, media, until=at + holds)
            artefact = follow_artefact(before, fact)
        except Refusal:
            assert artefact == before
        added = artefact.until.items() - before.until.items()
        assert all(each in LATER_PURPOSES - before.until.keys() for each, _ in added)
        assert not added or turn is ArtefactTurn.ADD
        lived = {each: until for each, until in artefact.until.items() if each in LIVE_PURPOSES}
        assert lived.items() <= UNTIL.items()
        assert artefact.media <= before.media
        if before.stage is ArtefactStage.ERASED:
            assert artefact == before
        if artefact.stage not in OPEN:
            assert not any(may_play(artefact, role, at) for role in PartyRole)
