"""From shares of lines to layers, and to what publishers are told."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from media.bandwidth.allocator import LARGE_BPS, SMALL_BPS
from media.forwarding.layer_switch import ALL
from media.forwarding.numbers import Numbers
from media.forwarding.pacer import Pacer
from media.forwarding.publication import Publication
from media.forwarding.sharing import (
    HIGHER,
    LOWER,
    RISES_S,
    ROOM,
    TOLERANCE,
    settle,
    worth,
)
from media.forwarding.subscription import Subscription
from media.forwarding.transport_feedback import TransportFeedback
from media.forwarding.wiring import Target
from media.outputs import RateWorth
from tests.support.packets import ALICE, BOB, CAROL, publishing, slot

LARGE = int(LARGE_BPS)


def publication(*rids: str, rates: tuple[float, ...] = ()) -> Publication:
    section = replace(publishing()[1], rids=rids)
    made = Publication(ALICE, section, TransportFeedback(), 0.5, count(1).__next__)
    for encoding, rate in zip(made.encodings, rates, strict=False):
        encoding.rate_bps = rate
    made._measured_at = float("inf")  # the rates are as given
    return made


def viewers(of: Publication, *shares: int) -> list[Target]:
    section = slot(0).video
    assert section is not None
    found = []
    for who, bps in zip((BOB, CAROL), shares, strict=False):
        subscription = Subscription(section, b"q", 1.0, Numbers(1), Pacer(1.0))
        subscription.attach(of)
        subscription.share.bps, subscription.share.firm = bps, True
        found.append((who, subscription))
    return found


def affordable(targets: list[Target]) -> list[int]:
    """The encoding each may have, -1 for none."""
    return [-1 if s.share.paused else s.share.affordable for _, s in targets]


def test_one_who_watches_alone_slows_the_publisher_and_is_not_cut_off() -> None:
    picture = publication(rates=(1_500_000.0,))
    targets = viewers(picture, 200_000)
    settle(picture, targets, 0.0)
    assert affordable(targets) == [ALL]
    assert worth(picture, targets, 0.0) == RateWorth(ALICE, "v", 200_000, False)


def test_who_can_be_given_nothing_gets_nothing_and_is_worth_nothing() -> None:
    picture = publication(rates=(1_500_000.0,))
    targets = viewers(picture, 0)
    targets[0][1].share.still = True
    settle(picture, targets, 0.0)
    assert affordable(targets) == [-1]
    assert worth(picture, targets, 0.0) == RateWorth(ALICE, "v", 0, True)


def test_of_one_encoding_the_weaker_line_gets_stills_and_the_stronger_all() -> None:
    picture = publication(rates=(1_500_000.0,))
    targets = viewers(picture, 200_000, LARGE)
    settle(picture, targets, 0.0)
    assert affordable(targets) == [-1, ALL]
    assert worth(picture, targets, 0.0) == RateWorth(ALICE, "v", LARGE, True)


def test_before_a_line_was_measured_it_costs_nobody_a_picture() -> None:
    picture = publication(rates=(1_500_000.0,))
    targets = viewers(picture, 200_000, LARGE)
    targets[0][1].share.firm = False
    settle(picture, targets, 0.0)
    assert affordable(targets) == [ALL, ALL]


def test_of_several_encodings_each_gets_what_fits() -> None:
    picture = publication("s", "l", rates=(180_000.0, 1_400_000.0))
    targets = viewers(picture, 250_000, LARGE)
    settle(picture, targets, 0.0)
    assert affordable(targets) == [0, ALL]
    said = worth(picture, targets, 0.0)
    assert said == RateWorth(ALICE, "v", LARGE, False)


def test_an_encoding_not_yet_sent_costs_what_it_will_be_sent_with() -> None:
    picture = publication("s", "l")
    targets = viewers(picture, 250_000, LARGE)
    settle(picture, targets, 0.0)
    assert affordable(targets) == [0, ALL]
    alone = viewers(picture, 300_000)
    settle(picture, alone, 0.0)
    assert affordable(alone) == [ALL], "the large one will be sent with 300 kbit/s"


@pytest.mark.parametrize(
    ("before", "share", "after"),
    [
        (ALL, 1_000_000 / TOLERANCE + 1, ALL),
        (ALL, 1_000_000 / TOLERANCE - 1, 0),
        (0, 1_000_000 / ROOM - 1, 0),
        (0, 1_000_000 / ROOM + 1, ALL),
    ],
)
def test_what_is_had_is_kept_longer_than_it_would_be_begun(
    before: int, share: float, after: int
) -> None:
    picture = publication("s", "l", rates=(180_000.0, 1_000_000.0))
    targets = viewers(picture, int(share), LARGE)
    targets[0][1].share.affordable = before
    settle(picture, targets, 0.0)
    assert affordable(targets)[0] == after


def test_nothing_is_said_while_nobody_is_there() -> None:
    assert worth(publication(), [], 0.0) is None


def test_whose_own_voice_waits_is_asked_for_nothing_at_once() -> None:
    picture = publication()
    targets = viewers(picture, 500_000)
    assert worth(picture, targets, 0.0) == RateWorth(ALICE, "v", 500_000, False)
    picture.held = True
    assert worth(picture, targets, 0.1) == RateWorth(ALICE, "v", 0, False)
    picture.held = False
    assert worth(picture, targets, 0.1 + RISES_S) == RateWorth(ALICE, "v", 500_000, False)


def test_what_has_hardly_changed_is_not_said_again() -> None:
    picture = publication()
    targets = viewers(picture, 500_000)
    share = targets[0][1].share
    assert worth(picture, targets, 0.0) is not None
    for bps in (500_000, int(500_000 * LOWER) + 1, int(500_000 * HIGHER) - 1):
        share.bps = bps
        assert worth(picture, targets, 10.0) is None
    share.bps = 400_000
    assert worth(picture, targets, 10.0) is not None, "a fall is said at once"
    share.bps = 600_000
    assert worth(picture, targets, 10.0 + RISES_S / 2) is None, "a rise can wait"
    assert worth(picture, targets, 10.0 + RISES_S) is not None


def test_the_most_there_is_and_nothing_at_all_are_always_said() -> None:
    picture = publication()
    targets = viewers(picture, LARGE - 1)
    share = targets[0][1].share
    assert worth(picture, targets, 0.0) is not None
    for bps in (LARGE, 0, int(SMALL_BPS)):
        share.bps = bps
        said = worth(picture, targets, 10.0)
        assert said is not None
        assert said.bps == bps
