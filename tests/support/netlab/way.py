"""One direction of the laboratory's line: a link twin that can be cut for a while. Pure."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from media.clock import Instant
from signaling.lab.link import Impairment, LinkTwin, make

LONGEST_CUT_S = 600.0


class Way:
    """What is set during a cut holds from its end on."""

    def __init__(self, seed: int) -> None:
        self.twin = LinkTwin(seed)
        self._wanted = Impairment()
        self._cut_until: Instant = -math.inf

    def set(self, profile: Mapping[str, Any], now: Instant) -> None:
        """Let the line be like this from now on; raises ValueError for what no line can be."""
        self._wanted = make(profile)
        self._apply(now)

    def cut(self, seconds: float, now: Instant) -> None:
        """Nothing passes for so long; 0 ends a cut."""
        if not 0 <= seconds <= LONGEST_CUT_S:
            raise ValueError(f"seconds: must be between 0 and {LONGEST_CUT_S:.0f}")
        self._cut_until = now + seconds
        self._apply(now)

    def handle_timeout(self, now: Instant) -> None:
        """End a cut that has lasted long enough."""
        if self.twin.impairment.cut and not self._wanted.cut and now >= self._cut_until:
            self._apply(now)

    def next_deadline(self) -> Instant | None:
        """When to ask again."""
        if self._cut_until > -math.inf and self.twin.impairment.cut and not self._wanted.cut:
            return self._cut_until
        return self.twin.next_deadline()

    def counters(self) -> dict[str, int]:
        """Packets so far, and bytes that wait now."""
        twin = self.twin
        return {
            "sent": twin.sent, "lost": twin.lost, "dropped": twin.dropped, "passed": twin.passed,
            "passed_bytes": twin.passed_bytes, "waiting_bytes": twin.waiting_bytes,
        }  # fmt: skip

    def _apply(self, now: Instant) -> None:
        is_cut = self._wanted.cut or now < self._cut_until
        self.twin.set(dataclasses.replace(self._wanted, cut=is_cut), now)
