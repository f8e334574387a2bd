"""A track an endpoint offers: one m-section and its encodings, and who gets which.

Most tracks have one encoding. With simulcast there is one for each rid of the section, the smallest
picture first, as the section names them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from media.clock import Instant
from media.forwarding.encoding import Encoding, Forwarder
from media.forwarding.nack import NEVER
from media.forwarding.transport_feedback import TransportFeedback
from media.ids import EndpointId
from media.outputs import RateWorth
from media.plan import Kind, PublishSection

MEASURE_S: Final = 0.5

Target = tuple[EndpointId, Forwarder]


class Publication:
    """One publishing section. ``epochs`` gives numbers unique in the room."""

    __slots__ = (
        "_epochs",
        "_feedback",
        "_keyframe_interval_s",
        "_measured_at",
        "encodings",
        "held",
        "layered",
        "owner",
        "section",
        "targets",
        "told_rate",
        "told_rate_at",
        "told_watched",
    )

    def __init__(
        self,
        owner: EndpointId,
        section: PublishSection,
        feedback: TransportFeedback,
        keyframe_interval_s: float,
        epochs: Callable[[], int],
    ) -> None:
        self.owner = owner
        self._feedback = feedback
        self._keyframe_interval_s = keyframe_interval_s
        self._epochs = epochs
        self.encodings: tuple[Encoding, ...] = ()
        self.targets: tuple[Target, ...] = ()
        """The ready subscribers."""
        self.layered = False
        """Somebody is to get less than all of it, or of several encodings one."""
        self.told_watched: tuple[str, ...] | None = None
        self.held = False
        """The publisher's own line has no room for it now: its voice waits."""
        self.told_rate: RateWorth | None = None
        self.told_rate_at: Instant = 0.0
        self._measured_at: Instant = 0.0
        self.replace_section(section)

    def replace_section(self, section: PublishSection) -> None:
        """Take a renegotiated section with the same mid; the numbering goes on."""
        self.section = section
        kept = self.encodings[: max(1, len(section.rids))]
        for encoding in kept:
            encoding.replace_section(section)
        self.encodings = kept + tuple(
            self._make(spatial) for spatial in range(len(kept), max(1, len(section.rids)))
        )
        self.set_layered(self.layered)

    def _make(self, spatial: int) -> Encoding:
        return Encoding(
            self.owner,
            self.section,
            spatial,
            self._feedback,
            self._keyframe_interval_s,
            self._epochs,
        )

    def set_layered(self, layered: bool) -> None:  # noqa: FBT001  a state, named by the verb
        """Have layers looked at, if there is anything to tell apart."""
        self.layered = layered or self.has_simulcast
        for encoding in self.encodings:
            encoding.layered = self.layered

    @property
    def has_simulcast(self) -> bool:
        """Whether there are several encodings."""
        return len(self.encodings) > 1

    @property
    def is_video(self) -> bool:
        """Only pictures have keyframes."""
        return self.section.kind is Kind.VIDEO

    @property
    def rtx_types(self) -> dict[int, int]:
        """Payload types of retransmissions, and of what they retransmit."""
        return self.encodings[0].rtx_types

    def set_targets(self, targets: tuple[Target, ...]) -> None:
        """Take the ready subscribers; without layers each gets every packet."""
        self.targets = targets
        if not self.layered:
            for encoding in self.encodings:
                encoding.targets = targets

    def measure(self, now: Instant) -> None:
        """Look at what each encoding is sent with, now and then."""
        elapsed = now - self._measured_at
        if elapsed >= MEASURE_S:
            self._measured_at = now
            for encoding in self.encodings:
                encoding.measure(elapsed)

    def collect_nack(self, now: Instant) -> list[bytes]:
        """Return the requests for what is missing now; what is given up a keyframe is to mend."""
        asked = [each for encoding in self.encodings for each in encoding.collect_nack(now)]
        if self.is_video and not self.held:
            for encoding in self.encodings:
                if encoding.nack.take_given_up() and (encoding.targets or encoding.taps):
                    encoding.keyframes.request(now)
        return asked

    def next_deadline(self) -> Instant:
        """Return when one of the encodings next has something to ask for."""
        due = NEVER
        for encoding in self.encodings:
            due = min(due, encoding.next_deadline())
        return due
