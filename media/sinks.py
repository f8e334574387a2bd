"""What may listen to a track inside of the media plane, beside those it is sent to.

Rule 1: a sink gets what the call carries: nothing is sent for its sake but keyframes.
Rule 2: it is called on the loop, between two packets: it takes, and never waits.
Rule 3: once it is detached it is not called again.
"""

from __future__ import annotations

from typing import Protocol

from media.channel import Recording
from media.clock import Instant
from media.ids import EndpointId, RoomKey
from media.plan import Codec, Kind
from media.rtp.rtcp import SenderReport


class Sink(Protocol):
    """One listener of one track, in all its encodings. ``encoding``: 0 is the smallest picture."""

    def packet(
        self, encoding: int, epoch: int, codec: Codec, packet: bytes, arrived: Instant
    ) -> None:
        """Take an RTP packet without extensions, once; a repaired one comes late.

        Another ``epoch`` is another source, or one that numbers anew.
        """

    def report(self, encoding: int, report: SenderReport, arrived: Instant) -> None:
        """Take a sender report of what is the encoding's source; it may have come before."""

    def ended(self) -> None:
        """The endpoint is gone; nothing comes any more."""


class Recorder(Recording, Protocol):
    """What records beside an engine, and ends with it."""

    def numbers(self) -> dict[str, int]:
        """Counters since the start."""

    async def close(self) -> None:
        """End all that runs, with what was captured written down."""


class Taps(Protocol):
    """Where sinks are attached: an engine, as a recorder sees it."""

    def now(self) -> Instant:
        """The clock of everything that is told."""

    def attach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        """Listen, from the next packet on; a keyframe is asked for.

        Raises :class:`media.errors.RecordingError`: there is no such endpoint in this room.
        """

    def detach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        """Listen no more, from this moment; one that is not attached is ignored."""

    def ask_keyframe(self, room: RoomKey, endpoint: EndpointId) -> None:
        """Have the endpoint's picture begin anew, soon; asking often is asking once."""
