from __future__ import annotations

from itertools import count

from media.config import MediaConfig
from media.forwarding.endpoint import NEVER, Endpoint
from media.forwarding.numbers import Numbers
from media.ids import EndpointId
from media.outputs import SlotFill
from media.plan import Kind, MediaPlan, Slot
from media.rtp import rtcp
from media.rtp.packet import parse_header
from tests.support.packets import BOB, plan, publishing, rtp, slot


def endpoint(given: MediaPlan) -> Endpoint:
    made = Endpoint(EndpointId("e"), MediaConfig(), Numbers(1), count(1).__next__)
    made.apply(given)
    return made


def test_a_plan_s_repetition_keeps_every_object() -> None:
    made = endpoint(plan(1000))
    publications, subscriptions = list(made.publications.values()), made.subscriptions
    made.apply(plan(1000))
    assert list(made.publications.values()) == publications
    assert made.subscriptions == subscriptions


def test_another_ssrc_in_a_slot_is_another_subscription() -> None:
    made = endpoint(plan(1000))
    before = made.subscriptions
    made.apply(plan(1000, slot_base=77_000))
    assert not set(before) & set(made.subscriptions)


def test_half_a_slot_and_half_a_publisher_are_enough() -> None:
    whole = slot(0)
    made = endpoint(MediaPlan(publishing()[:1], (Slot(0, None, whole.video), Slot(1, None, None))))
    made.slots.add(BOB)
    assert made.slots_changed().slots == (SlotFill(None, "rv0", BOB), SlotFill(None, None, None))
    assert made.publication(Kind.VIDEO) is None
    assert made.told_codec is None
    assert made.subscription(None) is None
    assert len(made.subscriptions) == 1


def test_timers_run_while_packets_come_and_stop_after() -> None:
    made = endpoint(plan(1000))
    assert made.next_deadline() == NEVER
    assert made.collect_rtcp(5.0) is None
    picture = made.publication(Kind.VIDEO)
    assert picture is not None
    picture.encodings[0].adopt(1000, 1, 1.0)
    packet = rtp(1)
    picture.encodings[0].receive(packet, parse_header(packet), 1.0)
    made.arm(1.0)
    compounds = []
    while made.next_deadline() != NEVER:
        compounds.append(made.collect_rtcp(made.next_deadline()))
    reports = [rtcp.parse(compound) for compound in compounds if compound is not None]
    assert [[type(p) for p in report] for report in reports] == [[rtcp.ReceiverReport]]
    assert not made.armed


def test_more_sources_than_a_report_can_hold_are_cut() -> None:
    video = publishing()[1]
    sections = tuple(
        type(video)(str(n), Kind.VIDEO, video.codecs, ssrcs={n: None}) for n in range(40)
    )
    made = endpoint(MediaPlan(sections, ()))
    for number, publication in enumerate(made.publications.values()):
        publication.encodings[0].adopt(number, 1, 1.0)
        packet = rtp(1, ssrc=number)
        publication.encodings[0].receive(packet, parse_header(packet), 1.0)
    made.arm(1.0)
    compound = made.collect_rtcp(2.5)
    assert compound is not None
    (report,) = rtcp.parse(compound)
    assert isinstance(report, rtcp.ReceiverReport)
    assert len(report.blocks) == rtcp.MAX_BLOCKS
