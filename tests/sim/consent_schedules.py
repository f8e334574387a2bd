"""Seeded schedules of a room in which everybody does anything, and what must hold after each step.

Run by the hundreds in ``make test`` and by the ten thousand in ``make bench-recording``.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from signaling.domain.consent.machine import Capture, ConsentMachine
from signaling.domain.consent.rules import INDICATOR_S, LAPSE_S, LOST_S, RecordingPolicy
from signaling.domain.consent.table import replay
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentStage,
    HoldReason,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.errors import Refusal

STEPS = 60
LIKELY = 0.7
"""So often somebody does what leads on: else hardly a schedule comes to a recording."""
PAUSES = [*[0.0, 0.1, 0.7, 1.0, 2.5, 5.0] * 8, LAPSE_S]
ROLES = {
    "li": PartyRole.COUNSELLOR, "zhang": PartyRole.CLIENT, "wang": PartyRole.SUPERVISOR,
    "guest": PartyRole.GUEST,
}  # fmt: skip
WORDS = "words"
PURPOSES = frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION})
MEDIA = frozenset({Medium.AUDIO, Medium.VIDEO})


class Schedule:
    """One room, its clock, and what a strict observer has seen of its people."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0.0
        policy = RecordingPolicy(
            purposes=PURPOSES, media=MEDIA, client_may_ask=True, most_s=600.0,
            pause_in_crisis=self.random.random() < 0.5,
        )  # fmt: skip
        self.holds_in_crisis = policy.pause_in_crisis
        self.machine = ConsentMachine(policy)
        self.facts: list[ConsentFact] = []
        self.broken: list[str] = []
        self.asked = 0
        self.here: set[str] = set()
        self.lost: dict[str, float] = {}
        self.acked: dict[str, float] = {}
        self.agreed: dict[str, Scope] = {}
        """What each has agreed to by a tap of their own, for what is asked now."""
        self.narrowest: tuple[str, Scope] | None = None
        self.paused: set[str] = set()
        self.is_crisis = False
        self.beside: set[str] = set()
        """Who has said that somebody is with them."""
        self.silent: set[str] = set()
        """Pages that just now do not tell what they show."""
        for party in ("li", "zhang"):
            self._arrive(party)

    def run(self) -> list[str]:
        """Returns which invariants were broken."""
        for _ in range(STEPS):
            self._pass(self.random.choice(PAUSES))
            try:
                self._act()
            except Refusal:
                self._check_unchanged()
            self._settle()
        if replay(self.facts) != self.machine.consent:
            self.broken.append("I8: the rows lead elsewhere")
        return self.broken

    # --- what people do ---------------------------------------------------------------------------

    def _act(self) -> None:
        stage = self.machine.consent.stage
        self._before = (stage, self.machine.consent)
        likely = {
            ConsentStage.OFF: ["ask", "ask", "alone"],
            ConsentStage.REQUESTED: ["grant"] * 6 + ["cancel"],
            ConsentStage.ARMING: ["wait"],
            ConsentStage.HOLD: ["grant", "resume", "return", "close", "wait", "decline", "alone"],
            ConsentStage.RECORDING: [
                "wait",
                "arrive",
                "pause",
                "lose",
                "live",
                "withdraw_some",
                "company",
            ],
            ConsentStage.FINALISING: ["closed", "closed", "withdraw"],
        }[stage]
        what = self.random.choice(likely if self.random.random() < LIKELY else self._anything())
        self._acts()[what](self._who(what))

    def _who(self, what: str) -> str:
        """Anybody; to agree, rather somebody who is asked."""
        consent = self.machine.consent
        asked = consent.held_for(HoldReason.NEW_PARTY)
        if consent.stage is ConsentStage.REQUESTED and consent.request is not None:
            asked = consent.request.parties - consent.grants.keys()
        likely = {"grant": asked, "arrive": ROLES.keys() - self.here}.get(what, self.here)
        return self.random.choice(sorted(likely) or list(ROLES))

    def _acts(self) -> dict[str, Callable[[str], None]]:
        machine, now = self.machine, self.now
        return {
            "ask": self._ask, "grant": self._grant, "withdraw": self._withdraw,
            "withdraw_some": self._withdraw_some, "arrive": self._arrive, "leave": self._leave,
            "lose": self._lose, "return": self._return, "hush": self._hush, "live": self._live,
            "decline": lambda party: machine.handle_decline(party, now),
            "cancel": lambda party: machine.handle_cancel(party, now),
            "company": lambda party: self._company(party, is_there=True),
            "alone": lambda party: self._company(party, is_there=False),
            "pause": self._pause, "resume": self._resume,
            "stop": lambda party: machine.handle_stop(party, now),
            "open": lambda _: self._see_to_safety(is_open=True),
            "close": lambda _: self._see_to_safety(is_open=False),
            "emergency": lambda _: machine.handle_emergency_stop(now),
            "end": lambda _: machine.handle_end(now),
            "fail": lambda _: machine.handle_failure("disk_full", now),
            "closed": lambda _: machine.handle_closed(now),
            "wait": lambda _: None,
        }  # fmt: skip

    def _ask(self, _: str) -> None:
        party = self.random.choice(["li", "zhang"])
        scope = self._scope(party_all=True)
        self.machine.handle_ask(party, scope, f"r{self.asked}", WORDS, self.now)
        self.asked += 1
        self.agreed, self.paused = {party: scope}, set()

    def _grant(self, party: str) -> None:
        scope = self._scope()
        self.machine.handle_grant(party, scope, WORDS, self.now)
        self.agreed[party] = scope

    def _withdraw(self, party: str) -> None:
        self.machine.handle_withdraw(party, self.now)
        self.agreed.pop(party, None)

    def _withdraw_some(self, party: str) -> None:
        purpose = Scope(frozenset({self.random.choice(sorted(PURPOSES))}))
        medium = Scope(media=frozenset({self.random.choice(sorted(MEDIA))}))
        gone = self.random.choice([purpose, medium])
        self.machine.handle_withdraw(party, self.now, gone)
        had = self.agreed.get(party, Scope())
        self.agreed[party] = Scope(had.purposes - gone.purposes, had.media - gone.media)

    def _leave(self, party: str) -> None:
        self.machine.handle_leave(party, self.now)
        self.here.discard(party)
        self.lost.pop(party, None)
        self.acked.pop(party, None)

    def _lose(self, party: str) -> None:
        self.machine.handle_lose(party, self.now)
        if party in self.here:
            self.lost.setdefault(party, self.now)
            self.acked.pop(party, None)

    def _return(self, party: str) -> None:
        self.machine.handle_return(party, self.now)
        self.lost.pop(party, None)

    def _pause(self, party: str) -> None:
        self.machine.handle_pause(party, self.now)
        self.paused.add(party)

    def _resume(self, party: str) -> None:
        self.machine.handle_resume(party, self.now)
        self.paused.discard(party)

    def _see_to_safety(self, *, is_open: bool) -> None:
        self.machine.handle_safety(is_open=is_open, now=self.now)
        self.is_crisis = is_open

    def _company(self, party: str, *, is_there: bool) -> None:
        self.machine.handle_company(party, self.now, is_there=is_there)
        (self.beside.add if is_there else self.beside.discard)(party)

    def _hush(self, party: str) -> None:
        self.silent ^= {party}

    def _live(self, party: str) -> None:
        media = frozenset({self.random.choice(list(Medium))})
        self.machine.handle_live(party, media, self.now)

    def _anything(self) -> list[str]:
        rare = ["emergency", "end", "fail", "stop", "withdraw", "cancel", "decline", "open"]
        usual = ["arrive", "leave", "lose", "return", "hush", "live", "pause", "resume", "close",
                 "withdraw_some", "grant", "closed", "company", "alone", "alone",
                 *["wait"] * 4]  # fmt: skip
        return usual + [each for each in rare if self.random.random() < 0.3]

    def _scope(self, *, party_all: bool = False) -> Scope:
        if party_all or self.random.random() < 0.7:
            return Scope(PURPOSES, MEDIA)
        some = frozenset({self.random.choice(list(Purpose))})
        return Scope(some, frozenset({self.random.choice(list(Medium))}))

    def _arrive(self, party: str) -> None:
        self.machine.handle_arrive(party, ROLES[party], self.now)
        if party not in self.here:
            self.here.add(party)
            self.lost.pop(party, None)

    # --- time -------------------------------------------------------------------------------------

    def _pass(self, seconds: float) -> None:
        """Time passes; pages tell every half second what they show, and deadlines are kept."""
        end = self.now + seconds
        while self.now < end:
            due = self.machine.next_deadline()
            step = min(end, self.now + 0.5)
            self.now = min(step, max(self.now, due)) if due is not None else step
            self.machine.handle_timeout(self.now)
            for party in self.here - self.lost.keys() - self.silent:
                self.machine.handle_ack(party, self.now)
                self.acked[party] = self.now
            self._settle()
            if due is not None and self.machine.next_deadline() == due <= self.now:
                self.broken.append(f"a deadline that stays due at {self.now}")
                return

    # --- what must hold ---------------------------------------------------------------------------

    def _settle(self) -> None:
        self.facts += self.machine.drain()
        capture = self.machine.capture
        if capture is None:
            return
        self._check_agreed(capture)
        if self.paused or (self.is_crisis and self.holds_in_crisis):
            self.broken.append(f"it goes on at {self.now} though it was paused")
        if self.beside & self.here:
            self.broken.append(
                f"I2: somebody who was not asked is beside one of them at {self.now}"
            )
        for party in self.here:
            lost_at = self.lost.get(party)
            if lost_at is not None and self.now - lost_at > LOST_S:
                self.broken.append(f"I3: {party} is not there at {self.now}")
            acked_at = self.acked.get(party)
            shown = acked_at is not None and self.now - acked_at <= INDICATOR_S
            if lost_at is None and not shown:
                self.broken.append(f"I3: {party} may not see it at {self.now}")
        self._check_never_grows(capture)

    def _check_agreed(self, capture: Capture) -> None:
        if capture.parties != self.here:
            self.broken.append("I2: somebody is there whom it does not know of")
        for party in self.here:
            if not capture.scope.is_within(self.agreed.get(party, Scope())):
                self.broken.append(f"I2, I4, I7: {party} has not agreed to it at {self.now}")
        if capture.scope.is_empty:
            self.broken.append("I2: there is nothing that may be captured")

    def _check_never_grows(self, capture: Capture) -> None:
        recording, scope = self.narrowest or ("", Scope())
        if recording == capture.recording and not capture.scope.is_within(scope):
            self.broken.append("I6: it has grown")
        self.narrowest = (capture.recording, capture.scope)

    def _check_unchanged(self) -> None:
        stage, consent = self._before
        if not self.machine.drain() and self.machine.consent != consent:
            self.broken.append(f"a refusal in {stage} has changed something")


def run_schedule(seed: int, turns: set[str] | None = None) -> list[str]:
    """Run one; returns what was broken. Adds the turns it has seen to ``turns``."""
    schedule = Schedule(seed)
    broken = schedule.run()
    if turns is not None:
        turns |= {fact.turn.value for fact in schedule.facts}
    return broken
