"""Ranges of bytes, as RFC 9110 has them: one is understood, and anything else is none."""

from __future__ import annotations

import pytest

from signaling.ranges import Range, parse


@pytest.mark.parametrize(
    ("header", "size", "found"),
    [
        ("bytes=-3", 10, (7, 10)),
        ("bytes=-30", 10, (0, 10)),
        ("bytes=0-", 10, (0, 10)),
        ("bytes=0-0", 10, (0, 1)),
        ("bytes=2-4", 10, (2, 5)),
        ("bytes=2-40", 10, (2, 10)),
        ("bytes=9-", 10, (9, 10)),
    ],
)
def test_one_range_is_found_within_a_file(header: str, size: int, found: tuple[int, int]) -> None:
    wanted = parse(header)
    assert wanted is not None
    assert wanted.within(size) == found


@pytest.mark.parametrize("header", ["bytes=-0", "bytes=10-", "bytes=99-100"])
def test_what_lies_beyond_is_nowhere(header: str) -> None:
    wanted = parse(header)
    assert wanted is not None
    assert wanted.within(10) is None


@pytest.mark.parametrize(
    "header",
    sorted(["", "bytes", "bytes=-", "bytes=0-1,4-5", "bytes=5-2", "bytes=a-b", "chars=0-1", "b=0-",
            "bytes=٣-٤", f"bytes=0-{'9' * 19}"]),
)  # fmt: skip
def test_anything_else_asks_for_all_of_it(header: str) -> None:
    assert parse(header) is None


def test_nothing_has_no_range() -> None:
    assert Range(0, None).within(0) is None
