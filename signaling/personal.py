"""What every body of REST about people has in common."""

from __future__ import annotations

import msgspec


class Personal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed record: what is not listed is refused. It has no readable form, for no log."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"
