"""The sessions this gateway knows: made here, or known from a token that we signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Door
from signaling.tokens import MAX_LIFETIME_S, Claims

CLINIC_SHARE: Final = 0.5
"""Of all sessions, for those that one clinic's own keys make: others find room whatever it does."""


@dataclass(slots=True)
class Session:
    """One appointment. ``expires_at`` is Unix seconds; one known only from a token can grow."""

    id: str
    expires_at: float
    by_token: bool = False
    ended: bool = False
    door: Door = Door.OPEN
    booked: bool = False
    """Of a stored hour: it is come to by those it is between, and by no token."""
    clinic: str = ""
    """Whose key made it, where that was one of a clinic's own: no other clinic's may touch it."""


class SessionBook:
    """``is_open`` says whether a session has a room; ``wall`` tells Unix seconds."""

    def __init__(
        self, most: int, wall: Callable[[], float], is_open: Callable[[str], bool]
    ) -> None:
        self._most = most
        self._wall = wall
        self._is_open = is_open
        self._sessions: dict[str, Session] = {}

    def check_clinic(self, session: str, clinic: str) -> None:
        """A program asks about a session; ``clinic`` is empty for the settings' own keys.

        Raises :class:`Refusal` with ``not_found``, also for one of another clinic.
        """
        found = self._sessions.get(session)
        if found is None or found.booked or (clinic and found.clinic != clinic):
            raise Refusal(Code.NOT_FOUND)

    def get(self, session: str) -> Session | None:
        """Return a session that is known."""
        return self._sessions.get(session)

    def keep(self, session: Session) -> Session:
        """Know this one from now on.

        Raises :class:`Refusal` with ``busy`` when it is too many, or more than one clinic's share.
        """
        wall = self._wall()
        for old in [s.id for s in self._sessions.values() if s.expires_at <= wall]:
            if not self._is_open(old):
                del self._sessions[old]
        live = self._live()
        own = sum(each.clinic == session.clinic for each in live)
        too_much = bool(session.clinic) and own >= max(1, int(CLINIC_SHARE * self._most))
        if not session.booked and (len(live) >= self._most or too_much):
            raise Refusal(Code.BUSY)
        self._sessions[session.id] = session
        return session

    def _live(self) -> list[Session]:
        """Booked hours have their own bound: the calendar."""
        return [each for each in self._sessions.values() if not each.ended and not each.booked]

    def of_token(self, claims: Claims) -> Session:
        """Return the session a verified token names.

        One that is not known is made: our signature on the token is authority enough, so a clinic's
        links keep working after the gateway was restarted. Raises :class:`Refusal` with ``busy`` or
        ``room_ended``.
        """
        session = self._sessions.get(claims.room)
        if session is None:
            session = self.keep(Session(claims.room, float(claims.exp), by_token=True))
        elif session.by_token and not session.ended:
            session.expires_at = max(session.expires_at, float(claims.exp))
        if session.booked:
            raise Refusal(Code.TOKEN_INVALID)
        if session.ended or session.expires_at <= self._wall():
            raise Refusal(Code.ROOM_ENDED)
        return session

    def mark_ended(self, session: Session) -> None:
        """It is over for good."""
        session.ended = True
        if session.by_token:
            # Tokens we did not mint may outlive what we know; refuse them as long as any can live.
            session.expires_at = self._wall() + MAX_LIFETIME_S
