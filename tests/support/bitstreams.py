"""Real pictures and voices for tests of recording: encoded, packetised as browsers do, decoded."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from hashlib import sha256

import av
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder

from recording.samples.bits import leb128, read_leb128
from recording.samples.frame import Depacketizer, Frame, Gap, Sample
from tests.support.packets import rtp

ENCODERS = {
    "vp8": ("libvpx", {"deadline": "realtime", "cpu-used": "16", "lag-in-frames": "0"}),
    "vp9": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
    "h264": ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "bf": "0"}),
    "av1": ("libsvtav1", {"preset": "11", "crf": "40", "svtav1-params": "pred-struct=1:lp=1"}),
}
DECODERS = {"vp8": "vp8", "vp9": "libvpx-vp9", "h264": "h264", "av1": "libdav1d", "opus": "libopus"}
TICKS = 3000
MTU = 400


def _image(number: int, width: int, height: int) -> av.VideoFrame:
    """A picture that moves and is hard to predict."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        made = bytearray(plane.line_size * plane.height)
        for row in range(plane.height):
            for at in range(plane.width):
                value = (row * 3 + at * 5 + number * 11) % 251 * ((number + at // 32) % 3)
                made[row * plane.line_size + at] = value & 0xFF
        plane.update(bytes(made))
    return frame


@cache
def pictures(
    codec: str, count: int = 20, width: int = 192, height: int = 144, key_every: int = 10
) -> tuple[bytes, ...]:
    """Encoded pictures, each as its encoder gives it."""
    name, options = ENCODERS[codec]
    context = av.CodecContext.create(name, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate = Fraction(1, 30), Fraction(30)
    context.gop_size, context.options = key_every, options
    if codec != "av1":
        context.bit_rate = 600_000
    context.thread_count = 1
    found: list[bytes] = []
    for number in range(count):
        image = _image(number, width, height)
        image.pts, image.time_base = number, Fraction(1, 30)
        found += [bytes(packet) for packet in context.encode(image)]
    found += [bytes(packet) for packet in context.encode(None)]
    assert len(found) == count
    return tuple(found)


@cache
def voice(count: int = 30) -> tuple[bytes, ...]:
    """Opus packets of 20 ms."""
    context = av.CodecContext.create("libopus", "w")
    context.sample_rate, context.layout, context.format = 48_000, "mono", "s16"
    found: list[bytes] = []
    for number in range(count):
        sound = av.AudioFrame(format="s16", layout="mono", samples=960)
        tone = (
            round(8000 * math.sin(at * at / 3e5)) for at in range(number * 960, number * 960 + 960)
        )
        sound.planes[0].update(array("h", tone).tobytes())
        sound.sample_rate, sound.pts = 48_000, number * 960
        found += [bytes(packet) for packet in context.encode(sound)]
    return tuple(found[:count])


def _visible(plane: av.audio.plane.AudioPlane | av.video.plane.VideoPlane) -> bytes:
    """The bytes of a plane without what pads its lines."""
    data = bytes(plane)
    if not isinstance(plane, av.video.plane.VideoPlane):
        return data
    lines = range(0, plane.height * plane.line_size, plane.line_size)
    return b"".join(data[at : at + plane.width] for at in lines)


def decode(codec: str, frames: Iterable[bytes], setup: bytes = b"") -> list[str]:
    """What a decoder makes of frames: a digest of each picture or sound."""
    context = av.CodecContext.create(DECODERS[codec], "r")
    if setup:
        context.extradata = setup
    if codec == "opus":
        context.sample_rate, context.layout = 48_000, "mono"
    shown: list[str] = []
    for data in [*frames, None]:
        for image in context.decode(None if data is None else av.Packet(data)):
            shown.append(sha256(b"".join(map(_visible, image.planes))).hexdigest())
    return shown


def vp8_payloads(frame: bytes, number: int) -> list[bytes]:
    """By aiortc's payloader, whose descriptor has a picture id of 15 bits."""
    return list(Vp8Encoder._packetize(frame, number & 0x7FFF))


def h264_payloads(frame: bytes, number: int) -> list[bytes]:
    """By aiortc's payloader: single NAL units, STAP-A, FU-A."""
    return list(H264Encoder._packetize(H264Encoder._split_bitstream(frame)))


def chunks(data: bytes, size: int = MTU) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def vp9_payloads(
    frame: bytes, number: int, *, layer: bytes = b"", flags: int = 0, structure: bytes = b""
) -> list[bytes]:
    """A layer of a picture, its descriptor with a picture id and what is given."""
    parts = chunks(frame)
    made = []
    for each, part in enumerate(parts):
        first = 0x80 | flags | (0x20 if layer else 0)
        first |= (0x08 if each == 0 else 0) | (0x04 if each == len(parts) - 1 else 0)
        first |= 0x02 if structure and each == 0 else 0
        head = bytes((first,)) + (0x8000 | number & 0x7FFF).to_bytes(2, "big") + layer
        made.append(head + (structure if each == 0 else b"") + part)
    return made


def split_obus(unit: bytes) -> list[bytes]:
    """The OBUs of a temporal unit, their sizes and the delimiter taken away."""
    found, at = [], 0
    while at < len(unit):
        head = unit[at]
        start = at + (2 if head & 4 else 1)
        size, body = read_leb128(unit, start)
        if head >> 3 & 15 != 2:
            found.append(bytes((head & ~2,)) + unit[at + 1 : start] + unit[body : body + size])
        at = body + size
    return found


def av1_payloads(unit: bytes, number: int, *, counted: bool = False) -> list[bytes]:
    """Elements as large as fit; ``counted`` says in W how many there are."""
    packets: list[list[tuple[bytes, bool, bool]]] = [[]]
    room = MTU
    for obu in split_obus(unit):
        parts = [obu[:room], *chunks(obu[room:])]
        parts = [part for part in parts if part]
        for each, part in enumerate(parts):
            if each or room < 20:
                packets.append([])
                room = MTU
            packets[-1].append((part, each > 0, each < len(parts) - 1))
            room -= len(part)
        room = max(room, 1)
    made = []
    for each, elements in enumerate(packets):
        is_new = each == 0 and elements[0][0][0] >> 3 & 15 == 1
        use = len(elements) if counted and len(elements) < 4 else 0
        head = (0x80 if elements[0][1] else 0) | (0x40 if elements[-1][2] else 0)
        body = b"".join(
            (b"" if use and place == len(elements) - 1 else leb128(len(part))) + part
            for place, (part, _, _) in enumerate(elements)
        )
        made.append(bytes((head | use << 4 | (0x08 if is_new else 0),)) + body)
    return made


PAYLOADERS = {
    "vp8": vp8_payloads, "vp9": vp9_payloads, "h264": h264_payloads, "av1": av1_payloads,
}  # fmt: skip


def packets_of(
    codec: str, frames: Sequence[bytes], *, first: int = 65_530, start: int = 2**32 - 9000
) -> list[list[bytes]]:
    """Each picture's packets. Numbers and timestamps begin shortly before they go round."""
    found, sequence = [], first
    for number, frame in enumerate(frames):
        payloads = PAYLOADERS[codec](frame, number + 0x7FFA)
        made = []
        for each, payload in enumerate(payloads):
            made.append(
                rtp(
                    sequence, timestamp=start + number * TICKS, payload=payload,
                    marker=each == len(payloads) - 1, elements={1: b"x"},
                )
            )  # fmt: skip
            sequence += 1
        found.append(made)
    return found


def feed(machine: Depacketizer, packets: Iterable[bytes], *, every: float = 0.005) -> list[Sample]:
    """All that comes of packets that arrive one after the other, and at the end."""
    found: list[Sample] = []
    for number, packet in enumerate(packets):
        found += machine.feed(packet, number * every)
    return found + machine.flush()


def frames(samples: Iterable[Sample]) -> list[Frame]:
    return [each for each in samples if isinstance(each, Frame)]


def gaps(samples: Iterable[Sample]) -> list[Gap]:
    return [each for each in samples if isinstance(each, Gap)]


def check_order(samples: Sequence[Sample]) -> None:
    """Frames and gaps follow each other and do not overlap."""
    at = -1
    for each in samples:
        if isinstance(each, Frame):
            assert each.timestamp >= at
            at = each.timestamp + 1
        else:
            assert at <= each.start < each.stop
            at = each.stop
