"""A file to whoever writes a container; what comes of it is sealed, and on the disk within a time.

A container's writer goes back to the head when it is finished. What is not sealed yet is written
anew; what is becomes a patch (:mod:`recording.sealing`).
"""

from __future__ import annotations

import hashlib
from typing import Final

from recording.sealing import CHUNK_BYTES, SegmentName, SegmentWriter
from recording.store import Writer

SEAL_S: Final = 0.1
"""How long anything waits to be sealed. With what a container holds back, and what is under way to
here, a crash loses some 0.6 s, which leaves the disk time for its part of a second."""


class SealedFile:
    """Writable and seekable. Times are of the clock that :meth:`tick` is told."""

    def __init__(self, writer: Writer, key: bytes, name: SegmentName) -> None:
        self._writer = writer
        self._hash = hashlib.sha256()
        self._at = 0
        self._now = 0.0
        self._is_dead = self._has_failed = False
        self.size = 0
        """Of the sealed file."""
        self._segment = SegmentWriter(self._put, key, name, SEAL_S)

    @property
    def plain_bytes(self) -> int:
        """So many can be read of it, from what is sealed."""
        return self._segment.sealed

    @property
    def sha256(self) -> str:
        """Of the sealed file, as it is now."""
        return self._hash.hexdigest()

    # --- what a container's writer calls ----------------------------------------------------------

    def write(self, data: bytes) -> int:
        """Write at the place; what is behind it moves no further."""
        if self._is_dead:
            return len(data)
        data = bytes(data)
        behind = data[: self._segment.length - self._at]
        self._overwrite(self._at, behind)
        if len(behind) < len(data):
            self._segment.write(data[len(behind) :], self._now)
        self._at += len(data)
        return len(data)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place; never behind the end.

        Raises :class:`ValueError` for what lies there.
        """
        base = (0, self._at, self._segment.length)[whence]
        if not 0 <= base + place <= self._segment.length:
            raise ValueError("there is nothing at this place")
        self._at = base + place
        return self._at

    def tell(self) -> int:
        """The place."""
        return self._at

    # --- what the recorder calls ------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """It is so late: seal what has waited for long enough. Raises :class:`OSError`."""
        self._now = now
        if not self._is_dead:
            self._segment.tick(now)

    def end(self) -> None:
        """Seal the rest, and say that this is all. Raises :class:`OSError`, also where it did."""
        if self._has_failed:
            self.close()
            raise OSError("some of it is not there")
        if not self._is_dead:
            self._segment.end()
        self.close()

    def discard(self) -> None:
        """Forget what is not sealed: from now on nothing is written."""
        self._is_dead = True
        self._segment.discard()

    def close(self) -> None:
        """Write no more; what is not sealed is lost."""
        self.discard()
        self._writer.close()

    def _overwrite(self, place: int, data: bytes) -> None:
        """In the order in which they lie: what is sealed by patches, the rest as it is."""
        sealed = max(0, min(len(data), self._segment.sealed - place))
        if sealed < len(data):
            self._segment.overwrite(place + sealed, data[sealed:])
        for at in range(0, sealed, CHUNK_BYTES):
            self._segment.patch(place + at, data[at : min(at + CHUNK_BYTES, sealed)])

    def _put(self, data: bytes) -> None:
        """What is half written is the last there is: nothing behind it would open."""
        try:
            self._writer.append(data)
        except OSError:
            self._is_dead = self._has_failed = True
            self._writer.close()
            raise
        self._hash.update(data)
        self.size += len(data)
