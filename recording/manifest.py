"""What is written down beside a file: what it is, where on the recording's clock, what is missing.

It is written when the file begins and again when it ends. Without the second what stands in the
first is all that is known of a file that a crash cut off. Sealed like the file, under a key of its
own; the nonce is random, for it is written twice.
"""

from __future__ import annotations

import secrets
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from media.channel import RecordedFile
from recording.keys import meta_key
from recording.sealing import SegmentError, SegmentName

MAGIC: Final = b"QRMETA1\n"
_NONCE_BYTES: Final = 12
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(RecordedFile)


def seal_manifest(file: RecordedFile, part_key: bytes, name: SegmentName) -> bytes:
    """Return what is written down of a file, sealed."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = AESGCM(meta_key(part_key, name))
    return MAGIC + nonce + cipher.encrypt(nonce, _encoder.encode(file), _bound(name))


def open_manifest(data: bytes, part_key: bytes, name: SegmentName) -> RecordedFile:
    """Return what was written down. Raises :class:`SegmentError` for what is not that."""
    start = len(MAGIC)
    nonce, sealed = data[start : start + _NONCE_BYTES], data[start + _NONCE_BYTES :]
    if data[:start] != MAGIC or len(nonce) < _NONCE_BYTES:
        raise SegmentError("not what is written down of a file")
    try:
        plain = AESGCM(meta_key(part_key, name)).decrypt(nonce, sealed, _bound(name))
        return _decoder.decode(plain)
    except (InvalidTag, ValueError, msgspec.MsgspecError):
        raise SegmentError("what is written down does not open") from None


def _bound(name: SegmentName) -> bytes:
    return name.tenant.bytes + name.recording.bytes + name.segment.to_bytes(4, "big")
