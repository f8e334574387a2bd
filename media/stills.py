"""Stills: the slow picture, a few kilobytes in chunks, passed on to those who see its sender.

Rule 1: a still is media. It is not looked into, kept or logged; only each chunk's head is read.
Rule 2: chunks that come in a heap leave one by one, so that a voice waits for one at most.
Rule 3: what a line has no room for is not sent: a receiver who misses one chunk is spared the rest
of that still.
Rule 4: a receiver gets one still at a time, so that its line carries one sender's rate whatever the
room. Who was turned away is next.
"""

from __future__ import annotations

import struct
from collections import Counter, deque
from enum import StrEnum
from typing import Final, NamedTuple

from media.clock import Instant
from media.ids import EndpointId
from media.outputs import SlotFill
from media.rungs import Rung

HEAD: Final = struct.Struct("!HBB")
"""Of a chunk: the still's number, the chunk's place in it, how many chunks there are."""
MAX_CHUNKS: Final = 16
MAX_CHUNK_BYTES: Final = 310
"""With its head. On a line of 80 kbit/s the voice behind it waits 40 ms, two of its own packets."""
MAX_RATE_BPS: Final = 16_000
"""Of one sender, by chunks' sizes: what a page sends (13 kbit/s) and a little."""
BURST_BYTES: Final = MAX_CHUNKS * MAX_CHUNK_BYTES
"""A whole still, for a line that held it back gives it all at once."""
LEAST_APART_S: Final = 1.0
"""Between the beginnings of two stills of one sender."""
MAX_OPEN: Final = 2
"""Stills of one sender under way: chunks may overtake each other, so the last one and this one."""
GAP_S: Final = 0.15
"""Between two chunks to one receiver. Pages send one in 0.18 s; what was held up catches up."""
TURN_S: Final = 4.0
"""After so long nobody waits for the rest of a still (web_client/src/media/still-assembler.ts)."""
WITHOUT: Final = frozenset({Rung.VOICE, Rung.TEXT})
"""Lines that have no room for a still."""


class StillDrop(StrEnum):
    """Why a chunk goes no further. A closed list, so that it can be a metric's label."""

    MALFORMED = "still_malformed"
    RATE = "still_rate"
    OLD = "still_old"
    UNREAD = "still_unread"


class StillChunk(NamedTuple):
    """A chunk for one receiver, to be sent now or not at all."""

    endpoint: EndpointId
    publisher: EndpointId
    still: int
    data: bytes
    """The receiver's slot as one byte, then the chunk as it came."""


class _Still:
    """One still under way."""

    __slots__ = ("count", "number", "receivers", "seen")

    def __init__(self, number: int, count: int, receivers: set[EndpointId]) -> None:
        self.number = number
        self.count = count
        self.receivers = receivers
        """Those who have not missed a chunk of it."""
        self.seen = 0
        """Which chunks have come, a bit for each."""


class _Sender:
    """What one endpoint may still send, and its stills under way, the newest last."""

    __slots__ = ("allowance", "began_at", "filled_at", "open")

    def __init__(self, now: Instant) -> None:
        self.allowance: float = BURST_BYTES
        self.filled_at = now
        self.began_at: Instant | None = None
        self.open: list[_Still] = []

    def admits(self, size: int, now: Instant) -> bool:
        """Whether so many bytes are within the sender's rate; then they are taken off it."""
        gained = (now - self.filled_at) * MAX_RATE_BPS / 8
        self.allowance = min(BURST_BYTES, self.allowance + gained)
        self.filled_at = now
        if self.allowance < size:
            return False
        self.allowance -= size
        return True


class _Line:
    """The way to one receiver: whose still is on it, who is next, and chunks that wait."""

    __slots__ = ("done", "free_at", "holder", "queue", "until", "waiting")

    def __init__(self) -> None:
        self.holder: EndpointId | None = None
        self.queue: list[EndpointId] = []
        self.until: Instant = 0.0
        self.done = True
        self.free_at: Instant = 0.0
        self.waiting: deque[StillChunk] = deque()

    def take(self, publisher: EndpointId, now: Instant) -> bool:
        """Give the line to a publisher who begins a still, or put it into the queue."""
        if now >= self.until:
            self.queue.clear()  # who was to be next has not come
            self.done = True
        over = self.done or self.holder == publisher
        if not over or (self.queue and self.queue[0] != publisher):
            if publisher not in self.queue:
                self.queue.append(publisher)
            return False
        self.forget(publisher)
        self.holder, self.until, self.done = publisher, now + TURN_S, False
        return True

    def forget(self, publisher: EndpointId) -> None:
        """Take a publisher out of the queue."""
        if publisher in self.queue:
            self.queue.remove(publisher)


class Stills:
    """The stills of all endpoints of an engine. The counters only go up."""

    def __init__(self) -> None:
        self._senders: dict[EndpointId, _Sender] = {}
        self._slots: dict[EndpointId, tuple[EndpointId | None, ...]] = {}
        self._watchers: dict[EndpointId, dict[EndpointId, int]] = {}
        """By publisher: who has it in which slot."""
        self._lines: dict[EndpointId, _Line] = {}
        self._late: set[EndpointId] = set()
        """Receivers for whom chunks wait."""
        self._outputs: list[StillChunk] = []
        self._without: set[EndpointId] = set()
        self.received = self.sent = self.cut = 0
        """Stills begun by their senders; begun toward a receiver; those of them that a receiver
        missed the rest of, as its line had no room."""
        self.dropped: Counter[str] = Counter()
        """Chunks, by :class:`StillDrop`; an unread one counts for each receiver."""

    def totals(self) -> dict[str, int]:
        """Return how many stills there were, by their fate."""
        return {"received": self.received, "sent": self.sent, "cut": self.cut}

    # Who is there

    def set_slots(self, receiver: EndpointId, slots: tuple[SlotFill, ...]) -> None:
        """Take whom an endpoint has in its slots, the whole list."""
        for publisher in self._slots.get(receiver, ()):
            if publisher is not None:
                self._unwatch(publisher, receiver)
        self._slots[receiver] = tuple(slot.publisher for slot in slots)
        for index, slot in enumerate(slots):
            if slot.publisher is not None:
                self._watchers.setdefault(slot.publisher, {})[receiver] = index

    def set_rung(self, receiver: EndpointId, rung: Rung) -> None:
        """Take what the line toward an endpoint carries; it gets no still below ``SLOW``."""
        if rung in WITHOUT:
            self._without.add(receiver)
        else:
            self._without.discard(receiver)

    def remove(self, endpoint: EndpointId) -> None:
        """Forget an endpoint that has ended."""
        self.set_slots(endpoint, ())
        del self._slots[endpoint]
        self._without.discard(endpoint)
        self._lines.pop(endpoint, None)
        self._late.discard(endpoint)
        self._senders.pop(endpoint, None)
        for receiver in self._watchers.pop(endpoint, {}):
            if receiver in self._lines:
                self._lines[receiver].forget(endpoint)

    def _unwatch(self, publisher: EndpointId, receiver: EndpointId) -> None:
        watchers = self._watchers.get(publisher, {})
        watchers.pop(receiver, None)
        if not watchers:
            self._watchers.pop(publisher, None)

    # Chunks

    def handle_chunk(self, publisher: EndpointId, data: bytes, now: Instant) -> None:
        """Take a chunk an endpoint sent."""
        reason = self._handle(publisher, data, now)
        if reason is not None:
            self.dropped[reason] += 1

    def handle_unsent(self, chunk: StillChunk) -> None:
        """The receiver's line had no room for it: it is spared the rest of that still."""
        self.dropped[StillDrop.UNREAD] += 1
        self._cut(chunk)

    def handle_timeout(self, now: Instant) -> None:
        """Send what has waited its time."""
        for receiver in sorted(self._late):
            line = self._lines[receiver]
            while line.waiting and line.free_at <= now:
                self._send(line, line.waiting.popleft(), now)
            if not line.waiting:
                self._late.discard(receiver)

    def next_deadline(self) -> Instant | None:
        """Return when :meth:`handle_timeout` has something to do, None while nothing waits."""
        return min((self._lines[receiver].free_at for receiver in self._late), default=None)

    def drain(self) -> list[StillChunk]:
        """Return what is to be sent now. What cannot be is for :meth:`handle_unsent`."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def _handle(self, publisher: EndpointId, data: bytes, now: Instant) -> StillDrop | None:
        if not HEAD.size < len(data) <= MAX_CHUNK_BYTES:
            return StillDrop.MALFORMED
        number, index, count = HEAD.unpack_from(data)
        if not index < count <= MAX_CHUNKS:
            return StillDrop.MALFORMED
        sender = self._senders.get(publisher)
        if sender is None:
            sender = self._senders[publisher] = _Sender(now)
        if not sender.admits(len(data), now):
            return StillDrop.RATE
        still = self._find(publisher, sender, number, count, now)
        if isinstance(still, StillDrop):
            return still
        if still.seen >> index & 1:
            return StillDrop.OLD
        still.seen |= 1 << index
        self._fan_out(publisher, still, data, now)
        return None

    def _find(
        self, publisher: EndpointId, sender: _Sender, number: int, count: int, now: Instant
    ) -> _Still | StillDrop:
        """Return the still a chunk is of, a new one where it is the first."""
        for still in sender.open:
            if still.number == number:
                return still if still.count == count else StillDrop.MALFORMED
        # Numbers wrap: less than half the circle ahead is newer.
        if sender.open and not 0 < (number - sender.open[-1].number) & 0xFFFF < 0x8000:  # noqa: PLR2004  half of 16 bits: later, not earlier
            return StillDrop.OLD
        if sender.began_at is not None and now - sender.began_at < LEAST_APART_S:
            return StillDrop.RATE
        sender.began_at = now
        receivers = {
            receiver
            for receiver in self._watchers.get(publisher, ())
            if receiver not in self._without
            and self._lines.setdefault(receiver, _Line()).take(publisher, now)
        }
        still = _Still(number, count, receivers)
        sender.open = [*sender.open[1 - MAX_OPEN :], still]
        self.received += 1
        self.sent += len(receivers)
        return still

    def _fan_out(self, publisher: EndpointId, still: _Still, data: bytes, now: Instant) -> None:
        watchers = self._watchers.get(publisher, {})
        still.receivers &= watchers.keys() - self._without
        whole = still.seen == (1 << still.count) - 1
        for receiver in sorted(still.receivers):
            line = self._lines[receiver]
            chunk = StillChunk(
                receiver, publisher, still.number, bytes((watchers[receiver],)) + data
            )
            if not line.waiting and line.free_at <= now:
                self._send(line, chunk, now)
            elif len(line.waiting) < MAX_CHUNKS:
                line.waiting.append(chunk)
                self._late.add(receiver)
            else:
                self.handle_unsent(chunk)
            line.done |= whole and line.holder == publisher

    def _send(self, line: _Line, chunk: StillChunk, now: Instant) -> None:
        """Let a chunk go, if it still concerns its receiver."""
        slot = self._watchers.get(chunk.publisher, {}).get(chunk.endpoint)
        if slot == chunk.data[0] and chunk.endpoint not in self._without:
            line.free_at = now + GAP_S
            self._outputs.append(chunk)

    def _cut(self, chunk: StillChunk) -> None:
        sender = self._senders.get(chunk.publisher)
        for still in () if sender is None else sender.open:
            if still.number == chunk.still and chunk.endpoint in still.receivers:
                still.receivers.remove(chunk.endpoint)
                self.cut += 1
        line = self._lines.get(chunk.endpoint)
        if line is None:
            return
        rest = [c for c in line.waiting if (c.publisher, c.still) != (chunk.publisher, chunk.still)]
        line.waiting = deque(rest)
        line.done |= line.holder == chunk.publisher
