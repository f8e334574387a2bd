"""The text of a booked hour's room: each line is stored in the two's thread before it is said."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from signaling import wire
from signaling.booked_hour import BookedHour
from signaling.domain.room import Room
from signaling.room_engine import EngineSide
from signaling.room_media import Held
from signaling.room_words import Line, RoomWords
from signaling.thread_cards import said_by_text

_T = TypeVar("_T")


class Task(Protocol):
    """What this needs of the room's owner task."""

    room: Room
    side: EngineSide

    async def request(self, job: Callable[[float], _T]) -> _T:
        """Run a job on the owner task and return its result. Raises Refusal."""

    def wall_ms(self) -> int:
        """Return Unix milliseconds."""

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes time beside the owner."""


class RoomLines:
    """Says them one by one. ``author`` tells whose seat it is."""

    def __init__(self, task: Task, hour: BookedHour, author: Callable[[str], UUID]) -> None:
        self._task = task
        self._hour = hour
        self._author = author
        self._words = RoomWords(hour.keep, task.chore)

    async def say(
        self, participant: str, text: wire.SendText, *, by_channel: bool
    ) -> wire.TextAccepted:
        """Store a line and put it into the room's text. Raises :class:`Refusal`."""
        task, side = self._task, self._task.side
        if await task.request(lambda now: side.is_new_text(participant, text, now)):
            author = self._author(participant)
            named = text.id or f"{task.room.log}-{text.ref}"
            ident = f"r:{uuid5(author, named).hex}"
            kind, body = said_by_text(text.body)
            await self._words.keep(
                Line(self._hour.booked, author, ident, body, task.wall_ms(), kind)
            )

        def write(now: float) -> wire.TextAccepted:
            return side.write_text(participant, text, now, by_channel=by_channel, counted=True)

        return await task.request(write)

    def say_later(self, held: Held, text: wire.SendText) -> None:
        """Take a line of a channel; it is answered there once it is said."""
        written = self.say(held.owner, text, by_channel=True)
        self._task.chore(self._task.side.answer_later(held, text.ref, written))

    def stop(self) -> None:
        """The room is over."""
        self._words.stop()
