from __future__ import annotations

import pytest

from media.forwarding.drops import DropReason
from media.forwarding.source import MAX_DROPOUT, WINDOW, Source
from media.rtp.sequence import CYCLE

# numbers in order of arrival -> what each is admitted as, relative to the first
ADMISSIONS = [
    ([100, 101, 102], [0, 1, 2]),
    ([100, 105, 103], [0, 5, 3]),
    ([100, 99], [0, -1]),
    ([100, 100], [0, DropReason.DUPLICATE]),
    ([100, 102, 101, 101], [0, 2, 1, DropReason.DUPLICATE]),
    ([65_535, 0], [0, 1]),
    ([0, 65_535], [0, -1]),
    ([100, 100 + MAX_DROPOUT], [0, MAX_DROPOUT]),
    ([100, 101 + MAX_DROPOUT], [0, DropReason.JUMP]),
    ([WINDOW, 1], [0, 1 - WINDOW]),
    ([WINDOW, 0], [0, DropReason.JUMP]),
]


@pytest.mark.parametrize(("sequences", "admitted"), ADMISSIONS)
def test_what_a_source_admits(sequences: list[int], admitted: list[int | DropReason]) -> None:
    source = Source(1000, 1, sequences[0], 0.0)
    origin = CYCLE + sequences[0]
    found = [source.admit(sequence) for sequence in sequences]
    assert [f - origin if isinstance(f, int) else f for f in found] == admitted
