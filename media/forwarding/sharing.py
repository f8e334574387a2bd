"""From lines to layers: who gets which picture, and how much of it is worth sending.

Rule 1: each subscriber's line decides what that subscriber gets, and nobody else's does: a bad line
costs the others nothing.
Rule 2: a publisher is told the most that any one subscriber can be given. Who can be given less
gets a smaller encoding, or none and stills in its place.
Rule 3: what is told is told again only when it has changed by something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from media.bandwidth.allocator import LARGE_BPS, SMALL_BPS, Wish, has_copies, has_pictures
from media.clock import Instant
from media.forwarding.endpoint import Endpoint
from media.forwarding.layer_switch import ALL
from media.forwarding.publication import Publication
from media.forwarding.share import Share
from media.forwarding.wiring import Target
from media.outputs import RateWorth
from media.rungs import Rung

TOLERANCE: Final = 1.25
"""An encoding may cost so much more than there is before it is taken away: its rate is measured
over a second, and swings."""
ROOM: Final = 0.95
"""A larger one is begun only where it fits."""
LOWER: Final = 0.95
HIGHER: Final = 1.08
RISES_S: Final = 0.5
"""A rise is told when it is worth telling and so long after the last word; a fall at once."""


def share_line(endpoint: Endpoint, now: Instant) -> None:
    """Give each picture an endpoint is to see its part of the line, and set the pace."""
    pictures = [s for s in endpoint.subscriptions if s.pacer is not None and s.publication]
    downlink = endpoint.downlink
    wishes = [Wish(each.is_small, going=not each.share.paused) for each in pictures]
    if downlink is None or not downlink.heard:
        for subscription, wish in zip(pictures, wishes, strict=True):
            subscription.share.bps = int(SMALL_BPS if wish.small else LARGE_BPS)
        return
    downlink.measure(endpoint.subscriptions, now)
    shares = downlink.divide(wishes, now)
    firm, rung = downlink.is_measured(now), downlink.rung
    for subscription, bps in zip(pictures, shares, strict=True):
        share = subscription.share
        share.bps, share.firm = bps, firm
        none = bps == 0 and has_pictures(rung) and not downlink.brake.held
        share.still = rung is Rung.SLOW or none
    capacity, loses = downlink.estimator.capacity_bps, endpoint.repairs > 1
    lean = downlink.brake.is_long(now) or not has_copies(rung, capacity, loses=loses)
    for subscription in endpoint.subscriptions:
        if subscription.pacer is None:
            subscription.share.paused = not downlink.carries_voice(now)
            subscription.set_lean(lean=lean)
    endpoint.pacer.set_rate(downlink.pacing_bps)


def settle(publication: Publication, targets: Sequence[Target], now: Instant) -> None:
    """Decide which encoding of a picture each subscriber can be given, or that it gets none."""
    publication.measure(now)
    told = max((subscription.share.bps for _, subscription in targets), default=0)
    costs = [_cost(publication, place, told) for place in range(len(publication.encodings))]
    for _, subscription in targets:
        _afford(subscription.share, costs, told)


def _cost(publication: Publication, place: int, told: int) -> float:
    """Return what an encoding costs a line: as measured, or as it will be sent when it begins."""
    measured = publication.encodings[place].rate_bps
    first = place == 0 and publication.has_simulcast
    most = min(told, SMALL_BPS if first else LARGE_BPS)
    return min(measured, most) if measured else most


def _afford(share: Share, costs: Sequence[float], told: int) -> None:
    current = -1 if share.paused else min(share.affordable, len(costs) - 1)
    best = -1
    for place, cost in enumerate(costs):
        if share.bps and cost <= share.bps * (TOLERANCE if place == current else ROOM):
            best = place
    if best < 0 and share.bps > 0 and (told <= share.bps or not share.firm):
        # It is for this line that the publisher is slowed down, and about to be; or the line is
        # still being measured, and the pacer sees to it that voice is not in the picture's way.
        best = 0
    share.paused = best < 0
    share.affordable = ALL if best == len(costs) - 1 else max(best, 0)


def worth(publication: Publication, targets: Sequence[Target], now: Instant) -> RateWorth | None:
    """Return how much of a picture is worth sending, if the publisher is to be told.

    Nothing is said while nobody is there: a picture that waits for its first viewer comes at once.
    """
    if not targets:
        return None
    shares = [subscription.share for _, subscription in targets]
    # Whose own voice waits is to send no picture at all: only then a browser lets go of what waits
    # to be sent, too.
    bps = max(0 if share.paused or publication.held else share.bps for share in shares)
    stills = any(share.still or (share.paused and share.bps > 0) for share in shares)
    before = publication.told_rate
    if before is not None and stills == before.stills and not _differs(before.bps, bps):
        return None
    rises = before is not None and bps > before.bps > 0 and stills == before.stills
    if rises and now < publication.told_rate_at + RISES_S:
        return None
    publication.told_rate_at = now
    publication.told_rate = RateWorth(publication.owner, publication.section.mid, bps, stills)
    return publication.told_rate


def _differs(before: int, after: int) -> bool:
    if not before or not after:
        return before != after
    return (
        after < before * LOWER
        or after > before * HIGHER
        or (after != before and after >= SMALL_BPS and after in (int(SMALL_BPS), int(LARGE_BPS)))
    )
