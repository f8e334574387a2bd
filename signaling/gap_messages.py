"""What passes between pages and gateway about gaps in voices: bounded times, and no sound.

These records are part of the wire (``wire.py``); docs/protocol.md is their prose. Times are Unix
milliseconds of the gateway's clock: ``now`` of ``welcome`` ties a page's own clock to it.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from signaling.domain.events import DevicePause

MAX_GAP_MS = 180_000
"""A page remembers for three minutes when its person spoke; of an older gap nothing can be said."""

UnixMs: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
GapMs: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_GAP_MS)]
GapNumber: TypeAlias = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A closed record: what is not listed is refused."""


# --- commands -------------------------------------------------------------------------------------


class SetDevice(_Record, frozen=True, tag="set_device"):
    """Which of the page's devices are on and bring nothing; at each change, and after ``welcome``.

    Such as a microphone that a phone call has taken. It switches nothing.
    """

    paused: DevicePause


class ReportGap(_Record, frozen=True, tag="report_gap"):
    """A stretch without ``speaker``'s voice as the page heard it, once it is over.

    ``lost_ms`` of voice never came. Where the gateway missed the same voice, it is no news.
    """

    speaker: Annotated[str, Meta(min_length=1, max_length=128)]
    started_at: UnixMs
    ended_at: UnixMs
    lost_ms: GapMs


class ReportLostWords(_Record, frozen=True, tag="report_lost_words"):
    """The page's person spoke in their gap of this number, for about ``ms`` of it.

    Those who missed it are told so. What was said is known to nobody's page and no server.
    """

    gap: GapNumber
    ms: GapMs


class ReportDelay(_Record, frozen=True, tag="report_delay"):
    """The round trip of the page's media path, at each change by a tenth of a second or more."""

    rtt_ms: Annotated[int, Meta(ge=0, le=60_000)]


GapCommand: TypeAlias = SetDevice | ReportGap | ReportLostWords | ReportDelay


# --- events ---------------------------------------------------------------------------------------


class VoiceGap(_Record, frozen=True, tag="voice_gap"):
    """A microphone that is on was not heard, though it sends in silence too: it was the line.

    ``listener`` None: the gateway heard nothing, and so nobody did. Otherwise this person alone.
    While it lasts ``ended_at`` is None. Comes again after ``welcome``; ``gap`` tells it apart.
    """

    gap: int
    speaker: str
    listener: str | None
    started_at: int
    ended_at: int | None
    lost_ms: int
    """Of voice that never came. 0 while it lasts, or when all was only late."""


class WordsLost(_Record, frozen=True, tag="words_lost"):
    """``speaker`` was speaking in this gap, and about ``ms`` of it did not reach this page."""

    gap: int
    speaker: str
    ms: int


class FarDelay(_Record, frozen=True, tag="far_delay"):
    """The round trip of another person's media path, as their page says."""

    participant: str
    rtt_ms: int


GapEvent: TypeAlias = VoiceGap | WordsLost | FarDelay
