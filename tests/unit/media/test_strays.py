"""Whose a stray may be, and how often it is worth a trial."""

from __future__ import annotations

from media.ice import Path
from media.strays import LANE_BURST, LANES_OF_AN_SSRC, PATHS_OF_A_LANE, TOTAL_BURST, Budget, Strays

SSRC = b"ssrc"


def path(port: int) -> Path:
    return (0, ("192.0.2.1", port))


def test_candidates_are_the_lanes_that_have_authenticated_the_stream():
    strays: Strays[str, str] = Strays()
    strays.learn(SSRC, "a")
    strays.learn(SSRC, "a")
    strays.learn(SSRC, "b")
    strays.learn(b"else", "c")
    assert strays.candidates(SSRC, 0.0) == ["a", "b"]
    assert strays.candidates(b"none", 0.0) == []


def test_a_crowd_behind_one_ssrc_is_cut_short():
    strays: Strays[int, str] = Strays()
    for lane in range(50):
        strays.learn(SSRC, lane)
    assert len(strays.candidates(SSRC, 0.0)) == LANES_OF_AN_SSRC


def test_trials_of_one_lane_are_rationed_and_come_back_with_time():
    strays: Strays[str, str] = Strays()
    strays.learn(SSRC, "a")
    tried = sum(len(strays.candidates(SSRC, 1.0)) for _ in range(1000))
    assert tried == LANE_BURST
    assert strays.candidates(SSRC, 2.0) == ["a"]


def test_trials_of_all_lanes_together_are_rationed():
    strays: Strays[int, str] = Strays()
    for lane in range(200):
        strays.learn(lane.to_bytes(4, "big"), lane)
    tried = sum(
        len(strays.candidates(lane.to_bytes(4, "big"), 1.0))
        for lane in range(200)
        for _ in range(LANE_BURST)
    )
    assert tried == TOTAL_BURST


def test_stray_paths_of_a_lane_are_few_and_the_latest():
    strays: Strays[str, str] = Strays()
    for port in range(20):
        strays.keep(path(port), f"leg {port}", "a")
    assert strays.find(path(0)) is None
    assert strays.find(path(19)) == "leg 19"
    assert len(strays._legs) == PATHS_OF_A_LANE


def test_a_lane_that_is_forgotten_leaves_nothing():
    strays: Strays[str, str] = Strays()
    strays.learn(SSRC, "a")
    strays.keep(path(1), "leg", "a")
    strays.keep(path(2), "leg", "a")
    strays.drop(path(2), "a")
    strays.candidates(SSRC, 0.0)
    strays.forget("a")
    assert not any(
        (strays._lanes_of, strays._ssrcs_of, strays._budgets, strays._legs, strays._paths_of)
    )


def test_a_budget_never_holds_more_than_its_burst():
    budget = Budget(10.0, 3)
    assert [budget.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert [budget.take(1000.0) for _ in range(4)] == [True, True, True, False]
