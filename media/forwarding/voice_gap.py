"""When an endpoint's voice stops coming and when it is back. Pure: looked at by a timer.

A microphone that is on sends a packet every 20 to 60 ms, in silence too (DTX is never answered), so
that nothing at all for longer is the line's doing or the device's, never the person's. Whether it
is on is known above. Nothing here is on the packet path: it reads what is counted anyway.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from media.clock import Instant
from media.forwarding.encoding import Encoding
from media.forwarding.source import Source

GAP_S: Final = 0.25
"""No packet for so long is a gap. Four frames of the longest kind (60 ms); a listener's buffer
hides less than that, and people are to be told within 0.6 s."""
SETTLE_S: Final = 0.3
"""So long after the first packet what was only late may still come, or come again."""


class VoiceChange(NamedTuple):
    """A gap began (``open``), or the voice is back."""

    open: bool
    lasted_s: float
    """Of a gap, from its last packet before to its first after, or until now; 0 for a voice that is
    heard for the first time."""
    ago_s: float
    """How long ago it ended."""
    lost_s: float
    """How much voice of it has not come: less than the gap where packets were late and not lost."""


class GapWatch:
    """One endpoint's voice. Look at it every 0.1 s or so."""

    __slots__ = ("_back_at", "_began", "_epoch", "_heard", "_highest", "_looked", "_received")

    def __init__(self) -> None:
        self._heard = False
        self._began: Instant = -1.0
        """The last packet before the gap; below 0 while there is none."""
        self._back_at: Instant = -1.0
        self._looked: Instant = 0.0
        self._epoch = self._highest = self._received = 0

    def look(self, encoding: Encoding, now: Instant) -> VoiceChange | None:
        """Return what has changed since the last look, if anything has."""
        source = encoding.source
        if source is None or encoding.stats is None:
            return None
        change = self._compare(encoding, source, now)
        self._looked = now
        return change

    def _compare(self, encoding: Encoding, source: Source, now: Instant) -> VoiceChange | None:
        silent_s = now - source.heard_at
        if not self._heard:
            self._heard = True
            return VoiceChange(open=False, lasted_s=0.0, ago_s=silent_s, lost_s=0.0)
        if self._began < 0.0:
            return self._begin(encoding, source, now) if silent_s > GAP_S else None
        if silent_s > GAP_S:
            self._back_at = -1.0  # a lone packet ends no gap
        elif self._back_at < 0.0:
            # The first packet came since the last look; when, no one has noted.
            self._back_at = max(self._looked, self._began)
        elif now - self._back_at >= SETTLE_S:
            return self._end(encoding, source, now)
        return None

    def _begin(self, encoding: Encoding, source: Source, now: Instant) -> VoiceChange | None:
        stats = encoding.stats
        if source.ended or stats is None:
            return None
        self._began = source.heard_at
        self._back_at = -1.0
        self._epoch = source.epoch
        self._highest = stats.highest
        self._received = stats.received
        return VoiceChange(open=True, lasted_s=now - self._began, ago_s=0.0, lost_s=0.0)

    def _end(self, encoding: Encoding, source: Source, now: Instant) -> VoiceChange:
        lasted_s = self._back_at - self._began
        lost_s = lasted_s
        stats = encoding.stats
        if stats is not None and source.epoch == self._epoch:
            expected = stats.highest - self._highest
            missing = expected - (stats.received - self._received)
            # Of all that was sent since, so much is missing: packets are as long as each other.
            share = max(0, missing) / expected if expected > 0 else 0.0
            lost_s = min(lasted_s, (now - self._began) * share)
        self._began = -1.0
        ago_s = now - self._back_at
        return VoiceChange(open=False, lasted_s=lasted_s, ago_s=ago_s, lost_s=lost_s)
