from __future__ import annotations

from media.forwarding.numbers import Numbers


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = Numbers(7), Numbers(7)
    assert [one.bits(16) for _ in range(9)] == [other.bits(16) for _ in range(9)]


def test_neighbouring_seeds_part() -> None:
    assert len({Numbers(seed).bits(32) for seed in range(100)}) == 100


def test_numbers_fit_their_bits_and_spread() -> None:
    numbers = Numbers(1)
    drawn = [numbers.bits(15) for _ in range(1000)]
    assert max(drawn) < 1 << 15
    assert len(set(drawn)) > 900
