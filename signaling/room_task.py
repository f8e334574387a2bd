"""The one task that owns a room: its inbox, its timer, and what follows from each change.

Rule 1: nothing else touches the room. Others post a job and wait for its result.
Rule 2: a job never awaits. What takes time (a negotiation, closing an endpoint) runs outside and
posts its result, so that one person's offer holds up nobody.
Rule 3: a bug closes this room with ``fault``, says so in one log line, and the process lives on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args
from uuid import UUID

from media.channel import MediaPlane, Notification, PhaseReached
from media.errors import NegotiationError
from media.ids import EndpointId, RoomKey
from signaling import logs, wire
from signaling.booked_hour import NOTE_S, BookedHour
from signaling.chores import Chores
from signaling.consent_taps import ConsentTaps
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason
from signaling.domain.grants import MAY_ADMIT
from signaling.domain.life import Stage, Turn
from signaling.domain.participant import HOLDS_SEAT, REMEMBERED
from signaling.domain.phases import Phase
from signaling.domain.room import Room
from signaling.live import Live
from signaling.metrics import Metrics
from signaling.recording_messages import RecordingCommand
from signaling.recordings import Recordings
from signaling.room_commands import RoomCommands
from signaling.room_consent import RoomConsent
from signaling.room_delivery import Connection, RoomDelivery
from signaling.room_engine import EngineSide
from signaling.room_inbox import RoomInbox
from signaling.room_lines import RoomLines
from signaling.room_media import Held, RoomMedia
from signaling.room_watch import RoomWatch
from signaling.storage.session_store import Booked

DECISIONS: Final = (wire.LetIn, wire.EndSession)
"""What of a booked hour is stored before it is carried out."""

RECORDING: Final = get_args(RecordingCommand)
"""What is for the consent of the room, and for nobody else."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a room task needs of the house around it."""

    media: MediaPlane
    metrics: Metrics
    live: Live
    ice_servers: Callable[[], list[wire.IceServer]]
    slots: int
    wall_ms: Callable[[], int]
    seat_gone: Callable[[str, CloseReason], None]
    ended: Callable[[RoomTask], None]
    deserted: Callable[[RoomTask], None]
    """Nobody holds a seat any more, or somebody does again."""
    hour: BookedHour | None = None
    """What is stored of it, where it was booked."""
    recordings: Recordings | None = None
    """Who keeps recordings, where there is a place for them."""


class RoomTask:
    """One room and its owner task. ``number`` is what a log line may call it."""

    def __init__(
        self,
        room: Room,
        key: RoomKey,
        number: int,
        engine_side: Callable[[RoomTask], EngineSide],
        around: Surroundings,
    ) -> None:
        self.room = room
        self.key = key
        self.number = number
        self.around = around
        self.side = engine_side(self)
        self._watch = RoomWatch()
        self._commands = RoomCommands(room, self.side)
        self._told = RoomDelivery(room, self.side, around, self._handle_seat_gone)
        self._inbox = RoomInbox()
        self._identities: dict[str, str] = {}
        self._chores = Chores(number)
        hour = around.hour
        self._lines = None if hour is None else RoomLines(self, hour, self._person)
        self.consent = self._consent_of(around)
        self._taps = None if self.consent is None else ConsentTaps(self.consent)
        self._over = False
        self._noted_at = asyncio.get_running_loop().time()
        self.task = asyncio.get_running_loop().create_task(self._own(), name="room")

    @property
    def media(self) -> RoomMedia:
        """Whose endpoint is whose."""
        return self.side.media

    # --- asked from outside -----------------------------------------------------------------------

    async def request(self, job: Callable[[float], _T]) -> _T:
        """Run a job on the owner task and return its result.

        Raises :class:`Refusal`: the job's own, ``busy``, or ``room_ended``.
        """
        if self._over:
            raise Refusal(self._farewell())
        return await self._inbox.request(job)

    def tell(self, job: Callable[[float], Any]) -> None:
        """Run a job on the owner task; its refusal is nobody's concern."""
        if not self._over:
            self._inbox.tell(job)

    async def admit(self, command: ask.Admit) -> str:
        """Keep a seat for an identity; returns its participant id."""

        def job(now: float) -> str:
            result = self.room.handle(command, now)
            assert isinstance(result, ask.Admitted)  # what the room answers to Admit
            self._identities[result.participant] = command.identity
            return result.participant

        return await self.request(job)

    async def connect(
        self, participant: str, connection: Connection, shown: wire.ConnectAuth, seat: str
    ) -> None:
        """Give the seat to a connection; it is welcomed with the next seat token."""

        def job(now: float) -> None:
            self._told.add(connection, seat)
            wall_ms = self.around.wall_ms()
            command = ask.Connect(participant, connection.id, shown.after, wall_ms, shown.log)
            try:
                self.room.handle(command, now)
            except Refusal:
                self._told.drop(connection.id)
                raise

        await self.request(job)

    def lose(self, connection: str) -> None:
        """A connection is gone."""

        def job(now: float) -> None:
            self._told.drop(connection)
            self.room.handle(ask.Lose(connection), now)

        self.tell(job)

    def remove(self, identity: str, reason: CloseReason) -> None:
        """Take someone's seat away."""

        def job(now: float) -> None:
            for participant, known in self._identities.items():
                if known == identity:
                    self.room.handle(ask.Remove(participant, reason), now)

        self.tell(job)

    def knows(self, identity: str) -> bool:
        """Whether this identity was ever admitted."""
        return identity in self._identities.values()

    def seats(self, identity: str) -> bool:
        """Whether this identity holds a seat now."""
        return any(
            each.presence in HOLDS_SEAT and self._identities.get(each.id) == identity
            for each in self.room.participants()
        )

    def close(self, reason: CloseReason) -> None:
        """Close the room for everyone."""
        self.tell(lambda now: self.room.handle(ask.Close(reason), now))

    def forget(self) -> None:
        """Forget the room if nobody is in it."""
        self.tell(lambda now: self.room.handle(ask.Forget(), now))

    def notify(self, notification: Notification) -> None:
        """The engine has something to say about one of this room's endpoints."""

        def job(now: float) -> None:
            if isinstance(notification, PhaseReached):
                owner = self.media.owner(notification.endpoint)
                self._watch.handle_phase(owner or "", notification.phase)
            self.side.handle(notification, now)

        self.tell(job)

    def handle_timeout(self, now: float) -> None:
        """See to what time alone decides of joins; from anywhere, for the room is not touched."""
        self._watch.handle_timeout(now)
        self._tell_sights(now)

    async def command(self, connection: str, command: wire.Command) -> wire.Reply:
        """Carry out what a page asks, other than an offer or a join report.

        Raises :class:`Refusal`, or StorageAway where it has to be stored first.
        """
        hour = self.around.hour
        if hour is not None and isinstance(command, DECISIONS):
            by = await self.request(lambda _now: self._decider(connection, command))
            await hour.decide(command, by)
            self.tell(lambda _now: self._told.spread_hour())
        if isinstance(command, RECORDING):
            if self._taps is None:
                raise Refusal(Code.NOT_ALLOWED)
            return await self._taps.carry_out(connection, command)
        if self._lines is not None and isinstance(command, wire.SendText):
            holder = await self.request(lambda _now: self.room.holder(connection).id)
            return await self._lines.say(holder, command, by_channel=False)
        return await self.request(lambda now: self._commands.carry_out(connection, command, now))

    def say(self, held: Held, text: wire.SendText, now: float) -> wire.TextAccepted | None:
        """Take a line of a channel; None when it has to be stored before. Raises Refusal."""
        if self._lines is None:
            return self.side.write_text(held.owner, text, now, by_channel=True)
        self._lines.say_later(held, text)
        return None

    async def offer(self, connection: str, offer: wire.Offer, *, first: bool) -> wire.Answer:
        """Negotiate media for a page; ``first`` is its connection's first offer.

        A page that was reloaded comes back to its seat, and its first offer may not fit the
        endpoint the page before it left; then it gets a new one, as if it had asked.
        Raises :class:`Refusal`.
        """
        try:
            return await self._offer(connection, offer.sdp, fresh=offer.fresh)
        except Refusal as refusal:
            if refusal.code is not Code.OFFER_CHANGED or offer.fresh or not first:
                raise
        return await self._offer(connection, offer.sdp, fresh=True)

    async def _offer(self, connection: str, sdp: str, *, fresh: bool) -> wire.Answer:
        def reserve(now: float) -> tuple[EndpointId, bool]:
            return self.media.reserve(self.room.insider(connection).id, fresh=fresh, now=now)

        endpoint, is_new = await self.request(reserve)
        try:
            answer = await self.around.media.negotiate(self.key, endpoint, sdp)
            await self.request(lambda now: self.side.adopt(connection, endpoint, now))
        except BaseException as error:
            if is_new:
                self.tell(lambda _now: self.media.discard(endpoint))
            if isinstance(error, NegotiationError):
                raise Refusal(Code(error.fault.value)) from None
            raise
        return wire.Answer(answer)

    # --- the owner --------------------------------------------------------------------------------

    async def _own(self) -> None:
        now = asyncio.get_running_loop().time
        deserted = self.room.is_deserted
        try:
            while self.room.phase is Phase.OPEN:
                try:
                    async with asyncio.timeout_at(self._next_deadline(now())):
                        job, future = await self._inbox.next()
                except TimeoutError:
                    self.room.handle_timeout(now())
                else:
                    self._inbox.answer(job, future, now())
                for output in self.room.drain():
                    self._told.perform(output)
                    self._watch.handle_fact(output.fact, now())
                self._tell_sights(now())
                self._attend(now())
                if deserted is not self.room.is_deserted:
                    deserted = self.room.is_deserted
                    self.around.deserted(self)
        except Exception as error:  # a bug in this room must not end the others (rule 3)
            logs.fault("room_fault", error, room=self.number)
            self.around.metrics.room_fault()
            self._told.dismiss_all(CloseReason.FAULT)
        finally:
            self._finish()

    def _next_deadline(self, now: float) -> float | None:
        due = [self.room.next_deadline()]
        if self.around.hour is not None:
            due.append(self.around.hour.next_deadline(now))
        if self.consent is not None:
            due.append(self.consent.next_deadline(now))
        return min((each for each in due if each is not None), default=None)

    def _consent_of(self, around: Surroundings) -> RoomConsent | None:
        """What decides of its recording, where there can be one."""
        if around.hour is None or around.recordings is None:
            return None
        clock = asyncio.get_running_loop().time
        return RoomConsent(self, around.hour, around.recordings, around.media, self._person, clock)

    def _attend(self, now: float) -> None:
        if self.consent is not None:
            self.consent.attend(now)
        hour = self.around.hour
        turn = None if hour is None else hour.attend(self.room.participants(), now)
        if hour is not None and turn is not None:
            self.chore(self._take(hour, turn))
        if now >= self._noted_at + NOTE_S:
            self._note_line(now)

    async def _take(self, hour: BookedHour, turn: Turn) -> None:
        if await hour.take(turn):
            self.refresh(hour.booked)

    def refresh(self, booked: Booked) -> None:
        """The stored hour has changed, here or elsewhere: tell everyone, or close with it."""

        def job(now: float) -> None:
            if self.around.hour is not None:
                self.around.hour.booked = booked
            if booked.life.stage is Stage.ENDED:
                self.room.handle(ask.Close(CloseReason.SESSION_ENDED), now)
            else:
                self._told.spread_hour()

        self.tell(job)

    def _decider(self, connection: str, command: wire.Command) -> UUID:
        """Who decides, where the room would do it: nothing is stored that it then refuses."""
        found = self.room.insider(connection)
        if found.role not in MAY_ADMIT:
            raise Refusal(Code.NOT_ALLOWED)
        here = {each.id for each in self.room.participants() if each.presence in REMEMBERED}
        if isinstance(command, wire.LetIn) and command.participant not in here:
            raise Refusal(Code.NOT_IN_ROOM)
        return self._person(found.id)

    def _person(self, participant: str) -> UUID:
        """Whose seat this is, in a booked hour."""
        return UUID(self._identities[participant])

    def _tell_sights(self, now: float) -> None:
        for sight in self._watch.drain():
            self.around.live.handle_sight(sight, now)

    def _note_line(self, now: float) -> None:
        """What the lines did is stored now and then, and at the end."""
        self._noted_at = now
        hour = self.around.hour
        if hour is not None:
            self.chore(hour.note_line(self.side.gaps.lost, self.room.participants(), now))

    def _finish(self) -> None:
        self._over = True
        if self._lines is not None:
            self._lines.stop()
        now = asyncio.get_running_loop().time()
        if self.consent is not None:
            self.consent.handle_over(now)
        self._note_line(now)
        self.media.forget_all()
        self._inbox.refuse_all(self._farewell())
        self._told.dismiss_all(CloseReason.SERVER_STOPPING)
        self.around.ended(self)

    def _farewell(self) -> Code:
        # A room that was forgotten or broke down may be opened again at once; an ended one not.
        return Code.ROOM_ENDED if self.room.phase is Phase.ENDED else Code.BUSY

    def deliver(self, participant: str, event: wire.Event) -> None:
        """Send an event to one participant's socket, if there is one."""
        self._told.deliver(participant, event)

    def _handle_seat_gone(self, participant: str, reason: CloseReason) -> None:
        self.around.seat_gone(self._identities[participant], reason)

    def wall_ms(self) -> int:
        """Return Unix milliseconds."""
        return self.around.wall_ms()

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes time beside the owner; nothing waits for it but the stop."""
        self._chores.start(work)

    @property
    def is_quiet(self) -> bool:
        """Whether the owner and all it started are gone."""
        return self.task.done() and self._chores.is_quiet

    async def stopped(self) -> None:
        """Wait until the owner and all it started are gone."""
        await asyncio.gather(self.task, return_exceptions=True)
        await self._chores.finished()
