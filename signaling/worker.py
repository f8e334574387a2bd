"""A media worker process: an engine, and the channel to signaling. A composition root.

``python -m signaling.worker DESCRIPTOR``; only :mod:`signaling.worker_process` starts it.

Rule 1: signaling decides when it ends. Signals that would end it are ignored, for a terminal and an
init system send them to every process of the gateway at once.
Rule 2: without signaling there is no worker: the end of the channel ends it, and so does the end of
the parent where the system can tell (Linux).
Rule 3: it reads no file, no environment and no clock but its loop's and its own CPU's; all it knows
came by the channel. It writes nothing but what is recorded, sealed; its log lines go up the
channel.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import structs

from media.channel import Notification
from media.config import MediaConfig, RecordingConfig
from media.errors import NegotiationError, RecordingError
from media.frames import (
    Answered,
    Ask,
    Beat,
    Broken,
    CloseEndpoint,
    Counted,
    Done,
    Downward,
    DownwardWord,
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
    Reply,
    Request,
    Result,
    Say,
    SendText,
    SetSize,
    Start,
    Started,
    Stop,
    StopRecording,
    TracksRead,
    Upward,
    Warm,
)
from signaling import logs
from signaling.garbage import keep_loaded
from signaling.worker_link import FrameError, Stream, adopt, downward

if TYPE_CHECKING:
    from media.engine import Engine

EXIT_USAGE: Final = 2
EXIT_BAD_FRAME: Final = 40
GOODBYE_S: Final = 1.0
"""How long endpoints are told that it is over when signaling has vanished."""
SWITCH_S: Final = 0.001
"""How long a thread may hold the interpreter while the loop waits; the default of 5 ms would be
heard as delay, when a handshake runs beside a call."""
PR_SET_PDEATHSIG: Final = 1


RecordRequest: TypeAlias = Record | StopRecording
EngineRequest: TypeAlias = Negotiate | CloseEndpoint | ReadStats | ReadTracks | Stop


class Worker:
    """The engine's side of the channel."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended = asyncio.Event()
        self._stream: Stream[Downward] = Stream(downward(), self._take, self._ended.set)

    async def serve(self, descriptor: int) -> int:
        """Do what is asked until the channel ends; returns the exit code."""
        logs.hand_over(self._log)
        await self._stream.open(adopt(descriptor))
        await self._ended.wait()
        if self._engine is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await self._engine.stop()
        for task in self._tasks:
            task.cancel()
        return EXIT_BAD_FRAME if self._stream.malformed else 0

    def _take(self, frame: Downward) -> None:
        match frame:
            case Ask():
                task = asyncio.get_running_loop().create_task(self._answer(frame))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case _:
                if self._engine is not None:
                    _pass_on(self._engine, frame.word)

    async def _answer(self, asked: Ask) -> None:
        result: Result
        try:
            result = await self._carry_out(asked.request)
        except NegotiationError as error:
            result = Refused(error.fault)
        except RecordingError as error:
            result = NotRecorded(error.fault)
        except Exception as error:  # a bug met by one request must not end the other calls
            logs.fault("worker_fault", error)
            result = Broken()
        self._send(Reply(asked.id, result))
        if isinstance(asked.request, Stop):
            self._stream.finish()

    async def _carry_out(self, request: Request) -> Result:
        match request:
            case Beat():
                return Done()
            case Warm():
                _load()
                return Done()
            case Start(config, recording):
                return await self._start(config, recording)
            case Record() | StopRecording():
                return await self._record(request)
            case _:
                return await self._serve_engine(request)

    async def _serve_engine(self, request: EngineRequest) -> Result:
        engine = self._engine
        if engine is None:
            return Done() if isinstance(request, Stop) else Broken()
        match request:
            case Negotiate(room, endpoint, offer):
                return Answered(await engine.negotiate(room, endpoint, offer))
            case CloseEndpoint(endpoint):
                await engine.close_endpoint(endpoint)
            case ReadStats():
                stats = await engine.stats()
                return Counted(structs.replace(stats, cpu_s=time.process_time()))
            case ReadTracks(after):
                return TracksRead(await engine.tracks(after))
            case Stop():
                self._engine = None
                await engine.stop()
        return Done()

    async def _record(self, request: RecordRequest) -> Result:
        engine = self._engine
        if engine is None:
            return Broken()
        match request:
            case Record(order):
                await engine.record(order)
                return Done()
            case StopRecording(room, recording, segment, discard):
                return Recorded(
                    await engine.stop_recording(room, recording, segment, discard=discard)
                )

    async def _start(self, config: MediaConfig, recording: RecordingConfig) -> Result:
        from media.engine import Engine

        engine = Engine(config, self._notify)
        if recording.folder:
            from recording.recorder import Recorder

            engine.set_recorder(Recorder(engine, recording, self._notify))
        try:
            await engine.start()
        except OSError as error:
            return NotStarted(error.errno or 0)
        self._engine = engine
        return Started(engine.port)

    def _notify(self, notification: Notification) -> None:
        self._send(Say(notification))

    def _log(self, level: int, text: str) -> None:
        self._send(Say(Logged(level, text)))

    def _send(self, frame: Upward) -> None:
        # Nothing of ours comes near the limit; what a peer made too long is lost, not the call.
        with contextlib.suppress(FrameError):
            self._stream.send(frame)


def _pass_on(engine: Engine, word: DownwardWord) -> None:
    match word:
        case SendText(endpoint, data):
            engine.send_text(endpoint, data)
        case SetSize(subscriber, publisher, size):
            engine.set_size(subscriber, publisher, size)
        case Permit(permit):
            engine.permit(permit)


def _load() -> None:
    """Import the engine and make a certificate, so that a spare has both behind it."""
    import media.engine  # noqa: F401  for its weight
    from media.transport import Certificate

    Certificate()  # the first one of a process costs twenty times the second
    keep_loaded()


def _tie_to_parent() -> None:
    """Have the system end this process with its parent, beside the channel's end (Linux)."""
    if sys.platform != "linux":
        return
    # Where memory may not be made executable, ctypes may not load; the channel's end is enough.
    with contextlib.suppress(ImportError, MemoryError, OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # not on every platform; slower without, and the same
        return None
    return uvloop.new_event_loop


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the channel that was passed on; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1 or not given[0].isdigit():
        return EXIT_USAGE
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _tie_to_parent()
    sys.setswitchinterval(SWITCH_S)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(Worker().serve(int(given[0])))


if __name__ == "__main__":
    # At once: a thread that still shakes hands must not keep a worker that nobody speaks to.
    os._exit(main())
