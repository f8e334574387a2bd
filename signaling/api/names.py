"""What people want to be called, for those who may know it."""

from __future__ import annotations

from uuid import UUID

from signaling.api.hour_bodies import Shown
from signaling.domain.errors import Refusal
from signaling.keys.sealing import SealError
from signaling.storage.people_store import PeopleStore


class Names:
    """Looked up once in an answer."""

    def __init__(self, people: PeopleStore, at: int) -> None:
        self._people = people
        self._at = at
        self._known: dict[UUID, Shown] = {}

    async def of(self, person: UUID) -> Shown:
        """Return somebody; without a name once they were erased."""
        if person not in self._known:
            try:
                details = await self._people.details(person, self._at)
            except (Refusal, SealError):  # erased: their row still names somebody
                self._known[person] = Shown(person, "")
            else:
                name = details.alias or details.name
                self._known[person] = Shown(
                    person, name, details.time_zone, details.register_url, details.hello
                )
        return self._known[person]
