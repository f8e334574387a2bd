"""How large each page of a room shows the others: by people, for it outlasts their endpoints."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from media.channel import PictureSize


class Sizes:
    """Who shows whom small; everyone else is shown large."""

    def __init__(self) -> None:
        self._small: dict[str, frozenset[str]] = {}

    def set(
        self, viewer: str, sizes: Mapping[str, PictureSize], present: Collection[str]
    ) -> frozenset[str]:
        """Take all a viewer says of those present; return whose size has changed.

        Who is not present is passed over: they may have left while the word was on its way.
        """
        before = self._small.get(viewer, frozenset())
        small = frozenset(
            shown for shown in present if shown != viewer and sizes.get(shown) is PictureSize.SMALL
        )
        self._small[viewer] = small
        return before ^ small

    def of(self, viewer: str, shown: str) -> PictureSize:
        """Return how large a viewer shows someone."""
        small = shown in self._small.get(viewer, ())
        return PictureSize.SMALL if small else PictureSize.LARGE

    def forget(self, participant: str) -> None:
        """Someone has left the room."""
        self._small.pop(participant, None)
        for viewer, small in self._small.items():
            self._small[viewer] = small - {participant}
