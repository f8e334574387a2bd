"""Figures of tracks against a network whose loss and delay are known, in virtual time."""

from __future__ import annotations

import pytest

from media.config import MediaConfig
from media.forwarding.reports import ReceptionStats
from media.ids import EndpointId, RoomKey
from media.numbers import SAMPLE_S, Ledger
from media.outputs import SendRtcp, SendRtp
from media.router import Router
from media.rtp import rtcp
from media.rtp.packet import parse_header
from media.rtp.sequence import CYCLE, extend
from media.stats import Distribution, LegStats
from tests.support.browser import Browser
from tests.support.clock import VirtualClock
from tests.support.link import Conditions, Link
from tests.support.packets import ALICE, BOB, plan

pytestmark = pytest.mark.sim

BASES = {ALICE: 1000, BOB: 2000}
CLOCKS = {111: 48_000, 96: 90_000}
TICK_S = 0.2
CLEAN = Conditions(delay_s=0.04)
LOSSY = Conditions(delay_s=0.04, jitter_s=0.008, loss=0.05)


class Reporter:
    """The receiver reports that a real browser would send."""

    def __init__(self, start: float) -> None:
        self._streams: dict[int, ReceptionStats] = {}
        self._at = start + 1.0
        self.outbox: list[bytes] = []

    def next_deadline(self) -> float:
        return self._at

    def handle_timeout(self, now: float) -> None:
        self._at = now + 1.0
        blocks = [stream.block(ssrc, now) for ssrc, stream in self._streams.items()]
        self.outbox.append(rtcp.build_rr(7, blocks))

    def hear(self, packet: bytes, control: bool, now: float) -> None:
        if control:
            for each in rtcp.parse(packet):
                if isinstance(each, rtcp.SenderReport) and each.ssrc in self._streams:
                    self._streams[each.ssrc].handle_sender_report(each, now)
            return
        header = parse_header(packet)
        clock_rate = CLOCKS.get(header[1] & 0x7F)
        if clock_rate is None:
            return  # a retransmission
        stream = self._streams.get(header[4])
        if stream is None:
            stream = self._streams[header[4]] = ReceptionStats(CYCLE + header[2])
        stream.record(extend(header[2], stream.highest), header[3], clock_rate, now)


class Watched:
    """Two people, each with a link up and a link down, and the ledger that watches their room."""

    def __init__(self, up: Conditions, down: Conditions, seed: int) -> None:
        self.clock = VirtualClock()
        self.router, self.ledger = Router(MediaConfig(), seed), Ledger()
        self.links: dict[EndpointId, tuple[Link, Link]] = {}
        self.browsers: dict[EndpointId, tuple[Browser, Reporter]] = {}
        now = self.clock.now
        self.ledger.watch({}, now)
        for endpoint, base in BASES.items():
            self.links[endpoint] = Link(up, seed + base), Link(down, seed + base + 1)
            self.browsers[endpoint] = Browser(endpoint, base, plan(base), now), Reporter(now)
            self.router.add_endpoint(endpoint, plan(base), now)
            self.router.set_ready(endpoint, True, now)

    def run_for(self, seconds: float) -> None:
        machines = [self.router, *(each for pair in self.links.values() for each in pair)]
        machines += [each for pair in self.browsers.values() for each in pair]
        for _ in range(round(seconds / TICK_S)):
            self.clock.run_until(self.clock.now + TICK_S, machines, self._carry)
            self.ledger.watch({RoomKey("r"): self.router}, self.clock.now)

    def _carry(self, now: float) -> None:
        for endpoint, (browser, reporter) in self.browsers.items():
            up, down = self.links[endpoint]
            for packet, control in browser.drain():
                up.send(packet, now, control=control)
            while reporter.outbox:
                up.send(reporter.outbox.pop(), now, control=True)
            for packet, control in up.drain():
                handle = self.router.handle_rtcp if control else self.router.handle_rtp
                handle(endpoint, packet, now)
            for packet, control in down.drain():
                browser.handle_packet(packet, control, now)
                reporter.hear(packet, control, now)
        for output in self.router.drain():
            if isinstance(output, SendRtp | SendRtcp):
                control = isinstance(output, SendRtcp)
                self.links[output.endpoint][1].send(output.packet, now, control=control)

    def leg(self, leg: str, kind: str = "video") -> LegStats:
        found: LegStats = self.ledger.read()["legs"][kind][leg]
        return found


def mean(values: Distribution) -> float:
    return values.total / sum(values.counts)


def test_loss_is_found_in_the_direction_where_it_is() -> None:
    call = Watched(up=CLEAN, down=LOSSY, seed=3)
    call.run_for(30)
    for kind in ("audio", "video"):
        up, down = call.leg("up", kind), call.leg("down", kind)
        assert (up.lost, mean(up.loss), up.loss.counts[0]) == (0, 0.0, sum(up.loss.counts))
        assert mean(down.loss) == pytest.approx(0.05, abs=0.015)
        assert down.lost / down.packets == pytest.approx(0.05, abs=0.015)
        assert mean(up.jitter_s) < 0.001 < mean(down.jitter_s) < 0.008
    assert call.leg("down").nacks > 0
    assert call.leg("down").retransmitted > 0
    assert call.leg("up").nacks == 0


def test_loss_on_the_way_to_us_is_ours_to_see_and_to_ask_for() -> None:
    call = Watched(up=LOSSY, down=CLEAN, seed=4)
    call.run_for(30)
    up, down = call.leg("up"), call.leg("down")
    assert mean(up.loss) == pytest.approx(0.05, abs=0.015)
    assert up.lost / (up.packets + up.lost) == pytest.approx(0.05, abs=0.015)
    assert up.retransmitted >= 0.9 * up.lost
    assert up.nacks >= up.lost
    assert mean(down.loss) < 0.005
    assert 0.001 < mean(up.jitter_s) < 0.008


def test_round_trip_is_the_path_s() -> None:
    call = Watched(up=CLEAN, down=CLEAN, seed=5)
    call.run_for(15)
    assert mean(call.leg("down").rtt_s) == pytest.approx(0.08, abs=0.002)
    assert mean(call.leg("up").rtt_s) == pytest.approx(0.08, abs=0.02)


def test_every_track_is_sampled_at_the_interval_and_no_more() -> None:
    call = Watched(up=CLEAN, down=CLEAN, seed=6)
    call.run_for(6 * SAMPLE_S)
    for leg in ("up", "down"):
        for kind in ("audio", "video"):
            assert sum(call.leg(leg, kind).loss.counts) in (2 * 5, 2 * 6)
