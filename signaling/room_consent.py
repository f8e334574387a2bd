"""Consent to be recorded, in the room of one booked hour: the shell around its machine.

Called on the room's owner task only. The machine decides; what follows is done here: rows for the
audit, permits for the recorder, a view for each page.

Rule 1: what ends or narrows is done first and stored after; what begins is stored first.
Rule 2: until it is stored that it begins, pages are shown what was before, and nothing is captured.
Where it is not stored in ``OPEN_S``, it failed.
Rule 3: a page is told all of it at each change, and when it comes; where nothing could ever be
recorded it is told nothing.
Rule 4: a room that is opened again knows of no consent: nothing goes on that a gateway before this
one was recording.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from media.channel import RecordingLate, RecordingNews
from media.ids import RoomKey
from signaling import logs, wire
from signaling.booked_hour import BookedHour
from signaling.capture import Beside, Capturing, Named, Recorder
from signaling.consent_pages import ConsentPages
from signaling.consent_roster import ConsentRoster
from signaling.consent_rows import AGAIN_S, ConsentRows, Row
from signaling.consent_telling import Words, told
from signaling.domain.consent.machine import ConsentMachine
from signaling.domain.consent.rules import AGAIN_S as ASK_AGAIN_S
from signaling.domain.consent.rules import ARMING_S, RecordingPolicy, allowed
from signaling.domain.consent.shown import TermsShown
from signaling.domain.consent.table import follow
from signaling.domain.consent.terms import (
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
)
from signaling.domain.errors import Refusal
from signaling.domain.phases import Phase
from signaling.domain.recording_policy import CAPTURED, RecordingTermsNow
from signaling.domain.room import Room
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.recording_run import Opening, RecordingRun
from signaling.recording_views import ROLES, Ending, Known
from signaling.recordings import Recordings
from signaling.room_media import RoomMedia
from signaling.storage.database import StorageAway
from signaling.storage.recording_rows import Asked, Interrupted, Told

OPEN_S: Final = 3.0
STORAGE: Final = "storage"
_OVER: Final = frozenset({ConsentStage.OFF, ConsentStage.FINALISING})
_NARROWS: Final = frozenset(
    {
        ConsentTurn.NARROW, ConsentTurn.WITHDRAW_PURPOSE, ConsentTurn.WITHDRAW_MEDIUM,
        ConsentTurn.WITHDRAW,
    }
)  # fmt: skip
_TAPS: Final = frozenset(
    {
        ConsentTurn.DECLINE, ConsentTurn.CANCEL, ConsentTurn.CALL_OFF, ConsentTurn.WITHDRAW,
        ConsentTurn.STOP,
    }
)  # fmt: skip
_T = TypeVar("_T")


class Owner(Protocol):
    """What this needs of the room's owner task."""

    room: Room
    key: RoomKey

    @property
    def media(self) -> RoomMedia:
        """Whose endpoint is whose."""

    async def request(self, job: Callable[[float], _T]) -> _T:
        """Run a job on the owner task and return its result. Raises Refusal."""

    def tell(self, job: Callable[[float], Any]) -> None:
        """Run a job on the owner task."""

    def wall_ms(self) -> int:
        """Return Unix milliseconds."""

    def chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that takes time beside the owner."""

    def deliver(self, participant: str, event: wire.Event) -> None:
        """Send an event to one participant's socket, if there is one."""


class RoomConsent:
    """One for a room. ``person`` tells whose seat somebody's is, ``clock`` the room's time."""

    def __init__(
        self, task: Owner, hour: BookedHour, recordings: Recordings, recorder: Recorder,
        person: Callable[[str], UUID], clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self.machine = ConsentMachine(RecordingPolicy())
        self.terms: TermsShown | None = None
        self.words: dict[str, Words] = {}
        self.opening: Opening | None = None
        self.pages = ConsentPages(self.machine, task.deliver)
        self.rows = ConsentRows(recordings.start, recordings.pause, clock)
        self.task = task
        self.hour = hour
        self.keeper = recordings.keeper
        self._recordings = recordings
        self._recorder = recorder
        self._person = person
        self._clock = clock
        self._roster = ConsentRoster(self.machine)
        self.policy = RecordingPolicy()
        self._allowed: RecordingTermsNow | None = None
        self._consent = Consent()
        """What the facts lead to, one by one."""
        self._run: RecordingRun | None = None
        self._capture: Capturing | None = None
        self._ending: Ending | None = None
        self._begins_at: int | None = None
        self._started_at: int | None = None
        self._look_at: float | None = None
        self._is_over = False
        recordings.enter(self)
        recordings.start(self._look())

    # --- what a clinic allows ---------------------------------------------------------------------

    async def _look(self) -> None:
        try:
            shown = await self.keeper.terms(self.hour.booked, self.task.wall_ms())
            found = await self.keeper.interrupted(self.hour.booked)
            asked = await self.keeper.asked(self.hour.booked)
        except (StorageAway, SealError, MasterError, Refusal):
            self.post(self._look_later)
        else:
            self.post(lambda now: self._learn(shown, found, asked, now))

    def _look_later(self, now: float) -> None:
        self._look_at = now + AGAIN_S

    def _learn(
        self, shown: RecordingTermsNow | None, found: Interrupted | None, asked: Asked, now: float
    ) -> None:
        if self._allowed is None:  # until now nobody could ask
            since = now - self.task.wall_ms() / 1000
            refused = None if asked.refused_at is None else since + asked.refused_at / 1000
            self.machine.recall(asked.times, refused)
            self._consent = self.machine.consent
        self.allow(shown)
        if found is not None and self._consent == Consent():
            turn = ConsentTurn.RECOVER
            self._ending = Ending(turn, str(found.recording), found.captured_ms)

    def allow(self, shown: RecordingTermsNow | None) -> None:
        """What the clinic allows now."""
        self._allowed = shown
        policy = RecordingPolicy() if shown is None else shown.policy
        self.policy = replace(policy, media=policy.media & CAPTURED)
        self.machine.allow(self.policy)

    # --- the owner's turns ------------------------------------------------------------------------

    def attend(self, now: float) -> None:
        """After whatever has happened in the room: see to all that follows from it."""
        if self._is_over or self.task.room.phase is not Phase.OPEN:
            return
        self._roster.follow(self.task.room.participants(), now)
        self.machine.handle_timeout(now)
        if self.task.room.is_deserted:  # nobody keeps a seat: nobody is waited for
            self.machine.handle_end(now)
        self.rows.handle_timeout(now)
        late = self.opening is not None and now >= self.opening.until
        if late or self.rows.is_full:
            self.machine.handle_failure(STORAGE, now)
        if self._look_at is not None and now >= self._look_at:
            self._look_at = None
            self._recordings.start(self._look())
        self._settle(now)
        if self._capture is not None:
            self._capture.handle_timeout(now)
        self._show(now)

    def next_deadline(self, now: float) -> float | None:
        """When to :meth:`attend` though nothing happened."""
        due = [self.machine.next_deadline(), self.rows.next_deadline(), self._look_at]
        if self._capture is not None:
            due.append(self._capture.next_deadline())
        if self.opening is not None:
            due.append(self.opening.until)
        refused_at = self._consent.refused_at
        if refused_at is not None and now < refused_at + ASK_AGAIN_S:
            due.append(refused_at + ASK_AGAIN_S)
        return min((each for each in due if each is not None), default=None)

    @property
    def clinic(self) -> UUID:
        """Whose hour it is."""
        return self.hour.booked.clinic

    @property
    def client(self) -> UUID:
        """Who comes to it."""
        return self.hour.booked.client

    def heard(self, news: RecordingNews) -> None:
        """A recorder ended by itself, or its disk is late; of another room's nothing is known."""

        def job(now: float) -> None:
            capture = self._capture
            if capture is None:
                return
            if isinstance(news, RecordingLate):
                capture.handle_late(news)
            elif capture.handle_broke(news, now):
                self.machine.handle_failure(news.fault.value, now)

        self.post(job)

    def handle_over(self, now: float) -> None:
        """The room is over: what runs is ended, and stored without it."""
        self._is_over = True
        try:
            if self._run is not None and self._run.is_kept:
                self.machine.handle_closed(now)  # the job that says so may not have had its turn
            self.machine.handle_end(now)
            self._settle(now)
        except Exception as error:  # a bug: nobody renews the permit, and the recorder ends
            logs.fault("consent_fault", error)
        self._recordings.leave(self)
        self.rows.over()

    def emergency_stop(self) -> None:
        """The clinic stops whatever is recorded here, or would be."""
        self.task.tell(self.machine.handle_emergency_stop)
        self._recordings.start(self._look())

    def post(self, job: Callable[[float], Any]) -> None:
        """Run a job in the owner's turn, or after its end here and now."""
        if self._is_over:
            now = self._clock()
            job(now)
            self._settle(now)
        else:
            self.task.tell(job)

    # --- what follows from each turn --------------------------------------------------------------

    def _settle(self, now: float) -> None:
        for fact in self.machine.drain():
            self._follow(fact, now)
        run, capture = self._run, self._capture
        if run is not None and capture is not None and not capture.is_over:
            may = self.machine.capture if self.opening is None else None
            tracks = run.tracks(may, self.task.media)
            on_hold = self.machine.consent.stage is ConsentStage.HOLD
            if tracks and capture.began_at is None:
                self._started_at = self.task.wall_ms()
            capture.want(tracks, now, on_hold=on_hold)

    def _follow(self, fact: ConsentFact, now: float) -> None:
        before = self._consent
        self._consent = follow(before, fact)
        at = self.task.wall_ms() - round((now - fact.at) * 1000)
        request = before.request or self._consent.request
        row = told(fact, at, self._person, self.terms, self.words, request)
        match fact.turn:
            case ConsentTurn.START:
                self._start(row, before, now)
            case ConsentTurn.RESUME:
                self._open(Row(partial(self.keeper.tell, self.hour.booked, [row])), before, now)
            case turn if turn in _NARROWS and self._run is not None:
                self.rows.add(Row(self._less(self._run, fact, row, now)))
            case _:
                self.rows.add(Row(partial(self.keeper.tell, self.hour.booked, [row])))
        if self._consent.stage is not ConsentStage.RECORDING:
            self.opening = None
        if fact.turn is ConsentTurn.ASK:
            self._ending = self._run = self._capture = None
        elif fact.turn is ConsentTurn.ALL_GRANTED:
            self._begins_at = at + round(ARMING_S * 1000)
        elif self._consent.stage in _OVER and fact.turn is not ConsentTurn.CLOSE:
            self._end(fact, before, now)

    def _less(
        self, run: RecordingRun, fact: ConsentFact, row: Told, now: float
    ) -> Callable[[], Any]:
        if self._capture is not None and fact.scope is not None:
            media = fact.scope.media if fact.turn is ConsentTurn.WITHDRAW_MEDIUM else ()
            self._capture.leave_out(frozenset(media), now)
        if fact.turn is not ConsentTurn.NARROW:
            gone = None if fact.turn is ConsentTurn.WITHDRAW else fact.scope
            self._recordings.start(run.mark(self._person(fact.party), gone))
        if fact.turn is ConsentTurn.WITHDRAW:
            return partial(run.take_back, self._person(fact.party), row)
        return partial(run.narrow, self._consent.scope, row)

    def _start(self, row: Told, before: Consent, now: float) -> None:
        assert self.terms is not None, "somebody has asked"
        booked, ident = self.hour.booked, UUID(self._consent.recording)
        run = RecordingRun(ident, self.keeper, booked, self.terms, self._person)
        beside = Beside(
            start=self.task.chore,
            broke=lambda code: self.post(lambda now: self.machine.handle_failure(code, now)),
            again=lambda: self.post(lambda _now: None),
            done=lambda: self._put_away(run, capture),
            wall_ms=self.task.wall_ms,
        )
        named = Named(self.task.key, booked.clinic.hex, ident.hex)
        capture = Capturing(named, self._recorder, beside)
        self._run, self._capture, self._started_at = run, capture, None
        asked = self._consent.request.parties if self._consent.request else frozenset()
        parties = {
            self._person(each.id): ROLES[each.role]
            for each in self.task.room.participants()
            if each.id in asked
        }
        self._open(Row(partial(run.begin, capture, parties, self._consent.scope, row)), before, now)

    def _open(self, row: Row, before: Consent, now: float) -> None:
        opening, run = Opening(before, now + OPEN_S), self._run
        self.opening = opening

        def opened(_now: float) -> None:
            if self.opening is opening:
                self.opening = None

        def failed(now: float) -> None:
            never = run is self._run and run is not None and run.begun is None
            if never or self.opening is opening:  # never: though it is on hold meanwhile
                self.machine.handle_failure(STORAGE, now)

        row.stored, row.failed = (lambda: self.post(opened)), (lambda: self.post(failed))
        self.rows.add(row)

    def _end(self, fact: ConsentFact, before: Consent, now: float) -> None:
        by = fact.party if fact.turn in _TAPS else ""
        self._ending = Ending(fact.turn, by=by)
        run, capture = self._run, self._capture
        if run is None or capture is None:
            return
        run.failed = run.failed or fact.turn is ConsentTurn.FAIL
        is_withdrawn = fact.turn is ConsentTurn.WITHDRAW
        if is_withdrawn:
            run.taken_back_by = self._person(fact.party)
            run.taken_back_at = now
        capture.finish(now, discard=is_withdrawn)
        if capture.began_at is not None:
            self._recordings.metrics.ended(fact.turn)
            purposes = run.terms.for_scope(before.scope)
            ident, captured_ms = str(run.ident), capture.captured_ms
            self._ending = Ending(fact.turn, ident, captured_ms, purposes, by)

    def _put_away(self, run: RecordingRun, capture: Capturing) -> None:
        """All that was captured is closed."""
        if run.taken_back_at is not None and capture.began_at is not None:
            self._recordings.metrics.withdrawn(self._clock() - run.taken_back_at)

        def stored() -> None:
            if run is self._run:
                self.post(self.machine.handle_closed)

        def lost() -> None:  # what is sealed is found at the next start
            if run is self._run:
                self.post(lambda now: self.machine.handle_failure(STORAGE, now))

        self.rows.add(Row(partial(run.put_away, capture), stored, lost=lost))

    # --- what pages are told ----------------------------------------------------------------------

    def _show(self, now: float) -> None:
        is_known = self.pages.has_told or self._consent != Consent() or self._ending is not None
        if is_known or not allowed(self.policy).is_empty:
            self.pages.show(self.task.room.participants(), self._known(), now)

    def _known(self) -> Known:
        capture = self._capture
        return Known(
            consent=self._consent if self.opening is None else self.opening.before,
            policy=self.policy,
            allowed=self._allowed,
            people=self.task.room.participants(),
            terms=self.terms,
            begins_at=self._begins_at,
            started_at=self._started_at,
            captured_ms=0 if capture is None else capture.captured_ms,
            running_since=None if capture is None else capture.running_since,
            is_late=capture is not None and capture.is_late,
            ending=self._ending,
        )
