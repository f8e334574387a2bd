"""An answer that is a table for a spreadsheet."""

from __future__ import annotations


class Csv(str):
    """Text of RFC 4180."""

    __slots__ = ()
