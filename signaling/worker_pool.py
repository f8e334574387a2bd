"""The media plane as worker processes: one for each port, and one warm spare behind them.

Implements :class:`media.channel.MediaPlane`. What goes where is :mod:`signaling.placement`'s; here
are the processes and the waiting.

Rule 1: a port's worker is kept by one task. When it is lost, its endpoints are told, the spare
takes the port, and a new spare is started behind it.
Rule 2: a worker speaks for its own endpoints and recordings only; what else it says is dropped.
Rule 3: nothing a worker does raises into signaling: a lost link is a refusal or another try.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from media.channel import (
    EndpointClose,
    LinkChanged,
    LinkState,
    Listener,
    Notification,
    PictureSize,
    RecordingNews,
)
from media.clock import Instant
from media.config import MediaConfig, RecordingConfig
from media.errors import NegotiationError, OfferFault
from media.ids import EndpointId, RoomKey
from media.stats import EngineStats, TrackPage, WorkerHealth, joined, lasting, merged
from signaling import logs
from signaling.placement import Restarts, Step, WorkerId, WorkerState, stagger
from signaling.pool_recording import RecordingPool
from signaling.worker_link import LinkLost
from signaling.worker_process import WorkerProcess

WAIT_FOR_WORKER_S: Final = 5.0
"""How long an offer waits for a worker that is being replaced; then it is refused as busy."""
TRIES: Final = 3
STATS_S: Final = 1.0
REMEMBER_S: Final = 5.0
"""How often counters are read without being asked for, so that a lost worker's still count."""
SPARE_PAUSE_S: Final = 0.5
"""Whoever waits for the first worker, or for the one in place of a lost one, goes first."""
TAKEN_PAUSE_S: Final = 0.05


class PortError(OSError):
    """A worker could not bind its port; ``port`` is which."""

    def __init__(self, error: OSError, port: int) -> None:
        super().__init__(error.errno, error.strerror)
        self.port = port


@dataclass(slots=True)
class _Place:
    """One port, whoever serves it."""

    index: int
    port: int
    restarts: Restarts = field(default_factory=Restarts)
    worker: WorkerProcess | None = None
    since: Instant = 0.0
    counted: EngineStats = field(default_factory=EngineStats)


class WorkerPool(RecordingPool):
    """``workers`` engines in processes of their own, at ``config.port`` and the ports after it."""

    def __init__(
        self,
        config: MediaConfig,
        listener: Listener,
        workers: int,
        recording: RecordingConfig = RecordingConfig(),  # noqa: B008  frozen
    ) -> None:
        super().__init__()
        self._config = config
        self._recording = recording
        self._listener = listener
        ports = [config.port + index if config.port else 0 for index in range(workers)]
        self._places = [_Place(index, port) for index, port in enumerate(ports)]
        self._spare: WorkerProcess | None = None
        self._spare_taken = asyncio.Event()
        self._made = 0
        self._ready = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []
        self._untold: dict[EndpointId, None] = {}
        self._tellers: list[asyncio.TimerHandle] = []
        self._past = EngineStats()

    # --- life -------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start all workers. Raises :class:`OSError`; then none is left."""
        outcomes = await asyncio.gather(
            *(self._open(place) for place in self._places), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                await self.stop()
                if isinstance(outcome, LinkLost | TimeoutError):
                    raise OSError(errno.ECHILD, "a media worker does not start")
                raise outcome
        jobs = [
            *(self._keep(place) for place in self._places),
            self._keep_spare(),
            self._remember(),
        ]
        self._keepers = [asyncio.create_task(job, name="media-workers") for job in jobs]

    async def stop(self) -> None:
        """End every worker; no process is left."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for teller in self._tellers:
            teller.cancel()
        self._ready.clear()
        for worker in self._workers.values():
            if self._book.state(worker.number) is not WorkerState.DEAD:
                self._book.step(worker.number, Step.DRAIN)
        await asyncio.gather(*(worker.stop() for worker in self._workers.values()))
        self._workers.clear()

    @property
    def port(self) -> int:
        """The first worker's port."""
        return self._places[0].port

    def is_ready(self) -> bool:
        """Whether there is a worker that takes rooms."""
        return self._book.has_ready()

    # --- requests (MediaPlane) --------------------------------------------------------------------

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Answer an SDP offer; see :class:`media.channel.MediaPlane`.

        A first offer whose worker is lost meanwhile goes to another one; a later one is refused as
        busy, for its endpoint is gone.
        """
        self._tell_lost([endpoint] if endpoint in self._untold else [])
        known = self._book.is_answered(endpoint)
        for _ in range(TRIES):
            worker = await self._placed(room, endpoint)
            try:
                answer = await worker.negotiate(room, endpoint, offer)
            except LinkLost:
                if known:
                    break
                continue
            except NegotiationError:
                if not known:
                    self._book.forget(endpoint)
                raise
            self._book.answer(endpoint)
            return answer
        raise NegotiationError(OfferFault.BUSY)

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """End an endpoint; unknown ones are ignored."""
        self._untold.pop(endpoint, None)
        worker = self._worker_of(endpoint)
        if worker is not None:
            with contextlib.suppress(LinkLost):
                await worker.close_endpoint(endpoint)

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Write to the endpoint's text channel; dropped when it is not open."""
        worker = self._worker_of(endpoint)
        if worker is not None:
            worker.send_text(endpoint, data)

    def set_size(self, subscriber: EndpointId, publisher: EndpointId, size: PictureSize) -> None:
        """Give a subscriber the encoding that fits; see :class:`media.channel.MediaPlane`."""
        worker = self._worker_of(subscriber)
        if worker is not None:
            worker.set_size(subscriber, publisher, size)

    async def stats(self) -> EngineStats:
        """Counters of all workers since the start, those of lost ones as last read."""
        await asyncio.gather(*(self._count(place) for place in self._places))
        health = tuple(
            WorkerHealth(
                place.index,
                up=place.worker is not None,
                restarts=place.restarts.count,
                cpu_s=place.counted.cpu_s,
            )
            for place in self._places
        )
        now = [place.counted for place in self._places]
        return merged([self._past, *now], health)

    async def tracks(self, after: str = "") -> TrackPage:
        """Rows of single tracks of all workers, one page of each at a time."""
        return joined(await asyncio.gather(*(self._page(place, after) for place in self._places)))

    async def _page(self, place: _Place, after: str) -> TrackPage:
        if place.worker is not None:
            with contextlib.suppress(LinkLost, TimeoutError):
                async with asyncio.timeout(STATS_S):
                    return await place.worker.tracks(after)
        return TrackPage()

    async def _count(self, place: _Place) -> None:
        worker = place.worker
        if worker is None:
            return
        with contextlib.suppress(LinkLost, TimeoutError):
            async with asyncio.timeout(STATS_S):
                counted = await worker.stats()
            if place.worker is worker:
                place.counted = counted

    def _worker_of(self, endpoint: EndpointId) -> WorkerProcess | None:
        number = self._book.worker_of(endpoint)
        return None if number is None else self._workers.get(number)

    async def _placed(self, room: RoomKey, endpoint: EndpointId) -> WorkerProcess:
        try:
            async with asyncio.timeout(WAIT_FOR_WORKER_S):
                await self._ready.wait()
        except TimeoutError:
            raise NegotiationError(OfferFault.BUSY) from None
        number = self._book.place(room, endpoint)
        if number is None:
            raise NegotiationError(OfferFault.BUSY)
        return self._workers[number]

    # --- what workers say -------------------------------------------------------------------------

    def _hear(self, worker: WorkerId, word: Notification) -> None:
        if isinstance(word, RecordingNews):  # its endpoint may be gone meanwhile
            if self._is_of(worker, word):
                self._listener(word)
            return
        if self._book.worker_of(word.endpoint) != worker:
            return
        if isinstance(word, LinkChanged) and word.state is LinkState.CLOSED:
            self._book.forget(word.endpoint)
        self._listener(word)

    def _tell_lost(self, endpoints: Sequence[EndpointId]) -> None:
        for endpoint in endpoints:
            # One that was closed, or offered again, in the meantime has been dealt with.
            if endpoint in self._untold:
                del self._untold[endpoint]
                self._listener(LinkChanged(endpoint, LinkState.CLOSED, EndpointClose.WORKER_LOST))

    # --- workers ----------------------------------------------------------------------------------

    async def _keep(self, place: _Place) -> None:
        """Have a worker at this port, always."""
        loop = asyncio.get_running_loop()
        while True:
            worker = place.worker
            assert worker is not None  # opened by start(), or below
            await worker.lost.wait()
            place.worker = None
            self._past = merged([self._past, lasting(place.counted)])
            place.counted = EngineStats()
            pause = place.restarts.pause_after(place.since, loop.time())
            await self._give_up(worker)
            logs.warning(
                "worker_lost", worker=worker.number, code=str(worker.exit_code),
                reason="malformed" if worker.malformed else "ended", seconds=pause,
            )  # fmt: skip
            while not await self._reopened(place, pause):
                pause = place.restarts.pause_after(None, loop.time())

    async def _reopened(self, place: _Place, pause: float) -> bool:
        await asyncio.sleep(pause)
        try:
            await self._open(place)
        except (OSError, LinkLost, TimeoutError) as error:
            logs.warning("worker_does_not_start", count=place.restarts.count,
                         error=type(error).__name__)  # fmt: skip
            return False
        logs.event("worker_replaced", count=place.restarts.count)
        return True

    async def _open(self, place: _Place) -> None:
        """Put a worker to this port. Raises :class:`OSError`, LinkLost, TimeoutError."""
        worker = await self._take_warm()
        try:
            place.port = await worker.start(replace(self._config, port=place.port), self._recording)
        except OSError as error:
            await self._give_up(worker)
            if isinstance(error, TimeoutError):
                raise
            raise PortError(error, place.port) from None
        except LinkLost:
            await self._give_up(worker)
            raise
        self._book.step(worker.number, Step.BOUND)
        place.worker, place.since = worker, asyncio.get_running_loop().time()
        self._ready.set()

    async def _take_warm(self) -> WorkerProcess:
        spare, self._spare = self._spare, None
        self._spare_taken.set()
        if spare is not None and not spare.lost.is_set():
            return spare
        if spare is not None:
            await self._give_up(spare)
        return await self._spawn()

    async def _spawn(self) -> WorkerProcess:
        """Start a process. Raises :class:`OSError`, LinkLost, TimeoutError; then it is gone."""
        self._made += 1
        worker = WorkerProcess(WorkerId(self._made), self._hear)
        self._book.add(worker.number)
        self._workers[worker.number] = worker
        try:
            await worker.spawn()
        except (OSError, LinkLost):  # TimeoutError is an OSError
            await self._give_up(worker)
            raise
        self._book.step(worker.number, Step.WARMED)
        return worker

    async def _keep_spare(self) -> None:
        """Have one process that needs only a port, always."""
        restarts = Restarts()
        pause = SPARE_PAUSE_S
        while True:
            await asyncio.sleep(pause)
            self._spare_taken.clear()
            born: Instant | None = None
            with contextlib.suppress(OSError, LinkLost):
                spare = self._spare = await self._spawn()
                born = asyncio.get_running_loop().time()
                await self._first_of(self._spare_taken, spare.lost)
                if self._spare_taken.is_set():
                    pause = SPARE_PAUSE_S
                    continue
                self._spare = None
                await self._give_up(spare)
            now = asyncio.get_running_loop().time()
            pause = SPARE_PAUSE_S + restarts.pause_after(born, now)

    async def _first_of(self, *events: asyncio.Event) -> None:
        waiting = [asyncio.create_task(event.wait()) for event in events]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _give_up(self, worker: WorkerProcess) -> None:
        self._lose(worker)
        await worker.reap()
        self._workers.pop(worker.number, None)

    def _lose(self, worker: WorkerProcess) -> None:
        """Forget a worker, and tell whom it carried, the first at once."""
        for broke in self._broke_off(worker.number):
            self._listener(broke)
        lost = self._book.bury(worker.number)
        if not self._book.has_ready():
            self._ready.clear()
        self._untold.update(dict.fromkeys(lost))
        loop = asyncio.get_running_loop()
        self._tellers = [teller for teller in self._tellers if teller.when() > loop.time()]
        for delay, endpoints in stagger(lost):
            if delay:
                self._tellers.append(loop.call_later(delay, self._tell_lost, endpoints))
            else:
                self._tell_lost(endpoints)

    async def _remember(self) -> None:
        while True:
            await asyncio.sleep(REMEMBER_S)
            await self.stats()
