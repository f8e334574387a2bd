"""Seeded schedules of a room with its shell, its storage and its recorder, each of them in trouble.

The observer is the recorder: what it would write in this moment, against what the machine allows,
and against its own account of who agreed, who is there and what their pages were told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from random import Random
from uuid import UUID

from media.channel import RecordOrder
from media.errors import RecordFault
from signaling import recording_messages as said
from signaling.domain.consent.rules import LOST_S
from signaling.domain.consent.table import follow, replay
from signaling.domain.consent.terms import (
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Scope,
)
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import LinkView, Presence
from signaling.storage.database import StorageAway
from tests.support.recorded_room import (
    BOTH,
    PURPOSES,
    WORDS,
    RecordedRoom,
    both,
    policy,
)

STEPS = 50
LIKELY = 0.65
PAUSES = [*[0.0, 0.1, 0.7, 1.0, 2.5, 5.2] * 6, 30.0]
NAMES = ("li", "zhang")
BEGINS = frozenset({ConsentTurn.START, ConsentTurn.RESUME})


class RecordedSchedule:
    """One room, and what a strict observer finds wrong with it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        shown = policy(pause_in_crisis=self.random.random() < 0.5, most_s=300.0)
        self.room: RecordedRoom = both(shown)
        self.room.recorder.began = self._check_order
        self.broken: list[str] = []
        self.turns: set[str] = set()
        self.agreed: dict[str, Scope] = {}
        self.paused: set[str] = set()
        self.beside: set[str] = set()
        self.lost: dict[str, float] = {}

    def run(self) -> list[str]:
        """Returns what was broken."""
        for _ in range(STEPS):
            with contextlib.suppress(Refusal, StorageAway):
                self._act()
            self._look()
            self._pass(self.random.choice(PAUSES))
        self._end_well()
        return self.broken

    # --- what happens -----------------------------------------------------------------------------

    def _act(self) -> None:
        stage = self.room.consent.machine.consent.stage
        likely = {
            ConsentStage.OFF: ["ask", "ask", "repair", "come", "alone"],
            ConsentStage.REQUESTED: ["agree"] * 6 + ["repair", "cancel"],
            ConsentStage.ARMING: ["wait", "repair"],
            ConsentStage.RECORDING: [
                "wait",
                "pause",
                "lose",
                "page",
                "endpoint",
                "withdraw_some",
                "company",
            ],
            ConsentStage.HOLD: ["resume", "resume", "come", "repair", "unsafe", "wait", "alone"],
            ConsentStage.FINALISING: ["wait", "repair", "withdraw"],
        }[stage]
        acts = self._acts()
        rare = self.random.random() > LIKELY
        self._who = self.random.choice(NAMES)
        acts[self.random.choice(sorted(acts) if rare else likely)]()

    def _acts(self) -> dict[str, Callable[[], None]]:
        do = self._do
        return {
            "ask": self._ask, "agree": self._agree, "wait": lambda: None,
            "decline": lambda: do(said.DeclineRecording(self._request())),
            "cancel": lambda: do(said.CancelRecording(self._request())),
            "company": self._company, "alone": self._alone,
            "pause": self._pause, "resume": self._resume,
            "stop": lambda: do(said.StopRecording()), "withdraw": self._withdraw,
            "withdraw_some": self._withdraw_some, "lose": self._lose, "come": self._come,
            "page": self._page, "endpoint": self._endpoint, "link": self._link,
            "hush": self._hush, "go": self._go,
            "safety": lambda: do(said.ShowSafety(True)),
            "unsafe": lambda: do(said.ShowSafety(False)),
            "emergency": self.room.consent.emergency_stop,
            "away": lambda: self._trouble(away=True),
            "stall": lambda: self._trouble(stalls=True),
            "slow": lambda: self._trouble(slow=True),
            "refuse": lambda: self._trouble(refuses=True),
            "repair": self._trouble, "break": self._break,
            "camera": lambda: self.room.turn_on(
                self._who, microphone=True, camera=self.random.random() < 0.5
            ),
        }  # fmt: skip

    def _do(self, command: said.RecordingCommand) -> None:
        if not self.room.connection(self._who):
            raise Refusal(Code.NOT_IN_ROOM)
        self.room.do(self._who, command)

    def _request(self) -> str:
        seen = self.room.heard.get(self._who)
        return seen[-1].request if seen else ""

    def _scope(self) -> Scope:
        if self.random.random() < 0.7:
            return Scope(frozenset(PURPOSES), frozenset(BOTH))
        return Scope(
            frozenset({self.random.choice(PURPOSES)}), frozenset({self.random.choice(BOTH)})
        )

    def _ask(self) -> None:
        scope = self._scope()
        self._do(said.AskRecording(sorted(scope.purposes), sorted(scope.media)))
        self.agreed, self.paused = {self._who: scope}, set()

    def _agree(self) -> None:
        scope, seen = self._scope(), self.room.heard.get(self._who)
        if seen is None or seen[-1].terms is None:
            return
        ident, digest = seen[-1].request, seen[-1].terms.digest
        purposes, media = sorted(scope.purposes), sorted(scope.media)
        self._do(said.AgreeRecording(ident, digest, WORDS, "en", purposes, media))
        self.agreed[self._who] = scope

    def _company(self) -> None:
        self._do(said.SayBeside(True))
        self.beside.add(self._who)

    def _alone(self) -> None:
        self._do(said.SayBeside(False))
        self.beside.discard(self._who)

    def _pause(self) -> None:
        self._do(said.PauseRecording())
        self.paused.add(self._who)

    def _resume(self) -> None:
        self._do(said.ResumeRecording())
        self.paused.discard(self._who)

    def _withdraw(self) -> None:
        self._do(said.WithdrawRecording())
        self.agreed.pop(self._who, None)

    def _withdraw_some(self) -> None:
        medium = self.random.choice(BOTH)
        self._do(said.WithdrawRecording([], [medium]))
        had = self.agreed.get(self._who, Scope())
        self.agreed[self._who] = Scope(had.purposes, had.media - {medium})

    def _lose(self) -> None:
        if self.room.connection(self._who):
            self.room.lose(self._who)

    def _come(self) -> None:
        if self.room.connection(self._who):
            self.room.link(self._who, LinkView.CONNECTED)
        else:
            self.room.come(self._who)

    def _page(self) -> None:
        if self.room.connection(self._who):
            self.room.page(self._who)

    def _endpoint(self) -> None:
        if self.room.connection(self._who):
            self.room.connect(self._who)

    def _link(self) -> None:
        self.room.link(self._who, self.random.choice([LinkView.DISCONNECTED, LinkView.CONNECTED]))

    def _hush(self) -> None:
        self.room.hushed ^= {self._who}

    def _go(self) -> None:
        if self.random.random() < 0.3:
            self.room.go(self._who)

    def _break(self) -> None:
        if self.room.recorder.writes:
            broke = self.room.recorder.break_off(RecordFault.STALLED)
            self.room.consent.heard(broke)
            self.room.settle()

    def _trouble(
        self, *, away: bool = False, stalls: bool = False, slow: bool = False, refuses: bool = False
    ) -> None:
        room = self.room
        room.shelf.away = away
        room.shelf.gate.is_open = not stalls
        room.recorder.gate.is_open = not slow
        room.recorder.refuses = RecordFault.OFF if refuses else None
        room.settle()

    # --- time -------------------------------------------------------------------------------------

    def _pass(self, seconds: float) -> None:
        room, end = self.room, self.room.now + seconds
        while room.now < end:
            due = room.consent.next_deadline(room.now)
            step = min(end, room.now + 0.5)
            room.now = min(step, max(due, room.now)) if due is not None else step
            room.settle()
            self._look()
            for name in NAMES:
                room.show(name)
            self._look()
            if due is not None and room.consent.next_deadline(room.now) == due <= room.now:
                self.broken.append(f"a deadline that stays due at {room.now}")
                return

    # --- what must hold ---------------------------------------------------------------------------

    def _look(self) -> None:
        room = self.room
        for who in room.room.participants():
            is_up = who.presence is Presence.PRESENT and who.link is LinkView.CONNECTED
            if is_up:
                self.lost.pop(who.name.lower(), None)
            else:
                self.lost.setdefault(who.name.lower(), room.now)
        self._look_at_what_is_flushed()
        written = room.recorder.writes
        if not written:
            return
        may = room.consent.machine.capture
        if may is None:
            self.broken.append(f"it writes at {room.now} what nobody allows")
            return
        endpoints = {room.endpoint(name) for name in NAMES}
        if not {medium for _, medium in written} <= {each.value for each in may.scope.media}:
            self.broken.append(f"it writes a medium at {room.now} that is not in the scope")
        if not {endpoint for endpoint, _ in written} <= endpoints:
            self.broken.append(f"it writes an endpoint at {room.now} that is nobody's")
        self._look_at_people(may.scope)

    def _look_at_what_is_flushed(self) -> None:
        """What has ended on a hold may be written down, and nothing of it that was taken back."""
        consent, media = self.room.consent.machine.consent, self.room.recorder.flushed_media
        is_gone = consent.ended is ConsentTurn.WITHDRAW
        runs = consent.stage in {ConsentStage.RECORDING, ConsentStage.HOLD}
        if media and (is_gone or (runs and not media <= {m.value for m in consent.scope.media})):
            self.broken.append(f"it writes down at {self.room.now} what was taken back")

    def _look_at_people(self, scope: Scope) -> None:
        room = self.room
        if self.paused or self.beside:
            self.broken.append(f"it writes at {room.now} though it was paused, or somebody came by")
        for name in NAMES:
            if not scope.is_within(self.agreed.get(name, Scope())):
                self.broken.append(f"{name} has not agreed at {room.now}")
            if room.now - self.lost.get(name, room.now) > LOST_S:
                self.broken.append(f"{name} is not there at {room.now}")
            if name not in self.lost and room.sees(name).stage is not ConsentStage.RECORDING:
                self.broken.append(f"{name} sees no recording at {room.now}")

    def _check_order(self, order: RecordOrder) -> None:
        consent = self.room.consent.machine.consent
        rows = [row.fact for row in self.room.shelf.rows]
        asked = [index for index, fact in enumerate(rows) if fact.turn is ConsentTurn.ASK]
        begun = [fact for fact in rows[asked[-1] :] if fact.turn in BEGINS] if asked else []
        if consent.recording.replace("-", "") != order.recording:
            return  # it was overtaken by its end, and is stopped in the same step
        if consent.stage is ConsentStage.RECORDING and len(begun) != consent.segment:
            self.broken.append(f"an order at {self.room.now} before its row was stored")

    def _end_well(self) -> None:
        """Once all trouble is over, all of it is stored, and leads to the same state."""
        self._trouble()
        self._pass(6.0)
        facts = [row.fact for row in self.room.shelf.rows]
        self.turns = {fact.turn.value for fact in facts}
        if replay(facts) != self.room.consent.machine.consent:
            self.broken.append("the rows lead elsewhere")
        shelf, running = self.room.shelf, self.room.consent.machine.consent.recording
        if _taken_back(facts) & shelf.sealed.keys():
            self.broken.append("what was taken back was kept")
        over = {ident for ident in shelf.begun if str(ident) != running}
        if over - shelf.sealed.keys() - shelf.given_up.keys():
            self.broken.append("a recording that was neither kept nor given up")


def _taken_back(facts: list[ConsentFact]) -> set[UUID]:
    """The recordings that somebody took back while they ran, or were closed."""
    consent, found = Consent(), set()
    for fact in facts:
        if fact.turn is ConsentTurn.WITHDRAW and consent.recording:
            found.add(UUID(consent.recording))
        consent = follow(consent, fact)
    return found


def run_recorded(seed: int, turns: set[str] | None = None) -> list[str]:
    """Run one; returns what was broken. Adds the turns it has seen to ``turns``."""
    schedule = RecordedSchedule(seed)
    broken = schedule.run()
    if turns is not None:
        turns |= schedule.turns
    return broken
