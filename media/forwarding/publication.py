"""A track an endpoint offers: one m-section's packets, counted, checked and made ready to forward.

A publication holds one encoding, the first SSRC heard in its section. Another takes its place when
it has said BYE or been silent, as when a sender is restarted; several at once (simulcast) are not
forwarded yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.forwarding.header_extensions import ExtensionReader
from media.forwarding.keyframe_requests import KeyframeRequests
from media.forwarding.nack import NEVER, NackTracker
from media.forwarding.reports import RECEIVER_SSRC, ReceptionStats
from media.forwarding.transport_feedback import MAX_PENDING, TransportFeedback
from media.ids import EndpointId
from media.plan import Kind, PublishSection
from media.rtp import rtcp
from media.rtp.keyframes import DETECTORS, descriptor_has_structure
from media.rtp.packet import Header
from media.rtp.sequence import CYCLE

Media: TypeAlias = tuple[int, int, int, int, int, bytes, bytes | None, bytes | None]
"""A packet ready to forward: payload type; padding bit and marker as ``padding << 8 | marker``;
extended number; timestamp; epoch; payload with its padding; audio level; dependency descriptor."""

WINDOW: Final = 512
"""How late a packet may be, in packets; beyond it a copy could not be told from a new one."""
_MASK: Final = WINDOW - 1
MAX_DROPOUT: Final = 3000
"""A jump further than this is a restart, not a loss (RFC 3550 appendix A.1)."""
SILENCE_S: Final = 0.5
"""After this the section's next SSRC takes over. Opus DTX still sends every 0.4 s."""


class Forwarder(Protocol):
    """A subscription as the publication's packet path sees it."""

    def forward(self, media: Media, now: Instant) -> bytes | DropReason:
        """Return the packet for the subscriber, or why it gets none."""

    def interrupt(self) -> None:
        """Nothing will be sent for a while."""

    def translate_report(self, now: Instant) -> bytes | None:
        """Return the publication's last sender report for the subscriber, if it can be told."""


class Encoding:
    """One SSRC of a publication: its numbering, and what came of it."""

    __slots__ = ("_resync", "clock_rate", "ended", "epoch", "heard_at", "highest", "ring", "ssrc")

    def __init__(self, ssrc: int, epoch: int, sequence: int, now: Instant) -> None:
        self.ssrc = ssrc
        self.epoch = epoch
        self.ended = False
        self.heard_at = now
        self.highest = CYCLE + sequence - 1
        self.ring = [-1] * WINDOW
        self._resync = -1

    def admit(self, sequence: int) -> int | DropReason:
        """Return the extended number of a packet not seen before, or why it is not wanted."""
        ahead = sequence - self.highest & 0xFFFF
        if 0 < ahead <= MAX_DROPOUT:
            extended = self.highest = self.highest + ahead
        elif ahead == 0 or ahead > CYCLE - WINDOW:
            extended = self.highest if ahead == 0 else self.highest + ahead - CYCLE
            if self.ring[extended & _MASK] == extended:
                return DropReason.DUPLICATE
        else:
            return DropReason.JUMP
        self.ring[extended & _MASK] = extended
        return extended

    def confirms_restart(self, sequence: int) -> bool:
        """Say whether two packets in a row have shown the same far numbering (appendix A.1)."""
        confirmed = sequence == self._resync
        self._resync = sequence + 1 & 0xFFFF
        return confirmed

    def restart(self, epoch: int, sequence: int) -> None:
        """Begin a new numbering at ``sequence``."""
        self.epoch = epoch
        self.highest = CYCLE + (sequence & 0xFFFF) - 1
        self.ring = [-1] * WINDOW


class Publication:
    """One publishing section. ``epochs`` gives numbers unique in the room."""

    __slots__ = (
        "_clocks",
        "_detectors",
        "_epochs",
        "_feedback",
        "_reader",
        "encoding",
        "keyframes",
        "last_report",
        "nack",
        "owner",
        "rtx_types",
        "section",
        "stats",
        "targets",
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
        self._epochs = epochs
        self._feedback = feedback
        self.encoding: Encoding | None = None
        self.stats: ReceptionStats | None = None
        self.last_report: rtcp.SenderReport | None = None
        self.keyframes = KeyframeRequests(keyframe_interval_s)
        self.nack = NackTracker()
        self.targets: tuple[tuple[EndpointId, Forwarder], ...] = ()
        """Who gets each packet now: the ready subscribers."""
        self.replace_section(section)

    def replace_section(self, section: PublishSection) -> None:
        """Take a renegotiated section with the same mid; the numbering goes on."""
        self.section = section
        self._clocks = {codec.payload_type: codec.clock_rate for codec in section.codecs}
        self.rtx_types = {
            codec.rtx_payload_type: codec.payload_type
            for codec in section.codecs
            if codec.rtx_payload_type is not None
        }
        self._detectors = {
            codec.payload_type: DETECTORS[codec.name.lower()]
            for codec in section.codecs
            if codec.name.lower() in DETECTORS
        }
        self._reader = ExtensionReader(section.extensions, transport_cc=section.transport_cc)

    @property
    def is_video(self) -> bool:
        """Only pictures have keyframes and are retransmitted."""
        return self.section.kind is Kind.VIDEO

    def adopt(self, ssrc: int, sequence: int, now: Instant) -> bool:
        """Make ``ssrc`` the encoding, unless another is alive. Says whether it is now."""
        current = self.encoding
        if current is not None and not current.ended and now - current.heard_at < SILENCE_S:
            return False
        self.encoding = Encoding(ssrc, self._epochs(), sequence, now)
        self.stats = ReceptionStats(CYCLE + sequence)
        self.last_report = None
        self.nack.clear()
        self.keyframes.handle_start(now)
        return True

    def record_arrival(self, packet: bytes, header: Header, now: Instant) -> None:
        """Note the transport number of a packet that is not itself forwarded (a retransmission)."""
        if header[5] >= 0:
            number, _, _ = self._reader.read(packet, header[5], header[6], header[7])
            if number >= 0 and len(self._feedback.pending) < MAX_PENDING:
                self._feedback.pending.append((number, now))

    def receive(  # noqa: C901  one pass for each packet: every call taken out of it costs 0.1 us
        self, packet: bytes, header: Header, now: Instant
    ) -> Media | DropReason:
        """Take a packet of the encoding's SSRC; return it ready to forward, or why not.

        Raises :class:`media.errors.PacketError` for a broken extension block.
        """
        first, second, sequence, timestamp, _, profile, start, payload_at = header
        level = descriptor = None
        if profile >= 0:
            number, level, descriptor = self._reader.read(packet, profile, start, payload_at)
            if number >= 0:
                pending = self._feedback.pending
                if len(pending) < MAX_PENDING:
                    pending.append((number, now))
        payload_type = second & 0x7F
        clock_rate = self._clocks.get(payload_type)
        if clock_rate is None:
            return DropReason.PAYLOAD_TYPE
        encoding, stats = self.encoding, self.stats
        assert encoding is not None and stats is not None, "bound by its SSRC only after adopt()"
        encoding.heard_at = now
        extended = encoding.highest + 1
        if sequence == extended & 0xFFFF:  # nearly always; the rest is admit()'s
            encoding.highest = extended
            encoding.ring[extended & _MASK] = extended
        else:
            admitted = self._admit(encoding, sequence, now)
            if not isinstance(admitted, int):
                if admitted is DropReason.JUMP and encoding.confirms_restart(sequence):
                    self._restart(encoding, sequence)
                return admitted
            extended = admitted
        stats.record(extended, timestamp, clock_rate, now)
        payload = packet[payload_at:]
        if self.keyframes.waiting:
            self._look_for_keyframe(payload_type, payload, descriptor)
        flags = (first & 0x20) << 8 | second & 0x80
        return (
            payload_type, flags, extended, timestamp, encoding.epoch, payload, level, descriptor
        )  # fmt: skip

    def receive_repair(self, packet: bytes, header: Header, now: Instant) -> Media | DropReason:
        """Take a packet unwrapped from a retransmission: late, and no sign of the line's loss."""
        first, second, sequence, timestamp, _, profile, start, payload_at = header
        encoding = self.encoding
        if encoding is None:
            return DropReason.UNKNOWN_SSRC
        level = descriptor = None
        if profile >= 0:
            _, level, descriptor = self._reader.read(packet, profile, start, payload_at)
        extended = self._admit(encoding, sequence, now)
        if not isinstance(extended, int):
            return extended
        payload = packet[payload_at:]
        if self.keyframes.waiting:
            self._look_for_keyframe(second & 0x7F, payload, descriptor)
        flags = (first & 0x20) << 8 | second & 0x80
        return (
            second & 0x7F, flags, extended, timestamp, encoding.epoch, payload, level, descriptor
        )  # fmt: skip

    def handle_sender_report(self, report: rtcp.SenderReport, now: Instant) -> None:
        """Take a report of the encoding's SSRC."""
        self.last_report = report
        if self.stats is not None:
            self.stats.handle_sender_report(report, now)

    def collect_nack(self, now: Instant) -> list[bytes]:
        """Return the request for what is missing now, as at most one RTCP packet."""
        encoding = self.encoding
        missing = self.nack.collect(now)
        if encoding is None or not missing:
            return []
        return [rtcp.build_nack(RECEIVER_SSRC, encoding.ssrc, missing)]

    def take_keyframe_request(self, now: Instant) -> bytes | None:
        """Return a keyframe request if one is due, a compound of its own."""
        encoding = self.encoding
        if encoding is None or not self.keyframes.take(now):
            return None
        return rtcp.build_rr(RECEIVER_SSRC) + rtcp.build_pli(RECEIVER_SSRC, encoding.ssrc)

    def next_deadline(self) -> Instant:
        """Return when one of the two above is next due; without an SSRC there is nobody to ask."""
        return NEVER if self.encoding is None else min(self.nack.due, self.keyframes.due)

    def _restart(self, encoding: Encoding, sequence: int) -> None:
        """Number anew from the next packet on. This one is given up, as it only confirmed."""
        encoding.restart(self._epochs(), sequence + 1)
        self.stats = ReceptionStats(CYCLE + (sequence + 1 & 0xFFFF))
        self.nack.clear()

    def _admit(self, encoding: Encoding, sequence: int, now: Instant) -> int | DropReason:
        """Admit a packet that may be out of order, and note what is missing or no longer so."""
        expected = encoding.highest + 1
        extended = encoding.admit(sequence)
        if not isinstance(extended, int):
            return extended
        if self.section.nack and extended > expected:
            self.nack.handle_gap(expected, extended, now)
        elif extended < expected:
            self.nack.handle_late(extended, now)
        return extended

    def _look_for_keyframe(
        self, payload_type: int, payload: bytes, descriptor: bytes | None
    ) -> None:
        detector = self._detectors.get(payload_type)
        if (descriptor is not None and descriptor_has_structure(descriptor)) or (
            detector is not None and detector(payload)
        ):
            self.keyframes.handle_keyframe()
