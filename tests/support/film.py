"""Pictures and sound as a browser would send them, made here; and what a recorded file holds."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import av
from aiortc.codecs.h264 import H264Encoder

from media.clock import Instant
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from media.plan import Codec, Kind
from media.rtp.rtcp import SenderReport
from media.sinks import Sink
from recording.reading import open_file
from recording.store import FileName, Store

VP8 = Codec("VP8", 90_000, 96)
H264 = Codec("H264", 90_000, 102, format="42e0")
OPUS = Codec("opus", 48_000, 111)
ENCODERS: dict[str, tuple[str, dict[str, str]]] = {
    "vp8": ("libvpx", {"deadline": "realtime", "lag-in-frames": "0"}),
    "h264": ("libx264", {"tune": "zerolatency", "profile": "baseline", "preset": "ultrafast"}),
}
FRAGMENT = 1100


class Sent(NamedTuple):
    """A packet, and when it is sent, in seconds of the film."""

    at: float
    packet: bytes


@cache
def pictures(
    codec: str = "vp8", count: int = 60, size: tuple[int, int] = (160, 120), every: int = 30
) -> tuple[tuple[bytes, bool], ...]:
    """Encoded pictures, 30 a second, each of one grey; a keyframe ``every`` so many."""
    name, options = ENCODERS[codec]
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.options = Fraction(1, 30), options | {"g": str(every)}
    made: list[tuple[bytes, bool]] = []
    for index in range(count):
        frame: Any = av.VideoFrame(*size, "yuv420p")
        frame.pts, frame.time_base = index, Fraction(1, 30)
        for number, plane in enumerate(frame.planes):
            plane.update(bytes([index * 3 % 256 if number == 0 else 128]) * plane.buffer_size)
        made += [(bytes(each), each.is_keyframe) for each in encoder.encode(frame)]
    made += [(bytes(each), each.is_keyframe) for each in encoder.encode(None)]
    return tuple(made)


@cache
def sounds(count: int = 100) -> tuple[bytes, ...]:
    """Encoded packets of 20 ms."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "stereo", 48_000
    encoder.time_base = Fraction(1, 48_000)
    made = []
    for index in range(count):
        frame: Any = av.AudioFrame("s16", "stereo", 960)
        frame.sample_rate, frame.pts = 48_000, index * 960
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        made += [bytes(each) for each in encoder.encode(frame)]
    return tuple(made)


def header(kind: int, sequence: int, timestamp: int, ssrc: int, *, marker: bool) -> bytes:
    """An RTP header of twelve bytes."""
    return (
        bytes((0x80, kind | (0x80 if marker else 0)))
        + (sequence & 0xFFFF).to_bytes(2, "big")
        + (timestamp & 0xFFFFFFFF).to_bytes(4, "big")
        + ssrc.to_bytes(4, "big")
    )


def film(
    codec: str = "vp8", *, count: int = 60, first: int = 1, ssrc: int = 1000, start: int = 5000,
    size: tuple[int, int] = (160, 120), every: int = 30,
) -> list[Sent]:  # fmt: skip
    """A picture track as RTP."""
    made: list[Sent] = []
    kind = {"vp8": VP8, "h264": H264}[codec].payload_type
    for index, (data, _) in enumerate(pictures(codec, count, size, every)):
        payloads = _vp8(data) if codec == "vp8" else _h264(data)
        for place, payload in enumerate(payloads):
            head = header(
                kind, first + len(made), start + index * 3000, ssrc,
                marker=place == len(payloads) - 1,
            )  # fmt: skip
            made.append(Sent(index / 30, head + payload))
    return made


def _vp8(data: bytes) -> list[bytes]:
    return [
        (b"\x10" if at == 0 else b"\x00") + data[at : at + FRAGMENT]
        for at in range(0, len(data), FRAGMENT)
    ]


def _h264(data: bytes) -> list[bytes]:
    return list(H264Encoder._packetize(H264Encoder._split_bitstream(data)))


def voice(*, count: int = 100, first: int = 1, ssrc: int = 2000, start: int = 7000) -> list[Sent]:
    """A sound track as RTP."""
    return [
        Sent(index / 50, header(111, first + index, start + index * 960, ssrc, marker=False) + data)
        for index, data in enumerate(sounds(count)[:count])
    ]


class Watched(NamedTuple):
    """What a player finds in a file: seconds, and frames that decode."""

    duration: float
    times: list[float]
    sizes: list[tuple[int, int]]


def watch(data: bytes) -> Watched:
    """Decode all of a container."""
    times: list[float] = []
    sizes: list[tuple[int, int]] = []
    with av.open(io.BytesIO(data)) as container:
        duration = (container.duration or 0) / 1e6
        frames: Iterable[Any] = container.decode(container.streams[0])
        for frame in frames:
            times.append(frame.time)
            if isinstance(frame, av.VideoFrame):
                sizes.append((frame.width, frame.height))
    return Watched(duration, times, sizes)


def plain(store: Store, tenant: Any, recording: Any, file: FileName, key: bytes) -> bytes:
    """What a sealed file holds."""
    segment = open_file(store, tenant, recording, file, key)
    return segment.read(0, segment.length)


class FakeTaps:
    """An engine's taps without an engine: a test sends packets by hand, and turns the clock."""

    def __init__(self) -> None:
        self.time = 100.0
        self.sinks: dict[tuple[EndpointId, Kind], list[Sink]] = {}
        self.asked: list[EndpointId] = []
        self.absent: set[EndpointId] = set()

    def now(self) -> Instant:
        return self.time

    def attach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        if endpoint in self.absent:
            raise RecordingError(RecordFault.BAD_ORDER)
        self.sinks.setdefault((endpoint, kind), []).append(sink)
        if kind is Kind.VIDEO:
            self.asked.append(endpoint)

    def detach_sink(self, room: RoomKey, endpoint: EndpointId, kind: Kind, sink: Sink) -> None:
        self.sinks[endpoint, kind].remove(sink)

    def ask_keyframe(self, room: RoomKey, endpoint: EndpointId) -> None:
        self.asked.append(endpoint)

    @property
    def listening(self) -> int:
        """How many listen."""
        return sum(len(each) for each in self.sinks.values())

    def send(
        self, endpoint: str, codec: Codec, packet: bytes, *, encoding: int = 0, epoch: int = 1
    ) -> None:
        """A packet comes now."""
        kind = Kind.AUDIO if codec.clock_rate == 48_000 else Kind.VIDEO
        for sink in list(self.sinks.get((EndpointId(endpoint), kind), ())):
            sink.packet(encoding, epoch, codec, packet, self.time)

    def report(self, endpoint: str, kind: Kind, ntp: float, timestamp: int, ssrc: int) -> None:
        """A sender report comes now; ``ntp`` in seconds."""
        for sink in list(self.sinks.get((EndpointId(endpoint), kind), ())):
            sink.report(0, SenderReport(ssrc, int(ntp * 2**32), timestamp, 0, 0), self.time)

    def leave(self, endpoint: str) -> None:
        """An endpoint goes."""
        for key in [key for key in self.sinks if key[0] == endpoint]:
            for sink in self.sinks.pop(key):
                sink.ended()
