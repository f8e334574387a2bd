"""Which depacketizer a codec has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from recording.samples.av1 import Av1
from recording.samples.frame import Depacketizer
from recording.samples.h264 import H264
from recording.samples.picture import PictureCodec
from recording.samples.video import Video
from recording.samples.voice import Voice
from recording.samples.vp8 import Vp8
from recording.samples.vp9 import Vp9

VIDEO_CLOCK: Final = 90_000
VOICE_CLOCK: Final = 48_000
_PICTURES: Final[Mapping[str, Callable[[], PictureCodec]]] = MappingProxyType(
    {"vp8": Vp8, "vp9": Vp9, "h264": H264, "av1": Av1}
)


def depacketizer(codec: str, *, red_type: int | None = None) -> Depacketizer:
    """Return what makes frames of one source's packets, by the codec's lower-case name.

    ``vp8``, ``vp9``, ``h264``, ``av1``, ``opus``; ``red`` is Opus inside RFC 2198. Packets of a
    payload type other than ``red_type``, where it is given, are plain Opus then. Raises
    :class:`ValueError` for other codecs. A source that changes its codec needs another one.
    """
    if codec in _PICTURES:
        return Video(_PICTURES[codec]())
    if codec == "opus":
        return Voice(redundant=False)
    if codec == "red":
        return Voice(redundant=True, red_type=red_type)
    raise ValueError("no depacketizer for this codec")
