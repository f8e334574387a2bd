"""What was decided in one room about being recorded, on its way into storage, in its order.

Rule 1: one after the other, and none twice: what is stored is the beginning of what happened.
Rule 2: what ends or narrows a recording has happened, whether or not it can be stored: it waits
here until the database is back, and for as long as this gateway lives.
Rule 3: what begins one is told that it cannot, and does not begin; its row waits with the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from signaling import logs
from signaling.domain.errors import Refusal
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.storage.database import StorageAway

AGAIN_S: Final = 5.0
MAX_ROWS: Final = 500
"""Nothing begins while the database is away, so that what may wait is little."""
SPARE: Final = 20
"""Where no more may wait it fails; that it did, and what becomes of it, has room yet."""


@dataclass(slots=True)
class Row:
    """Something to be stored; each of the others is told at most once.

    ``failed``: not now; ``lost``: it never will be.
    """

    put: Callable[[], Awaitable[None]]
    stored: Callable[[], None] | None = None
    failed: Callable[[], None] | None = None
    lost: Callable[[], None] | None = None

    def fail(self) -> None:
        """It could not be stored now."""
        failed, self.failed = self.failed, None
        if failed is not None:
            failed()

    def lose(self) -> bool:
        """It is never stored, and done with."""
        self.fail()
        if self.lost is not None:
            self.lost()
        return True


class ConsentRows:
    """The rows of one room. ``start`` runs what takes time; ``pause`` waits, after its end."""

    def __init__(
        self,
        start: Callable[[Coroutine[Any, Any, None]], None],
        pause: Callable[[float], Awaitable[bool]],
        clock: Callable[[], float],
    ) -> None:
        self._start = start
        self._pause = pause
        self._clock = clock
        self._rows: deque[Row] = deque()
        self._is_working = False
        self._is_over = False
        self._again_at: float | None = None

    @property
    def is_away(self) -> bool:
        """Whether something could not be stored, and waits."""
        return self._again_at is not None

    @property
    def is_full(self) -> bool:
        """Whether no more can wait."""
        return len(self._rows) >= MAX_ROWS

    def add(self, row: Row) -> None:
        """Store something after all that came before it."""
        if len(self._rows) >= MAX_ROWS + SPARE:
            logs.warning("consent_row_lost")
            return
        self._rows.append(row)
        if self._again_at is None or self._is_over:
            self._work_on()
        else:
            row.fail()

    def over(self) -> None:
        """The room's timer is gone: what waits is tried again without it."""
        self._is_over = True
        if self._rows:
            self._work_on()

    def next_deadline(self) -> float | None:
        """When :meth:`handle_timeout` is next to be called."""
        return None if self._is_working else self._again_at

    def handle_timeout(self, now: float) -> None:
        """Try again, where it is time."""
        if self._again_at is not None and now >= self._again_at:
            self._work_on()

    def _work_on(self) -> None:
        if not self._is_working:
            self._is_working = True
            self._start(self._work())

    async def _work(self) -> None:
        try:
            while self._rows:
                if await self._put(self._rows[0]):
                    self._again_at = None
                    self._rows.popleft()
                elif not self._is_over or not await self._pause(AGAIN_S):
                    return
        finally:
            self._is_working = False

    async def _put(self, row: Row) -> bool:
        """Says whether it is done with: stored, or never to be."""
        try:
            await row.put()
        except (StorageAway, SealError, MasterError):
            self._again_at = self._clock() + AGAIN_S
            row.fail()
            return False
        except Refusal:  # whose it would be is gone meanwhile
            return row.lose()
        except Exception as error:  # a bug: it must not hold up the others
            logs.fault("consent_row_fault", error)
            return row.lose()
        if row.stored is not None:
            row.stored()
        return True
