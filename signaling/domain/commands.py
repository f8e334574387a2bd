"""What may be asked of a room, and what it answers.

Rule: every command names its participant by the room's own random id; the identity in a token is
seen by :class:`Admit` alone. Wall time comes as a field (``at``, Unix milliseconds) where a person
will read it; the monotonic ``now`` is an argument of the room's methods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from media.rungs import Rung
from signaling.domain.events import (
    CloseReason,
    Cue,
    DevicePause,
    Direction,
    Invitation,
    LinkView,
    TextLine,
)
from signaling.domain.grants import Role


@dataclass(frozen=True, slots=True)
class Admit:
    """A token was exchanged: keep a seat for this identity. ``participant`` is a fresh random id.

    It is used only when the identity is new to the room; the answer says which id holds.
    ``until`` is the monotonic instant at which the session expires, as far as this token knows.
    ``waits`` keeps somebody who has not been let in at the door: see :class:`LetIn`.
    """

    identity: str
    participant: str
    role: Role
    name: str
    until: float
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """A connection takes the seat; whoever held it before is dismissed.

    ``after`` counts in the text named ``log``. An empty one is this room's.
    """

    participant: str
    connection: str
    after: int
    at: int
    log: str = ""


@dataclass(frozen=True, slots=True)
class Lose:
    """A connection is gone without a word. One that holds no seat is ignored."""

    connection: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The person goes, on purpose; ``quickly`` if they had to be gone at once."""

    participant: str
    quickly: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """The counsellor ends the session for everyone."""

    participant: str


@dataclass(frozen=True, slots=True)
class LetIn:
    """The counsellor lets in who waits at the door."""

    participant: str
    whom: str


@dataclass(frozen=True, slots=True)
class Remove:
    """A seat is taken away from above, such as when its token was revoked."""

    participant: str
    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Close:
    """The whole room is closed from above."""

    reason: CloseReason


@dataclass(frozen=True, slots=True)
class Forget:
    """The room's memory is needed. Refused with ``busy`` while somebody holds a seat."""


@dataclass(frozen=True, slots=True)
class WriteText:
    """A line of text. ``ref`` counts up by one from 1 for each text of a seat."""

    participant: str
    ref: int
    body: str
    at: int


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """The lines after ``after``."""

    participant: str
    after: int


@dataclass(frozen=True, slots=True)
class SwitchMedia:
    """What the person has switched on."""

    participant: str
    microphone: bool
    camera: bool


@dataclass(frozen=True, slots=True)
class SetDevice:
    """Which of the person's devices bring nothing though they are on."""

    participant: str
    paused: DevicePause


@dataclass(frozen=True, slots=True)
class SetLink:
    """What the media plane says of this person's path."""

    participant: str
    link: LinkView


@dataclass(frozen=True, slots=True)
class SetRung:
    """What one direction of this person's line carries."""

    participant: str
    direction: Direction
    rung: Rung


@dataclass(frozen=True, slots=True)
class SetCue:
    """The counsellor says what should be kept best of somebody's picture."""

    participant: str
    of: str
    cue: Cue


@dataclass(frozen=True, slots=True)
class HoldSteady:
    """The counsellor keeps the whole line for voice, or no longer."""

    participant: str
    steady: bool


@dataclass(frozen=True, slots=True)
class Invite:
    """The counsellor asks one person to switch something on."""

    participant: str
    whom: str
    kind: Invitation


Command: TypeAlias = (
    Admit
    | Connect
    | Lose
    | Leave
    | End
    | LetIn
    | Remove
    | Close
    | Forget
    | WriteText
    | ReadTexts
    | SwitchMedia
    | SetDevice
    | SetLink
    | SetRung
    | SetCue
    | HoldSteady
    | Invite
)


@dataclass(frozen=True, slots=True)
class Carried:
    """It was carried out."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The seat's participant id."""

    participant: str


@dataclass(frozen=True, slots=True)
class Written:
    """The line as it stands in the room's text, now or since an earlier attempt."""

    line: TextLine


@dataclass(frozen=True, slots=True)
class Read:
    """The lines asked for, in order."""

    lines: tuple[TextLine, ...]


Result: TypeAlias = Carried | Admitted | Written | Read
