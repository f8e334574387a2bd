"""The line toward one endpoint: what it carries, which rung that is, and what each track may cost.

Rule 1: nothing is known before the endpoint's first feedback, and then nothing is held back.
Rule 2: the estimate is followed at each message; people are told of rungs (:mod:`.ladder`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from media.bandwidth import allocator
from media.bandwidth.allocator import Wish
from media.bandwidth.brake import Brake
from media.bandwidth.estimator import Estimator
from media.bandwidth.ladder import Ladder
from media.bandwidth.probing import Burst
from media.bandwidth.report import Report
from media.clock import Instant
from media.config import MediaConfig
from media.forwarding.subscription import Subscription
from media.rungs import Rung

FLOOR_BPS: Final = 10_000.0
"""Below what text needs there is nothing to divide."""
MEASURE_S: Final = 0.5
IDLE: Final = 3
"""Packets a browser may well leave for its next message."""
MEASURED_S: Final = 2.0
SMOOTHING: Final = 0.5
PACING_FACTOR: Final = 1.15
"""Above what is left for pictures: encoders overshoot, and a queue here shall empty."""
LEAST_PACING_BPS: Final = 8_000.0
TRICKLE_S: Final = 0.5
TRICKLE_BYTES: Final = 40
"""Where no voice is sent, or nothing is said of it, so much padding keeps the feedback coming:
1 kbit/s with its header."""
VOICE_AGAIN_BPS: Final = 18_000.0
"""The least voice there is and a fifth as much again: at the bound of its rung it would come and
go."""
SILENT_S: Final = 1.0
"""Without feedback for so long nothing is known of the line: that is an outage, not a rung."""
PADDING_STEP_S: Final = 0.005
REPAIRS: Final = ((0.04, 3), (0.02, 2))
"""(share a line loses by itself, how often a repair is sent). At 5 % each copy is 5 % more; of
repairs sent once 1 in 20 is lost, of those sent twice 1 in 400, and at 1.5 Mbit/s that is a picture
a minute that stands still."""
NEVER: Final = float("inf")


class Downlink:
    """What the router knows of one endpoint's line, and decides by it."""

    __slots__ = (
        "_burst",
        "_first_at",
        "_first_number",
        "_heard_at",
        "_ladder",
        "_measured_at",
        "_pad_at",
        "_pad_began",
        "_padded",
        "_told",
        "_trickle_at",
        "brake",
        "estimator",
        "pictures_bps",
        "voice_bps",
    )

    def __init__(self, config: MediaConfig) -> None:
        self.estimator = Estimator(config.start_bps, FLOOR_BPS, config.max_subscriber_bps)
        self._ladder = Ladder()
        self.brake = Brake()
        self._first_at: Instant | None = None
        self._heard_at: Instant = -NEVER
        self._measured_at: Instant = -NEVER
        self._told = 0
        self.voice_bps = allocator.VOICE_BPS
        self.pictures_bps = 0.0
        self._burst: Burst | None = None
        self._padded = self._first_number = 0
        self._pad_began: Instant = 0.0
        self._pad_at: Instant = NEVER
        self._trickle_at: Instant = NEVER

    @property
    def heard(self) -> bool:
        """Feedback has come: the estimate means something."""
        return self._first_at is not None

    @property
    def rung(self) -> Rung:
        """Where the line stands."""
        return self._ladder.rung

    def carries_voice(self, now: Instant) -> bool:
        """Say whether voice is to be sent.

        People are told of the rung ``text`` for a while yet when there is room for voice again;
        but they hear it at once.
        """
        if self.brake.is_outage(now):
            return False
        return allocator.has_voice(self.rung) or self.estimator.capacity_bps >= VOICE_AGAIN_BPS

    @property
    def pacing_bps(self) -> float:
        """How fast pictures and what is sent again may go."""
        left = PACING_FACTOR * (self.estimator.estimate_bps - self.voice_bps)
        return max(LEAST_PACING_BPS, left)

    def handle_waiting(
        self, waited_since: Instant | None, waiting_since: Instant | None, now: Instant
    ) -> None:
        """Take, before a report, since when its first packet waited for it, and the next one does.

        See :class:`media.bandwidth.brake.Brake`.
        """
        self.brake.handle_report(waited_since, waiting_since, now)

    def look_at_waiting(self, waiting_since: Instant | None, now: Instant) -> bool:
        """See whether feedback is overdue; says whether there is something to divide anew."""
        if now < self.brake.next_at:
            return False
        before = self.brake.held
        self.brake.handle_timeout(waiting_since, now)
        self.estimator.set_held(now, held=self.brake.is_long(now))
        return before or self.brake.held

    def handle_report(self, report: Report, sent: int, now: Instant) -> bool:
        """Take feedback; says whether the rung changed. ``sent``: numbered packets so far."""
        if self._first_at is None:
            self._first_at = now
        if now - self._heard_at > SILENT_S:
            self._ladder.interrupt()
        self._heard_at, self._told = now, sent
        self.estimator.handle_report(report, now)
        self.estimator.set_held(now, held=self.brake.is_long(now))
        line = self.estimator
        changed = self._ladder.handle_estimate(line.capacity_bps, now, line.shown_bps(now))
        if self._trickle_at == NEVER and not self.carries_voice(now):
            self._trickle_at = now
        return changed

    def measure(self, subscriptions: Iterable[Subscription], now: Instant) -> None:
        """Look how much voice and how much of pictures is being sent."""
        elapsed = now - self._measured_at
        if elapsed < MEASURE_S:
            return
        voice = pictures = 0.0
        for subscription in subscriptions:
            spent = subscription.take_sent() * 8 / elapsed
            if subscription.pacer is not None:
                pictures += spent
            else:
                voice += spent
        if self._measured_at > -NEVER:
            self.voice_bps += SMOOTHING * (voice - self.voice_bps)
            self.pictures_bps += SMOOTHING * (pictures - self.pictures_bps)
        self._measured_at = now

    def is_measured(self, now: Instant) -> bool:
        """Say whether the first probes have had time to show what the line carries."""
        return self._first_at is not None and now - self._first_at >= MEASURED_S

    @property
    def repairs(self) -> int:
        """How often a repair is sent.

        More than once where the line loses by itself; where a full line loses that would be worse.
        """
        own = self.estimator.own_loss
        return next((times for least, times in REPAIRS if own >= least), 1)

    def divide(self, wishes: list[Wish], now: Instant) -> list[int]:
        """Return what each of these pictures may cost, in bits per second."""
        wanted = allocator.wanted_bps(self.voice_bps, self.pictures_bps, wishes)
        self.estimator.set_wanted(wanted, now)
        self._begin_probe(now)
        if self.brake.is_long(now):
            return [0] * len(wishes)
        estimate, again = self.estimator.estimate_bps, self.estimator.own_loss * self.repairs
        return allocator.allocate(estimate, self.voice_bps, self.rung, wishes, again)

    # --- time -------------------------------------------------------------------------------------

    def next_deadline(self) -> Instant:
        """Return when :meth:`handle_timeout` or :meth:`padding_due` next has something to do."""
        if not self.heard:
            return NEVER
        estimate_at = self.estimator.next_deadline()
        return min(self._pad_at, self._trickle_at, self.brake.next_at, estimate_at)

    def handle_timeout(self, sent: int, now: Instant) -> None:
        """Let the estimate follow the time that passes without feedback, and begin probes.

        That nothing is said of nothing is no sign: some browsers have no numbers on voice.
        """
        if not self.heard:
            return
        if sent - self._told < IDLE:
            self.estimator.set_wanted(0.0, now)
        self.estimator.handle_timeout(now)
        self._begin_probe(now)

    def _begin_probe(self, now: Instant) -> None:
        burst = self.estimator.next_burst(now) if self._burst is None else None
        if burst is not None:
            self._burst, self._padded, self._pad_at = burst, 0, now

    def padding_due(self, next_number: int, now: Instant) -> int:
        """Return how many bytes of a probe are to go now; ``next_number`` is the first's."""
        if self.brake.held:
            self.note_padding(0, next_number, now)
        burst = self._burst
        if burst is None or now < self._pad_at:
            return self._trickle(now)
        if self._padded == 0:
            self._pad_began, self._first_number = now, next_number
        self._pad_at = now + PADDING_STEP_S
        due = int(burst.rate_bps * (self._pad_at - self._pad_began) / 8)
        return min(burst.size_bytes, due) - self._padded

    def _trickle(self, now: Instant) -> int:
        if self.carries_voice(now) and not self.brake.is_long(now):
            self._trickle_at = NEVER
            return 0
        if now < self._trickle_at < NEVER:
            return 0
        self._trickle_at = now + TRICKLE_S
        return TRICKLE_BYTES

    def note_padding(self, size: int, end_number: int, now: Instant) -> None:
        """So many bytes of the probe went out, none if there is no way to send any.

        ``end_number`` is the next packet's.
        """
        burst = self._burst
        if burst is None:
            return
        self._padded += size
        if not size or self._padded >= burst.size_bytes:
            self._burst, self._pad_at = None, NEVER
            self.estimator.burst_sent(burst, self._first_number, end_number, now)
