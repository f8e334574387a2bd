"""How long a door stays closed to somebody who guessed wrong. Pure."""

from __future__ import annotations

from typing import Final

FREE_TRIES: Final = 5
FIRST_MS: Final = 30_000
MOST_MS: Final = 15 * 60_000
PIN_TRIES: Final = 10
"""Of 10^6 PINs. Then the invitation is worth nothing, and a new one has to be sent."""


def closed_ms(failed: int) -> int:
    """Return for how long after so many wrong tries: not at all, then twice as long each time."""
    if failed < FREE_TRIES:
        return 0
    return min(FIRST_MS << min(failed - FREE_TRIES, 16), MOST_MS)
