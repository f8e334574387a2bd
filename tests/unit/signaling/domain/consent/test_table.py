"""The table of consent: every pair there is, and every one there is not."""

from __future__ import annotations

from itertools import product

import pytest

from signaling.domain.consent.table import CONSENT, ENDS, follow
from signaling.domain.consent.terms import (
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Hold,
    HoldReason,
    Medium,
    Purpose,
    Request,
    Scope,
)
from signaling.domain.errors import Code, Refusal

SCOPE = Scope(frozenset({Purpose.SUPERVISION}), frozenset({Medium.AUDIO}))
CAPTURING = {ConsentStage.RECORDING}


def at_stage(stage: ConsentStage) -> Consent:
    request = Request("r1", "li", SCOPE, "words", 1.0, frozenset({"li", "zhang"}))
    holds = frozenset({Hold(HoldReason.USER, "li")} if stage is ConsentStage.HOLD else ())
    return Consent(stage, request, {"li": SCOPE}, SCOPE, 2.0, "r1", 3.0, 1, holds)


def a_fact(turn: ConsentTurn) -> ConsentFact:
    return ConsentFact(turn, 5.0, "li", SCOPE, HoldReason.USER, "r1", frozenset({"li"}))


@pytest.mark.parametrize(("stage", "turn"), list(product(ConsentStage, ConsentTurn)))
def test_what_the_table_has_is_done_and_what_it_has_not_changes_nothing(
    stage: ConsentStage, turn: ConsentTurn
) -> None:
    before = at_stage(stage)
    following = CONSENT.get((stage, turn))
    if following is None:
        with pytest.raises(Refusal, match=Code.NOT_NOW.value):
            follow(before, a_fact(turn))
        assert before == at_stage(stage)
    else:
        assert follow(before, a_fact(turn)).stage is following


def test_there_are_two_ways_into_capture_and_no_others() -> None:
    ways = {
        pair for pair, following in CONSENT.items()
        if following in CAPTURING and pair[0] not in CAPTURING
    }  # fmt: skip
    assert ways == {
        (ConsentStage.ARMING, ConsentTurn.START),
        (ConsentStage.HOLD, ConsentTurn.RESUME),
    }


@pytest.mark.parametrize("stage", sorted(set(ConsentStage) - {ConsentStage.OFF}))
def test_a_gateway_that_died_goes_on_with_nothing(stage: ConsentStage) -> None:
    after = follow(at_stage(stage), a_fact(ConsentTurn.RECOVER))
    assert after == Consent(ended=ConsentTurn.RECOVER)


@pytest.mark.parametrize("stage", [ConsentStage.RECORDING, ConsentStage.HOLD])
@pytest.mark.parametrize("turn", sorted(ENDS & {ConsentTurn.WITHDRAW, ConsentTurn.FAIL}))
def test_after_an_end_nothing_of_it_is_left(stage: ConsentStage, turn: ConsentTurn) -> None:
    after = follow(at_stage(stage), a_fact(turn))
    assert (after.stage, after.scope, after.grants, after.recording) == (
        ConsentStage.OFF, Scope(), {}, "",
    )  # fmt: skip
