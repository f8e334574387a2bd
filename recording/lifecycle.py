"""One segment's recorder: where it is, and what happens next. Pure; the table is all there is.

Rule 1: an end is one step: whatever ends it, what listens is detached in that step.
Rule 2: what has ended does not begin again.
Rule 3: a withdrawal that comes while a stop is still being written down throws away the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias


class State(StrEnum):
    """Where it is."""

    STARTING = "starting"
    """There is an order; the store is being asked."""
    ACTIVE = "active"
    ENDING = "ending"
    """Nothing is captured; what was is being written."""
    COMPLETE = "complete"
    FAILED = "failed"
    """It ended by itself, and signaling was told."""


class Event(StrEnum):
    """What can happen."""

    OPENED = "opened"
    REFUSED = "refused"
    """The store has no room, or is not there; or there is nobody to listen to."""
    STOP = "stop"
    DISCARD = "discard"
    LEASE_END = "lease_end"
    FAULT = "fault"
    """The store fails, or is stuck."""
    WRITTEN = "written"


class Act(StrEnum):
    """What is to be done, in this order."""

    ATTACH = "attach"
    DETACH = "detach"
    DROP = "drop"
    """Forget what waits and what is not sealed."""
    CLOSE = "close"
    """Have the files closed; without a drop before, with all that waits."""
    TELL = "tell"
    """Tell signaling that it ended by itself."""


Step: TypeAlias = tuple[State, tuple[Act, ...]]

TABLE: Final[Mapping[tuple[State, Event], Step]] = {
    (State.STARTING, Event.OPENED): (State.ACTIVE, (Act.ATTACH,)),
    (State.STARTING, Event.REFUSED): (State.FAILED, ()),
    (State.STARTING, Event.STOP): (State.COMPLETE, ()),
    (State.STARTING, Event.DISCARD): (State.COMPLETE, ()),
    (State.STARTING, Event.LEASE_END): (State.FAILED, ()),
    (State.ACTIVE, Event.REFUSED): (State.ENDING, (Act.DETACH, Act.DROP, Act.CLOSE)),
    (State.ACTIVE, Event.STOP): (State.ENDING, (Act.DETACH, Act.CLOSE)),
    (State.ACTIVE, Event.DISCARD): (State.ENDING, (Act.DETACH, Act.DROP, Act.CLOSE)),
    (State.ACTIVE, Event.LEASE_END): (State.FAILED, (Act.DETACH, Act.CLOSE, Act.TELL)),
    (State.ACTIVE, Event.FAULT): (State.FAILED, (Act.DETACH, Act.CLOSE, Act.TELL)),
    (State.ENDING, Event.DISCARD): (State.ENDING, (Act.DROP,)),
    (State.ENDING, Event.WRITTEN): (State.COMPLETE, ()),
    (State.FAILED, Event.DISCARD): (State.FAILED, (Act.DROP,)),
}
"""What is not in it changes nothing."""


def step(state: State, event: Event) -> Step:
    """Return what comes next, and what to do."""
    return TABLE.get((state, event), (state, ()))
