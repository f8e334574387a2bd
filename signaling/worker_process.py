"""One media worker process as signaling holds it: started, asked, watched, ended.

Rule 1: a worker inherits its end of the channel and nothing else: no other descriptor, no setting
and no secret of the environment.
Rule 2: whoever makes one must await :meth:`WorkerProcess.stop` or :meth:`WorkerProcess.reap`; then
no process is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from media.channel import Notification, PictureSize, RecordedFile, RecordOrder, RecordPermit
from media.config import MediaConfig, RecordingConfig
from media.errors import NegotiationError, OfferFault, RecordFault, RecordingError
from media.frames import (
    Answered,
    Beat,
    CloseEndpoint,
    Counted,
    Done,
    Logged,
    Negotiate,
    NotRecorded,
    NotStarted,
    Permit,
    ReadStats,
    ReadTracks,
    Record,
    Recorded,
    Refused,
    Request,
    Result,
    SendText,
    SetSize,
    Start,
    Started,
    Stop,
    StopRecording,
    TracksRead,
    Warm,
)
from media.ids import EndpointId, RoomKey
from media.stats import EngineStats, TrackPage
from signaling import logs
from signaling.placement import WorkerId
from signaling.worker_link import FrameError, LinkLost, WorkerLink, pair

WARM_S: Final = 30.0
"""Loading takes half a second; on a machine that is just starting, several."""
START_S: Final = 10.0
BEAT_S: Final = 0.5
MISSED_BEATS: Final = 6
"""Three seconds without an answer: a call is lost to its people by then, and no sound worker is
busy for so long. Counted in beats, not read from a clock, so that a stall of our own loop is not
taken for one of the worker."""
STOP_S: Final = 3.0
EXIT_S: Final = 1.0
_R = TypeVar("_R")
ROOT: Final = Path(__file__).resolve().parent.parent


class WorkerProcess:
    """One child. ``said`` hears its notifications, in order, until it is lost."""

    def __init__(self, number: WorkerId, said: Callable[[WorkerId, Notification], None]) -> None:
        self.number = number
        self._said = said
        self._link = WorkerLink(self._hear)
        self._process: Process | None = None
        self._watcher: asyncio.Task[None] | None = None

    @property
    def lost(self) -> asyncio.Event:
        """Set when the worker has ended, or must be taken for ended."""
        return self._link.ended

    # --- life -------------------------------------------------------------------------------------

    async def spawn(self) -> None:
        """Start the process and have it load what it needs.

        Raises :class:`OSError`, :class:`LinkLost` or :class:`TimeoutError`.
        """
        ours, theirs = pair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "signaling.worker", str(theirs.fileno()),
                pass_fds=(theirs.fileno(),), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
                env=_environment(),
            )  # fmt: skip
            await self._link.open(ours)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        async with asyncio.timeout(WARM_S):
            self._expect(await self._ask(Warm()), Done)
        self._watcher = asyncio.create_task(self._watch(), name="worker-watch")

    async def start(self, config: MediaConfig, recording: RecordingConfig) -> int:
        """Have it bind its port; returns the port.

        Raises :class:`OSError` as the worker saw it, :class:`LinkLost` or :class:`TimeoutError`.
        """
        async with asyncio.timeout(START_S):
            result = await self._ask(Start(config, recording))
        if isinstance(result, NotStarted):
            raise OSError(result.errno, os.strerror(result.errno))
        return self._expect(result, Started).port

    def kill(self) -> None:
        """End it at once, whatever it does."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._link.close()

    async def reap(self) -> None:
        """Make sure that it has ended, and wait until the system has taken back its ports."""
        self.kill()
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, and make sure of it."""
        with contextlib.suppress(LinkLost, TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._link.request(Stop())
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EXIT_S):
                    await self._process.wait()
        await self.reap()

    @property
    def exit_code(self) -> int | None:
        """What it ended with; negative for a signal, None while it lives."""
        return None if self._process is None else self._process.returncode

    @property
    def malformed(self) -> bool:
        """Whether it ended because it sent what is no frame."""
        return self._link.malformed

    # --- requests ---------------------------------------------------------------------------------

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Pass on an offer. Raises :class:`NegotiationError` or :class:`LinkLost`."""
        try:
            result = await self._ask(Negotiate(room, endpoint, offer))
        except FrameError:
            raise NegotiationError(OfferFault.TOO_LARGE) from None
        match result:
            case Answered(answer):
                return answer
            case Refused(fault):
                raise NegotiationError(fault)
            case _:
                raise NegotiationError(OfferFault.BUSY)

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """Have it end an endpoint. Raises :class:`LinkLost`."""
        await self._ask(CloseEndpoint(endpoint))

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Pass on a text."""
        self._link.tell(SendText(endpoint, data))

    def set_size(self, subscriber: EndpointId, publisher: EndpointId, size: PictureSize) -> None:
        """Pass on how large a picture is shown."""
        self._link.tell(SetSize(subscriber, publisher, size))

    async def stats(self) -> EngineStats:
        """Read its counters. Raises :class:`LinkLost`."""
        return self._expect(await self._ask(ReadStats()), Counted).stats

    async def tracks(self, after: str) -> TrackPage:
        """Read a page of its tracks' rows. Raises :class:`LinkLost`."""
        return self._expect(await self._ask(ReadTracks(after)), TracksRead).page

    async def record(self, order: RecordOrder) -> None:
        """Have it record. Raises :class:`RecordingError` or :class:`LinkLost`."""
        result = await self._ask(Record(order))
        if isinstance(result, NotRecorded):
            raise RecordingError(result.fault)
        if not isinstance(result, Done):
            raise RecordingError(RecordFault.BROKEN)

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit."""
        self._link.tell(Permit(permit))

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """Have it end a segment. Raises :class:`RecordingError` or :class:`LinkLost`."""
        result = await self._ask(StopRecording(room, recording, segment, discard))
        if not isinstance(result, Recorded):
            raise RecordingError(RecordFault.BROKEN)
        return result.files

    # --- inside -----------------------------------------------------------------------------------

    async def _ask(self, request: Request) -> Result:
        return await self._link.request(request)

    def _expect(self, result: Result, shape: type[_R]) -> _R:
        """A worker that answers something else is not to be trusted any further."""
        if not isinstance(result, shape):
            logs.warning("worker_answer", worker=self.number, reason=type(result).__name__)
            self.kill()
            raise LinkLost
        return result

    def _hear(self, word: Notification | Logged) -> None:
        if isinstance(word, Logged):
            logs.relay(word.level, word.text, self.number)
        else:
            self._said(self.number, word)

    async def _watch(self) -> None:
        missed = 0
        beat: asyncio.Task[None] | None = None
        try:
            while not self.lost.is_set():
                await asyncio.sleep(BEAT_S)
                if beat is None or beat.done():
                    missed = 0
                    beat = asyncio.create_task(self._beat(), name="worker-beat")
                    continue
                missed += 1
                if missed >= MISSED_BEATS:
                    logs.warning("worker_hangs", worker=self.number)
                    self.kill()
        finally:
            if beat is not None:
                beat.cancel()

    async def _beat(self) -> None:
        with contextlib.suppress(LinkLost):
            await self._link.request(Beat())


def _environment() -> dict[str, str]:
    """What a worker may know of ours: how to run Python, none of our settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("QUIETROOM_")}
    # What comes first for us comes first there too: a compiled packet path, for one (ADR 0014).
    paths = [*filter(None, [kept.get("PYTHONPATH")]), str(ROOT)]
    return kept | {"PYTHONPATH": os.pathsep.join(paths)}
