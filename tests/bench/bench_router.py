"""Microseconds the router takes for one forwarded packet, header extensions included.

Prints medians; asserts only that every packet was forwarded.
"""

from __future__ import annotations

import statistics
import time

import pytest

from media.config import MediaConfig
from media.ids import EndpointId
from media.router import Router
from tests.support.packets import plan, rtp

ROUNDS = 15
PACKETS = 4000
WAKE_S = 0.02


def packets() -> list[bytes]:
    """Three pictures' packets to one of voice, as a 480p call has."""
    made = []
    for number in range(PACKETS):
        transport = {3: number.to_bytes(2, "big"), 2: b"abc"}
        if number % 4 == 3:
            made.append(
                rtp(
                    number // 4,
                    payload_type=111,
                    ssrc=1500,
                    timestamp=number // 4 * 960,
                    payload=bytes(100),
                    elements={1: b"\x30", **transport},
                )
            )
        else:
            made.append(
                rtp(
                    number // 4 * 3 + number % 4,
                    timestamp=number // 12 * 3000,
                    payload=b"\x10\x01" + bytes(1100),
                    elements={**transport, 4: b"v"},
                )
            )
    return made


@pytest.mark.bench
@pytest.mark.parametrize("numbered", [False, True], ids=["plain", "transport_cc"])
@pytest.mark.parametrize("viewers", [1, 3, 5])
def test_forwarding_cost(viewers: int, numbered: bool) -> None:
    load = packets()
    publisher = EndpointId("p")
    figures = []
    for seed in range(ROUNDS):
        router = Router(MediaConfig(), seed)
        router.add_endpoint(publisher, plan(1000), 0.0)
        for index in range(viewers):
            viewer = EndpointId(f"s{index}")
            router.add_endpoint(viewer, plan(2000 + 1000 * index, transport_cc=numbered), 0.0)
            router.set_ready(viewer, True, 0.0)
        router.drain()
        now, wake = 10.0, 0.0
        begun = time.perf_counter()
        for packet in load:
            now += 0.002
            router.handle_rtp(publisher, packet, now)
            if now >= wake:
                wake = now + WAKE_S
                router.handle_timeout(now)
                router.drain()
        figures.append((time.perf_counter() - begun) / PACKETS * 1e6)
        assert router.packets_out == PACKETS * viewers
    what = ", transport-wide numbers" if numbered else ""
    print(
        f"\n1 -> {viewers}{what}: {statistics.median(figures):.2f} us a packet in, "
        f"{statistics.median(figures) / viewers:.2f} us a packet out "
        f"(median of {ROUNDS} x {PACKETS}, timers included)"
    )
