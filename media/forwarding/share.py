"""What a line has for one outgoing stream, as :mod:`media.forwarding.sharing` settles it."""

from __future__ import annotations

from media.forwarding.layer_switch import ALL


class Share:
    """One subscription's part of its endpoint's line."""

    __slots__ = ("affordable", "bps", "firm", "paused", "still")

    def __init__(self) -> None:
        self.bps = 0
        """Bits per second a picture may cost."""
        self.firm = False
        """The line has been measured: before, nobody loses a picture by it."""
        self.affordable = ALL
        """The best encoding there is room for."""
        self.paused = False
        """There is room for none: nothing is sent."""
        self.still = False
        """There is room for a still now and then, in the picture's place."""
