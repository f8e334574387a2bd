"""What a page may send, before any library parses it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.frames import is_allowed, refusal_of


@pytest.mark.parametrize(
    "packet",
    ["1", "2probe", "3", "3probe", "5", "6", "40", '40{"seat":"x"}', "41", '420["command",{}]',
     '42["command",{}]', '42123456789012345["command",{"body":"\n静"}]'],
)  # fmt: skip
def test_protocol_is_allowed(packet: str) -> None:
    assert is_allowed(packet)


@pytest.mark.parametrize(
    "packet",
    ["", "0", "2", "7", "4", "43[]", "44{}", "45-[]", '451-["x"]', "46", "42{}", "40/other,{}",
     "42/other,[]", "b", "²", "٤2[]", " 42[]", "6noop", "42" + "1" * 16 + "[]"],
)  # fmt: skip
def test_the_rest_is_not(packet: str) -> None:
    assert not is_allowed(packet)


def test_size_is_counted_in_bytes() -> None:
    assert is_allowed("42[" + "x" * (65_536 - 3))
    assert not is_allowed("42[" + "x" * (65_536 - 2))
    assert not is_allowed("42[" + "静" * 30_000)


@pytest.mark.parametrize(
    ("packet", "ack", "code"),
    [
        ('427["command",' + "x" * 70_000, "437", "too_large"),
        ('4512-34["command",{}]', "4334", "malformed"),
    ],
)
def test_refusal_answers_the_right_question(packet: str, ack: str, code: str) -> None:
    answer = refusal_of(packet)
    assert answer is not None
    assert answer.startswith(f"{ack}[")
    assert json.loads(answer[len(ack) :])[0]["code"] == code


@given(st.text(max_size=50))
def test_any_text_is_judged_without_a_stumble(packet: str) -> None:
    if is_allowed(packet):
        assert packet[0] in "123456"
    answer = refusal_of(packet)
    assert answer is None or answer.startswith("43")
