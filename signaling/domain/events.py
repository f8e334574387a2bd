"""Facts out of a room, and whom each is for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from media.rungs import Rung
from signaling.domain.grants import Role


class Presence(StrEnum):
    """Whether a seat is taken."""

    EXPECTED = "expected"
    PRESENT = "present"
    AWAY = "away"
    OFFLINE = "offline"
    GONE = "gone"


class LinkView(StrEnum):
    """A person's media path, as the others may know it."""

    NONE = "none"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Direction(StrEnum):
    """Which way of a person's line: from them to us, or from us to them."""

    UP = "up"
    DOWN = "down"


class Cue(StrEnum):
    """What of a person's picture should be kept best where the line cannot carry all of it."""

    BALANCED = "balanced"
    DETAIL = "detail"
    """The face sharp, rather than every movement."""
    MOTION = "motion"
    """Every movement, rather than the face sharp."""


class Invitation(StrEnum):
    """What somebody may be asked to switch on. Only they can."""

    VOICE = "voice"
    VIDEO = "video"


class DevicePause(StrEnum):
    """Which of a person's devices are on and yet bring nothing: a phone call, a lost headset."""

    NONE = "none"
    MICROPHONE = "microphone"
    CAMERA = "camera"
    BOTH = "both"


class CloseReason(StrEnum):
    """Why someone is no longer in a room."""

    LEFT = "left"
    LEFT_QUICKLY = "left_quickly"
    SESSION_ENDED = "session_ended"
    TAKEN_OVER = "taken_over"
    TIMED_OUT = "timed_out"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SERVER_STOPPING = "server_stopping"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class ParticipantSeen:
    """One person as the others see them."""

    id: str
    role: Role
    name: str
    presence: Presence
    microphone: bool
    camera: bool
    link: LinkView
    rung: Rung
    cue: Cue
    device_paused: DevicePause
    waits: bool


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of the room's text. ``seq`` counts from 1 without gaps; ``at`` is Unix ms."""

    seq: int
    sender: str
    ref: int
    body: str
    at: int


@dataclass(frozen=True, slots=True)
class Welcomed:
    """A connection holds a seat now, and this is the room it finds."""

    participant: str
    resumed: bool
    roster: tuple[ParticipantSeen, ...]
    texts: tuple[TextLine, ...]
    can_end: bool
    next_ref: int
    started_at: int
    steady: bool
    log: str


@dataclass(frozen=True, slots=True)
class LetInside:
    """Who waited at the door is in the room now, and this is what they find."""

    roster: tuple[ParticipantSeen, ...]
    texts: tuple[TextLine, ...]
    steady: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """Someone came, came back, went quiet, or switched something."""

    participant: ParticipantSeen


@dataclass(frozen=True, slots=True)
class Left:
    """Someone's seat is empty now."""

    participant: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class TextAdded:
    """The room's text has one more line."""

    line: TextLine


@dataclass(frozen=True, slots=True)
class SteadyHeld:
    """Whether the whole line is kept for voice, from now on."""

    steady: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody would like to hear or see this person. A question: nothing follows from it."""

    by: str
    kind: Invitation


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A connection holds no seat any more."""

    reason: CloseReason


@dataclass(frozen=True, slots=True)
class SeatGone:
    """Nobody holds this seat: its media ends, and its seat tokens by the reason."""

    participant: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class ToAll:
    """Everyone who holds a seat."""


@dataclass(frozen=True, slots=True)
class ToAllBut:
    """Everyone who holds a seat, but this participant."""

    participant: str


@dataclass(frozen=True, slots=True)
class ToConnection:
    """One connection, even when it has just lost its seat."""

    connection: str


@dataclass(frozen=True, slots=True)
class ToShell:
    """Nobody in the room: the shell around it has something to do."""


Audience: TypeAlias = ToAll | ToAllBut | ToConnection | ToShell
Fact: TypeAlias = (
    Changed | Dismissed | Invited | Left | LetInside | SeatGone | SteadyHeld | TextAdded | Welcomed
)


@dataclass(frozen=True, slots=True)
class Output:
    """One fact for one audience."""

    to: Audience
    fact: Fact
