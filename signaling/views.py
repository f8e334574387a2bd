"""From the room's facts to the messages of the wire."""

from __future__ import annotations

from signaling import guidance, wire
from signaling.domain.events import (
    Changed,
    Invited,
    Left,
    ParticipantSeen,
    SteadyHeld,
    TextAdded,
    TextLine,
    Welcomed,
)


def participant(seen: ParticipantSeen) -> wire.ParticipantView:
    """Show one person."""
    return wire.ParticipantView(
        id=seen.id,
        role=seen.role,
        name=seen.name,
        presence=seen.presence,
        microphone=seen.microphone,
        camera=seen.camera,
        link=seen.link,
        rung=seen.rung,
        cue=seen.cue,
        device_paused=seen.device_paused,
        waits=seen.waits,
    )


def text(line: TextLine) -> wire.Text:
    """Show one line."""
    return wire.Text(seq=line.seq, sender=line.sender, ref=line.ref, body=line.body, at=line.at)


def accepted(line: TextLine) -> wire.TextAccepted:
    """Say to its sender where a line stands."""
    return wire.TextAccepted(ref=line.ref, seq=line.seq, at=line.at)


def welcome(
    fact: Welcomed, seat: str, slots: int, ice_servers: list[wire.IceServer], now_ms: int
) -> wire.Welcome:
    """Show the whole room to a connection that has just taken a seat."""
    return wire.Welcome(
        seat=seat,
        resumed=fact.resumed,
        you=fact.participant,
        roster=[participant(seen) for seen in fact.roster],
        texts=[text(line) for line in fact.texts],
        slots=slots,
        ice_servers=ice_servers,
        can_end=fact.can_end,
        next_ref=fact.next_ref,
        now=now_ms,
        started_at=fact.started_at,
        steady=fact.steady,
        log=fact.log,
    )


def event(fact: Changed | Left | TextAdded | SteadyHeld | Invited) -> wire.Event:
    """Show one change to those who are in the room."""
    match fact:
        case Changed():
            return wire.ParticipantChanged(participant(fact.participant))
        case Left():
            return wire.ParticipantLeft(fact.participant, fact.reason)
        case SteadyHeld():
            return guidance.Steady(fact.steady)
        case TextAdded():
            return text(fact.line)
        case Invited():
            return guidance.Invited(fact.by, fact.kind)
