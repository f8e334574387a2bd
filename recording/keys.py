"""The keys of files: each its own, made of the part's. Pure.

HKDF-Expand (RFC 5869 section 2.3) with SHA-256 of what the recorder is given for a part, which is a
uniform key already. Whoever destroys the part's key has destroyed those of all its files.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from recording.sealing import KEY_BYTES, SegmentName

_FILE: Final = b"quietroom file "
_META: Final = b"quietroom meta "
_INDEX: Final = b"quietroom index "


def file_key(part_key: bytes, name: SegmentName) -> bytes:
    """Return the key of one file; ``name.segment`` is its number in the recording."""
    return _expand(part_key, _FILE, name)


def meta_key(part_key: bytes, name: SegmentName) -> bytes:
    """Return the key of what is written down of one file."""
    return _expand(part_key, _META, name)


def index_key(part_key: bytes, name: SegmentName) -> bytes:
    """Return the key of the index that one file was given after it was cut off."""
    return _expand(part_key, _INDEX, name)


def _expand(part_key: bytes, what: bytes, name: SegmentName) -> bytes:
    """Raises :class:`ValueError` for a part's key that is none."""
    if len(part_key) != KEY_BYTES:
        raise ValueError("a part's key has 32 bytes")
    info = what + name.tenant.bytes + name.recording.bytes + name.segment.to_bytes(4, "big")
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(part_key)
