from __future__ import annotations

import pytest

from signaling.domain.thread import Kind
from signaling.thread_cards import said_by_text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('{"feeling":"numb"}', '{"feeling":"numb","strength":null,"place":null}'),
        (
            '{"feeling":"tense", "strength":7, "place":"chest"}',
            '{"feeling":"tense","strength":7,"place":"chest"}',
        ),
    ],
)
def test_a_line_that_is_a_card_is_kept_as_one_and_written_anew(line: str, kept: str) -> None:
    assert said_by_text(line) == (Kind.FEELING, kept)


@pytest.mark.parametrize(
    "line",
    [
        "我很紧张",
        "{",
        "{}",
        '{"feeling":"bored"}',
        '{"feeling":"tense","strength":11}',
        '{"feeling":"tense","place":"elbow"}',
        '{"feeling":"tense","words":"x"}',
        '{"place":"chest","feeling":"tense"}',
        '{"feeling":"tense"',
        '{"feeling":"\ud800"}',
    ],
)
def test_any_other_line_is_kept_as_it_was_written(line: str) -> None:
    assert said_by_text(line) == (Kind.TEXT, line)
