"""Which depacketizer a codec has."""

from __future__ import annotations

from recording.samples.frame import Depacketizer

VIDEO_CLOCK = 90_000
VOICE_CLOCK = 48_000


def depacketizer(codec: str, *, red_type: int | None = None) -> Depacketizer:
    """Return what makes frames of one source's packets, by the codec's lower-case name.

    ``vp8``, ``vp9``, ``h264``, ``av1``, ``opus``; ``red`` is Opus inside RFC 2198. Packets of a
    payload type other than ``red_type``, where it is given, are plain Opus then. Raises
    :class:`ValueError` for other codecs. A source that changes its codec needs another one.
    """
    raise ValueError(f"no depacketizer for {codec} {red_type}")
