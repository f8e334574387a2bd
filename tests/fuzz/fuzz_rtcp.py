"""RTCP: reports, requests, transport-cc, as a series of compounds while media is forwarded."""

from __future__ import annotations

import contextlib

from media.errors import PacketError
from media.rtp import rtcp, transport_cc
from tests.fuzz.fuzz_rtp import check, packets, room
from tests.support.packets import ALICE, BOB, VP8_KEY, rtp


def one(data: bytes) -> None:
    """Nothing escapes; feedback that is read can be written and read again."""
    router, now = room(), 1.0
    for number in range(8):
        packet = rtp(number, ssrc=1000, timestamp=number * 3000, payload=VP8_KEY + bytes(40))
        router.handle_rtp(ALICE, packet, now)
    router.drain()
    for lead, compound in packets(data):
        now += (lead >> 1) / 100
        router.handle_timeout(now)
        router.handle_rtcp(BOB if lead & 1 else ALICE, compound, now)
        check(router.drain())
        with contextlib.suppress(PacketError):
            assert len(rtcp.parse(compound)) <= len(compound)
    try:
        arrivals = transport_cc.parse(data)
    except PacketError:
        return
    assert transport_cc.parse(transport_cc.build(arrivals)) == arrivals
