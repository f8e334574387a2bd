"""Reception statistics and report timing (RFC 3550 sections 6.4 and A.3, A.8)."""

from __future__ import annotations

from typing import Final

from media.clock import Instant
from media.rtp.rtcp import ReportBlock, SenderReport
from media.rtp.sequence import CYCLE

REPORT_INTERVAL_S: Final = 1.0
"""RFC 3550 would allow 5 s; browsers adapt by these, and a block costs 24 B."""
RECEIVER_SSRC: Final = 1
"""Whom our feedback comes from, for we have no stream of our own toward a publisher; libwebrtc
says the same of one who only receives."""
_REPORTS_REMEMBERED: Final = 4
_RTT_MOST_S: Final = 10.0


def middle_bits(ntp: int) -> int:
    """Return the 32 bits of a 64-bit NTP time that reports echo (section 6.4.1, LSR)."""
    return ntp >> 16 & 0xFFFFFFFF


class ReceptionStats:
    """What one incoming stream lost and how unevenly it came. Numbers are extended."""

    __slots__ = (
        "_expected_before",
        "_first",
        "_jitter",
        "_last_sr",
        "_last_sr_at",
        "_received_before",
        "_timestamp",
        "_transit",
        "highest",
        "received",
    )

    def __init__(self, first: int) -> None:
        self._first = self.highest = first
        self.received = 0
        self._jitter = 0.0
        self._timestamp = -1
        self._transit = 0
        self._expected_before = self._received_before = 0
        self._last_sr = 0
        self._last_sr_at: Instant = 0.0

    def record(self, extended: int, timestamp: int, clock_rate: int, now: Instant) -> None:
        """Count a packet that came by itself (a retransmission repairs, it does not arrive).

        Jitter is taken from the first packet of each timestamp, in order: the rest of a picture is
        spread by the sender's pacing, which is not the network's doing.
        """
        self.received += 1
        if extended < self.highest:
            self._first = min(self._first, extended)
            return
        self.highest = extended
        if timestamp == self._timestamp:
            return
        transit = int(now * clock_rate) - timestamp
        if self._timestamp >= 0:
            change = transit - self._transit & 0xFFFFFFFF
            if change & 0x80000000:
                change = 0x100000000 - change
            self._jitter += (change - self._jitter) / 16
        self._timestamp = timestamp
        self._transit = transit

    def handle_sender_report(self, report: SenderReport, now: Instant) -> None:
        """Remember what the next block echoes."""
        self._last_sr = middle_bits(report.ntp)
        self._last_sr_at = now

    @property
    def lost(self) -> int:
        """Packets that have not come by themselves since the start."""
        return self.highest - self._first + 1 - self.received

    @property
    def jitter(self) -> float:
        """In clock units."""
        return self._jitter

    @property
    def transit(self) -> int:
        """Arrival less timestamp of the last packet in order, in clock units, modulo 2^32."""
        return self._transit & 0xFFFFFFFF

    @property
    def has_news(self) -> bool:
        """Whether a packet came since the last block; a silent source is not reported on."""
        return self.received != self._received_before

    def block(self, ssrc: int, now: Instant) -> ReportBlock:
        """Return the block since the last one (appendix A.3)."""
        expected = self.highest - self._first + 1
        lost = expected - self.received
        expected_now = expected - self._expected_before
        lost_now = expected_now - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        fraction = min(255, (lost_now << 8) // expected_now) if expected_now and lost_now > 0 else 0
        delay = int((now - self._last_sr_at) * 65536) & 0xFFFFFFFF if self._last_sr else 0
        return ReportBlock(
            ssrc=ssrc,
            fraction_lost=fraction,
            cumulative_lost=max(-0x800000, min(0x7FFFFF, lost)),
            highest=(self.highest - CYCLE) & 0xFFFFFFFF,
            jitter=int(self._jitter),
            last_sr=self._last_sr,
            delay=delay,
        )


class SentReports:
    """The sender reports passed to one subscriber, to learn its round trip by their echo."""

    __slots__ = ("_sent", "jitter", "lost", "rtt_s")

    def __init__(self) -> None:
        self.lost = self.jitter = 0
        """What the subscriber's last report says: packets, and clock units."""
        self._sent: dict[int, Instant] = {}
        self.rtt_s: float | None = None
        """The last round trip, None until one is known."""

    def record(self, ntp: int, now: Instant) -> None:
        """A report with this NTP time has been sent."""
        self._sent[middle_bits(ntp)] = now
        while len(self._sent) > _REPORTS_REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def handle_block(self, block: ReportBlock, now: Instant) -> None:
        """Take what a block says, and the round trip from its echo.

        An echo of what we never sent, or an absurd one, says nothing.
        """
        self.lost, self.jitter = block.cumulative_lost, block.jitter
        sent_at = self._sent.get(block.last_sr)
        if sent_at is None:
            return
        rtt = now - sent_at - block.delay / 65536
        if 0.0 <= rtt <= _RTT_MOST_S:
            self.rtt_s = rtt
