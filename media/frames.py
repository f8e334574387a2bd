"""What travels between signaling and an engine in a process of its own.

The words are :mod:`media.channel`'s. What is not an :class:`Ask`, a :class:`Tell`, a :class:`Reply`
or a :class:`Say` ends the process that sent it.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from media.channel import Notification, PictureSize, RecordedFile, RecordOrder, RecordPermit
from media.config import MediaConfig, RecordingConfig
from media.errors import OfferFault, RecordFault
from media.ids import EndpointId, RoomKey
from media.stats import EngineStats, TrackPage

# --- between processes: requests, downward --------------------------------------------------------


class _Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed record: what is not listed is no frame of ours."""


class Warm(_Word, frozen=True, tag="warm"):
    """Load everything that a start needs, bind nothing. Answered by :class:`Done`."""


class Start(_Word, frozen=True, tag="start"):
    """Bind the port and serve. Answered by :class:`Started` or :class:`NotStarted`."""

    config: MediaConfig
    recording: RecordingConfig = RecordingConfig()


class Negotiate(_Word, frozen=True, tag="negotiate"):
    """:meth:`MediaPlane.negotiate`. Answered by :class:`Answered` or :class:`Refused`."""

    room: RoomKey
    endpoint: EndpointId
    offer: str


class CloseEndpoint(_Word, frozen=True, tag="close_endpoint"):
    """:meth:`MediaPlane.close_endpoint`. Answered by :class:`Done`."""

    endpoint: EndpointId


class ReadStats(_Word, frozen=True, tag="read_stats"):
    """:meth:`MediaPlane.stats`. Answered by :class:`Counted`."""


class ReadTracks(_Word, frozen=True, tag="read_tracks"):
    """:meth:`MediaPlane.tracks`. Answered by :class:`TracksRead`."""

    after: str = ""


class Beat(_Word, frozen=True, tag="beat"):
    """Show that the loop turns. Answered by :class:`Done`."""


class Stop(_Word, frozen=True, tag="stop"):
    """End every endpoint, then the process. Answered by :class:`Done` when the port is free."""


class SendText(_Word, frozen=True, tag="send_text"):
    """:meth:`MediaPlane.send_text`. Told, not asked: there is no answer."""

    endpoint: EndpointId
    data: str


class SetSize(_Word, frozen=True, tag="set_size"):
    """:meth:`MediaPlane.set_size`. Told, not asked: there is no answer."""

    subscriber: EndpointId
    publisher: EndpointId
    size: PictureSize


class Record(_Word, frozen=True, tag="record"):
    """:meth:`Recording.record`. Answered by :class:`Done` or :class:`NotRecorded`."""

    order: RecordOrder


class StopRecording(_Word, frozen=True, tag="stop_recording"):
    """:meth:`Recording.stop_recording`. Answered by :class:`Recorded`."""

    room: RoomKey
    recording: str
    segment: int
    discard: bool


class Permit(_Word, frozen=True, tag="permit"):
    """:meth:`Recording.permit`. Told, not asked: there is no answer."""

    permit: RecordPermit


DownwardWord: TypeAlias = SendText | SetSize | Permit
Request: TypeAlias = (
    Warm
    | Start
    | Negotiate
    | CloseEndpoint
    | ReadStats
    | ReadTracks
    | Record
    | StopRecording
    | Beat
    | Stop
)

# --- and what comes back, upward ------------------------------------------------------------------


class Done(_Word, frozen=True, tag="done"):
    """Carried out."""


class Started(_Word, frozen=True, tag="started"):
    """The port that was bound."""

    port: int


class NotStarted(_Word, frozen=True, tag="not_started"):
    """The port could not be bound; ``errno`` says why."""

    errno: int


class Answered(_Word, frozen=True, tag="answered"):
    """The SDP answer."""

    answer: str


class Refused(_Word, frozen=True, tag="refused"):
    """The offer cannot be answered."""

    fault: OfferFault


class Counted(_Word, frozen=True, tag="counted"):
    """The counters."""

    stats: EngineStats


class TracksRead(_Word, frozen=True, tag="tracks_read"):
    """The rows of one page; what a frame may hold bounds it (:mod:`media.numbers`)."""

    page: TrackPage


class Recorded(_Word, frozen=True, tag="recorded"):
    """The files of a segment that was stopped."""

    files: tuple[RecordedFile, ...]


class NotRecorded(_Word, frozen=True, tag="not_recorded"):
    """The order cannot be carried out."""

    fault: RecordFault


class Broken(_Word, frozen=True, tag="broken"):
    """The request ran into a bug. The worker has logged it and lives on."""


Result: TypeAlias = (
    Done
    | Started
    | NotStarted
    | Answered
    | Refused
    | Counted
    | TracksRead
    | Recorded
    | NotRecorded
    | Broken
)


class Logged(_Word, frozen=True, tag="logged"):
    """A log line of the worker, to be written by signaling in its own form."""

    level: int
    text: str


class Ask(_Word, frozen=True, tag="ask"):
    """A request. Its ``id`` is on the reply; the asker counts up."""

    id: int
    request: Request


class Tell(_Word, frozen=True, tag="tell"):
    """A word downward that has no answer."""

    word: DownwardWord


class Reply(_Word, frozen=True, tag="reply"):
    """The one answer to the request of this ``id``."""

    id: int
    result: Result


class Say(_Word, frozen=True, tag="say"):
    """A word upward that nobody asked for."""

    word: Notification | Logged


Downward: TypeAlias = Ask | Tell
Upward: TypeAlias = Reply | Say
