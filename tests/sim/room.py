"""A room whose every endpoint has a link up and a link down, in virtual time."""

from __future__ import annotations

from collections import defaultdict

from media.config import MediaConfig
from media.ids import EndpointId
from media.outputs import RateWorth, RungChanged, SendRtcp, SendRtp
from media.router import Router
from media.rungs import Rung
from tests.support.browser import Browser
from tests.support.clock import VirtualClock
from tests.support.link import Conditions, Link
from tests.support.packets import ALICE, BOB, CAROL, plan

BASES = {ALICE: 1000, BOB: 2000, CAROL: 3000}


class Call:
    """A room whose every endpoint has a link up and a link down."""

    def __init__(
        self, conditions: Conditions, seed: int, config: MediaConfig | None = None
    ) -> None:
        self.clock = VirtualClock()
        self.router = Router(config or MediaConfig(), seed)
        self.sent: dict[EndpointId, list[bytes]] = defaultdict(list)
        """RTP toward each endpoint, in the order in which it left the router."""
        self.browsers: dict[EndpointId, Browser] = {}
        self.up: dict[EndpointId, Link] = {}
        self.down: dict[EndpointId, Link] = {}
        self.worth: dict[EndpointId, list[tuple[float, int, bool]]] = defaultdict(list)
        """What each publisher was told: when, how much, and whether stills are wanted."""
        self.rungs: dict[EndpointId, list[tuple[float, Rung]]] = defaultdict(list)
        self._conditions = conditions
        self._seed = seed

    def join(self, endpoint: EndpointId) -> Browser:
        now = self.clock.now
        browser = Browser(endpoint, BASES[endpoint], plan(BASES[endpoint], transport_cc=True), now)
        self.browsers[endpoint] = browser
        self.up[endpoint] = Link(self._conditions, self._seed + BASES[endpoint])
        self.down[endpoint] = Link(self._conditions, self._seed + BASES[endpoint] + 1)
        self.router.add_endpoint(endpoint, browser.plan, now)
        self.router.set_ready(endpoint, True, now)
        self._carry(now)
        return browser

    def leave(self, endpoint: EndpointId) -> None:
        del self.browsers[endpoint], self.up[endpoint], self.down[endpoint]
        self.router.remove_endpoint(endpoint, self.clock.now)
        self._carry(self.clock.now)

    def run_for(self, seconds: float) -> None:
        machines = (*self.up.values(), *self.down.values(), *self.browsers.values(), self.router)
        self.clock.run_until(self.clock.now + seconds, machines, self._carry)

    def settle(self) -> None:
        """Let what is under way arrive and be repaired."""
        for browser in self.browsers.values():
            browser.sender.paused = True
        self.run_for(1.5)

    def _carry(self, now: float) -> None:
        for endpoint, browser in self.browsers.items():
            for packet, control in browser.drain():
                self.up[endpoint].send(packet, now, control=control)
            for packet, control in self.up[endpoint].drain():
                handle = self.router.handle_rtcp if control else self.router.handle_rtp
                handle(endpoint, packet, now)
            for packet, control in self.down[endpoint].drain():
                browser.handle_packet(packet, control, now)
        self._deliver(now)

    def _deliver(self, now: float) -> None:
        for output in self.router.drain():
            if isinstance(output, SendRtp | SendRtcp) and output.endpoint in self.down:
                control = isinstance(output, SendRtcp)
                if not control:
                    self.sent[output.endpoint].append(output.packet)
                self.down[output.endpoint].send(output.packet, now, control=control)
            elif isinstance(output, RateWorth):
                self.browsers[output.endpoint].sender.worth_bps = output.bps
                self.worth[output.endpoint].append((now, output.bps, output.stills))
            elif isinstance(output, RungChanged):
                self.rungs[output.endpoint].append((now, output.rung))
