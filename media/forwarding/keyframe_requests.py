"""When to ask a publisher for a keyframe (RFC 4585 section 6.3.1, RFC 5104 section 4.3.1).

Rule 1: at most one request an interval; one that comes too early waits for the interval's end, and
is dropped only because a keyframe came meanwhile.
Rule 2: while nobody has seen the keyframe asked for, ask again, at twice the interval, at most
:data:`MAX_RETRIES` times: an encrypted payload never shows us one.
Rule 3: on a path that is long each request is said twice, as those for packets are
(:mod:`media.forwarding.nack`). A sender that has just begun a keyframe takes no notice of the
second (libwebrtc: for 0.3 s).
"""

from __future__ import annotations

from typing import Final

from media.clock import Instant

MAX_RETRIES: Final = 5
NEVER: Final = float("inf")
_LONG_AGO: Final = float("-inf")


class KeyframeRequests:
    """The requests of one publication. ``interval_s`` is the least time between two."""

    __slots__ = ("_echoes", "_interval_s", "_retries", "_sent_at", "due", "sent", "waiting")

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._sent_at: Instant = _LONG_AGO
        self._retries = 0
        self._echoes = False
        """Whether the last request is to be said again."""
        self.sent = 0
        """Requests since the start, each time counted but not each saying of it."""
        self.waiting = False
        """Somebody needs a keyframe, and none has come since."""
        self.due: Instant = NEVER
        """When :meth:`take` will next say yes."""

    def request(self, now: Instant) -> None:
        """Somebody needs a keyframe."""
        self.waiting = True
        self._retries = 0
        if not self._echoes:
            self.due = max(now, self._sent_at + self._interval_s)

    def handle_start(self, now: Instant) -> None:
        """Wait for the keyframe a source begins with by itself.

        Who waited before its first packet goes on waiting for it; who asks after has missed it,
        and is not put off.
        """
        if self.waiting:
            self._echoes = False
            self.due = now + self._interval_s

    def expect(self, now: Instant) -> None:
        """A source begins, as it does with a keyframe: ask only if that does not come."""
        self.waiting, self._echoes = True, False
        self._retries = 0
        self.due = now + self._interval_s

    def handle_keyframe(self) -> None:
        """A keyframe has come."""
        self.waiting = self._echoes = False
        self.due = NEVER

    def take(self, now: Instant, echo_s: float = 0.0) -> bool:
        """Say whether to send a request now; yes counts as sent.

        ``echo_s``: when to say it once more; 0 is not at all.
        """
        if now < self.due:
            return False
        if self._echoes:
            self._echoes = False
            self.due = self._sent_at + 2 * self._interval_s
            return True
        self._sent_at = now
        self.sent += 1
        self._retries += 1
        if self._retries > MAX_RETRIES:
            self.waiting = False
            self.due = NEVER
            return True
        self._echoes = echo_s > 0
        self.due = now + (echo_s or 2 * self._interval_s)
        return True
