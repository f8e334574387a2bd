"""What each page of a room was told of the recording last, and whether it says that it shows that.

Rule 1: a page is told again only when something of its own view has changed.
Rule 2: what a page says that it shows counts where it is what it was told, and still so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from signaling import wire
from signaling.domain.consent.machine import ConsentMachine
from signaling.domain.events import Presence
from signaling.domain.participant import Participant
from signaling.recording_messages import Recording, ShowRecording
from signaling.recording_views import Known, recording_view


class ConsentPages:
    """The pages of one room; ``deliver`` sends to one participant's."""

    def __init__(self, machine: ConsentMachine, deliver: Callable[[str, wire.Event], None]) -> None:
        self._machine = machine
        self._deliver = deliver
        self._told: dict[str, Recording] = {}
        self._asked_at: dict[str, float] = {}

    @property
    def has_told(self) -> bool:
        """Whether a page that is here was told anything."""
        return bool(self._told)

    def show(self, participants: Iterable[Participant], known: Known, now: float) -> None:
        """Tell each page what it does not know yet."""
        here: set[str] = set()
        for who in participants:
            if who.presence is Presence.PRESENT and who.inside and who.connection is not None:
                here.add(who.connection)
                view = recording_view(known, self._machine, who, now)
                self._show_one(who.id, who.connection, view, now)
        for gone in self._told.keys() - here:
            del self._told[gone]
            self._asked_at.pop(gone, None)

    def asked_at(self, connection: str) -> float | None:
        """Since when a page has what it is to ask its person."""
        return self._asked_at.get(connection)

    def shows(self, connection: str, said: ShowRecording) -> bool:
        """Whether a page shows what it was told last."""
        told = self._told.get(connection)
        return told is not None and (told.stage, told.request) == (said.stage, said.request)

    def _show_one(self, who: str, connection: str, view: Recording, now: float) -> None:
        before = self._told.get(connection)
        if before == view:
            return
        self._told[connection] = view
        if view.you_answer and not (before is not None and before.you_answer):
            self._asked_at[connection] = now
        self._deliver(who, view)
