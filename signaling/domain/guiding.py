"""What the counsellor asks of the others: what to keep best of them, to be heard, to be seen.

Rule: nothing follows from an invitation. It is a question, put to one person's page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import (
    Audience,
    Changed,
    Fact,
    Invitation,
    Invited,
    SteadyHeld,
    ToAll,
    ToConnection,
)
from signaling.domain.grants import MAY_GUIDE
from signaling.domain.participant import Participant


class Guiding:
    """A part of one room. ``seated`` finds who takes part, or refuses; ``emit`` tells."""

    def __init__(
        self, seated: Callable[[str], Participant], emit: Callable[[Audience, Fact], None]
    ) -> None:
        self.steady = False
        """The whole line is kept for voice."""
        self._seated = seated
        self._emit = emit
        self.handlers: Mapping[type, Callable[[Any, float], ask.Result]] = {
            ask.SetCue: self._set_cue,
            ask.HoldSteady: self._hold_steady,
            ask.Invite: self._invite,
        }

    def _set_cue(self, given: ask.SetCue, _now: float) -> ask.Result:
        self._guide(given.participant)
        shown = self._seated(given.of)
        if shown.cue is not given.cue:
            shown.cue = given.cue
            self._emit(ToAll(), Changed(shown.seen()))
        return ask.Carried()

    def _hold_steady(self, given: ask.HoldSteady, _now: float) -> ask.Result:
        self._guide(given.participant)
        if self.steady is not given.steady:
            self.steady = given.steady
            self._emit(ToAll(), SteadyHeld(given.steady))
        return ask.Carried()

    def _invite(self, given: ask.Invite, _now: float) -> ask.Result:
        self._guide(given.participant)
        if given.whom == given.participant:
            raise Refusal(Code.NOT_ALLOWED)
        whom = self._seated(given.whom)
        if whom.connection is None:
            raise Refusal(Code.NOT_IN_ROOM)
        is_on = whom.camera if given.kind is Invitation.VIDEO else whom.microphone
        if not is_on:
            self._emit(ToConnection(whom.connection), Invited(given.participant, given.kind))
        return ask.Carried()

    def _guide(self, participant: str) -> None:
        if self._seated(participant).role not in MAY_GUIDE:
            raise Refusal(Code.NOT_ALLOWED)
