"""What the pages of a room ask of it, each command by its handler in one table.

Called on the room's owner task only. A new command is a line in the table and a method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from signaling import guidance, views, wire
from signaling.domain import commands as ask
from signaling.domain.errors import Code, Refusal
from signaling.domain.room import Room
from signaling.gap_messages import ReportDelay, ReportGap, ReportLostWords, SetDevice
from signaling.limits import Bucket, Rate
from signaling.room_engine import EngineSide

INVITATIONS: Final = Rate(per_second=1 / 20, burst=3)
"""Each is a question put to a person. A few in a row may be needed for sound and picture of two
people; more would be pressing somebody."""

Handler: TypeAlias = Callable[[str, Any, float], wire.Reply | None]
"""Takes who asks, the command and the time. None stands for :class:`wire.Done`."""


class RoomCommands:
    """Carries out the commands of one room's pages, other than offers and join reports."""

    def __init__(self, room: Room, side: EngineSide) -> None:
        self._room = room
        self._side = side
        self._invitations: dict[str, Bucket] = {}
        self._handlers: Mapping[type[wire.Command], Handler] = {
            wire.SendText: self._send_text,
            wire.Replay: self._replay,
            wire.SetMedia: self._set_media,
            wire.Watch: self._side.watch,
            wire.ReportLine: self._side.report_line,
            guidance.SetCue: self._set_cue,
            guidance.HoldSteady: self._hold_steady,
            guidance.Invite: self._invite,
            guidance.LetIn: self._let_in,
            SetDevice: self._side.gaps.set_device,
            ReportGap: self._side.gaps.report,
            ReportLostWords: self._side.gaps.report_words,
            ReportDelay: self._side.gaps.report_delay,
            wire.Leave: self._leave,
            wire.EndSession: self._end,
        }

    def carry_out(self, connection: str, command: wire.Command, now: float) -> wire.Reply:
        """Carry out a command of whoever holds this connection's seat.

        Raises :class:`Refusal`; then nothing has changed.
        """
        participant = self._room.holder(connection).id
        handler = self._handlers.get(type(command))
        if handler is None:
            raise Refusal(Code.MALFORMED)
        return handler(participant, command, now) or wire.Done()

    def _send_text(self, participant: str, text: wire.SendText, now: float) -> wire.Reply:
        return self._side.write_text(participant, text, now, by_channel=False)

    def _replay(self, participant: str, command: wire.Replay, now: float) -> wire.Reply:
        read = self._room.handle(ask.ReadTexts(participant, command.after), now)
        assert isinstance(read, ask.Read)  # what the room answers to ReadTexts
        return wire.Replayed([views.text(line) for line in read.lines])

    def _set_media(self, participant: str, command: wire.SetMedia, now: float) -> None:
        self._room.handle(ask.SwitchMedia(participant, command.microphone, command.camera), now)
        self._side.gaps.switched(participant)

    def _set_cue(self, participant: str, command: guidance.SetCue, now: float) -> None:
        self._room.handle(ask.SetCue(participant, command.participant, command.cue), now)

    def _hold_steady(self, participant: str, command: guidance.HoldSteady, now: float) -> None:
        self._room.handle(ask.HoldSteady(participant, command.steady), now)

    def _invite(self, participant: str, command: guidance.Invite, now: float) -> None:
        bucket = self._invitations.setdefault(participant, Bucket(INVITATIONS, now))
        if not bucket.take(now):
            raise Refusal(Code.RATE_LIMITED)
        self._room.handle(ask.Invite(participant, command.participant, command.kind), now)

    def _let_in(self, participant: str, command: guidance.LetIn, now: float) -> None:
        self._room.handle(ask.LetIn(participant, command.participant), now)

    def _leave(self, participant: str, command: wire.Leave, now: float) -> None:
        self._room.handle(ask.Leave(participant, command.quickly), now)

    def _end(self, participant: str, _command: wire.EndSession, now: float) -> None:
        self._room.handle(ask.End(participant), now)
