"""All sessions and rooms of this gateway: who may come in, and how everything ends."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from media.channel import MediaPlane, Notification, RecordingNews
from media.ids import EndpointId, RoomKey
from signaling import logs, rest, turn, wire
from signaling.booked_hour import BookedHour, HourKeeper
from signaling.config import Config
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import CloseReason
from signaling.domain.grants import WAIT_AT_DOOR, Door, Role
from signaling.domain.participant import Participant
from signaling.domain.phases import Phase, RoomLimits
from signaling.domain.room import Room
from signaling.kept_rooms import KeptRooms, cost
from signaling.live import Live
from signaling.metrics import Metrics
from signaling.recordings import Recordings
from signaling.room_delivery import Connection
from signaling.room_engine import EngineSide
from signaling.room_task import RoomTask, Surroundings
from signaling.seats import Holder, SeatBook
from signaling.session_book import Session, SessionBook
from signaling.storage.session_store import Booked
from signaling.tokens import Minted, Tokens

STOP_S: Final = 3.0


class Registry:
    """Sessions by id, and the room of each session that has one now."""

    def __init__(
        self,
        config: Config,
        tokens: Tokens,
        metrics: Metrics,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.tokens = tokens
        self.metrics = metrics
        self.live = Live(metrics)
        self.seats = SeatBook(tokens.seals, wall())
        self.wall = wall
        self.stopping = False
        self._config = config
        self._media: MediaPlane | None = None
        self._hours: HourKeeper | None = None
        self._recordings: Recordings | None = None
        self._rooms: dict[str, RoomTask] = {}
        self.sessions = SessionBook(
            config.limits.max_sessions, wall, is_open=lambda session: session in self._rooms
        )
        self._ending: set[RoomTask] = set()
        self._endpoints: dict[EndpointId, RoomTask] = {}
        self._rooms_made = 0
        self._kept = KeptRooms(config.limits.kept_text_chars)

    def attach(self, media: MediaPlane) -> None:
        """Use this media plane from now on; :meth:`notify` is its listener."""
        self._media = media

    def attend(self, hours: HourKeeper, recordings: Recordings | None = None) -> None:
        """Find booked hours here from now on, and who keeps what is recorded of them."""
        self._hours = hours
        self._recordings = recordings

    # --- sessions and tokens ----------------------------------------------------------------------

    def create_session(
        self, expires_in_s: int, door: Door = Door.OPEN, clinic: str = ""
    ) -> Session:
        """Make a session.

        Raises :class:`Refusal` with ``busy`` when there are too many.
        """
        until = self.wall() + expires_in_s
        session = Session(secrets.token_urlsafe(12), until, door=door, clinic=clinic)
        return self.sessions.keep(session)

    def end_session(self, session_id: str) -> None:
        """End a session for good: its tokens open nothing any more.

        Raises :class:`Refusal` with ``not_found``.
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise Refusal(Code.NOT_FOUND)
        self._mark_ended(session)
        room = self._rooms.get(session_id)
        if room is not None:
            room.close(CloseReason.SESSION_ENDED)

    def mint(
        self, session_id: str, role: Role, identity: str, name: str, lifetime_s: int
    ) -> Minted:
        """Sign a token for a session; it never outlives the session.

        Raises :class:`Refusal` with ``not_found`` or ``room_ended``.
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise Refusal(Code.NOT_FOUND)
        left = int(session.expires_at - self.wall())
        if session.ended or left <= 0:
            raise Refusal(Code.ROOM_ENDED)
        lifetime = min(lifetime_s, left)
        return self.tokens.mint(
            session_id, role, identity, name, lifetime, self.wall(), session.door
        )

    def revoke(self, jti: str) -> None:
        """Make a token worthless and end the seats it gave, at once."""
        self.tokens.revoke(jti, self.wall())
        for holder in self.seats.end_token(jti):
            room = self._rooms.get(holder.session)
            if room is not None:
                room.remove(holder.identity, CloseReason.REVOKED)

    def let_out(self, person: UUID, client: UUID | None = None) -> None:
        """Somebody's access is over: to all rooms, or to those of one client; at once."""
        identity = str(person)
        for session_id, room in self._rooms.items():
            hour = room.around.hour
            if client is not None and (hour is None or hour.booked.client != client):
                continue
            if room.knows(identity):
                self._unseat(session_id, identity)

    def _unseat(self, session: str, identity: str) -> None:
        self.seats.end(session, identity)
        room = self._rooms.get(session)
        if room is not None:
            room.remove(identity, CloseReason.REVOKED)

    def is_in_session(self, person: UUID) -> bool:
        """Whether somebody has a seat in the room of a booked hour now."""
        identity = str(person)
        return any(
            room.around.hour is not None and room.seats(identity) for room in self._rooms.values()
        )

    # --- coming in --------------------------------------------------------------------------------

    async def exchange(self, token: str) -> rest.Seat:
        """Turn a join token into a seat.

        Raises :class:`Refusal`; a stranger's token gives nothing about any room away.
        """
        role: Role | None = None
        try:
            claims = self.tokens.verify(token, self.wall())
            role = claims.role
            session = self.sessions.of_token(claims)
            holder = Holder(
                session.id, claims.sub, claims.role, claims.name, claims.jti, session.expires_at,
                claims.door,
            )  # fmt: skip
            await self._admit(holder)
            seat = self.seats.open(holder, self.wall())
        except Refusal as refusal:
            self.live.handle_refusal(role, refusal.code, asyncio.get_running_loop().time())
            raise
        return rest.Seat(seat, claims.role, claims.name)

    async def sit(self, holder: Holder, booked: Booked) -> rest.Seat:
        """Give somebody a seat in the room of their booked hour. Raises :class:`Refusal`.

        They have just been found to have a right to it.
        """
        known = self.sessions.get(holder.session)
        if known is None:
            self.sessions.keep(_session_of(holder))
        else:  # the hour may have been moved
            known.expires_at = max(known.expires_at, holder.expires_at)
        await self._admit(holder, booked)
        seat = self.seats.open(holder, self.wall())
        # A right that ended while the seat was made is none: asked again, now that it can be ended.
        if self._hours is not None:
            try:
                await self._hours.look(holder.session, holder.identity)
            except Refusal:
                self._unseat(holder.session, holder.identity)
                raise
        return rest.Seat(seat, holder.role, holder.name)

    def refresh(self, booked: Booked) -> None:
        """A booked hour has changed elsewhere than in its room."""
        room = self._rooms.get(str(booked.id))
        if room is not None:
            room.refresh(booked)

    async def connect(
        self, auth: wire.ConnectAuth, connection: Connection
    ) -> tuple[RoomTask, Role]:
        """Give a connection the seat it has a token for.

        Raises :class:`Refusal`.
        """
        holder = self.seats.look(auth.seat, self.wall())
        room, participant = await self._admit(holder)
        following = self.seats.use(auth.seat, self.wall())
        await room.connect(participant, connection, auth, following)
        return room, holder.role

    async def _admit(self, holder: Holder, booked: Booked | None = None) -> tuple[RoomTask, str]:
        session = self.sessions.get(holder.session)
        if session is None and holder.jti not in self.tokens.revocations:
            # A seat of the gateway before this one: its seal is authority enough, as a token's is.
            session = self.sessions.keep(_session_of(holder))
        if session is None or session.ended or session.expires_at <= self.wall():
            raise Refusal(Code.ROOM_ENDED)
        hour = await self._hour_of(holder, booked)
        until = self._instant(session.expires_at)
        waits = holder.door is Door.CLOSED and holder.role in WAIT_AT_DOOR
        if hour is not None:
            waits = hour.waits(holder.role)
        command = ask.Admit(
            holder.identity, secrets.token_urlsafe(9), holder.role, holder.name, until, waits
        )
        room = self._rooms.get(session.id) or self._open(session, hour)
        try:
            return room, await room.admit(command)
        except Refusal as refusal:
            # The room may have been forgotten in the moment we came: then open it again, once.
            if refusal.code is not Code.BUSY or not room.task.done():
                raise
        room = self._rooms.get(session.id) or self._open(session, hour)
        return room, await room.admit(command)

    async def _hour_of(self, holder: Holder, booked: Booked | None) -> BookedHour | None:
        """What is stored of a booked hour. Who has a seat in its room needs nothing of it.

        So calls go on while the database is away. Raises :class:`Refusal` or StorageAway.
        """
        if not holder.booked:
            return None
        room = self._rooms.get(holder.session)
        if room is not None and room.seats(holder.identity):
            return room.around.hour
        if self._hours is None:
            raise Refusal(Code.SEAT_INVALID)
        if booked is not None:
            return self._hours.open(booked)
        return await self._hours.look(holder.session, holder.identity)

    # --- rooms ------------------------------------------------------------------------------------

    def notify(self, notification: Notification) -> None:
        """Pass on what the engine says; about endpoints we have given up, nobody cares."""
        if isinstance(notification, RecordingNews) and self._recordings is not None:
            self._recordings.handle(notification)  # its endpoint may be gone meanwhile
        room = self._endpoints.get(notification.endpoint)
        if room is not None:
            room.notify(notification)

    def counts(self) -> tuple[int, dict[str, int], dict[str, int]]:
        """Return how many rooms there are, and people by presence and by link."""
        presence: Counter[str] = Counter()
        links: Counter[str] = Counter()
        for task in self._rooms.values():
            for participant in task.room.participants():
                presence[participant.presence.value] += 1
                links[participant.link.value] += participant.connection is not None
        return len(self._rooms), dict(presence), dict(links)

    def people(self, now: float) -> dict[RoomKey, tuple[Participant, ...]]:
        """Return who is in each room, after what time alone has decided was seen."""
        for task in self._rooms.values():
            task.handle_timeout(now)
        return {task.key: task.room.participants() for task in self._rooms.values()}

    async def stop(self) -> None:
        """Tell everyone, and return when no room's task is left."""
        self.stopping = True
        rooms = [*self._rooms.values(), *self._ending]
        for room in rooms:
            room.close(CloseReason.SERVER_STOPPING)
        try:
            async with asyncio.timeout(STOP_S):
                await asyncio.gather(*(room.stopped() for room in rooms))
        except TimeoutError:
            logs.warning("rooms_did_not_stop", count=len(self._rooms))
            for room in rooms:
                room.task.cancel()
            await asyncio.gather(*(room.stopped() for room in rooms), return_exceptions=True)

    def _open(self, session: Session, hour: BookedHour | None) -> RoomTask:
        if self.stopping or self._media is None:
            raise Refusal(Code.BUSY)
        limits = self._config.limits
        room_limits = RoomLimits(
            seat_hold_s=limits.seat_hold_s,
            text_hold_s=limits.text_hold_s,
            empty_room_s=limits.empty_room_s,
            max_participants=limits.max_participants,
        )
        now = asyncio.get_running_loop().time()
        log = secrets.token_urlsafe(9)
        room = Room(room_limits, self._instant(session.expires_at), now, log)
        self._rooms_made += 1
        around = self._surroundings(session.id, self._media, hour)
        key = RoomKey(secrets.token_urlsafe(12))
        side = partial(self._side, around=around)
        task = self._rooms[session.id] = RoomTask(room, key, self._rooms_made, side, around)
        logs.event("room_opened", room=self._rooms_made)
        return task

    def _surroundings(
        self, session_id: str, media: MediaPlane, hour: BookedHour | None
    ) -> Surroundings:
        return Surroundings(
            media=media,
            metrics=self.metrics,
            live=self.live,
            ice_servers=self._ice_servers,
            slots=self._config.limits.max_participants - 1,
            wall_ms=lambda: int(self.wall() * 1000),
            seat_gone=partial(self._seat_gone, session_id),
            ended=partial(self._room_over, session_id),
            deserted=partial(self._room_deserted, session_id),
            hour=hour,
            recordings=self._recordings,
        )

    def _ice_servers(self) -> list[wire.IceServer]:
        """What one welcome names: the operator's servers, and TURN with credentials of its own."""
        config = self._config
        if not config.turn_urls:
            return config.ice_servers
        turn_server = turn.credentials(
            config.turn_urls, config.turn_secret, config.turn_ttl_s, self.wall()
        )
        return [*config.ice_servers, turn_server]

    def _side(self, task: RoomTask, around: Surroundings) -> EngineSide:
        limits = self._config.limits

        def close(endpoint: EndpointId) -> None:
            task.chore(around.media.close_endpoint(endpoint))

        def bind(endpoint: EndpointId, begins: bool) -> None:  # noqa: FBT001  RoomMedia's shape
            if begins:
                self._endpoints[endpoint] = task
            else:
                self._endpoints.pop(endpoint, None)

        rates = (limits.endpoints, limits.texts)
        return EngineSide(task, around.media, self.metrics, rates, close, bind)

    def _seat_gone(self, session_id: str, identity: str, reason: CloseReason) -> None:
        # Whoever was away too long may still come back to a new stay with the token they hold, and
        # whoever was in a room that broke down or a gateway that stops may try again.
        if reason in {CloseReason.LEFT, CloseReason.LEFT_QUICKLY, CloseReason.REVOKED}:
            self.seats.end(session_id, identity)

    def _room_deserted(self, session_id: str, task: RoomTask) -> None:
        if not task.room.is_deserted or task.room.phase is not Phase.OPEN:
            self._kept.enter(session_id)
            return
        for other in self._kept.desert(session_id, cost(*task.room.text_size)):
            room = self._rooms.get(other)
            if room is not None:
                room.forget()

    def _room_over(self, session_id: str, task: RoomTask) -> None:
        if self._rooms.get(session_id) is task:
            del self._rooms[session_id]
            self._kept.enter(session_id)
        logs.event("room_closed", room=task.number, reason=str(task.room.reason or "fault"))
        self._ending = {known for known in self._ending if not known.is_quiet} | {task}
        session = self.sessions.get(session_id)
        over = {CloseReason.SESSION_ENDED, CloseReason.EXPIRED}
        if session is not None and task.room.phase is Phase.ENDED and task.room.reason in over:
            self._mark_ended(session)

    def _mark_ended(self, session: Session) -> None:
        self.sessions.mark_ended(session)
        self.seats.end_session(session.id)

    def _instant(self, wall: float) -> float:
        return asyncio.get_running_loop().time() + (wall - self.wall())


def _session_of(holder: Holder) -> Session:
    return Session(holder.session, holder.expires_at, by_token=True, booked=holder.booked)
