"""One slot section's outgoing stream, whoever's publication it carries at the time.

Its SSRC, numbering and counts last as long as the slot; the publication comes and goes.
"""

from __future__ import annotations

from typing import Final

from media.clock import Instant
from media.forwarding.drops import DropReason
from media.forwarding.header_extensions import ExtensionWriter
from media.forwarding.history import History
from media.forwarding.numbers import Numbers
from media.forwarding.publication import Media, Publication
from media.forwarding.reports import SentReports
from media.forwarding.rewriter import Rewriter
from media.plan import Kind, SlotSection
from media.rtp import rtcp
from media.rtp.packet import EXTENSION_BIT, pack_fixed, wrap_rtx

MID_PACKETS: Final = 64
"""How many packets after a change of source carry the mid: one arrives even under heavy loss."""


class Subscription:
    """What one endpoint gets in one slot section. Created with the slot, before any publication."""

    __slots__ = (
        "_cname",
        "_mid_left",
        "_octets",
        "_packets",
        "_rewriter",
        "_routes",
        "_rtx_sequence",
        "_rtx_types",
        "_ssrc",
        "_writer",
        "history",
        "publication",
        "reports",
        "section",
    )

    def __init__(
        self, section: SlotSection, cname: bytes, history_s: float, numbers: Numbers
    ) -> None:
        self._cname = cname
        self._rewriter = Rewriter(numbers.bits(15), numbers.bits(32))
        self._rtx_sequence = numbers.bits(15)
        self._mid_left = MID_PACKETS
        self._packets = self._octets = 0
        self.publication: Publication | None = None
        self.reports = SentReports()
        self.history = History(history_s) if section.kind is Kind.VIDEO else None
        self.replace_section(section)

    def replace_section(self, section: SlotSection) -> None:
        """Take a renegotiated section with the same mid and SSRC; the numbering goes on."""
        self.section = section
        self._ssrc = section.ssrc
        self._writer = ExtensionWriter(section.extensions, section.mid)
        self._rtx_types = {codec.payload_type: codec.rtx_payload_type for codec in section.codecs}
        self._mid_left = MID_PACKETS
        self.attach(self.publication)

    def attach(self, publication: Publication | None) -> None:
        """Carry this publication from now on, or none."""
        if publication is not self.publication:
            self._rewriter.interrupt()
            self._mid_left = MID_PACKETS
            if self.history is not None:
                self.history.clear()
        self.publication = publication
        codecs = publication.section.codecs if publication is not None else ()
        ours = {codec.key: codec for codec in self.section.codecs}
        self._routes = {
            codec.payload_type: (ours[codec.key].payload_type, codec.clock_rate)
            for codec in codecs
            if codec.key in ours
        }

    def interrupt(self) -> None:
        """Nothing will be sent for a while; what is left out shall leave no gap."""
        self._rewriter.interrupt()
        self._mid_left = MID_PACKETS

    def forward(self, media: Media, now: Instant) -> bytes | DropReason:
        """Return the packet as this endpoint is to get it, or why it gets none."""
        payload_type, flags, extended, timestamp, epoch, payload, level, descriptor = media
        route = self._routes.get(payload_type)
        if route is None:
            self._rewriter.interrupt()
            return DropReason.CODEC
        rewritten = self._rewriter.rewrite(epoch, extended, timestamp, route[1], now)
        if rewritten is None:
            return DropReason.OLD
        sequence, out_timestamp = rewritten
        with_mid = self._mid_left > 0
        if with_mid:
            self._mid_left -= 1
        block = self._writer.write(level, descriptor, now, with_mid=with_mid)
        packet = (
            pack_fixed(
                0x80 | flags >> 8 | (EXTENSION_BIT if block else 0),
                flags & 0x80 | route[0],
                sequence & 0xFFFF,
                out_timestamp,
                self._ssrc,
            )
            + block
            + payload
        )
        self._packets += 1
        self._octets += len(payload)
        if self.history is not None:
            self.history.add(sequence, packet, now)
        return packet

    def resend(self, sequence: int, now: Instant) -> bytes | None:
        """Return the packet with these 16 bits again, as RTX where negotiated, if it may be sent.

        Without RTX the very packet goes out again (RFC 4585), under its own number.
        """
        if self.history is None:
            return None
        found = self.history.take(sequence, self.reports.rtt_s or 0.0, now)
        if found is None:
            return None
        _, packet = found
        rtx_type = self._rtx_types.get(packet[1] & 0x7F)
        if rtx_type is None or self.section.rtx_ssrc is None:
            return packet
        self._rtx_sequence += 1
        return wrap_rtx(packet, rtx_type, self.section.rtx_ssrc, self._rtx_sequence)

    def translate_report(self, now: Instant) -> bytes | None:
        """Return the publisher's last sender report as ours, None while its media is not carried.

        The NTP time is passed on, so that voice and picture keep their common clock, and with it
        the shared CNAME, which is what lets a receiver play them together (RFC 3550 section 6.5.1).
        """
        publication = self.publication
        if publication is None or publication.encoding is None or publication.last_report is None:
            return None
        report = publication.last_report
        timestamp = self._rewriter.map_timestamp(publication.encoding.epoch, report.timestamp)
        if timestamp is None:
            return None
        self.reports.record(report.ntp, now)
        ours = rtcp.SenderReport(self._ssrc, report.ntp, timestamp, self._packets, self._octets)
        return rtcp.build_sr(ours) + rtcp.build_sdes(self._ssrc, self._cname)
