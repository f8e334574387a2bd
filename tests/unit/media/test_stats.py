"""Counters of several engines as one."""

from __future__ import annotations

from media.stats import GAUGES, EngineStats, WorkerHealth, lasting, merged


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
