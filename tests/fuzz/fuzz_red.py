"""RED: redundant voice from someone who speaks it to someone who does not, so that it is unpacked.

A series of payloads as in fuzz_rtp; the leading byte's lowest bit leaves a gap before the packet.
"""

from __future__ import annotations

from dataclasses import replace

from media.config import MediaConfig
from media.errors import PacketError
from media.plan import Codec, MediaPlan
from media.router import Router
from media.rtp import red
from tests.fuzz.fuzz_rtp import check, packets
from tests.support.packets import ALICE, BOB, plan, rtp

RED = Codec("red", 48_000, 63)
CONFIG = MediaConfig()


def speaker() -> MediaPlan:
    """Alice's plan, with RED for her voice."""
    made = plan(1000)
    voice, picture = made.publishing
    return replace(made, publishing=(replace(voice, codecs=(*voice.codecs, RED)), picture))


def one(data: bytes) -> None:
    """Nothing but PacketError; blocks lie inside their payload, one after the other."""
    router, now, number = Router(CONFIG, 1), 1.0, 1
    router.add_endpoint(ALICE, speaker(), 0.0)
    router.add_endpoint(BOB, plan(2000), 0.0)
    for endpoint in (ALICE, BOB):
        router.set_ready(endpoint, True, 0.0)
    for lead, payload in packets(data):
        number += 1 + (lead & 1) * (lead >> 5)
        now += 0.02
        packet = rtp(
            number, payload_type=63, ssrc=1500, timestamp=number * 960, payload=payload,
            padding=lead >> 1 & 3,
        )  # fmt: skip
        router.handle_rtp(ALICE, packet, now)
        check(router.drain())
        try:
            blocks = red.parse(payload, len(payload))
        except PacketError:
            continue
        assert blocks[-1].end == len(payload)
        assert all(block.start <= block.end for block in blocks)
        assert [b.start for b in blocks[1:]] == [b.end for b in blocks[:-1]]
