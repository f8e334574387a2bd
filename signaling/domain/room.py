"""The meeting place of one session: who is here, what was written, and how it ends.

Rule 1: everything that changes a room happens in :meth:`Room.handle` and
:meth:`Room.handle_timeout`.
Rule 2: a refusal changes nothing, and time comes first: a command that arrives after a deadline
finds the room as that deadline left it.
Rule 3: after every change, drain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from math import inf
from typing import Any

from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import (
    Changed,
    CloseReason,
    Dismissed,
    Left,
    LetInside,
    LinkView,
    Output,
    ParticipantSeen,
    Presence,
    SeatGone,
    TextAdded,
    TextLine,
    ToAll,
    ToAllBut,
    ToConnection,
    ToShell,
    Welcomed,
)
from signaling.domain.grants import MAY_ADMIT, MAY_END
from signaling.domain.guiding import Guiding
from signaling.domain.messages import TextLog
from signaling.domain.participant import (
    HOLDS_SEAT,
    IN_ROSTER,
    REMEMBERED,
    SEATED,
    Participant,
    SeatInput,
)
from signaling.domain.phases import PHASES, Phase, PhaseInput, RoomLimits


class Room:
    """One room. ``expires_at`` is the monotonic instant at which its session is over.

    ``log`` names its text: ``seq`` of another log (of a gateway before this one) mean nothing here.
    """

    def __init__(self, limits: RoomLimits, expires_at: float, now: float, log: str = "") -> None:
        self.phase = Phase.OPEN
        self.reason: CloseReason | None = None
        self.log = log
        self._limits = limits
        self._expires_at = expires_at
        self._empty_since: float | None = now
        self._started_at = 0
        self._ids: dict[str, str] = {}
        self._participants: dict[str, Participant] = {}
        self._texts = TextLog(limits.max_lines, limits.max_chars)
        self._outputs: list[Output] = []
        self._guiding = Guiding(self._seated, self._emit)
        self._handlers: Mapping[type, Callable[[Any, float], ask.Result]] = {
            ask.Admit: self._admit,
            ask.Connect: self._connect,
            ask.Lose: self._lose,
            ask.Leave: self._leave,
            ask.End: self._end,
            ask.LetIn: self._let_in,
            ask.Remove: self._remove,
            ask.Close: self._close,
            ask.Forget: self._forget,
            ask.WriteText: self._write_text,
            ask.ReadTexts: self._read_texts,
            ask.SwitchMedia: self._switch_media,
            ask.SetDevice: self._set_device,
            ask.SetLink: self._set_link,
            ask.SetRung: self._set_rung,
            **self._guiding.handlers,
        }

    # --- reading ----------------------------------------------------------------------------------

    def participants(self) -> tuple[Participant, ...]:
        """Return everyone ever admitted; the caller must not change them."""
        return tuple(self._participants.values())

    @property
    def steady(self) -> bool:
        """Whether the whole line is kept for voice."""
        return self._guiding.steady

    @property
    def is_deserted(self) -> bool:
        """Whether nobody holds a seat. Its text may be kept for those who are offline."""
        return not self._any(HOLDS_SEAT)

    def next_ref(self, participant: str) -> int:
        """The ``ref`` that a seat's next line of text must carry."""
        return self._texts.next_ref(participant)

    @property
    def text_size(self) -> tuple[int, int]:
        """How many lines the text has, and how many characters."""
        return len(self._texts), self._texts.chars

    def holder(self, connection: str) -> Participant:
        """Return who holds a seat by this connection.

        Raises :class:`Refusal` with ``not_in_room``.
        """
        for participant in self._participants.values():
            if participant.connection == connection:
                return participant
        raise Refusal(Code.NOT_IN_ROOM)

    def insider(self, connection: str) -> Participant:
        """Return who holds a seat by this connection and was let in.

        Raises :class:`Refusal` with ``not_in_room`` or ``not_admitted``.
        """
        found = self.holder(connection)
        if not found.inside:
            raise Refusal(Code.NOT_ADMITTED)
        return found

    def sees(self, viewer: str, about: str) -> bool:
        """Whether one may know of the other: see :meth:`Participant.sees`."""
        return self._known(viewer).sees(self._known(about))

    def next_deadline(self) -> float | None:
        """Return the next instant at which :meth:`handle_timeout` has something to do."""
        if self.phase is not Phase.OPEN:
            return None
        held = (p.held_until for p in self._participants.values())
        deadlines = [self._expires_at, *(until for until in held if until is not None)]
        if self._empty_since is not None:
            deadlines.append(self._empty_since + self._limits.empty_room_s)
        return min(deadlines)

    def drain(self) -> list[Output]:
        """Return what has happened since the last call, in order."""
        outputs, self._outputs = self._outputs, []
        return outputs

    # --- changing ---------------------------------------------------------------------------------

    def handle(self, command: ask.Command, now: float) -> ask.Result:
        """Carry out one command.

        Raises :class:`Refusal`; then the command has changed nothing.
        """
        self.handle_timeout(now)
        if self.phase is not Phase.OPEN:
            raise Refusal(Code.ROOM_ENDED)
        return self._handlers[type(command)](command, now)

    def handle_timeout(self, now: float) -> None:
        """Give up seats held too long; end the room when its session is over or it is forgotten."""
        if self.phase is not Phase.OPEN:
            return
        if now >= self._expires_at:
            self._finish(PhaseInput.EXPIRE, CloseReason.EXPIRED, now)
            return
        for participant in self._participants.values():
            if participant.held_until is not None and now >= participant.held_until:
                self._time_out(participant, now)
        if self._empty_since is not None and (now >= self._empty_since + self._limits.empty_room_s):
            self._finish(PhaseInput.FALL_EMPTY, CloseReason.TIMED_OUT, now)

    def _admit(self, given: ask.Admit, now: float) -> ask.Result:
        known = self._participants.get(self._ids.get(given.identity, ""))
        holds_one = known is not None and known.presence in HOLDS_SEAT
        taken = sum(p.presence in HOLDS_SEAT for p in self._participants.values())
        if not holds_one and taken >= self._limits.max_participants:
            raise Refusal(Code.ROOM_FULL)
        participant = known or Participant(given.participant, given.role, given.name)
        before = participant.step(SeatInput.ADMIT)
        self._ids[given.identity] = participant.id
        self._participants[participant.id] = participant
        if participant.presence is Presence.EXPECTED:
            # A token with another role or name was exchanged: the newest word counts until the
            # person is here; then it stays, so that nobody changes who they are mid-session.
            participant.role, participant.name = given.role, given.name
            participant.inside = not given.waits
            participant.held_until = now + self._limits.seat_hold_s
        elif participant.presence is Presence.AWAY:
            self._hold(participant, now)
            if before is not Presence.AWAY:
                self._emit(ToAll(), Changed(participant.seen()))
        self._expires_at = max(self._expires_at, given.until)
        self._empty_since = None
        return ask.Admitted(participant.id)

    def _connect(self, given: ask.Connect, _now: float) -> ask.Result:
        participant = self._known(given.participant)
        before = participant.step(SeatInput.CONNECT)
        if participant.connection is not None:
            self._emit(ToConnection(participant.connection), Dismissed(CloseReason.TAKEN_OVER))
        participant.connection = given.connection
        participant.held_until = None
        self._started_at = self._started_at or given.at
        welcome = Welcomed(
            participant=participant.id,
            resumed=before is not Presence.EXPECTED,
            roster=self._roster(participant),
            texts=self._texts_for(participant, given.after if given.log in {"", self.log} else 0),
            can_end=participant.role in MAY_END,
            next_ref=self._texts.next_ref(participant.id),
            started_at=self._started_at,
            steady=self.steady,
            log=self.log,
        )
        self._emit(ToConnection(given.connection), welcome)
        if before is not Presence.PRESENT:
            self._emit(ToAllBut(participant.id), Changed(participant.seen()))
        return ask.Carried()

    def _lose(self, given: ask.Lose, now: float) -> ask.Result:
        for participant in self._participants.values():
            if participant.connection == given.connection:
                participant.step(SeatInput.LOSE)
                participant.connection = None
                self._hold(participant, now)
                self._emit(ToAll(), Changed(participant.seen()))
        return ask.Carried()

    def _leave(self, given: ask.Leave, now: float) -> ask.Result:
        reason = CloseReason.LEFT_QUICKLY if given.quickly else CloseReason.LEFT
        self._vacate(self._known(given.participant), SeatInput.LEAVE, reason, now)
        return ask.Carried()

    def _end(self, given: ask.End, now: float) -> ask.Result:
        participant = self._seated(given.participant)
        if participant.role not in MAY_END:
            raise Refusal(Code.NOT_ALLOWED)
        self._finish(PhaseInput.END, CloseReason.SESSION_ENDED, now)
        return ask.Carried()

    def _let_in(self, given: ask.LetIn, _now: float) -> ask.Result:
        if self._seated(given.participant).role not in MAY_ADMIT:
            raise Refusal(Code.NOT_ALLOWED)
        whom = self._known(given.whom)
        if whom.presence not in REMEMBERED:
            raise Refusal(Code.NOT_IN_ROOM)
        if not whom.inside:
            whom.inside = True
            if whom.connection is not None:
                found = LetInside(self._roster(whom), self._texts_for(whom, 0), self.steady)
                self._emit(ToConnection(whom.connection), found)
            self._emit(ToAll(), Changed(whom.seen()))
        return ask.Carried()

    def _remove(self, given: ask.Remove, now: float) -> ask.Result:
        self._vacate(self._known(given.participant), SeatInput.REMOVE, given.reason, now)
        return ask.Carried()

    def _close(self, given: ask.Close, now: float) -> ask.Result:
        self._finish(PhaseInput.CLOSE, given.reason, now)
        return ask.Carried()

    def _forget(self, _given: ask.Forget, now: float) -> ask.Result:
        if not self.is_deserted:
            raise Refusal(Code.BUSY)
        self._finish(PhaseInput.FALL_EMPTY, CloseReason.TIMED_OUT, now)
        return ask.Carried()

    def _write_text(self, given: ask.WriteText, _now: float) -> ask.Result:
        participant = self._seated(given.participant)
        line, is_new = self._texts.add(participant.id, given.ref, given.body, given.at)
        if is_new:
            self._emit(ToAll(), TextAdded(line))
        return ask.Written(line)

    def _read_texts(self, given: ask.ReadTexts, _now: float) -> ask.Result:
        self._seated(given.participant)
        return ask.Read(self._texts.after(given.after))

    def _switch_media(self, given: ask.SwitchMedia, _now: float) -> ask.Result:
        participant = self._seated(given.participant)
        if (participant.microphone, participant.camera) != (given.microphone, given.camera):
            participant.microphone, participant.camera = given.microphone, given.camera
            self._emit(ToAll(), Changed(participant.seen()))
        return ask.Carried()

    def _set_device(self, given: ask.SetDevice, _now: float) -> ask.Result:
        participant = self._seated(given.participant)
        if participant.device_paused is not given.paused:
            participant.device_paused = given.paused
            self._emit(ToAll(), Changed(participant.seen()))
        return ask.Carried()

    def _set_link(self, given: ask.SetLink, now: float) -> ask.Result:
        participant = self._seated(given.participant)
        if participant.link is not given.link:
            participant.link = given.link
            if participant.presence is Presence.AWAY:
                self._hold(participant, now)
            self._emit(ToAll(), Changed(participant.seen()))
        return ask.Carried()

    def _set_rung(self, given: ask.SetRung, _now: float) -> ask.Result:
        participant = self._seated(given.participant)
        before = participant.rung
        participant.rungs[given.direction] = given.rung
        if participant.rung is not before:
            self._emit(ToAll(), Changed(participant.seen()))
        return ask.Carried()

    # --- parts ------------------------------------------------------------------------------------

    def _known(self, participant: str) -> Participant:
        try:
            return self._participants[participant]
        except KeyError:
            raise Refusal(Code.NOT_IN_ROOM) from None

    def _seated(self, participant: str) -> Participant:
        found = self._known(participant)
        if found.presence not in SEATED:
            raise Refusal(Code.NOT_IN_ROOM)
        if not found.inside:
            raise Refusal(Code.NOT_ADMITTED)
        return found

    def _roster(self, viewer: Participant) -> tuple[ParticipantSeen, ...]:
        everyone = self._participants.values()
        return tuple(p.seen() for p in everyone if p.presence in IN_ROSTER and viewer.sees(p))

    def _texts_for(self, viewer: Participant, after: int) -> tuple[TextLine, ...]:
        return self._texts.after(after) if viewer.inside else ()

    def _vacate(
        self, participant: Participant, given: SeatInput, reason: CloseReason, now: float
    ) -> None:
        before = participant.step(given)
        connection = participant.connection
        participant.vacate()
        if connection is not None:
            self._emit(ToConnection(connection), Dismissed(reason))
        if before in HOLDS_SEAT:
            self._emit(ToShell(), SeatGone(participant.id, reason))
        if before in IN_ROSTER:
            self._emit(ToAllBut(participant.id), Left(participant.id, reason))
        if not self._any(REMEMBERED):
            self._empty_since = now
            self._guiding.steady = False

    def _hold(self, participant: Participant, now: float) -> None:
        """Keep the seat of someone away: as long as their voice has a path, and a while after."""
        has_path = participant.link is LinkView.CONNECTED
        participant.held_until = inf if has_path else now + self._limits.seat_hold_s

    def _time_out(self, participant: Participant, now: float) -> None:
        if participant.presence is not Presence.AWAY:
            self._vacate(participant, SeatInput.TIME_OUT, CloseReason.TIMED_OUT, now)
            return
        participant.step(SeatInput.TIME_OUT)
        participant.vacate()
        participant.held_until = now + self._limits.text_hold_s
        self._emit(ToShell(), SeatGone(participant.id, CloseReason.TIMED_OUT))
        self._emit(ToAllBut(participant.id), Changed(participant.seen()))
        absent = [p for p in self._participants.values() if p.presence is Presence.OFFLINE]
        if len(absent) > self._limits.max_offline:
            longest = min(absent, key=lambda p: p.held_until or 0.0)
            self._vacate(longest, SeatInput.TIME_OUT, CloseReason.TIMED_OUT, now)

    def _any(self, presences: Set[Presence]) -> bool:
        return any(p.presence in presences for p in self._participants.values())

    def _finish(self, given: PhaseInput, reason: CloseReason, now: float) -> None:
        # The phase first: nobody is told that someone left a room that is over for all.
        self.phase = PHASES[self.phase, given]
        self.reason = reason
        for participant in self._participants.values():
            if participant.presence in REMEMBERED:
                self._vacate(participant, SeatInput.REMOVE, reason, now)

    def _emit(self, to: ToAll | ToAllBut | ToConnection | ToShell, fact: Any) -> None:
        if isinstance(fact, Left) and self.phase is not Phase.OPEN:
            return
        self._outputs.append(Output(to, fact))
