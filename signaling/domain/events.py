"""Facts out of a room."""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    """Whether a seat is taken."""

    EXPECTED = "expected"
    PRESENT = "present"
    AWAY = "away"
    GONE = "gone"


class LinkView(StrEnum):
    """A person's media path, as the others may know it."""

    NONE = "none"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class CloseReason(StrEnum):
    """Why someone is no longer in a room."""

    LEFT = "left"
    SESSION_ENDED = "session_ended"
    TAKEN_OVER = "taken_over"
    TIMED_OUT = "timed_out"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SERVER_STOPPING = "server_stopping"
    FAULT = "fault"
