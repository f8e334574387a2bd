"""Who is in which room of the soak, and who leaves and joins next."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Leaving(StrEnum):
    """How a person goes, in turn: by a DTLS alert, by signaling's word, or without any."""

    ALERT = "alert"
    SIGNALED = "signaled"
    VANISHED = "vanished"


@dataclass(frozen=True)
class Leave:
    """One person goes."""

    name: str
    how: Leaving


@dataclass(frozen=True)
class Join:
    """One person comes."""

    room: str
    name: str


class Churn:
    """Rooms of two. ``seed`` fixes who goes."""

    def __init__(self, rooms: int, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._numbers = itertools.count(rooms)
        self._ways = itertools.cycle(Leaving)
        self.rooms = {str(room): [f"{room}-0", f"{room}-1"] for room in range(rooms)}

    def minute(self, share: float) -> Iterator[list[Leave | Join]]:
        """Steps of a minute, evenly spread, in which ``share`` of the people are replaced.

        Half of them one by one, in rooms that go on; half as whole rooms that end, for new ones.
        """
        pairs = max(1, round(share * len(self.rooms) / 2))
        for _ in range(pairs):
            yield self._replace_one()
            yield self._replace_room()
            yield self._replace_one()

    def everyone(self) -> list[Leave]:
        """All who are there go."""
        return [Leave(name, next(self._ways)) for names in self.rooms.values() for name in names]

    def _replace_one(self) -> list[Leave | Join]:
        room = self._random.choice(list(self.rooms))
        names = self.rooms[room]
        gone = names.pop(self._random.randrange(len(names)))
        names.append(f"{room}-{next(self._numbers)}")
        return [Leave(gone, next(self._ways)), Join(room, names[-1])]

    def _replace_room(self) -> list[Leave | Join]:
        gone = self.rooms.pop(self._random.choice(list(self.rooms)))
        room = f"room-{next(self._numbers)}"
        self.rooms[room] = [f"{room}-a", f"{room}-b"]
        leaves = [Leave(name, next(self._ways)) for name in gone]
        return [*leaves, *(Join(room, name) for name in self.rooms[room])]
