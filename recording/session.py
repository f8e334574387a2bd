"""One segment on the loop: its permit, what listens for it, and its end.

Rule 1: no packet goes in without a permit that holds as it comes.
Rule 2: whatever ends it detaches in the same step, before anybody else runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from media.channel import RecordedFile, RecordTrack
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.plan import Kind
from media.sinks import Sink, Taps
from recording.intake import Intake
from recording.lifecycle import Act, Event, State, step
from recording.permit import Lease, PermitError, RecordingPermit
from recording.take import Take
from recording.writer import WriterThread

STALL_S: Final = 30.0
"""For so long nothing may be taken in because the disk does not answer; then it is given up."""
TELL_S: Final = 2.0
"""How long signaling waits for the files of what ended by itself; it is told without them then."""
LOOK_S: Final = 0.5
LATE_S: Final = 3.0
"""A disk that has had room for so long is not late any more."""

Broke = Callable[["Session", RecordFault, tuple[RecordedFile, ...]], None]
Late = Callable[["Session"], None]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a segment listens to."""

    room: RoomKey
    tracks: tuple[RecordTrack, ...]
    permit: RecordingPermit


class Session:
    """``broke`` is told once, if it ends by itself, ``late`` each time ``is_late`` changes."""

    def __init__(
        self, ordered: Ordered, take: Take, around: tuple[Taps, WriterThread], broke: Broke,
        late: Late,
    ) -> None:  # fmt: skip
        self._ordered = ordered
        self._take = take
        self._taps, self._writer = around
        self._broke, self._late = broke, late
        self.is_late = False
        """There is no room for what comes, or was none a moment ago: the disk is behind."""
        self._full_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._lease = Lease(ordered.permit, self._taps.now())
        self._listening: dict[str, tuple[RecordTrack, Sink]] = {}
        self._fault: RecordFault | None = None
        self._heard = ordered.tracks[0].endpoint
        self._looker: asyncio.TimerHandle | None = None
        self._teller: asyncio.TimerHandle | None = None
        self.state = State.STARTING
        self.files: asyncio.Future[tuple[RecordedFile, ...]] = self._loop.create_future()
        """What it came to, once it has ended."""

    @property
    def room(self) -> RoomKey:
        """Whose room it is in."""
        return self._ordered.room

    @property
    def endpoint(self) -> EndpointId:
        """One of those it listens to, or did."""
        return next((track.endpoint for track, _ in self._listening.values()), self._heard)

    @property
    def overflowed(self) -> int:
        """Packets that there was no room for."""
        return self._take.inbox.overflowed

    def begin(self) -> None:
        """Listen, if nothing has come between. Raises :class:`RecordingError`."""
        self._look()
        self.handle(Event.OPENED)
        if self._fault is not None:
            raise RecordingError(self._fault)
        if self.state is not State.ACTIVE:
            raise RecordingError(RecordFault.LEASE)

    def permit(self, permit: RecordingPermit) -> None:
        """Go on for longer, perhaps with less; of what has ended, too, less may be written."""
        before = self._lease.tracks
        with contextlib.suppress(PermitError):
            self._lease.renew(permit, self._taps.now())
        for part in before - self._lease.tracks:
            self._leave_out(part)

    def handle(self, event: Event) -> None:
        """Something happened."""
        before = self.state
        self.state, acts = step(before, event)
        for act in acts:
            match act:
                case Act.ATTACH:
                    self._attach()
                case Act.DETACH:
                    self._detach()
                case Act.DROP:
                    self._take.inbox.drop()
                case Act.CLOSE:
                    self._writer.close(self._take, self._written)
                case Act.TELL:
                    self._teller = self._loop.call_later(TELL_S, self._tell, ())
        if before is State.STARTING and self.state in {State.COMPLETE, State.FAILED}:
            self._finish(())  # nothing was begun

    def fail(self, fault: RecordFault) -> None:
        """It cannot go on."""
        self._fault = self._fault or fault
        self.handle(Event.LEASE_END if fault is RecordFault.LEASE else Event.FAULT)

    # --- inside -----------------------------------------------------------------------------------

    def _allows(self, part: str, now: float) -> bool:
        return self._lease.allows(part, now)

    def _attach(self) -> None:
        self._writer.add(self._take, self.fail)
        for track in self._ordered.tracks:
            sink = Intake(track.part, self._take.inbox, self._allows, self._forget)
            try:
                self._taps.attach_sink(self._ordered.room, track.endpoint, Kind(track.medium), sink)
            except RecordingError as error:
                self._fault = error.fault
                self.handle(Event.REFUSED)
                return
            self._listening[track.part] = (track, sink)

    def _detach(self) -> None:
        self._lease.end()
        self._heard = self.endpoint
        for part in list(self._listening):
            self._silence(part)
        if self._looker is not None:
            self._looker.cancel()

    def _silence(self, part: str) -> None:
        track, sink = self._listening.pop(part)
        self._taps.detach_sink(self._ordered.room, track.endpoint, Kind(track.medium), sink)

    def _leave_out(self, part: str) -> None:
        if part in self._listening:
            self._silence(part)
        self._take.inbox.leave_out(part)
        self._writer.leave_out(self._take, part)

    def _forget(self, part: str) -> None:
        """Whose track it was is gone; what came of it stays."""
        self._listening.pop(part, None)

    def ask_keyframe(self, part: str) -> None:
        """Have a picture begin anew; asked for by the thread, on the loop."""
        heard = self._listening.get(part)
        if heard is not None:
            self._taps.ask_keyframe(self._ordered.room, heard[0].endpoint)

    def _look(self) -> None:
        """See whether the permit still holds, and whether the disk still answers."""
        now = self._taps.now()
        full_since = self._take.inbox.look(now)
        if not self._lease.holds(now):
            self.fail(RecordFault.LEASE)
        elif full_since is not None and now - full_since > STALL_S:
            self.fail(RecordFault.STALLED)
        else:
            due = max(0.0, min(self._lease.until - now, LOOK_S))
            self._looker = self._loop.call_later(due, self._look)
            self._look_whether_late(now, is_full=full_since is not None)

    def _look_whether_late(self, now: float, *, is_full: bool) -> None:
        """A disk that is behind again and again is told of once."""
        if is_full:
            self._full_at = now
        is_late = is_full or (self.is_late and now - self._full_at < LATE_S)
        if is_late is not self.is_late:
            self.is_late = is_late
            self._late(self)

    def _written(self, files: tuple[RecordedFile, ...]) -> None:
        if self._teller is not None:
            self._tell(files)
        self._finish(files)
        self.handle(Event.WRITTEN)

    def _tell(self, files: tuple[RecordedFile, ...]) -> None:
        if self._teller is not None:
            self._teller.cancel()
            self._teller = None
            self._broke(self, self._fault or RecordFault.BROKEN, files)

    def _finish(self, files: tuple[RecordedFile, ...]) -> None:
        if self._looker is not None:
            self._looker.cancel()
        if not self.files.done():
            self.files.set_result(files)
