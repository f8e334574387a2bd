"""What presence says of an hour."""

from __future__ import annotations

import pytest

from signaling.domain.attendance import CUT_AFTER_S, Attendance
from signaling.domain.life import LIFE, Stage, Turn


@pytest.mark.parametrize("stage", sorted({Stage.ADMITTED, Stage.INTERRUPTED}))
def test_who_is_together_has_met(stage: Stage) -> None:
    assert Attendance().handle(stage, 10.0, together=True) is Turn.MEET


def test_a_line_is_cut_after_three_minutes_and_no_sooner() -> None:
    here = Attendance()
    assert here.handle(Stage.IN_SESSION, 0.0, together=True) is None
    assert here.handle(Stage.IN_SESSION, 10.0, together=False) is None
    assert here.next_deadline(Stage.IN_SESSION) == 10.0 + CUT_AFTER_S
    assert here.handle(Stage.IN_SESSION, 9.9 + CUT_AFTER_S, together=False) is None
    assert here.handle(Stage.IN_SESSION, 10.0 + CUT_AFTER_S, together=False) is Turn.CUT
    assert here.handle(Stage.IN_SESSION, 11.0 + CUT_AFTER_S, together=False) is Turn.CUT
    assert here.handle(Stage.INTERRUPTED, 12.0 + CUT_AFTER_S, together=False) is None
    assert here.next_deadline(Stage.INTERRUPTED) is None


def test_a_short_gap_begins_anew_each_time() -> None:
    here = Attendance()
    for now in range(0, 1000, 100):
        assert here.handle(Stage.IN_SESSION, now, together=False) is None
        assert here.handle(Stage.IN_SESSION, now + 50, together=True) is None
    assert here.next_deadline(Stage.IN_SESSION) is None


def test_it_asks_for_no_turn_that_the_life_has_not() -> None:
    for stage in Stage:
        for together in (True, False):
            here = Attendance()
            here.handle(stage, 0.0, together=together)
            turn = here.handle(stage, CUT_AFTER_S, together=together)
            assert turn is None or (stage, turn) in LIFE
