"""One recording as the media plane is told of it: segments, their permits, what comes of them.

Called on the room's owner task only, and after its end by whoever closes what it left.

Rule 1: what is taken back is no longer captured in the call that says so: a permit for fewer parts,
or for none, goes out before anything is waited for, and what of these is not sealed is forgotten:
also of a segment that had ended before, on a hold, and is still being written down.
Rule 2: everything else is another segment: the one before ends, with all that came until then, and
when it has ended another order is given. So it is after a hold, and when somebody's page was loaded
again and has another endpoint. There is one at a time.
Rule 3: a permit is renewed each second, for as long as it is to hold. Whoever renews nothing any
more, whatever befell them, leaves a recorder that ends by itself.
Rule 4: an order that was overtaken, by its own end or by a permit for less, is stopped again, or
narrowed again, when it has been answered.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from media.channel import (
    RecordedFile,
    RecordingBroke,
    RecordingLate,
    RecordingNews,
    RecordOrder,
    RecordPermit,
    RecordTrack,
)
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey

RENEW_S: Final = 1.0
ASKS: Final = 4
"""How often a recorder is asked for the files of what it has ended: each time it waits for a disk
that is late, and says nothing where that was not for long enough."""
FILES_A_SEGMENT: Final = 1000
"""So many numbers each segment has for its files: how many it used is known when it has ended."""


class Recorder(Protocol):
    """What of the media plane records."""

    async def record(self, order: RecordOrder) -> None:
        """Begin. Raises :class:`RecordingError`; then nothing is recorded."""

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit, perhaps for less."""

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """Detach at once, then close the files."""


@dataclass(frozen=True, slots=True)
class Track:
    """Something that may be captured: one person's one medium, by the endpoint they have now."""

    endpoint: EndpointId
    medium: str
    part: str
    key: bytes

    def __repr__(self) -> str:
        return "Track(...)"


@dataclass(frozen=True, slots=True)
class Named:
    """What a recording is called: in its room, of its clinic, and by itself."""

    room: RoomKey
    tenant: str
    recording: str


@dataclass(slots=True)
class Segment:
    """A stretch that is captured under one order."""

    number: int
    permitted: frozenset[Track]
    opened_at: float
    wall_ms: int
    renewed_at: float
    is_over: bool = False
    discard: bool = False
    is_closed: bool = False
    """Its files are known: nothing of it is written any more."""
    is_missed: bool = False
    """It was recorded, and nothing has come of it: perhaps its recorder is lost."""
    is_late: bool = False
    """There is no room for what is captured."""

    @property
    def is_overtaken(self) -> bool:
        """Whether it has ended while its order was under way.

        ``is_over`` asked anew: it was false before the wait, and a type checker believes so still.
        """
        return self.is_over


@dataclass(frozen=True, slots=True)
class Beside:
    """What a recording needs around it.

    ``start`` runs what takes time, ``broke`` is told why nothing is captured any more, ``again``
    that a segment has ended and another may begin, ``done`` that all of it is closed. They may be
    called out of the owner's turn.
    """

    start: Callable[[Coroutine[Any, Any, None]], None]
    broke: Callable[[str], None]
    again: Callable[[], None]
    done: Callable[[], None]
    wall_ms: Callable[[], int]


@dataclass(slots=True)
class Capturing:
    """The capture of one recording."""

    named: Named
    recorder: Recorder
    around: Beside
    held: list[tuple[int, int]] = field(default_factory=list)
    """Stretches of its clock in which it was on hold."""
    whole: bool = True
    is_over: bool = False
    is_broken: bool = False
    """It could not be recorded; what follows from that is on its way, and it does not go on."""
    began_at: float | None = None
    _segment: Segment | None = None
    _segments: int = 0
    _permits: int = 0
    _captured_s: float = 0.0
    _held_since: float | None = None
    _under_way: int = 0
    _is_done: bool = False
    _refused: bool = False
    _files: dict[int, RecordedFile] = field(default_factory=dict)
    _ended: list[Segment] = field(default_factory=list)

    # --- what is known ----------------------------------------------------------------------------

    @property
    def files(self) -> tuple[RecordedFile, ...]:
        """What came of it so far, in the order of its numbers."""
        return tuple(self._files[number] for number in sorted(self._files))

    @property
    def captured_ms(self) -> int:
        """How much was captured in the segments that have ended."""
        return round(self._captured_s * 1000)

    @property
    def running_since(self) -> int | None:
        """Since when something is captured, in Unix milliseconds; None while nothing is."""
        return None if self._segment is None else self._segment.wall_ms

    @property
    def is_late(self) -> bool:
        """Whether the disk is late: what is captured just now is a gap."""
        return self._segment is not None and self._segment.is_late

    # --- what is asked of it ----------------------------------------------------------------------

    def want(self, tracks: frozenset[Track], now: float, *, on_hold: bool = False) -> None:
        """Capture these and no others from now on. ``on_hold``: none of them, for a while."""
        segment = self._segment
        if on_hold and self.began_at is not None and self._held_since is None:
            self._held_since = now
        if segment is not None and tracks == segment.permitted:
            return
        if segment is not None and _is_less(tracks, segment.permitted):
            segment.permitted = tracks
            self._permit(segment, now)
            return
        self._end(now, discard=False)
        if tracks and not (self.is_over or self.is_broken or self._under_way):
            self._open(tracks, now)

    def finish(self, now: float, *, discard: bool) -> None:
        """It is over; ``done`` is called when all of it is closed.

        Once more with ``discard``: while it is being closed, it was taken back.
        """
        if not self.is_over:
            self.is_over = True
            self._end(now, discard=discard)
            self._close_hold(now)
        if discard:
            for segment in self._closing():
                self._discard(segment, now)
                self._run(self._stop(segment))
        self._look_whether_done()

    def leave_out(self, media: frozenset[str], now: float) -> None:
        """A medium was taken back: what waits of it is not written, though it had ended before."""
        for segment in self._closing():
            left = frozenset(each for each in segment.permitted if each.medium not in media)
            if left != segment.permitted:
                segment.permitted = left
                self._permit(segment, now)

    def handle_broke(self, broke: RecordingBroke, now: float) -> bool:
        """The recorder ended by itself; says whether that ended what is captured now."""
        if broke.recording != self.named.recording:
            return False
        self.whole = False
        self._add(broke.files)
        segment = self._segment
        if segment is None or not self._is_told_of(segment, broke):
            return False
        self._segment, self.is_broken = None, True
        segment.is_over = True
        if not broke.files:  # its disk was late, perhaps: it may tell of them yet
            self._run(self._stop(segment))
        self._captured_s += now - segment.opened_at
        return True

    def handle_late(self, late: RecordingLate) -> None:
        """The disk is late, or answers again."""
        segment = self._segment
        if segment is not None and self._is_told_of(segment, late):
            segment.is_late = late.is_late

    def next_deadline(self) -> float | None:
        """When :meth:`handle_timeout` is next to be called."""
        return None if self._segment is None else self._segment.renewed_at + RENEW_S

    def handle_timeout(self, now: float) -> None:
        """Renew the permit, where it is due."""
        segment = self._segment
        if segment is not None and now >= segment.renewed_at + RENEW_S:
            self._permit(segment, now)

    # --- segments ---------------------------------------------------------------------------------

    def _is_told_of(self, segment: Segment, news: RecordingNews) -> bool:
        return (news.recording, news.segment) == (self.named.recording, segment.number)

    def _open(self, tracks: frozenset[Track], now: float) -> None:
        if self.began_at is None:
            self.began_at = now
        self._close_hold(now)
        self._segments += 1
        segment = Segment(self._segments, tracks, now, self.around.wall_ms(), now)
        self._segment = segment
        self._run(self._record(segment))

    def _order(self, segment: Segment) -> RecordOrder:
        self._permits += 1
        tracks = sorted(segment.permitted, key=lambda each: (each.part, each.endpoint))
        return RecordOrder(
            room=self.named.room,
            tenant=self.named.tenant,
            recording=self.named.recording,
            segment=segment.number,
            number=self._permits,
            at_ms=self._clock(segment.opened_at),
            next_file=(segment.number - 1) * FILES_A_SEGMENT + 1,
            tracks=tuple(
                RecordTrack(each.endpoint, each.medium, each.part, each.key) for each in tracks
            ),
        )

    def _end(self, now: float, *, discard: bool) -> None:
        segment, self._segment = self._segment, None
        if segment is None:
            return
        segment.is_over = True
        self._ended.append(segment)
        self._captured_s += now - segment.opened_at
        if discard:
            self._discard(segment, now)
        self._run(self._stop(segment))

    def _discard(self, segment: Segment, now: float) -> None:
        segment.discard, segment.permitted = True, frozenset()
        self._permit(segment, now)

    def _closing(self) -> list[Segment]:
        """Segments that have ended, and are perhaps being written down yet."""
        return [each for each in self._ended if not each.is_closed and not each.discard]

    def _permit(self, segment: Segment, now: float) -> None:
        self._permits += 1
        segment.renewed_at = now
        parts = frozenset(each.part for each in segment.permitted)
        self.recorder.permit(
            RecordPermit(
                self.named.room, self.named.recording, segment.number, self._permits, parts
            )
        )

    def _clock(self, now: float) -> int:
        return 0 if self.began_at is None else round((now - self.began_at) * 1000)

    def _close_hold(self, now: float) -> None:
        since, self._held_since = self._held_since, None
        if since is not None:
            self.held.append((self._clock(since), self._clock(now)))

    # --- what takes time --------------------------------------------------------------------------

    async def _record(self, segment: Segment) -> None:
        if segment.is_over:  # before anybody was told to begin
            return
        ordered = segment.permitted
        try:
            await self.recorder.record(self._order(segment))
            segment.is_missed, self._refused = True, False
        except RecordingError as error:
            self._fail(segment, error.fault)
        except Exception:
            self._fail(segment, RecordFault.BROKEN)
            raise
        if segment.is_overtaken:
            await self._stop(segment)
        elif segment.permitted != ordered:
            self._permit(segment, segment.renewed_at)

    async def _stop(self, segment: Segment) -> None:
        named = self.named
        files: tuple[RecordedFile, ...] = ()
        asks = ASKS if segment.is_missed and not segment.discard else 1
        try:
            for _ in range(asks):
                files = await self.recorder.stop_recording(
                    named.room, named.recording, segment.number, discard=segment.discard
                )
                if files:
                    break
        except Exception:
            self.whole = False
            raise
        self._add(files)
        segment.is_closed = segment.is_closed or bool(files)
        segment.is_missed = segment.is_missed and not files and not segment.discard

    def _fail(self, segment: Segment, fault: RecordFault) -> None:
        if self._segment is not segment:  # it was over, and that is why
            return
        self._segment = None
        if fault is RecordFault.BAD_ORDER and not self._refused:
            self._refused = True  # somebody's endpoint ended in this moment: once more, without it
            return
        self.whole, self.is_broken = False, True
        self.around.broke(fault.value)

    def _add(self, files: Iterable[RecordedFile]) -> None:
        for each in files:
            self._files.setdefault(each.number, each)
            self.whole = self.whole and each.whole

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._under_way += 1
        self.around.start(self._counted(work))

    async def _counted(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        finally:
            self._under_way -= 1
            self._look_whether_done()

    def _look_whether_done(self) -> None:
        if self._under_way:
            return
        if not self.is_over:
            self.around.again()
        elif not self._is_done:
            self._is_done = True
            self.whole = self.whole and not any(each.is_missed for each in self._ended)
            self.around.done()


def _is_less(tracks: frozenset[Track], before: frozenset[Track]) -> bool:
    """Whether what is gone is a medium, of everybody: nobody agrees to it any more."""
    gone = {each.medium for each in before - tracks}
    return bool(tracks) and tracks < before and not gone & {each.medium for each in tracks}
