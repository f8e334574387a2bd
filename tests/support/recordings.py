"""A recording as its room and its recorder would have made it: rows, keys, and sealed files."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from media.channel import RecordedFile
from recording.keys import file_key
from recording.manifest import seal_manifest
from recording.sealing import SegmentName, SegmentWriter
from recording.store import FileName, Store
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentTurn,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.storage.recording_rows import Begun
from signaling.storage.recording_store import RecordingStore, Told
from signaling.storage.session_store import Booked

DAY_MS = 86_400_000
TYPES = {Medium.AUDIO: 'audio/webm; codecs="opus"', Medium.VIDEO: 'video/webm; codecs="vp8"'}
BOTH = Scope(
    frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION}),
    frozenset({Medium.AUDIO, Medium.VIDEO}),
)
CHUNK = 50_000
LENGTH = 4 * CHUNK + 17


def until(at: int, scope: Scope = BOTH) -> dict[Purpose, int]:
    """For how long each purpose holds."""
    days = {Purpose.CLINICAL_REVIEW: 30, Purpose.SUPERVISION: 90}
    return {each: at + days[each] * DAY_MS for each in scope.purposes}


def plain(number: int) -> bytes:
    """What a file of this number holds, opened."""
    period = bytes((at * 7 + number) % 95 + 32 for at in range(95))
    return (period * (LENGTH // len(period) + 1))[:LENGTH]


@dataclass
class Recorded:
    """One that was made."""

    ident: UUID
    begun: Begun
    files: list[RecordedFile] = field(default_factory=list)

    def name(self, number: int) -> FileName:
        """Which file this is."""
        part = next(each.part for each in self.files if each.number == number)
        return FileName(number, UUID(part))

    def path(self, folder: Path, number: int) -> Path:
        """Where it lies."""
        return folder / self.ident.hex / str(self.name(number))


async def begin(
    store: RecordingStore, booked: Booked, at: int, scope: Scope = BOTH,
    floor_until: int | None = None, holds: Mapping[Purpose, int] | None = None,
    client_plays: bool = False,
) -> Begun:  # fmt: skip
    """Let one begin, whose terms name those who supervise then, or by now where that is past."""
    people = {booked.counsellor: PartyRole.COUNSELLOR, booked.client: PartyRole.CLIENT}
    named, _ = await store._supervisors(booked.clinic, max(at, round(time.time() * 1000)))
    fact = ConsentFact(ConsentTurn.START, 1.0)
    client = [booked.client] if client_plays else []
    start = Told(fact, at, listeners=frozenset([*named, *client]))
    return await store.begin(
        booked, uuid4(), people, scope, holds or until(at, scope), floor_until, start
    )


def write_files(
    begun: Begun, tenant: UUID, files: Store, *, whole: bool = True, first: int = 1,
    starts_ms: int = 100,
) -> Recorded:  # fmt: skip
    """Write a file of each part."""
    made = Recorded(begun.recording, begun)
    for number, part in enumerate(begun.parts, start=first):
        name = SegmentName(tenant, begun.recording, number)
        where = FileName(number, part.id)
        writer = files.create(begun.recording, where)
        segment = SegmentWriter(writer.append, file_key(part.key, name), name)
        for start in range(0, LENGTH, CHUNK):
            segment.write(plain(number)[start : start + CHUNK], float(start))
            segment.flush()
        if whole:
            segment.end()
        writer.close()
        size = files.size(begun.recording, where)
        raw = files.read(begun.recording, where, 0, size)
        file = RecordedFile(
            number, str(part.id), TYPES[part.medium], starts_ms, 60_000, LENGTH, size,
            hashlib.sha256(raw).hexdigest(), ((1000, 1200),), whole,
        )  # fmt: skip
        sealed = seal_manifest(file, part.key, name)
        files.replace(begun.recording, where._replace(kind="meta"), sealed)
        made.files.append(file)
    return made


async def record(
    store: RecordingStore, files: Store, booked: Booked, at: int, scope: Scope = BOTH, **more: Any
) -> Recorded:
    """Make one, sealed at this time; ``more`` is for :func:`begin`."""
    begun = await begin(store, booked, at, scope, **more)
    made = write_files(begun, booked.clinic, files)
    close = Told(ConsentFact(ConsentTurn.CLOSE, 2.0), at)
    await store.seal(
        begun.recording, made.files, [(20_000, 30_000)], whole=True, captured_ms=50_000,
        told=[close],
    )  # fmt: skip
    return made
