"""A booked room around whose consent there is nothing real: its clock, its storage, its recorder.

No loop runs: what takes time is stepped by hand, and stands still at a gate that is closed.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast
from uuid import NAMESPACE_DNS, UUID, uuid4, uuid5

from prometheus_client import CollectorRegistry

from media.channel import RecordedFile, RecordingBroke, RecordOrder, RecordPermit
from media.errors import RecordFault, RecordingError
from media.ids import EndpointId, RoomKey
from recording.permit import LEASE_S
from signaling import recording_messages as said
from signaling import wire
from signaling.booked_hour import BookedHour
from signaling.consent_taps import ConsentTaps
from signaling.domain import commands as ask
from signaling.domain.consent.rules import RecordingPolicy
from signaling.domain.consent.terms import Medium, PartyRole, Purpose, Scope
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import LinkView
from signaling.domain.grants import Role
from signaling.domain.life import Life
from signaling.domain.phases import RoomLimits
from signaling.domain.recording_policy import RecordingTermsNow
from signaling.domain.room import Room
from signaling.limits import Rate
from signaling.metrics_recording import RecordingMetrics
from signaling.recordings import Recorded, Recordings
from signaling.room_consent import RoomConsent
from signaling.room_media import RoomMedia
from signaling.storage.database import StorageAway
from signaling.storage.recording_marks import Mark
from signaling.storage.recording_rows import Asked, Begun, Interrupted, Part, Party, Told
from signaling.storage.session_store import Booked, SessionKind

START = 1000.0
WALL_MS = 1_700_000_000_000
DAY_MS = 86_400_000
ROOM = RoomKey("room")
WORDS = "b" * 64
PURPOSES = [Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION]
BOTH = [Medium.AUDIO, Medium.VIDEO]
ROLES = {"li": Role.COUNSELLOR, "zhang": Role.CLIENT}
NEVER_ASKED = Asked()
_T = TypeVar("_T")


def person(name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, name)


class Gate:
    """What is awaited waits while it is closed."""

    def __init__(self) -> None:
        self.is_open = True

    def __await__(self) -> Generator[None, None, None]:
        while not self.is_open:
            yield


class Steps:
    """What takes time, stepped by hand."""

    def __init__(self) -> None:
        self.under_way: deque[Coroutine[Any, Any, None]] = deque()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self.under_way.append(work)

    def step(self) -> bool:
        """Go on with each of them; says whether one has ended."""
        ended = False
        for _ in range(len(self.under_way)):
            work = self.under_way.popleft()
            try:
                work.send(None)
            except StopIteration:
                ended = True
            else:
                self.under_way.append(work)
        return ended


def at_once(work: Coroutine[Any, Any, _T]) -> _T:
    """The result of something that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(_T, done.value)
    raise AssertionError("it waits")


@dataclass
class Shelf:
    """Keeps recordings, in memory. ``away`` is a database that does not answer."""

    shown: RecordingTermsNow | None
    away: bool = False
    trouble: type[Exception] = StorageAway
    refuses: bool = False
    gate: Gate = field(default_factory=Gate)
    rows: list[Told] = field(default_factory=list)
    begun: dict[UUID, Begun] = field(default_factory=dict)
    scopes: dict[UUID, Scope] = field(default_factory=dict)
    sealed: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    given_up: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    was: Interrupted | None = None
    before: Asked = NEVER_ASKED
    marks: list[tuple[UUID, UUID, Mark]] = field(default_factory=list)
    """What is known by the files, though the database is away."""
    listeners: dict[UUID, frozenset[UUID]] = field(default_factory=dict)
    taken: dict[UUID, UUID] = field(default_factory=dict)
    lying: dict[UUID, Sequence[RecordedFile]] = field(default_factory=dict)

    async def _reach(self) -> None:
        await self.gate
        if self.away:
            raise self.trouble

    async def tell(self, _booked: Booked, told: Sequence[Told]) -> None:
        await self._reach()
        self.rows += told

    async def begin(
        self, _booked: Booked, ident: UUID, parties: Mapping[UUID, PartyRole], scope: Scope,
        until: Mapping[Purpose, int], floor_until: int | None, told: Told,
    ) -> Begun:  # fmt: skip
        await self._reach()
        assert until.keys() == scope.purposes, floor_until
        self.listeners[ident] = told.listeners
        if self.refuses:
            raise Refusal(Code.NOT_ALLOWED)
        self.rows.append(told)
        people = tuple(Party(uuid4(), who, role) for who, role in parties.items())
        parts = [
            Part(uuid4(), each.id, medium, bytes(32)) for each in people for medium in scope.media
        ]
        self.begun[ident], self.scopes[ident] = Begun(ident, people, tuple(parts)), scope
        return self.begun[ident]

    async def narrow(self, ident: UUID, scope: Scope, told: Sequence[Told]) -> None:
        await self._reach()
        self.rows += told
        self.scopes[ident] = scope

    async def take_back(self, ident: UUID, by: UUID, told: Sequence[Told]) -> None:
        await self._reach()
        self.rows += told
        self.taken[ident] = by
        if ident in self.sealed:  # it was closed in the same moment
            self.given_up[ident] = {**self.sealed.pop(ident), "by": by}

    async def mark(self, ident: UUID, party: UUID, mark: Mark) -> None:
        self.marks.append((ident, party, mark))

    async def recovered(self, ident: UUID) -> Sequence[RecordedFile]:
        await self._reach()
        return self.lying.get(ident, ())

    async def seal(self, ident: UUID, files: Any, held: Any, **more: Any) -> None:
        await self._reach()
        if self.refuses:
            raise Refusal(Code.NOT_FOUND)
        self.rows += more.pop("told")
        self.sealed[ident] = {"files": files, "held": list(held), **more}

    async def give_up(
        self, ident: UUID, by: UUID, files: Any, held: Any, captured_ms: int, told: Any
    ) -> None:
        await self._reach()
        self.rows += told
        self.given_up[ident] = {"files": files, "by": by, "captured_ms": captured_ms, "held": held}

    async def terms(self, _booked: Booked, _at: int) -> RecordingTermsNow | None:
        if self.away:  # reading is quick, or is not answered
            raise StorageAway
        return self.shown

    async def asked(self, _booked: Booked) -> Asked:
        return self.before

    async def interrupted(self, _booked: Booked) -> Interrupted | None:
        return self.was

    @property
    def turns(self) -> list[str]:
        return [row.fact.turn.value for row in self.rows]


class Recorder:
    """A recorder by its own clock: what it would be writing at any moment."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.gate = Gate()
        self.refuses: RecordFault | None = None
        self.orders: list[RecordOrder] = []
        self.permits: list[RecordPermit] = []
        self.stops: list[tuple[int, bool]] = []
        self.late = 0
        """So often it says nothing yet of what it has ended."""
        self.began: Callable[[RecordOrder], None] = lambda _order: None
        self.flushes: dict[int, frozenset[str]] = {}
        """Parts of what has ended that are being written down yet."""
        self._closing: set[int] = set()
        self._running: dict[int, tuple[RecordOrder, frozenset[str], float]] = {}

    async def record(self, order: RecordOrder) -> None:
        await self.gate
        if self.refuses is not None:
            raise RecordingError(self.refuses)
        if self._running or self._closing:  # one segment at a time
            raise RecordingError(RecordFault.BAD_ORDER)
        self.orders.append(order)
        self.began(order)
        parts = frozenset(track.part for track in order.tracks)
        self._running[order.segment] = (order, parts, self._now() + LEASE_S)

    def permit(self, permit: RecordPermit) -> None:
        self.permits.append(permit)
        running = self._running.get(permit.segment)
        if running is not None:
            order, parts, until = running
            assert permit.parts <= parts, "for more than was allowed"
            until = self._now() + LEASE_S if self._now() < until else until
            self._running[permit.segment] = (order, permit.parts, until)
        if permit.segment in self.flushes:
            assert permit.parts <= self.flushes[permit.segment], "for more than was allowed"
            self.flushes[permit.segment] = permit.parts

    async def stop_recording(
        self, room: RoomKey, recording: str, segment: int, *, discard: bool
    ) -> tuple[RecordedFile, ...]:
        self.stops.append((segment, discard))
        if discard:
            self.flushes.pop(segment, None)
        if self.late:
            self.late -= 1
            return ()
        running = self._running.pop(segment, None)
        if running is None:
            return ()
        self._closing.add(segment)
        if not discard:
            self.flushes[segment] = running[1]
        await self.gate
        self._closing.discard(segment)
        self.flushes.pop(segment, None)
        order = running[0]
        assert (order.room, order.recording) == (room, recording)
        return tuple(
            RecordedFile(order.next_file + index, track.part, "audio", order.at_ms, 1, 1, 1, "")
            for index, track in enumerate(order.tracks)
        )

    def break_off(self, fault: RecordFault) -> RecordingBroke:
        """It ends by itself."""
        segment, (order, _, _) = max(self._running.items())
        del self._running[segment]
        return RecordingBroke(EndpointId("gone"), order.recording, segment, fault)

    @property
    def flushed_media(self) -> set[str]:
        """What of what has ended is being written down yet."""
        last = {order.segment: order for order in self.orders}
        return {
            track.medium
            for segment, parts in self.flushes.items()
            for track in last[segment].tracks
            if track.part in parts
        }

    @property
    def writes(self) -> set[tuple[EndpointId, str]]:
        """What it would write if it came now."""
        return {
            (track.endpoint, track.medium)
            for order, parts, until in self._running.values()
            for track in order.tracks
            if track.part in parts and self._now() < until
        }


def policy(**changes: Any) -> RecordingTermsNow:
    given = {"client_may_ask": True, "purposes": frozenset(PURPOSES), **changes}
    until = {each: WALL_MS // DAY_MS * DAY_MS + 30 * DAY_MS for each in Purpose}
    return RecordingTermsNow(RecordingPolicy(**given), until, None, ("Wang",), (person("wang"),))


class RecordedRoom:
    """One booked hour's room, its two people, and all that their pages heard."""

    def __init__(
        self, shown: RecordingTermsNow | None, was: Interrupted | None = None,
        before: Asked = NEVER_ASKED,
    ) -> None:  # fmt: skip
        self.now = START
        self.room = Room(RoomLimits(), START + 36_000, START)
        self.key = ROOM
        self.media = RoomMedia(Rate(1e6, 1_000_000), lambda _end: None, lambda _end, _is: None)
        self.shelf = Shelf(shown, was=was, before=before)
        self.recorder = Recorder(lambda: self.now)
        self.steps = Steps()
        self.heard: dict[str, list[said.Recording]] = {}
        self.names: dict[str, str] = {}
        self.hushed: set[str] = set()
        self._jobs: deque[Callable[[float], Any]] = deque()
        self._pages = 0
        booked = Booked(
            uuid4(), uuid4(), person("li"), person("zhang"), WALL_MS, 50, SessionKind.SESSION,
            Life(), None,
        )  # fmt: skip
        hour = cast(BookedHour, type("Hour", (), {"booked": booked})())
        recordings = cast(Recordings, self)
        self.keeper = self.shelf
        self.registry = CollectorRegistry()
        self.metrics = RecordingMetrics(self.registry)
        self.consent = RoomConsent(
            self, hour, recordings, self.recorder, lambda who: person(self.names[who]),
            lambda: self.now,
        )  # fmt: skip
        self.taps = ConsentTaps(self.consent)
        self.settle()

    # --- what the consent has around it -----------------------------------------------------------

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self.steps.start(work)

    chore = start

    def enter(self, room: Recorded) -> None:
        self.known = room

    def leave(self, room: Recorded) -> None:
        assert self.known is room

    async def pause(self, _seconds: float) -> bool:
        return False

    async def request(self, job: Callable[[float], _T]) -> _T:
        try:
            return job(self.now)
        finally:
            self.consent.attend(self.now)

    def tell(self, job: Callable[[float], Any]) -> None:
        self._jobs.append(job)

    def wall_ms(self) -> int:
        return WALL_MS + round((self.now - START) * 1000)

    def deliver(self, participant: str, event: wire.Event) -> None:
        assert isinstance(event, said.Recording)
        self.heard.setdefault(self.names[participant], []).append(event)

    def settle(self) -> None:
        """Everything that can happen now has happened."""
        while True:
            self.room.drain()
            self.consent.attend(self.now)
            if self._jobs:
                self._do(self._jobs.popleft())
            elif not self.steps.step():
                return

    def _do(self, job: Callable[[float], Any]) -> None:
        with contextlib.suppress(Refusal):
            job(self.now)

    # --- people -----------------------------------------------------------------------------------

    def come(self, name: str, *, media: bool = True) -> str:
        """Somebody comes, or comes again; returns their connection."""
        given = ask.Admit(name, f"id-{name}", ROLES[name], name.title(), START + 36_000)
        self.names[f"id-{name}"] = name
        self.room.handle(given, self.now)
        connection = self.page(name)
        if media:
            self.connect(name)
        self.settle()
        return connection

    def page(self, name: str) -> str:
        """Another page of somebody's takes the seat."""
        self._pages += 1
        connection = f"{name}-{self._pages}"
        given = ask.Connect(f"id-{name}", connection, 0, self.wall_ms())
        self.room.handle(given, self.now)
        self.heard.pop(name, None)
        self.settle()
        return connection

    def connect(self, name: str) -> EndpointId:
        """Their media stands, by an endpoint that is new."""
        endpoint, _ = self.media.reserve(f"id-{name}", fresh=True, now=self.now)
        self.media.adopt(endpoint)
        self.link(name, LinkView.CONNECTED)
        return endpoint

    def link(self, name: str, link: LinkView) -> None:
        self.room.handle(ask.SetLink(f"id-{name}", link), self.now)
        self.settle()

    def turn_on(self, name: str, *, microphone: bool, camera: bool) -> None:
        self.room.handle(ask.SwitchMedia(f"id-{name}", microphone, camera), self.now)
        self.settle()

    def go(self, name: str) -> None:
        self.room.handle(ask.Leave(f"id-{name}", False), self.now)
        self.settle()

    def lose(self, name: str) -> None:
        self.close(self.connection(name))

    def close(self, connection: str) -> None:
        """A page's socket ends, whether or not its seat is still its own."""
        self._do(lambda now: self.room.handle(ask.Lose(connection), now))
        self.settle()

    def connection(self, name: str) -> str:
        known = {each.id: each for each in self.room.participants()}
        return known[f"id-{name}"].connection or ""

    def endpoint(self, name: str) -> EndpointId:
        held = self.media.current(f"id-{name}")
        assert held is not None
        return held.endpoint

    # --- what their pages do ----------------------------------------------------------------------

    def do(self, name: str, command: said.RecordingCommand) -> None:
        """A tap. Raises Refusal."""
        try:
            at_once(self.taps.carry_out(self.connection(name), command))
        finally:
            self.settle()

    def sees(self, name: str) -> said.Recording:
        """What somebody's page was told last."""
        return self.heard[name][-1]

    def stages(self, name: str) -> list[str]:
        return [event.stage.value for event in self.heard[name]]

    def show(self, name: str) -> None:
        """A page tells what it shows, as it does at each change."""
        seen = self.heard.get(name)
        if seen and self.connection(name) and name not in self.hushed:
            self.do(name, said.ShowRecording(seen[-1].stage, seen[-1].request))

    def ask(self, name: str = "li", purposes: Any = PURPOSES, media: Any = BOTH) -> None:
        self.do(name, said.AskRecording(list(purposes), list(media)))

    def agree(self, name: str = "zhang", purposes: Any = PURPOSES, media: Any = BOTH) -> None:
        seen = self.sees(name)
        assert seen.terms is not None
        self.do(
            name,
            said.AgreeRecording(
                seen.request, seen.terms.digest, WORDS, "en", list(purposes), list(media)
            ),
        )

    def later(self, seconds: float, step: float = 0.5) -> None:
        """Time passes, pages tell what they show, and nobody misses a deadline."""
        end = self.now + seconds
        while self.now < end:
            due = self.consent.next_deadline(self.now)
            following = min(end, self.now + step)
            if due is not None:
                following = min(following, max(due, self.now))
            assert following > self.now or due is not None
            self.now = following
            self.settle()
            for name in list(self.heard):
                self.show(name)

    def record(self, **asked: Any) -> None:
        """All the way to a recording."""
        self.ask(**asked)
        self.later(0.7)
        self.agree("zhang" if asked.get("name", "li") == "li" else "li")
        self.later(5.1)


def both(
    shown: RecordingTermsNow | None = None,
    was: Interrupted | None = None,
    before: Asked = NEVER_ASKED,
) -> RecordedRoom:
    """A room with its two people, connected."""
    room = RecordedRoom(shown or policy(), was, before)
    for name in ("li", "zhang"):
        room.come(name)
        room.turn_on(name, microphone=True, camera=True)
    return room
