"""Consent to be recorded, in one room. Pure: it is told of everything, and says what followed.

Every ``handle_…`` looks at the clock first, so that what comes after its own deadline is too late.
What followed is taken with :meth:`ConsentMachine.drain`, in order; each is a row of the audit.

Rule 1: :attr:`ConsentMachine.capture` is the only thing that allows anything to be captured. What
ends it holds at once; what begins it holds for others only when its row is stored.
Rule 2: nothing here starts by itself. A recording begins by a tap of each party, and goes on after
a hold when every reason for the hold is gone; a reason of a person's own goes by their own tap.
Rule 3: a room is never recorded in part: who does not agree would be heard by another's microphone.
"""

from __future__ import annotations

from dataclasses import dataclass

from signaling.domain.consent import rules
from signaling.domain.consent.ledger import ConsentLedger
from signaling.domain.consent.rules import Present, RecordingPolicy, WhyNot
from signaling.domain.consent.terms import (
    OF_TWO,
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    HoldReason,
    Medium,
    PartyId,
    PartyRole,
    Scope,
)
from signaling.domain.errors import Code, Refusal

_DECIDING = frozenset({ConsentStage.REQUESTED, ConsentStage.ARMING})
_RUNNING = frozenset({ConsentStage.RECORDING, ConsentStage.HOLD})


@dataclass(frozen=True, slots=True)
class Capture:
    """What may be captured in this moment."""

    recording: str
    segment: int
    scope: Scope
    parties: frozenset[PartyId]


class ConsentMachine:
    """One for a room. Times are seconds of the room's clock."""

    def __init__(self, policy: RecordingPolicy) -> None:
        self._policy = policy
        self._ledger = ConsentLedger()
        self._safety = False
        self._looked_at = float("-inf")

    @property
    def consent(self) -> Consent:
        """All that was decided."""
        return self._ledger.consent

    @property
    def capture(self) -> Capture | None:
        """What may be captured; None is nothing."""
        consent = self.consent
        if consent.stage is not ConsentStage.RECORDING:
            return None
        parties = frozenset(self._ledger.parties)
        return Capture(consent.recording, consent.segment, consent.scope, parties)

    def drain(self) -> list[ConsentFact]:
        """What has happened since it was last asked."""
        return self._ledger.drain()

    def allow(self, policy: RecordingPolicy) -> None:
        """What the clinic allows from now on. What runs was agreed to, and goes on as it was."""
        self._policy = policy

    def recall(self, asked: int, refused_at: float | None) -> None:
        """What was asked in this session before this room was opened counts here, too."""
        self._ledger.recall(asked, refused_at)

    def why_not(self, party: PartyId, now: float) -> WhyNot | None:
        """Why somebody who is there may not ask now; None where they may."""
        why = rules.why_not(self._policy, self.consent, self._ledger.parties, party, now)
        if self._safety and why not in {WhyNot.OFF, WhyNot.ROLE, WhyNot.RUNNING}:
            return WhyNot.SAFETY
        return WhyNot.BESIDE if why is None and self._ledger.has_company else why

    def live(self, party: PartyId) -> frozenset[Medium]:
        """Which media of somebody are on."""
        return self._ledger.parties[party].live

    def has_company(self, party: PartyId) -> bool:
        """Whether somebody has said that another is beside them."""
        return party in self._ledger.company

    # --- who is there -----------------------------------------------------------------------------

    def handle_arrive(self, party: PartyId, role: PartyRole, now: float) -> None:
        """Somebody comes into the room. While it is recorded, before anything of them is heard."""
        self.handle_timeout(now)
        if party in self._ledger.parties:
            return
        self._ledger.parties[party] = Present(role)
        if self.consent.stage in _DECIDING:
            self._ledger.turn(ConsentTurn.SCATTER, now, party)
        elif self.consent.stage in _RUNNING:
            knows = party in self.consent.grants
            reason = HoldReason.NO_INDICATOR if knows else HoldReason.NEW_PARTY
            self._ledger.hold(reason, party, now)
            if party in self._ledger.company:
                self._ledger.hold(HoldReason.BESIDE, party, now)

    def handle_leave(self, party: PartyId, now: float) -> None:
        """Somebody goes of their own will. Without a client or a counsellor there is no session."""
        self.handle_timeout(now)
        gone = self._ledger.parties.pop(party, None)
        if gone is None:
            return
        if self.consent.stage in _DECIDING:
            self._ledger.turn(ConsentTurn.SCATTER, now, party)
        elif self.consent.stage in _RUNNING:
            if gone.role in OF_TWO:
                self._ledger.turn(ConsentTurn.STOP, now, party)
            else:
                self._ledger.release_all(party, now)

    def handle_lose(self, party: PartyId, now: float) -> None:
        """Somebody's line is gone."""
        self.handle_timeout(now)
        present = self._ledger.parties.get(party)
        if present is not None and present.is_connected:
            present.lost_at, present.acked_at = now, None

    def handle_return(self, party: PartyId, now: float) -> None:
        """Their line stands again; what their page shows is not known yet."""
        self.handle_timeout(now)
        present = self._ledger.parties.get(party)
        if present is None or present.is_connected:
            return
        present.lost_at = None
        if self.consent.stage in _RUNNING:
            self._ledger.hold(HoldReason.NO_INDICATOR, party, now)
            self._ledger.release(HoldReason.ABSENT, party, now)

    def handle_ack(self, party: PartyId, now: float) -> None:
        """Somebody's page says that it shows what is going on."""
        self.handle_timeout(now)
        present = self._ledger.parties.get(party)
        if present is None or not present.is_connected:
            return
        present.acked_at = now
        self._ledger.release(HoldReason.NO_INDICATOR, party, now)
        self._start(now)

    def handle_live(self, party: PartyId, media: frozenset[Medium], now: float) -> None:
        """Which media of somebody are on. Those that nobody agreed to are said to be left out."""
        self.handle_timeout(now)
        if party in self._ledger.parties:
            self._ledger.parties[party].live = media
            self._ledger.exclude(now)

    def handle_company(self, party: PartyId, now: float, *, is_there: bool) -> None:
        """Somebody says that another is beside them, or is gone: nobody could ask that person.

        Raises :class:`Refusal`: ``not_in_room``.
        """
        self.handle_timeout(now)
        self._ledger.accompany(party, is_there=is_there)
        if not is_there:
            self._ledger.release(HoldReason.BESIDE, party, now)
        elif self.consent.stage in _DECIDING:
            self._ledger.turn(ConsentTurn.SCATTER, now, party, reason=HoldReason.BESIDE)
        elif self.consent.stage in _RUNNING:
            self._ledger.hold(HoldReason.BESIDE, party, now)

    # --- asking and answering ---------------------------------------------------------------------

    def handle_ask(self, by: PartyId, scope: Scope, ident: str, text: str, now: float) -> None:
        """Somebody asks all the others. Raises :class:`Refusal`: ``not_allowed``, ``not_now``."""
        self.handle_timeout(now)
        self._ledger.present(by)
        rules.check_ask(self._policy, self.consent, self._ledger.parties, by, scope, now)
        if self._safety or self._ledger.has_company:
            raise Refusal(Code.NOT_NOW)
        parties = frozenset(self._ledger.parties)
        self._ledger.happened(
            ConsentFact(ConsentTurn.ASK, now, by, scope, ident=ident, parties=parties, text=text)
        )

    def handle_grant(self, party: PartyId, scope: Scope, text: str, now: float) -> None:
        """Somebody agrees, to all of it or to some.

        Raises :class:`Refusal`: ``not_now``, ``malformed`` for other words than those asked.
        """
        self.handle_timeout(now)
        self._ledger.present(party)
        if self._ledger.is_new(party):
            self._grant_late(party, scope, text, now)
            return
        rules.check_answer(self.consent, party, text, now)
        request = self.consent.request
        assert request is not None
        granted = scope.cut(request.scope)
        if granted.is_empty:  # that is a no, and is to be told as one: to nobody
            self._ledger.turn(ConsentTurn.DECLINE, now, party)
            return
        self._ledger.turn(ConsentTurn.GRANT, now, party, scope=granted, text=text)
        common = rules.agreed(self.consent)
        if common is None:
            return
        if common.is_empty:
            self._ledger.turn(ConsentTurn.DECLINE, now, party)
        else:
            self._ledger.turn(ConsentTurn.ALL_GRANTED, now, scope=common)

    def handle_decline(self, party: PartyId, now: float) -> None:
        """Somebody does not want it; no reason is asked. Raises :class:`Refusal`."""
        self.handle_timeout(now)
        self._ledger.present(party)
        if self._ledger.is_new(party):
            self._ledger.hold(HoldReason.DECLINED, party, now)
            self._ledger.release(HoldReason.NEW_PARTY, party, now)
        else:
            self._ledger.turn(ConsentTurn.DECLINE, now, party)

    def handle_cancel(self, by: PartyId, now: float) -> None:
        """Who asked does not ask any longer. Raises :class:`Refusal`."""
        self.handle_timeout(now)
        request = self.consent.request
        if request is None or request.by != by:
            raise Refusal(Code.NOT_ALLOWED)
        self._ledger.turn(ConsentTurn.CANCEL, now, by)

    # --- while it runs ----------------------------------------------------------------------------

    def handle_pause(self, by: PartyId, now: float) -> None:
        """Anybody can pause it. Raises :class:`Refusal`."""
        self.handle_timeout(now)
        self._ledger.present(by)
        if self.consent.stage not in _RUNNING:
            raise Refusal(Code.NOT_NOW)
        self._ledger.hold(HoldReason.USER, by, now)

    def handle_resume(self, by: PartyId, now: float) -> None:
        """Who paused it lets it go on. Raises :class:`Refusal`."""
        self.handle_timeout(now)
        self._ledger.present(by)
        if by not in self.consent.held_for(HoldReason.USER):
            raise Refusal(Code.NOT_NOW)
        self._ledger.release(HoldReason.USER, by, now)

    def handle_stop(self, by: PartyId, now: float) -> None:
        """Anybody can stop it; before it has begun that is a no. Raises :class:`Refusal`."""
        self.handle_timeout(now)
        self._ledger.present(by)
        arming = self.consent.stage is ConsentStage.ARMING
        self._ledger.turn(ConsentTurn.CALL_OFF if arming else ConsentTurn.STOP, now, by)

    def handle_withdraw(self, party: PartyId, now: float, gone: Scope | None = None) -> None:
        """Somebody takes back what they agreed to: all of it, or purposes and media of ``gone``.

        Raises :class:`Refusal`.
        """
        self.handle_timeout(now)
        self._ledger.present(party)
        match self.consent.stage:
            case ConsentStage.REQUESTED:
                self._ledger.turn(ConsentTurn.DECLINE, now, party)
            case ConsentStage.ARMING:
                self._ledger.turn(ConsentTurn.CALL_OFF, now, party)
            case _ if gone is None or self._ledger.left_without(gone).is_empty:
                self._ledger.turn(ConsentTurn.WITHDRAW, now, party)
            case _:
                self._ledger.withdraw_some(party, gone, now)

    def handle_safety(self, *, is_open: bool, now: float) -> None:
        """The counsellor opens or closes the safety panel."""
        self.handle_timeout(now)
        self._safety = self._safety or is_open  # in such an hour it is not asked any more
        if self.consent.stage in _DECIDING and is_open:
            self._ledger.turn(ConsentTurn.SCATTER, now, reason=HoldReason.SAFETY)
        elif self.consent.stage in _RUNNING and not is_open:
            self._ledger.release(HoldReason.SAFETY, "", now)  # whatever the clinic says by now
        elif self.consent.stage in _RUNNING and self._policy.pause_in_crisis:
            self._ledger.hold(HoldReason.SAFETY, "", now)

    # --- ends -------------------------------------------------------------------------------------

    def handle_emergency_stop(self, now: float) -> None:
        """The clinic stops it. Raises :class:`Refusal` where there is nothing to stop."""
        self.handle_timeout(now)
        self._ledger.turn(ConsentTurn.EMERGENCY_STOP, now)

    def handle_end(self, now: float) -> None:
        """The session is over."""
        self.handle_timeout(now)
        if self.consent.stage in _DECIDING:
            self._ledger.turn(ConsentTurn.SCATTER, now)
        elif self.consent.stage in _RUNNING:
            self._ledger.turn(ConsentTurn.STOP, now)

    def handle_failure(self, code: str, now: float) -> None:
        """It cannot be recorded. What was sealed stays; the call goes on."""
        self.handle_timeout(now)
        if self.consent.stage in _RUNNING | {ConsentStage.ARMING, ConsentStage.FINALISING}:
            self._ledger.turn(ConsentTurn.FAIL, now, text=code)

    def handle_closed(self, now: float) -> None:
        """What was captured is whole and sealed."""
        self.handle_timeout(now)
        if self.consent.stage is ConsentStage.FINALISING:
            self._ledger.turn(ConsentTurn.CLOSE, now)

    # --- time -------------------------------------------------------------------------------------

    def handle_timeout(self, now: float) -> None:
        """What is due by now."""
        self._looked_at = now
        for party, present in self._ledger.parties.items():
            if present.lost_at is not None and now >= present.lost_at + rules.LOST_S:
                self._miss(party, present.lost_at + rules.LOST_S)
        consent = self.consent
        if consent.stage is ConsentStage.REQUESTED and consent.request is not None:
            if now >= consent.request.at + rules.LAPSE_S:
                self._ledger.turn(ConsentTurn.LAPSE, consent.request.at + rules.LAPSE_S)
        elif consent.stage is ConsentStage.ARMING and consent.armed_at is not None:
            self._start(now)
            if self.consent is consent and now >= consent.armed_at + rules.UNSEEN_S:
                self._ledger.turn(ConsentTurn.UNSEEN, consent.armed_at + rules.UNSEEN_S)
        elif consent.stage in _RUNNING:
            self._watch(now)

    def next_deadline(self) -> float | None:
        """When :meth:`handle_timeout` is next to be called."""
        consent, parties = self.consent, self._ledger.parties
        due: list[float] = []
        if consent.stage in _DECIDING | _RUNNING:
            absent = consent.held_for(HoldReason.ABSENT)
            due += [
                each.lost_at + rules.LOST_S
                for party, each in parties.items()
                if each.lost_at is not None and party not in absent
            ]
        if consent.stage is ConsentStage.REQUESTED and consent.request is not None:
            due.append(consent.request.at + rules.LAPSE_S)
        elif consent.stage is ConsentStage.ARMING and consent.armed_at is not None:
            begins = consent.armed_at + rules.ARMING_S
            waits = self._looked_at < begins and self._ledger.all_show(consent.armed_at)
            due.append(begins if waits else consent.armed_at + rules.UNSEEN_S)
        elif consent.stage in _RUNNING and consent.started_at is not None:
            due.append(consent.started_at + self._policy.most_s)
            silent = consent.held_for(HoldReason.NO_INDICATOR)
            due += [
                each.acked_at + rules.INDICATOR_S
                for party, each in parties.items()
                if each.acked_at is not None and party not in silent
            ]
        return min(due, default=None)

    def _watch(self, now: float) -> None:
        """While it runs: whether every page goes on saying what it shows, and for how long."""
        for party, present in self._ledger.parties.items():
            if present.acked_at is not None and now >= present.acked_at + rules.INDICATOR_S:
                self._ledger.hold(
                    HoldReason.NO_INDICATOR, party, present.acked_at + rules.INDICATOR_S
                )
        started_at = self.consent.started_at
        if started_at is not None and now >= started_at + self._policy.most_s:
            self._ledger.turn(ConsentTurn.STOP, started_at + self._policy.most_s)

    def _miss(self, party: PartyId, at: float) -> None:
        """Somebody is not there."""
        if self.consent.stage in _DECIDING:
            self._ledger.turn(ConsentTurn.SCATTER, at, party)
        elif self.consent.stage in _RUNNING:
            self._ledger.hold(HoldReason.ABSENT, party, at)

    def _start(self, now: float) -> None:
        """Begin, where everybody has agreed, could still say no, and sees it just now."""
        consent = self.consent
        armed_at = consent.armed_at
        if consent.stage is not ConsentStage.ARMING or armed_at is None:
            return
        since = max(armed_at, now - rules.INDICATOR_S)
        if self._ledger.all_show(since) and now >= armed_at + rules.ARMING_S:
            self._ledger.turn(ConsentTurn.START, now)
            self._ledger.exclude(now)

    def _grant_late(self, party: PartyId, scope: Scope, text: str, now: float) -> None:
        """Who came in while it was recorded agrees: to no more than the others did."""
        common = self.consent.scope.cut(scope)
        if common.is_empty:
            self._ledger.hold(HoldReason.DECLINED, party, now)
        else:
            self._ledger.turn(ConsentTurn.NARROW, now, party, scope=common, text=text)
            self._ledger.hold(HoldReason.NO_INDICATOR, party, now)
            self._ledger.release(HoldReason.DECLINED, party, now)
        self._ledger.release(HoldReason.NEW_PARTY, party, now)
