"""What it costs a call's forwarding that somebody may listen: nobody, one who does nothing, a
recorder."""

from __future__ import annotations

import statistics
import time
from typing import Final

from media.config import MediaConfig
from media.plan import Codec, Kind
from media.router import Router
from media.rtp.rtcp import SenderReport
from media.sinks import Sink
from recording.inbox import Inbox
from recording.intake import Intake
from tests.bench.bench_router import PACKETS, WAKE_S, packets
from tests.support.packets import ALICE, BOB, plan

ROUNDS: Final = 21
NOBODY: Final = "nobody listens"
IDLE: Final = "one listens who does nothing"
RECORDER: Final = "a recorder listens"


class Idle:
    """A sink that takes nothing."""

    def packet(
        self, encoding: int, epoch: int, codec: Codec, packet: bytes, arrived: float
    ) -> None:
        """Do nothing."""

    def report(self, encoding: int, report: SenderReport, arrived: float) -> None:
        """Do nothing."""

    def ended(self) -> None:
        """Do nothing."""


def _recorder(inbox: Inbox) -> Sink:
    """What a recorder puts in a call's way; its thread takes, and is not in it."""
    return Intake("part", inbox, lambda _part, _now: True, lambda _part: None)


def _round(load: list[bytes], who: str) -> float:
    """Microseconds a packet, of one person to another."""
    router = Router(MediaConfig(), 1)
    for endpoint, base in ((ALICE, 1000), (BOB, 2000)):
        router.add_endpoint(endpoint, plan(base, transport_cc=True), 0.0)
        router.set_ready(endpoint, True, 0.0)
    inbox = Inbox()
    if who != NOBODY:
        sink = Idle() if who == IDLE else _recorder(inbox)
        for kind in Kind:
            assert router.attach(ALICE, kind, sink, 1.0)
    router.drain()
    now, wake, spent = 10.0, 0.0, 0.0
    for start in range(0, PACKETS, 100):
        begun = time.perf_counter()
        for packet in load[start : start + 100]:
            now += 0.002
            router.handle_rtp(ALICE, packet, now)
            if now >= wake:
                wake = now + WAKE_S
                router.handle_timeout(now)
                router.drain()
        spent += time.perf_counter() - begun
        while inbox.take() is not None:
            pass
    assert router.packets_out == PACKETS
    return spent / PACKETS * 1e6


def measure() -> dict[str, tuple[float, float, float]]:
    """By who listens: the median, least and most of rounds taken in turns."""
    load = packets()
    found: dict[str, list[float]] = {NOBODY: [], IDLE: [], RECORDER: []}
    for _ in range(ROUNDS):
        for who, each in found.items():
            each.append(_round(load, who))
    return {who: (statistics.median(each), min(each), max(each)) for who, each in found.items()}
