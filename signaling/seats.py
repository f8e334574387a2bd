"""Seat tokens: what a page shows to come back to its seat. Opaque, and new at every connection.

Rule 1: only SHA-256 of a token is kept; the token itself exists in one page.
Rule 2: tokens of a seat are counted. Using one makes all before it worthless (``seat_replaced``),
so a stolen older token is noticed instead of working beside the real one. The one used last stays
good until a later one is used, because the answer that carried the later one may have been lost.
Rule 3: a seat belongs to the join token it came from; revoking that ends the seat.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role

OUTSTANDING: Final = 8
"""Tokens of one seat that are remembered, used ones included."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose seat it is. Personal: has no readable form."""

    session: str
    identity: str
    role: Role
    name: str
    jti: str
    expires_at: float
    """Unix seconds at which the seat is over, whatever else happens."""

    def __repr__(self) -> str:
        return "Holder(...)"


@dataclass(slots=True)
class _Seat:
    holder: Holder
    issued: int = 0
    used: int = 0
    hashes: OrderedDict[bytes, int] = field(default_factory=OrderedDict)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class SeatBook:
    """All seats of this gateway: one for each identity of each session."""

    def __init__(self, max_seats: int = 20_000) -> None:
        self._max_seats = max_seats
        self._seats: OrderedDict[tuple[str, str], _Seat] = OrderedDict()
        self._by_hash: dict[bytes, _Seat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def open(self, holder: Holder, wall: float) -> str:
        """Return a token for the identity's seat, which is made when there is none.

        Raises :class:`Refusal` with ``busy`` when there are too many seats.
        """
        key = (holder.session, holder.identity)
        seat = self._seats.get(key)
        if seat is None:
            self._forget_expired(wall)
            if len(self._seats) >= self._max_seats:
                raise Refusal(Code.BUSY)
            seat = self._seats[key] = _Seat(holder)
        seat.holder = holder
        return self._issue(seat)

    def look(self, token: str, wall: float) -> Holder:
        """Return whose seat this token opens, and change nothing.

        Raises :class:`Refusal` with ``seat_invalid`` or ``seat_replaced``.
        """
        return self._find(token, wall)[0].holder

    def use(self, token: str, wall: float) -> str:
        """Take the seat: tokens before this one are worthless now. Returns the next token.

        Raises :class:`Refusal` with ``seat_invalid`` or ``seat_replaced``.
        """
        seat, number = self._find(token, wall)
        seat.used = number
        return self._issue(seat)

    def end(self, session: str, identity: str) -> None:
        """Nobody comes back to this seat."""
        seat = self._seats.pop((session, identity), None)
        if seat is not None:
            for known in seat.hashes:
                del self._by_hash[known]

    def end_session(self, session: str) -> None:
        """End all seats of a session."""
        for key in [key for key in self._seats if key[0] == session]:
            self.end(*key)

    def end_token(self, jti: str) -> list[Holder]:
        """End all seats that came from this join token; returns whose they were."""
        holders = [seat.holder for seat in self._seats.values() if seat.holder.jti == jti]
        for holder in holders:
            self.end(holder.session, holder.identity)
        return holders

    def _find(self, token: str, wall: float) -> tuple[_Seat, int]:
        given = _digest(token)
        seat = self._by_hash.get(given)
        if seat is None or seat.holder.expires_at <= wall:
            raise Refusal(Code.SEAT_INVALID)
        # A lookup by hash tells an attacker nothing about a 256-bit secret; the comparison is
        # repeated in constant time so that this stays true whatever the table becomes.
        number = next(n for known, n in seat.hashes.items() if hmac.compare_digest(known, given))
        if number < seat.used:
            raise Refusal(Code.SEAT_REPLACED)
        return seat, number

    def _issue(self, seat: _Seat) -> str:
        token = secrets.token_urlsafe(32)
        seat.issued += 1
        seat.hashes[_digest(token)] = seat.issued
        self._by_hash[_digest(token)] = seat
        while len(seat.hashes) > OUTSTANDING:
            # The oldest goes, but never the one used last: its page may not know a later one.
            oldest = next(known for known, n in seat.hashes.items() if n != seat.used)
            del seat.hashes[oldest]
            del self._by_hash[oldest]
        return token

    def _forget_expired(self, wall: float) -> None:
        for key in [k for k, seat in self._seats.items() if seat.holder.expires_at <= wall]:
            self.end(*key)
