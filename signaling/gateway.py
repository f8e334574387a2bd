"""Pages by Socket.IO: connections in, commands to rooms, events out.

Rule 1: a packet that the protocol does not allow closes its connection; it is checked before the
library parses it (``sockets.py``, the one door of python-socketio).
Rule 2: commands of one connection are carried out in order (``async_handlers=False``).
Rule 3: no event is sent before the connection was accepted; then a task of its own sends them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from signaling import logs, thread_messages, wire
from signaling.border import is_own_origin, problem
from signaling.config import Config
from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.inboxes import Inbox, Inboxes
from signaling.lab.legs import Lab, Leg
from signaling.limits import Bucket
from signaling.metrics import Metrics
from signaling.registry import Registry
from signaling.reports import ReportQuality
from signaling.room_task import RoomTask
from signaling.sockets import ConnectionRefused, MalformedBody, SocketServer
from signaling.storage.database import StorageAway
from signaling.thread_messages import InboxEvent, InboxRefused, InboxReply, WriteMessage

PATH: Final = "/socket.io/"
MAX_BACKLOG: Final = 2048
"""Events waiting for a page that does not read. Past that it is gone in all but name."""
MAX_STRIKES: Final = 200
"""Refusals for haste in a row; a page that will not hear them is cut off."""
CLOSE_S: Final = 2.0


class PageConnection:
    """One accepted Socket.IO connection: whose it is, and what it still has to be sent."""

    def __init__(self, sid: str, config: Config, now: float) -> None:
        self.id = sid
        self.room: RoomTask | None = None
        self.inbox: Inbox | None = None
        self.role = Role.CLIENT
        self.leg: Leg | None = None
        self.commands = Bucket(config.limits.commands, now)
        self.offers = Bucket(config.limits.offers, now)
        self.offered = False
        self.reported = False
        self.strikes = 0
        self.writer: asyncio.Task[None] | None = None
        self.events: asyncio.Queue[wire.Event | InboxEvent | None] = asyncio.Queue()
        """What waits until the page was accepted; None closes it."""
        self.post: Callable[[wire.Event | InboxEvent], None] | None = None
        """Sends at once, when nothing waits."""

    def deliver(self, event: wire.Event | InboxEvent) -> None:
        """Send an event, in order."""
        if self.post is not None:
            self.post(event)
        elif self.events.qsize() >= MAX_BACKLOG:
            self.close()
        else:
            self.events.put_nowait(event)

    def close(self) -> None:
        """Close after what was delivered."""
        self.events.put_nowait(None)


class Gateway:
    """Socket.IO at ``/socket.io/`` of an aiohttp application."""

    def __init__(
        self, config: Config, registry: Registry, metrics: Metrics, lab: Lab | None = None
    ) -> None:
        self._config = config
        self._registry = registry
        self._metrics = metrics
        self._lab = lab
        if lab is not None:
            lab.on_dead(self._drop_all_of)
        limits = config.limits
        self._server = SocketServer(
            metrics,
            connect_deadline_s=limits.connect_deadline_s,
            ping_interval_s=limits.ping_interval_s,
            ping_timeout_s=limits.ping_timeout_s,
        )
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.command = self._command
        self._server.accepted = self._accepted
        self._connections: dict[str, PageConnection] = {}
        self._writers: set[asyncio.Task[None]] = set()
        self._drops: set[asyncio.Task[None]] = set()
        self._inboxes: Inboxes | None = None
        self._cookie = ""

    def attend(self, inboxes: Inboxes, cookie: str) -> None:
        """Tell people of their threads from now on; ``cookie`` names what they are known by."""
        self._inboxes, self._cookie = inboxes, cookie

    def attach(self, app: web.Application) -> None:
        """Answer at :data:`PATH`."""
        app.router.add_get(PATH, self._handle)
        app.router.add_post(PATH, self._handle)

    @property
    def open_sockets(self) -> int:
        """How many connections there are."""
        return self._server.open_sockets

    async def stop(self) -> None:
        """Let what was delivered go out, then close every socket. The rooms are told before."""
        if self._writers:
            await asyncio.wait(set(self._writers), timeout=CLOSE_S)
        for writer in set(self._writers):
            writer.cancel()
        await asyncio.gather(*self._writers, *self._drops, return_exceptions=True)
        await self._server.stop()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if not is_own_origin(request, self._config):
            return self._refuse(Code.ORIGIN_REFUSED)
        if "j" in request.query:  # JSONP: a script for other people's pages; nobody needs it
            return self._refuse(Code.MALFORMED)
        if "sid" not in request.query and (
            self._registry.stopping or self._server.open_sockets >= self._config.limits.max_sockets
        ):
            return self._refuse(Code.BUSY)
        try:
            response = await self._server.handle_request(request)
        except MalformedBody:
            await self._server.cut(request.query.get("sid", ""))
            return self._refuse(Code.MALFORMED)
        assert isinstance(response, web.StreamResponse)  # what the library's aiohttp mode returns
        return response

    def _refuse(self, code: Code) -> web.Response:
        self._metrics.refused("connect", code)
        return problem(code)

    # --- one connection ---------------------------------------------------------------------------

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> None:
        connection = PageConnection(sid, self._config, asyncio.get_running_loop().time())
        try:
            if thread_messages.decode_auth(auth) is not None:
                await self._listen(connection, environ["aiohttp.request"])
            else:
                await self._enter(connection, wire.decode_auth(auth))
        except (Refusal, StorageAway) as refusal:
            code = refusal.code if isinstance(refusal, Refusal) else Code.BUSY
            self._metrics.refused("connect", code)
            raise ConnectionRefused("refused", {"code": code.value}) from None
        except Exception as error:  # a bug: the stranger is told to try again, we are told where
            logs.fault("connect_fault", error)
            raise ConnectionRefused("refused", {"code": Code.BUSY.value}) from None
        if not self._server.is_open(sid):  # it went while its seat was being taken
            self._forget(connection)
            raise ConnectionRefused("refused", {"code": Code.BUSY.value})
        self._connections[sid] = connection
        if connection.leg is not None and connection.leg.is_dead:
            self._drop_all_of(connection.leg)

    async def _enter(self, connection: PageConnection, seat: wire.ConnectAuth) -> None:
        connection.leg = self._leg_of(seat)
        if connection.leg is not None and connection.leg.is_dead:
            await self._server.drop(connection.id)
            raise Refusal(Code.BUSY)  # which nobody hears
        connection.room, connection.role = await self._registry.connect(seat, connection)

    async def _listen(self, connection: PageConnection, request: web.Request) -> None:
        if self._inboxes is None:
            raise Refusal(Code.NOT_FOUND)
        held = request.cookies.get(self._cookie, "")
        connection.inbox = await self._inboxes.open(held, connection)

    def _forget(self, connection: PageConnection) -> None:
        """The page is gone."""
        if connection.room is not None:
            connection.room.lose(connection.id)
        if connection.inbox is not None:
            connection.inbox.leave()

    def _accepted(self, sid: str) -> None:
        """The page knows that it is in: send it what has been waiting."""
        connection = self._connections.get(sid)
        if connection is not None:
            task = asyncio.get_running_loop().create_task(self._write(connection))
            connection.writer = task
            self._writers.add(task)
            task.add_done_callback(self._writers.discard)

    async def _write(self, connection: PageConnection) -> None:
        def post(event: wire.Event | InboxEvent) -> None:
            if self._server.backlog(connection.id) >= MAX_BACKLOG:
                connection.close()
            else:
                self._server.post(connection.id, wire.to_json(event))

        while True:
            if connection.events.empty():
                connection.post = post
            event = await connection.events.get()
            if event is None:
                break
            post(event)
        await self._server.dismiss(connection.id, CLOSE_S)

    async def _disconnect(self, sid: str, _reason: str) -> None:
        connection = self._connections.pop(sid, None)
        if connection is None:
            return
        self._forget(connection)
        if connection.writer is not None and connection.writer is not asyncio.current_task():
            # A writer that is dismissing its page is here itself, by way of the library.
            connection.close()

    async def _command(self, sid: str, payload: object) -> bytes:
        self._metrics.command()
        reply = await self._carry_out(sid, payload)
        if isinstance(reply, wire.Refused | InboxRefused):
            self._metrics.refused("command", reply.code)
        return wire.to_json(reply)

    async def _carry_out(self, sid: str, payload: object) -> wire.Reply | InboxReply:
        connection = self._connections.get(sid)
        if connection is not None and connection.inbox is not None:
            return await self._carry_out_inbox(connection, connection.inbox, payload)
        if connection is None or connection.room is None:
            return wire.Refused(Code.NOT_IN_ROOM)
        ref: int | None = None
        try:
            self._spend(connection, connection.commands)
            command = wire.decode_command(payload)
            if isinstance(command, wire.SendText):
                ref = command.ref
            return await self._dispatch(connection, connection.room, command)
        except Refusal as refusal:
            return wire.Refused(refusal.code, ref=ref)
        except StorageAway:  # nothing was decided; the page asks again
            return wire.Refused(Code.BUSY, ref=ref)
        except Exception as error:  # a bug: this command fails, the connection lives
            logs.fault("command_fault", error)
            return wire.Refused(Code.BUSY, ref=ref)

    async def _carry_out_inbox(
        self, connection: PageConnection, inbox: Inbox, payload: object
    ) -> InboxReply:
        named: str | None = None
        try:
            self._spend(connection, connection.commands)
            command = thread_messages.decode_command(payload)
            if isinstance(command, WriteMessage):
                named = command.id
            return await inbox.command(command)
        except Refusal as refusal:
            return InboxRefused(refusal.code, named)
        except StorageAway:  # nobody was told that it happened; the page asks again
            return InboxRefused(Code.BUSY, named)
        except Exception as error:  # a bug: this command fails, the connection lives
            logs.fault("inbox_fault", error)
            return InboxRefused(Code.BUSY, named)

    async def _dispatch(
        self, connection: PageConnection, room: RoomTask, command: wire.Command
    ) -> wire.Reply:
        if isinstance(command, wire.Offer):
            self._spend(connection, connection.offers)
            first, connection.offered = not connection.offered, True
            answer = await room.offer(connection.id, command, first=first)
            leg = connection.leg
            return answer if leg is None else wire.Answer(leg.answer(answer.sdp))
        if isinstance(command, ReportQuality):
            person = room.room.holder(connection.id)
            now = asyncio.get_running_loop().time()
            self._registry.live.handle_report(room.key, person, command, now)
            return wire.Done()
        if isinstance(command, wire.ReportJoin):
            self._report(connection, command)
            return wire.Done()
        return await room.command(connection.id, command)

    # --- the laboratory of development mode -------------------------------------------------------

    def _leg_of(self, auth: wire.ConnectAuth) -> Leg | None:
        if self._lab is None:
            return None
        holder = self._registry.seats.look(auth.seat, self._registry.wall())
        return self._lab.leg(holder.session, holder.role)

    def _drop_all_of(self, leg: Leg) -> None:
        """Nothing gets through this line any more: its pages' sockets are gone, too."""
        for connection in self._connections.values():
            if connection.leg is leg:
                task = asyncio.get_running_loop().create_task(self._server.drop(connection.id))
                self._drops.add(task)
                task.add_done_callback(self._drops.discard)

    def _report(self, connection: PageConnection, report: wire.ReportJoin) -> None:
        if connection.reported:  # one join a connection, or a page could write our statistics
            return
        connection.reported = True
        for phase, milliseconds in report.phases.items():
            self._metrics.join_phase(connection.role, phase.value, milliseconds / 1000)
        for device, check in report.devices.items():
            self._metrics.quality.device_checked(device, check)

    def _spend(self, connection: PageConnection, bucket: Bucket) -> None:
        if bucket.take(asyncio.get_running_loop().time()):
            connection.strikes = 0
            return
        connection.strikes += 1
        if connection.strikes > MAX_STRIKES:
            connection.close()
        raise Refusal(Code.RATE_LIMITED)
