"""One track's listener: what the permit allows now goes into the inbox, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from media.clock import Instant
from media.plan import Codec
from media.rtp.rtcp import SenderReport
from recording.inbox import Inbox, Packet, Report


class Intake:
    """A :class:`media.sinks.Sink`. ``allows`` is asked for every packet."""

    def __init__(
        self,
        part: str,
        inbox: Inbox,
        allows: Callable[[str, float], bool],
        ended: Callable[[str], None],
    ) -> None:
        self._part = part
        self._inbox = inbox
        self._allows = allows
        self._ended = ended
        self._name = ""
        self._codec: Codec | None = None

    def packet(
        self, encoding: int, epoch: int, codec: Codec, packet: bytes, arrived: Instant
    ) -> None:
        """Take a packet, if it may be taken."""
        if not self._allows(self._part, arrived):
            return
        if codec is not self._codec:
            self._codec, self._name = codec, codec.name.lower()
        self._inbox.put(
            Packet(
                self._part, encoding, epoch, self._name, codec.clock_rate, codec.payload_type,
                packet, arrived,
            )
        )  # fmt: skip

    def report(self, encoding: int, report: SenderReport, arrived: Instant) -> None:
        """Take a report: it says when packets were, and nothing of what is in them."""
        self._inbox.note(Report(self._part, encoding, report.ntp, report.timestamp, arrived))

    def ended(self) -> None:
        """Nothing comes any more."""
        self._ended(self._part)
