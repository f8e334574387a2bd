"""RTP and its header extensions, as a series of packets from either of two people in a room.

Each packet is led by a byte (who, and how long since the one before) and two of length.
"""

from __future__ import annotations

from collections.abc import Iterator

from media.config import MediaConfig
from media.errors import PacketError
from media.outputs import Output, SendRtcp, SendRtp
from media.router import Router
from media.rtp import extensions, rtcp
from media.rtp.packet import parse_header
from tests.support.packets import ALICE, BOB, plan

CONFIG = MediaConfig()


def room() -> Router:
    """Two people who send and are sent to."""
    router = Router(CONFIG, 1)
    for endpoint, base in ((ALICE, 1000), (BOB, 2000)):
        router.add_endpoint(endpoint, plan(base, transport_cc=True), 0.0)
        router.set_ready(endpoint, True, 0.0)
    router.drain()
    return router


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each packet with its leading byte; a length that is too long takes the rest."""
    at = 0
    while at + 3 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 3], "big") & 0x7FF
        yield data[at], data[at + 3 : at + 3 + size]
        at += 3 + size


def check(outputs: list[Output]) -> None:
    """What we send is itself well-formed."""
    for output in outputs:
        if isinstance(output, SendRtp):
            parse_header(output.packet)
        elif isinstance(output, SendRtcp):
            rtcp.parse(output.packet)


def one(data: bytes) -> None:
    """Nothing escapes, and whatever is sent on is a packet."""
    router, now = room(), 1.0
    for lead, packet in packets(data):
        now += (lead >> 1) / 100
        router.handle_timeout(now)
        router.handle_rtp(BOB if lead & 1 else ALICE, packet, now)
        check(router.drain())
        try:
            header = parse_header(packet)
        except PacketError:
            continue
        assert 0 < header[6] <= header[7] <= len(packet)  # extension, payload
    for profile in (extensions.ONE_BYTE, extensions.TWO_BYTE):
        try:
            extensions.parse(data, profile, 0, len(data))
        except PacketError:
            continue
