"""What is known of the clock of one source, and of the person it is of. Pure.

Seconds of a source are its timestamps, unwrapped, by its rate; those of a person are NTP time since
their first report, less every step by which their clock was set since.
"""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Final

from media.rtp.sequence import extend_in

TURN: Final = 1 << 32
_NTP_TURN: Final = 1 << 64
JUMP_S: Final = 10.0
"""A packet may be late by this much. Timestamps that are farther off have begun anew."""
CERTAIN: Final = 3
"""Packets that must agree on it: one alone is nobody's clock."""
BUCKET_S: Final = 5.0
BUCKETS: Final = 12
"""A minute: clocks that drift apart by 100 ppm drift 6 ms in it, and audio has twelve reports."""
REPORTS: Final = 5
"""Of which the middle one counts: a sender reads its clocks one after the other, in between which
it may be held up."""
VOICE_REPORTS: Final = 12
"""Of a voice the earliest of a minute count: browsers send what a sound card gives them in bursts,
and tell of it as of when it was sent, which is up to 20 ms late and never early."""
SPARE: Final = 8
"""But for one in so many: a sender may have been held up all the same."""
STEP_S: Final = 0.1
"""Reports that are farther from the others than this are not just held up."""
AGREE_S: Final = 0.05
SURE_S: Final = 3.0
"""For so long reports must agree on timestamps that stood still: in a queue they look alike."""
STRANGE_S: Final = 5.0
"""A person's first report for a source that is this far from those for others is of another
clock."""
RISE: Final = 150e-6
"""Seconds a second by which a person is moved to later: clocks drift apart by 100 ppm, and what
rises faster is a longer way, of which the shorter one before told more."""
FALL: Final = 0.02
FAST_FALL: Final = 0.1
NEAR_S: Final = 0.04
"""Farther off, as after a first report out of a queue, the fast one holds: one part in ten is
seen and heard little."""


class Floor:
    """The least value within the last minute, or other buckets of time."""

    __slots__ = ("_bucket_s", "_buckets", "_most", "least")

    def __init__(self, bucket_s: float = BUCKET_S, buckets: int = BUCKETS) -> None:
        self._bucket_s, self._most = bucket_s, buckets
        self._buckets: deque[tuple[int, float]] = deque()
        self.least: float | None = None

    def add(self, value: float, now: float) -> None:
        """Take one in."""
        bucket = int(now // self._bucket_s)
        if self._buckets and self._buckets[-1][0] >= bucket:
            last, least = self._buckets[-1]
            self._buckets[-1] = last, min(least, value)
        else:
            self._buckets.append((bucket, value))
            while self._buckets[0][0] <= bucket - self._most:
                self._buckets.popleft()
        self.least = min(least for _, least in self._buckets)


class Person:
    """Somebody's NTP clock, and what to add to it for the gateway's."""

    __slots__ = ("_at", "_first", "_offset", "floor")

    def __init__(self) -> None:
        self._first: int | None = None
        self.floor = Floor()
        self._offset: float | None = None
        self._at = 0.0

    def seconds(self, ntp: int) -> float:
        """Return NTP time since the first report, which may be before it."""
        if self._first is None:
            self._first = ntp
        return (extend_in(ntp % _NTP_TURN, self._first, _NTP_TURN) - self._first) / TURN

    def settle(self, now: float) -> float:
        """Return what to add, moved to where it belongs by as much as time has gone on."""
        least = self.floor.least
        assert least is not None
        if self._offset is None:
            self._offset = least
        else:
            error = least - self._offset
            fall = FALL if error >= -NEAR_S else FAST_FALL
            self._offset += max(-fall * (now - self._at), min(RISE * (now - self._at), error))
        self._at = now
        return self._offset


class Stretch:
    """Timestamps that count on, from where they began anew."""

    __slots__ = ("candidate", "floor", "newest", "offsets", "placed", "recent", "shift", "told")

    def __init__(self, first: int) -> None:
        self.newest = first
        self.floor = Floor()
        """Of arrival minus the source's seconds."""
        self.recent = Floor(1.0, 2)
        self.offsets: deque[float] = deque(maxlen=REPORTS)
        """Of the person's seconds minus the source's."""
        self.told: deque[float] = deque(maxlen=VOICE_REPORTS)
        """The same, of more of them."""
        self.candidate: tuple[float, float] | None = None
        """An offset that is not believed yet, and when it was first said."""
        self.shift: float | None = None
        """What is added for the gateway's clock."""
        self.placed: int | None = None

    def extend(self, timestamp: int) -> int:
        """Return a timestamp unwrapped."""
        return extend_in(timestamp % TURN, self.newest, TURN)


class Source:
    """One RTP clock."""

    __slots__ = (
        "_before", "_is_voice", "_step", "_stray", "_strays", "_stretch", "person", "placed_at",
        "rate",
    )  # fmt: skip

    def __init__(self, person: Person, rate: int, *, is_voice: bool = False) -> None:
        self.person = person
        self.rate = rate
        self._is_voice = is_voice
        self.placed_at = float("-inf")
        self._stretch: Stretch | None = None
        self._before: Stretch | None = None
        self._step = 0.0
        self._stray = 0.0
        self._strays = 0

    @property
    def stretch(self) -> Stretch:
        """The newest. Raises :class:`LookupError` before there is one."""
        if self._stretch is None:
            raise LookupError("nothing has come of this source")
        return self._stretch

    @property
    def offset(self) -> float | None:
        """The person's seconds minus the source's, where a report has said it."""
        offsets, told = self.stretch.offsets, self.stretch.told
        if self._is_voice and told:
            return sorted(told)[len(told) // SPARE]
        return median(offsets) if offsets else None

    def locate(self, timestamp: int) -> tuple[Stretch, int]:
        """Return the stretch of a timestamp, and it unwrapped.

        The stretch before is known until something is placed in the one that followed.
        """
        now, before = self.stretch, self._before
        extended = now.extend(timestamp)
        if before is not None:
            earlier = before.extend(timestamp)
            if abs(earlier - before.newest) < abs(extended - now.newest):
                return before, earlier
            self._before = None
        return now, extended

    def packet(self, timestamp: int, arrived: float) -> None:
        """Take in a packet's time."""
        stretch = self._begun(timestamp)
        extended = stretch.extend(timestamp)
        value = arrived - extended / self.rate
        if not self._fits(stretch, value):
            if self._strays and abs(value - self._stray) <= JUMP_S:
                self._strays += 1
            else:
                self._strays = 1
            self._stray = value
            if self._strays < CERTAIN:
                return
            stretch = self._begin_anew(stretch, extended)
        self._strays = 0
        stretch.newest = max(stretch.newest, extended)
        stretch.floor.add(value, arrived)
        stretch.recent.add(value, arrived)

    def report(self, ntp: int, timestamp: int, arrived: float) -> None:
        """Take in a sender report. One that is of other timestamps than the packets is nothing."""
        stretch = self._begun(timestamp)
        seconds = stretch.extend(timestamp) / self.rate
        if not self._fits(stretch, arrived - seconds):
            return
        said = self.person.seconds(ntp) - self._step
        step = self._step_of(stretch, said - seconds, arrived - said, arrived)
        if step is None:
            return
        self._step += step
        said -= step
        stretch.offsets.append(said - seconds)
        stretch.told.append(said - seconds)
        self.person.floor.add(arrived - said, arrived)

    def _begun(self, timestamp: int) -> Stretch:
        if self._stretch is None:
            self._stretch = Stretch(TURN + timestamp % TURN)
        return self._stretch

    def _begin_anew(self, old: Stretch, first: int) -> Stretch:
        if old.shift is None:
            old.shift = old.floor.least
        self._before = old
        self._stretch = Stretch(first)
        return self._stretch

    def _fits(self, stretch: Stretch, value: float) -> bool:
        least = stretch.floor.least
        return least is None or abs(value - least) <= JUMP_S

    def _step_of(self, stretch: Stretch, offset: float, lag: float, now: float) -> float | None:
        """Return by how much the person's clock was set since the report before, mostly 0.

        A clock that is set moves against the timestamps and against when the report comes, by the
        same. Timestamps that stood still (another microphone) move against the first alone, and
        packets seem to be late by it: that counts at once. What only a report says counts when one
        still says it later. None for a report that is not to be used.
        """
        least = self.person.floor.least
        if not stretch.offsets:
            strange = least is not None and abs(lag - least) > STRANGE_S
            return least - lag if least is not None and strange else 0.0
        moved = offset - median(stretch.offsets)
        if abs(moved) > STEP_S:
            assert least is not None
            if (least - lag) / moved > 1 / 2:
                return moved
            in_time = -AGREE_S < lag - least < moved / 2
            if not (in_time and _stood_still(stretch, moved)):
                known = stretch.candidate
                if known is None or abs(offset - known[0]) > AGREE_S:
                    stretch.candidate = offset, now
                    return None
                if now - known[1] < SURE_S:
                    return None
            stretch.offsets.clear()
            stretch.told.clear()
            stretch.floor = Floor()
        stretch.candidate = None
        return 0.0


def _stood_still(stretch: Stretch, by: float) -> bool:
    """Whether packets that came lately were later than before by about so much."""
    least, lately = stretch.floor.least, stretch.recent.least
    return least is not None and lately is not None and abs(lately - least - by) < by / 2
