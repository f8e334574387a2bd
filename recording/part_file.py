"""One file of one part: a container in a sealed file, and what is written down beside it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from media.channel import RecordedFile
from recording.index import LONGEST_FRAME_MS
from recording.keys import file_key
from recording.manifest import seal_manifest
from recording.muxer import OPUS_MS, Muxer, MuxError
from recording.sealed_file import SealedFile
from recording.sealing import SegmentName
from recording.store import FileName, Target

MAX_GAPS: Final = 8192
"""Of one file. What comes after them is told as one, for a list must have an end."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the files of a recording lie."""

    store: Target
    tenant: UUID
    recording: UUID


@dataclass(frozen=True, slots=True)
class Part:
    """One person's one medium, and the key that is for it."""

    ident: UUID
    name: str
    """As it is called where it was ordered."""
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What a container has to know of a track before its first frame."""

    codec: str
    size: tuple[int, int] = (0, 0)
    setup: bytes = b""


class PartFile:
    """From its first frame to its end. Times are seconds of the engine's clock.

    ``starts_at`` is its first frame's; ``starts_ms`` the same on the recording's clock. Everything
    raises :class:`OSError`, or :class:`recording.muxer.MuxError`.
    """

    def __init__(
        self, place: Place, part: Part, number: int, look: Look, starts: tuple[float, int]
    ) -> None:
        self.look = look
        self._place = place
        self._part = part
        self._file = FileName(number, part.ident)
        self._name = SegmentName(place.tenant, place.recording, number)
        self._zero, starts_ms = starts
        self._last = self._step = 0
        self._gaps: list[tuple[int, int]] = []
        writer = place.store.create(place.recording, self._file)
        self._sealed = SealedFile(writer, file_key(part.key, self._name), self._name)
        try:
            self._muxer = Muxer(self._sealed, look.codec, look.size, look.setup)
            kind = self._muxer.kind.type
            self._told = RecordedFile(number, part.name, kind, starts_ms, 0, 0, 0, "", whole=False)
            self._write_down(self._told)
        except (MuxError, OSError):
            self._sealed.close()
            raise

    def write(self, data: bytes, at: float, *, keyframe: bool) -> None:
        """Append a frame."""
        before = self._last
        self._last = self._muxer.write(data, self._ms(at), keyframe=keyframe)
        self._step = self._last - before

    @property
    def shown_at(self) -> float:
        """When its last frame was."""
        return self._zero + self._last / 1000

    @property
    def ends_at(self) -> float:
        """When what is in it is over."""
        return self._zero + self._length / 1000

    def misses(self, since: float) -> bool:
        """Whether it is told that something is missing from then on, or from a little later."""
        return bool(self._gaps) and self._gaps[-1][1] > self._ms(since)

    def mark_gap(self, start: float, stop: float) -> None:
        """Nothing came in between. What touches the gap before is one with it."""
        first, last = max(0, self._ms(start)), self._ms(stop)
        if last <= first:
            return
        if self._gaps and (first <= self._gaps[-1][1] or len(self._gaps) >= MAX_GAPS):
            first, last = self._gaps[-1][0], max(last, self._gaps[-1][1])
            self._gaps.pop()
        self._gaps.append((first, last))

    def tick(self, now: float) -> None:
        """Have on the disk what has waited for long enough."""
        self._sealed.tick(now)

    def close(self) -> RecordedFile:
        """Write the index and the end; where that fails what is sealed stays."""
        try:
            self._muxer.close()
            self._sealed.end()
            whole = True
        except (OSError, MuxError):
            self._sealed.close()
            whole = False
        told = self._tell(whole=whole)
        try:
            self._write_down(told)
        except OSError:
            return msgspec.structs.replace(told, whole=False)
        return told

    def discard(self) -> RecordedFile:
        """Forget what is not sealed, and write nothing any more, not even down."""
        self._sealed.close()
        with contextlib.suppress(OSError, MuxError):  # it writes to nobody
            self._muxer.close()
        return self._tell(whole=False)

    def _tell(self, *, whole: bool) -> RecordedFile:
        return msgspec.structs.replace(
            self._told,
            duration_ms=self._length,
            plain_bytes=self._sealed.plain_bytes,
            size=self._sealed.size,
            sha256=self._sealed.sha256,
            gaps=tuple(self._gaps),
            whole=whole,
        )

    @property
    def _length(self) -> int:
        frame = min(self._step, LONGEST_FRAME_MS) if self._muxer.is_video else OPUS_MS
        return self._last + frame

    def _write_down(self, told: RecordedFile) -> None:
        data = seal_manifest(told, self._part.key, self._name)
        self._place.store.replace(self._place.recording, self._file._replace(kind="meta"), data)

    def _ms(self, at: float) -> int:
        return round((at - self._zero) * 1000)


FileMaker = Callable[[Part, Look, float], PartFile]
"""Begins a file with what comes first in it, and when that was."""
