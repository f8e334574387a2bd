"""What a page is told of its booked hour. Part of the wire (``wire.py``)."""

from __future__ import annotations

import msgspec

from signaling.domain.life import Stage


class Hour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="hour"):
    """The hour this room is for, at the door and inside, at each change. Times are Unix ms."""

    starts_at: int
    ends_at: int
    """With what was added."""
    late_minutes: int
    """By how much the counsellor has said to come later."""
    stage: Stage
