"""What an operator sees of a call's tracks: figures, and nothing that leads to a person."""

from __future__ import annotations

from media.ids import EndpointId, RoomKey
from media.stats import DownlinkStats, PacerStats, RoomTracks, TrackPage, TrackStats
from signaling.operator_view import CODE_LENGTH, CODE_LETTERS, REMEMBERED, CallCodes, show_page

A, B = EndpointId("endpoint-alice"), EndpointId("endpoint-bob")
ROOM = RoomTracks(
    RoomKey("room-key"),
    (
        TrackStats(A, A, "mid-of-a-browser", "audio", "", 10, 700, 1, 0.5, 0.25, 2, 0, 1),
        TrackStats(B, A, "mid-of-a-browser", "video", "rid-of-one", 20, 9000, 3, 0.125, None, 4, 5),
        TrackStats("gone", "gone", "7", "video"),
    ),
    {A: PacerStats(1, (2, 3), 4, 5.4), B: PacerStats()},
    {B: DownlinkStats(sent=8, sent_bytes=777)},
    left_out=6,
)


def test_rooms_are_codes_endpoints_are_places_and_no_word_is_repeated() -> None:
    codes = CallCodes()
    shown = show_page(TrackPage((ROOM,), more=True), codes)
    (room,) = shown["rooms"]
    assert codes.key(room["call"]) == "room-key"
    assert shown["next"] == room["call"]
    assert (room["endpoints"], room["left_out"]) == (2, 6)
    voice, picture, gone = room["tracks"]
    assert voice == {
        "track": 1, "endpoint": 1, "publisher": 1, "kind": "audio", "leg": "up", "packets": 10,
        "lost": 1, "nacks": 2, "plis": 0, "retransmitted": 1, "jitter_s": 0.5, "rtt_s": 0.25,
    }  # fmt: skip
    assert (picture["endpoint"], picture["publisher"], picture["leg"]) == (2, 1, "down")
    assert picture["octets"] == 9000
    assert gone["endpoint"] is None
    assert room["pacers"][0] == {
        "endpoint": 1, "passed": 1, "delays": (2, 3), "dropped": 4, "rate_bps": 5,
    }  # fmt: skip
    (downlink,) = room["downlinks"]
    assert (downlink["endpoint"], downlink["sent"], downlink["acked"]) == (2, 8, 0)
    words = ("room-key", "endpoint-", "mid-of", "rid-of", "gone")
    assert not [word for word in words if word in str(shown)]


def test_bytes_of_voice_are_not_shown_for_they_tell_who_spoke() -> None:
    (room,) = show_page(TrackPage((ROOM,)), CallCodes())["rooms"]
    assert "octets" not in room["tracks"][0]
    assert "700" not in str(room)
    assert "777" not in str(room), "alone in a call without pictures, this is one voice"


def test_last_page_has_no_next() -> None:
    assert show_page(TrackPage((ROOM,)), CallCodes())["next"] is None
    assert show_page(TrackPage(more=True), CallCodes()) == {"rooms": [], "next": None}


def test_code_is_short_random_and_stays() -> None:
    codes = CallCodes()
    code = codes.code(RoomKey("r"))
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(CODE_LETTERS)
    assert codes.code(RoomKey("r")) == code
    others = {CallCodes().code(RoomKey("r")) for _ in range(20)}
    assert len(others) > 1, "another gateway gives it another code"


def test_codes_are_unique_and_bounded_the_least_looked_at_goes() -> None:
    codes = CallCodes()
    first, second = codes.code(RoomKey("0")), codes.code(RoomKey("1"))
    for number in range(2, REMEMBERED):
        codes.code(RoomKey(str(number)))
    codes.code(RoomKey("0"))
    codes.code(RoomKey("one more"))
    assert codes.key(first) == "0"
    assert codes.key(second) is None
    assert len(codes._codes) == len(codes._keys) == REMEMBERED
