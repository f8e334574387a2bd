"""A store that takes nothing any more once what it would be of was taken back.

The thread may stand in the middle of a write, of a disk that hangs, when that happens: it was asked
to end, and comes to that only when the disk answers. Until then every further byte is refused here.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from recording.store import FileName, Target, Writer


class TakenBackError(OSError):
    """Nothing of it may be written any more."""


class GuardedStore:
    """What a file is written to; ``is_over`` is asked before each write."""

    def __init__(self, store: Target, is_over: Callable[[], bool]) -> None:
        self._store = store
        self._is_over = is_over

    def create(self, recording: UUID, name: FileName) -> Writer:
        """Begin a file. Raises :class:`OSError`."""
        self._look()
        return _GuardedWriter(self._store.create(recording, name), self._look)

    def replace(self, recording: UUID, name: FileName, data: bytes) -> None:
        """Have a file hold this. Raises :class:`OSError`."""
        self._look()
        self._store.replace(recording, name, data)

    def free(self) -> int:
        """How many bytes there is room for. Raises :class:`OSError`."""
        return self._store.free()

    def _look(self) -> None:
        if self._is_over():
            raise TakenBackError


class _GuardedWriter:
    def __init__(self, inner: Writer, look: Callable[[], None]) -> None:
        self._inner = inner
        self._look = look
        self.close = inner.close

    def append(self, data: bytes) -> None:
        self._look()
        self._inner.append(data)
