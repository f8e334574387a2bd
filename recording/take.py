"""One segment as the thread writes it: its tracks, on one clock.

Rule 1: whatever a file or a codec raises ends the take and nothing else; what is sealed stays.
Rule 2: what was taken back is written no further, though it is in the middle of being written.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from media.channel import RecordedFile
from media.errors import RecordFault
from recording.guard import GuardedStore, TakenBackError
from recording.inbox import Inbox, Packet
from recording.part_file import Look, Part, PartFile, Place
from recording.timeline import Timeline
from recording.track import Track

MAX_FILES: Final = 900
"""Of one segment, for the numbers behind them are of the next one. Nobody changes codecs so often
but to fill a disk with files."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
AT_ONCE: Final = 256
"""Packets, before another segment's are looked at."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Where a segment begins: the engine's clock, the recording's, and the first file's number."""

    at: float
    at_ms: int
    next_file: int


class TooManyFiles(Exception):
    """A segment has no number left for another one."""


class Take:
    """``ask`` has a keyframe of a part asked for."""

    def __init__(
        self,
        place: Place,
        parts: Mapping[str, tuple[Part, str]],
        begin: Begin,
        inbox: Inbox,
        ask: Callable[[str], None],
    ) -> None:
        self.inbox = inbox
        self.fault: RecordFault | None = None
        self._place = place
        self._begin = begin
        self._number = begin.next_file
        timeline = Timeline()
        self._tracks = {
            name: Track(part, person, timeline, self._make, partial(ask, name))
            for name, (part, person) in parts.items()
        }
        self._files: list[RecordedFile] = []

    def work(self, now: float) -> bool:
        """Write some of what waits; says whether there may be more."""
        try:
            return self._work(now)
        except TakenBackError:  # who asked for that sees to the rest
            return not self.inbox.dropped
        except OSError as error:
            self.fault = RecordFault.NO_ROOM if error.errno in NO_ROOM else RecordFault.BROKEN
        except Exception:  # a bug met by one must not end the others
            self.fault = RecordFault.BROKEN
        return False

    def check_room(self, least: int) -> None:
        """Note when the store is nearly full."""
        try:
            if self._place.store.free() < least:
                self.fault = self.fault or RecordFault.NO_ROOM
        except OSError:
            self.fault = self.fault or RecordFault.BROKEN

    def leave_out(self, part: str) -> None:
        """A part that may be captured no more: what is not sealed of it is forgotten."""
        track = self._tracks.pop(part, None)
        if track is not None:
            self._files += track.discard()

    def close(self, now: float) -> tuple[RecordedFile, ...]:
        """Write what waits and close the files, or only leave them where all was dropped."""
        while self.fault is None and self.work(now):
            pass
        for name, track in self._tracks.items():
            self._files += self._close_track(track, self.inbox.missed.get(name))
        self._tracks.clear()
        return tuple(sorted(self._files, key=lambda file: file.number))

    def _close_track(self, track: Track, missed: float | None) -> tuple[RecordedFile, ...]:
        if self.inbox.dropped:
            return track.discard()
        try:
            return track.close(missed)
        except TakenBackError:
            return track.discard()
        except Exception:  # likewise
            self.fault = self.fault or RecordFault.BROKEN
            return track.discard()

    def _work(self, now: float) -> bool:
        for each in () if self.inbox.dropped else self._tracks.values():
            each.tick(now)
        for _ in range(AT_ONCE):
            item = self.inbox.take()
            if item is None:
                return False
            track = self._tracks.get(item.part)
            if track is None:
                continue
            if isinstance(item, Packet):
                track.packet(item)
            else:
                track.report(item)
        return True

    def _make(self, part: Part, look: Look, at: float) -> PartFile:
        since_ms = round((at - self._begin.at) * 1000)
        if self._number - self._begin.next_file >= MAX_FILES:
            raise TooManyFiles
        number, self._number = self._number, self._number + 1
        starts_ms = self._begin.at_ms + max(0, since_ms)
        guarded = GuardedStore(self._place.store, partial(self.inbox.is_over, part.name))
        place = replace(self._place, store=guarded)
        return PartFile(place, part, number, look, (at, starts_ms))
