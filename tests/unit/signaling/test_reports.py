"""What pages may report: every number bounded and finite, nothing that is not listed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling import wire
from signaling.domain.errors import Code, Refusal
from signaling.reports import MAX_RECONNECTS, ReportQuality

WHOLE: dict[str, Any] = {
    "type": "report_quality",
    "span_ms": 5000,
    "rtt_ms": 42.5,
    "audio_up": {"loss": 0.01, "jitter_ms": 3, "bitrate_bps": 48_000},
    "video_up": {"loss": None, "fps": 25},
    "audio_down": {"loss": 0, "concealed": 0.002, "buffer_ms": 60},
    "video_down": {"freezes": 1, "frozen_ms": 700, "watched_ms": 5000, "fps": 24.8},
    "path": {"local": "relay", "remote": "host", "transport": "tls"},
    "reconnects": [{"cause": "page_hidden", "took_ms": 1200}],
}
RECONNECT = WHOLE["reconnects"][0]


def changed(path: str, value: Any) -> dict[str, Any]:
    report = json.loads(json.dumps(WHOLE))
    *way, last = path.split(".")
    inner = report
    for step in way:
        inner = inner[step]
    inner[last] = value
    return dict(report)


def test_a_whole_report_and_the_least_one_are_taken() -> None:
    whole = wire.decode_command(WHOLE)
    assert isinstance(whole, ReportQuality)
    assert whole.audio_down is not None
    assert (whole.audio_down.jitter_ms, whole.audio_down.loss) == (None, 0.0)
    least = wire.decode_command({"type": "report_quality", "span_ms": 1000})
    assert isinstance(least, ReportQuality)
    assert least.reconnects == []


NUMBERS = [
    "span_ms",
    "rtt_ms",
    "audio_up.loss",
    "audio_up.jitter_ms",
    "audio_up.bitrate_bps",
    "video_up.fps",
    "audio_down.concealed",
    "audio_down.buffer_ms",
    "video_down.freezes",
    "video_down.frozen_ms",
    "video_down.watched_ms",
]


@pytest.mark.parametrize("path", NUMBERS)
@pytest.mark.parametrize(
    "lie", [-1, -1e-9, 1e12, 10**400, float("nan"), float("inf"), "7", True, [], {}], ids=repr
)
def test_a_number_that_cannot_be_is_refused(path: str, lie: Any) -> None:
    with pytest.raises(Refusal) as refused:
        wire.decode_command(changed(path, lie))
    assert refused.value.code is Code.MALFORMED


@pytest.mark.parametrize(
    ("path", "lie"),
    [
        ("name", "安"),
        ("path.address", "192.0.2.1"),
        ("path.local", "router"),
        ("path.transport", ""),
        ("audio_down.who", "a"),
        ("reconnects", [RECONNECT] * (MAX_RECONNECTS + 1)),
        ("reconnects", [{"cause": "boredom", "took_ms": 1}]),
        ("reconnects", None),
        ("video_down", []),
        ("span_ms", None),
    ],
)
def test_what_is_not_listed_is_refused(path: str, lie: Any) -> None:
    with pytest.raises(Refusal):
        wire.decode_command(changed(path, lie))


@given(
    st.sampled_from([*NUMBERS, "path", "reconnects"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
)
def test_anything_else_is_taken_whole_or_refused(path: str, value: Any) -> None:
    try:
        report = wire.decode_command(changed(path, value))
    except Refusal as refusal:
        assert refusal.code is Code.MALFORMED
    else:
        assert isinstance(report, ReportQuality)
