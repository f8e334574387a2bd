"""The recorder beside an engine: orders in, files out. Implements :class:`media.channel.Recording`.

Rule 1: it listens and forwards nothing: without it the call is the same.
Rule 2: of a recording one segment runs at a time; its files are remembered for who asks late.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from media.channel import (
    Listener,
    RecordedFile,
    RecordingBroke,
    RecordingLate,
    RecordOrder,
    RecordPermit,
)
from media.config import RecordingConfig
from media.errors import RecordFault, RecordingError
from media.ids import RoomKey
from media.plan import Kind
from media.sinks import Taps
from recording.inbox import Inbox
from recording.lifecycle import Event, State
from recording.part_file import Part, Place
from recording.permit import RecordingPermit
from recording.sealing import KEY_BYTES
from recording.session import Ordered, Session
from recording.store import FolderStore, Store
from recording.take import Begin, Take
from recording.writer import WriterThread

REMEMBERED: Final = 64
"""Segments that have ended, whose files may be asked for yet."""
STOP_S: Final = 10.0
"""How long a stop waits for the disk."""
ENDED: Final = frozenset({State.COMPLETE, State.FAILED})


class Recorder:
    """One of a process. ``notify`` hears of what ended by itself."""

    def __init__(
        self,
        taps: Taps,
        config: RecordingConfig,
        notify: Listener,
        store: Store | None = None,
    ) -> None:
        self._taps = taps
        self._notify = notify
        self._store = store or FolderStore(Path(config.folder))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writer = WriterThread(self._store, config.min_free_bytes, self._on_loop)
        self._sessions: dict[tuple[str, int], Session] = {}
        self._begun = self._broken = self._left_out = 0

    async def record(self, order: RecordOrder) -> None:
        """Begin to record; see :class:`media.channel.Recording`."""
        self._loop = asyncio.get_running_loop()
        key = (order.recording, order.segment)
        running = [s for (name, _), s in self._sessions.items() if name == order.recording]
        if key in self._sessions or any(session.state not in ENDED for session in running):
            raise RecordingError(RecordFault.BAD_ORDER)
        session = self._sessions[key] = self._session(order)
        self._forget_old()
        try:
            fault = await self._room()
            if fault is not None:
                session.handle(Event.REFUSED)
                raise RecordingError(fault)
            session.begin()
        except BaseException:  # also who is cancelled must not be in the way of another order
            del self._sessions[key]
            raise
        self._begun += 1

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit; what is of another room, not known, or over, is ignored."""
        session = self._sessions.get((permit.recording, permit.segment))
        if session is not None and session.room == permit.room:
            session.permit(
                RecordingPermit(UUID(permit.recording), permit.segment, permit.number, permit.parts)
            )

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """Detach at once, then close the files."""
        session = self._sessions.get((recording, segment))
        if session is None:
            return ()
        session.handle(Event.DISCARD if discard else Event.STOP)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                return await asyncio.shield(session.files)
        return ()

    async def close(self) -> None:
        """End all that runs, and the thread."""
        for session in self._sessions.values():
            session.handle(Event.STOP)
        self._writer.stop()
        waiting = [s.files for s in self._sessions.values() if not s.files.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=STOP_S)

    def numbers(self) -> dict[str, int]:
        """Counters since the start."""
        left_out = self._left_out + sum(each.overflowed for each in self._sessions.values())
        return {"begun": self._begun, "broken": self._broken, "left_out": left_out}

    # --- inside -----------------------------------------------------------------------------------

    def _session(self, order: RecordOrder) -> Session:
        """Raises :class:`RecordingError` for an order that is none."""
        parts: dict[str, tuple[Part, str]] = {}
        try:
            recording = UUID(order.recording)
            place = Place(self._store, UUID(order.tenant), recording)
            for track in order.tracks:
                Kind(track.medium)
                part = Part(UUID(track.part), track.part, track.key)
                parts[track.part] = (part, track.endpoint)
        except ValueError:
            raise RecordingError(RecordFault.BAD_ORDER) from None
        if not parts or any(len(track.key) != KEY_BYTES for track in order.tracks):
            raise RecordingError(RecordFault.BAD_ORDER)
        permit = RecordingPermit(recording, order.segment, order.number, frozenset(parts))
        begin = Begin(self._taps.now(), order.at_ms, order.next_file)
        sessions = self._sessions
        key = (order.recording, order.segment)

        def ask(part: str) -> None:
            session = sessions.get(key)
            if session is not None:
                self._on_loop(partial(session.ask_keyframe, part))

        take = Take(place, parts, begin, Inbox(), ask)
        ordered = Ordered(order.room, order.tracks, permit)
        broke, late = partial(self._broke, *key), partial(self._late, *key)
        return Session(ordered, take, (self._taps, self._writer), broke, late)

    async def _room(self) -> RecordFault | None:
        asked: asyncio.Future[RecordFault | None] = asyncio.get_running_loop().create_future()

        def answer(fault: RecordFault | None) -> None:
            if not asked.done():
                asked.set_result(fault)

        self._writer.open(answer)
        try:
            async with asyncio.timeout(STOP_S):
                return await asked
        except TimeoutError:
            return RecordFault.STALLED

    def _broke(
        self,
        recording: str,
        segment: int,
        session: Session,
        fault: RecordFault,
        files: tuple[RecordedFile, ...],
    ) -> None:
        self._broken += 1
        self._notify(RecordingBroke(session.endpoint, recording, segment, fault, files))

    def _late(self, recording: str, segment: int, session: Session) -> None:
        self._notify(RecordingLate(session.endpoint, recording, segment, session.is_late))

    def _forget_old(self) -> None:
        ended = [key for key, session in self._sessions.items() if session.state in ENDED]
        for key in ended[: max(0, len(ended) - REMEMBERED)]:
            self._left_out += self._sessions.pop(key).overflowed

    def _on_loop(self, call: Callable[[], None]) -> None:
        assert self._loop is not None  # nothing is written before an order
        # It may be gone while the last file is closed.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)
