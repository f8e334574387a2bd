"""What a clinic allows of recording, and what has to hold before a turn. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from signaling.domain.consent.terms import (
    LIVE_PURPOSES,
    OF_TWO,
    Consent,
    ConsentStage,
    Medium,
    PartyId,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.errors import Code, Refusal

LAPSE_S: Final = 120.0
"""Whoever has not answered by then is not asked any longer. No countdown is shown."""
READ_S: Final = 0.6
"""A tap sooner than this was meant for something else that stood there."""
ARMING_S: Final = 5.0
"""For so long everybody can still say no, after all have agreed."""
UNSEEN_S: Final = 10.0
"""By then every page has said that it shows the indicator, or nothing is recorded."""
INDICATOR_S: Final = 5.0
"""A page that has not said so for this long may show nothing."""
LOST_S: Final = 2.0
"""Whose line is gone for longer than this is not there."""
MOST_ASKS: Final = 2
"""In a session: a third time would be pressing."""
AGAIN_S: Final = 600.0
"""So long after a no it is not asked again."""


@dataclass(frozen=True, slots=True)
class RecordingPolicy:
    """What a clinic has decided. By default nothing is recorded."""

    purposes: frozenset[Purpose] = frozenset()
    media: frozenset[Medium] = frozenset({Medium.AUDIO, Medium.VIDEO})
    client_may_ask: bool = False
    needs_guardian: bool = False
    """The client is a minor: a guardian is there, and is asked as everybody is."""
    pause_in_crisis: bool = True
    most_s: float = 3 * 3600.0


@dataclass(slots=True)
class Present:
    """A party as the room sees it at the moment; not kept."""

    role: PartyRole
    lost_at: float | None = None
    """Since when their line is gone; None while it stands."""
    acked_at: float | None = None
    """When their page last said that it shows what is going on."""
    live: frozenset[Medium] = frozenset()

    @property
    def is_connected(self) -> bool:
        """Whether their line stands."""
        return self.lost_at is None

    def shows_after(self, moment: float) -> bool:
        """Whether their page has said so later than ``moment``, and is there to show it."""
        return self.is_connected and self.acked_at is not None and self.acked_at > moment


Roster = Mapping[PartyId, Present]


class WhyNot(StrEnum):
    """Why somebody may not ask now. The first that holds is said."""

    OFF = "off"
    """The clinic does not record."""
    GUARDIAN = "guardian"
    """The client is a minor, and no guardian is there to be asked."""
    ROLE = "role"
    RUNNING = "running"
    SAFETY = "safety"
    ALONE = "alone"
    """Not everybody who has to be there is there, or somebody's line is gone."""
    BESIDE = "beside"
    """Somebody else is beside one of them, and could not be asked."""
    OFTEN = "often"
    SOON = "soon"
    """Somebody said no a while ago."""


def allowed(policy: RecordingPolicy) -> Scope:
    """What can be asked for in a session."""
    return Scope(policy.purposes & LIVE_PURPOSES, policy.media)


def why_not(
    policy: RecordingPolicy, consent: Consent, roster: Roster, by: PartyId, now: float
) -> WhyNot | None:
    """Why ``by`` may not ask for anything now; None where they may.

    Whether the safety panel is open, and who is beside whom, is not known here.
    """
    role = roster[by].role
    may = role is PartyRole.COUNSELLOR or (role is PartyRole.CLIENT and policy.client_may_ask)
    roles = {present.role for present in roster.values()}
    is_guarded = PartyRole.GUARDIAN in roles or not policy.needs_guardian
    everybody = roles >= OF_TWO and all(present.is_connected for present in roster.values())
    rested = consent.refused_at is None or now - consent.refused_at >= AGAIN_S
    reasons = (
        (WhyNot.OFF, allowed(policy).is_empty),
        (WhyNot.GUARDIAN, not is_guarded),
        (WhyNot.ROLE, not may),
        (WhyNot.RUNNING, consent.stage is not ConsentStage.OFF),
        (WhyNot.ALONE, not everybody),
        (WhyNot.OFTEN, consent.asked >= MOST_ASKS),
        (WhyNot.SOON, not rested),
    )
    return next((why for why, holds in reasons if holds), None)


def check_ask(
    policy: RecordingPolicy, consent: Consent, roster: Roster, by: PartyId, scope: Scope,
    now: float,
) -> None:  # fmt: skip
    """Raise :class:`Refusal` unless ``by`` may ask for this now."""
    why = why_not(policy, consent, roster, by, now)
    is_empty, is_allowed = scope.is_empty, scope.is_within(allowed(policy))
    if why in {WhyNot.OFF, WhyNot.ROLE} or is_empty or not is_allowed:
        raise Refusal(Code.NOT_ALLOWED)
    if why is not None:
        raise Refusal(Code.NOT_NOW)


def check_answer(consent: Consent, party: PartyId, text: str, now: float) -> None:
    """Raise :class:`Refusal` unless ``party`` is asked, was shown these words, and could read them.

    ``text`` is the digest of what their page displayed: nobody agrees to other words than those.
    """
    request = consent.request
    asked = consent.stage is ConsentStage.REQUESTED and request is not None
    if request is None or not asked or party not in request.parties or party == request.by:
        raise Refusal(Code.NOT_NOW)
    if text != request.text:
        raise Refusal(Code.MALFORMED)
    if now - request.at < READ_S:
        raise Refusal(Code.NOT_NOW)


def agreed(consent: Consent) -> Scope | None:
    """What all agree to, once all have answered; None while somebody has not."""
    request = consent.request
    if request is None or not request.parties <= consent.grants.keys():
        return None
    scope = request.scope
    for party in request.parties:
        scope = scope.cut(consent.grants[party])
    return scope
