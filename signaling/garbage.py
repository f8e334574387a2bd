"""Python's collector of cycles, so that it does not stop a process in the middle of a call."""

from __future__ import annotations

import gc
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""How many new objects a collection waits for; the default of 700 is a few milliseconds of packets,
which leave no cycles behind."""


def keep_loaded() -> None:
    """Have no collection walk what is loaded by now: it stays, and there is much of it.

    To walk it took a gateway 0.3 s, every ten seconds while many people came.
    """
    gc.set_threshold(YOUNG_OBJECTS)
    gc.collect()
    gc.freeze()
