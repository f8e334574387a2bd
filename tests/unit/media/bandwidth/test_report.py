from __future__ import annotations

from tests.support.reports import report


def test_a_report_is_read_in_columns_and_in_rows() -> None:
    given = report([(1.0, 100, 51.0), (1.1, 200, None)], 2.0, first=7)
    assert list(given.numbers) == [7, 8]
    assert list(given.sizes) == [100, 200]
    assert given.packets == ((7, 1.0, 100, 51.0), (8, 1.1, 200, None))
    assert (given.at, given.jumped) == (2.0, False)
