"""Which other endpoint each of an endpoint's slots carries.

Rule 1: an endpoint keeps its slot as long as it is in the room: a face never jumps.
Rule 2: the first free index is taken first; who finds none waits, in order of arrival.
"""

from __future__ import annotations

from media.ids import EndpointId


class SlotTable:
    """``count`` slots, free at first."""

    __slots__ = ("_held", "_waiting")

    def __init__(self, count: int) -> None:
        self._held: list[EndpointId | None] = [None] * count
        self._waiting: list[EndpointId] = []

    @property
    def held(self) -> tuple[EndpointId | None, ...]:
        """Who holds each slot, in slot order."""
        return tuple(self._held)

    def add(self, other: EndpointId) -> bool:
        """Give ``other`` a slot, or let it wait. Says whether the slots changed."""
        if other in self._held or other in self._waiting:
            return False
        self._waiting.append(other)
        return self._fill()

    def remove(self, other: EndpointId) -> bool:
        """Free the slot of ``other`` for who waits. Says whether the slots changed."""
        if other in self._waiting:
            self._waiting.remove(other)
            return False
        if other not in self._held:
            return False
        self._held[self._held.index(other)] = None
        self._fill()
        return True

    def resize(self, count: int) -> None:
        """Have ``count`` slots; those cut off wait first in line."""
        cut = [other for other in self._held[count:] if other is not None]
        self._held = self._held[:count] + [None] * (count - len(self._held))
        self._waiting = cut + self._waiting
        self._fill()

    def _fill(self) -> bool:
        changed = False
        for index, holder in enumerate(self._held):
            if holder is None and self._waiting:
                self._held[index] = self._waiting.pop(0)
                changed = True
        return changed
