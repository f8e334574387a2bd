"""A room's side of the media plane: notifications in, texts and endings out.

Called on the room's owner task only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Final, Protocol

from media.channel import (
    CodecChosen,
    LayersWanted,
    LinkChanged,
    LinkState,
    MediaPlane,
    Notification,
    PhaseReached,
    PictureSize,
    RateWanted,
    RecordingNews,
    RungReached,
    SlotsFilled,
    TextChannelChanged,
    TextReceived,
    VoiceGap,
)
from media.ids import EndpointId
from signaling import views, wire
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Direction, LinkView
from signaling.domain.messages import check_body
from signaling.domain.participant import HOLDS_SEAT
from signaling.domain.room import Room
from signaling.limits import Bucket, Rate
from signaling.metrics import Metrics
from signaling.room_gaps import GapSide
from signaling.room_media import Held, RoomMedia
from signaling.room_sizes import Sizes

WATCHES: Final = Rate(per_second=2.0, burst=10)
"""Each may start or stop another person's encoder, and ask for a keyframe."""
LINE_REPORTS: Final = Rate(per_second=1.0, burst=10)
"""Each that changes something is told to everyone. A ladder changes a few times a minute."""
_LINKS: Final = {
    LinkState.CONNECTING: LinkView.CONNECTING,
    LinkState.CONNECTED: LinkView.CONNECTED,
    LinkState.DISCONNECTED: LinkView.DISCONNECTED,
    LinkState.CLOSED: LinkView.NONE,
}


class Owner(Protocol):
    """What this side needs of the room's owner task."""

    room: Room

    def deliver(self, participant: str, event: wire.Event) -> None:
        """Send an event to one participant's socket, if there is one."""

    def wall_ms(self) -> int:
        """Return Unix milliseconds."""

    def say(self, held: Held, text: wire.SendText, now: float) -> wire.TextAccepted | None:
        """Put a line of a channel into the room's text; None when it is answered later.

        Raises :class:`Refusal`.
        """


class EngineSide:
    """What the engine says about a room's endpoints, turned into what the room understands."""

    def __init__(
        self,
        owner: Owner,
        plane: MediaPlane,
        metrics: Metrics,
        rates: tuple[Rate, Rate],
        close: Callable[[EndpointId], None],
        bind: Callable[[EndpointId, bool], None],
    ) -> None:
        endpoints, self._text_rate = rates
        self.media = RoomMedia(endpoints, close, bind)
        self.gaps = GapSide(owner.room, metrics, owner.deliver, owner.wall_ms)
        self._owner = owner
        self._plane = plane
        self._metrics = metrics
        self._text_buckets: dict[str, Bucket] = {}
        self._sizes = Sizes()
        self._watch_buckets: dict[str, Bucket] = {}
        self._line_buckets: dict[str, Bucket] = {}

    def handle(self, given: Notification, now: float) -> None:
        """Take one notification. Those about endpoints that are no longer ours are ignored."""
        held = self.media.get(given.endpoint)
        if held is None or isinstance(given, RecordingNews):
            return
        match given:
            case LinkChanged():
                self._handle_link(held, given, now)
            case SlotsFilled() | CodecChosen() | LayersWanted() | RateWanted():
                self._handle_word(held, given)
            case RungReached():
                self._handle_rung(held, given, now)
            case TextChannelChanged() | TextReceived():
                self._handle_channel(held, given, now)
            case PhaseReached():
                self._handle_phase(held, given)
            case VoiceGap():
                self._handle_gap(held, given)

    def _handle_word(
        self, held: Held, given: SlotsFilled | CodecChosen | LayersWanted | RateWanted
    ) -> None:
        """Keep what the page must be told again when it comes back, and tell it."""
        match given:
            case SlotsFilled():
                held.slots = given
                self._tell(held, self.media.slots(given))
                self._size(held, {PictureSize.SMALL})
            case CodecChosen():
                held.codec = given.codec
                self._tell(held, wire.UseCodec(given.codec))
            case LayersWanted():
                held.layers = given
                self._tell(held, wire.Layers(given.mid, list(given.rids)))
            case RateWanted():
                held.rate = given
                self._tell(held, wire.Rate(given.mid, given.bps, given.stills))

    def adopt(self, connection: str, endpoint: EndpointId, now: float) -> None:
        """The endpoint was answered; it belongs to whoever holds this connection's seat.

        Raises :class:`Refusal` with ``not_in_room`` when the seat has changed hands since.
        """
        participant = self._owner.room.holder(connection).id
        pending = self.media.get(endpoint)
        if pending is not None and pending.owner != participant:
            raise Refusal(Code.NOT_IN_ROOM)
        held = self.media.adopt(endpoint)
        room = self._owner.room
        room.handle(ask.SetLink(participant, held.link), now)
        room.handle(ask.SetRung(participant, Direction.DOWN, held.rung), now)
        self.remind(participant)

    def remind(self, participant: str) -> None:
        """Repeat to a page what the engine last said of its endpoint."""
        held = self.media.current(participant)
        if held is None:
            return
        if held.slots is not None:
            self._tell(held, self.media.slots(held.slots))
        if held.codec is not None:
            self._tell(held, wire.UseCodec(held.codec))
        if held.layers is not None:
            self._tell(held, wire.Layers(held.layers.mid, list(held.layers.rids)))
        if held.rate is not None:
            self._tell(held, wire.Rate(held.rate.mid, held.rate.bps, held.rate.stills))

    def watch(self, viewer: str, watch: wire.Watch, now: float) -> None:
        """Take how large a page shows the others.

        Raises :class:`Refusal` with ``rate_limited``.
        """
        bucket = self._watch_buckets.setdefault(viewer, Bucket(WATCHES, now))
        if not bucket.take(now):
            raise Refusal(Code.RATE_LIMITED)
        present = {p.id for p in self._owner.room.participants() if p.presence in HOLDS_SEAT}
        changed = self._sizes.set(viewer, watch.sizes, present)
        for held in self.media.of(viewer) if changed else ():
            self._size(held, {PictureSize.SMALL, PictureSize.LARGE}, changed)

    def forget(self, participant: str) -> None:
        """Nobody holds the seat: its endpoints end, and what was said of its picture is over."""
        self._sizes.forget(participant)
        self.gaps.forget(participant)
        self.media.forget(participant)

    def _size(
        self, held: Held, sizes: set[PictureSize], shown: Collection[str] | None = None
    ) -> None:
        """Tell the engine how large an endpoint shows whom; an engine begins with the largest."""
        for slot in held.slots.slots if held.slots is not None else ():
            owner, publisher = self.media.owner(slot.publisher), slot.publisher
            if owner is None or publisher is None or not (shown is None or owner in shown):
                continue
            size = self._sizes.of(held.owner, owner)
            if size in sizes:
                self._plane.set_size(held.endpoint, publisher, size)

    def send(self, participant: str, message: wire.ChannelMessage) -> bool:
        """Write to a seat's text channel; False when it has none that is open on a path that lives.

        What goes into a silent path waits for its repair; the socket may be faster.
        """
        held = self.media.current(participant)
        if held is None or not held.text_open or held.link is LinkView.DISCONNECTED:
            return False
        self._plane.send_text(held.endpoint, wire.to_json(message).decode())
        return True

    def may_write(self, participant: str, now: float) -> bool:
        """Whether this seat may write another text now."""
        bucket = self._text_buckets.setdefault(participant, Bucket(self._text_rate, now))
        return bucket.take(now)

    def is_new_text(self, participant: str, text: wire.SendText, now: float) -> bool:
        """Whether the room would take this as a line that it does not have yet.

        Counts against the seat's rate. Raises :class:`Refusal` as :meth:`write_text` does.
        """
        room = self._owner.room
        if not self.may_write(participant, now):
            raise Refusal(Code.RATE_LIMITED)
        check_body(text.body)
        room.handle(ask.ReadTexts(participant, text.ref), now)  # who may not read does not write
        due = room.next_ref(participant)
        if text.ref > due:
            raise Refusal(Code.TEXT_OUT_OF_ORDER)
        return text.ref == due

    def write_text(
        self, participant: str, text: wire.SendText, now: float, *, by_channel: bool,
        counted: bool = False,
    ) -> wire.TextAccepted:  # fmt: skip
        """Put one line into the room's text. ``counted``: :meth:`is_new_text` was asked before.

        Raises :class:`Refusal`.
        """
        if not counted and not self.may_write(participant, now):
            raise Refusal(Code.RATE_LIMITED)
        command = ask.WriteText(participant, text.ref, text.body, self._owner.wall_ms())
        written = self._owner.room.handle(command, now)
        assert isinstance(written, ask.Written)  # what the room answers to WriteText
        self._metrics.text(by_channel=by_channel)
        return views.accepted(written.line)

    def _tell(self, held: Held, event: wire.Event) -> None:
        if self.media.is_current(held):
            self._owner.deliver(held.owner, event)

    def _handle_link(self, held: Held, given: LinkChanged, now: float) -> None:
        held.link = _LINKS[given.state]
        held.text_open = held.text_open and given.state is not LinkState.CLOSED
        if not self.media.is_current(held):
            if given.state is LinkState.CLOSED:
                self.media.lost(held.endpoint)
            return
        if given.state is LinkState.CLOSED:
            # We forget an endpoint before we close it, so this end was not our wish.
            reason = given.reason.value if given.reason is not None else "unknown"
            self._tell(held, wire.MediaClosed(reason))
            self.media.lost(held.endpoint)
        self._owner.room.handle(ask.SetLink(held.owner, held.link), now)

    def _handle_gap(self, held: Held, given: VoiceGap) -> None:
        if self.media.is_current(held):
            self.gaps.handle(held.owner, given)

    def _handle_channel(
        self, held: Held, given: TextChannelChanged | TextReceived, now: float
    ) -> None:
        match given:
            case TextChannelChanged():
                held.text_open = given.open
            case TextReceived():
                self._handle_text(held, given.data, now)

    def _handle_rung(self, held: Held, given: RungReached, now: float) -> None:
        held.rung = given.rung
        if self.media.is_current(held):
            self._owner.room.handle(ask.SetRung(held.owner, Direction.DOWN, held.rung), now)

    def report_line(self, participant: str, report: wire.ReportLine, now: float) -> None:
        """Take what a page says of its own way up.

        Raises :class:`Refusal` with ``rate_limited``.
        """
        bucket = self._line_buckets.setdefault(participant, Bucket(LINE_REPORTS, now))
        if not bucket.take(now):
            raise Refusal(Code.RATE_LIMITED)
        self._owner.room.handle(ask.SetRung(participant, Direction.UP, report.rung), now)

    def _handle_text(self, held: Held, data: str, now: float) -> None:
        answer: wire.TextAccepted | wire.Refused | None
        ref: int | None = None
        try:
            text = wire.decode_channel(data)
            ref = text.ref
            answer = self._owner.say(held, text, now)
        except Refusal as refusal:
            answer = self._refused(refusal, ref)
        if answer is not None:
            self._answer(held, answer)

    async def answer_later(
        self, held: Held, ref: int, written: Awaitable[wire.TextAccepted]
    ) -> None:
        """Answer a line of the channel once it is written."""
        answer: wire.TextAccepted | wire.Refused
        try:
            answer = await written
        except Refusal as refusal:
            answer = self._refused(refusal, ref)
        self._answer(held, answer)

    def _refused(self, refusal: Refusal, ref: int | None) -> wire.Refused:
        self._metrics.refused("channel", refusal.code)
        return wire.Refused(refusal.code, ref=ref)

    def _answer(self, held: Held, answer: wire.TextAccepted | wire.Refused) -> None:
        if self.media.get(held.endpoint) is held:
            self._plane.send_text(held.endpoint, wire.to_json(answer).decode())

    def _handle_phase(self, held: Held, given: PhaseReached) -> None:
        for participant in self._owner.room.participants():
            if participant.id == held.owner:
                phase = f"gateway_{given.phase.value}"
                self._metrics.join_phase(participant.role, phase, given.seconds)
