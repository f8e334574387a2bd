"""Alerts over time: they hold, are raised when that lasts, and end."""

from __future__ import annotations

from signaling.alert_rules import LONGEST_S, Reading
from signaling.alerts import EVERY_S, Alerts


def faults(count: int, restarts: int = 0) -> Reading:
    return {
        "quietroom_room_faults_total": [({}, float(count))],
        "quietroom_media_worker_restarts_total": [({"worker": "0"}, float(restarts))],
    }


def heard(badly: int, well: int) -> Reading:
    return {
        "quietroom_mos_estimate_bucket": [({"leg": "down", "le": "3.4"}, float(badly))],
        "quietroom_mos_estimate_count": [({"leg": "down"}, float(badly + well))],
    }


def test_one_reading_says_nothing() -> None:
    alerts = Alerts()
    alerts.handle_reading(faults(7), 100.0)
    assert alerts.show(100.0) == []


def test_what_happened_is_told_until_its_window_has_passed() -> None:
    alerts = Alerts()
    shown = []
    for step in range(50):
        now = step * EVERY_S
        alerts.handle_reading(faults(1 if step >= 2 else 0), now)
        shown.append([each["alert"] for each in alerts.show(now)])
    assert shown[1] == []
    assert shown[2] == ["RoomFault"]
    assert shown[2 + 39] == ["RoomFault"]
    assert shown[2 + 40] == []


def test_what_has_to_last_is_held_first_and_raised_then() -> None:
    alerts = Alerts()
    for step in range(60):
        alerts.handle_reading(heard(badly=step, well=4 * step), step * EVERY_S)
        if step == 21:
            [early] = alerts.show(step * EVERY_S)
    assert early == {
        "alert": "HearingBad", "severity": "page", "value": 0.2, "bar": 0.1, "for_s": 300,
        "raised": False,
    }  # fmt: skip
    [late] = alerts.show(59 * EVERY_S)
    assert (late["for_s"], late["raised"]) == (870, True)
    for step in range(60, 101):
        alerts.handle_reading(heard(badly=59, well=9_000 + step), step * EVERY_S)
    assert alerts.show(100 * EVERY_S) == []


def test_a_figure_without_an_end_is_not_written_as_one() -> None:
    alerts = Alerts()
    back = {"quietroom_reconnects_total": [({"result": "back"}, 0.0)]}
    alerts.handle_reading(back, 0.0)
    alerts.handle_reading({"quietroom_reconnects_total": [({"result": "back"}, 9.0)]}, 15.0)
    [storm] = alerts.show(15.0)
    assert (storm["alert"], storm["value"]) == ("ReconnectStorm", None)


def test_only_what_a_window_needs_is_kept() -> None:
    alerts = Alerts()
    for step in range(1_000):
        alerts.handle_reading(faults(0), step * EVERY_S)
    assert len(alerts._readings) <= LONGEST_S / EVERY_S + 1
