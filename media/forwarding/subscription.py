"""One slot section's outgoing stream, whoever's publication it carries at the time.

Its SSRC, numbering and counts last as long as the slot; the publication comes and goes.
"""

from __future__ import annotations

from typing import Final

from librt.strings import BytesWriter
from mypy_extensions import i64, u8

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.forwarding.encoding import NO_TYPE, Encoding, Forwarder, Media
from media.forwarding.header_extensions import ExtensionWriter, read_number
from media.forwarding.history import CAPACITY, VOICE_CAPACITY, History
from media.forwarding.layer_switch import LayerSwitch, Target
from media.forwarding.numbers import Numbers
from media.forwarding.pacer import Pacer
from media.forwarding.picture_ids import PictureIds
from media.forwarding.publication import Publication
from media.forwarding.redundancy import Redundancy, Route, routes
from media.forwarding.reports import SentReports
from media.forwarding.rewriter import Rewriter
from media.forwarding.sent_log import SentLog
from media.forwarding.share import Share
from media.forwarding.shared_clock import SharedClock
from media.plan import Extension, Kind, SlotSection
from media.rtp import rtcp
from media.rtp.octets import put_16, put_32
from media.rtp.packet import EXTENSION_BIT, build_padding, wrap_rtx

MID_PACKETS: Final = 64
"""How many packets after a change of source carry the mid: one arrives even under heavy loss."""
HEAD_BYTES: Final = 20  # RTP header and extension block of a usual packet


class Subscription(Forwarder):
    """What one endpoint gets in one slot section. Created with the slot, before any publication.

    ``pacer`` is the endpoint's, for pictures; voice has none. ``sent_log`` is the endpoint's too,
    None where packets carry no transport-wide number. Voice gets its number here, for it leaves at
    once; a picture is written under the next one, which is only its own once :attr:`sent_log` is
    told that it left. See :func:`media.forwarding.header_extensions.renumber` for all others.
    """

    __slots__ = (
        "_clock",
        "_cname",
        "_head",
        "_ids",
        "_lean",
        "_log",
        "_mid_left",
        "_number_id",
        "_redundancy",
        "_rewriter",
        "_route",
        "_route_type",
        "_routes",
        "_rtx_sequence",
        "_rtx_types",
        "_taken",
        "_target",
        "_writer",
        "asked",
        "history",
        "layers",
        "octets",
        "packets",
        "plis",
        "publication",
        "reports",
        "resent",
        "section",
        "share",
    )

    def __init__(
        self,
        section: SlotSection,
        cname: bytes,
        history_s: float,
        numbers: Numbers,
        pacer: Pacer | None = None,
        sent_log: SentLog | None = None,
    ) -> None:
        self._cname = cname
        self._head = BytesWriter()
        self._rewriter = Rewriter(numbers.bits(15), numbers.bits(32))
        self._rtx_sequence = numbers.bits(15)
        self._mid_left = MID_PACKETS
        self._target = Target()
        self._ids = PictureIds()
        self._redundancy = Redundancy()
        self._lean = False
        self._clock = SharedClock()
        self.packets = self.octets = self.resent = 0
        """RTP packets and bytes of payload sent, and packets sent again."""
        self._taken = 0
        self.share = Share()
        self.asked = self.plis = 0
        """Packets the subscriber asked for again, and its requests for a keyframe."""
        self.publication: Publication | None = None
        self.layers: LayerSwitch | None = None
        self.pacer = pacer
        self.reports = SentReports()
        self.history: History | None = None
        if section.kind is Kind.VIDEO:
            self.history = History(history_s, CAPACITY)
        elif section.nack:
            self.history = History(history_s, VOICE_CAPACITY)
        self.replace_section(section, sent_log)

    def replace_section(self, section: SlotSection, sent_log: SentLog | None = None) -> None:
        """Take a renegotiated section with the same mid and SSRC; the numbering goes on."""
        self.section = section
        self.ssrc = section.ssrc
        self._log = sent_log
        self.sent_log = None if self.pacer is None else sent_log
        """Who lets a packet out of :attr:`pacer` tells it so. None for voice."""
        self._number_id = section.extensions.get(Extension.TRANSPORT_CC, 0)
        self._writer = ExtensionWriter(
            section.extensions, section.mid, transport_cc=sent_log is not None
        )
        self._rtx_types = {codec.payload_type: codec.rtx_payload_type for codec in section.codecs}
        self._mid_left = MID_PACKETS
        self.attach(self.publication)

    def attach(self, publication: Publication | None) -> None:
        """Carry this publication from now on, or none."""
        if publication is not self.publication:
            self._rewriter.interrupt()
            self._redundancy.clear()
            self._mid_left = MID_PACKETS
            self._clock.clear()
            self._target = Target()
            self.layers = None
            if self.history is not None:
                self.history.clear()
        self.publication = publication
        self._find_routes()
        if publication is not None and publication.layered:
            self.use_layers()

    def set_lean(self, *, lean: bool) -> None:
        """Leave the redundancy of voice out, or no longer: half of it is bytes a line may want."""
        if lean is not self._lean:
            self._lean = lean
            self._redundancy.clear()  # what went before had it
            self._find_routes()

    def _find_routes(self) -> None:
        publication = self.publication
        self._route_type: i64 = NO_TYPE
        self._route: Route = (0, 0, 0)
        self._routes: dict[int, Route] = (
            routes(publication.section.codecs, self.section.codecs, lean=self._lean)
            if publication
            else {}
        )

    def use_layers(self) -> LayerSwitch:
        """Look at layers from now on."""
        if self.layers is None:
            self.layers = LayerSwitch(self._target, self._ids)
            if self.publication is not None and not self.publication.has_simulcast:
                self.layers.current = 0  # there is nothing to begin with but what goes on
        return self.layers

    def interrupt(self) -> None:
        """Nothing will be sent for a while; what is left out shall leave no gap."""
        self._rewriter.interrupt()
        self._redundancy.clear()
        self._mid_left = MID_PACKETS

    def take_sent(self) -> int:
        """Return how many bytes were sent since the last call, headers counted."""
        sent = self.octets + HEAD_BYTES * self.packets
        since, self._taken = sent - self._taken, sent
        return since

    def pad(self, size: int, number: int) -> bytes | None:
        """Return padding of about this many bytes on the SSRC of retransmissions, or None.

        Receivers throw it away. Without that SSRC, or numbers, a line cannot be probed by it.
        """
        rtx_ssrc, log = self.section.rtx_ssrc, self._log
        rtx_type = next((each for each in self._rtx_types.values() if each is not None), None)
        if rtx_ssrc is None or rtx_type is None or log is None:
            return None
        self._rtx_sequence += 1
        out, at = self._head, self._rewriter.out_timestamp
        out.truncate(0)
        self._writer.put(out, None, None, None, 0.0, number, with_mid=False)
        return build_padding(rtx_type, self._rtx_sequence, at, rtx_ssrc, out.getvalue(), size)

    @property
    def encoding(self) -> Encoding | None:
        """The encoding carried, or the one waited for; what the subscriber asks is about it."""
        if self.publication is None:
            return None
        spatial = self.layers.followed if self.layers is not None else 0
        return self.publication.encodings[spatial] if spatial >= 0 else None

    def forward(  # noqa: C901  one pass for each copy: every call taken out of it costs 0.1 us
        self, encoding: Encoding, media: Media, now: Instant
    ) -> bytes | DropReason | list[bytes]:
        """Return the packet as this endpoint is to get it, or why it gets none.

        A list where voice was lost on the way to us and a redundant block had it (RFC 2198), and
        where a new encoding begins with a packet that others had overtaken.
        """
        payload_type, flags, extended, timestamp, epoch, payload, level, descriptor, capture, _ = (
            media
        )
        if payload_type != self._route_type:  # seldom: a stream keeps to its type
            found = self._routes.get(payload_type)
            if found is None:
                self._rewriter.interrupt()
                return DropReason.CODEC
            self._route_type, self._route = payload_type, found
        route = self._route
        if self.layers is not None:
            thinned = self._thin(self.layers, encoding, media, route[1], now)
            if isinstance(thinned, DropReason):
                return thinned
            payload = thinned
            if not payload:
                flags = 0
        if route[2]:
            return self._forward_bare(media, route, now)
        sequence = self._rewriter.rewrite(epoch, extended, timestamp, route[1], now)
        if sequence < 0:
            return DropReason.OLD
        packet = self._write_head(route[0], flags, sequence, level, descriptor, capture, now)
        packet += payload
        self.packets += 1
        self.octets += len(payload)
        log = self._log
        if log is not None and self.pacer is None:
            log.add(len(packet), now)
        if self.history is not None:
            self.history.add(sequence, packet, now)
        if self.layers is not None and self.layers.following:
            return [packet, *self._forward_following(self.layers, encoding, now)]
        return packet

    def _write_head(
        self,
        payload_type: i64,
        flags: i64,
        sequence: i64,
        level: bytes | None,
        descriptor: bytes | None,
        capture: bytes | None,
        now: Instant,
    ) -> bytes:
        """Return the header with its extension block, of a packet rewritten just now."""
        out, log = self._head, self._log
        out.truncate(0)
        first = 0x80 | flags >> 8
        out.append(first)
        out.append(flags & 0x80 | payload_type)
        put_16(out, sequence)
        put_32(out, self._rewriter.out_timestamp)
        put_32(out, self.ssrc)
        with_mid = self._mid_left > 0
        if with_mid:
            self._mid_left -= 1
        number: i64 = 0 if log is None else log.next_number
        if self._writer.put(out, level, descriptor, capture, now, number, with_mid=with_mid):
            out[0] = u8(first | EXTENSION_BIT)
        return out.getvalue()

    def _forward_following(
        self, layers: LayerSwitch, encoding: Encoding, now: Instant
    ) -> list[bytes]:
        """Return what had overtaken the packet that began an encoding."""
        following, layers.following, layers.switched = layers.following, [], False
        sent = [self.forward(encoding, media, now) for media in following]
        layers.switched = True
        return [packet for packet in sent if isinstance(packet, bytes)]

    def _forward_bare(
        self, media: Media, route: Route, now: Instant
    ) -> bytes | DropReason | list[bytes]:
        """Send voice without its redundancy, and what was lost before it, where that is known."""
        found = self._redundancy.unpack(media, route)
        if isinstance(found, DropReason):
            return found
        log, sent = self._log, []
        for bare in found:
            sequence = self._rewriter.rewrite(bare[4], bare[2], bare[3], route[1], now)
            if sequence < 0:
                continue
            head = self._write_head(route[0], bare[1], sequence, bare[6], None, bare[8], now)
            packet = head + bare[5]
            self.packets += 1
            self.octets += len(bare[5])
            if log is not None:
                log.add(len(packet), now)
            if self.history is not None:
                self.history.add(sequence, packet, now)
            sent.append(packet)
        return sent or DropReason.OLD

    def _thin(
        self, layers: LayerSwitch, encoding: Encoding, media: Media, clock_rate: int, now: Instant
    ) -> bytes | DropReason:
        """Return the payload to send under the layers wanted, or that it is none of them."""
        before = self.encoding_now
        if not layers.admit(encoding, media):
            return DropReason.LAYER
        if layers.switched:
            self._clock.align(self._rewriter, before, encoding, media[3], clock_rate)
            self._mid_left = MID_PACKETS
        return layers.thin(media, self._rewriter)

    @property
    def encoding_now(self) -> Encoding | None:
        """The encoding carried now, if any."""
        publication, layers = self.publication, self.layers
        if publication is None:
            return None
        if layers is None:
            return publication.encodings[0]
        return publication.encodings[layers.current] if layers.current >= 0 else None

    def resend(self, sequence: int, now: Instant) -> bytes | None:
        """Return the packet with these 16 bits again, as RTX where negotiated, if it may be sent.

        Without RTX (there is none for voice) the very packet goes out again (RFC 4585), under its
        own number. Then it must be the same to the last bit, as SRTP encrypts it under the same
        nonce: its transport number cannot be another, and is withdrawn. A picture's packet may
        have waited and gone out under another than the history has, so it is not repeated.
        """
        history, rtt_s = self.history, self.reports.rtt_s or 0.0
        found = None if history is None else history.take(sequence, rtt_s, now)
        return None if found is None else self._as_rtx(found[1]) or self._repeat(found[1])

    def resend_more(self, sequence: int, due: Instant) -> bytes | None:
        """Return once more what :meth:`resend` has just given, to be sent then."""
        history, rtt_s = self.history, self.reports.rtt_s or 0.0
        packet = None if history is None else history.take_again(sequence, rtt_s, due)
        return None if packet is None else self._as_rtx(packet) or self._repeat(packet)

    def _as_rtx(self, packet: bytes) -> bytes | None:
        rtx_type = self._rtx_types.get(packet[1] & 0x7F)
        if rtx_type is None or self.section.rtx_ssrc is None:
            return None
        self.resent += 1
        self._rtx_sequence += 1
        return wrap_rtx(packet, rtx_type, self.section.rtx_ssrc, self._rtx_sequence)

    def _repeat(self, packet: bytes) -> bytes | None:
        if self._log is not None:
            if self.pacer is not None:
                return None
            number = read_number(packet, self._number_id)
            if number >= 0:
                self._log.withdraw(number)
        self.resent += 1
        return packet

    def forget(self, packet: bytes) -> None:
        """A packet of ours was not sent after all; whoever asks for it shall not get it."""
        if self.history is not None:
            self.history.forget(packet[2] << 8 | packet[3])

    def translate_report(self, now: Instant) -> bytes | None:
        """Return the last sender report as ours, None while its encoding's media is not carried.

        The NTP time is passed on, so that voice and picture keep their common clock, and with it
        the shared CNAME, which is what lets a receiver play them together (RFC 3550 section 6.5.1).
        """
        encoding = self.encoding_now
        if encoding is None or encoding.source is None or encoding.last_report is None:
            return None
        report = encoding.last_report
        timestamp = self._rewriter.map_timestamp(encoding.source.epoch, report.timestamp)
        if timestamp is None:
            return None
        self.reports.record(report.ntp, now)
        ours = rtcp.SenderReport(self.ssrc, report.ntp, timestamp, self.packets, self.octets)
        return rtcp.build_sr(ours) + rtcp.build_sdes(self.ssrc, self._cname)

    @property
    def is_small(self) -> bool:
        """Whether it is shown small."""
        return self._target.spatial == 0

    def set_target(self, target: Target) -> None:
        """Have at most these layers."""
        self._target = target
        if self.layers is not None:
            self.layers.target = target
