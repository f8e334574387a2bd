"""How many more calls of two with pictures this machine can take, and what would end first. Pure.

Rule 1: what is not known limits nothing and is not guessed; the answer says which limit is nearest.
Rule 2: a doubt makes the answer smaller. A call costs what calls cost here now, or what it costs on
the machine of ``docs/bench/media-plane.md``, whichever is more; and no core is filled to its edge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

Process: TypeAlias = tuple[int, int]
"""A media process: its place, and how many were there before it."""
FULL: Final = 0.7
"""Of a core. Up to here voice is held up by less than 5 ms (60 rooms took 62 %, media-plane.md);
the rest is for joins, keyframes, and minutes that are worse than this one."""
CALL_COMPILED: Final = 0.014
"""Of a core, what a call of two with pictures costs media: the dearer figure of media-plane.md, of
25 rooms (35 %). With 60 it was 0.0103: the more is forwarded at once, the less each costs."""
CALL_PLAIN: Final = 0.09
"""The same without the compiled packet path: 6.1 times as much a packet there."""
MEASURED_FROM: Final = 3
"""So many calls say what one costs here; of fewer the gateway's own idling is most."""
SPAN_S: Final = 60.0
"""CPU is taken over this: shorter is the noise of single joins."""
PEOPLE: Final = 2
DESCRIPTORS: Final = 6
"""Of one call: two pages, each with a socket, one more while it changes transports, a request."""


class Limit(StrEnum):
    """What ends first."""

    WORKERS = "workers"
    """No media process takes calls."""
    MEDIA_CPU = "media_cpu"
    """The cores that media processes may use: each uses one."""
    SIGNALING_CPU = "signaling_cpu"
    """The one core of the signaling process."""
    CPU = "cpu"
    """All cores of this machine."""
    ENDPOINTS = "endpoints"
    """``media.max_endpoints``."""
    SESSIONS = "sessions"
    """``limits.max_sessions``."""
    SOCKETS = "sockets"
    """``limits.max_sockets``."""
    DESCRIPTORS = "descriptors"
    """Open files of the signaling process."""


@dataclass(frozen=True, slots=True)
class House:
    """The gateway at one moment. ``..._s`` are CPU seconds used so far."""

    signaling_s: float
    media_s: Mapping[Process, float]
    """By process; those that take calls. Empty: media runs in the signaling process."""
    endpoints: int
    sessions: int
    """Rooms with somebody in them."""
    sockets: int
    descriptors: int | None
    media_ready: bool = True


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was given to the gateway."""

    cores: float
    max_endpoints: int
    """Of all media processes."""
    max_sessions: int
    max_sockets: int
    max_descriptors: int | None
    compiled: bool


@dataclass(frozen=True, slots=True)
class _Use:
    """Cores used of late."""

    signaling: float
    media: Mapping[Process, float]

    @property
    def all_media(self) -> float:
        return sum(self.media.values())


class Capacity:
    """The last minute of a gateway, and what it leaves."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._seen: deque[tuple[float, House]] = deque()

    def handle_reading(self, house: House, now: float) -> None:
        """Take how the gateway is now."""
        self._seen.append((now, house))
        while len(self._seen) > 1 and now - self._seen[1][0] >= SPAN_S:
            self._seen.popleft()

    def show(self) -> dict[str, Any] | None:
        """Return what the operator's page is told; None before there is a reading."""
        if not self._seen:
            return None
        house, use = self._seen[-1][1], self._use()
        measured = use is not None and house.endpoints >= PEOPLE * MEASURED_FROM
        left = self._counted(house)
        left |= self._by_cpu(house, use or self._guess(house), measured=measured)
        if not house.media_ready:
            left[Limit.WORKERS] = 0
        limit = min(left, key=lambda each: left[each])
        return {"calls": max(0, left[limit]), "limit": limit.value, "measured": measured}

    def _guess(self, house: House) -> _Use:
        """What the calls that are here should cost, while nothing was measured."""
        spent = house.endpoints / PEOPLE * self._cost
        if not house.media_s:
            return _Use(spent, {})
        each = spent / len(house.media_s)
        return _Use(0.0, dict.fromkeys(house.media_s, each))

    @property
    def _cost(self) -> float:
        return CALL_COMPILED if self._bounds.compiled else CALL_PLAIN

    def _counted(self, house: House) -> dict[Limit, int]:
        bounds = self._bounds
        left = {
            Limit.ENDPOINTS: (bounds.max_endpoints - house.endpoints) // PEOPLE,
            Limit.SESSIONS: bounds.max_sessions - house.sessions,
            Limit.SOCKETS: (bounds.max_sockets - house.sockets) // PEOPLE,
        }
        if bounds.max_descriptors is not None and house.descriptors is not None:
            free = bounds.max_descriptors - house.descriptors
            left[Limit.DESCRIPTORS] = free // DESCRIPTORS
        return left

    def _by_cpu(self, house: House, use: _Use, *, measured: bool) -> dict[Limit, int]:
        bounds = self._bounds
        calls = house.endpoints / PEOPLE
        base = self._cost
        if not house.media_s:
            cost = max(base, use.signaling / calls) if measured else base
            spare = FULL * min(1.0, bounds.cores) - use.signaling
            return {Limit.SIGNALING_CPU: _fitting(spare, cost)}
        media = max(base, use.all_media / calls) if measured else base
        left_by = {
            # A room is on one process: what two of them have left of a call is none.
            Limit.MEDIA_CPU: sum(_fitting(FULL - used, media) for used in use.media.values())
        }
        whole = media
        if measured:
            signaling = use.signaling / calls
            whole += signaling
            if signaling > 0:
                left_by[Limit.SIGNALING_CPU] = _fitting(FULL - use.signaling, signaling)
        spare = FULL * bounds.cores - use.signaling - use.all_media
        left_by[Limit.CPU] = _fitting(spare, whole)
        return left_by

    def _use(self) -> _Use | None:
        """Cores used since the oldest reading, its start among it where a process is new."""
        (begun, first), (now, last) = self._seen[0], self._seen[-1]
        if now <= begun:
            return None
        span = now - begun
        media = {
            process: max(0.0, used - first.media_s.get(process, 0.0)) / span
            for process, used in last.media_s.items()
        }
        return _Use((last.signaling_s - first.signaling_s) / span, media)


def _fitting(spare: float, cost: float) -> int:
    """Whole calls; what rounding of the quotient takes from one is given back."""
    return int(max(0.0, spare) / cost + 1e-9)
