"""One endpoint inside a router: what it publishes, what it is sent, and its timers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from media.clock import Instant
from media.config import MediaConfig
from media.forwarding.demux import Demux
from media.forwarding.downlink import Downlink
from media.forwarding.header_extensions import renumber
from media.forwarding.numbers import Numbers
from media.forwarding.pacer import Pacer
from media.forwarding.publication import Publication
from media.forwarding.reports import RECEIVER_SSRC, REPORT_INTERVAL_S
from media.forwarding.sent_log import SentLog
from media.forwarding.slots import SlotTable
from media.forwarding.subscription import Subscription
from media.forwarding.transport_feedback import TransportFeedback
from media.forwarding.uplink_brake import UplinkBrake
from media.ids import EndpointId
from media.outputs import SlotFill, SlotsChanged
from media.plan import Extension, Kind, MediaPlan, SlotSection
from media.rtp import rtcp

NEVER: Final = float("inf")
ALLOWANCE_S: Final = 0.5
"""How much of an endpoint's rate may come at once: a keyframe of every encoding after a request."""
VOICE_RESERVE_BYTES: Final = 25_000
"""0.5 s of voice with all its redundancy."""
FEW: Final = 7
"""Packets between two messages of feedback: voice alone, and a picture hardly worth the name."""
SPARSE_FEEDBACK_S: Final = 0.25
"""As seldom as a browser sends it (libwebrtc's longest interval), which is 2 kbit/s."""


class Endpoint:
    """The state of one endpoint. ``epochs`` gives numbers unique in the room."""

    __slots__ = (
        "_config",
        "_epochs",
        "_filled_at",
        "_number_ids",
        "_numbers",
        "_subscriptions",
        "allowance",
        "armed",
        "by_slot_ssrc",
        "demux",
        "downlink",
        "feedback",
        "feedback_at",
        "heard",
        "id",
        "pacer",
        "plan",
        "publications",
        "ready",
        "report_at",
        "sent_log",
        "slots",
        "told_codec",
        "uplink",
    )

    def __init__(
        self, ident: EndpointId, config: MediaConfig, numbers: Numbers, epochs: Callable[[], int]
    ) -> None:
        self._config = config
        self._numbers = numbers
        self._epochs = epochs
        self._subscriptions: dict[tuple[str, int], Subscription] = {}
        self.id = ident
        self.plan = MediaPlan()
        self.ready = False
        self.heard = False
        self.armed = False
        """Packets come, so feedback and reports are due at the two times below."""
        self.feedback_at: Instant = NEVER
        self.report_at: Instant = NEVER
        self.told_codec: str | None = None
        self.allowance = self._most_allowed
        """Bytes the endpoint may still send. The packet path only counts down; what is below zero
        asks :meth:`is_over_rate`."""
        self._filled_at: Instant = 0.0
        self.pacer = Pacer(config.pacing_floor_bps)
        self.uplink = UplinkBrake()
        """Whether its own voice waits on the way to us."""
        self.downlink: Downlink | None = None
        """What the line carries; None where nothing tells."""
        self.sent_log: SentLog | None = None
        """What went out under transport-wide numbers; None until a section has them."""
        self._number_ids: dict[int, int] = {}
        self.demux = Demux()
        self.feedback = TransportFeedback()
        self.publications: dict[tuple[str, Kind], Publication] = {}
        self.by_slot_ssrc: dict[int, Subscription] = {}
        self.slots = SlotTable(0)

    def apply(self, plan: MediaPlan) -> None:
        """Take a plan; what it keeps goes on untouched."""
        self.plan = plan
        publications = {}
        for section in plan.publishing:
            key = (section.mid, section.kind)
            publication = self.publications.get(key)
            if publication is None:
                interval_s = self._config.keyframe_interval_s
                publication = Publication(self.id, section, self.feedback, interval_s, self._epochs)
            else:
                publication.replace_section(section)
            publications[key] = publication
        self.publications = publications
        self.demux.replace(publications.values())
        video = self.publication(Kind.VIDEO)
        if self.told_codec is None and video is not None and video.section.codecs:
            self.told_codec = video.section.codecs[0].name
        self._apply_slots(plan)
        self.slots.resize(len(plan.slots))

    def _apply_slots(self, plan: MediaPlan) -> None:
        before, self._subscriptions = self._subscriptions, {}
        self._number_ids = {}
        for slot in plan.slots:
            for section in (slot.audio, slot.video):
                if section is None:
                    continue
                key = (section.mid, section.ssrc)
                kept = before.get(key)
                log = self._log_for(section)
                if kept is None:
                    kept = Subscription(
                        section,
                        slot.cname.encode(),
                        self._config.history_s,
                        self._numbers,
                        self.pacer if section.kind is Kind.VIDEO else None,
                        log,
                    )
                else:
                    kept.replace_section(section, log)
                self._subscriptions[key] = kept
        self.by_slot_ssrc = {ssrc: kept for (_, ssrc), kept in self._subscriptions.items()}

    def _log_for(self, section: SlotSection) -> SentLog | None:
        """Return the endpoint's one numbering where the section takes part in it."""
        ident = section.extensions.get(Extension.TRANSPORT_CC, 0) if section.transport_cc else 0
        if not ident:
            return None
        self._number_ids[section.ssrc] = ident
        if section.rtx_ssrc is not None:
            self._number_ids[section.rtx_ssrc] = ident
        if self.sent_log is None:
            self.sent_log = SentLog()
            self.downlink = Downlink(self._config)
        return self.sent_log

    def number(self, packet: bytes, now: Instant) -> bytes:
        """Give the next transport number to a packet that leaves now, after it was written.

        Such are what waited in the pacer, and retransmissions. What was never to have one keeps as
        it is.
        """
        log, ssrc = self.sent_log, int.from_bytes(packet[8:12], "big")
        ident = self._number_ids.get(ssrc)
        if log is None or ident is None:
            return packet
        numbered = renumber(packet, ident, log.next_number)
        if numbered is not packet:
            log.add(len(numbered), now, ssrc << 16 | packet[2] << 8 | packet[3])
        return numbered

    def publication(self, kind: Kind) -> Publication | None:
        """Return the first publication of a kind: a slot has room for one voice and one picture."""
        for publication in self.publications.values():
            if publication.section.kind is kind:
                return publication
        return None

    def subscription(self, section: SlotSection | None) -> Subscription | None:
        """Return the subscription of one of the plan's slot sections."""
        return None if section is None else self._subscriptions[section.mid, section.ssrc]

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """All of them, in slot order."""
        return tuple(self._subscriptions.values())

    def slots_changed(self) -> SlotsChanged:
        """Return the slots as they are now."""
        return SlotsChanged(
            self.id,
            tuple(
                SlotFill(
                    slot.audio.mid if slot.audio else None,
                    slot.video.mid if slot.video else None,
                    holder,
                )
                for slot, holder in zip(self.plan.slots, self.slots.held, strict=True)
            ),
        )

    def end_encodings(self, ssrcs: Iterable[int]) -> None:
        """These SSRCs said BYE: another may take their sections at once."""
        for ssrc in ssrcs:
            encoding = self.demux.active.get(ssrc)
            if encoding is not None and encoding.source is not None:
                encoding.source.ended = True

    @property
    def _most_allowed(self) -> int:
        return int(self._config.max_publisher_bps / 8 * ALLOWANCE_S)

    def is_over_rate(self, ssrc: int, size: int, now: Instant) -> bool:
        """Fill up by the time that passed, and say whether a packet is still too much.

        Voice may go some way further: a picture too large must not cost the voice.
        """
        earned = int((now - self._filled_at) * self._config.max_publisher_bps / 8)
        self.allowance = min(self._most_allowed, self.allowance + earned)
        self._filled_at = now
        encoding = self.demux.active.get(ssrc)
        reserve = VOICE_RESERVE_BYTES if encoding is not None and not encoding.is_video else 0
        if self.allowance >= -reserve:
            return False
        self.allowance += size
        return True

    def arm(self, now: Instant) -> None:
        """A packet has come after silence: begin to report."""
        self.armed = True
        self.feedback_at = now + self._config.feedback_interval_s
        self.report_at = now + REPORT_INTERVAL_S

    def collect_rtcp(self, now: Instant) -> bytes | None:
        """Return what is due to the publisher as one compound, a receiver report at its head."""
        blocks: list[rtcp.ReportBlock] = []
        parts: list[bytes] = []
        if now >= self.report_at:
            blocks = self._collect_blocks(now)
            self.report_at = now + REPORT_INTERVAL_S if blocks else NEVER
            self.armed = bool(blocks)
        if now >= self.feedback_at:
            self.feedback_at = now + self._feedback_interval_s() if self.armed else NEVER
            parts += self._collect_feedback()
        for publication in self.publications.values():
            asked = publication.collect_nack(now)
            # What waits is not lost yet, and what is sent again would wait behind it.
            parts += [] if self.uplink.held else asked
        if not blocks and not parts:
            return None
        return rtcp.build_rr(RECEIVER_SSRC, blocks[: rtcp.MAX_BLOCKS]) + b"".join(parts)

    def is_braked(self, now: Instant) -> bool:
        """Say whether only fresh voice is to be sent to it: see :mod:`media.bandwidth.brake`."""
        return self.downlink is not None and self.downlink.brake.is_long(now)

    @property
    def repairs(self) -> int:
        """How often a repair is sent, for one that is lost costs a round trip."""
        return 1 if self.downlink is None else self.downlink.repairs

    def watch_uplink(self, now: Instant) -> bool:
        """See whether its pictures are to wait for its voice; says whether that has changed."""
        voice = self.publication(Kind.AUDIO)
        encoding = None if voice is None else voice.encodings[0]
        if encoding is None or encoding.source is None or encoding.stats is None:
            return False
        stats, epoch = encoding.stats, encoding.source.epoch
        rate = encoding.clock_rate
        if not self.uplink.look(epoch, stats.received, stats.transit, rate, now):
            return False
        for publication in self.publications.values():
            publication.held = self.uplink.held and publication.is_video
        return True

    def _feedback_interval_s(self) -> float:
        """Say less often what little comes: on a line of 50 kbit/s feedback counts too."""
        interval_s = self._config.feedback_interval_s
        return interval_s if self.feedback.pending >= FEW else max(interval_s, SPARSE_FEEDBACK_S)

    def _collect_blocks(self, now: Instant) -> list[rtcp.ReportBlock]:
        return [
            encoding.stats.block(encoding.source.ssrc, now)
            for publication in self.publications.values()
            for encoding in publication.encodings
            if encoding.source is not None
            and encoding.stats is not None
            and encoding.stats.has_news
        ]

    def _collect_feedback(self) -> list[bytes]:
        # What a queue had no room for libwebrtc sends again, unasked, and so fills it anew.
        gaps = not self.uplink.held
        media_ssrc = next(iter(self.demux.active), 0)
        return [
            rtcp.build_feedback(
                rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, RECEIVER_SSRC, media_ssrc, information
            )
            for information in self.feedback.take(gaps=gaps)
        ]

    def handle_rtt(self, rtt_s: float) -> None:
        """Take a round trip measured on this endpoint's path, as it is the publisher's too."""
        for publication in self.publications.values():
            for encoding in publication.encodings:
                encoding.nack.handle_rtt(rtt_s)

    def next_deadline(self) -> Instant:
        """Return when :meth:`collect_rtcp`, the pacer or a keyframe request is next due."""
        due = min(self.feedback_at, self.report_at, self.pacer.next_deadline())
        for publication in self.publications.values():
            due = min(due, publication.next_deadline())
        return due if self.downlink is None else min(due, self.downlink.next_deadline())
