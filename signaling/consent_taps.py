"""What people ask of the recording of their room, each command by its handler in one table.

Rule 1: a tap is of one person, for themselves. Nothing here is done in somebody else's name.
Rule 2: an answer names the request that it is to, and the digest of the terms its page displayed;
nobody can have read them sooner than ``READ_S`` after they were sent to that page.
Rule 3: what is asked is put together at the moment of asking, from what the clinic allows then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from uuid import uuid4

from signaling import recording_messages as said
from signaling import wire
from signaling.consent_telling import Words
from signaling.domain.consent.rules import READ_S
from signaling.domain.consent.terms import Purpose, Scope
from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.domain.participant import Participant
from signaling.domain.recording_policy import RecordingTermsNow
from signaling.recording_views import terms_of
from signaling.room_consent import RoomConsent

Handler: TypeAlias = Callable[[Participant, Any, float], None]


class ConsentTaps:
    """Carries out the commands of one room's pages about its recording."""

    def __init__(self, consent: RoomConsent) -> None:
        self._consent = consent
        self._handlers: Mapping[type[said.RecordingCommand], Handler] = {
            said.AgreeRecording: self._agree,
            said.DeclineRecording: self._decline,
            said.CancelRecording: self._cancel,
            said.PauseRecording: lambda who, _, now: self._machine.handle_pause(who.id, now),
            said.ResumeRecording: lambda who, _, now: self._machine.handle_resume(who.id, now),
            said.StopRecording: lambda who, _, now: self._machine.handle_stop(who.id, now),
            said.WithdrawRecording: self._withdraw,
            said.ShowRecording: self._show,
            said.ShowSafety: self._show_safety,
            said.SayBeside: self._say_beside,
        }
        self._machine = consent.machine

    async def carry_out(self, connection: str, command: said.RecordingCommand) -> wire.Done:
        """Carry out a command of whoever holds this connection's seat.

        Raises :class:`Refusal`, or StorageAway where nothing can be asked for now.
        """
        consent = self._consent
        if isinstance(command, said.AskRecording):
            booked, at = consent.hour.booked, consent.task.wall_ms()
            known = await consent.keeper.terms(booked, at)
            await consent.task.request(lambda now: self._ask(connection, command, known, now))
        else:
            await consent.task.request(lambda now: self._carry_out(connection, command, now))
        return wire.Done()

    def _carry_out(self, connection: str, command: said.RecordingCommand, now: float) -> None:
        who = self._consent.task.room.insider(connection)
        self._handlers[type(command)](who, command, now)

    def _ask(
        self, connection: str, command: said.AskRecording, known: RecordingTermsNow | None,
        now: float,
    ) -> None:  # fmt: skip
        consent = self._consent
        who = consent.task.room.insider(connection)
        if consent.rows.is_away:
            raise Refusal(Code.BUSY)
        consent.allow(known)
        if known is None:
            raise Refusal(Code.NOT_ALLOWED)
        scope = Scope(frozenset(command.purposes), frozenset(command.media))
        if Purpose.SUPERVISION in scope.purposes and not known.supervisors:
            raise Refusal(Code.NOT_ALLOWED)  # nobody would hear it
        asked = terms_of(known, scope, who, consent.task.room.participants())
        self._machine.handle_ask(who.id, scope, str(uuid4()), asked.digest, now)
        consent.terms = asked
        consent.words.clear()

    def _agree(self, who: Participant, command: said.AgreeRecording, now: float) -> None:
        consent = self._consent
        self._check_request(command.request)
        if consent.terms is None or command.terms != consent.terms.digest:
            raise Refusal(Code.MALFORMED)
        asked_at = consent.pages.asked_at(who.connection or "")
        if asked_at is None or now - asked_at < READ_S:
            raise Refusal(Code.NOT_NOW)
        scope = Scope(frozenset(command.purposes), frozenset(command.media))
        before = consent.words.get(who.id)
        consent.words[who.id] = Words(command.words, command.language)
        try:
            self._machine.handle_grant(who.id, scope, command.terms, now)
        except Refusal:
            consent.words.pop(who.id)
            if before is not None:
                consent.words[who.id] = before
            raise

    def _decline(self, who: Participant, command: said.DeclineRecording, now: float) -> None:
        self._check_request(command.request)
        self._machine.handle_decline(who.id, now)

    def _cancel(self, who: Participant, command: said.CancelRecording, now: float) -> None:
        self._check_request(command.request)
        self._machine.handle_cancel(who.id, now)

    def _withdraw(self, who: Participant, command: said.WithdrawRecording, now: float) -> None:
        gone = Scope(frozenset(command.purposes), frozenset(command.media))
        is_all = gone == Scope()
        self._machine.handle_withdraw(who.id, now, None if is_all else gone)

    def _show(self, who: Participant, command: said.ShowRecording, now: float) -> None:
        """What is wrong, or no longer so, counts for nothing; it is no fault of a page's."""
        consent = self._consent
        self._machine.handle_timeout(now)
        is_true = consent.opening is not None or command.stage is self._machine.consent.stage
        if is_true and consent.pages.shows(who.connection or "", command):
            self._machine.handle_ack(who.id, now)

    def _show_safety(self, who: Participant, command: said.ShowSafety, now: float) -> None:
        if who.role is not Role.COUNSELLOR:
            raise Refusal(Code.NOT_ALLOWED)
        self._machine.handle_safety(is_open=command.open, now=now)

    def _say_beside(self, who: Participant, command: said.SayBeside, now: float) -> None:
        self._machine.handle_company(who.id, now, is_there=command.there)

    def _check_request(self, request: str) -> None:
        known = self._machine.consent.request
        if known is None or known.ident != request:
            raise Refusal(Code.NOT_NOW)
