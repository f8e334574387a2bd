"""What a recorder is given: packets of one source of some codec, and its sender reports.

The first byte names the codec; then a series of packets as in fuzz_rtp, where a leading byte's
lowest bit says that what follows is a report: NTP time and a timestamp.
"""

from __future__ import annotations

from media.errors import PacketError
from media.rtp.packet import parse_header
from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Frame, Sample
from recording.timeline import Timeline
from tests.fuzz.fuzz_rtp import packets
from tests.support.bitstreams import check_order

CODECS = ("vp8", "vp9", "h264", "av1", "opus", "red")
REPORT_BYTES = 12


def one(data: bytes) -> None:
    """Nothing escapes; frames and gaps follow each other, and none is placed back or ahead."""
    codec = CODECS[data[0] % len(CODECS)] if data else CODECS[0]
    machine, timeline = depacketizer(codec), Timeline()
    timeline.add("source", "person", 48_000 if codec in {"opus", "red"} else 90_000)
    now, last = 1.0, float("-inf")
    samples: list[Sample] = []
    for lead, packet in packets(data[1:]):
        now += (lead >> 1) / 100
        if lead & 1 and len(packet) == REPORT_BYTES:
            ntp, stamp = int.from_bytes(packet[:8], "big"), int.from_bytes(packet[8:], "big")
            timeline.report("source", ntp, stamp, now)
            continue
        try:
            timeline.packet("source", parse_header(packet)[3], now)
        except PacketError:
            assert not machine.feed(packet, now)
            continue
        found = machine.feed(packet, now)
        samples += found
        for sample in found:
            stamp = sample.timestamp if isinstance(sample, Frame) else sample.start
            at = timeline.place("source", stamp)
            assert last <= at <= now
            last = at
    samples += machine.flush()
    check_order(samples)
    assert all(sample.data for sample in samples if isinstance(sample, Frame))
