"""What is left of a gateway, and which limit says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signaling.capacity import Bounds, Capacity, House, Limit, Process

BOUNDS = Bounds(
    cores=4.0,
    max_endpoints=1000,
    max_sessions=2000,
    max_sockets=2000,
    max_descriptors=100_000,
    compiled=True,
)
ONE: dict[Process, float] = {(0, 0): 0.0}


def house(**more: Any) -> House:
    fields: dict[str, Any] = {
        "signaling_s": 0.0, "media_s": ONE, "endpoints": 0, "sessions": 0, "sockets": 0,
        "descriptors": 20,
    }  # fmt: skip
    return House(**(fields | more))


def after_a_minute(bounds: Bounds = BOUNDS, **more: Any) -> dict[str, Any]:
    """What is shown of a gateway that was idle a minute ago; seconds are those since."""
    capacity = Capacity(bounds)
    capacity.handle_reading(house(), 0.0)
    capacity.handle_reading(house(**more), 60.0)
    shown = capacity.show()
    assert shown is not None
    return shown


def changed(**bounds: Any) -> Bounds:
    return replace(BOUNDS, **bounds)


def test_nothing_is_said_before_the_first_look() -> None:
    assert Capacity(BOUNDS).show() is None


def test_an_idle_gateway_leaves_what_the_bench_says_of_one_core() -> None:
    assert after_a_minute() == {"calls": 50, "limit": "media_cpu", "measured": False}


def test_the_first_look_says_as_much() -> None:
    capacity = Capacity(BOUNDS)
    capacity.handle_reading(house(), 0.0)
    assert capacity.show() == {"calls": 50, "limit": "media_cpu", "measured": False}


def test_without_the_compiled_path_it_is_a_few() -> None:
    assert after_a_minute(changed(compiled=False))["calls"] == 7


def test_calls_that_cost_more_here_leave_less() -> None:
    shown = after_a_minute(media_s={(0, 0): 15.0}, endpoints=10, signaling_s=0.6)
    assert shown == {"calls": 9, "limit": "media_cpu", "measured": True}


def test_calls_that_cost_less_today_are_no_promise() -> None:
    shown = after_a_minute(media_s={(0, 0): 1.2}, endpoints=10, signaling_s=0.6)
    assert shown == {"calls": 48, "limit": "media_cpu", "measured": True}


def test_a_call_is_on_one_process_whatever_two_of_them_have_left() -> None:
    media_s: dict[Process, float] = {(0, 0): 41.5, (1, 0): 41.5}
    assert after_a_minute(media_s=media_s)["calls"] == 0


@pytest.mark.parametrize(
    ("bounds", "more", "calls", "limit"),
    [
        ({"cores": 1.0}, {"signaling_s": 21.0}, 25, Limit.CPU),
        ({}, {"signaling_s": 36.0, "endpoints": 20, "media_s": ONE}, 1, Limit.SIGNALING_CPU),
        ({}, {"signaling_s": 27.6, "media_s": {}}, 17, Limit.SIGNALING_CPU),
        ({"max_endpoints": 5}, {}, 2, Limit.ENDPOINTS),
        ({"max_sessions": 7}, {"sessions": 4}, 3, Limit.SESSIONS),
        ({"max_sockets": 10}, {"sockets": 11}, 0, Limit.SOCKETS),
        ({"max_descriptors": 64}, {"descriptors": 40}, 4, Limit.DESCRIPTORS),
        ({}, {"media_ready": False}, 0, Limit.WORKERS),
    ],
)
def test_the_nearest_limit_is_the_one_that_is_named(
    bounds: dict[str, Any], more: dict[str, Any], calls: int, limit: Limit
) -> None:
    shown = after_a_minute(changed(**bounds), **more)
    assert (shown["calls"], shown["limit"]) == (calls, limit.value)


def test_what_the_system_does_not_tell_limits_nothing() -> None:
    shown = after_a_minute(changed(max_descriptors=None), descriptors=None)
    assert shown["limit"] == "media_cpu"


def test_only_the_last_minute_counts() -> None:
    capacity = Capacity(BOUNDS)
    used = 0.0
    for step in range(20):
        used += 9.0 if step < 10 else 0.0
        capacity.handle_reading(house(media_s={(0, 0): used}), step * 15.0)
    assert capacity.show() == {"calls": 50, "limit": "media_cpu", "measured": False}


def test_a_process_in_place_of_another_begins_at_nothing() -> None:
    shown = after_a_minute(media_s={(0, 1): 6.0})
    assert shown == {"calls": 42, "limit": "media_cpu", "measured": False}
