"""Writes a voice note anew: its one stream as Opus, and nothing else of its file.

Opus packets are copied. Phones that record no Opus write AAC into MP4: that is decoded and encoded
once. Nowhere else is sound decoded; calls are forwarded as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from signaling.files.documents import NotSent
from signaling.files.kinds import FileType, Found

LONGEST_MS: Final = 60_000
GRACE_MS: Final = 1_500
"""A recorder ends a little after it was told to."""
CHANNELS: Final = 2
RATE: Final = 48_000
BITS_PER_S: Final = 32_000
_CONTAINERS: Final = ((0, b"\x1aE\xdf\xa3", "matroska"), (0, b"OggS", "ogg"), (4, b"ftyp", "mp4"))
"""Named by their first bytes and never guessed: among what a player guesses are lists that name
other files and addresses."""
_OPUS: Final = frozenset({"opus", "libopus"})


class TooLong(Exception):
    """More than a voice note may have."""


def write_anew(data: bytes) -> tuple[Found, bytes]:
    """Return a voice note as WebM, its length in it.

    Raises :class:`NotSent`, :class:`TooLong`.
    """
    kind = next((name for at, mark, name in _CONTAINERS if data[at:].startswith(mark)), None)
    if kind is None:
        raise NotSent
    out = io.BytesIO()
    try:
        with (
            av.open(io.BytesIO(data), "r", format=kind) as given,
            av.open(out, "w", format="webm", options={"fflags": "+bitexact"}) as made,
        ):
            stream = _only_stream(given)
            is_opus = stream.codec_context.name in _OPUS
            ms = _copy(given, stream, made) if is_opus else _encode(given, stream, made)
    except (av.FFmpegError, ValueError, EOFError, MemoryError):
        raise NotSent from None
    return Found(FileType.VOICE, "webm", ms=ms), out.getvalue()


def _only_stream(given: InputContainer) -> AudioStream:
    streams = list(given.streams)
    if len(streams) != 1 or not isinstance(streams[0], AudioStream):
        raise NotSent
    stream = streams[0]
    if stream.codec_context.name not in _OPUS | {"aac"} or stream.channels > CHANNELS:
        raise NotSent
    return stream


def _copy(given: InputContainer, stream: AudioStream, made: OutputContainer) -> int:
    end = 0.0
    first: float | None = None
    copied = made.add_stream_from_template(stream)
    for packet in given.demux(stream):
        if packet.dts is None or packet.pts is None:  # the last one, which is empty
            continue
        at = float(packet.pts * packet.time_base)
        first = at if first is None else first
        end = max(end, at + float((packet.duration or 0) * packet.time_base))
        _bound(end - first)
        packet.stream = copied
        made.mux(packet)
    if first is None:
        raise NotSent
    return _ms(end - first)


def _encode(given: InputContainer, stream: AudioStream, made: OutputContainer) -> int:
    """As one voice, from its first sound on: what was between sounds of a file is not kept."""
    encoded = made.add_stream("libopus", rate=RATE, layout="mono")
    encoded.bit_rate = BITS_PER_S
    resampler = AudioResampler("s16", "mono", RATE)
    samples = 0
    for given_frame in _frames(given, stream):
        for frame in resampler.resample(given_frame):
            frame.pts, frame.time_base = samples, Fraction(1, RATE)
            samples += frame.samples
            _bound(samples / RATE)
            made.mux(encoded.encode(frame))
    if samples == 0:
        raise NotSent
    made.mux(encoded.encode(None))
    return _ms(samples / RATE)


def _frames(given: InputContainer, stream: AudioStream) -> Iterator[AudioFrame | None]:
    """One at a time, that one without end is known by what it has said already; then None."""
    yield from given.decode(stream)
    yield None


def _bound(seconds: float) -> None:
    if seconds * 1000 > LONGEST_MS + GRACE_MS:
        raise TooLong


def _ms(seconds: float) -> int:
    return min(LONGEST_MS, max(1, round(seconds * 1000)))
