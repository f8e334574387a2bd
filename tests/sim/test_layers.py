"""Three encodings to two subscribers who switch, over bad networks, in virtual time."""

from __future__ import annotations

from itertools import pairwise

import pytest

from media.config import MediaConfig
from media.forwarding.layer_switch import Target
from media.ids import EndpointId
from media.outputs import SendRtcp, SendRtp
from media.router import Router
from media.rtp import rtcp
from tests.support.clock import VirtualClock
from tests.support.layers import LayerDecoder, LayerSender, simulcast_plan
from tests.support.link import Conditions, Link
from tests.support.packets import ALICE, BOB, CAROL, plan

pytestmark = pytest.mark.sim

CLEAN = Conditions(delay_s=0.02)
LOSSY = Conditions(delay_s=0.03, jitter_s=0.004, loss=0.03)
BURSTY = Conditions(delay_s=0.03, burst_enter=0.01, burst_leave=0.3)
STILL_S = 1.8
"""The longest stand-still allowed: the decoder asks after 0.5 s, and where that or the keyframe is
lost too, the router asks again 1 s later."""


class Room:
    """Alice sends, Bob and Carol look on."""

    def __init__(self, conditions: Conditions, seed: int) -> None:
        self.clock = VirtualClock()
        start = self.clock.now
        self.router = Router(MediaConfig(), seed)
        self.senders = [LayerSender(spatial, 1000, start) for spatial in range(3)]
        self.viewers: dict[EndpointId, LayerDecoder] = {}
        self.up = Link(conditions, seed)
        self.back = Link(conditions, seed + 1)
        self.down: dict[EndpointId, Link] = {}
        self.asks: dict[EndpointId, Link] = {}
        self.router.add_endpoint(ALICE, simulcast_plan(1000), start)
        self.router.set_ready(ALICE, True, start)
        for index, viewer in enumerate((BOB, CAROL)):
            given = plan(2000 + 1000 * index)
            section = given.slots[0].video
            assert section is not None
            self.viewers[viewer] = LayerDecoder(section, start)
            self.down[viewer] = Link(conditions, seed + 10 + index)
            self.asks[viewer] = Link(conditions, seed + 20 + index)
            self.router.add_endpoint(viewer, given, start)
            self.router.set_ready(viewer, True, start)

    def target(self, viewer: EndpointId, spatial: int, temporal: int = 7) -> None:
        self.router.set_target(viewer, ALICE, Target(spatial, temporal), self.clock.now)
        self._carry(self.clock.now)

    def run_for(self, seconds: float) -> None:
        links = (self.up, self.back, *self.down.values(), *self.asks.values())
        machines = [_Sending(self), *links, *(_Viewing(self, v) for v in self.viewers)]
        self.clock.run_until(self.clock.now + seconds, [*machines, self.router], self._carry)

    def _carry(self, now: float) -> None:
        for packet, control in self.up.drain():
            handle = self.router.handle_rtcp if control else self.router.handle_rtp
            handle(ALICE, packet, now)
        self._carry_back()
        self._carry_down(now)

    def _carry_back(self) -> None:
        for packet, _ in self.back.drain():
            for each in rtcp.parse(packet):
                for sender in self.senders:
                    sender.handle_rtcp(each, self._send_up)

    def _carry_down(self, now: float) -> None:
        for viewer, decoder in self.viewers.items():
            for packet, _ in self.asks[viewer].drain():
                self.router.handle_rtcp(viewer, packet, now)
            for packet, control in self.down[viewer].drain():
                if not control:
                    decoder.handle_rtp(packet, now)
        for output in self.router.drain():
            if isinstance(output, SendRtp) and output.endpoint in self.down:
                self.down[output.endpoint].send(output.packet, now)
            elif isinstance(output, SendRtcp) and output.endpoint == ALICE:
                self.back.send(output.packet, now, control=True)

    def _send_up(self, packet: bytes, control: bool) -> None:
        self.up.send(packet, self.clock.now, control=control)


class _Sending:
    def __init__(self, room: Room) -> None:
        self._room = room

    def next_deadline(self) -> float:
        return min(sender.next_deadline() for sender in self._room.senders)

    def handle_timeout(self, now: float) -> None:
        for sender in self._room.senders:
            if sender.next_deadline() <= now:
                sender.handle_timeout(now, self._room._send_up)


class _Viewing:
    def __init__(self, room: Room, viewer: EndpointId) -> None:
        self._decoder, self._link, self._room = room.viewers[viewer], room.asks[viewer], room

    def next_deadline(self) -> float:
        return self._decoder.next_deadline()

    def handle_timeout(self, now: float) -> None:
        self._decoder.handle_timeout(
            now, lambda packet, control: self._link.send(packet, now, control=control)
        )


def assert_watchable(decoder: LayerDecoder, until: float) -> None:
    times = [at for at, *_ in decoder.shown]
    assert decoder.conflicts == 0, "one number, two packets"
    assert decoder.wrong == 0, "a descriptor promised a picture that was not there"
    assert max(b - a for a, b in pairwise([*times, until])) < STILL_S


def encodings_shown(decoder: LayerDecoder, since: float) -> list[int]:
    return sorted({encoding for at, encoding, _, _ in decoder.shown if at > since})


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "conditions", [CLEAN, LOSSY, BURSTY], ids=["clean", "random loss", "bursts"]
)
def test_two_who_switch_both_ways_never_stand_still(conditions: Conditions, seed: int) -> None:
    room = Room(conditions, 100 * seed)
    room.run_for(2.0)
    steps = [(0, 7), (2, 7), (1, 1), (1, 7), (2, 0), (2, 2), (0, 0), (7, 7)]
    for index, (spatial, temporal) in enumerate(steps):
        room.target(BOB, spatial, temporal)
        other = steps[-1 - index]
        room.target(CAROL, *other)
        room.run_for(4.0)
        for viewer, wanted in ((BOB, spatial), (CAROL, other[0])):
            last = room.viewers[viewer].shown[-1]
            assert last[1] == min(wanted, 2), f"{viewer} after {index} switches"
    for decoder in room.viewers.values():
        assert_watchable(decoder, room.clock.now)
        assert len(decoder.shown) > 300


def test_a_clean_switch_loses_no_picture_and_asks_for_one_keyframe() -> None:
    room = Room(CLEAN, 7)
    room.run_for(2.0)
    before = [sender.keyframes for sender in room.senders]
    decoder = room.viewers[BOB]
    shown = len(decoder.shown)
    room.target(BOB, 0)
    room.run_for(2.0)
    assert len(decoder.shown) - shown == pytest.approx(60, abs=3)
    after = [sender.keyframes for sender in room.senders]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 0, 0]
    assert decoder.plis == room.viewers[CAROL].plis == 0


def test_the_timeline_is_the_camera_s_across_encodings() -> None:
    room = Room(CLEAN, 8)
    room.run_for(3.0)
    for spatial in (0, 2, 1, 0, 2):
        room.target(BOB, spatial)
        room.run_for(1.5)
    shown = room.viewers[BOB].shown
    skews = [
        (stamp - shown[0][3] & 0xFFFFFFFF) / 90_000 - (at - shown[0][0])
        for at, _, _, stamp in shown
    ]
    assert max(skews) - min(skews) < 0.02, "no drift however often it switches"


def test_an_encoding_that_stops_is_replaced_and_taken_up_again() -> None:
    room = Room(LOSSY, 9)
    room.run_for(2.0)
    room.senders[2].paused = True
    room.run_for(4.0)
    for decoder in room.viewers.values():
        assert encodings_shown(decoder, room.clock.now - 1.0) == [1]
    room.senders[2].paused = False
    room.run_for(3.0)
    for decoder in room.viewers.values():
        assert encodings_shown(decoder, room.clock.now - 1.0) == [2]
        times = [at for at, *_ in decoder.shown]
        assert max(b - a for a, b in pairwise(times)) < 2 * STILL_S


def test_fewer_temporal_layers_are_fewer_pictures_and_no_requests() -> None:
    room = Room(CLEAN, 10)
    room.run_for(2.0)
    for temporal, rate in ((0, 7.5), (1, 15.0), (2, 30.0)):
        room.target(BOB, 2, temporal)
        room.run_for(1.0)
        since = room.clock.now
        room.run_for(4.0)
        shown = sum(at > since for at, *_ in room.viewers[BOB].shown)
        assert shown == pytest.approx(4 * rate, abs=3)
    assert room.viewers[BOB].plis == 0
    assert room.router.retransmissions == 0


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_out_is_not_asked_for_in_vain(seed: int) -> None:
    room = Room(Conditions(delay_s=0.03, loss=0.05), seed)
    room.run_for(2.0)
    room.target(BOB, 2, 0)
    room.run_for(10.0)
    decoder = room.viewers[BOB]
    assert decoder.empty > 0, "repaired packets of layers left out fill their numbers"
    assert_watchable(decoder, room.clock.now)
