"""Who lets the other one see that they are in their thread just now. Pure.

Rule 1: nobody is shown but by their own wish, said by each page anew: nothing of it is kept.
Rule 2: somebody is there while one of their pages that says so is.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID


class Place(NamedTuple):
    """Somebody in a thread, and who may see that."""

    thread: UUID
    person: UUID
    other: UUID


class Presence:
    """Everybody of this gateway who is shown. Each change says what of it is news."""

    def __init__(self) -> None:
        self._pages: dict[Place, set[object]] = {}

    def show(self, place: Place, page: object) -> bool:
        """A page says that its person is there; True where they were not."""
        fresh = place not in self._pages
        self._pages.setdefault(place, set()).add(page)
        return fresh

    def hide(self, place: Place, page: object) -> bool:
        """A page says so no longer; True where no other one does."""
        pages = self._pages.get(place, set())
        if page not in pages:
            return False
        pages.discard(page)
        if not pages:
            del self._pages[place]
        return not pages

    def leave(self, page: object) -> list[Place]:
        """A page is gone; returns where its person is no longer."""
        return [place for place in list(self._pages) if self.hide(place, page)]

    def part(self, one: UUID, other: UUID) -> list[Place]:
        """Two belong together no longer; returns where they were."""
        gone = [place for place in self._pages if {place.person, place.other} == {one, other}]
        for place in gone:
            del self._pages[place]
        return gone

    def here(self, place: Place) -> bool:
        """Whether somebody is there."""
        return place in self._pages
