"""An answer that is somebody's file: sent piece by piece, and never opened in a page of ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

_PLAIN: Final = re.compile(r"[^A-Za-z0-9. _-]")
HEADERS: Final = {
    # Opened by itself it is nobody's page: it runs nothing and reaches nothing.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with a type (RFC 9110), and the name to save them under."""

    type: str
    name: str
    size: int
    pieces: AsyncIterator[bytes]

    @property
    def disposition(self) -> str:
        """RFC 6266: the name for old readers, and as it is."""
        return (
            f'attachment; filename="{_PLAIN.sub("_", self.name)}"; '
            f"filename*=UTF-8''{quote(self.name, safe='')}"
        )

    def __repr__(self) -> str:
        return "Blob(...)"
