"""What was decided in one room, who is there, and the moves that several turns share. Pure."""

from __future__ import annotations

from dataclasses import replace

from signaling.domain.consent.rules import Present
from signaling.domain.consent.table import follow, recall
from signaling.domain.consent.terms import (
    Consent,
    ConsentFact,
    ConsentStage,
    ConsentTurn,
    Hold,
    HoldReason,
    PartyId,
    Scope,
)
from signaling.domain.errors import Code, Refusal


class ConsentLedger:
    """The state, and each turn that led to it, in order."""

    def __init__(self) -> None:
        self.consent = Consent()
        self.parties: dict[PartyId, Present] = {}
        self.company: set[PartyId] = set()
        """Who has said that another is beside them; they may have gone, and come back."""
        self._facts: list[ConsentFact] = []

    def drain(self) -> list[ConsentFact]:
        """What has happened since it was last asked."""
        facts, self._facts = self._facts, []
        return facts

    def recall(self, asked: int, refused_at: float | None) -> None:
        """What was asked before this room was opened."""
        self.consent = recall(self.consent, asked, refused_at)

    def happened(self, fact: ConsentFact) -> None:
        """Go one turn further. Raises :class:`Refusal` where there is none, and changes nothing."""
        self.consent = follow(self.consent, fact)
        self._facts.append(fact)

    def turn(
        self, turn: ConsentTurn, now: float, party: PartyId = "", *,
        scope: Scope | None = None, reason: HoldReason | None = None, text: str = "",
    ) -> None:  # fmt: skip
        """The same, of what most turns say."""
        self.happened(ConsentFact(turn, now, party, scope, reason, text=text))

    def present(self, party: PartyId) -> Present:
        """Somebody who is there. Raises :class:`Refusal`: ``not_in_room``."""
        if party not in self.parties:
            raise Refusal(Code.NOT_IN_ROOM)
        return self.parties[party]

    @property
    def has_company(self) -> bool:
        """Whether somebody is there who was not asked."""
        return not self.company.isdisjoint(self.parties)

    def accompany(self, party: PartyId, *, is_there: bool) -> None:
        """Somebody is beside them, or nobody any more. Raises :class:`Refusal`: ``not_in_room``."""
        self.present(party)
        if is_there:
            self.company.add(party)
        else:
            self.company.discard(party)

    def all_show(self, since: float) -> bool:
        """Whether everybody is there, and their pages have said so after this."""
        return all(present.shows_after(since) for present in self.parties.values())

    def is_new(self, party: PartyId) -> bool:
        """Came in while it was recorded, and has not agreed; who said no may think again."""
        held_for = self.consent.held_for
        return party in held_for(HoldReason.NEW_PARTY) | held_for(HoldReason.DECLINED)

    def hold(self, reason: HoldReason, party: PartyId, now: float) -> None:
        """One more reason not to capture; the same one twice is one."""
        if Hold(reason, party) not in self.consent.holds:
            self.turn(ConsentTurn.HOLD, now, party, reason=reason)

    def release(self, reason: HoldReason, party: PartyId, now: float) -> None:
        """One reason is gone; with the last of them it goes on."""
        holds = self.consent.holds
        if self.consent.stage is ConsentStage.HOLD and Hold(reason, party) in holds:
            turn = ConsentTurn.RELEASE if len(holds) > 1 else ConsentTurn.RESUME
            self.turn(turn, now, party, reason=reason)
            self.exclude(now)

    def release_all(self, party: PartyId, now: float) -> None:
        """Somebody is gone, their reasons with them; but a pause is lifted by their tap alone."""
        for hold in sorted(self.consent.holds, key=lambda each: each.reason):
            if hold.party == party and hold.reason is not HoldReason.USER:
                self.release(hold.reason, party, now)

    def withdraw_some(self, party: PartyId, gone: Scope, now: float) -> None:
        """Purposes and media are each a turn of their own."""
        if gone.purposes:
            only = replace(gone, media=frozenset())
            self.turn(ConsentTurn.WITHDRAW_PURPOSE, now, party, scope=only)
        if gone.media:
            only = replace(gone, purposes=frozenset())
            self.turn(ConsentTurn.WITHDRAW_MEDIUM, now, party, scope=only)

    def left_without(self, gone: Scope) -> Scope:
        """What would be left of the scope."""
        scope = self.consent.scope
        return Scope(scope.purposes - gone.purposes, scope.media - gone.media)

    def exclude(self, now: float) -> None:
        """Say once of each medium that is on and not in the scope that it is left out."""
        if self.consent.stage is not ConsentStage.RECORDING:
            return
        for party, present in self.parties.items():
            known = {medium for who, medium in self.consent.excluded if who == party}
            media = present.live - self.consent.scope.media - known
            if media:
                out = Scope(media=media)
                self.turn(ConsentTurn.EXCLUDE, now, party, scope=out)
