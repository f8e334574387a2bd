"""The numbers of a room's tracks, gathered when somebody asks: the packet path only counts."""

from __future__ import annotations

from collections.abc import Mapping

from media.forwarding.encoding import Encoding
from media.forwarding.endpoint import Endpoint
from media.forwarding.nack import DEFAULT_RTT_S
from media.forwarding.subscription import Subscription
from media.ids import EndpointId
from media.plan import Kind, PublishSection
from media.stats import DownlinkStats, PacerStats, TrackStats


def read_tracks(endpoints: Mapping[EndpointId, Endpoint]) -> list[TrackStats]:
    """Return one entry for each encoding heard and each subscription that carries something."""
    found: list[TrackStats] = []
    for endpoint in endpoints.values():
        for publication in endpoint.publications.values():
            section = publication.section
            found += [_received(e, section) for e in publication.encodings if e.source is not None]
        found += [
            _sent(endpoint, subscription)
            for subscription in endpoint.subscriptions
            if subscription.publication is not None
        ]
    return found


def _received(encoding: Encoding, section: PublishSection) -> TrackStats:
    stats, nack = encoding.stats, encoding.nack
    return TrackStats(
        endpoint=encoding.owner,
        publisher=encoding.owner,
        mid=section.mid,
        kind=section.kind.value,
        rid=section.rids[encoding.spatial] if section.rids else "",
        packets=0 if stats is None else stats.received,
        octets=encoding.octets,
        lost=0 if stats is None else stats.lost,
        jitter_s=0.0 if stats is None else stats.jitter / encoding.clock_rate,
        rtt_s=None if nack.rtt_s == DEFAULT_RTT_S else nack.rtt_s,  # nothing was learned yet
        nacks=nack.asked,
        plis=encoding.keyframes.sent,
        retransmitted=encoding.repaired,
    )


def _sent(endpoint: Endpoint, subscription: Subscription) -> TrackStats:
    publication, section = subscription.publication, subscription.section
    encoding = subscription.encoding_now
    rids = () if publication is None else publication.section.rids
    reports, clock_rate = subscription.reports, 48_000 if section.kind is Kind.AUDIO else 90_000
    return TrackStats(
        endpoint=endpoint.id,
        publisher=endpoint.id if publication is None else publication.owner,
        mid=section.mid,
        kind=section.kind.value,
        rid=rids[encoding.spatial] if rids and encoding is not None else "",
        packets=subscription.packets,
        octets=subscription.octets,
        lost=reports.lost,
        jitter_s=reports.jitter / clock_rate,
        rtt_s=reports.rtt_s,
        nacks=subscription.asked,
        plis=subscription.plis,
        retransmitted=subscription.resent,
    )


def read_pacers(endpoints: Mapping[EndpointId, Endpoint]) -> dict[EndpointId, PacerStats]:
    """Return what each subscriber's pacer did."""
    return {
        endpoint.id: PacerStats(
            passed=endpoint.pacer.passed,
            delays=tuple(endpoint.pacer.delays),
            dropped=endpoint.pacer.dropped,
            rate_bps=endpoint.pacer.rate_bps,
        )
        for endpoint in endpoints.values()
    }


def read_downlinks(endpoints: Mapping[EndpointId, Endpoint]) -> dict[EndpointId, DownlinkStats]:
    """Return what each endpoint with transport-wide numbers was sent, and said of it."""
    return {
        endpoint.id: DownlinkStats(
            sent=log.next_number,
            sent_bytes=log.sent_bytes,
            acked=log.acked,
            acked_bytes=log.acked_bytes,
            lost=log.lost,
            late=log.late,
            refused=log.refused,
            unmatched=log.unmatched,
            jumps=log.jumps,
        )
        for endpoint in endpoints.values()
        if (log := endpoint.sent_log) is not None
    }
