"""What the counsellor asks of the room, and what its people are told of it.

These records are part of the wire (``wire.py``); docs/protocol.md is their prose. None of them
switches on anybody's device.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from signaling.domain.events import Cue, Invitation

Identity: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A closed record: what is not listed is refused."""


class SetCue(_Record, frozen=True, tag="set_cue"):
    """The counsellor says what should be kept best of somebody's picture; that person is told.

    It switches nobody's camera.
    """

    participant: Identity
    cue: Cue


class HoldSteady(_Record, frozen=True, tag="hold_steady"):
    """The counsellor keeps the whole line for voice, in a moment that matters, or no longer.

    Pages send stills in the place of pictures, and guard the voice with all there is.
    """

    steady: bool


class Invite(_Record, frozen=True, tag="invite"):
    """The counsellor asks one person whether they would like to be heard or seen.

    That person's page shows the question. It switches nothing on, and no message does.
    """

    participant: Identity
    kind: Invitation


class LetIn(_Record, frozen=True, tag="let_in"):
    """The counsellor lets in who waits at the door.

    ``reason``: why, where a booked client has not said where they are today.
    """

    participant: Identity
    reason: Annotated[str, Meta(max_length=300)] = ""


class Steady(_Record, frozen=True, tag="steady"):
    """Whether the whole line is kept for voice, from now on."""

    steady: bool


class Invited(_Record, frozen=True, tag="invited"):
    """``by`` would like to hear or see this person, who alone can switch anything on."""

    by: str
    kind: Invitation
