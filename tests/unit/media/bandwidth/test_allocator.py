"""Voice, then text, then pictures; and no picture that would be none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.allocator import (
    COPIES_BPS,
    LARGE_BPS,
    LEAST_PICTURE_BPS,
    SMALL_BPS,
    TEXT_BPS,
    Wish,
    allocate,
    has_copies,
    has_pictures,
    has_voice,
    wanted_bps,
)
from media.rungs import ORDER, Rung

LARGE, SMALL = Wish(small=False), Wish(small=True)
wishes = st.lists(st.sampled_from([LARGE, SMALL]), max_size=6)


def test_one_picture_gets_what_voice_and_text_leave() -> None:
    assert allocate(300_000, 50_000, Rung.CLEAR, [LARGE]) == [250_000 - TEXT_BPS]


def test_a_line_that_loses_carries_the_repairs_too() -> None:
    assert allocate(300_000 + TEXT_BPS, 50_000, Rung.CLEAR, [LARGE], 0.25) == [200_000]


def test_what_would_be_too_little_is_nothing() -> None:
    least = LEAST_PICTURE_BPS + TEXT_BPS + 50_000
    assert allocate(least, 50_000, Rung.SAVING, [LARGE]) == [LEAST_PICTURE_BPS]
    assert allocate(least - 1, 50_000, Rung.SAVING, [LARGE]) == [0]


def test_where_there_is_enough_for_one_only_one_gets_it() -> None:
    shares = allocate(50_000 + TEXT_BPS + 100_000, 50_000, Rung.CLEAR, [LARGE, LARGE])
    assert sorted(shares) == [0, 100_000]


def test_small_pictures_come_first_and_leave_the_rest() -> None:
    shares = allocate(1_500_000, 50_000, Rung.CLEAR, [LARGE, SMALL, SMALL])
    assert shares[1:] == [SMALL_BPS, SMALL_BPS]
    assert shares[0] == 1_450_000 - TEXT_BPS - 2 * SMALL_BPS


@pytest.mark.parametrize("rung", ORDER)
def test_the_rung_says_what_there_is(rung: Rung) -> None:
    shares = allocate(5_000_000, 50_000, rung, [LARGE])
    assert (shares == [LARGE_BPS]) is has_pictures(rung) is (rung in ORDER[:2])
    assert has_voice(rung) is (rung is not Rung.TEXT)


@given(st.floats(0, 1e8), st.floats(0, 1e6), st.sampled_from(ORDER), wishes, st.floats(0, 3))
def test_never_more_than_there_is(
    estimate: float, voice: float, rung: Rung, asked: list[Wish], again: float
) -> None:
    shares = allocate(estimate, voice, rung, asked, again)
    assert len(shares) == len(asked)
    assert all(share == 0 or share >= LEAST_PICTURE_BPS for share in shares)
    if any(shares):
        assert sum(shares) * (1 + again) + voice + TEXT_BPS <= estimate + len(shares)


@given(st.floats(0, 1e6), st.floats(0, 1e8), wishes)
def test_what_is_wanted_is_bounded_and_enough_to_try_for_more(
    voice: float, sent: float, asked: list[Wish]
) -> None:
    wanted = wanted_bps(voice, sent, asked)
    assert voice + TEXT_BPS <= wanted <= voice + TEXT_BPS + LARGE_BPS * len(asked)
    if asked:
        assert wanted >= min(sent, SMALL_BPS)


def test_copies_of_voice_go_where_there_is_room_and_where_a_narrow_line_needs_them() -> None:
    assert has_copies(Rung.CLEAR, 0.0, loses=False)
    for rung, least in COPIES_BPS.items():
        assert has_copies(rung, least, loses=True)
        assert not has_copies(rung, least - 1, loses=True)
        assert not has_copies(rung, 10 * least, loses=False)
    assert not has_copies(Rung.TEXT, 1e9, loses=True)
