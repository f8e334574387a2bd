"""Files as people send them, and as somebody would who means harm; all of them made here."""

from __future__ import annotations

import io
import math
import struct
import zipfile
import zlib
from array import array
from fractions import Fraction

import av
from PIL import Image

RATE = 48_000


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), *, exif: bool = False) -> bytes:
    """A picture; with ``exif`` it says where it was taken, and lies on its side."""
    made = Image.new("RGB", size, (180, 90, 40))
    made.putpixel((0, 0), (0, 0, 0))
    out = io.BytesIO()
    options = {}
    if exif:
        about = made.getexif()
        about[0x0112] = 6  # to be turned by a quarter
        about[0x010F] = "SeededCameraMaker"
        about.get_ifd(0x8825)[1] = "N"
        options["exif"] = about
    made.save(out, kind, **options)
    return out.getvalue()


def picture_bomb(width: int = 40_000, height: int = 40_000) -> bytes:
    """A PNG of a few bytes that says it has very many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checked = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checked

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    line = zlib.compress(b"\0" * 1024, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", line) + chunk(b"IEND", b"")
    )


def packed(entries: dict[str, bytes], *, compress: bool = True) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    how = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(out, "w", how) as made:
        for name, data in entries.items():
            stored = name == "mimetype"
            made.writestr(name, data, zipfile.ZIP_STORED if stored else how)
    return out.getvalue()


def document(**more: bytes) -> bytes:
    """A word processor's document, as far as its list of contents goes."""
    return packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"} | more)


def open_document(kind: str = "application/vnd.oasis.opendocument.text") -> bytes:
    """The same of another office."""
    return packed({"mimetype": kind.encode(), "content.xml": b"<office/>"})


def voice(
    seconds: float = 1.0, container: str = "webm", codec: str = "libopus", *, tone_hz: int = 0
) -> bytes:
    """A recording of nothing, or of one tone, as a browser makes it."""
    out = io.BytesIO()
    frame_samples = 960
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codec, rate=RATE, layout="mono")
        for place in range(int(seconds * RATE / frame_samples)):
            start = place * frame_samples
            frame = av.AudioFrame(format="s16", layout="mono", samples=frame_samples)
            frame.planes[0].update(_tone(tone_hz, start, frame_samples))
            frame.sample_rate = RATE
            frame.time_base = Fraction(1, RATE)
            frame.pts = start
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def _tone(hz: int, start: int, samples: int) -> bytes:
    if hz == 0:
        return bytes(2 * samples)
    turn = 2 * math.pi * hz / RATE
    places = range(start, start + samples)
    return array("h", (round(8_000 * math.sin(turn * place)) for place in places)).tobytes()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00"
