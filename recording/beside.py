"""A little file beside a sealed one, whole or not at all: sealed under a key of its own.

The nonce is random, for it may be written more than once.
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from recording.sealing import SegmentError, SegmentName

_NONCE_BYTES: Final = 12


def seal_beside(magic: bytes, plain: bytes, key: bytes, name: SegmentName) -> bytes:
    """Return ``plain``, sealed, with ``magic`` before it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return magic + nonce + AESGCM(key).encrypt(nonce, plain, _bound(name))


def open_beside(magic: bytes, data: bytes, key: bytes, name: SegmentName) -> bytes:
    """Return what was sealed. Raises :class:`SegmentError` for what is not that."""
    start = len(magic)
    nonce, sealed = data[start : start + _NONCE_BYTES], data[start + _NONCE_BYTES :]
    if data[:start] != magic or len(nonce) < _NONCE_BYTES:
        raise SegmentError("not what lies beside a file")
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound(name))
    except (InvalidTag, ValueError):
        raise SegmentError("what lies beside a file does not open") from None


def _bound(name: SegmentName) -> bytes:
    return name.tenant.bytes + name.recording.bytes + name.segment.to_bytes(4, "big")
