"""The load: voice and picture of many people from one thread that does little else.

Each person sends 50 voice packets of 120 B and 150 picture packets of 1,100 B a second (frames of
three), with header extensions. One picture packet in a hundred is lost on the way up (it is kept,
and sent as RTX when it is asked for) and one in a hundred on the way down (it is asked for again).
Transport-cc goes both ways where it was negotiated; reports go once a second, checks every 2.5 s.

Sends are spread evenly over time; what has come is read once a millisecond. Voice carries the time
just before its send call, and the kernel notes when the forwarded packet came back in, so that the
load's own slowness in reading is no part of a delay.
"""

from __future__ import annotations

import contextlib
import gc
import heapq
import itertools
import os
import random
import resource
import select
import struct
import time
from collections import deque
from collections.abc import Callable, Iterable

from tests.bench.plane.batches import SLOT_BYTES, Batch
from tests.bench.plane.down import LOSS, Down
from tests.bench.plane.line import PICTURE_CLOCK, PICTURES_A_TICK, VOICE_CLOCK, Line
from tests.bench.plane.outcome import Outcome
from tests.bench.plane.peers import SENT_IDS
from tests.support.peer import OPUS, VP8, VP8_RTX

VOICE_BYTES, PICTURE_BYTES = 120, 1100
TICK_S, READ_S, FEEDBACK_S, REPORT_S, CHECK_S = 0.02, 0.001, 0.1, 1.0, 2.5

_head = struct.Struct("!BBHIIHHBHBBxxx")
"""The RTP header, then a one-byte extension block with transport-cc's number and a level."""
_picture = struct.Struct("!BBHIIHHBHBBxxxBBHB")
"""And VP8's descriptor: X and S, I, a picture id of 15 bits; then the frame's first byte, whose
bit 0 says that it is no keyframe."""
_stamp = struct.Struct("!d")
_NUMBER = SENT_IDS["transport_cc"] << 4 | 1
_LEVEL = SENT_IDS["audio_level"] << 4
_FRAME = ((VP8, 0x90), (VP8, 0x80), (VP8 | 0x80, 0x80))
"""(marker and payload type, descriptor's first byte) of its packets: it starts, goes on, ends."""


class Load:
    """Drives lines. ``seed`` fixes what is lost. Used by one thread; others only :meth:`post`."""

    def __init__(self, lines: Iterable[Line] = (), seed: int = 1) -> None:
        self._draw = random.Random(seed).random
        self._out = Batch(1 + PICTURES_A_TICK)
        self._down = Down(seed, self._send_rtcp, self._resend)
        self._poll = select.epoll()
        self._by_fd: dict[int, Line] = {}
        self._senders: list[Line] = []
        self._turn = 0
        self._owed: list[tuple[float, int, Line]] = []
        self._order = itertools.count()
        self._posted: deque[Callable[[], None]] = deque()
        self._late: list[float] = []
        self._stopped = False
        self.outcome = Outcome()
        for line in lines:
            self.add(line)

    def add(self, line: Line) -> None:
        """Drive one more."""
        self._by_fd[line.descriptor] = line
        self._poll.register(line.descriptor, select.EPOLLIN)
        if line.sends:
            self._senders.append(line)
        if line.peer is not None:
            now, share = time.monotonic(), self._draw
            line.next_report, line.next_check = now + REPORT_S * share(), now + CHECK_S * share()
            heapq.heappush(self._owed, (now + FEEDBACK_S * share(), next(self._order), line))

    def remove(self, line: Line) -> None:
        """Drive one less; its socket is the caller's again."""
        self._poll.unregister(line.descriptor)
        del self._by_fd[line.descriptor]
        line.driven = False
        if line.sends:
            self._senders.remove(line)

    def post(self, change: Callable[[], None]) -> None:
        """Have something done between two reads, from another thread."""
        self._posted.append(change)

    def stop(self) -> None:
        """End the window that runs, and any other, from another thread."""
        self._stopped = True

    # --- the loop -------------------------------------------------------------------------------

    def run(self, seconds: float, *, urgent: bool = True) -> Outcome:
        """Send and receive for so long. ``urgent``: before all else on this core, if we may."""
        self.outcome = self._down.outcome = Outcome()
        self._late, self._down.delays = [], []
        if urgent:
            with contextlib.suppress(PermissionError):
                os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))
            gc.collect()
            gc.disable()
        before = resource.getrusage(resource.RUSAGE_THREAD)
        start = time.monotonic()
        try:
            self._loop(start, start + seconds)
        finally:
            gc.enable()
            if urgent:
                os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        after = resource.getrusage(resource.RUSAGE_THREAD)
        used = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
        self.outcome.settle(time.monotonic() - start, used, self._down.delays, self._late)
        return self.outcome

    def _loop(self, start: float, end: float) -> None:
        clock, sleep, senders = time.monotonic, time.sleep, self._senders
        now = due = next_read = start
        while now < end and not self._stopped:
            while senders and due <= now:
                self._late.append(now - due)
                self._turn += 1
                self._tick(senders[self._turn % len(senders)])
                due += TICK_S / len(senders)
                now = clock()
                if now >= next_read + READ_S:
                    break  # behind: what comes in meanwhile must not overflow
            if now >= next_read:
                self._read()
                self._settle_debts(now)
                while self._posted:
                    self._posted.popleft()()
                now = clock()
                next_read = max(next_read + READ_S, now - READ_S)
            if not senders:
                due = next_read
            wait = min(due, next_read) - now
            if wait > 0:
                sleep(wait)
                now = clock()

    def _read(self) -> None:
        by_fd, read = self._by_fd, self._down.read
        for descriptor, _ in self._poll.poll(0, len(by_fd) or 1):
            read(by_fd[descriptor])

    # --- up -------------------------------------------------------------------------------------

    def _tick(self, line: Line) -> None:
        """A voice packet and a frame of three, in one call."""
        # Bodies are never written: what the last packet left there is as good as any sound.
        out, view, tx = self._out, self._out.view, line.tx
        transport, ticks, ssrcs = line.transport_number, line.ticks, line.ssrcs
        _head.pack_into(
            view, 0, 0x90, OPUS, ticks & 0xFFFF, ticks * VOICE_CLOCK & 0xFFFFFFFF,
            ssrcs.voice, 0xBEDE, 2, _NUMBER, transport & 0xFFFF, _LEVEL, 0x85,
        )  # fmt: skip
        _stamp.pack_into(view, _head.size, time.time())
        out.protect(0, VOICE_BYTES, tx)
        slot, timestamp = 1, ticks * PICTURE_CLOCK & 0xFFFFFFFF
        picture_id, key = 0x8000 | ticks & 0x7FFF, 0 if line.wants_key else 1
        line.wants_key = False
        for part, (marker, start) in enumerate(_FRAME):
            transport += 1
            number = line.picture_number + part & 0xFFFF
            at = slot * SLOT_BYTES
            _picture.pack_into(
                view, at, 0x90, marker, number, timestamp, ssrcs.picture, 0xBEDE, 2, _NUMBER,
                transport & 0xFFFF, _LEVEL, 0x85, start, 0x80, picture_id, key,
            )  # fmt: skip
            if self._draw() < LOSS:
                line.keep(number, bytes(view[at : at + PICTURE_BYTES]))
            else:
                out.protect(slot, PICTURE_BYTES, tx)
                slot += 1
        line.picture_number += PICTURES_A_TICK
        line.transport_number, line.ticks = transport + 1, ticks + 1
        self.outcome.sent += out.send(line.descriptor, slot)

    def _resend(self, line: Line, wanted: int) -> None:
        """What was lost on the way up, as RTX (RFC 4588), under a transport number of its own."""
        packet = line.lost.pop(wanted, None)
        if packet is None:
            return
        first, second, _, timestamp, _, *rest = _head.unpack_from(packet)
        rest[3] = line.transport_number & 0xFFFF
        line.transport_number += 1
        number, line.repair_number = line.repair_number, line.repair_number + 1 & 0xFFFF
        head = _head.pack(
            first, second & 0x80 | VP8_RTX, number, timestamp, line.ssrcs.repair, *rest
        )
        self._send(line, head + wanted.to_bytes(2, "big") + packet[_head.size :], rtcp=False)
        self.outcome.retransmitted += 1

    def _send_rtcp(self, line: Line, message: bytes) -> None:
        self._send(line, message, rtcp=True)

    def _send(self, line: Line, packet: bytes, *, rtcp: bool) -> None:
        self._out.raw[0 : len(packet)] = packet
        self._out.protect(0, len(packet), line.tx, rtcp=rtcp)
        self._out.send(line.descriptor, 1)

    def _settle_debts(self, now: float) -> None:
        """Send the feedback, reports and checks that are due."""
        owed = self._owed
        while owed and owed[0][0] <= now:
            due, _, line = heapq.heappop(owed)
            if line.driven and line.peer is not None:
                self._report(line, now)
                # From when it was due, not from now: or all who were late together stay together.
                # After a pause they all are, so each begins anew at a time of its own.
                if now - due > FEEDBACK_S:
                    due = now - FEEDBACK_S * self._draw()
                heapq.heappush(owed, (due + FEEDBACK_S, next(self._order), line))

    def _report(self, line: Line, now: float) -> None:
        message = line.heard.feedback(line.ssrcs.picture)
        if message is not None:
            self._send_rtcp(line, message)
            self.outcome.feedback_sent += 1
        if now >= line.next_report:
            line.next_report = now + REPORT_S
            self._send_rtcp(line, line.reports(time.time()))
            self.outcome.reports_sent += 1
        if now >= line.next_check and line.peer is not None:
            line.next_check = now + CHECK_S
            line.peer.send_raw(line.peer.check_bytes())
