"""Which media endpoint is whose, in one room. The engine knows endpoints; the room knows people.

Rule 1: only the room's owner task calls in here; negotiations run outside between
:meth:`RoomMedia.reserve` and :meth:`RoomMedia.adopt` or :meth:`RoomMedia.discard`.
Rule 2: a seat has one endpoint. A new one replaces the old when it has been answered, not before,
so that an offer that fails costs nobody their picture.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from media.channel import LayersWanted, RateWanted, SlotsFilled
from media.ids import EndpointId
from media.rungs import Rung
from signaling import wire
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import LinkView
from signaling.limits import Bucket, Rate


@dataclass(slots=True)
class Held:
    """One endpoint, whose it is, and what the engine last said of it."""

    endpoint: EndpointId
    owner: str
    link: LinkView = LinkView.CONNECTING
    text_open: bool = False
    slots: SlotsFilled | None = None
    codec: str | None = None
    layers: LayersWanted | None = None
    rate: RateWanted | None = None
    rung: Rung = Rung.CLEAR


@dataclass(slots=True)
class RoomMedia:
    """The endpoints of one room.

    ``close`` is called with endpoints that must end; ``bind`` with each endpoint that begins (True)
    or ends (False), so that the engine's notifications find this room.
    """

    rate: Rate
    close: Callable[[EndpointId], None]
    bind: Callable[[EndpointId, bool], None]
    _endpoints: dict[EndpointId, Held] = field(default_factory=dict)
    _current: dict[str, EndpointId] = field(default_factory=dict)
    _budgets: dict[str, Bucket] = field(default_factory=dict)

    def reserve(self, participant: str, *, fresh: bool, now: float) -> tuple[EndpointId, bool]:
        """Return the endpoint an offer is for, and whether it is a new one.

        Raises :class:`Refusal` with ``too_many_connections``.
        """
        current = self._current.get(participant)
        if current is not None and not fresh:
            return current, False
        budget = self._budgets.setdefault(participant, Bucket(self.rate, now))
        if not budget.take(now):
            raise Refusal(Code.TOO_MANY_CONNECTIONS)
        endpoint = EndpointId(secrets.token_urlsafe(12))
        self._endpoints[endpoint] = Held(endpoint, participant)
        self.bind(endpoint, True)  # noqa: FBT003  begins
        return endpoint, True

    def adopt(self, endpoint: EndpointId) -> Held:
        """The endpoint was answered: it is its seat's now, and the one before it ends.

        Raises :class:`Refusal` with ``media_busy`` when the engine has given it up already.
        """
        held = self._endpoints.get(endpoint)
        if held is None:
            raise Refusal(Code.MEDIA_BUSY)
        before = self._current.get(held.owner)
        self._current[held.owner] = endpoint
        if before is not None and before != endpoint:
            self.discard(before)
        return held

    def discard(self, endpoint: EndpointId) -> None:
        """End an endpoint and forget it."""
        if self._drop(endpoint) is not None:
            self.close(endpoint)

    def lost(self, endpoint: EndpointId) -> str | None:
        """The engine ended this endpoint; returns whose it was, when it was the seat's own."""
        held = self._endpoints.get(endpoint)
        was_current = held is not None and self._current.get(held.owner) == endpoint
        self._drop(endpoint)
        return held.owner if held is not None and was_current else None

    def forget(self, participant: str) -> None:
        """Nobody holds the seat: its endpoints end, those still being negotiated too."""
        for held in self.of(participant):
            self.discard(held.endpoint)

    def forget_all(self) -> None:
        """The room is over."""
        for endpoint in list(self._endpoints):
            self.discard(endpoint)

    def get(self, endpoint: EndpointId) -> Held | None:
        """Return what is known of an endpoint of this room."""
        return self._endpoints.get(endpoint)

    def current(self, participant: str) -> Held | None:
        """Return the seat's endpoint."""
        endpoint = self._current.get(participant)
        return None if endpoint is None else self._endpoints.get(endpoint)

    def of(self, participant: str) -> list[Held]:
        """Return all endpoints of a seat, those still being negotiated too."""
        return [held for held in self._endpoints.values() if held.owner == participant]

    def is_current(self, held: Held) -> bool:
        """Whether this endpoint is its seat's, and not one that comes or goes."""
        return self._current.get(held.owner) == held.endpoint

    def slots(self, filled: SlotsFilled) -> wire.Slots:
        """Show slots with people in the place of endpoints."""
        return wire.Slots(
            [
                wire.SlotView(slot.audio_mid, slot.video_mid, self.owner(slot.publisher))
                for slot in filled.slots
            ]
        )

    def owner(self, endpoint: EndpointId | None) -> str | None:
        """Return whose an endpoint is."""
        held = None if endpoint is None else self._endpoints.get(endpoint)
        return None if held is None else held.owner

    def _drop(self, endpoint: EndpointId) -> Held | None:
        held = self._endpoints.pop(endpoint, None)
        if held is not None:
            self.bind(endpoint, False)  # noqa: FBT003  ends
            if self._current.get(held.owner) == endpoint:
                del self._current[held.owner]
        return held
