"""What the lines of an hour did, counted."""

from __future__ import annotations

from media.rungs import Rung
from signaling.domain.events import Direction, LinkView, Presence
from signaling.domain.grants import Role
from signaling.domain.participant import Participant
from signaling.line_tally import LONGEST_S, LineTally
from signaling.storage.change_store import LineKept


def pair(**client: object) -> list[Participant]:
    """Both in the room, their lines up, nothing on."""
    made = [
        Participant("c", Role.COUNSELLOR, "Li", Presence.PRESENT, link=LinkView.CONNECTED),
        Participant("z", Role.CLIENT, "Wang", Presence.PRESENT, link=LinkView.CONNECTED),
    ]
    for name, value in client.items():
        setattr(made[1], name, value)
    return made


def test_time_is_counted_by_how_the_two_meet() -> None:
    tally = LineTally()
    tally.handle(pair(), 0.0)
    tally.handle(pair(microphone=True), 10.0)
    tally.handle(pair(microphone=True, camera=True), 30.0)
    tally.handle(pair(), 70.0)
    kept = tally.take(2, 3.26)
    assert (kept.text_s, kept.voice_s, kept.video_s) == (10, 20, 40)
    assert (kept.gaps, kept.gap_s, kept.rungs) == (2, 3.3, {"clear": 70})
    tally.handle(pair(), 80.0)
    assert tally.take(5, 4.26) == LineKept(text_s=10, gaps=3, gap_s=1.0, rungs={"clear": 10})


def test_a_wait_is_no_conversation() -> None:
    tally = LineTally()
    for alone in (pair(inside=False), pair(presence=Presence.AWAY), pair()[:1]):
        tally.handle(alone, 0.0)
        tally.handle(alone, 50.0)
    assert tally.take(0, 0.0) == LineKept()


def test_a_line_that_breaks_is_a_cut_and_one_that_was_left_is_none() -> None:
    tally = LineTally()
    tally.handle(pair(), 0.0)
    tally.handle(pair(link=LinkView.DISCONNECTED), 1.0)
    tally.handle(pair(), 2.0)
    tally.handle(pair(presence=Presence.AWAY), 3.0)
    tally.handle(pair(presence=Presence.GONE), 4.0)
    tally.handle(pair(), 5.0)
    tally.handle(pair(presence=Presence.GONE), 6.0)
    assert tally.take(0, 0.0).cuts == 2


def test_the_rung_is_the_client_s_and_a_machine_that_slept_counts_little() -> None:
    tally = LineTally()
    tally.handle(pair(rungs={Direction.UP: Rung.VOICE}), 0.0)
    tally.handle(pair(), 10_000.0)
    assert tally.take(0, 0.0).rungs == {"voice": LONGEST_S}
