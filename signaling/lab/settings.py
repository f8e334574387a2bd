"""What the laboratory's page may set and is shown, in the units people say them in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.domain.grants import Role
from signaling.lab.link import Impairment, LinkTwin

MAX_CUT_S = 600


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed record: what is not listed is refused."""


class Line(_Body, frozen=True):
    """One direction. The bounds keep a packet in memory for seconds, and memory for megabytes."""

    loss_percent: Annotated[float, Meta(ge=0, le=100)] = 0.0
    burst: Annotated[float, Meta(ge=1, le=200)] = 1.0
    """Mean number of packets lost in a row."""
    delay_ms: Annotated[int, Meta(ge=0, le=5000)] = 0
    jitter_ms: Annotated[int, Meta(ge=0, le=5000)] = 0
    rate_kbps: Annotated[float, Meta(ge=0, le=100_000)] | None = None
    """None: no limit. 0: nothing passes."""
    queue_kb: Annotated[int, Meta(ge=0, le=4000)] = 60

    @property
    def impairment(self) -> Impairment:
        """The same in the units of a link."""
        return Impairment(
            self.delay_ms / 1000,
            self.jitter_ms / 1000,
            self.loss_percent / 100,
            self.burst,
            None if self.rate_kbps is None else self.rate_kbps * 1000,
            self.queue_kb * 1000,
        )

    @property
    def is_dead(self) -> bool:
        """Whether nothing at all gets through."""
        return self.impairment.loss == 1 or self.rate_kbps == 0


class Lines(_Body, frozen=True):
    """PUT /lab/api/legs/{role}: both directions of a participant's line."""

    up: Line = Line()
    down: Line = Line()


class Cut(_Body, frozen=True):
    """POST /lab/api/legs/{role}/cut: nothing passes for so long; 0 ends a cut."""

    seconds: Annotated[float, Meta(ge=0, le=MAX_CUT_S)]


class Counts(_Body, frozen=True):
    """What one direction has done since the start."""

    sent: int
    passed: int
    passed_bytes: int
    lost: int
    dropped: int
    waiting_bytes: int


class LegView(_Body, frozen=True):
    """One participant's line, without its participant."""

    role: Role
    cut_s: float
    """How much longer it is cut; 0 when it is not."""
    is_dead: bool
    up: Line
    down: Line
    up_counts: Counts
    down_counts: Counts


class LabView(_Body, frozen=True):
    """GET /lab/api/legs."""

    legs: list[LegView]


def counts(link: LinkTwin) -> Counts:
    """Read a link's counters."""
    return Counts(
        link.sent, link.passed, link.passed_bytes, link.lost, link.dropped, link.waiting_bytes
    )
