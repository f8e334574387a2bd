"""One clock for all tracks of a session: the gateway's own, in seconds. Pure.

Rule 1: the sources of one person share that person's clock: their sender reports say what their
timestamps are in it (RFC 3550 section 6.4.1), so that a mouth and its voice stay together whatever
each took on its way.
Rule 2: persons are brought together by when their reports come. The least of arrival minus sending
within a minute is the way without its queues; it follows clocks that drift apart and paths that
change, slowly enough not to be heard.
Rule 3: a source without a report goes by when its packets come, the least of it likewise.
Rule 4: what changes is made up for little by little. Only a stretch that really is missing, or
timestamps that begin anew, make a jump, and never one back.
Rule 5: a report is somebody's word. What it says may differ from when packets come by
:data:`EARLIEST_S` and :data:`LATEST_S`; nothing is placed after it came, and a clock that is set is
seen, for the timestamps did not jump with it.
"""

from __future__ import annotations

from typing import Final

from recording.sources import JUMP_S, Person, Source

EARLIEST_S: Final = 2.0
"""How much sooner a source may have been than its packets came: what a queue may hold."""
LATEST_S: Final = 0.25
"""How much later: nothing comes before it was, but the least of few reports may be off."""
SLEW: Final = 0.1
"""Seconds a second by which a source is moved to where it belongs."""
FAST_SLEW: Final = 0.5
FAR_S: Final = 0.25
"""Beyond this nobody waits for it: forward at once, back at :data:`FAST_SLEW`."""


class Timeline:
    """Where every track's time lies on the gateway's clock.

    A source is one RTP timestamp clock of one person: an SSRC, named by whatever the caller likes.
    Timestamps may be the wire's 32 bits, or unwrapped as in ``Frame``: only their low 32 bits are
    looked at. Gaps are placed like frames: ``place(source, gap.start)``. A source that was not
    added is a :class:`KeyError`.
    """

    def __init__(self) -> None:
        self._sources: dict[str, Source] = {}
        self._persons: dict[str, Person] = {}
        self._now = float("-inf")

    def add(self, source: str, person: str, rate: int, *, is_voice: bool = False) -> None:
        """Take in a source whose timestamps count ``rate`` a second; persons have one NTP clock."""
        clock = self._persons.setdefault(person, Person())
        self._sources[source] = Source(clock, rate, is_voice=is_voice)

    def remove(self, source: str) -> None:
        """Forget a source that has ended. Its person stays, for the next."""
        del self._sources[source]

    def packet(self, source: str, timestamp: int, arrived: float) -> None:
        """A packet came, in any order. To be told before its frame is placed."""
        self._now = max(self._now, arrived)
        self._sources[source].packet(timestamp, arrived)

    def report(self, source: str, ntp: int, timestamp: int, arrived: float) -> None:
        """A sender report came: 64 bits of NTP time and what the source's clock read then.

        The last one that came before the recording may be told too, with when it came.
        """
        self._now = max(self._now, arrived)
        self._sources[source].report(ntp, timestamp, arrived)

    def place(self, source: str, timestamp: int) -> float:
        """Return when a timestamp was, in seconds of the gateway's clock.

        In the order of the track. Never earlier than what was returned before for this source.
        Raises :class:`LookupError` for a source that has had no packet and no report.
        """
        track = self._sources[source]
        stretch, extended = track.locate(timestamp)
        seconds = extended / track.rate
        if stretch is track.stretch:
            self._steer(track, extended)
        shift = stretch.shift
        at = track.placed_at if shift is None else min(seconds + shift, self._now)
        track.placed_at = max(track.placed_at, at)
        return track.placed_at

    def _steer(self, track: Source, extended: int) -> None:
        """Move a source toward where it belongs, by as much as its time has gone on."""
        stretch = track.stretch
        target = self._target(track)
        moved = 0.0 if stretch.placed is None else (extended - stretch.placed) / track.rate
        stretch.placed = extended
        if stretch.shift is None or target - stretch.shift > FAR_S:
            stretch.shift = target
            return
        error = target - stretch.shift
        most = max(0.0, min(moved, JUMP_S)) * (FAST_SLEW if error < -FAR_S else SLEW)
        stretch.shift += max(-most, min(most, error))

    def _target(self, track: Source) -> float:
        """Return what to add to a source's own seconds."""
        came = track.stretch.floor.least
        offset = track.offset
        if offset is None:
            assert came is not None
            return came
        said = offset + track.person.settle(self._now)
        return said if came is None else max(came - EARLIEST_S, min(came + LATEST_S, said))
