"""How calls are judged: the MOS estimate, the legs, whose fault it is, and what is forgotten."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.ids import RoomKey
from media.rungs import Rung
from signaling.domain.grants import Role
from signaling.quality import (
    BAD_LOSS,
    HEARING_BAD_MOS,
    STALE_S,
    Fault,
    Leg,
    Lines,
    fault_of,
    hearing,
    judge,
    mos,
    mos_heard,
    mos_sent,
    own_loss_down,
)
from signaling.reports import Hearing, ReportQuality, Seeing, Sending

HERE, THERE = RoomKey("here"), RoomKey("there")


def report(**changes: Any) -> ReportQuality:
    given = {"rtt_ms": 60.0, "audio_down": Hearing(concealed=0.0, buffer_ms=60.0, loss=0.0)}
    return ReportQuality(span_ms=5000.0, **(given | changes))


def leg(role: Role = Role.CLIENT, rung: Rung = Rung.CLEAR, **changes: Any) -> Leg:
    given = {"mos": 4.3, "loss_up": 0.0, "loss_down": 0.0, "rtt_ms": 60.0}
    return Leg(role, rung, **(given | changes))


WELL, BAD = leg(), leg(loss_up=0.2)


# --- MOS ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lost", "expected"), [(0.0, 4.3), (0.02, 3.9), (0.05, 3.2)])
def test_mos_meets_the_points_it_is_calibrated_by(lost: float, expected: float) -> None:
    assert mos(110.0, lost) == pytest.approx(expected, abs=0.1)


def test_delay_costs_more_past_the_knee() -> None:
    small = mos(20.0, 0.0) - mos(170.0, 0.0)
    large = mos(180.0, 0.0) - mos(330.0, 0.0)
    assert large > 3 * small > 0


@given(st.floats(0, 200_000), st.floats(0, 1))
def test_mos_stays_in_bounds_whatever_it_is_given(delay_ms: float, lost: float) -> None:
    assert 1.0 <= mos(delay_ms, lost) <= 4.5


@given(st.floats(0, 1000), st.floats(0, 0.98))
def test_more_loss_is_never_better(delay_ms: float, lost: float) -> None:
    assert mos(delay_ms, lost + 0.02) <= mos(delay_ms, lost) + 1e-9


def test_what_is_heard_rests_on_concealment_and_on_loss_only_without_it() -> None:
    said = report(audio_down=Hearing(concealed=0.02, buffer_ms=60.0, loss=0.2))
    unsaid = report(audio_down=Hearing(buffer_ms=60.0, loss=0.02))
    assert mos_heard(said) == mos_heard(unsaid) == mos(110.0, 0.02)


@pytest.mark.parametrize(
    "silent",
    [
        report(rtt_ms=None),
        report(audio_down=None),
        report(audio_down=Hearing(buffer_ms=50.0)),
    ],
)
def test_what_is_not_said_is_not_judged(silent: ReportQuality) -> None:
    assert mos_heard(silent) is None
    assert mos_sent(silent) is None


def test_what_is_sent_rests_on_the_loss_that_we_see() -> None:
    sent = mos_sent(report(audio_up=Sending(loss=0.05)))
    assert sent is not None
    assert sent < HEARING_BAD_MOS


# --- whose fault ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("legs", "elsewhere", "expected"),
    [
        ([WELL, leg(Role.COUNSELLOR)], None, None),
        ([BAD, leg(Role.COUNSELLOR)], None, Fault.CLIENT),
        ([BAD, leg(Role.COUNSELLOR)], 1.0, Fault.CLIENT),
        ([WELL, leg(Role.COUNSELLOR, Rung.VOICE)], 0.0, Fault.COUNSELLOR),
        ([BAD, leg(Role.COUNSELLOR, rtt_ms=900.0)], None, Fault.US),
        ([BAD, leg(Role.COUNSELLOR, rtt_ms=900.0)], 0.7, Fault.US),
        ([BAD, leg(Role.COUNSELLOR, rtt_ms=900.0)], 0.1, Fault.BOTH),
        ([BAD, leg(Role.COUNSELLOR, Rung.TEXT), WELL], None, Fault.BOTH),
        ([BAD], None, Fault.CLIENT),
        ([BAD], 0.0, Fault.CLIENT),
        ([BAD], 0.9, Fault.US),
        ([], None, None),
    ],
)
def test_fault(legs: list[Leg], elsewhere: float | None, expected: Fault | None) -> None:
    assert fault_of(legs, elsewhere) is expected


def test_loss_on_one_way_up_is_not_the_others_way_down() -> None:
    """What the client's network lost is missing at the counsellor's page too."""
    client = leg(loss_up=0.1)
    counsellor = leg(Role.COUNSELLOR, loss_down=0.1)
    assert fault_of([client, counsellor], None) is Fault.CLIENT
    assert own_loss_down(counsellor, 0.1) == pytest.approx(0.0)
    both = leg(Role.COUNSELLOR, loss_down=0.19)
    assert own_loss_down(both, 0.1) == pytest.approx(0.1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_own_loss_is_a_share_even_of_lies(down: float, up: float) -> None:
    own = own_loss_down(leg(loss_down=down), up)
    assert own is not None
    assert 0.0 <= own <= 1.0


def test_the_worst_call_comes_first_and_an_unknown_one_is_neither_best_nor_worst() -> None:
    calls = {
        RoomKey("good"): [leg(mos=4.2)],
        RoomKey("unknown"): [leg(mos=None, partial=True)],
        RoomKey("bad"): [leg(mos=4.1), leg(Role.COUNSELLOR, mos=2.0, rtt_ms=None)],
        RoomKey("empty"): [],
    }
    judged = judge(calls)
    assert [call.room for call in judged] == ["bad", "unknown", "good"]
    assert (judged[0].people, judged[0].mos, judged[0].rtt_ms) == (2, 2.0, 60.0)
    assert [call.partial for call in judged] == [False, True, False]


def test_a_machine_in_trouble_is_known_by_all_its_calls() -> None:
    calls = {RoomKey(str(n)): [BAD, leg(Role.COUNSELLOR, Rung.SLOW)] for n in range(3)}
    assert {call.fault for call in judge(calls)} == {Fault.US}
    calls |= {RoomKey(f"well {n}"): [WELL, leg(Role.COUNSELLOR)] for n in range(9)}
    faults = [call.fault for call in judge(calls)]
    assert faults.count(Fault.BOTH) == 3
    assert faults.count(Fault.US) == 0


def test_people_are_counted_by_how_they_hear() -> None:
    assert hearing([leg(mos=4.0), leg(mos=3.3), leg(mos=None)]) == {
        "well": 1,
        "badly": 1,
        "unknown": 1,
    }


# --- windows --------------------------------------------------------------------------------------


def the_leg(lines: Lines) -> Leg:
    (found,) = lines.legs(HERE, {"a": Rung.CLEAR})
    return found


def test_a_window_is_the_mean_by_time_of_what_was_said() -> None:
    lines = Lines()
    lines.handle_report(HERE, "a", Role.CLIENT, report(rtt_ms=100.0), 0.0)
    longer = ReportQuality(span_ms=15_000.0, rtt_ms=200.0)
    lines.handle_report(HERE, "a", Role.CLIENT, longer, 15.0)
    lines.handle_report(HERE, "a", Role.CLIENT, report(rtt_ms=None), 20.0)
    assert the_leg(lines).rtt_ms == pytest.approx(175.0)


def test_one_bad_report_is_outlived() -> None:
    lines = Lines()
    for n in range(9):
        sent = Sending(loss=1.0 if n == 0 else 0.0)
        lines.handle_report(HERE, "a", Role.CLIENT, report(audio_up=sent), 5.0 * n)
    assert the_leg(lines).loss_up == 0.0


def test_pictures_speak_where_there_is_no_voice() -> None:
    lines = Lines()
    only = report(audio_down=None, video_up=Sending(loss=0.1), video_down=Seeing(loss=0.2))
    lines.handle_report(HERE, "a", Role.CLIENT, only, 0.0)
    found = the_leg(lines)
    assert (found.loss_up, found.loss_down, found.mos, found.partial) == (0.1, 0.2, None, True)


def test_what_is_stale_is_forgotten() -> None:
    lines = Lines()
    lines.handle_report(HERE, "a", Role.CLIENT, report(), 0.0)
    lines.handle_report(THERE, "b", Role.CLIENT, report(), 20.0)
    lines.handle_timeout(STALE_S)
    assert lines.legs(HERE, {"a": Rung.CLEAR})
    lines.handle_timeout(STALE_S + 0.1)
    assert not lines.legs(HERE, {"a": Rung.CLEAR})
    assert lines.legs(THERE, {"b": Rung.CLEAR})


def test_only_who_is_there_is_judged() -> None:
    lines = Lines()
    lines.handle_report(HERE, "gone", Role.CLIENT, report(), 0.0)
    assert not lines.legs(HERE, {"a": Rung.CLEAR})


def test_bad_loss_is_where_hearing_turns_bad() -> None:
    assert mos(110.0, BAD_LOSS) < HEARING_BAD_MOS
