"""What one person has heard, and what a browser reports of it: transport-cc, SR and RR."""

from __future__ import annotations

import struct
import time

from media.rtp.transport_cc import TICKS_PER_REFERENCE, TICKS_PER_S, Arrivals, build

MAX_SPAN = 2000
"""Numbers in one feedback message; what lies further off is late, or a sender that began anew."""
SHIFT_16 = 65536
_report = struct.Struct("!BBHI")
_block = struct.Struct("!IIIIII")
_feedback = struct.Struct("!BBHII")


class Stream:
    """What has been heard of one SSRC."""

    __slots__ = ("cycles", "lost", "newest", "report_at", "report_ntp", "reported")

    def __init__(self, first: int) -> None:
        self.newest = self.reported = first
        self.cycles = self.lost = 0
        self.report_ntp, self.report_at = 0, 0.0


class Heard:
    """All streams of one transport, and the transport-wide numbers that came."""

    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.arrivals: list[tuple[int, float]] = []
        """(16-bit number, arrival in seconds) since the last feedback."""
        self._next_number: int | None = None
        self._messages = 0

    def note_report(self, ssrc: int, ntp: int, now: float) -> None:
        """A sender report has come; ``ntp`` is the middle of its 64 bits."""
        stream = self.streams.get(ssrc)
        if stream is not None:
            stream.report_ntp, stream.report_at = ntp, now

    def feedback(self, sender: int) -> bytes | None:
        """Transport-cc feedback (RTPFB 15) of what has come since the last, or None."""
        if not self.arrivals:
            return None
        base = self.arrivals[0][0] if self._next_number is None else self._next_number
        reference = int(min(at for _, at in self.arrivals) * TICKS_PER_S) // TICKS_PER_REFERENCE
        origin = reference * TICKS_PER_REFERENCE
        came = {n - base & 0xFFFF: int(at * TICKS_PER_S) - origin for n, at in self.arrivals}
        self.arrivals.clear()
        came = {offset: tick for offset, tick in came.items() if offset < MAX_SPAN}
        if not came:
            self._next_number = None
            return None
        span = max(came) + 1
        self._next_number = (base + span) & 0xFFFF
        ticks = tuple(came.get(offset) for offset in range(span))
        body = build(Arrivals(base, reference, self._messages, ticks))
        self._messages += 1
        media = next(iter(self.streams), 0)
        return _feedback.pack(0x8F, 205, 2 + len(body) // 4, sender, media) + body

    def blocks(self, now: float) -> bytes:
        """Report blocks (RFC 3550 section 6.4.1), as many as one report may have."""
        some = list(self.streams.items())[:31]
        return b"".join(self._block(ssrc, stream, now) for ssrc, stream in some)

    def report_on(self, ssrc: int, sender: int) -> bytes:
        """A receiver report on one stream, to stand before what asks something of it."""
        block = self._block(ssrc, self.streams[ssrc], time.time())
        return _report.pack(0x81, 201, 7, sender) + block

    def _block(self, ssrc: int, stream: Stream, now: float) -> bytes:
        if stream.newest < stream.reported:
            stream.cycles += 1
        expected = max(1, stream.newest - stream.reported & 0xFFFF)
        fraction = min(255, stream.lost * 256 // expected)
        stream.reported, stream.lost = stream.newest, 0
        highest = (stream.cycles << 16 | stream.newest) & 0xFFFFFFFF
        since = int((now - stream.report_at) * SHIFT_16) if stream.report_ntp else 0
        return _block.pack(ssrc, fraction << 24, highest, 0, stream.report_ntp, since & 0xFFFFFFFF)
