"""Who is in a room, as consent to be recorded has to know it: from the seats to the machine.

Rule 1: whoever is inside is a party, from the moment in which they are let in: before they can be
heard, for an offer is taken from nobody at the door.
Rule 2: somebody's line stands while their page is there and their media path lives. Who never had
one, because they only write, is there by their page.
Rule 3: another page in the same seat shows nothing yet, whatever the one before it showed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from signaling.domain.consent.machine import ConsentMachine
from signaling.domain.consent.terms import Medium
from signaling.domain.events import LinkView, Presence
from signaling.domain.participant import IN_ROSTER, Participant
from signaling.recording_views import ROLES

_DOWN: Final = frozenset({LinkView.CONNECTING, LinkView.DISCONNECTED})


@dataclass(slots=True)
class _Seen:
    """What was last known of somebody."""

    connection: str | None
    is_up: bool = True
    had_media: bool = False
    live: frozenset[Medium] = frozenset()


class ConsentRoster:
    """Tells a machine who comes, goes, is cut off and comes back, and what of them is on."""

    def __init__(self, machine: ConsentMachine) -> None:
        self._machine = machine
        self._seen: dict[str, _Seen] = {}

    def follow(self, participants: Iterable[Participant], now: float) -> None:
        """See who is there now."""
        here = {each.id: each for each in participants if each.inside and _is_there(each)}
        for gone in self._seen.keys() - here.keys():
            del self._seen[gone]
            self._machine.handle_leave(gone, now)
        for each in here.values():
            self._follow_one(each, now)

    def _follow_one(self, who: Participant, now: float) -> None:
        seen = self._seen.get(who.id)
        if seen is None:
            seen = self._seen[who.id] = _Seen(who.connection)
            self._machine.handle_arrive(who.id, ROLES[who.role], now)
        self._follow_line(who, seen, now)
        live = _live(who)
        if live != seen.live:
            seen.live = live
            self._machine.handle_live(who.id, live, now)

    def _follow_line(self, who: Participant, seen: _Seen, now: float) -> None:
        seen.had_media = seen.had_media or who.link is LinkView.CONNECTED
        is_up = _is_up(who, had_media=seen.had_media)
        is_other = who.connection != seen.connection
        seen.connection = who.connection
        if seen.is_up and (is_other or not is_up):
            self._machine.handle_lose(who.id, now)
            seen.is_up = False
        if is_up and not seen.is_up:
            self._machine.handle_return(who.id, now)
            seen.is_up = True


def _is_there(who: Participant) -> bool:
    return who.presence in IN_ROSTER


def _is_up(who: Participant, *, had_media: bool) -> bool:
    down = _DOWN | {LinkView.NONE} if had_media else _DOWN
    return who.presence is Presence.PRESENT and who.link not in down


def _live(who: Participant) -> frozenset[Medium]:
    on = ((Medium.AUDIO, who.microphone), (Medium.VIDEO, who.camera))
    return frozenset(medium for medium, is_on in on if is_on)
