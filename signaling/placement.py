"""Which worker carries which room: the pure book behind :mod:`signaling.worker_pool`.

Rule 1: all endpoints of a room are on one worker, for packets do not pass between workers.
Rule 2: a room's worker is chosen once, when its first endpoint comes: the one with the fewest
endpoints of those that are ready. It is not moved while the worker lives.
Rule 3: states change by the table; a step that is not in it raises and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from media.clock import Instant
from media.ids import EndpointId, RoomKey

WorkerId = NewType("WorkerId", int)
"""The running number of a worker process; never used twice by one gateway."""


class WorkerState(StrEnum):
    """Where a worker process is in its life."""

    STARTING = "starting"
    SPARE = "spare"
    READY = "ready"
    DRAINING = "draining"
    DEAD = "dead"


class Step(StrEnum):
    """What can happen to a worker process."""

    WARMED = "warmed"
    BOUND = "bound"
    DRAIN = "drain"
    LOST = "lost"


WORKERS: Final[Mapping[tuple[WorkerState, Step], WorkerState]] = {
    (WorkerState.STARTING, Step.WARMED): WorkerState.SPARE,
    (WorkerState.STARTING, Step.DRAIN): WorkerState.DRAINING,
    (WorkerState.STARTING, Step.LOST): WorkerState.DEAD,
    (WorkerState.SPARE, Step.BOUND): WorkerState.READY,
    (WorkerState.SPARE, Step.DRAIN): WorkerState.DRAINING,
    (WorkerState.SPARE, Step.LOST): WorkerState.DEAD,
    (WorkerState.READY, Step.DRAIN): WorkerState.DRAINING,
    (WorkerState.READY, Step.LOST): WorkerState.DEAD,
    (WorkerState.DRAINING, Step.LOST): WorkerState.DEAD,
}


class WrongStep(Exception):
    """A step that a worker in this state cannot take: a bug in the pool."""


@dataclass(slots=True)
class _Room:
    worker: WorkerId
    endpoints: dict[EndpointId, bool] = field(default_factory=dict)
    """Each with whether its first offer has been answered."""


@dataclass(slots=True)
class Book:
    """Workers, rooms and endpoints of one gateway."""

    _workers: dict[WorkerId, WorkerState] = field(default_factory=dict)
    _rooms: dict[RoomKey, _Room] = field(default_factory=dict)
    _room_of: dict[EndpointId, RoomKey] = field(default_factory=dict)

    # --- workers ----------------------------------------------------------------------------------

    def add(self, worker: WorkerId) -> None:
        """A process was started."""
        assert worker not in self._workers  # numbers are not used twice
        self._workers[worker] = WorkerState.STARTING

    def step(self, worker: WorkerId, step: Step) -> None:
        """Something happened to a worker. Raises :class:`WrongStep`."""
        before = self.state(worker)
        state = WORKERS.get((before, step))
        if state is None:
            raise WrongStep(f"{before} -> {step}")
        self._workers[worker] = state

    def state(self, worker: WorkerId) -> WorkerState:
        """Where a worker is; one that was buried is dead."""
        return self._workers.get(worker, WorkerState.DEAD)

    def bury(self, worker: WorkerId) -> tuple[EndpointId, ...]:
        """A worker is lost: forget it and all it carried.

        Returns its endpoints that had been answered, room by room. Those whose first offer still
        waits are not told of: whoever waits for the answer asks another worker.
        Raises :class:`WrongStep` when it was buried before.
        """
        self.step(worker, Step.LOST)
        del self._workers[worker]
        lost: list[EndpointId] = []
        for key in [key for key, room in self._rooms.items() if room.worker == worker]:
            for endpoint, answered in self._rooms.pop(key).endpoints.items():
                del self._room_of[endpoint]
                if answered:
                    lost.append(endpoint)
        return tuple(lost)

    def load(self, worker: WorkerId) -> int:
        """How many endpoints a worker carries."""
        return sum(len(r.endpoints) for r in self._rooms.values() if r.worker == worker)

    def has_ready(self) -> bool:
        """Whether any worker takes rooms."""
        return WorkerState.READY in self._workers.values()

    # --- rooms and endpoints ----------------------------------------------------------------------

    def place(self, room: RoomKey, endpoint: EndpointId) -> WorkerId | None:
        """Return the worker for an endpoint of a room, and remember it; None when none is ready.

        An endpoint stays in the room it first came for.
        """
        key = self._room_of.get(endpoint, room)
        known = self._rooms.get(key)
        if known is None:
            worker = self._least_loaded()
            if worker is None:
                return None
            known = self._rooms[key] = _Room(worker)
        elif self.state(known.worker) is not WorkerState.READY:
            return None
        self._room_of[endpoint] = key
        known.endpoints.setdefault(endpoint, False)
        return known.worker

    def answer(self, endpoint: EndpointId) -> None:
        """The endpoint's first offer was answered: from now on its end is told."""
        if endpoint in self._room_of:
            self._rooms[self._room_of[endpoint]].endpoints[endpoint] = True

    def is_answered(self, endpoint: EndpointId) -> bool:
        """Whether a worker holds this endpoint."""
        key = self._room_of.get(endpoint)
        return key is not None and self._rooms[key].endpoints[endpoint]

    def worker_of(self, endpoint: EndpointId) -> WorkerId | None:
        """Return the worker that carries an endpoint."""
        key = self._room_of.get(endpoint)
        return None if key is None else self._rooms[key].worker

    def worker_in(self, room: RoomKey) -> WorkerId | None:
        """Return the worker that carries a room."""
        known = self._rooms.get(room)
        return None if known is None else known.worker

    def forget(self, endpoint: EndpointId) -> None:
        """An endpoint has ended; the last one of a room takes the room's place with it."""
        key = self._room_of.pop(endpoint, None)
        if key is None:
            return
        room = self._rooms[key]
        del room.endpoints[endpoint]
        if not room.endpoints:
            del self._rooms[key]

    def _least_loaded(self) -> WorkerId | None:
        ready = [w for w, state in self._workers.items() if state is WorkerState.READY]
        return min(ready, key=lambda worker: (self.load(worker), worker), default=None)


# --- how soon a lost worker is replaced -----------------------------------------------------------

STEADY_S: Final = 5.0
"""A worker that lived this long was sound; what ended it is not the fault of its start."""
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
"""Long enough to cost nothing, short enough that a repaired machine is noticed soon."""


@dataclass(slots=True)
class Restarts:
    """The replacements at one port: at once after a sound life, ever later after short ones."""

    count: int = 0
    """How many workers were lost here."""
    _short_lives: int = 0

    def pause_after(self, born: Instant | None, now: Instant) -> float:
        """Seconds to wait before the next worker; ``born`` is when the lost one was ready.

        None when it never was. The first short life in a row costs no pause either: one crash is
        an accident, and two people wait.
        """
        if born is not None:
            self.count += 1
            if now - born >= STEADY_S:
                self._short_lives = 0
        self._short_lives += 1
        if self._short_lives == 1:
            return 0.0
        pause: float = FIRST_PAUSE_S * 2.0 ** min(self._short_lives - 2, 16)
        return min(pause, LONGEST_PAUSE_S)


# --- how the news of a lost worker is spread ------------------------------------------------------

AT_ONCE: Final = 10
EVERY_S: Final = 0.1
"""A hundred a second: a join costs some 8 ms of one core, so a new worker keeps up with them."""


def stagger(lost: Sequence[EndpointId]) -> list[tuple[float, tuple[EndpointId, ...]]]:
    """Return which endpoints to tell after how many seconds, in their order."""
    return [
        (EVERY_S * (start // AT_ONCE), tuple(lost[start : start + AT_ONCE]))
        for start in range(0, len(lost), AT_ONCE)
    ]
