"""What a token allows: a role in one room."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Who someone is in a session."""

    COUNSELLOR = "counsellor"
    CLIENT = "client"


class Door(StrEnum):
    """Whether clients come into a room by themselves."""

    OPEN = "open"
    CLOSED = "closed"
    """The counsellor lets each of them in."""


WAIT_AT_DOOR: frozenset[Role] = frozenset({Role.CLIENT})
"""Whom a closed door keeps out until they are let in."""
MAY_END: frozenset[Role] = frozenset({Role.COUNSELLOR})
"""Only the counsellor ends a session for everyone; anyone may leave."""
MAY_ADMIT: frozenset[Role] = frozenset({Role.COUNSELLOR})
"""Only the counsellor lets in who waits at the door, and is seen from there."""
MAY_GUIDE: frozenset[Role] = frozenset({Role.COUNSELLOR})
"""Only the counsellor says what the line should be used for, and invites to be heard or seen."""
