"""Whether a key opens a file that lies on the disk: asked of every key there is, after an erasure.

Rule: what is tried of a file is its own smallest record, as it lies there. Each record is sealed
under the file's one key, so that a key which does not open this one opens none. What lies beside it
is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recording.beside import open_beside
from recording.keys import file_key, index_key, meta_key
from recording.sealing import MAGIC, RecordKind, SegmentError, SegmentName, heads

BESIDE: Final = {"meta": meta_key, "index": index_key}
"""Little files that are sealed by other keys made of the same part's."""


class Tried(Protocol):
    """Something that a key may open."""

    def opens(self, part_key: bytes) -> bool:
        """Whether it opens by this key, as a part's or as its own."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A record of a file."""

    name: SegmentName
    number: int
    kind: RecordKind
    sealed: bytes

    def opens(self, part_key: bytes) -> bool:
        """Whether it opens by this key, as a part's or as the file's own."""
        return any(self._opens(key) for key in (file_key(part_key, self.name), part_key))

    def _opens(self, key: bytes) -> bool:
        bound = self.name.bound(self.number, self.kind)
        try:
            AESGCM(key).decrypt(self.name.nonce(self.number), self.sealed, bound)
        except InvalidTag:
            return False
        return True


@dataclass(frozen=True, slots=True)
class BesideProbe:
    """A little file beside one, all of it; its magic is its own."""

    name: SegmentName
    kind: str
    data: bytes

    def opens(self, part_key: bytes) -> bool:
        """Whether it opens by this key, as a part's or as its own."""
        return any(self._opens(key) for key in (BESIDE[self.kind](part_key, self.name), part_key))

    def _opens(self, key: bytes) -> bool:
        try:
            open_beside(self.data[: len(MAGIC)], self.data, key, self.name)
        except SegmentError:
            return False
        return True


def probe(read_file: Callable[[int, int], bytes], name: SegmentName) -> Probe | None:
    """Return what to try of a file; None of one in which nothing whole stands."""
    if read_file(0, len(MAGIC)) != MAGIC:
        return None
    smallest = min(heads(read_file), key=lambda head: head.size, default=None)
    if smallest is None:
        return None
    sealed = read_file(smallest.at, smallest.size)
    return Probe(name, smallest.number, smallest.kind, sealed)
