"""Who gets whose media, and in which codec: worked out anew whenever a room changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from media.clock import Instant
from media.forwarding import codec_choice
from media.forwarding.encoding import Encoding
from media.forwarding.endpoint import Endpoint
from media.forwarding.layer_switch import choose
from media.forwarding.publication import Publication
from media.forwarding.subscription import Subscription
from media.ids import EndpointId
from media.outputs import CodecPreferred, LayersWatched
from media.plan import Kind

Target: TypeAlias = tuple[EndpointId, Subscription]
"""A ready subscriber and its subscription."""


def connect(endpoints: Mapping[EndpointId, Endpoint]) -> dict[Publication, list[Target]]:
    """Attach every subscription to the publication its slot stands for now.

    Returns the ready subscribers of each publication of the room, none included.
    """
    targets: dict[Publication, list[Target]] = {
        publication: []
        for endpoint in endpoints.values()
        for publication in endpoint.publications.values()
    }
    for subscriber in endpoints.values():
        for slot, holder in zip(subscriber.plan.slots, subscriber.slots.held, strict=True):
            publisher = None if holder is None else endpoints[holder]
            for kind, section in ((Kind.AUDIO, slot.audio), (Kind.VIDEO, slot.video)):
                subscription = subscriber.subscription(section)
                if subscription is None:
                    continue
                publication = None if publisher is None else publisher.publication(kind)
                subscription.attach(publication)
                if publication is not None and subscriber.ready:
                    targets[publication].append((subscriber.id, subscription))
    return targets


def assign_layers(
    publication: Publication, targets: Sequence[Target], now: Instant
) -> list[Encoding]:
    """Settle which encoding each subscriber of a layered publication gets or waits for.

    Returns the encodings somebody waits for, who must be asked for a keyframe.
    """
    encodings = publication.encodings
    wanted: list[Encoding] = []
    for _, subscription in targets:
        layers = subscription.use_layers()
        best = choose(encodings, min(layers.target.spatial, subscription.share.affordable), now)
        if best >= 0:
            layers.want(best)
        if layers.wanted >= 0:
            wanted.append(encodings[layers.wanted])
    for encoding in encodings:
        encoding.targets = tuple(
            (who, subscription)
            for who, subscription in targets
            if subscription.use_layers().uses(encoding.spatial)
        )
    return wanted


def watched_layers(publication: Publication, targets: Sequence[Target]) -> LayersWatched | None:
    """Return which encodings are of use to somebody, if that is not what was told last.

    One that would be given but is not sent is among them, or it would never be begun.
    """
    section = publication.section
    used: set[int] = set()
    for _, subscription in targets:
        layers = subscription.use_layers()
        most = min(layers.target.spatial, subscription.share.affordable, len(section.rids) - 1)
        used |= {most, layers.current, layers.wanted}
    rids = tuple(rid for spatial, rid in enumerate(section.rids) if spatial in used)
    if rids == publication.told_watched:
        return None
    publication.told_watched = rids
    return LayersWatched(publication.owner, section.mid, rids)


def prefer_codec(
    endpoints: Mapping[EndpointId, Endpoint], order: Sequence[str]
) -> list[CodecPreferred]:
    """Return what to tell ready publishers of video that send another codec than all can see."""
    senders: list[Endpoint] = []
    sections: list[codec_choice.CodecSet] = []
    for endpoint in endpoints.values():
        video = endpoint.publication(Kind.VIDEO)
        if endpoint.ready and video is not None:
            senders.append(endpoint)
            sections.append(codec_choice.keys(video.section.codecs))
        sections += [codec_choice.keys(s.video.codecs) for s in endpoint.plan.slots if s.video]
    chosen = codec_choice.choose(order, sections)
    told = []
    for endpoint in senders:
        if chosen is not None and (endpoint.told_codec or "").lower() != chosen.lower():
            endpoint.told_codec = chosen
            told.append(CodecPreferred(endpoint.id, chosen))
    return told
