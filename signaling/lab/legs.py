"""The lines of a demo session's participants, made bad on purpose.

Rule 1: a line carries everything of its participant. Media passes its relay. Signaling does not,
but where the line carries nothing at all, signaling is cut too, as it would be.
Rule 2: nothing here knows a person: a leg is a role of the one demo session.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.lab import candidates
from signaling.lab.link import LinkTwin
from signaling.lab.relay import Relay
from signaling.lab.settings import LegView, Lines, counts


class Leg:
    """One participant's line, whichever page and endpoint of theirs uses it."""

    def __init__(self, role: Role, seed: int) -> None:
        self.role = role
        self.lines = Lines()
        self.on_dead: Callable[[Leg], None] = lambda _leg: None
        """Called when nothing gets through any more."""
        self._up = LinkTwin(seed)
        self._down = LinkTwin(seed + 1)
        self._relay: Relay | None = None
        self._cut_end: asyncio.TimerHandle | None = None

    @property
    def is_dead(self) -> bool:
        """Whether nothing gets through: cut, or set so that a direction carries nothing."""
        return self._cut_end is not None or self.lines.up.is_dead or self.lines.down.is_dead

    def answer(self, sdp: str) -> str:
        """Lead the media of this answer's page over the line.

        Raises :class:`Refusal` with ``media_busy`` when there is no port for it.
        """
        gateway = candidates.destination(sdp)
        if gateway is None:
            return sdp
        try:
            if self._relay is None:
                self._relay = Relay(self._up, self._down, gateway)
        except OSError:
            raise Refusal(Code.MEDIA_BUSY) from None
        self._relay.lead_to(gateway)
        return candidates.redirect(sdp, self._relay.front)

    def set(self, lines: Lines) -> None:
        """Let the line be like this from now on; a cut goes on."""
        self.lines = lines
        self._apply()

    def cut(self, seconds: float) -> None:
        """Cut the line for so long, beginning now; 0 ends a cut."""
        if self._cut_end is not None:
            self._cut_end.cancel()
            self._cut_end = None
        if seconds > 0:
            loop = asyncio.get_running_loop()
            self._cut_end = loop.call_later(seconds, self.cut, 0)
        self._apply()

    def view(self) -> LegView:
        """What the line is like, and what it has done."""
        left = 0.0
        if self._cut_end is not None:
            left = max(0.0, self._cut_end.when() - asyncio.get_running_loop().time())
        lines = self.lines
        return LegView(
            self.role, left, self.is_dead, lines.up, lines.down,
            counts(self._up), counts(self._down),
        )  # fmt: skip

    def close(self) -> None:
        """Release the port and every timer."""
        if self._cut_end is not None:
            self._cut_end.cancel()
        if self._relay is not None:
            self._relay.close()

    def _apply(self) -> None:
        now = asyncio.get_running_loop().time()
        cut = self._cut_end is not None
        self._up.set(replace(self.lines.up.impairment, cut=cut), now)
        self._down.set(replace(self.lines.down.impairment, cut=cut), now)
        if self._relay is not None:
            self._relay.carry()
        if self.is_dead:
            self.on_dead(self)


class Lab:
    """The legs of the demo session. ``session`` is its id, once there is one."""

    def __init__(self) -> None:
        # One seed for each direction: the same losses at each start, and none like another's.
        self.legs = {role: Leg(role, seed=10 * place) for place, role in enumerate(Role, 1)}
        self.session: str | None = None

    def leg(self, session: str, role: Role) -> Leg | None:
        """The line of this role in this session; None in any other session."""
        return self.legs[role] if session == self.session else None

    def on_dead(self, call: Callable[[Leg], None]) -> None:
        """Have this called with each leg that dies."""
        for leg in self.legs.values():
            leg.on_dead = call

    def close(self) -> None:
        """Release everything."""
        with contextlib.ExitStack() as each:
            for leg in self.legs.values():
                each.callback(leg.close)
