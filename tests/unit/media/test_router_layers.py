"""Simulcast and temporal layers through the router: what a subscriber sees is one stream."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.config import MediaConfig
from media.forwarding.layer_switch import ALIVE_S, KEPT, Target
from media.outputs import LayersWatched, SendRtcp, SendRtp
from media.plan import MediaPlan
from media.router import Router
from media.rtp import rtcp
from media.rtp import vp8 as descriptor
from media.rtp.packet import parse_header
from tests.support.packets import ALICE, BOB, CAROL, plan, publishing, rtp, vp8

RIDS = ("q", "h", "f")
SSRCS = (11, 12, 13)
BOB_PICTURE = 100_001
KEY, DELTA = b"\x00key", b"\x01delta"


def simulcast() -> MediaPlan:
    voice, picture = publishing(announce=False)
    return MediaPlan((voice, replace(picture, rids=RIDS)), plan(1000).slots)


class Room:
    """Alice sends three encodings, Bob looks on."""

    def __init__(self, publisher: MediaPlan | None = None) -> None:
        self.router = Router(MediaConfig(), 1)
        self.router.add_endpoint(ALICE, publisher or simulcast(), 0.0)
        self.router.add_endpoint(BOB, plan(2000), 0.0)
        for endpoint in (ALICE, BOB):
            self.router.set_ready(endpoint, True, 0.0)
        self.router.drain()
        self.now = 1.0
        self.numbers = [100, 30_000, 65_530]
        self.pictures = [7, 20_000, 0x7FFE]
        self.watched: list[tuple[str, ...]] = []
        self.plis: list[int] = []
        self.reports: list[rtcp.SenderReport] = []

    def step(self, seconds: float = 0.01) -> None:
        self.now += seconds
        self.router.handle_timeout(self.now)
        self.collect()

    def collect(self) -> list[bytes]:
        sent = []
        for output in self.router.drain():
            if isinstance(output, SendRtp) and output.endpoint == BOB:
                sent.append(output.packet)
            elif isinstance(output, LayersWatched):
                self.watched.append(output.rids)
            elif isinstance(output, SendRtcp):
                for each in rtcp.parse(output.packet):
                    if isinstance(each, rtcp.Pli):
                        self.plis.append(each.media_ssrc)
                    elif isinstance(each, rtcp.SenderReport) and each.ssrc == BOB_PICTURE:
                        self.reports.append(each)
        return sent

    def send(
        self, spatial: int, *, key: bool = False, layer: int = 0, sync: bool = False,
        body: bytes | None = None, elements: dict[int, bytes] | None = None, lost: bool = False,
        captured: float | None = None,
    ) -> list[bytes]:  # fmt: skip
        """One packet of one encoding; a picture each."""
        self.numbers[spatial] += 1
        self.pictures[spatial] += 1
        packet = rtp(
            self.numbers[spatial],
            ssrc=SSRCS[spatial],
            timestamp=int((captured or self.now) * 90_000) + spatial * 1_000_000,
            payload=vp8(
                self.pictures[spatial], tl0=self.pictures[spatial] & 0xFF, layer=layer, sync=sync,
                body=body or (KEY if key else DELTA),
            ),
            elements={4: b"v", 10: RIDS[spatial].encode(), **(elements or {})},
        )  # fmt: skip
        if not lost:
            self.router.handle_rtp(ALICE, packet, self.now)
        return self.collect()

    def target(self, spatial: int, temporal: int = 7) -> None:
        self.router.set_target(BOB, ALICE, Target(spatial, temporal), self.now)
        self.collect()

    def frame(self, *, keys: tuple[int, ...] = (), alive: tuple[int, ...] = (0, 1, 2)) -> list[int]:
        """A picture of each encoding; whose packets reached Bob."""
        self.step(1 / 30)
        return [s for s in alive if self.send(s, key=s in keys)]


def picture_of(packet: bytes) -> descriptor.Picture:
    found = descriptor.parse(packet[parse_header(packet)[7] :])
    assert found is not None
    return found


def test_one_encoding_goes_to_each_and_it_is_the_best_alive() -> None:
    room = Room()
    assert room.frame(keys=(0, 1, 2), alive=(0,)) == [0]
    assert room.frame(alive=(0,)) == [0]
    assert room.frame(keys=(1, 2)) == [0, 1, 2]  # a new one's first packet is its keyframe
    assert room.frame() == [2]


def test_a_switch_waits_for_the_keyframe_and_asks_for_it_once() -> None:
    room = Room()
    room.frame(keys=(0, 1, 2))
    room.frame()
    room.plis.clear()
    room.target(0)
    assert room.plis == [SSRCS[0]]
    for _ in range(5):
        assert room.frame() == [2]
    assert room.frame(keys=(0,))[0] == 0
    assert room.frame() == [0]
    assert room.plis == [SSRCS[0]]


def test_the_stream_has_no_seam_across_switches() -> None:
    room = Room()
    packets: list[bytes] = []
    room.send(0, key=True), room.send(1, key=True)
    packets += room.send(2, key=True)
    for target in (0, 2, 1, 0, 1, 2):
        room.target(target)
        for key in (False, True, False, False):
            room.step(1 / 30)
            for spatial in range(3):
                packets += room.send(spatial, key=key and spatial == target)
    headers = [parse_header(packet) for packet in packets]
    assert {header[4] for header in headers} == {BOB_PICTURE}
    for before, after in pairwise(headers):
        assert after[2] == before[2] + 1 & 0xFFFF
        assert 0 < (after[3] - before[3]) & 0xFFFFFFFF < 10_000
    pictures = [picture_of(packet) for packet in packets]
    for one, next_one in pairwise(pictures):
        assert next_one[0] == one[0] + 1 & 0x7FFF
        assert next_one[3] == one[3] + 1 & 0xFF


def test_a_stopped_encoding_is_not_waited_for() -> None:
    room = Room()
    room.frame(keys=(0, 1, 2))
    assert room.frame() == [2]
    for _ in range(int(ALIVE_S * 30) + 5):
        room.frame(alive=(0, 1))
    room.plis.clear()
    for _ in range(40):
        room.frame(alive=(0, 1))
    assert room.plis == [SSRCS[1]] * len(room.plis)
    assert room.frame(keys=(1,), alive=(0, 1)) == [1]
    room.plis.clear()
    for _ in range(9):
        assert room.frame() == [1]
    assert room.plis == [SSRCS[2]], "it is back, and asked to begin with a keyframe"
    assert room.frame(keys=(2,)) == [1, 2]


def test_a_switch_follows_the_senders_clocks() -> None:
    room = Room()
    first = room.send(2, key=True)[0]
    began = room.now
    room.send(0), room.send(1)
    for spatial in range(3):  # one NTP clock; RTP clocks a million apart
        report = rtcp.SenderReport(
            SSRCS[spatial],
            int(began * (1 << 32)),
            int(began * 90_000) + spatial * 1_000_000,
            1,
            1,
        )
        room.router.handle_rtcp(ALICE, rtcp.build_sr(report), room.now)
    room.collect()
    start = parse_header(first)[3]
    for target, late in ((0, 0.3), (1, 0.0), (2, 0.2), (0, 0.1)):
        room.target(target)
        for _ in range(10):
            room.frame()
        captured = room.now + 1 / 30
        room.step(1 / 30 + late)  # it took its time to come: the clock is the camera's
        packets = room.send(target, key=True, captured=captured)
        stamp = parse_header(packets[0])[3]
        assert (stamp - start) & 0xFFFFFFFF == pytest.approx((captured - began) * 90_000, abs=2)


def test_reports_are_of_the_encoding_carried() -> None:
    room = Room()
    out = room.send(2, key=True)
    room.send(0)
    for spatial in (0, 2):
        report = rtcp.SenderReport(SSRCS[spatial], 5 << 32, 77, 1, 1)
        room.router.handle_rtcp(ALICE, rtcp.build_sr(report), room.now)
    room.collect()
    assert len(room.reports) == 1
    offset = parse_header(out[0])[3] - (int(room.now * 90_000) + 2_000_000)
    assert room.reports[0].timestamp == 77 + offset & 0xFFFFFFFF
    room.target(0)
    room.send(0, key=True)
    assert len(room.reports) == 2, "the new encoding's report goes out with it"


def test_a_keyframe_whose_first_packet_came_late_brings_what_overtook_it() -> None:
    room = Room()
    room.frame(keys=(0, 1, 2))
    room.target(0)
    room.step(1 / 30)
    number = room.numbers[0] + 1
    room.send(0, key=True, lost=True)
    assert [room.send(0) for _ in range(3)] == [[], [], []]
    late = rtp(number, ssrc=SSRCS[0], payload=vp8(room.pictures[0] - 3, body=KEY))
    room.router.handle_rtp(ALICE, late, room.now)
    out = [parse_header(packet)[2] for packet in room.collect()]
    assert out == [out[0], out[0] + 1, out[0] + 2, out[0] + 3]
    assert room.frame() == [0]


def test_a_keyframe_that_came_much_too_late_is_asked_for_again() -> None:
    room = Room()
    room.frame(keys=(0, 1, 2))
    room.target(0)
    number = room.numbers[0] + 1
    room.send(0, key=True, lost=True)
    for _ in range(KEPT + 1):
        room.send(0)
    late = rtp(number, ssrc=SSRCS[0], payload=vp8(9, body=KEY))
    room.router.handle_rtp(ALICE, late, room.now)
    assert room.collect() == []
    room.plis.clear()
    for _ in range(30):
        room.frame()
    assert SSRCS[0] in room.plis
    assert room.frame(keys=(0,))[0] == 0


def test_an_encrypted_payload_switches_by_its_dependency_descriptor() -> None:
    room = Room()
    structure, delta = {12: b"\x80\x00\x01\x80"}, {12: b"\x80\x00\x02"}
    noise = bytes(range(200, 256))  # odd first byte or even, it says nothing
    room.send(0, body=noise, elements=structure)
    room.send(2, body=noise, elements=structure)
    room.target(0)
    for first in (0, 1):
        body = bytes((first,)) + noise
        assert room.send(0, body=body, elements=delta) == []
        (out,) = room.send(2, body=body, elements=delta)
        assert out.endswith(body)
    (out,) = room.send(0, body=b"\x01" + noise, elements=structure)
    assert out.endswith(b"\x01" + noise)
    assert room.send(2, body=noise, elements=delta) == []


def test_an_encrypted_payload_behind_a_clear_descriptor_switches_by_the_mark_in_the_clear() -> None:
    room = Room()
    noise = bytes(range(200, 256))
    for spatial in range(3):
        room.send(spatial, body=b"\x00" + noise)
    room.target(1)
    assert room.send(1, body=b"\x01" + noise) == []
    (out,) = room.send(1, body=b"\x00" + noise)
    assert out.endswith(b"\x00" + noise)


def test_watched_layers_are_told_when_they_change() -> None:
    room = Room()
    room.frame(keys=(0, 1, 2))
    assert list(room.watched[-1]) == [
        "f",
    ]
    room.target(0)
    assert list(room.watched[-1]) == ["q", "f"]  # the old one is watched until the switch
    room.frame(keys=(0,))
    assert list(room.watched[-1]) == [
        "q",
    ]
    room.router.set_ready(BOB, False, room.now)
    room.collect()
    assert list(room.watched[-1]) == []


def test_two_subscribers_get_a_layer_each() -> None:
    room = Room()
    room.router.add_endpoint(CAROL, plan(3000), 0.0)
    room.router.set_ready(CAROL, True, 0.0)
    room.router.drain()
    room.router.set_target(CAROL, ALICE, Target(0), room.now)
    for spatial in range(3):
        room.send(spatial, key=True)
    seen = {BOB: 0, CAROL: 0}
    for spatial in range(3):
        room.numbers[spatial] += 1
        packet = rtp(room.numbers[spatial], ssrc=SSRCS[spatial], payload=vp8(500))
        room.router.handle_rtp(ALICE, packet, room.now)
        for output in room.router.drain():
            if isinstance(output, SendRtp):
                seen[output.endpoint] += spatial + 1
    assert seen == {BOB: 3, CAROL: 1}


def test_repairs_are_told_apart_by_the_repaired_rid() -> None:
    room = Room()
    for spatial in range(3):
        room.send(spatial, key=True)
    room.send(2, lost=True)
    number = room.numbers[2]
    assert len(room.send(2)) == 1
    lost = vp8(0x7FFF)
    repair = rtp(
        1, payload_type=97, ssrc=77, payload=number.to_bytes(3, "big")[-2:] + lost,
        elements={4: b"v", 11: b"f"},
    )  # fmt: skip
    room.router.handle_rtp(ALICE, repair, room.now)
    (out,) = room.collect()
    assert parse_header(out)[4] == BOB_PICTURE
    unnamed = rtp(1, payload_type=97, ssrc=78, payload=b"\0\1" + lost, elements={4: b"v"})
    room.router.handle_rtp(ALICE, unnamed, room.now)
    assert room.router.dropped["unknown_ssrc"] == 1


# Temporal layers: one encoding, L1T3 as browsers send it: 0 2 1 2, the upper ones in sync at times


def temporal() -> Room:
    room = Room(MediaPlan(publishing(announce=False), plan(1000).slots))
    room.send(0, key=True)
    return room


def test_upper_layers_are_left_out_without_a_gap() -> None:
    room = temporal()
    room.target(7, 0)
    sent = [room.send(0, layer=layer) for layer in (0, 2, 1, 2, 0, 2, 1, 2, 0)]
    assert [len(packets) for packets in sent] == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    packets = [packet for packets in sent for packet in packets]
    numbers = [parse_header(packet)[2] for packet in packets]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    ids = [picture_of(packet)[0] for packet in packets]
    assert ids == [ids[0], ids[0] + 1, ids[0] + 2]
    assert room.router.dropped["layer"] == 6


def test_up_in_time_at_a_switch_point_only() -> None:
    room = temporal()
    room.target(7, 0)
    room.send(0)
    room.target(7, 2)
    pattern = [(0, False), (2, False), (1, False), (1, True), (2, False), (2, True), (2, False)]
    sent = [len(room.send(0, layer=layer, sync=sync)) for layer, sync in pattern]
    assert sent == [1, 0, 0, 1, 0, 1, 1]


def test_a_keyframe_lifts_all_layers() -> None:
    room = temporal()
    room.target(7, 0)
    room.send(0)
    room.target(7, 2)
    room.send(0, key=True)
    assert len(room.send(0, layer=2)) == 1


def test_a_late_packet_of_a_layer_left_out_is_filled_with_nothing() -> None:
    room = temporal()
    room.target(7, 0)
    room.send(0)
    room.send(0, layer=2, lost=True)
    number, ident = room.numbers[0], room.pictures[0]
    (after,) = room.send(0)
    late = rtp(number, ssrc=SSRCS[0], payload=vp8(ident, layer=2), marker=True)
    room.router.handle_rtp(ALICE, late, room.now)
    (filling,) = room.collect()
    header = parse_header(filling)
    assert header[2] == parse_header(after)[2] - 1 & 0xFFFF
    assert len(filling) == header[7], "no payload"
    assert not header[1] & 0x80


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("target"), st.integers(0, 3), st.integers(0, 3)),
            st.tuples(st.just("send"), st.integers(0, 2), st.integers(0, 23)),
            st.tuples(st.just("stop"), st.integers(0, 2), st.integers(1, 15)),
        ),
        max_size=150,
    )
)
def test_numbers_ids_and_base_layers_have_no_seam_whatever_is_switched(
    steps: list[tuple[str, int, int]],
) -> None:
    room = Room()
    packets: list[bytes] = []
    for what, spatial, value in steps:
        if what == "target":
            room.target(spatial, value)
        elif what == "stop":
            room.step(value / 10)
        else:
            room.step(0.01)
            layer, key = value & 3, value >= 20
            layer = 0 if key or layer == 3 else layer
            packets += room.send(spatial, key=key, layer=layer, sync=bool(value & 4))
    for before, after in pairwise(packets):
        assert parse_header(after)[2] == parse_header(before)[2] + 1 & 0xFFFF
        assert picture_of(after)[0] == picture_of(before)[0] + 1 & 0x7FFF
        ahead = (parse_header(after)[3] - parse_header(before)[3]) & 0xFFFFFFFF
        assert 0 < ahead < 90_000 * 60
