"""What was recorded, opened: for who may see it, and to find out what a crash has left."""

from __future__ import annotations

from uuid import UUID

from media.channel import RecordedFile
from recording.keys import file_key
from recording.manifest import open_manifest
from recording.sealing import Segment, SegmentName
from recording.store import FileName, Store

_MOST: int = 1 << 24
"""More than is ever written down of a file."""


def open_file(
    store: Store, tenant: UUID, recording: UUID, file: FileName, part_key: bytes
) -> Segment:
    """Open a sealed file.

    Raises :class:`recording.sealing.SegmentError` where it does not open, :class:`OSError` where it
    is not there.
    """
    name = SegmentName(tenant, recording, file.number)
    sealed = file._replace(kind="seal")
    return Segment(
        lambda at, size: store.read(recording, sealed, at, size), file_key(part_key, name), name
    )


def read_manifest(
    store: Store, tenant: UUID, recording: UUID, file: FileName, part_key: bytes
) -> RecordedFile:
    """Return what was written down of a file. Raises as :func:`open_file`."""
    data = store.read(recording, file._replace(kind="meta"), 0, _MOST)
    return open_manifest(data, part_key, SegmentName(tenant, recording, file.number))
