"""Counters of several engines as one."""

from __future__ import annotations

from media.ids import RoomKey
from media.stats import (
    GAUGES,
    Distribution,
    EngineStats,
    LegStats,
    RoomTracks,
    TrackPage,
    WorkerHealth,
    joined,
    lasting,
    merged,
)


def test_every_gauge_is_a_field() -> None:
    assert set(EngineStats.__struct_fields__) >= GAUGES


def test_snapshots_are_added_field_by_field() -> None:
    one = EngineStats(endpoints=2, bytes_sent=10, dropped={"stun": 1}, links={"connected": 2})
    two = EngineStats(endpoints=3, bytes_sent=5, dropped={"stun": 2, "srtp": 4})
    health = (WorkerHealth(0, up=True, restarts=1),)
    assert merged([one, two], health) == EngineStats(
        endpoints=5,
        bytes_sent=15,
        dropped={"stun": 3, "srtp": 4},
        links={"connected": 2},
        workers=health,
    )


def test_nothing_adds_up_to_nothing() -> None:
    assert merged([]) == EngineStats()


def test_what_lasts_of_a_lost_engine_are_its_counters() -> None:
    stats = EngineStats(
        endpoints=4, half_open=1, packets_forwarded=7, dropped={"stun": 1}, links={"connected": 4}
    )
    assert lasting(stats) == EngineStats(packets_forwarded=7, dropped={"stun": 1})


def test_figures_of_tracks_are_added_by_kind_and_leg_and_bucket_by_bucket() -> None:
    one = EngineStats(
        legs={"audio": {"up": LegStats(packets=3, jitter_s=Distribution((1, 0, 2), 0.5))}},
        forward_delay_s=Distribution((4, 4), 0.25),
        pacer_delays=(1, 1),
    )
    two = EngineStats(
        legs={
            "audio": {"up": LegStats(packets=4, jitter_s=Distribution((0, 5, 1), 0.25))},
            "video": {"down": LegStats(lost=7)},
        },
        pacer_delays=(0, 2),
    )
    total = merged([EngineStats(), one, two])
    assert total.legs == {
        "audio": {"up": LegStats(packets=7, jitter_s=Distribution((1, 5, 3), 0.75))},
        "video": {"down": LegStats(lost=7)},
    }
    assert total.forward_delay_s == Distribution((4, 4), 0.25)
    assert total.pacer_delays == (1, 3)
    assert lasting(total) == total, "tracks that have ended still count"


def page(*rooms: str, more: bool = False) -> TrackPage:
    return TrackPage(tuple(RoomTracks(RoomKey(room)) for room in rooms), more)


def test_pages_of_several_engines_are_one_without_a_gap() -> None:
    assert joined([page("a", "d"), page("b")]) == page("a", "b", "d")
    # The first engine has more after c: what others have beyond it waits for the next page.
    assert joined([page("a", "c", more=True), page("b", "x")]) == page("a", "b", "c", more=True)
    assert joined([page("a", more=True), page("b", "x", more=True)]) == page("a", more=True)
    assert joined([page(), page()]) == page()
    assert joined([]) == page()
