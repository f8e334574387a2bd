"""From facts to messages: every field arrives, nothing is added."""

from __future__ import annotations

from media.rungs import Rung
from signaling import guidance, views, wire
from signaling.domain.events import (
    Changed,
    CloseReason,
    Cue,
    DevicePause,
    Invitation,
    Invited,
    Left,
    LinkView,
    ParticipantSeen,
    Presence,
    SteadyHeld,
    TextAdded,
    TextLine,
    Welcomed,
)
from signaling.domain.grants import Role

SEEN = ParticipantSeen(
    "p",
    Role.CLIENT,
    "n",
    Presence.AWAY,
    True,
    False,
    LinkView.CONNECTED,
    Rung.SLOW,
    Cue.DETAIL,
    DevicePause.CAMERA,
    False,
)
LINE = TextLine(3, "p", 2, "body", 99)


def test_facts_become_events() -> None:
    shown = wire.ParticipantView(
        "p",
        Role.CLIENT,
        "n",
        Presence.AWAY,
        True,
        False,
        LinkView.CONNECTED,
        Rung.SLOW,
        Cue.DETAIL,
        DevicePause.CAMERA,
        False,
    )
    assert views.event(Changed(SEEN)) == wire.ParticipantChanged(shown)
    assert views.event(Left("p", CloseReason.LEFT)) == wire.ParticipantLeft("p", CloseReason.LEFT)
    assert views.event(TextAdded(LINE)) == wire.Text(3, "p", 2, "body", 99)
    assert views.event(SteadyHeld(True)) == guidance.Steady(True)
    asked = views.event(Invited("p", Invitation.VIDEO))
    assert asked == guidance.Invited("p", Invitation.VIDEO)
    assert views.accepted(LINE) == wire.TextAccepted(2, 3, 99)


def test_welcome_carries_the_room_and_the_next_seat() -> None:
    fact = Welcomed("p", True, (SEEN,), (LINE,), False, 4, 5, True, "log")
    servers = [wire.IceServer(["turn:turn.example"])]
    said = views.welcome(fact, "seat", 3, servers, 77)
    assert (said.seat, said.resumed, said.you, said.slots) == ("seat", True, "p", 3)
    assert (said.can_end, said.next_ref, said.now, said.started_at) == (False, 4, 77, 5)
    assert said.roster == [views.participant(SEEN)]
    assert said.steady
    assert said.texts == [views.text(LINE)]
    assert said.ice_servers == servers
