"""The operator's figures: from reports and sights to one page, without people."""

from __future__ import annotations

import json

import pytest

from media.ids import RoomKey
from media.rungs import Rung
from media.stats import EngineStats
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Direction, Presence
from signaling.domain.grants import Role
from signaling.domain.participant import Participant
from signaling.live import REPORTS, WINDOW_S, WORST, Live, levels
from signaling.metrics import Metrics
from signaling.reports import Hearing, Reconnect, ReconnectCause, ReportQuality, Sending
from signaling.room_watch import JoinEnded, JoinReason, JoinResult, LevelChanged, NotBack
from tests.support.people import CLIENT_NAME, COUNSELLOR_NAME

ROOM = RoomKey("a-room-key-nobody-may-see")


def someone(
    id_: str = "an-id-nobody-may-see",
    role: Role = Role.CLIENT,
    rung: Rung = Rung.CLEAR,
    presence: Presence = Presence.PRESENT,
) -> Participant:
    name = CLIENT_NAME if role is Role.CLIENT else COUNSELLOR_NAME
    return Participant(id_, role, name, presence, rungs={Direction.UP: rung})


def bad_report() -> ReportQuality:
    return ReportQuality(
        span_ms=5000.0,
        rtt_ms=300.0,
        audio_up=Sending(loss=0.2),
        audio_down=Hearing(concealed=0.1, loss=0.1, buffer_ms=90.0),
        reconnects=[Reconnect(ReconnectCause.NETWORK, 900.0)],
    )


@pytest.fixture
def live() -> Live:
    return Live(Metrics())


def exposed(live: Live) -> str:
    return live._metrics.expose(EngineStats()).decode()


def test_a_bad_call_is_shown_under_a_code(live: Live) -> None:
    client, counsellor = someone(rung=Rung.SLOW), someone("another", Role.COUNSELLOR)
    well = ReportQuality(
        span_ms=5000.0, rtt_ms=40.0, audio_down=Hearing(concealed=0.0, loss=0.2, buffer_ms=60.0)
    )
    live.handle_report(ROOM, client, bad_report(), 1.0)
    live.handle_report(ROOM, counsellor, well, 1.0)
    shown = live.show({ROOM: [client, counsellor]}, 2.0)
    (call,) = shown["worst"]
    assert len(call.pop("call")) == 4
    assert call.pop("mos") < 3.4
    assert call == {
        "people": 2, "loss": 0.2, "rtt_ms": 300, "rung": "slow", "fault": "client",
        "partial": False,
    }  # fmt: skip
    assert shown["people"] == {"present": 2, "away": 0, "reporting": 2}
    assert shown["hearing"] == {"well": 1, "badly": 1, "unknown": 0}
    assert shown["sessions"] == {"clear": 0, "saving": 0, "slow": 1, "voice": 0, "text": 0}
    assert shown["reconnects"]["network"] == 1


def test_nobody_is_named(live: Live) -> None:
    client = someone()
    live.handle_report(ROOM, client, bad_report(), 1.0)
    text = json.dumps(live.show({ROOM: [client]}, 2.0), ensure_ascii=False) + exposed(live)
    for secret in (client.id, client.name, ROOM):
        assert secret not in text


def test_a_code_stays_with_its_call(live: Live) -> None:
    client = someone()
    live.handle_report(ROOM, client, bad_report(), 1.0)
    codes = {live.show({ROOM: [client]}, now)["worst"][0]["call"] for now in (2.0, 3.0, 4.0)}
    assert len(codes) == 1


def test_a_flood_is_refused_and_not_counted(live: Live) -> None:
    client = someone()
    taken = 0
    for n in range(1000):
        try:
            live.handle_report(ROOM, client, bad_report(), n / 1000)
        except Refusal as refusal:
            assert refusal.code is Code.RATE_LIMITED
        else:
            taken += 1
    assert taken == REPORTS.burst
    assert live.show({ROOM: [client]}, 1.0)["reconnects"]["network"] == taken
    assert f"quietroom_audio_concealed_ratio_count {taken}.0" in exposed(live)
    live.handle_report(ROOM, someone("another"), bad_report(), 1.0)


def test_the_worst_are_few(live: Live) -> None:
    rooms = {}
    for n in range(9):
        client = someone(f"person {n}")
        rooms[RoomKey(f"room {n}")] = [client]
        live.handle_report(RoomKey(f"room {n}"), client, bad_report(), 1.0)
    shown = live.show(rooms, 2.0)
    assert len(shown["worst"]) == WORST
    assert len({call["call"] for call in shown["worst"]}) == WORST


def test_nothing_is_shown_of_an_empty_house(live: Live) -> None:
    shown = live.show({}, 0.0)
    assert shown["worst"] == []
    assert shown["joins"] == {"window_s": WINDOW_S, "joined": {}, "refused": {}, "failed": {}}
    assert set(shown["reconnects"].values()) == {WINDOW_S, 0}


def test_joins_are_counted_by_how_they_ended(live: Live) -> None:
    live.handle_refusal(None, Code.TOKEN_EXPIRED, 0.0)
    live.handle_sight(JoinEnded(Role.CLIENT, JoinResult.JOINED, JoinReason.NONE), 1.0)
    live.handle_sight(JoinEnded(Role.CLIENT, JoinResult.FAILED, JoinReason.ICE_FAILED), 2.0)
    live.handle_sight(LevelChanged(Rung.CLEAR, Rung.TEXT), 2.0)
    live.handle_sight(NotBack(Role.CLIENT), 2.0)
    assert live.show({}, 3.0)["joins"] == {
        "window_s": WINDOW_S,
        "joined": {"none": 1},
        "refused": {"token_expired": 1},
        "failed": {"ice_failed": 1},
    }
    text = exposed(live)
    for line in (
        'join_attempts_total{reason="token_expired",result="refused",role="unknown"} 1.0',
        'join_attempts_total{reason="none",result="joined",role="client"} 1.0',
        'join_attempts_total{reason="ice_failed",result="failed",role="client"} 1.0',
        'level_changes_total{by="network",from="clear",to="text"} 1.0',
        'reconnects_total{cause="unknown",result="not_back",role="client"} 1.0',
    ):
        assert line in text
    assert live.show({}, 3.0 + 2 * WINDOW_S)["joins"]["failed"] == {}


def test_a_room_is_as_low_as_its_lowest_person_who_is_there() -> None:
    rooms = {
        RoomKey("1"): [someone(rung=Rung.VOICE), someone("b")],
        RoomKey("2"): [someone(rung=Rung.TEXT, presence=Presence.AWAY), someone("b")],
        RoomKey("3"): [someone(rung=Rung.TEXT, presence=Presence.GONE)],
    }
    assert levels(rooms) == {Rung.VOICE: 1, Rung.CLEAR: 1}
