"""The one thread that writes: it wakes now and then, and does for every segment what waits.

Rule 1: it takes packets by the batch, so that it holds the interpreter for little, and seldom.
Rule 2: nothing it meets gets out of it: a segment that fails ends, the others go on.
Rule 3: what it has to say it says on the loop, by ``tell``.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from media.channel import RecordedFile
from media.errors import RecordFault
from recording.store import Store
from recording.take import Take

BATCH_S: Final = 0.05
"""What waits so long at most; a crash loses it with the rest of its second."""
LOOK_S: Final = 1.0
"""How often the room is looked at that there is."""

Tell = Callable[[Callable[[], None]], None]
"""Have something called on the loop."""
Closed = Callable[[tuple[RecordedFile, ...]], None]


class WriterThread:
    """Started with the first thing there is to do; :meth:`stop` ends it."""

    def __init__(self, store: Store, min_free_bytes: int, tell: Tell) -> None:
        self._store = store
        self._least = min_free_bytes
        self._tell = tell
        self._jobs: deque[Callable[[], None]] = deque()
        self._wake = threading.Event()
        self._takes: dict[Take, Callable[[RecordFault], None]] = {}
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        self._looked_at = 0.0

    # --- called on the loop -----------------------------------------------------------------------

    def open(self, done: Callable[[RecordFault | None], None]) -> None:
        """See whether there is room; ``done`` is told why there is none, or None."""
        self._do(lambda: self._answer_room(done))

    def add(self, take: Take, failed: Callable[[RecordFault], None]) -> None:
        """Write a segment from now on; ``failed`` is told once, if it cannot go on."""
        self._do(lambda: self._takes.__setitem__(take, failed))

    def leave_out(self, take: Take, part: str) -> None:
        """Forget what is not sealed of a part, and let it be."""
        self._do(lambda: take.leave_out(part))

    def close(self, take: Take, closed: Closed) -> None:
        """End a segment; ``closed`` is told its files."""
        self._do(lambda: self._close(take, closed))

    def stop(self) -> None:
        """End when all that was asked for is done; does not wait for it."""
        self._do(self._end)

    def _do(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)
        self._wake.set()
        if self._thread is None and not self._is_stopped:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()

    # --- in the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_stopped:
            # With nothing to write there is nothing to wake for.
            self._wake.wait(BATCH_S if self._takes else None)
            self._wake.clear()
            while self._jobs:
                self._jobs.popleft()()
            self._write()

    def _write(self) -> None:
        looks = time.monotonic() - self._looked_at >= LOOK_S
        if looks:
            self._looked_at = time.monotonic()
        for take, failed in list(self._takes.items()):
            if looks:
                take.check_room(self._least)
            if take.fault is None and take.work(time.monotonic()):
                self._wake.set()
            if take.fault is not None:
                del self._takes[take]
                self._say(failed, take.fault)

    def _close(self, take: Take, closed: Closed) -> None:
        self._takes.pop(take, None)
        files = take.close(time.monotonic())
        self._tell(lambda: closed(files))

    def _say(self, failed: Callable[[RecordFault], None], fault: RecordFault) -> None:
        self._tell(lambda: failed(fault))

    def _answer_room(self, done: Callable[[RecordFault | None], None]) -> None:
        fault: RecordFault | None = None
        try:
            if self._store.free() < self._least:
                fault = RecordFault.NO_ROOM
        except OSError:
            fault = RecordFault.BROKEN
        self._tell(lambda: done(fault))

    def _end(self) -> None:
        self._is_stopped = True
