"""Which bytes of a file are asked for (RFC 9110, section 14). Pure.

Rule: one range of bytes is understood. What is anything else is no range: then all of it is meant,
as the standard has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """From a first byte to a last one; without a first one the last so many."""

    first: int | None
    last: int | None

    def within(self, size: int) -> tuple[int, int] | None:
        """Return (start, stop) in so many bytes; None where it lies beyond."""
        if self.first is None:
            start, stop = max(0, size - (self.last or 0)), size
        else:
            start, stop = self.first, size if self.last is None else min(self.last + 1, size)
        return (start, stop) if start < stop else None


def parse(header: str) -> Range | None:
    """Return the range that a header asks for; None where it asks for none."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0].endswith("=-"):
        return None
    first, last = (int(each) if each else None for each in found.groups())
    if first is not None and last is not None and last < first:
        return None
    return Range(first, last)
