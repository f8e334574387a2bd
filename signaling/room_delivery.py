"""Who in a room is told what: from the room's facts to the sockets of its pages.

Rule 1: called on the room's owner task only; nothing here waits or fails.
Rule 2: who waits at the door is told of those who can open it, and of nothing that happens inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from signaling import guidance, views, wire
from signaling.booked_hour import BookedHour
from signaling.domain.events import (
    Changed,
    CloseReason,
    Dismissed,
    Fact,
    Invited,
    Left,
    LetInside,
    Output,
    SeatGone,
    SteadyHeld,
    TextAdded,
    ToAllBut,
    ToConnection,
    ToShell,
    Welcomed,
)
from signaling.domain.participant import HOLDS_SEAT, Participant
from signaling.domain.room import Room
from signaling.room_engine import EngineSide


class Connection(Protocol):
    """A page's socket, as a room sees it. Neither call waits or fails."""

    id: str

    def deliver(self, event: wire.Event) -> None:
        """Send an event, in order."""

    def close(self) -> None:
        """Close after what was delivered."""


class Greeter(Protocol):
    """What a welcome names beside the room itself."""

    @property
    def ice_servers(self) -> Callable[[], list[wire.IceServer]]:
        """Return what makes the servers of one welcome."""

    @property
    def slots(self) -> int:
        """Return how many others can be received."""

    @property
    def wall_ms(self) -> Callable[[], int]:
        """Return what tells Unix milliseconds."""

    @property
    def hour(self) -> BookedHour | None:
        """Return what is stored of the room's hour, where it was booked."""


class RoomDelivery:
    """The sockets of one room. ``seat_gone`` is told whose seat nobody holds any more."""

    def __init__(
        self,
        room: Room,
        side: EngineSide,
        greeter: Greeter,
        seat_gone: Callable[[str, CloseReason], None],
    ) -> None:
        self._room = room
        self._side = side
        self._greeter = greeter
        self._seat_gone = seat_gone
        self._connections: dict[str, Connection] = {}
        self._seats: dict[str, str] = {}

    def add(self, connection: Connection, seat: str) -> None:
        """A page's socket is there; ``seat`` is what its welcome will carry."""
        self._connections[connection.id] = connection
        self._seats[connection.id] = seat

    def drop(self, connection: str) -> None:
        """A socket is gone, or was not wanted."""
        self._connections.pop(connection, None)
        self._seats.pop(connection, None)

    def spread_hour(self) -> None:
        """Tell everyone, also at the door, how the hour stands."""
        hour = self._greeter.hour
        if hour is not None:
            for connection in list(self._connections):
                if connection not in self._seats:  # it has been welcomed
                    self._deliver(connection, hour.view())

    def dismiss_all(self, reason: CloseReason) -> None:
        """Tell everyone that it is over, and why."""
        for connection in list(self._connections.values()):
            self._dismiss(connection.id, reason)

    def perform(self, output: Output) -> None:
        """Tell one fact to its audience."""
        match output.to, output.fact:
            case ToConnection(connection), fact:
                self._tell_one(connection, fact)
            case ToShell(), SeatGone(participant, reason):
                self._side.forget(participant)
                self._seat_gone(participant, reason)
            case _, TextAdded(line):
                self._spread_text(views.text(line))
            case ToAllBut(but), Changed() | Left() as fact:
                self._spread(views.event(fact), _about(fact), but=but)
            case _, Changed() | Left() as fact:
                self._spread(views.event(fact), _about(fact))
            case _, SteadyHeld() as fact:
                self._spread(views.event(fact), None)
            case _:
                raise AssertionError("a fact for an audience that it has no words for")

    def _tell_one(self, connection: str, fact: Fact) -> None:
        match fact:
            case Welcomed():
                self._welcome(connection, fact)
            case LetInside():
                self._let_inside(connection, fact)
            case Dismissed(reason):
                self._dismiss(connection, reason)
            case Invited():
                self._deliver(connection, views.event(fact))
            case _:
                raise AssertionError("a fact for one that is for all")

    def deliver(self, participant: str, event: wire.Event) -> None:
        """Send an event to one participant's socket, if there is one."""
        for known in self._room.participants():
            if known.id == participant and known.connection is not None:
                self._deliver(known.connection, event)

    def _welcome(self, connection: str, fact: Welcomed) -> None:
        found = self._connections.get(connection)
        if found is None:
            return
        greeter, side = self._greeter, self._side
        seat = self._seats.pop(connection)
        servers = greeter.ice_servers()
        # A page whose media endpoint is gone has nothing to go on with but its seat.
        resumed = fact.resumed and side.media.current(fact.participant) is not None
        shown = replace(fact, resumed=resumed)
        found.deliver(views.welcome(shown, seat, greeter.slots, servers, greeter.wall_ms()))
        if greeter.hour is not None:
            found.deliver(greeter.hour.view())
        side.remind(fact.participant)
        side.gaps.recall(fact.participant, resumed=fact.resumed)

    def _let_inside(self, connection: str, fact: LetInside) -> None:
        """Show the room to who has just been let in, in the words in which it changes."""
        for seen in fact.roster:
            self._deliver(connection, wire.ParticipantChanged(views.participant(seen)))
        for line in fact.texts:
            self._deliver(connection, views.text(line))
        if fact.steady:
            self._deliver(connection, guidance.Steady(fact.steady))

    def _dismiss(self, connection: str, reason: CloseReason) -> None:
        found = self._connections.pop(connection, None)
        self._seats.pop(connection, None)
        if found is not None:
            found.deliver(wire.Closed(reason))
            found.close()

    def _deliver(self, connection: str, event: wire.Event) -> None:
        found = self._connections.get(connection)
        if found is not None:
            found.deliver(event)

    def _spread(self, event: wire.Event, about: str | None, but: str | None = None) -> None:
        for participant in self._room.participants():
            connection = participant.connection
            told = participant.id != but and self._may_know(participant, about)
            if told and connection is not None:
                self._deliver(connection, event)

    def _may_know(self, participant: Participant, about: str | None) -> bool:
        if about is None:
            return participant.inside
        return self._room.sees(participant.id, about)

    def _spread_text(self, text: wire.Text) -> None:
        for participant in self._room.participants():
            if participant.presence not in HOLDS_SEAT or not participant.inside:
                continue
            if not self._side.send(participant.id, text):
                self.deliver(participant.id, text)


def _about(fact: Changed | Left) -> str:
    return fact.participant if isinstance(fact, Left) else fact.participant.id
