"""Whose access was ended elsewhere: by the command line, or by another gateway.

Rule: looked for every :data:`EVERY_S`, so that whoever is put out is out of every room within a
second; what this gateway ends itself it does not wait for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from signaling.lookout import Lookout
from signaling.storage.people_store import PeopleStore

EVERY_S: Final = 0.5
OVERLAP_MS: Final = 10_000
"""By which two machines' clocks may differ."""


class Departures:
    """Tells ``gone`` of each person once."""

    def __init__(
        self,
        people: PeopleStore,
        gone: Callable[[UUID], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._people = people
        self._gone = gone
        self._since = int(wall() * 1000) - OVERLAP_MS
        self._told: dict[UUID, int] = {}
        self._lookout = Lookout("departures", EVERY_S, self.look)

    def start(self) -> None:
        """Begin to look."""
        self._lookout.start()

    async def stop(self) -> None:
        """Look no more."""
        await self._lookout.stop()

    async def look(self) -> None:
        """Tell of who is new. Raises :class:`~signaling.storage.database.StorageAway`."""
        for person, ended_at in await self._people.ended_since(self._since - OVERLAP_MS):
            if person not in self._told:
                self._told[person] = ended_at
                self._gone(person)
            self._since = max(self._since, ended_at)
        oldest = self._since - OVERLAP_MS
        self._told = {who: at for who, at in self._told.items() if at >= oldest}
