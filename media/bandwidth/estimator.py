"""How much the line toward one subscriber carries: the machines of this package, composed.

::

    report ──┬─▶ arrival groups ─▶ trendline ─▶ AIMD ──┐
             ├─▶ acked rate ───────────────────▶┘      ├─▶ least, within bounds ─▶ estimate
             ├─▶ loss control ─────────────────────────┤
             ├─▶ path delay ─▶ draining ───────────────┘
             └─▶ probe meter ─▶ prober ─▶ bursts, and what they showed

Rule 1: work for each packet is done in :meth:`Estimator.handle_report` and nowhere else.
Rule 2: feedback is a stranger's word. It may say anything: the estimate stays between its floor and
its ceiling, and what came is never more than what was sent.
Rule 3: growth needs proof. Above 1.5 times what came goes only what a burst has shown.
"""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i64

from media.bandwidth.acked_rate import LONG_S, SHORT_S, AckedRate
from media.bandwidth.aimd import ACKED_MOST, ACKED_ROOM_BPS, Aimd
from media.bandwidth.arrival_groups import ArrivalGroups
from media.bandwidth.draining import Draining
from media.bandwidth.loss import Line, LossControl
from media.bandwidth.path_delay import PathDelay
from media.bandwidth.probing import FIRST_FACTOR, ROOM, Burst, Prober
from media.bandwidth.report import Report
from media.bandwidth.trendline import Signal, Trendline
from media.clock import Instant

SILENCE_S: Final = 1.0
"""Nothing came, beyond the round trip: browsers report every 50 to 250 ms, so this is four messages
lost."""
FIRST_SILENCE_S: Final = 4.0
"""Before the first report: a line that loses half of all has its handshake behind it, no more."""
SILENCE_FACTOR: Final = 0.5
"""What is kept of the rate for each such silence: an outage of 5 s leaves a sixteenth."""
PACKETS: Final = 0.75
"""A queue shorter than this many of the largest packets at the rate is none: on a line of 80 kbit/s
one packet of a picture takes 0.11 s, and the voice behind it makes a trend."""
LARGEST_KEPT: Final = 0.9
"""How much of the largest packet is left after a report without one: 1 s after the last picture,
voice is measured by its own packets."""
HISTORY_S: Final = 1.0
"""How long after a decrease a trend may still speak of what was before it."""
LEAST_STEP: Final = 0.5
"""The least that is taken for what came, of the rate, in one decrease."""
PAUSED_STEP: Final = 0.85
"""Likewise, where what came was not held back by the line."""
NO_PICTURE_BPS: Final = 120_000.0
"""Below it no picture is sent (:mod:`.ladder`)."""
VOICE_QUEUE_S: Final = 0.05
LASTING_S: Final = 0.5
LONG_QUEUE_S: Final = 0.15
"""Then a queue is one when it lasts, or is long: a piece of a still, which has no number here,
takes 0.11 s of 80 kbit/s, and all that waits for it is a voice."""
HOLES: Final = 0.01
"""Where less is lost there are no such holes."""
LOSS_S: Final = 0.5
"""Over how long the rate that came is taken to go down to it, a window of the loss control."""
OUTAGE_PART: Final = 0.75
"""Of the rate before an outage: where the line is back, it is most often as it was."""
DRAINED_PART: Final = 0.9
"""Of the rate at which a queue emptied: as much is used again, and what is left of it goes too."""
WANTED_ROOM: Final = 1.5
"""How far above what could be used the estimate grows: enough to tell that it is enough."""
NEVER: Final = float("inf")


@final
class Estimator:
    """The line toward one subscriber, in bits a second of plain packets.

    Mutate, then look: after each ``handle_*`` ask :attr:`estimate_bps` and :meth:`next_burst`.
    """

    __slots__ = (
        "_acked",
        "_aimd",
        "_ceiling_bps",
        "_draining",
        "_floor_bps",
        "_free_at",
        "_groups",
        "_heard",
        "_held",
        "_largest_bytes",
        "_loss",
        "_next_number",
        "_outage_bps",
        "_path",
        "_prober",
        "_silent_at",
        "_started",
        "_trend",
        "_unqueued_at",
        "_wanted_bps",
        "estimate_bps",
    )

    def __init__(self, start_bps: float, floor_bps: float, ceiling_bps: float) -> None:
        self._floor_bps, self._ceiling_bps = floor_bps, ceiling_bps
        self._groups = ArrivalGroups()
        self._trend = Trendline()
        self._acked = AckedRate()
        self._aimd = Aimd(start_bps, floor_bps, ceiling_bps)
        self._loss = LossControl(floor_bps)
        self._path = PathDelay()
        self._prober = Prober()
        self._next_number: i64 = 0
        self._wanted_bps = 0.0
        self._started = False
        self._heard = False
        self._largest_bytes = 0.0
        self._silent_at: Instant = NEVER
        self._outage_bps = 0.0
        self._draining = Draining()
        self._held = False
        self._free_at: Instant = -NEVER
        self._unqueued_at: Instant = -NEVER
        self.estimate_bps: float = self._aimd.rate_bps
        """What may be sent, probes apart. Always within the bounds given at construction."""

    # What is known

    @property
    def loss(self) -> float:
        """The share of packets lost lately, 0 to 1."""
        return self._loss.loss

    @property
    def own_loss(self) -> float:
        """The share that the line loses by itself, at whatever rate; 0 until it is learnt."""
        return self._loss.own

    @property
    def capacity_bps(self) -> float:
        """What the line carries, where :attr:`estimate_bps` may be less while a queue empties."""
        rate = min(self._aimd.rate_bps, self._loss.cap_bps)
        return max(self._floor_bps, min(self._ceiling_bps, rate))

    def shown_bps(self, now: Instant) -> float:
        """Return the bits per second that a burst has shown lately, infinite where none did."""
        return self._prober.shown_bps(now)

    @property
    def queue_s(self) -> float:
        """How long packets wait on the way, beyond the least of the last 15 s."""
        return self._path.queue_s

    @property
    def rtt_s(self) -> float | None:
        """From sending a packet to the feedback on it, smoothed; None until there was one."""
        return self._path.rtt_s

    # What happens

    def set_wanted(self, bps: float, now: Instant) -> None:
        """Say how much could be used. It limits growth and probing.

        0 says that nothing is being sent: then no feedback is no sign either.
        """
        self._wanted_bps = max(0.0, bps)
        if self._wanted_bps == 0.0:
            self._silent_at = NEVER
            return
        if self._silent_at == NEVER:
            self._silent_at = now + self._patience_s()
        if not self._started:
            self._started = True
            first = min(FIRST_FACTOR * self.estimate_bps, ROOM * self._wanted_bps)
            self._prober.want(min(first, self._ceiling_bps))
        self._review(now)

    def handle_report(self, report: Report, now: Instant) -> None:
        """Take what one feedback message said."""
        if report.jumped:
            self._forget_delays()
        over = self._read(report, now)
        self._acked.close(follows=self._follows(report))
        self._path.close(now)
        self._prober.close(now)
        if not report.jumped:
            self._control(now, over=over)
        self._loss.close(self._line(), now)
        self._take_found(now)
        self._settle(now)
        self._review(now)

    def set_held(self, now: Instant, *, held: bool) -> None:
        """Say whether next to nothing is being sent until a queue is empty (:mod:`.brake`).

        What comes meanwhile tells nothing of what was sent too much, but the queue empties just as
        fast as the line carries.
        """
        if held is self._held:
            return
        self._held = held
        self._loss.answered_until = NEVER if held else now
        self._free_at = now

    def handle_timeout(self, now: Instant) -> None:
        """Do what is due: back off in silence, give up a burst."""
        self._prober.handle_timeout(now)
        if now >= self._silent_at:
            if self._outage_bps == 0.0:
                self._outage_bps = self._aimd.rate_bps  # losses may have lowered the rest already
            self._silent_at = now + SILENCE_S
            self._aimd.set_rate(SILENCE_FACTOR * self.estimate_bps, now)
            self._prober.hold_off(now)
            self._settle(now)
        self._review(now)

    def next_deadline(self) -> Instant:
        """Return when :meth:`handle_timeout` is next due, infinite if never."""
        return min(self._silent_at, self._prober.next_at())

    # Bursts

    def next_burst(self, now: Instant) -> Burst | None:
        """Return padding to send now, or None. Each is returned once; none is owed."""
        return self._prober.take(self.estimate_bps, self._path.spread_s, now)

    def burst_sent(self, burst: Burst, first_number: int, end_number: int, now: Instant) -> None:
        """All of ``burst`` has left, under these transport-wide numbers, the end not included.

        Media that went out between may be among them.
        """
        if first_number < end_number:
            self._prober.sent(burst, end_number, self.estimate_bps, self.rtt_s or 0.0, now)

    # Reading

    def _read(self, report: Report, now: Instant) -> bool:
        """Hand each packet to whom it concerns; says whether the line was overused within."""
        numbers, sizes = report.numbers, report.sizes
        sent_ats, arrived_ats = report.sent_at, report.arrived_at
        watching, jumped = self._prober.watching, report.jumped
        came = over = False
        largest = LARGEST_KEPT * self._largest_bytes
        for index in range(len(numbers)):
            sent_at, size, arrived_at = sent_ats[index], sizes[index], arrived_ats[index]
            if watching:
                self._prober.add(numbers[index], sent_at, size, arrived_at)
            if arrived_at != arrived_at:  # noqa: PLR0124  not a number: it was lost
                self._loss.add_lost(sent_at)
                continue
            self._loss.add_come(sent_at)
            came = True
            largest = max(largest, float(size))
            if jumped:
                continue
            self._acked.add(sent_at, arrived_at, size)
            self._path.add(sent_at, arrived_at, report.at)
            if self._prober.shadow_from <= sent_at <= self._prober.shadow_until:
                continue
            if self._groups.add(sent_at, arrived_at):
                trend = self._trend
                trend.handle_group(self._groups.sent_delta_s, self._groups.arrival_delta_s)
                over = over or trend.signal is Signal.OVER
        if came:
            self._largest_bytes = largest
            self._wake(now)
        return over

    def _follows(self, report: Report) -> bool:
        """Say whether feedback on all that was sent before these packets has come."""
        numbers = report.numbers
        if len(numbers) == 0:
            return True
        before, self._next_number = self._next_number, numbers[len(numbers) - 1] + 1
        return numbers[0] <= before

    def _forget_delays(self) -> None:
        self._groups.reset()
        self._trend.reset()
        self._acked.reset()
        self._path.reset()
        self._draining.reset()

    # Deciding

    def _line(self) -> Line:
        came_bps = self._whole() * self._acked.rate_bps(LOSS_S)
        queued = self._draining.active or self._trend.signal is Signal.OVER
        return Line(self._aimd.rate_bps, came_bps, self.rtt_s or 0.0, queued)

    def _whole(self) -> float:
        """Return by how much more was on the line than came, because of its own loss.

        Without it, each overuse of a line that loses 15 % would cost 28 %.
        """
        return 1.0 / (1.0 - self._loss.own)

    def _control(self, now: Instant, *, over: bool) -> None:
        whole = self._whole()
        most = ACKED_MOST * whole * self._acked.rate_bps(LONG_S) + ACKED_ROOM_BPS
        most = min(most, WANTED_ROOM * self._wanted_bps)
        packet_s = self._largest_bytes * 8 / self._aimd.rate_bps
        if self.queue_s < VOICE_QUEUE_S:
            self._unqueued_at = now
        begins = self._draining.handle_queue(self.queue_s, packet_s, now)
        if self._draining.stuck:
            self._path.rebase()
        if self._held:
            self._take_drained(whole * self._acked.rate_bps(SHORT_S), now)
            return
        # A queue that stands has filled the line, whether or not it was seen to grow.
        signal = Signal.OVER if over or begins else self._trend.signal
        if signal is Signal.OVER:
            signal = self._doubt(now, begins=begins)
        short_bps = whole * self._acked.rate_bps(SHORT_S)
        if short_bps > 0.0 and not self._draining.active:
            short_bps = max(short_bps, self._least_came_bps())
        self._aimd.handle_signal(signal, short_bps, most, self.rtt_s, now)

    def _least_came_bps(self) -> float:
        """Return what is taken for what came at least, where no queue shows that it was all.

        A burst of losses leaves a hole: there the rate goes down in two steps, a report between.
        And what came no slower than it was sent tells of the sender alone: an encoder pauses.
        """
        if self.loss > HOLES:
            return LEAST_STEP * self._aimd.rate_bps
        if self._aimd.rate_bps < NO_PICTURE_BPS or self._acked.held_back(SHORT_S):
            return 0.0
        return PAUSED_STEP * self._aimd.rate_bps

    def _take_drained(self, came_bps: float, now: Instant) -> None:
        """Take the rate at which a queue empties for what the line carries."""
        if self._draining.active and self._acked.held_back(SHORT_S):
            self._aimd.set_rate(DRAINED_PART * came_bps, now)

    def _doubt(self, now: Instant, *, begins: bool) -> Signal:
        """Return what a trend that says overuse is worth; ``begins``: a queue was seen just now."""
        if self.queue_s < PACKETS * self._largest_bytes * 8 / self._aimd.rate_bps:
            return Signal.NORMAL
        voice = self._aimd.rate_bps < NO_PICTURE_BPS
        if voice and self.queue_s < LONG_QUEUE_S and now - self._unqueued_at < LASTING_S:
            return Signal.NORMAL
        if now - self._free_at < HISTORY_S:
            return Signal.UNDER  # nor does it know yet that a queue was waited out
        if voice and self._draining.active and not begins and not self._acked.held_back(SHORT_S):
            return Signal.UNDER  # less is sent than the line carries, and all of it came
        at = self._aimd.decreased_at
        if self._path.falls and at is not None and now - at < HISTORY_S:
            return Signal.UNDER  # the trend looks back; the queue is on its way out
        return Signal.OVER

    def _take_found(self, now: Instant) -> None:
        found = min(self._prober.take_found(), self._ceiling_bps)
        if found > self.estimate_bps:
            self._aimd.set_rate(max(found, self._aimd.rate_bps), now)
            self._aimd.capacity.forget()
            self._loss.lift(found)

    def _settle(self, now: Instant) -> None:
        rate = min(self._draining.share * self._aimd.rate_bps, self._loss.cap_bps)
        if now <= self._prober.shadow_until < NEVER:
            rate -= self._prober.debt_bps
        self.estimate_bps = max(self._floor_bps, min(self._ceiling_bps, rate))

    def _review(self, now: Instant) -> None:
        """See whether to ask the line for more."""
        if self._draining.active or self._trend.signal is Signal.OVER:
            self._prober.hold_off(now)
            return
        wanted = min(self._wanted_bps, self._ceiling_bps)
        if self._heard and self._outage_bps == 0.0:
            self._prober.review(self.estimate_bps, wanted, now)

    # Silence

    def _patience_s(self) -> float:
        if not self._heard:
            return FIRST_SILENCE_S
        return SILENCE_S + (self.rtt_s or 0.0)

    def _wake(self, now: Instant) -> None:
        """Something came: whatever silence there was is over.

        Reports on nothing but losses do not come here: who gets nothing is as far away as who says
        nothing.
        """
        self._heard = True
        if self._wanted_bps > 0.0:
            self._silent_at = now + self._patience_s()
        if self._outage_bps > 0.0:
            outage_bps, self._outage_bps = self._outage_bps, 0.0
            # If it is less now, that is seen at once; if not, voice need not wait for a probe.
            self._aimd.set_rate(max(self._aimd.rate_bps, OUTAGE_PART * outage_bps), now)
            self._groups.reset()
            self._trend.reset()
            self._acked.reset()
            self._loss.reset()
            self._prober.want(min(outage_bps, ROOM * self._wanted_bps))
