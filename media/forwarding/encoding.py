"""One encoding of a track: an SSRC's packets, counted, checked and made ready to forward.

It is there before its first packet. Another SSRC takes its place when the one before has said BYE
or been silent, as when a sender is restarted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from mypy_extensions import i64

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.forwarding.header_extensions import ExtensionReader
from media.forwarding.keyframe_requests import KeyframeRequests
from media.forwarding.nack import NEVER, PICTURE, VOICE, NackTracker
from media.forwarding.pacer import Pacer
from media.forwarding.reports import RECEIVER_SSRC, ReceptionStats
from media.forwarding.sent_log import SentLog
from media.forwarding.source import MASK, Source
from media.forwarding.transport_feedback import TransportFeedback
from media.ids import EndpointId
from media.plan import Codec, Kind, PublishSection
from media.rtp import rtcp, vp8
from media.rtp.keyframes import DESCRIPTOR_FIXED, DETECTORS, descriptor_has_structure
from media.rtp.packet import Header
from media.rtp.sequence import CYCLE
from media.sinks import Sink

Media: TypeAlias = tuple[
    i64, i64, i64, i64, i64, bytes, bytes | None, bytes | None, bytes | None, vp8.Picture | None
]
"""A packet ready to forward: payload type; padding bit and marker as ``padding << 8 | marker``;
extended number; timestamp; epoch; payload with its padding; audio level; dependency descriptor;
capture time; what a VP8 descriptor tells, where layers are looked at.

Machine integers in a plain tuple: compiled, none of them is an object. A payload type below 0 is no
packet: see :attr:`Encoding.refusal`."""

REFUSED: Final = -1
NO_TYPE: Final = -1
"""Of no packet: a payload type is 7 bits."""

SILENCE_S: Final = 0.5
"""After this the next SSRC takes over. Opus DTX still sends every 0.4 s."""


class Forwarder:
    """A subscription as the encoding's packet path sees it.

    A base and not a protocol: compiled, a call through it is a jump and not a look-up.
    """

    __slots__ = ("pacer", "sent_log", "ssrc")

    pacer: Pacer | None
    sent_log: SentLog | None
    ssrc: int

    @property
    def encoding_now(self) -> Encoding | None:
        """The encoding carried now."""
        raise NotImplementedError

    def forward(
        self, encoding: Encoding, media: Media, now: Instant
    ) -> bytes | DropReason | list[bytes]:
        """Return the packet for the subscriber, or packets, or why it gets none."""
        raise NotImplementedError

    def interrupt(self) -> None:
        """Nothing will be sent for a while."""
        raise NotImplementedError

    def translate_report(self, now: Instant) -> bytes | None:
        """Return the last sender report for the subscriber, if it can be told."""
        raise NotImplementedError


class Encoding:
    """One encoding of a section. ``epochs`` gives numbers unique in the room."""

    __slots__ = (
        "_asks",
        "_clock_type",
        "_clocks",
        "_detectors",
        "_epochs",
        "_feedback",
        "_last_clock",
        "_measured",
        "_reader",
        "_red_types",
        "_vp8_types",
        "codecs",
        "is_video",
        "keyframes",
        "last_report",
        "layered",
        "nack",
        "octets",
        "owner",
        "rate_bps",
        "refusal",
        "repaired",
        "reported_at",
        "rtx_types",
        "source",
        "spatial",
        "stats",
        "switched",
        "taps",
        "targets",
    )

    def __init__(
        self,
        owner: EndpointId,
        section: PublishSection,
        spatial: int,
        feedback: TransportFeedback,
        keyframe_interval_s: float,
        epochs: Callable[[], int],
    ) -> None:
        self.owner = owner
        self.spatial = spatial
        """Its place among the section's encodings; 0 is the smallest picture."""
        self.layered = False
        """Whether a VP8 descriptor is read for those who get less than all."""
        self._epochs = epochs
        self._feedback = feedback
        self.source: Source | None = None
        self.stats: ReceptionStats | None = None
        self.last_report: rtcp.SenderReport | None = None
        self.reported_at: Instant = 0.0
        """When that came."""
        self.keyframes = KeyframeRequests(keyframe_interval_s)
        self.is_video = section.kind is Kind.VIDEO
        self.nack = NackTracker(PICTURE if self.is_video else VOICE)
        self.switched = False
        """A subscriber has just gone over to this encoding; whoever acts on it takes this back."""
        self.repaired = 0
        """Packets that came as a retransmission and were missing."""
        self.octets = self._measured = 0
        """Bytes of payload taken, since the start."""
        self.rate_bps = 0.0
        """What it was sent with lately; 0 while it is not."""
        self.refusal = DropReason.PAYLOAD_TYPE
        """Why the last packet that was refused was."""
        self.targets: tuple[tuple[EndpointId, Forwarder], ...] = ()
        """Who gets each packet now."""
        self.taps: tuple[Sink, ...] = ()
        """Who listens to each packet now."""
        self.replace_section(section)

    def replace_section(self, section: PublishSection) -> None:
        """Take a renegotiated section with the same mid; the numbering goes on."""
        self._asks = section.nack
        self._clock_type: i64 = NO_TYPE
        self._last_clock: i64 = 0
        self.codecs: dict[int, Codec] = {codec.payload_type: codec for codec in section.codecs}
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
        self._red_types = {c.payload_type for c in section.codecs if c.name.lower() == "red"}
        self._vp8_types = {c.payload_type for c in section.codecs if c.name.lower() == "vp8"}
        self._reader = ExtensionReader(section.extensions, transport_cc=section.transport_cc)

    def adopt(self, ssrc: int, sequence: int, now: Instant) -> bool:
        """Make ``ssrc`` the source, unless another is alive. Says whether it is now."""
        current = self.source
        if current is not None and not current.ended and now - current.heard_at < SILENCE_S:
            return False
        self.source = Source(ssrc, self._epochs(), sequence, now)
        self.stats = ReceptionStats(CYCLE + sequence)
        self.last_report = None
        self.nack.clear()
        self.keyframes.handle_start(now)
        return True

    def record_arrival(self, packet: bytes, header: Header, now: Instant) -> None:
        """Note the transport number of a packet that is not itself forwarded (a retransmission)."""
        if header[5] >= 0:
            number, _, _, _ = self._reader.read(packet, header[5], header[6], header[7])
            if number >= 0:
                self._feedback.record(number, now)

    def receive(  # noqa: C901  one pass for each packet: every call taken out of it costs 0.1 us
        self, packet: bytes, header: Header, now: Instant
    ) -> Media:
        """Take a packet of the source; return it ready to forward, or :data:`REFUSED`.

        Raises :class:`media.errors.PacketError` for a broken extension block.
        """
        first, second, sequence, timestamp, _, profile, start, payload_at = header
        level = descriptor = capture = None
        if profile >= 0:
            number, level, descriptor, capture = self._reader.read(
                packet, profile, start, payload_at
            )
            if number >= 0:
                self._feedback.record(number, now)
        payload_type = second & 0x7F
        if payload_type != self._clock_type:  # seldom: a stream keeps to its type
            found = self._clocks.get(payload_type)
            if found is None:
                return self.refuse(DropReason.PAYLOAD_TYPE)
            self._clock_type, self._last_clock = payload_type, found
        clock_rate = self._last_clock
        source, stats = self.source, self.stats
        assert source is not None and stats is not None, "bound by its SSRC only after adopt()"
        extended: i64 = source.highest + 1
        if sequence == extended & 0xFFFF:  # nearly always; the rest is admit()'s
            source.heard_at = now
            source.highest = extended
            source.ring[extended & MASK] = extended
        else:
            copies = 1 if payload_type in self._red_types else 0
            admitted = self._admit(source, sequence, now, copies)
            source.heard_at = now
            if not isinstance(admitted, int):
                if admitted is DropReason.JUMP and source.confirms_restart(sequence):
                    self._restart(source, sequence)
                return self.refuse(admitted)
            extended = admitted
        stats.record(extended, timestamp, clock_rate, now)
        payload = packet[payload_at:]
        self.octets += len(payload)
        if self.keyframes.waiting:
            self._look_for_keyframe(payload_type, extended, payload, descriptor)
        flags = (first & 0x20) << 8 | second & 0x80
        picture = vp8.parse(payload) if self.layered and payload_type in self._vp8_types else None
        return (
            payload_type, flags, extended, timestamp, source.epoch, payload, level, descriptor,
            capture, picture,
        )  # fmt: skip

    def refuse(self, reason: DropReason) -> Media:
        """Return what is no packet, having noted why."""
        self.refusal = reason
        return REFUSED, 0, 0, 0, 0, b"", None, None, None, None

    def receive_repair(self, packet: bytes, header: Header, now: Instant) -> Media:
        """Take a packet unwrapped from a retransmission: late, and no sign of the line's loss."""
        first, second, sequence, timestamp, _, profile, start, payload_at = header
        source = self.source
        if source is None:
            return self.refuse(DropReason.UNKNOWN_SSRC)
        level = descriptor = capture = None
        if profile >= 0:
            _, level, descriptor, capture = self._reader.read(packet, profile, start, payload_at)
        extended = self._admit(source, sequence, now)
        if not isinstance(extended, int):
            return self.refuse(extended)
        self.repaired += 1
        payload = packet[payload_at:]
        self.octets += len(payload)
        if self.keyframes.waiting:
            self._look_for_keyframe(second & 0x7F, extended, payload, descriptor)
        flags = (first & 0x20) << 8 | second & 0x80
        picture = vp8.parse(payload) if second & 0x7F in self._vp8_types else None
        return (
            second & 0x7F, flags, extended, timestamp, source.epoch, payload, level, descriptor,
            capture, picture,
        )  # fmt: skip

    def measure(self, elapsed_s: float) -> None:
        """Take the rate of the time since the last call."""
        rate, self._measured = (self.octets - self._measured) * 8 / elapsed_s, self.octets
        self.rate_bps = 0.0 if not rate else (rate + self.rate_bps) / 2 if self.rate_bps else rate

    def handle_sender_report(self, report: rtcp.SenderReport, now: Instant) -> None:
        """Take a report of the source."""
        self.last_report, self.reported_at = report, now
        if self.stats is not None:
            self.stats.handle_sender_report(report, now)

    @property
    def clock_rate(self) -> int:
        """The section's clock: all its codecs share it."""
        return next(iter(self._clocks.values()), 1)

    def collect_nack(self, now: Instant) -> list[bytes]:
        """Return the request for what is missing now, as at most one RTCP packet."""
        source = self.source
        missing = self.nack.collect(now)
        if source is None or not missing:
            return []
        return [rtcp.build_nack(RECEIVER_SSRC, source.ssrc, missing)]

    def take_keyframe_request(self, now: Instant) -> bytes | None:
        """Return a keyframe request if one is due, a compound of its own."""
        source = self.source
        if source is None or not self.keyframes.take(now, self.nack.echo_s):
            return None
        return rtcp.build_rr(RECEIVER_SSRC) + rtcp.build_pli(RECEIVER_SSRC, source.ssrc)

    def next_deadline(self) -> Instant:
        """Return when one of the two above is next due; without an SSRC there is nobody to ask."""
        return NEVER if self.source is None else min(self.nack.due, self.keyframes.due)

    def _restart(self, source: Source, sequence: int) -> None:
        """Number anew from the next packet on. This one is given up, as it only confirmed."""
        source.restart(self._epochs(), sequence + 1)
        self.stats = ReceptionStats(CYCLE + (sequence + 1 & 0xFFFF))
        self.nack.clear()

    def _admit(
        self, source: Source, sequence: int, now: Instant, copies: int = 0
    ) -> int | DropReason:
        """Admit a packet that may be out of order, and note what is missing or no longer so.

        It brings copies of so many before it (RFC 2198). Who plays them needs no second: one that
        came late all the same would only teach players to wait for it.
        """
        expected = source.highest + 1
        extended = source.admit(sequence)
        if not isinstance(extended, int):
            return extended
        if self._asks and extended > expected:
            self.nack.handle_gap(expected, extended - copies, now, now - source.heard_at)
        elif extended < expected:
            self.nack.handle_late(extended, now)
        return extended

    def starts_keyframe(self, media: Media) -> bool:
        """Say whether a packet begins a keyframe, for one who is to begin with it.

        A dependency descriptor leads, as it is right where a payload is encrypted. Without one the
        payload's own mark must do: receivers find their keyframes by it too, so that it is in the
        clear (VP8's first byte) whatever else is encrypted.
        """
        descriptor = media[7]
        if descriptor is not None and len(descriptor) >= DESCRIPTOR_FIXED:
            return descriptor_has_structure(descriptor)
        detector = self._detectors.get(media[0])
        return detector is not None and detector(media[5])

    def _look_for_keyframe(
        self, payload_type: int, extended: int, payload: bytes, descriptor: bytes | None
    ) -> None:
        detector = self._detectors.get(payload_type)
        if (descriptor is not None and descriptor_has_structure(descriptor)) or (
            detector is not None and detector(payload)
        ):
            self.keyframes.handle_keyframe()
            self.nack.handle_keyframe(extended)
