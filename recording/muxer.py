"""Frames into a container, as they came: WebM, or Matroska for H.264. The one door of PyAV here.

Nothing is decoded and nothing encoded. Only the writers of these two containers are asked; what is
read is a head that we have made ourselves (:mod:`recording.ebml`), for a track cannot be told to
the library otherwise.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Protocol

import av

from recording.ebml import head_of_picture, head_of_sound

MS: Final = Fraction(1, 1000)
CLUSTER_MS: Final = 400
"""What the container holds back, and so a crash loses of it. Each is sealed as it comes, and waits
for the disk: twice as many would cost twice as much."""
OPUS_SETUP: Final = b"OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00"
"""RFC 7845 section 5.1: two channels, nothing to skip, for a call is joined in its midst."""
OPUS_MS: Final = 20
NO_SIZE: Final = (0, 0)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a codec is put into a container."""

    container: str
    name: str
    """As Matroska has it."""
    type: str
    """As HTTP has it."""
    rigid: bool = False
    """What a decoder needs before it stands in the head: a change of it needs a new file."""


KINDS: Final = {
    "vp8": Kind("webm", "V_VP8", 'video/webm; codecs="vp8"'),
    "vp9": Kind("webm", "V_VP9", 'video/webm; codecs="vp9"'),
    "av1": Kind("webm", "V_AV1", 'video/webm; codecs="av01"', rigid=True),
    "h264": Kind("matroska", "V_MPEG4/ISO/AVC", 'video/x-matroska; codecs="avc1"', rigid=True),
    "opus": Kind("webm", "A_OPUS", 'audio/webm; codecs="opus"'),
}


class MuxError(Exception):
    """The container cannot take this."""


class Target(Protocol):
    """What a container is written to."""

    def write(self, data: bytes) -> int:
        """Write at the place."""

    def seek(self, place: int, whence: int = 0) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """The place."""


class Muxer:
    """One track in one file. Times are milliseconds from the file's beginning, and go forward."""

    def __init__(
        self, target: Target, codec: str, size: tuple[int, int] = NO_SIZE, setup: bytes = b""
    ) -> None:
        self.kind = KINDS[codec]
        self.setup = setup
        self.is_video = codec != "opus"
        if self.is_video:
            head = head_of_picture(self.kind.name, setup, size)
        else:
            head = head_of_sound(self.kind.name, OPUS_SETUP)
        options = {"cluster_time_limit": str(CLUSTER_MS), "fflags": "+bitexact"}
        container: Any = None
        try:
            with av.open(io.BytesIO(head), format="matroska") as template:
                container = av.open(target, "w", format=self.kind.container, options=options)
                self._stream: Any = container.add_stream_from_template(
                    template.streams[0], opaque=True
                )
                self._stream.time_base = MS
                container.start_encoding()
        except (av.FFmpegError, ValueError) as error:
            raise MuxError(type(error).__name__) from None
        self._container = container
        self._last = -1

    def write(self, data: bytes, at_ms: int, *, keyframe: bool = True) -> int:
        """Append a frame; returns its time, which is later than that of the one before.

        Raises :class:`MuxError`, or what the target raises.
        """
        self._last = max(at_ms, self._last + 1)
        packet = av.Packet(data)
        packet.pts = packet.dts = self._last
        packet.time_base = MS
        packet.is_keyframe = keyframe
        packet.stream = self._stream
        if not self.is_video:
            packet.duration = OPUS_MS
        try:
            self._container.mux_one(packet)
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, OSError):
                raise
            raise MuxError(type(error).__name__) from None
        return self._last

    def close(self) -> None:
        """Write the index, and what the head could not know before.

        Raises :class:`MuxError`, or what the target raises.
        """
        try:
            self._container.close()
        except (av.FFmpegError, ValueError) as error:
            if isinstance(error, OSError):
                raise
            raise MuxError(type(error).__name__) from None
