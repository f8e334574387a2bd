"""Every message on a connection, typed, in one file; docs/protocol.md is its prose.

Rule 1: a raw payload becomes a frozen struct in :func:`decode_command`, :func:`decode_channel` or
:func:`decode_body`, and nowhere else. An unknown field or message is a refusal.
Rule 2: what the browser must not choose (who sends, what time it is) is not a field of a command.
Rule 3: the web client's types come from it, by the JSON Schema that ``signaling/schema.py`` prints.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from media.channel import PictureSize
from media.rungs import Rung
from signaling.decoding import convert
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason, Cue, DevicePause, LinkView, Presence
from signaling.domain.grants import Role
from signaling.gap_messages import GapCommand, GapEvent
from signaling.guidance import HoldSteady as HoldSteady
from signaling.guidance import Invite as Invite
from signaling.guidance import Invited as Invited
from signaling.guidance import LetIn as LetIn
from signaling.guidance import SetCue as SetCue
from signaling.guidance import Steady as Steady
from signaling.hour_messages import Hour as Hour
from signaling.recording_messages import RecordingCommand, RecordingEvent
from signaling.reports import JoinPhase as JoinPhase
from signaling.reports import ReportJoin as ReportJoin
from signaling.reports import ReportLine as ReportLine
from signaling.reports import ReportQuality as ReportQuality

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 64 * 1024
MAX_TEXT_CHARS = 2000
MAX_SIZES = 16
"""As many people as a room can be set to hold."""

Token: TypeAlias = Annotated[str, Meta(min_length=16, max_length=2048)]
Seq: TypeAlias = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
Identity: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A closed record: what is not listed is refused."""


# --- commands: browser -> gateway, Socket.IO event "command", answered by a Reply -----------------


class Offer(_Message, frozen=True, tag="offer"):
    """An SDP offer (RFC 8829). The first of a page creates its endpoint; later ones restart ICE.

    ``fresh`` asks for a new endpoint, when the old peer connection is beyond repair.
    """

    sdp: Annotated[str, Meta(min_length=1, max_length=60_000)]
    fresh: bool = False


class SetMedia(_Message, frozen=True, tag="set_media"):
    """What the person has switched on, by their own tap; the others are told."""

    microphone: bool
    camera: bool


class SendText(_Message, frozen=True, tag="send_text"):
    """A line of text, over Socket.IO or the text data channel alike.

    ``ref`` counts up by one from 1 for each text of a seat; a repeated one is answered as before
    and stored once.
    """

    ref: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    body: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT_CHARS)]
    id: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    """Of the page's making; a booked hour's line is known by it in the thread, past a restart."""


class Replay(_Message, frozen=True, tag="replay"):
    """Asks for the texts after ``after``, when a gap was seen."""

    after: Seq


class Watch(_Message, frozen=True, tag="watch"):
    """How large the page shows the others' pictures, the whole of it at each change.

    Who is not named is shown large. It switches nobody's camera.
    """

    sizes: Annotated[dict[Identity, PictureSize], Meta(max_length=MAX_SIZES)]


class Leave(_Message, frozen=True, tag="leave"):
    """The person goes, on purpose; the seat is given up.

    ``quickly``: by the way out for those who must be gone at once. The others are told, so that
    nobody calls back into a place that may not be safe (product.md T-131).
    """

    quickly: bool = False


class EndSession(_Message, frozen=True, tag="end_session"):
    """The counsellor ends the session for everyone."""


Command: TypeAlias = (
    Offer
    | SetMedia
    | SendText
    | Replay
    | Watch
    | ReportLine
    | SetCue
    | HoldSteady
    | ReportQuality
    | Invite
    | LetIn
    | GapCommand
    | RecordingCommand
    | Leave
    | EndSession
    | ReportJoin
)


# --- replies: the Socket.IO acknowledgement of a command ------------------------------------------


class Done(_Message, frozen=True, tag="done"):
    """It was carried out; there is nothing more to say."""


class Answer(_Message, frozen=True, tag="answer"):
    """The gateway's SDP answer."""

    sdp: str


class TextAccepted(_Message, frozen=True, tag="text_accepted"):
    """The text is in the room's sequence at ``seq``; ``at`` is Unix milliseconds."""

    ref: int
    seq: int
    at: int


class Refused(_Message, frozen=True, tag="refused"):
    """Nothing changed. ``code`` is stable; ``message`` is English for developers, never shown."""

    code: Code
    message: str = ""
    ref: int | None = None


# --- events: gateway -> browser, Socket.IO event "event" ------------------------------------------


class ParticipantView(_Message, frozen=True):
    """One person as the others see them. ``id`` is random and means nothing outside this room."""

    id: str
    role: Role
    name: str
    presence: Presence
    microphone: bool
    camera: bool
    link: LinkView
    rung: Rung
    """What the person's line carries: as much as its weaker direction."""
    cue: Cue
    """What should be kept best of their picture."""
    device_paused: DevicePause
    """Which of their devices are on and bring nothing, as their page says."""
    waits: bool
    """At the door: has to be let in before anything is said, heard or seen."""


class Text(_Message, frozen=True, tag="text"):
    """One line of the room's text. ``seq`` has no gaps; ``sender`` is the gateway's word.

    ``ref`` is the sender's own counter, so that the sender's page can match it.
    """

    seq: int
    sender: str
    ref: int
    body: str
    at: int


class IceServer(_Message, frozen=True):
    """As RTCIceServer (W3C); time-limited credentials."""

    urls: list[str]
    username: str = ""
    credential: str = ""


class SlotView(_Message, frozen=True):
    """Receive slot with these mids carries ``participant``, or nobody."""

    audio_mid: str | None
    video_mid: str | None
    participant: str | None


class Welcome(_Message, frozen=True, tag="welcome"):
    """First event of every connection. ``seat`` replaces the seat token that was presented."""

    seat: str
    resumed: bool
    you: str
    roster: list[ParticipantView]
    texts: list[Text]
    slots: int
    ice_servers: list[IceServer]
    can_end: bool
    next_ref: int
    """The ``ref`` the seat's next text must carry."""
    now: int
    """Unix milliseconds at the gateway, for clocks."""
    started_at: int
    """Unix milliseconds when the room was first entered."""
    steady: bool
    """The whole line is kept for voice."""
    log: str
    """Names the room's text. With another name ``seq`` counts anew."""


class ParticipantChanged(_Message, frozen=True, tag="participant_changed"):
    """Someone joined, came back, or changed what they have switched on; also about oneself."""

    participant: ParticipantView


class ParticipantLeft(_Message, frozen=True, tag="participant_left"):
    """Someone's seat is empty now."""

    id: str
    reason: CloseReason


class Slots(_Message, frozen=True, tag="slots"):
    """Whom each receive slot carries; the whole list at every change."""

    slots: list[SlotView]


class UseCodec(_Message, frozen=True, tag="use_codec"):
    """Send this video codec, because everyone in the room speaks it."""

    codec: str


class Layers(_Message, frozen=True, tag="layers"):
    """Of the simulcast section ``mid``, send these encodings, smallest first, and no others."""

    mid: str
    rids: list[str]


class Rate(_Message, frozen=True, tag="rate"):
    """Of the section ``mid``, send at most so many bits per second: more would reach nobody.

    0 is no picture at all. ``stills``: somebody's line is too narrow for it and takes a still
    every few seconds in its place.
    """

    mid: str
    bps: int
    stills: bool


class MediaClosed(_Message, frozen=True, tag="media_closed"):
    """The page's media connection ended at the gateway; offer again with ``fresh``."""

    reason: str


class Closed(_Message, frozen=True, tag="closed"):
    """Last event: this page is no longer in the room. ``reason`` says whether to come back."""

    reason: CloseReason


Event: TypeAlias = (
    Welcome
    | ParticipantChanged
    | ParticipantLeft
    | Text
    | Slots
    | UseCodec
    | Layers
    | Rate
    | Steady
    | Invited
    | Hour
    | GapEvent
    | RecordingEvent
    | MediaClosed
    | Closed
)


class Replayed(_Message, frozen=True, tag="replayed"):
    """The texts asked for, in order."""

    texts: list[Text]


Reply: TypeAlias = Done | Answer | TextAccepted | Replayed | Refused
ChannelMessage: TypeAlias = Text | TextAccepted | Refused
"""What the gateway writes on the text data channel; the browser writes :class:`SendText` only."""


class ConnectAuth(_Message, frozen=True):
    """The ``auth`` payload of the Socket.IO CONNECT packet."""

    seat: Token
    protocol: Literal[1]
    after: Seq = 0
    log: Annotated[str, Meta(max_length=64)] = ""
    """The text ``after`` counts in, as the last ``welcome`` named it."""


# --- the border -----------------------------------------------------------------------------------

_T = TypeVar("_T")


def decode_command(payload: object) -> Command:
    """Turn a Socket.IO payload into a command.

    Raises :class:`Refusal` with ``malformed``.
    """
    command: Command = convert(payload, Command, Code.MALFORMED)
    return command


def decode_channel(data: str) -> SendText:
    """Turn a message of the text data channel into a command.

    Raises :class:`Refusal` with ``malformed`` or ``too_large``.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        raise Refusal(Code.TOO_LARGE)
    return decode_body(data.encode("utf-8", "surrogatepass"), SendText)


def decode_body(data: bytes, shape: type[_T]) -> _T:
    """Turn a request body into ``shape``.

    Raises :class:`Refusal` with ``malformed``.
    """
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(Code.MALFORMED) from error


def decode_auth(payload: object) -> ConnectAuth:
    """Turn the Socket.IO ``auth`` payload into what it says.

    Raises :class:`Refusal` with ``seat_invalid``: a stranger learns no more than that.
    """
    auth: ConnectAuth = convert(payload, ConnectAuth, Code.SEAT_INVALID)
    return auth


def to_json(message: msgspec.Struct) -> bytes:
    """Turn a message into JSON."""
    return msgspec.json.encode(message)
