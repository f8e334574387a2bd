"""Who listens to a track: what they are handed, and that nothing else changes."""

from __future__ import annotations

from media.config import MediaConfig
from media.ids import EndpointId
from media.outputs import SendRtcp, SendRtp
from media.plan import Codec, Extension, Kind, MediaPlan
from media.router import Router
from media.rtp import rtcp
from media.rtp.rtcp import SenderReport
from tests.support.packets import ALICE, BOB, IDS, OPUS, VP8, VP8_KEY, plan, rtp, rtx

PICTURE, VOICE = 1000, 1500
"""Alice's SSRCs."""


class Ear:
    """A sink that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int, Codec, bytes]] = []
        self.reports: list[tuple[int, int, float]] = []
        self.is_ended = False

    def packet(
        self, encoding: int, epoch: int, codec: Codec, packet: bytes, arrived: float
    ) -> None:
        self.heard.append((encoding, epoch, codec, packet))

    def report(self, encoding: int, report: SenderReport, arrived: float) -> None:
        self.reports.append((report.ntp, report.timestamp, arrived))

    def ended(self) -> None:
        self.is_ended = True


def room(*, bob: bool = True) -> Router:
    router = Router(MediaConfig(), 1)
    for who, base in ((ALICE, 1000), (BOB, 2000)):
        if who == ALICE or bob:
            router.add_endpoint(who, plan(base), 0.0)
            router.set_ready(who, True, 0.0)
    router.drain()
    return router


def listen(router: Router, kind: Kind = Kind.VIDEO, who: EndpointId = ALICE) -> Ear:
    ear = Ear()
    assert router.attach(who, kind, ear, 1.0)
    return ear


def asked(router: Router) -> list[rtcp.Packet]:
    compounds = [each.packet for each in router.drain() if isinstance(each, SendRtcp)]
    return [p for c in compounds for p in rtcp.parse(c) if isinstance(p, rtcp.Pli)]


def test_packets_are_handed_over_as_they_came_without_extensions() -> None:
    router = room()
    ear = listen(router)
    bare = rtp(7, timestamp=9, marker=True, payload=VP8_KEY + b"x", padding=4)
    dressed = rtp(
        7, timestamp=9, marker=True, payload=VP8_KEY + b"x", padding=4, csrcs=2,
        elements={IDS[Extension.MID]: b"v"},
    )  # fmt: skip
    router.handle_rtp(ALICE, dressed, 1.0)
    router.handle_rtp(ALICE, rtp(1, payload_type=111, ssrc=VOICE), 1.0)
    router.handle_rtp(BOB, rtp(1, ssrc=2000), 1.0)
    assert [packet for _, _, _, packet in ear.heard] == [bare]
    assert ear.heard[0][0] == 0
    assert ear.heard[0][2] == VP8


def test_it_hears_each_packet_once_and_what_was_repaired() -> None:
    router = room()
    ear = listen(router)
    for number in (1, 2, 2, 4):
        router.handle_rtp(ALICE, rtp(number), 1.0)
    router.handle_rtp(ALICE, rtx(rtp(3), 1), 1.1)
    assert [packet[3] for _, _, _, packet in ear.heard] == [1, 2, 4, 3]
    assert [packet[8:12] for _, _, _, packet in ear.heard] == [(1000).to_bytes(4, "big")] * 4


def test_it_hears_where_nobody_else_does_and_changes_nothing_for_others() -> None:
    alone, lonely = room(bob=False), room(bob=False)
    ear = listen(alone)
    for router in (alone, lonely):
        router.handle_rtp(ALICE, rtp(1, payload=VP8_KEY), 1.0)
    assert len(ear.heard) == 1
    with_ear, without = room(), room()
    listen(with_ear)
    sent = []
    for router in (with_ear, without):
        router.handle_rtp(ALICE, rtp(1, payload=VP8_KEY), 1.0)
        sent.append([each.packet for each in router.drain() if isinstance(each, SendRtp)])
    assert sent[0] == sent[1]
    assert sent[0]


def test_a_keyframe_is_asked_for_at_the_start_and_when_wished_at_most_each_interval() -> None:
    router = room()
    router.handle_rtp(ALICE, rtp(1, payload=VP8_KEY), 0.5)
    router.drain()
    listen(router)
    assert len(asked(router)) == 1
    for at in (1.1, 1.2):
        router.request_picture(ALICE, at)
    assert asked(router) == []
    router.handle_rtp(ALICE, rtp(2, payload=VP8_KEY), 1.25)
    router.request_picture(ALICE, 2.0)
    assert len(asked(router)) == 1
    router.request_picture(EndpointId("nobody"), 2.0)
    assert asked(router) == []


def test_the_last_report_is_handed_over_at_once_and_the_next_as_it_comes() -> None:
    router = room()
    first = rtcp.build_sr(SenderReport(PICTURE, 1 << 33, 77, 1, 2))
    router.handle_rtp(ALICE, rtp(1), 0.5)
    router.handle_rtcp(ALICE, first, 0.6)
    ear = listen(router)
    router.handle_rtcp(ALICE, rtcp.build_sr(SenderReport(PICTURE, 1 << 34, 78, 1, 2)), 1.6)
    assert ear.reports == [(1 << 33, 77, 0.6), (1 << 34, 78, 1.6)]


def test_who_is_detached_hears_nothing_more() -> None:
    router = room()
    ear, other = listen(router), listen(router)
    router.handle_rtp(ALICE, rtp(1), 1.0)
    router.detach(ALICE, Kind.VIDEO, ear)
    router.detach(ALICE, Kind.VIDEO, ear)
    router.detach(EndpointId("nobody"), Kind.VIDEO, ear)
    router.handle_rtp(ALICE, rtp(2), 1.1)
    router.handle_rtcp(ALICE, rtcp.build_sr(SenderReport(PICTURE, 1, 1, 1, 1)), 1.2)
    assert (len(ear.heard), len(other.heard)) == (1, 2)
    assert (ear.reports, len(other.reports)) == ([], 1)
    router.detach(ALICE, Kind.VIDEO, other)
    router.handle_rtp(ALICE, rtp(3), 1.3)
    assert len(other.heard) == 2


def test_it_lasts_while_sections_change_and_ends_with_the_endpoint() -> None:
    router = room()
    ear = listen(router, Kind.AUDIO)
    whole = plan(1000)
    router.update_endpoint(ALICE, MediaPlan((), whole.slots), 1.0)
    router.handle_rtp(ALICE, rtp(1, payload_type=111, ssrc=VOICE), 1.1)
    assert ear.heard == []
    router.update_endpoint(ALICE, whole, 1.2)
    router.handle_rtp(ALICE, rtp(2, payload_type=111, ssrc=VOICE), 1.3)
    assert [codec for _, _, codec, _ in ear.heard] == [OPUS]
    router.remove_endpoint(BOB, 1.4)
    assert not ear.is_ended
    router.remove_endpoint(ALICE, 1.5)
    assert ear.is_ended
    assert not router.attach(ALICE, Kind.AUDIO, ear, 1.6)


def test_another_source_is_another_epoch() -> None:
    router = room()
    ear = listen(router)
    router.handle_rtp(ALICE, rtp(1), 1.0)
    router.handle_rtcp(ALICE, rtcp.build_rr(PICTURE) + rtcp.build_bye([PICTURE]), 1.1)
    router.handle_rtp(ALICE, rtp(500, ssrc=4321, elements={IDS[Extension.MID]: b"v"}), 1.2)
    assert len({epoch for _, epoch, _, _ in ear.heard}) == 2
