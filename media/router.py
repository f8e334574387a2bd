"""The fan-out of one room: publications times subscriptions, packets in, packets out.

Rule 1: pure. Everything comes in by ``handle_*`` and goes out by :meth:`Router.drain`.
Rule 2: what a peer sends can be dropped and counted, never raise.
Rule 3: the packet path allocates what it sends and little else; timers are looked at when the
earliest is due, not for each packet.
"""

from __future__ import annotations

from itertools import count

from media.clock import Instant
from media.config import MediaConfig
from media.errors import PacketError
from media.forwarding import layer_switch, sharing, taps, wiring
from media.forwarding.control import Control
from media.forwarding.drops import DropReason
from media.forwarding.encoding import Encoding, Media
from media.forwarding.endpoint import NEVER, Endpoint
from media.forwarding.numbers import Numbers
from media.forwarding.publication import Publication
from media.forwarding.track_numbers import read_downlinks, read_pacers, read_tracks
from media.forwarding.wiring import Target
from media.ids import EndpointId
from media.outputs import FirstPacket, Output, SendRtcp, SendRtp
from media.plan import Kind, MediaPlan
from media.rtp.packet import Header, parse_header, unwrap_rtx
from media.stats import DownlinkStats, PacerStats, TrackStats


class Router(Control):
    """One room. ``seed`` starts the outgoing numbering: give it random bits, or a test's number.

    The counters are read by the shell and only ever go up; ``dropped`` has every
    :class:`DropReason` as key from the start.
    """

    def __init__(self, config: MediaConfig, seed: int) -> None:
        super().__init__()
        self._config = config
        self._numbers = Numbers(seed)
        self._epochs = count(1).__next__
        self._targets: dict[Publication, list[Target]] = {}
        self.packets_in = 0

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
        known.pacer.clear()
        self._wire(now)

    def request_keyframes(self, endpoint: EndpointId, now: Instant) -> None:
        """Ask for keyframes both ways, after the endpoint's path has moved."""
        known = self._endpoints.get(endpoint)
        if known is None:
            return
        own = [
            each for publication in known.publications.values() for each in publication.encodings
        ]
        watched = [subscription.encoding for subscription in known.subscriptions]
        for encoding in (*own, *watched):
            if encoding is not None and encoding.is_video:
                self._ask_keyframe(encoding, now)

    def set_target(
        self,
        subscriber: EndpointId,
        publisher: EndpointId,
        target: layer_switch.Target,
        now: Instant,
    ) -> None:
        """Give a subscriber at most these layers of a publisher's picture.

        Until then it gets the best there is. A publisher whose picture it is not sent is ignored.
        """
        known = self._endpoints.get(subscriber)
        for subscription in () if known is None else known.subscriptions:
            publication = subscription.publication
            if publication is None or not publication.is_video or publication.owner != publisher:
                continue
            subscription.use_layers()
            subscription.set_target(target)
            publication.set_layered(True)
            self._assign(publication, now)

    def track_stats(self) -> list[TrackStats]:
        """Return the numbers of every encoding and every subscription, read when asked."""
        return read_tracks(self._endpoints)

    def pacer_stats(self) -> dict[EndpointId, PacerStats]:
        """Return what each subscriber's pacer did, by endpoint."""
        return read_pacers(self._endpoints)

    def downlink_stats(self) -> dict[EndpointId, DownlinkStats]:
        """Return what came of the packets sent to each endpoint that tells, by its feedback."""
        return read_downlinks(self._endpoints)

    def voice(self, endpoint: EndpointId) -> Encoding | None:
        """Return a ready endpoint's voice as it comes in; None where it has none."""
        known = self._endpoints.get(endpoint)
        voice = known.publication(Kind.AUDIO) if known is not None and known.ready else None
        return None if voice is None else voice.encodings[0]

    def _wire(self, now: Instant) -> None:
        """Tie subscriptions to publications anew, and serve who is new to one."""
        targets = self._targets = wiring.connect(self._endpoints)
        self._taps.connect(self._endpoints)
        for endpoint in self._endpoints.values():
            sharing.share_line(endpoint, now)
        self._unreported = [
            (target, subscription)
            for target, subscription in self._unreported
            if subscription.publication is not None
            and (target, subscription) in targets.get(subscription.publication, ())
        ]
        for publication in targets:
            self._settle(publication, now)
        self._outputs += wiring.prefer_codec(self._endpoints, self._config.video_codecs)

    def _share(self, source: Endpoint, now: Instant) -> None:
        sharing.share_line(source, now)
        publications = {s.publication for s in source.subscriptions if s.publication}
        for publication in publications:
            self._settle(publication, now)
        pictures = [s for s in source.subscriptions if s.pacer is not None and s.publication]
        if source.pacer.waiting and all(s.share.paused for s in pictures):
            source.pacer.drop_pictures()
            self._forget_lost(source)

    def _settle(self, publication: Publication, now: Instant) -> None:
        """Give everyone what their line has room for, and tell the publisher what that comes to."""
        targets = self._targets.get(publication, [])
        if publication.is_video:
            before = [subscription.share.affordable for _, subscription in targets]
            sharing.settle(publication, targets, now)
            told = sharing.worth(publication, targets, now)
            if told is not None:
                self._outputs.append(told)
            moved = before != [subscription.share.affordable for _, subscription in targets]
        else:
            moved = False
        ready = [target for target in targets if not target[1].share.paused]
        if moved or list(publication.targets) != ready:
            self._retarget(publication, ready, now)

    def _retarget(self, publication: Publication, ready: list[Target], now: Instant) -> None:
        before = {subscription for _, subscription in publication.targets}
        new = [target for target in ready if target[1] not in before]
        for gone in before.difference(subscription for _, subscription in ready):
            gone.interrupt()
        publication.set_targets(tuple(ready))
        self._unreported += new
        if publication.layered:
            self._assign(publication, now)
        elif publication.is_video and new:
            self._ask_keyframe(publication.encodings[0], now)

    def _assign(self, publication: Publication, now: Instant) -> None:
        """Settle who gets which layer, and ask for the keyframes it takes."""
        targets = [t for t in self._targets.get(publication, ()) if not t[1].share.paused]
        for encoding in wiring.assign_layers(publication, targets, now):
            if not encoding.keyframes.waiting:
                self._ask_keyframe(encoding, now)
        if publication.has_simulcast:
            watched = wiring.watched_layers(publication, targets)
            if watched is not None:
                self._outputs.append(watched)

    # Packets

    def handle_rtp(  # noqa: C901  one pass for each packet, as above
        self, endpoint: EndpointId, packet: bytes, now: Instant
    ) -> None:
        """Take a plain RTP packet an endpoint sent."""
        self.packets_in += 1
        source = self._endpoints.get(endpoint)
        if source is None:
            self.dropped[DropReason.UNKNOWN_ENDPOINT] += 1
            return
        try:
            header = parse_header(packet)
            source.allowance -= len(packet)
            if source.allowance < 0 and source.is_over_rate(header[4], len(packet), now):
                self.dropped[DropReason.RATE] += 1
                return
            encoding = source.demux.active.get(header[4])
            if encoding is not None:
                media = encoding.receive(packet, header, now)
            else:
                found = self._resolve(source, packet, header, now)
                if isinstance(found, DropReason):
                    self.dropped[found] += 1
                    return
                encoding, media = found
        except PacketError:
            self.dropped[DropReason.MALFORMED] += 1
            return
        if not source.armed:
            self._arm(source, now)
        if encoding.nack.due < self._deadline:  # noqa: PLR1730  min() costs a call a packet
            self._deadline = encoding.nack.due
        if media[0] < 0:
            self.dropped[encoding.refusal] += 1
            return
        self._fan_out(encoding, media, now)

    def _fan_out(  # noqa: C901  one pass for each packet, as above
        self, encoding: Encoding, media: Media, now: Instant
    ) -> None:
        if encoding.taps:
            taps.hand(encoding, media, now)
        outputs = self._outputs
        packets = size = 0
        for target, subscription in encoding.targets:
            sent = subscription.forward(encoding, media, now)
            if not isinstance(sent, bytes):
                if isinstance(sent, list):
                    self._send_several(target, sent, subscription.pacer, now)
                else:
                    self.dropped[sent] += 1
                continue
            pacer = subscription.pacer
            if pacer is not None and not pacer.passes(len(sent), now):
                self._hold(target, sent, now)
                continue
            log = subscription.sent_log
            if log is not None:
                log.add(len(sent), now, subscription.ssrc << 16 | sent[2] << 8 | sent[3])
            packets += 1
            size += len(sent)
            outputs.append(SendRtp(target, sent))
        self.packets_out += packets
        self.bytes_out += size
        if encoding.switched:
            self._after_switch(encoding, now)
        if self._unreported:
            self._report_first(now)

    def _after_switch(self, encoding: Encoding, now: Instant) -> None:
        """Take note of subscribers who have just gone over to another encoding."""
        encoding.switched = False
        for publication in self._endpoints[encoding.owner].publications.values():
            if encoding not in publication.encodings:
                continue
            for target in self._targets[publication]:
                layers = target[1].layers
                if layers is not None and layers.switched:
                    layers.switched = False
                    self._unreported.append(target)
            self._assign(publication, now)

    def _arm(self, source: Endpoint, now: Instant) -> None:
        source.arm(now)
        self._deadline = min(self._deadline, source.feedback_at, source.report_at)
        if not source.heard:
            source.heard = True
            self._outputs.append(FirstPacket(source.id))

    def _resolve(
        self, source: Endpoint, packet: bytes, header: Header, now: Instant
    ) -> tuple[Encoding, Media] | DropReason:
        """Take a packet whose SSRC is not active: a retransmission, or a new source's first."""
        encoding = source.demux.resolve(packet, header)
        if isinstance(encoding, DropReason):
            return encoding
        ssrc, sequence = header[4], header[2]
        original_type = encoding.rtx_types.get(header[1] & 0x7F)
        known = encoding.source
        if original_type is None:
            before = None if known is None else known.ssrc
            if not encoding.adopt(ssrc, sequence, now):
                return DropReason.LAYER
            source.demux.activate(encoding, before, ssrc)
            self._deadline = min(self._deadline, encoding.keyframes.due)
            if encoding.layered:
                encoding.keyframes.expect(now)
                self._review(source, now)
            return encoding, encoding.receive(packet, header, now)
        encoding.record_arrival(packet, header, now)
        if known is None:
            return encoding, encoding.refuse(DropReason.UNKNOWN_SSRC)
        original = unwrap_rtx(packet, header, original_type, known.ssrc)
        if original is None:
            return encoding, encoding.refuse(DropReason.PADDING)
        return encoding, encoding.receive_repair(original, parse_header(original), now)

    def _review(self, source: Endpoint, now: Instant) -> None:
        """Look which encodings of an endpoint's tracks are alive."""
        for publication in source.publications.values():
            if publication.has_simulcast:
                self._assign(publication, now)

    def _watch_uplink(self, endpoint: Endpoint, now: Instant) -> None:
        """Have a publisher whose voice waits send no picture until it no longer does."""
        if now >= endpoint.feedback_at and endpoint.watch_uplink(now):
            for publication in endpoint.publications.values():
                self._settle(publication, now)

    # Time

    def handle_timeout(self, now: Instant) -> None:
        """Send what is due: feedback, reports, requests for what is missing, keyframe requests."""
        if now < self._deadline:
            return
        deadline = NEVER
        for endpoint in self._endpoints.values():
            self._watch_uplink(endpoint, now)
            packet = endpoint.collect_rtcp(now)
            if packet is not None:
                self._outputs.append(SendRtcp(endpoint.id, packet))
            self._tend(endpoint, now)
            self._send_late(endpoint, endpoint.pacer.handle_timeout(now), now)
            if endpoint.armed:
                self._review(endpoint, now)
            for publication in endpoint.publications.values():
                for encoding in publication.encodings:
                    self._send_keyframe_request(encoding, now)
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
