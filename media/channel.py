"""What signaling and an engine say to each other. No forwarded packet ever passes here.

Rule 1: everything on it is a frozen value of plain types, so that the same words serve an engine in
this process and one in a process of its own.
Rule 2: a request is answered once, or refused with a :class:`media.errors.MediaError`.
Rule 3: between processes these values travel as frames (:mod:`media.frames`).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from media.errors import RecordFault
from media.ids import EndpointId, RoomKey
from media.rungs import Rung
from media.stats import EngineStats, TrackPage


class LinkState(StrEnum):
    """The state of one endpoint's path, as authenticated packets show it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    CLOSED = "closed"


class EndpointClose(StrEnum):
    """Why an endpoint ended."""

    REQUESTED = "requested"
    PEER_CLOSED = "peer_closed"
    HANDSHAKE_TIMEOUT = "handshake_timeout"
    HANDSHAKE_FAILED = "handshake_failed"
    ABANDONED = "abandoned"
    SHUTDOWN = "shutdown"
    WORKER_LOST = "worker_lost"


class Phase(StrEnum):
    """Milestones of a join that only the engine can see."""

    ICE = "ice"
    DTLS = "dtls"
    FIRST_PACKET = "first_packet"


class PictureSize(StrEnum):
    """How large a subscriber shows a publisher's picture."""

    SMALL = "small"
    LARGE = "large"


class LinkChanged(msgspec.Struct, frozen=True, tag="link_changed"):
    """The path of an endpoint changed state; ``reason`` is set when it is CLOSED."""

    endpoint: EndpointId
    state: LinkState
    reason: EndpointClose | None = None


class PhaseReached(msgspec.Struct, frozen=True, tag="phase_reached"):
    """``seconds`` since the endpoint's first offer was answered."""

    endpoint: EndpointId
    phase: Phase
    seconds: float


class TextChannelChanged(msgspec.Struct, frozen=True, tag="text_channel_changed"):
    """Whether the endpoint's text data channel can carry text now."""

    endpoint: EndpointId
    open: bool


class TextReceived(msgspec.Struct, frozen=True, tag="text_received"):
    """A message on the endpoint's text data channel, undecoded: its meaning is not ours."""

    endpoint: EndpointId
    data: str


class SlotFilled(msgspec.Struct, frozen=True):
    """Whose media the slot with these mids carries; ``publisher`` None while it is free."""

    audio_mid: str | None
    video_mid: str | None
    publisher: EndpointId | None


class SlotsFilled(msgspec.Struct, frozen=True, tag="slots_filled"):
    """All slots of an endpoint after a change."""

    endpoint: EndpointId
    slots: tuple[SlotFilled, ...]


class CodecChosen(msgspec.Struct, frozen=True, tag="codec_chosen"):
    """The video codec the endpoint should send, because all in its room speak it."""

    endpoint: EndpointId
    codec: str


class LayersWanted(msgspec.Struct, frozen=True, tag="layers_wanted"):
    """Which encodings of the simulcast section ``mid`` somebody is to get, smallest first.

    The endpoint should send these and no others; none while nobody is there to get one.
    """

    endpoint: EndpointId
    mid: str
    rids: tuple[str, ...]


class RateWanted(msgspec.Struct, frozen=True, tag="rate_wanted"):
    """How much of the section ``mid`` is worth sending: what those who get it can be given.

    In bits per second. 0 while nobody is to get its picture: the endpoint should send none.
    ``stills``: somebody who would see it gets none because their line is too narrow.
    """

    endpoint: EndpointId
    mid: str
    bps: int
    stills: bool = False


class RungReached(msgspec.Struct, frozen=True, tag="rung_reached"):
    """What the line toward an endpoint carries, after a change; it is CLEAR at first."""

    endpoint: EndpointId
    rung: Rung


class VoiceGap(msgspec.Struct, frozen=True, tag="voice_gap"):
    """No voice comes from an endpoint (``open``), or it is back.

    See :mod:`media.forwarding.voice_gap`. Whether its microphone is on is not known here: one that
    is off makes a gap too. A voice that is heard for the first time is back after 0 s.
    """

    endpoint: EndpointId
    open: bool
    lasted_s: float
    ago_s: float
    lost_s: float


class RecordedFile(msgspec.Struct, frozen=True):
    """One stretch of one track, sealed. Times are milliseconds.

    ``starts_ms`` is of the recording's clock; inside of the file time counts from 0. ``gaps`` are
    stretches of the file in which nothing came. ``size`` is of the sealed file and ``plain_bytes``
    of what is read of it; ``sha256`` is of the sealed file, as hex.
    """

    number: int
    part: str
    type: str
    """As HTTP names it, with its codec: ``video/webm; codecs="vp8"``."""
    starts_ms: int
    duration_ms: int
    plain_bytes: int
    size: int
    sha256: str
    gaps: tuple[tuple[int, int], ...] = ()
    whole: bool = True


class RecordingBroke(msgspec.Struct, frozen=True, tag="recording_broke"):
    """A recorder ended by itself: nothing is captured any more, and what was sealed stays.

    ``files`` are those that could be closed.
    """

    endpoint: EndpointId
    """Any of the endpoints it took: whose room it was."""
    recording: str
    segment: int
    fault: RecordFault
    files: tuple[RecordedFile, ...] = ()


class RecordingLate(msgspec.Struct, frozen=True, tag="recording_late"):
    """There is no room any more for what is captured, or there is again: the disk is late.

    It is captured all the same, and what there is no room for is a gap.
    """

    endpoint: EndpointId
    recording: str
    segment: int
    is_late: bool


RecordingNews: TypeAlias = RecordingBroke | RecordingLate
"""What a recorder says by itself: of its order, whatever became of the endpoint."""
Notification: TypeAlias = (
    LinkChanged
    | PhaseReached
    | TextChannelChanged
    | TextReceived
    | SlotsFilled
    | CodecChosen
    | LayersWanted
    | RateWanted
    | RungReached
    | VoiceGap
    | RecordingBroke
    | RecordingLate
)
Listener: TypeAlias = Callable[[Notification], None]


class RecordTrack(msgspec.Struct, frozen=True):
    """A track that may be captured, and under which key: of an endpoint, its sound or its picture.

    ``part`` names what comes of it: one person's one medium, in one recording.
    """

    endpoint: EndpointId
    medium: str
    """``audio`` or ``video``."""
    part: str
    key: bytes

    def __repr__(self) -> str:
        return "RecordTrack(...)"


class RecordOrder(msgspec.Struct, frozen=True):
    """The first permit of a segment, with all that it takes to record it.

    ``at_ms`` is where on the recording's clock the segment begins; ``next_file`` the number of the
    first file, for numbers are of the recording.
    """

    room: RoomKey
    tenant: str
    recording: str
    segment: int
    number: int
    at_ms: int
    next_file: int
    tracks: tuple[RecordTrack, ...]


class RecordPermit(msgspec.Struct, frozen=True):
    """A permit of a segment once more, for two seconds; for these parts and no others."""

    room: RoomKey
    recording: str
    segment: int
    number: int
    parts: frozenset[str]


class Recording(Protocol):
    """What records, as signaling sees it, wherever it runs."""

    async def record(self, order: RecordOrder) -> None:
        """Begin to record, until the permit is not renewed for two seconds.

        Raises :class:`media.errors.RecordingError`; then nothing is recorded.
        """

    def permit(self, permit: RecordPermit) -> None:
        """Renew a permit, perhaps for less. One that comes too late or out of turn is ignored."""

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        """Detach at once, then close the files; ``discard`` forgets what is not sealed yet.

        Returns the segment's files; none of a segment that is not known.
        """


class MediaPlane(Recording, Protocol):
    """An engine as signaling sees it, wherever it runs."""

    async def negotiate(self, room: RoomKey, endpoint: EndpointId, offer: str) -> str:
        """Answer an SDP offer; the first creates the endpoint, a later one restarts its ICE.

        Raises :class:`media.errors.NegotiationError`; then nothing has changed.
        """

    async def close_endpoint(self, endpoint: EndpointId) -> None:
        """End an endpoint; unknown ones are ignored. LinkChanged(CLOSED, REQUESTED) follows."""

    def send_text(self, endpoint: EndpointId, data: str) -> None:
        """Write to the endpoint's text channel; dropped when it is not open."""

    def set_size(self, subscriber: EndpointId, publisher: EndpointId, size: PictureSize) -> None:
        """Give a subscriber the encoding of a publisher's picture that fits this size.

        It lasts while the publisher is in one of the subscriber's slots, and is the largest at
        first. Ignored where it is in none.
        """

    async def stats(self) -> EngineStats:
        """Counters since the start."""

    async def tracks(self, after: str = "") -> TrackPage:
        """Rows of single tracks: of the rooms whose key comes next after this one."""
