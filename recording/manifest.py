"""What is written down beside a file: what it is, where on the recording's clock, what is missing.

It is written when the file begins and again when it ends. Without the second what stands in the
first is all that is known of a file that a crash cut off.
"""

from __future__ import annotations

from typing import Final

import msgspec

from media.channel import RecordedFile
from recording.beside import open_beside, seal_beside
from recording.keys import meta_key
from recording.sealing import SegmentError, SegmentName

MAGIC: Final = b"QRMETA1\n"
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(RecordedFile)


def seal_manifest(file: RecordedFile, part_key: bytes, name: SegmentName) -> bytes:
    """Return what is written down of a file, sealed."""
    return seal_beside(MAGIC, _encoder.encode(file), meta_key(part_key, name), name)


def open_manifest(data: bytes, part_key: bytes, name: SegmentName) -> RecordedFile:
    """Return what was written down. Raises :class:`SegmentError` for what is not that."""
    plain = open_beside(MAGIC, data, meta_key(part_key, name), name)
    try:
        return _decoder.decode(plain)
    except (ValueError, msgspec.MsgspecError):
        raise SegmentError("what is written down is not that") from None
