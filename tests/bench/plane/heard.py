"""What one person has heard, and what a browser reports of it: transport-cc, SR and RR."""

from __future__ import annotations

import struct
import time

from media.forwarding.transport_feedback import TransportFeedback

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
        self.arrivals = TransportFeedback()
        """What has come since the last feedback; written as we write our own."""

    def note_report(self, ssrc: int, ntp: int, now: float) -> None:
        """A sender report has come; ``ntp`` is the middle of its 64 bits."""
        stream = self.streams.get(ssrc)
        if stream is not None:
            stream.report_ntp, stream.report_at = ntp, now

    def feedback(self, sender: int) -> bytes | None:
        """Transport-cc feedback (RTPFB 15) of what has come since the last, or None."""
        messages = self.arrivals.take()
        media = next(iter(self.streams), 0)
        compound = b"".join(
            _feedback.pack(0x8F, 205, 2 + len(body) // 4, sender, media) + body for body in messages
        )
        return compound or None

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
