"""A voice beside stills on a line that carries both, and little more."""

from __future__ import annotations

import pytest

from media.ids import EndpointId
from media.outputs import SlotFill
from media.stills import GAP_S, HEAD, Stills
from signaling.lab.link import Impairment, LinkTwin

A, B = EndpointId("a"), EndpointId("b")
VOICE_BYTES = 60 + 12 + 16 + 28
"""Of 20 ms at 24 kbit/s: payload, RTP with its tag, UDP and IP."""
STILL_OVERHEAD = 28 + 37 + 28
"""UDP and IP, DTLS, SCTP."""
CHUNKS = 13
STEP_S = 0.005
SECONDS = 30


def voice_delays(rate_bps: float, pace_s: float | None) -> list[float]:
    """How long each voice packet took over the line from the gateway; stills at this pace, if any.

    A pace of 0 hands all chunks of a still over at once, as after a line that held them up.
    """
    line = LinkTwin(seed=1)
    line.set(Impairment(delay_s=0.05, rate_bps=rate_bps, queue_bytes=30_000), 0.0)
    stills = Stills()
    stills.set_slots(B, (SlotFill("1", "2", A),))
    chunks = [] if pace_s is None else [
        (2.5 * number + index * pace_s, HEAD.pack(number, index, CHUNKS) + bytes(300))
        for number in range(SECONDS // 3) for index in range(CHUNKS)
    ]  # fmt: skip
    sent_at, delays = {}, []
    for step in range(int(SECONDS / STEP_S)):
        now = step * STEP_S
        stills.handle_timeout(now)
        while chunks and chunks[0][0] <= now:
            stills.handle_chunk(A, chunks.pop(0)[1], now)
        for chunk in stills.drain():
            line.send(chunk.data + bytes(STILL_OVERHEAD), now)
        if step % 4 == 0:
            line.send(step.to_bytes(4, "big") * (VOICE_BYTES // 4), now)
            sent_at[step] = now
        for packet in line.receive(now):
            if len(packet) == VOICE_BYTES:
                delays.append(now - sent_at[int.from_bytes(packet[:4], "big")])
    assert not stills.dropped
    return delays


@pytest.mark.parametrize("pace_s", [0.18, 0.0], ids=["a page's pace", "in a heap"])
def test_a_voice_waits_for_one_chunk_at_most(pace_s: float) -> None:
    rate_bps = 80_000.0
    alone, beside = voice_delays(rate_bps, None), voice_delays(rate_bps, pace_s)
    one_chunk_s = (305 + STILL_OVERHEAD) * 8 / rate_bps
    assert len(beside) == len(alone)
    # Nor does one chunk find another in the queue: the line is free again before the next.
    assert GAP_S * rate_bps / 8 > 305 + STILL_OVERHEAD + GAP_S / 0.02 * VOICE_BYTES
    assert max(beside) - max(alone) <= one_chunk_s + VOICE_BYTES * 8 / rate_bps + STEP_S
