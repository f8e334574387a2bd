"""The codec: whatever comes, a message or a refusal."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.channel import PictureSize
from signaling import rest, wire
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import DevicePause
from signaling.domain.grants import Role
from signaling.gap_messages import ReportDelay, ReportGap, ReportLostWords, SetDevice
from signaling.reports import JoinPhase, ReportJoin

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
TAGS = st.sampled_from(
    [
        "offer",
        "set_media",
        "send_text",
        "replay",
        "leave",
        "end_session",
        "report_join",
        "set_device",
        "report_gap",
        "report_lost_words",
        "report_delay",
    ]
)
NAMES = st.sampled_from(
    [
        "sdp",
        "fresh",
        "microphone",
        "camera",
        "ref",
        "body",
        "after",
        "phases",
        "paused",
        "speaker",
        "started_at",
        "ended_at",
        "lost_ms",
        "gap",
        "ms",
        "rtt_ms",
    ]
)
NEARLY = st.builds(lambda tag, rest: {"type": tag} | rest, TAGS, st.dictionaries(NAMES, JSON))
BODIES = (rest.ExchangeToken, rest.CreateSession, rest.MintToken, wire.SendText)


@given(JSON | NEARLY)
def test_any_payload_becomes_a_command_or_a_refusal(payload: Any) -> None:
    try:
        command = wire.decode_command(payload)
    except Refusal as refusal:
        assert refusal.code is Code.MALFORMED
    else:
        assert wire.decode_command(json.loads(wire.to_json(command))) == command


@pytest.mark.parametrize(
    "payload",
    [{"type": "send_text", "ref": 1, "body": "half of \ud83d"}, {"type": "leave", "\ud83d": 1}],
)
def test_half_a_character_is_refused_before_anyone_must_be_told_of_it(payload: Any) -> None:
    for decode, code in (
        (wire.decode_command, Code.MALFORMED),
        (wire.decode_auth, Code.SEAT_INVALID),
    ):
        with pytest.raises(Refusal) as refused:
            decode(payload)
        assert refused.value.code is code
    with pytest.raises(Refusal):
        wire.decode_channel(json.dumps(payload, ensure_ascii=False))
    with pytest.raises(Refusal):
        wire.decode_body(json.dumps(payload).encode(), wire.SendText)


def test_no_message_switches_on_anything_of_somebody_else() -> None:
    """product.md T-221: what is on is said by one command, of oneself, and shown by one record."""
    devices = {"microphone", "camera"}

    def names(kinds: Any) -> dict[str, set[str]]:
        return {kind.__name__: set(kind.__struct_fields__) for kind in get_args(kinds)}

    commands, events = names(wire.Command), names(wire.Event)
    assert {name for name, fields in commands.items() if fields & devices} == {"SetMedia"}
    assert commands["SetMedia"] == devices
    assert commands["Invite"] == {"participant", "kind"}
    assert not {name for name, fields in events.items() if fields & devices}
    assert events["Invited"] == {"by", "kind"}


@given(JSON)
def test_any_auth_is_refused_with_one_code(payload: Any) -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_auth(payload)
    assert refused.value.code is Code.SEAT_INVALID


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_refused_or_decoded(data: bytes) -> None:
    for shape in BODIES:
        try:
            message: Any = wire.decode_body(data, shape)
        except Refusal as refusal:
            assert refusal.code is Code.MALFORMED
        else:
            assert isinstance(message, shape)


@given(st.text(max_size=200))
def test_any_channel_message_is_refused(data: str) -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_channel(data)
    assert refused.value.code is Code.MALFORMED


def test_deep_and_large_messages_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_channel("[" * 60_000)
    assert refused.value.code is Code.MALFORMED
    with pytest.raises(Refusal) as refused:
        wire.decode_channel("x" * (wire.MAX_MESSAGE_BYTES + 1))
    assert refused.value.code is Code.TOO_LARGE


@pytest.mark.parametrize(
    "command",
    [
        wire.Offer("v=0"),
        wire.Offer("v=0", fresh=True),
        wire.SetMedia(microphone=True, camera=False),
        wire.SendText(1, "静"),
        wire.Replay(0),
        wire.Watch({"p1": PictureSize.SMALL, "p2": PictureSize.LARGE}),
        wire.Watch({}),
        SetDevice(DevicePause.BOTH),
        ReportGap("p1", 0, 2**53 - 1, 180_000),
        ReportLostWords(1, 4_000),
        ReportDelay(60_000),
        wire.Leave(),
        wire.Leave(quickly=True),
        wire.EndSession(),
        ReportJoin({JoinPhase.TOTAL: 1.5}),
    ],
    ids=lambda command: type(command).__name__,
)
def test_every_command_survives_the_way(command: wire.Command) -> None:
    through = json.loads(wire.to_json(command))
    assert wire.decode_command(through) == command


def test_seats_show_no_more_than_they_say() -> None:
    seat = msgspec.json.decode(wire.to_json(rest.Seat("s" * 43, Role.CLIENT, "n")))
    assert set(seat) == {"seat", "role", "name"}


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "set_device", "paused": "speaker"},
        {"type": "set_device"},
        {"type": "report_gap", "speaker": "p", "started_at": -1, "ended_at": 5, "lost_ms": 0},
        {"type": "report_gap", "speaker": "p", "started_at": 1, "ended_at": 2**60, "lost_ms": 0},
        {"type": "report_gap", "speaker": "p", "started_at": 1, "ended_at": 2, "lost_ms": 180_001},
        {"type": "report_gap", "speaker": "", "started_at": 1, "ended_at": 2, "lost_ms": 1},
        {"type": "report_gap", "speaker": "p", "started_at": 1.5, "ended_at": 2, "lost_ms": 1},
        {"type": "report_lost_words", "gap": 0, "ms": 4000},
        {"type": "report_lost_words", "gap": 1, "ms": -1},
        {"type": "report_lost_words", "gap": 1, "ms": 4000, "words": "what was said"},
        {"type": "report_delay", "rtt_ms": 60_001},
        {"type": "report_delay", "rtt_ms": -1},
    ],
)
def test_impossible_words_about_gaps_are_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_command(payload)
    assert refused.value.code is Code.MALFORMED
