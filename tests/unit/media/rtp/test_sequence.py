from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.rtp.sequence import CYCLE, extend


@pytest.mark.parametrize(
    ("value", "reference", "extended"),
    [
        (5, CYCLE + 4, CYCLE + 5),
        (0xFFFF, CYCLE, CYCLE - 1),
        (0, CYCLE + 0xFFFF, 2 * CYCLE),
        (7, CYCLE + 7, CYCLE + 7),
        (0x8000, CYCLE, CYCLE - 0x8000),
        (0x7FFF, CYCLE, CYCLE + 0x7FFF),
    ],
)
def test_extends_to_the_nearest(value: int, reference: int, extended: int) -> None:
    assert extend(value, reference) == extended


@given(reference=st.integers(CYCLE, 10 * CYCLE), step=st.integers(-0x8000, 0x7FFF))
def test_recovers_any_number_within_half_a_turn(reference: int, step: int) -> None:
    assert extend((reference + step) & 0xFFFF, reference) == reference + step
