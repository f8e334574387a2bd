"""RTCP: reports, requests, transport-cc, as a series of compounds while media is forwarded.

Bob has been sent eight packets under transport-wide numbers, 0 to 7, that feedback may speak of,
and is sent one more before each compound of his.
"""

from __future__ import annotations

import contextlib

from media.errors import PacketError
from media.router import Router
from media.rtp import rtcp, transport_cc
from media.stats import DownlinkStats
from tests.fuzz.fuzz_rtp import check, packets, room
from tests.support.arrivals import facts
from tests.support.packets import ALICE, BOB, VP8_KEY, rtp


def picture(router: Router, number: int, now: float) -> None:
    """Have Alice send one."""
    packet = rtp(number, ssrc=1000, timestamp=number * 3000, payload=VP8_KEY + bytes(40))
    router.handle_rtp(ALICE, packet, now)


def balance(told: DownlinkStats) -> None:
    """No packet is both here and missing, and none is that was not sent."""
    assert told.sent >= 8
    assert 0 <= told.late <= min(told.lost, told.acked)
    assert told.acked + told.lost - told.late <= told.sent
    assert told.acked_bytes <= told.sent_bytes


def one(data: bytes) -> None:
    """Nothing escapes; feedback that is read can be written and read again.

    Whatever feedback says, the books of what was sent balance.
    """
    router, now = room(), 1.0
    number = 0
    for number in range(8):
        picture(router, number, now)
    router.drain()
    for lead, compound in packets(data):
        now += (lead >> 1) / 100
        router.handle_timeout(now)
        if lead & 1:
            number += 1
            picture(router, number, now)
        router.handle_rtcp(BOB if lead & 1 else ALICE, compound, now)
        check(router.drain())
        balance(router.downlink_stats()[BOB])
        with contextlib.suppress(PacketError):
            assert len(rtcp.parse(compound)) <= len(compound)
    try:
        arrivals = transport_cc.parse(data)
    except PacketError:
        return
    assert facts(transport_cc.parse(transport_cc.build(arrivals))) == facts(arrivals)
