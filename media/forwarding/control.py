"""What the ends of a room say about its packets, and what they are told: RTCP both ways.

The router stands on this: here are the endpoints, the outputs and the counters, and everything that
is not done for each packet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from media.clock import Instant
from media.errors import PacketError
from media.forwarding.drops import DropReason
from media.forwarding.encoding import Encoding, Forwarder
from media.forwarding.endpoint import NEVER, Endpoint
from media.forwarding.layer_switch import ALL, choose
from media.forwarding.pacer import Pacer
from media.forwarding.redundancy import has_copy
from media.forwarding.subscription import Subscription
from media.forwarding.taps import Taps
from media.forwarding.wiring import Target
from media.ids import EndpointId
from media.outputs import Output, RungChanged, SendRtcp, SendRtp
from media.plan import Kind
from media.rtp import rtcp
from media.sinks import Sink

MAX_RESENT: Final = 512
"""Numbers of one NACK or feedback looked at: a datagram can name 6,000, and nobody needs so
many."""
UNASKED_S: Final = 0.4
"""What was sent longer ago is shown no more by the time it comes again."""
ANEW_S: Final = 0.012
"""From one copy of a repair to the next: beyond the packets that a burst takes with it."""
CROWDED_S: Final = 0.1
"""Where so much waits a repair goes once: half of what a usual line takes to be asked anew."""


class Control:
    """Requests and reports of one room's endpoints.

    The counters are read by the shell and only ever go up; ``dropped`` has every
    :class:`DropReason` as key from the start.
    """

    def __init__(self) -> None:
        self._endpoints: dict[EndpointId, Endpoint] = {}
        self._outputs: list[Output] = []
        self._taps = Taps()
        self._deadline: Instant = NEVER
        self._unreported: list[Target] = []
        self.packets_out = 0
        self.bytes_out = 0
        self.retransmissions = 0
        self.keyframe_requests = 0
        self.dropped: dict[str, int] = {reason.value: 0 for reason in DropReason}

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
            if isinstance(each, rtcp.Feedback):
                self._handle_arrivals(source, each, now)
            else:
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
            case rtcp.Nack():
                self._handle_nack(source, packet, now)
            case rtcp.Pli(_, media_ssrc):
                self._pass_up(source, (media_ssrc,), now)
            case rtcp.Fir(_, ssrcs):
                self._pass_up(source, ssrcs, now)
            case rtcp.SourceDescription() | rtcp.Feedback():
                pass  # names are not ours to pass on; arrivals have been seen to

    def _handle_arrivals(self, source: Endpoint, packet: rtcp.Feedback, now: Instant) -> None:
        """Take transport-cc feedback on what the endpoint was sent."""
        log, downlink = source.sent_log, source.downlink
        if log is None or downlink is None:
            return
        waited_since = log.waiting_since
        report = log.handle_feedback(packet.information, now)
        if report is None:
            self.dropped[DropReason.RTCP_MALFORMED] += 1
            return
        downlink.handle_waiting(waited_since, log.waiting_since, now)
        if downlink.handle_report(report, log.next_number, now):
            self._outputs.append(RungChanged(source.id, downlink.rung))
        source.pacer.stop(stopped=downlink.brake.held)
        self._share(source, now)
        if source.repairs > 1:
            self._repair_unasked(source, log.lost_since(report, now - UNASKED_S), now)
        self._deadline = min(self._deadline, source.next_deadline())

    def _repair_unasked(
        self, source: Endpoint, lost: Iterable[tuple[int, int]], now: Instant
    ) -> None:
        """Send again what nobody has asked for yet: on a line that loses, requests are lost too."""
        of_each: dict[int, list[int]] = {}
        for ssrc, sequence in lost:
            of_each.setdefault(ssrc, []).append(sequence)
        for ssrc, sequences in of_each.items():
            subscription = source.by_slot_ssrc.get(ssrc)
            history = None if subscription is None else subscription.history
            if subscription is not None and history is not None:
                fresh = [each for each in sequences if not history.was_taken(each)]
                self._resend(source, subscription, fresh, now)

    def _share(self, source: Endpoint, now: Instant) -> None:
        """Divide the endpoint's line anew: the router's to do, who knows the targets."""
        raise NotImplementedError

    def _tend(self, endpoint: Endpoint, now: Instant) -> None:
        """Let a line's estimate follow the time, and send what is due of a probe."""
        downlink, log = endpoint.downlink, endpoint.sent_log
        if downlink is None or log is None or now < downlink.next_deadline():
            return
        before = downlink.estimator.estimate_bps
        braked = downlink.look_at_waiting(log.waiting_since, now)
        endpoint.pacer.stop(stopped=downlink.brake.held)
        downlink.handle_timeout(log.next_number, now)
        due = downlink.padding_due(log.next_number, now)
        while due > 0:
            packet = self._padding(endpoint, due, log.next_number)
            size = 0 if packet is None else len(packet)
            if packet is not None:
                log.add(size, now)
                self._send_all(endpoint.id, (packet,))
            due = due - size if size else 0
            downlink.note_padding(size, log.next_number, now)
        # A probe's steps change nothing by themselves.
        if braked or downlink.estimator.estimate_bps != before:
            self._share(endpoint, now)

    def _padding(self, endpoint: Endpoint, size: int, number: int) -> bytes | None:
        for subscription in endpoint.subscriptions:
            packet = subscription.pad(size, number) if subscription.pacer is not None else None
            if packet is not None:
                return packet
        return None

    def _handle_sender_report(
        self, source: Endpoint, report: rtcp.SenderReport, now: Instant
    ) -> None:
        encoding = source.demux.active.get(report.ssrc)
        if encoding is None:
            return
        encoding.handle_sender_report(report, now)
        for sink in encoding.taps:
            sink.report(encoding.spatial, report, now)
        for target, subscription in encoding.targets:
            if subscription.encoding_now is not encoding:
                continue  # it waits for this one's keyframe
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
            encoding = subscription.encoding
            if encoding is None or encoding.last_report is None:
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
                if subscription.reports.rtt_s is not None:
                    source.handle_rtt(subscription.reports.rtt_s)

    def _handle_nack(self, source: Endpoint, asked: rtcp.Nack, now: Instant) -> None:
        subscription = source.by_slot_ssrc.get(asked.media_ssrc)
        if subscription is None:
            return
        subscription.asked += min(len(asked.lost), MAX_RESENT)
        self._resend(source, subscription, asked.lost, now)

    def _resend(
        self, source: Endpoint, subscription: Subscription, lost: Sequence[int], now: Instant
    ) -> None:
        if not source.ready or source.is_braked(now):
            return
        lost, repaired = lost[:MAX_RESENT], []
        for sequence in lost:
            if sequence + 1 & 0xFFFF not in lost and has_copy(
                subscription.history, subscription.section.codecs, sequence
            ):
                continue
            packet = subscription.resend(sequence, now)
            if packet is not None and self._send_again(source, subscription.pacer, packet, now):
                repaired.append(sequence)
        pacer = subscription.pacer
        # One behind the other they would only be late together.
        crowded = pacer is not None and pacer.wait_s > CROWDED_S
        for turn in range(1, 1 if crowded else source.repairs):
            self._resend_more(source, subscription, repaired, now, now + turn * ANEW_S)
        self._deadline = min(self._deadline, source.pacer.next_deadline())

    def _resend_more(
        self, source: Endpoint, subscription: Subscription, sequences: Iterable[int],
        now: Instant, due: Instant,
    ) -> None:  # fmt: skip
        """Send once more what has just been sent again: a picture's later, a voice's at once."""
        for sequence in sequences:
            packet = subscription.resend_more(sequence, due)
            if packet is None:
                continue
            if subscription.pacer is None:
                self._send_again(source, None, packet, now)
            else:
                self._count_held(held=subscription.pacer.hold_until(packet, due))

    def _send_again(
        self, source: Endpoint, pacer: Pacer | None, packet: bytes, now: Instant
    ) -> bool:
        if pacer is not None and not pacer.passes(len(packet), now):
            return self._hold_again(pacer, packet, now)
        if pacer is None:
            self._send_all(source.id, (packet,))
        else:
            self._send_late(source, (packet,), now)
        self.retransmissions += 1
        return True

    def _hold_again(self, pacer: Pacer, packet: bytes, now: Instant) -> bool:
        return self._count_held(held=pacer.hold_again(packet, now))

    def _count_held(self, *, held: bool) -> bool:
        if held:
            self.retransmissions += 1
        else:
            self.dropped[DropReason.PACING] += 1
        return held

    def _pass_up(self, source: Endpoint, ssrcs: Iterable[int], now: Instant) -> None:
        for ssrc in ssrcs:
            subscription = source.by_slot_ssrc.get(ssrc)
            encoding = subscription.encoding if subscription is not None else None
            if subscription is not None and encoding is not None and encoding.is_video:
                subscription.plis += 1
                self._ask_keyframe(encoding, now)

    def _ask_keyframe(self, encoding: Encoding, now: Instant) -> None:
        encoding.keyframes.request(now)
        self._send_keyframe_request(encoding, now)
        self._deadline = min(self._deadline, encoding.next_deadline())

    def _send_keyframe_request(self, encoding: Encoding, now: Instant) -> None:
        before = encoding.keyframes.sent
        packet = encoding.take_keyframe_request(now)
        if packet is not None:
            self.keyframe_requests += encoding.keyframes.sent - before
            self._outputs.append(SendRtcp(encoding.owner, packet))

    # Listening

    def attach(self, endpoint: EndpointId, kind: Kind, sink: Sink, now: Instant) -> bool:
        """Have a sink listen to a track, from its next keyframe on; False where nobody is."""
        known = self._endpoints.get(endpoint)
        if known is None:
            return False
        self._taps.attach(known, kind, sink)
        if kind is Kind.VIDEO:
            self.request_picture(endpoint, now)
        return True

    def detach(self, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        """Have a sink listen no more."""
        known = self._endpoints.get(endpoint)
        if known is not None:
            self._taps.detach(known, kind, sink)

    def request_picture(self, endpoint: EndpointId, now: Instant) -> None:
        """Ask for a keyframe of the best that an endpoint sends."""
        known = self._endpoints.get(endpoint)
        picture = None if known is None else known.publication(Kind.VIDEO)
        best = -1 if picture is None else choose(picture.encodings, ALL, now)
        if picture is not None and best >= 0:
            self._ask_keyframe(picture.encodings[best], now)

    # Sending

    def _send_all(self, target: EndpointId, packets: Iterable[bytes]) -> None:
        for packet in packets:
            self.packets_out += 1
            self.bytes_out += len(packet)
            self._outputs.append(SendRtp(target, packet))

    def _send_late(self, target: Endpoint, packets: Iterable[bytes], now: Instant) -> None:
        """Send what was written before its turn: only now its transport number is known."""
        self._send_all(target.id, [target.number(packet, now) for packet in packets])

    def _send_several(
        self, target: EndpointId, packets: Iterable[bytes], pacer: Pacer | None, now: Instant
    ) -> None:
        for packet in packets:
            if pacer is None:
                self._send_all(target, (packet,))
            elif pacer.passes(len(packet), now):
                self._send_late(self._endpoints[target], (packet,), now)
            else:
                self._hold(target, packet, now)

    def _hold(self, target: EndpointId, packet: bytes, now: Instant) -> None:
        """Have a picture's packet wait its turn; where that is too much, begin anew."""
        endpoint = self._endpoints[target]
        pacer = endpoint.pacer
        pacer.hold(packet, now)
        self._deadline = min(self._deadline, pacer.next_deadline())
        if pacer.lost:
            for subscription in self._forget_lost(endpoint):
                if subscription.encoding is not None:
                    self._ask_keyframe(subscription.encoding, now)

    def _forget_lost(self, endpoint: Endpoint) -> set[Subscription]:
        """Have nobody get again what the pacer let go of; returns whose it was."""
        lost, endpoint.pacer.lost = endpoint.pacer.lost, []
        self.dropped[DropReason.PACING] += len(lost)
        whose: set[Subscription] = set()
        for gone in lost:
            subscription = endpoint.by_slot_ssrc.get(int.from_bytes(gone[8:12], "big"))
            if subscription is not None:
                subscription.forget(gone)
                whose.add(subscription)
        return whose
