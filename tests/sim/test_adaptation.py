"""Lines that narrow and widen: voice first, pictures by what there is, nobody pays for another."""

from __future__ import annotations

import pytest

from media.config import MediaConfig
from media.ids import EndpointId
from media.rungs import ORDER, Rung
from tests.sim.room import Call
from tests.support.link import Conditions
from tests.support.packets import ALICE, BOB, CAROL

pytestmark = pytest.mark.sim

GOOD = Conditions(delay_s=0.03)


def narrow(bps: float, *, queue_bytes: int = 30_000, **more: float) -> Conditions:
    return Conditions(delay_s=0.03, rate_bps=bps, queue_bytes=queue_bytes, **more)


def settled(*others: EndpointId) -> Call:
    """A call whose lines have been measured, over links that carry everything."""
    call = Call(GOOD, 5)
    for endpoint in (ALICE, BOB, *others):
        call.join(endpoint)
    call.run_for(8)
    return call


def voice_came(call: Call, listener: EndpointId, seconds: float) -> float:
    """The share of the other's voice that comes in this time."""
    before = len(call.browsers[listener].voice)
    call.run_for(seconds)
    return (len(call.browsers[listener].voice) - before) / (50 * seconds)


def rungs(call: Call, endpoint: EndpointId) -> list[Rung]:
    return [rung for _, rung in call.rungs[endpoint]]


def worth(call: Call, publisher: EndpointId) -> int:
    return call.worth[publisher][-1][1]


def test_a_good_line_is_found_to_be_good_in_seconds_and_nothing_is_said() -> None:
    call = settled()
    assert call.rungs == {}
    for publisher in (ALICE, BOB):
        assert worth(call, publisher) > 1_500_000
    assert not any(stills for told in call.worth.values() for _, _, stills in told)


@pytest.mark.parametrize("bps", [700_000, 500_000, 300_000, 220_000])
def test_the_sender_follows_the_others_line_within_two_seconds(bps: int) -> None:
    call = settled()
    call.down[BOB].conditions = narrow(bps)
    call.run_for(2)
    assert worth(call, ALICE) < bps
    assert worth(call, BOB) > 1_500_000, "the other direction has its own line"
    call.run_for(15)
    assert 0.35 * bps < worth(call, ALICE) < bps
    assert voice_came(call, BOB, 10) > 0.98


STEPS = {1_200_000: Rung.CLEAR, 300_000: Rung.SAVING, 110_000: Rung.SLOW, 44_000: Rung.VOICE}


def test_down_the_ladder_in_order_with_voice_whole_and_up_again() -> None:
    call = settled()
    for bps, rung in STEPS.items():
        call.down[BOB].conditions = narrow(bps, queue_bytes=12_000)
        call.run_for(8)
        assert ([Rung.CLEAR, *rungs(call, BOB)])[-1] is rung, bps
        assert voice_came(call, BOB, 10) > 0.98, bps
        assert (worth(call, ALICE) == 0) is (rung in (Rung.SLOW, Rung.VOICE))
    assert rungs(call, BOB) == [Rung.SAVING, Rung.SLOW, Rung.VOICE]
    assert rungs(call, ALICE) == []
    call.down[BOB].conditions = GOOD
    back = call.clock.now
    call.run_for(60)
    assert rungs(call, BOB)[-1] is Rung.CLEAR
    climbed = next(at for at, rung in call.rungs[BOB] if at > back)
    assert climbed - back >= 20
    assert worth(call, ALICE) > 600_000
    assert call.browsers[BOB].receivers[0].decoded_at[-1] > call.clock.now - 0.5


def test_stills_are_asked_for_while_the_picture_is_too_much() -> None:
    call = settled()
    call.down[BOB].conditions = narrow(110_000)
    call.run_for(8)
    assert call.worth[ALICE][-1][1:] == (0, True)
    call.down[BOB].conditions = narrow(42_000)
    call.run_for(10)
    assert rungs(call, BOB)[-1] is Rung.VOICE
    assert call.worth[ALICE][-1][1:] == (0, False)


def test_below_any_voice_the_line_is_left_to_text_and_voice_comes_back() -> None:
    call = settled()
    call.down[BOB].conditions = narrow(15_000, queue_bytes=4_000)
    call.run_for(12)
    assert rungs(call, BOB)[-1] is Rung.TEXT
    before = len(call.browsers[BOB].voice)
    call.run_for(5)
    assert len(call.browsers[BOB].voice) == before
    call.down[BOB].conditions = GOOD
    call.run_for(60)
    assert rungs(call, BOB)[-1] in ORDER[:2]
    assert voice_came(call, BOB, 5) > 0.99


@pytest.mark.parametrize("bps", [250_000, 110_000])
def test_nobody_pays_for_anothers_bad_line(bps: int) -> None:
    call = settled(CAROL)
    call.down[BOB].conditions = narrow(bps)
    call.run_for(10)
    carol = call.browsers[CAROL]
    decoded = [len(receiver.decoded) for receiver in carol.receivers]
    assert voice_came(call, CAROL, 10) > 1.99, "two people speak"
    for receiver, before in zip(carol.receivers, decoded, strict=True):
        assert len(receiver.decoded) - before > 290
    assert rungs(call, CAROL) == rungs(call, ALICE) == []
    assert rungs(call, BOB)
    assert voice_came(call, BOB, 5) > 1.96


def test_at_most_two_changes_a_minute_on_a_line_that_swings() -> None:
    call = settled()
    for _ in range(5):
        call.down[BOB].conditions = narrow(120_000)
        call.run_for(12)
        call.down[BOB].conditions = GOOD
        call.run_for(12)
    times = [at for at, _ in call.rungs[BOB]]
    assert 0 < len(times) <= 2 * (5 * 24 / 60) + 1
    assert all(later - earlier > 60 for earlier, later in zip(times, times[3:], strict=False))


def test_without_feedback_nothing_is_held_back() -> None:
    call = Call(GOOD, 9, MediaConfig())
    call.join(ALICE)
    bob = call.join(BOB)
    bob.arrivals._due = float("inf")
    call.run_for(10)
    assert call.rungs[BOB] == []
    assert len(bob.receivers[0].decoded) > 290


def test_after_an_outage_the_picture_is_soon_what_it_was() -> None:
    call = settled()
    call.down[BOB].conditions = Conditions(loss=1.0)
    call.up[BOB].conditions = Conditions(loss=1.0)
    call.run_for(5)
    call.down[BOB].conditions = call.up[BOB].conditions = GOOD
    back = call.clock.now
    call.run_for(4)
    assert rungs(call, BOB) == []
    first = next(at for at in call.browsers[BOB].receivers[0].decoded_at if at > back)
    assert first - back < 2
    assert worth(call, ALICE) > 800_000
