"""The fan-out of one room: publications times subscriptions, packets in, packets out.

Rule 1: pure. Everything comes in by ``handle_*`` and goes out by :meth:`Router.drain`.
Rule 2: what a peer sends can be dropped and counted, never raise.
Rule 3: the packet path allocates what it sends and little else; timers are looked at when the
earliest is due, not for each packet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import Final

from media.clock import Instant
from media.config import MediaConfig
from media.errors import PacketError
from media.forwarding import wiring
from media.forwarding.drops import DropReason
from media.forwarding.endpoint import Endpoint
from media.forwarding.numbers import Numbers
from media.forwarding.publication import Forwarder, Media, Publication
from media.forwarding.wiring import Target
from media.ids import EndpointId
from media.outputs import FirstPacket, Output, SendRtcp, SendRtp
from media.plan import MediaPlan
from media.rtp import rtcp
from media.rtp.packet import Header, parse_header, unwrap_rtx

NEVER: Final = float("inf")
MAX_RESENT: Final = 512
"""Numbers of one NACK looked at: one datagram can name 6,000, and nobody needs so many."""

_send_rtp: Callable[[tuple[EndpointId, bytes]], SendRtp] = partial(tuple.__new__, SendRtp)
"""SendRtp of a pair, without the named constructor's cost for each packet."""


class Router:
    """One room. ``seed`` starts the outgoing numbering: give it random bits, or a test's number.

    The counters are read by the shell and only ever go up; ``dropped`` has every
    :class:`DropReason` as key from the start.
    """

    def __init__(self, config: MediaConfig, seed: int) -> None:
        self._config = config
        self._numbers = Numbers(seed)
        self._epochs = count(1).__next__
        self._endpoints: dict[EndpointId, Endpoint] = {}
        self._outputs: list[Output] = []
        self._deadline: Instant = NEVER
        self._unreported: list[Target] = []
        self.packets_in = 0
        self.packets_out = 0
        self.bytes_out = 0
        self.retransmissions = 0
        self.keyframe_requests = 0
        self.dropped: dict[str, int] = {reason.value: 0 for reason in DropReason}

    # Membership

    def add_endpoint(self, endpoint: EndpointId, plan: MediaPlan, now: Instant) -> None:
        """Let an endpoint in, not yet ready; the same as an update for one already here."""
        if endpoint in self._endpoints:
            self.update_endpoint(endpoint, plan, now)
            return
        new = Endpoint(endpoint, self._config, self._numbers, self._epochs)
        new.apply(plan)
        changed = []
        for other in self._endpoints.values():
            new.slots.add(other.id)
            if other.slots.add(endpoint):
                changed.append(other)
        self._endpoints[endpoint] = new
        self._outputs += [each.slots_changed() for each in (new, *changed)]
        self._wire(now)

    def update_endpoint(self, endpoint: EndpointId, plan: MediaPlan, now: Instant) -> None:
        """Take a renegotiated plan. What has the same mid and SSRC goes on without a seam."""
        known = self._endpoints.get(endpoint)
        if known is None:
            self.add_endpoint(endpoint, plan, now)
            return
        before = known.slots_changed()
        known.apply(plan)
        after = known.slots_changed()
        if after != before:
            self._outputs.append(after)
        self._wire(now)

    def remove_endpoint(self, endpoint: EndpointId, now: Instant) -> None:
        """Let an endpoint go; its slots are freed for who waits. Unknown ones are ignored."""
        if self._endpoints.pop(endpoint, None) is None:
            return
        self._outputs += [
            other.slots_changed()
            for other in self._endpoints.values()
            if other.slots.remove(endpoint)
        ]
        self._wire(now)

    def set_ready(self, endpoint: EndpointId, ready: bool, now: Instant) -> None:  # noqa: FBT001  a state, named by the verb
        """Media is sent to an endpoint only while ready; each time it becomes so, it is new."""
        known = self._endpoints.get(endpoint)
        if known is None or known.ready == ready:
            return
        known.ready = ready
        self._wire(now)

    def request_keyframes(self, endpoint: EndpointId, now: Instant) -> None:
        """Ask for keyframes both ways, after the endpoint's path has moved."""
        known = self._endpoints.get(endpoint)
        if known is None:
            return
        watched = (subscription.publication for subscription in known.subscriptions)
        for publication in (*known.publications.values(), *watched):
            if publication is not None and publication.is_video:
                self._ask_keyframe(publication, now)

    def _wire(self, now: Instant) -> None:
        """Tie subscriptions to publications anew, and serve who is new to one."""
        targets = wiring.connect(self._endpoints)
        self._unreported = [
            (target, subscription)
            for target, subscription in self._unreported
            if subscription.publication is not None
            and (target, subscription) in targets.get(subscription.publication, ())
        ]
        for publication, ready in targets.items():
            self._retarget(publication, ready, now)
        self._outputs += wiring.prefer_codec(self._endpoints, self._config.video_codecs)

    def _retarget(self, publication: Publication, ready: list[Target], now: Instant) -> None:
        before = {subscription for _, subscription in publication.targets}
        new = [target for target in ready if target[1] not in before]
        for gone in before.difference(subscription for _, subscription in ready):
            gone.interrupt()
        publication.targets = tuple(ready)
        self._unreported += new
        if publication.is_video and new:
            self._ask_keyframe(publication, now)

    # Packets

    def handle_rtp(self, endpoint: EndpointId, packet: bytes, now: Instant) -> None:
        """Take a plain RTP packet an endpoint sent."""
        self.packets_in += 1
        source = self._endpoints.get(endpoint)
        if source is None:
            self.dropped[DropReason.UNKNOWN_ENDPOINT] += 1
            return
        try:
            header = parse_header(packet)
            publication = source.demux.active.get(header[4])
            if publication is not None:
                media = publication.receive(packet, header, now)
            else:
                found = self._resolve(source, packet, header, now)
                if isinstance(found, DropReason):
                    self.dropped[found] += 1
                    return
                publication, media = found
        except PacketError:
            self.dropped[DropReason.MALFORMED] += 1
            return
        if not source.armed:
            self._arm(source, now)
        if publication.nack.due < self._deadline:  # noqa: PLR1730  min() costs a call a packet
            self._deadline = publication.nack.due
        if not isinstance(media, tuple):
            self.dropped[media] += 1
            return
        self._fan_out(publication, media, now)

    def _fan_out(self, publication: Publication, media: Media, now: Instant) -> None:
        outputs = self._outputs
        packets = size = 0
        for target, subscription in publication.targets:
            sent = subscription.forward(media, now)
            if not isinstance(sent, bytes):
                self.dropped[sent] += 1
                continue
            packets += 1
            size += len(sent)
            outputs.append(_send_rtp((target, sent)))
        self.packets_out += packets
        self.bytes_out += size
        if self._unreported:
            self._report_first(now)

    def _arm(self, source: Endpoint, now: Instant) -> None:
        source.arm(now)
        self._deadline = min(self._deadline, source.feedback_at, source.report_at)
        if not source.heard:
            source.heard = True
            self._outputs.append(FirstPacket(source.id))

    def _resolve(
        self, source: Endpoint, packet: bytes, header: Header, now: Instant
    ) -> tuple[Publication, Media | DropReason] | DropReason:
        """Take a packet whose SSRC is not active: a retransmission, or a new source's first."""
        publication = source.demux.resolve(packet, header)
        if isinstance(publication, DropReason):
            return publication
        ssrc, sequence = header[4], header[2]
        original_type = publication.rtx_types.get(header[1] & 0x7F)
        encoding = publication.encoding
        if original_type is None:
            before = None if encoding is None else encoding.ssrc
            if not publication.adopt(ssrc, sequence, now):
                return DropReason.LAYER
            source.demux.activate(publication, before, ssrc)
            self._deadline = min(self._deadline, publication.keyframes.due)
            return publication, publication.receive(packet, header, now)
        publication.record_arrival(packet, header, now)
        if encoding is None:
            return publication, DropReason.UNKNOWN_SSRC
        original = unwrap_rtx(packet, header, original_type, encoding.ssrc)
        if original is None:
            return publication, DropReason.PADDING
        return publication, publication.receive_repair(original, parse_header(original), now)

    def handle_rtcp(self, endpoint: EndpointId, packet: bytes, now: Instant) -> None:
        """Take a plain RTCP compound an endpoint sent."""
        source = self._endpoints.get(endpoint)
        if source is None:
            self.dropped[DropReason.UNKNOWN_ENDPOINT] += 1
            return
        try:
            packets = rtcp.parse(packet)
        except PacketError:
            self.dropped[DropReason.RTCP_MALFORMED] += 1
            return
        for each in packets:
            self._handle_feedback(source, each, now)

    def _handle_feedback(self, source: Endpoint, packet: rtcp.Packet, now: Instant) -> None:
        match packet:
            case rtcp.SenderReport():
                self._handle_sender_report(source, packet, now)
                self._handle_blocks(source, packet.blocks, now)
            case rtcp.ReceiverReport(_, blocks):
                self._handle_blocks(source, blocks, now)
            case rtcp.Bye(ssrcs):
                source.end_encodings(ssrcs)
            case rtcp.Nack(_, media_ssrc, lost):
                self._resend(source, media_ssrc, lost, now)
            case rtcp.Pli(_, media_ssrc):
                self._pass_up(source, (media_ssrc,), now)
            case rtcp.Fir(_, ssrcs):
                self._pass_up(source, ssrcs, now)
            case rtcp.SourceDescription() | rtcp.Feedback():
                pass  # names are not ours to pass on; no numbers of ours are out there to report

    def _handle_sender_report(
        self, source: Endpoint, report: rtcp.SenderReport, now: Instant
    ) -> None:
        publication = source.demux.active.get(report.ssrc)
        if publication is None:
            return
        publication.handle_sender_report(report, now)
        for target, subscription in publication.targets:
            self._send_report(target, subscription, now)

    def _send_report(self, target: EndpointId, subscription: Forwarder, now: Instant) -> bool:
        report = subscription.translate_report(now)
        if report is not None:
            self._outputs.append(SendRtcp(target, report))
        return report is not None

    def _report_first(self, now: Instant) -> None:
        """Send new subscribers the last sender report.

        A browser's next may be 5 s away, and until then lips and voice are not together.
        """
        fresh, self._unreported = self._unreported, []
        for target, subscription in fresh:
            publication = subscription.publication
            if publication is None or publication.last_report is None:
                continue  # nothing to pass on yet: the report goes out when it comes
            if not self._send_report(target, subscription, now):
                self._unreported.append((target, subscription))

    def _handle_blocks(
        self, source: Endpoint, blocks: Iterable[rtcp.ReportBlock], now: Instant
    ) -> None:
        for block in blocks:
            subscription = source.by_slot_ssrc.get(block.ssrc)
            if subscription is not None:
                subscription.reports.handle_block(block, now)

    def _resend(
        self, source: Endpoint, media_ssrc: int, lost: tuple[int, ...], now: Instant
    ) -> None:
        subscription = source.by_slot_ssrc.get(media_ssrc)
        if subscription is None or not source.ready:
            return
        for sequence in lost[:MAX_RESENT]:
            packet = subscription.resend(sequence, now)
            if packet is not None:
                self.retransmissions += 1
                self.packets_out += 1
                self.bytes_out += len(packet)
                self._outputs.append(SendRtp(source.id, packet))

    def _pass_up(self, source: Endpoint, ssrcs: Iterable[int], now: Instant) -> None:
        for ssrc in ssrcs:
            subscription = source.by_slot_ssrc.get(ssrc)
            publication = subscription.publication if subscription is not None else None
            if publication is not None and publication.is_video:
                self._ask_keyframe(publication, now)

    def _ask_keyframe(self, publication: Publication, now: Instant) -> None:
        publication.keyframes.request(now)
        self._send_keyframe_request(publication, now)
        self._deadline = min(self._deadline, publication.next_deadline())

    def _send_keyframe_request(self, publication: Publication, now: Instant) -> None:
        packet = publication.take_keyframe_request(now)
        if packet is not None:
            self.keyframe_requests += 1
            self._outputs.append(SendRtcp(publication.owner, packet))

    # Time

    def handle_timeout(self, now: Instant) -> None:
        """Send what is due: feedback, reports, requests for what is missing, keyframe requests."""
        if now < self._deadline:
            return
        deadline = NEVER
        for endpoint in self._endpoints.values():
            packet = endpoint.collect_rtcp(now)
            if packet is not None:
                self._outputs.append(SendRtcp(endpoint.id, packet))
            for publication in endpoint.publications.values():
                self._send_keyframe_request(publication, now)
            deadline = min(deadline, endpoint.next_deadline())
        self._deadline = deadline

    def next_deadline(self) -> Instant | None:
        """Return when :meth:`handle_timeout` should be called, None while nothing is pending.

        It may be early (what was pending has come by itself), never late.
        """
        return None if self._deadline == NEVER else self._deadline

    def drain(self) -> list[Output]:
        """Return the instructions since the last drain, in order."""
        outputs, self._outputs = self._outputs, []
        return outputs
