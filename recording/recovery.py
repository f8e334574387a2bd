"""What a crash has left of a recording: every file that opens, up to its last sealed chunk.

Rule 1: nothing is written, and nothing goes on: it only says what is there.
Rule 2: a file that does not open under its part's key is no file of this recording. Of one in which
a chunk does not open, what stands before it is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from media.channel import RecordedFile
from recording.ebml import last_block_ms
from recording.finished import ReadAhead
from recording.reading import open_file, read_manifest
from recording.sealing import SegmentError
from recording.store import FileName, Store

_PIECE: Final = 1 << 20


def recover(
    store: Store, tenant: UUID, recording: UUID, part_keys: Mapping[UUID, bytes]
) -> tuple[RecordedFile, ...]:
    """Return the files that open. Raises :class:`OSError` where the store does not answer."""
    found = []
    for file in store.list(recording):
        key = part_keys.get(file.part)
        if file.kind == "seal" and key is not None:
            try:
                found.append(_recover_file(store, tenant, recording, file, key))
            except (SegmentError, FileNotFoundError):
                continue
    return tuple(found)


def _recover_file(
    store: Store, tenant: UUID, recording: UUID, file: FileName, key: bytes
) -> RecordedFile:
    segment = open_file(store, tenant, recording, file, key)
    known = read_manifest(store, tenant, recording, file, key)
    segment.keep_what_opens()
    if segment.is_whole and known.whole:
        return known
    told = known.duration_ms if segment.length >= known.plain_bytes else 0
    return msgspec.structs.replace(
        known,
        duration_ms=max(told, last_block_ms(ReadAhead(segment).read, segment.length)),
        plain_bytes=segment.length,
        size=store.size(recording, file),
        sha256=_digest(store, recording, file),
        whole=False,
    )


def _digest(store: Store, recording: UUID, file: FileName) -> str:
    found, at = hashlib.sha256(), 0
    while piece := store.read(recording, file, at, _PIECE):
        found.update(piece)
        at += len(piece)
    return found.hexdigest()
