from __future__ import annotations

from itertools import count

from media.config import MediaConfig
from media.forwarding.endpoint import Endpoint
from media.forwarding.numbers import Numbers
from media.forwarding.wiring import connect, prefer_codec
from media.ids import EndpointId
from media.outputs import CodecPreferred
from media.plan import Kind, MediaPlan
from tests.support.packets import ALICE, BOB, H264, VP8, plan, publishing, slot


def room(**plans: MediaPlan) -> dict[EndpointId, Endpoint]:
    endpoints = {}
    for name, given in plans.items():
        made = Endpoint(EndpointId(name), MediaConfig(), Numbers(1), count(1).__next__)
        made.apply(given)
        made.ready = True
        endpoints[made.id] = made
    for made in endpoints.values():
        for other in endpoints:
            if other != made.id:
                made.slots.add(other)
    return endpoints


def test_every_kind_meets_its_kind_both_ways() -> None:
    endpoints = room(alice=plan(1000), bob=plan(2000))
    targets = connect(endpoints)
    for publisher, subscriber in ((ALICE, BOB), (BOB, ALICE)):
        first = endpoints[subscriber].plan.slots[0]
        for kind, section in ((Kind.AUDIO, first.audio), (Kind.VIDEO, first.video)):
            publication = endpoints[publisher].publication(kind)
            subscription = endpoints[subscriber].subscription(section)
            assert publication is not None
            assert subscription is not None
            assert subscription.publication is publication
            assert targets[publication] == [(subscriber, subscription)]


def test_who_is_not_ready_is_attached_but_no_target() -> None:
    endpoints = room(alice=plan(1000), bob=plan(2000))
    endpoints[BOB].ready = False
    targets = connect(endpoints)
    voice = endpoints[ALICE].publication(Kind.AUDIO)
    assert voice is not None
    assert targets[voice] == []
    assert endpoints[BOB].subscriptions[0].publication is voice


def test_a_freed_slot_carries_nothing() -> None:
    endpoints = room(alice=plan(1000), bob=plan(2000))
    connect(endpoints)
    del endpoints[ALICE]
    endpoints[BOB].slots.remove(ALICE)
    connect(endpoints)
    assert [s.publication for s in endpoints[BOB].subscriptions] == [None] * 4


def test_codecs_are_told_to_ready_publishers_only_and_once() -> None:
    both = MediaPlan(publishing(video=(H264, VP8)), (slot(0, 50_000),))
    endpoints = room(alice=both, bob=plan(2000))
    endpoints[ALICE].ready = False
    assert prefer_codec(endpoints, ("VP8", "H264")) == []
    endpoints[ALICE].ready = True
    assert prefer_codec(endpoints, ("VP8", "H264")) == [CodecPreferred(ALICE, "VP8")]
    assert prefer_codec(endpoints, ("VP8", "H264")) == []


def test_no_common_codec_is_nothing_to_tell() -> None:
    other = MediaPlan(publishing(video=(H264,)), (slot(0, 50_000, video=(H264,)),))
    assert prefer_codec(room(alice=other, bob=plan(2000)), ("VP8", "H264")) == []
