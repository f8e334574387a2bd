"""A sender at the estimate's rate over one impaired line, in virtual time.

Packets as a gateway sends them (voice of 120 B every 20 ms, a picture in packets of 1100 B, padding
where the estimator wants a burst) go through a :class:`LinkTwin`. What comes is recorded and told
back as a browser does it, through the real feedback messages and the real log of what was sent.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from math import inf

from media.bandwidth.estimator import Estimator
from media.bandwidth.probing import Burst
from media.forwarding.sent_log import SentLog
from media.forwarding.transport_feedback import TransportFeedback
from signaling.lab.link import Impairment, LinkTwin

VOICE_BYTES = 120
VOICE_S = 0.02
PICTURE_BYTES = 1100
PADDING_BYTES = 240
FEEDBACK_S = 0.1
VOICE_BPS = VOICE_BYTES * 8 / VOICE_S
START_BPS = 300_000.0
FLOOR_BPS = 24_000.0
CEILING_BPS = 8_000_000.0
CLOCK_S = 12_345.678
"""The receiver's clock, against ours."""
_FILL = bytes(PICTURE_BYTES)


@dataclass
class Record:
    """What was seen: parallel lists, in order of time."""

    at: list[float] = field(default_factory=list)
    """Arrivals."""
    size_bytes: list[int] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    """Delay beyond the path's own."""
    voice: list[bool] = field(default_factory=list)
    changed_at: list[float] = field(default_factory=list)
    estimates_bps: list[float] = field(default_factory=list)

    def came_bps(self, since: float, until: float) -> float:
        """The rate at which packets came."""
        first, last = bisect_left(self.at, since), bisect_left(self.at, until)
        return sum(self.size_bytes[first:last]) * 8 / (until - since)

    def waits_s(self, since: float, until: float) -> list[float]:
        """How long packets waited, sorted."""
        first, last = bisect_left(self.at, since), bisect_left(self.at, until)
        return sorted(self.waited_s[first:last])

    def estimate_bps(self, at: float) -> float:
        """The estimate at that time."""
        index = bisect_left(self.changed_at, at)
        return self.estimates_bps[max(0, index - 1)]

    def mean_bps(self, since: float, until: float) -> float:
        """The mean estimate, by time."""
        total, before = 0.0, since
        index = bisect_left(self.changed_at, since)
        value = self.estimate_bps(since)
        while index < len(self.changed_at) and self.changed_at[index] < until:
            total += value * (self.changed_at[index] - before)
            before, value = self.changed_at[index], self.estimates_bps[index]
            index += 1
        return (total + value * (until - before)) / (until - since)

    def turns(self, share: float, since: float = 0.0) -> int:
        """How often the estimate changed its direction, moving by more than ``share`` each time."""
        low = high = self.estimate_bps(since)
        up: bool | None = None
        turns = 0
        for at, value in zip(self.changed_at, self.estimates_bps, strict=True):
            if at < since:
                continue
            low, high = min(low, value), max(high, value)
            if up is not True and value > low * (1 + share):
                turns += up is False
                up, high = True, value
            elif up is not False and value < high * (1 - share):
                turns += up is True
                up, low = False, value
            if up:
                low = high
            elif up is False:
                high = low
        return turns


class Line:
    """One subscriber's line. ``wanted_bps`` is what the picture and the voice could take."""

    def __init__(self, given: Impairment, seed: int, *, wanted_bps: float = 6e6) -> None:
        self.now = 0.0
        self.estimator = Estimator(START_BPS, FLOOR_BPS, CEILING_BPS)
        self.log = SentLog()
        self.record = Record()
        self.down, self.back = LinkTwin(seed), LinkTwin(seed + 1)
        self.wanted_bps = self.offered_bps = wanted_bps
        """What the source really makes: it may not fill what it could."""
        self.clock_s = CLOCK_S
        self.reports = True
        self.bursts = 0
        self._feedback = TransportFeedback()
        self._sent: dict[int, tuple[float, bool]] = {}
        self._voice_at = 0.0
        self._picture_at = 0.0
        self._sends_at = 0.0
        self._due_at = inf
        self._report_at = FEEDBACK_S
        self._burst: Burst | None = None
        self._burst_at = inf
        self._burst_left = self._burst_first = 0
        self.set(given)
        self.want(wanted_bps)

    def set(self, given: Impairment, back: Impairment | None = None) -> None:
        """Let the line be like this from now on; the way back has its delay and its cuts alone."""
        if back is None:
            back = Impairment(delay_s=given.delay_s, cut=given.cut, loss=given.loss)
        self.down.set(given, self.now)
        self.back.set(back, self.now)

    def want(self, bps: float) -> None:
        """Have the source make this much from now on, and say so."""
        self.wanted_bps = self.offered_bps = bps
        self.estimator.set_wanted(bps, self.now)
        self._after()

    def run_until(self, until: float) -> None:
        """Go from event to event."""
        down, back = self.down, self.back
        while True:
            arrival, answer = down.next_deadline(), back.next_deadline()
            at = min(self._sends_at, self._report_at, self._due_at)
            if arrival is not None and arrival < at:
                at = arrival
            if answer is not None and answer < at:
                at = answer
            if at > until:
                break
            self.now = max(self.now, at)
            if arrival == at:
                self._receive()
            if answer == at:
                self._hear()
            self._step(at)
        self.now = until

    def _step(self, now: float) -> None:
        if self._sends_at <= now:
            self._send_what_is_due(now)
        if self._report_at <= now:
            self._report()
        if self._due_at <= now:
            self.estimator.handle_timeout(now)
            self._after()

    def _send_what_is_due(self, now: float) -> None:
        if self._voice_at <= now:
            self._send(VOICE_BYTES, voice=True)
            self._voice_at += VOICE_S
        if self._picture_at <= now:
            self._send_picture()
        if self._burst_at <= now:
            self._send_burst()
        self._sends_at = min(self._voice_at, self._picture_at, self._burst_at)

    def _send_picture(self) -> None:
        """A picture that would get less than a packet a second waits for a better line."""
        rate = min(self.estimator.estimate_bps, self.offered_bps) - VOICE_BPS
        if rate > PICTURE_BYTES * 8:
            self._send(PICTURE_BYTES)
            self._picture_at += PICTURE_BYTES * 8 / rate
        else:
            self._picture_at = self.now + 0.1

    def _send(self, size: int, *, voice: bool = False) -> None:
        number = self.log.next_number
        self.log.add(size, self.now)
        self._sent[number] = (self.now, voice)
        self.down.send(number.to_bytes(4, "big") + _FILL[: size - 4], self.now)

    def _send_burst(self) -> None:
        burst = self._burst
        assert burst is not None
        least = PADDING_BYTES if burst.size_bytes < 3 * PICTURE_BYTES else PICTURE_BYTES
        size = max(60, min(least, self._burst_left))
        self._send(size)
        self._burst_left -= size
        self._burst_at += size * 8 / burst.rate_bps
        if self._burst_left <= 0:
            self._burst, self._burst_at = None, inf
            first, end = self._burst_first, self.log.next_number
            self.estimator.burst_sent(burst, first, end, self.now)
            self._after()

    def _receive(self) -> None:
        now, record = self.now, self.record
        delay_s = self.down.impairment.delay_s
        for packet in self.down.receive(now):
            number = int.from_bytes(packet[:4], "big")
            sent_at, voice = self._sent.pop(number)
            self._feedback.record(number & 0xFFFF, now + self.clock_s)
            record.at.append(now)
            record.size_bytes.append(len(packet))
            record.waited_s.append(now - sent_at - delay_s)
            record.voice.append(voice)

    def _report(self) -> None:
        self._report_at += FEEDBACK_S
        for message in self._feedback.take():
            if self.reports:
                self.back.send(message, self.now)

    def _hear(self) -> None:
        for message in self.back.receive(self.now):
            report = self.log.handle_feedback(message, self.now)
            if report is not None:
                self.estimator.handle_report(report, self.now)
                self._after()

    def _after(self) -> None:
        """Look at what the estimator says."""
        estimate = self.estimator.estimate_bps
        record = self.record
        if not record.estimates_bps or record.estimates_bps[-1] != estimate:
            record.changed_at.append(self.now)
            record.estimates_bps.append(estimate)
        burst = self.estimator.next_burst(self.now)
        self._due_at = self.estimator.next_deadline()
        if burst is not None:
            self.bursts += 1
            self._burst, self._burst_at = burst, self.now
            self._sends_at = self.now
            self._burst_left, self._burst_first = burst.size_bytes, self.log.next_number
