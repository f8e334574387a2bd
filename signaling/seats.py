"""Seat tokens: what a page shows to come back to its seat. Opaque, and new at every connection.

Rule 1: only SHA-256 of a token is kept; the token itself exists in one page.
Rule 2: tokens of a seat are counted. Using one makes all before it worthless (``seat_replaced``),
so a stolen older token is noticed instead of working beside the real one. The one used last stays
good until a later one is used, because the answer that carried the later one may have been lost.
Rule 3: a seat belongs to the join token it came from; revoking that ends the seat.
Rule 4: a token carries its seat, sealed. A gateway that restarts with the same signing keys knows
the tokens of the one before it by their seal. Those it gave out itself it knows by their hashes
alone, so that a seat it has ended stays ended.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

import msgspec

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Door, Role
from signaling.seals import Seals

BOOKED_JTI: Final = "person-"
"""How the id of who sits in a booked hour begins, in place of a token's."""
OUTSTANDING: Final = 8
"""Tokens of one seat that are remembered, used ones included."""
SWEEP_S: Final = 1.0
"""How often expired seats are looked for, among as many as there are."""


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
    door: Door = Door.OPEN
    booked: bool = False
    """The session is a stored hour, which says who waits at its door."""

    def __repr__(self) -> str:
        return "Holder(...)"


class _Carried(msgspec.Struct, frozen=True, array_like=True):
    """What a token carries, sealed."""

    session: str
    identity: str
    role: Role
    name: str
    jti: str
    expires_at: float
    number: int
    door: Door = Door.OPEN
    booked: bool = False


@dataclass(slots=True)
class _Seat:
    holder: Holder
    issued: int = 0
    used: int = 0
    hashes: OrderedDict[bytes, int] = field(default_factory=OrderedDict)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _number(wall: float) -> int:
    return int(wall * 1000)


class SeatBook:
    """All seats of this gateway: one for each identity of each session.

    ``wall`` is the Unix time of the gateway's start.
    """

    def __init__(self, seals: Seals, wall: float, max_seats: int = 20_000) -> None:
        self._seals = seals
        self._started = _number(wall)
        self._ended: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._max_seats = max_seats
        self._swept_at = wall
        self._seats: OrderedDict[tuple[str, str], _Seat] = OrderedDict()
        self._by_hash: dict[bytes, _Seat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def open(self, holder: Holder, wall: float) -> str:
        """Return a token for the identity's seat, which is made when there is none.

        Raises :class:`Refusal` with ``busy`` when there are too many seats.
        """
        seat = self._seat(holder, wall)
        seat.holder = holder
        return self._issue(seat, wall)

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
        return self._issue(seat, wall)

    def end(self, session: str, identity: str) -> None:
        """Nobody comes back to this seat."""
        seat = self._seats.pop((session, identity), None)
        if seat is not None:
            self._ended[session, identity] = seat.holder.expires_at
            if len(self._ended) > self._max_seats:
                self._ended.popitem(last=False)
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
        seat = self._by_hash.get(given) or self._recover(token, given, wall)
        if seat is None or seat.holder.expires_at <= wall:
            raise Refusal(Code.SEAT_INVALID)
        # A lookup by hash tells an attacker nothing about a 256-bit secret; the comparison is
        # repeated in constant time so that this stays true whatever the table becomes.
        number = next(n for known, n in seat.hashes.items() if hmac.compare_digest(known, given))
        if number < seat.used:
            raise Refusal(Code.SEAT_REPLACED)
        return seat, number

    def _seat(self, holder: Holder, wall: float) -> _Seat:
        key = (holder.session, holder.identity)
        seat = self._seats.get(key)
        if seat is None:
            if len(self._seats) >= self._max_seats or wall >= self._swept_at + SWEEP_S:
                self._forget_expired(wall)
            if len(self._seats) >= self._max_seats:
                raise Refusal(Code.BUSY)
            seat = self._seats[key] = _Seat(holder)
        return seat

    def _recover(self, token: str, given: bytes, wall: float) -> _Seat | None:
        """Know a token of the gateway before this one by its seal."""
        plain = self._seals.open(token)
        if plain is None:
            return None
        found = msgspec.json.decode(plain, type=_Carried)
        number = found.number
        holder = Holder(
            found.session, found.identity, found.role, found.name, found.jti, found.expires_at,
            found.door, found.booked,
        )  # fmt: skip
        if number >= self._started or holder.expires_at <= wall:
            return None
        if (holder.session, holder.identity) in self._ended:
            return None
        seat = self._seat(holder, wall)
        self._remember(seat, given, number)
        return seat

    def _issue(self, seat: _Seat, wall: float) -> str:
        # In milliseconds, so that tokens of two gateways, one after the other, are in order.
        seat.issued = max(seat.issued + 1, _number(wall))
        holder = seat.holder
        carried = _Carried(
            holder.session, holder.identity, holder.role, holder.name, holder.jti,
            holder.expires_at, seat.issued, holder.door, holder.booked,
        )  # fmt: skip
        token = self._seals.seal(msgspec.json.encode(carried))
        self._remember(seat, _digest(token), seat.issued)
        return token

    def _remember(self, seat: _Seat, digest: bytes, number: int) -> None:
        seat.issued = max(seat.issued, number)
        seat.hashes[digest] = number
        self._by_hash[digest] = seat
        while len(seat.hashes) > OUTSTANDING:
            # The oldest goes, but never the one used last: its page may not know a later one.
            oldest = next(known for known, n in seat.hashes.items() if n != seat.used)
            del seat.hashes[oldest]
            del self._by_hash[oldest]

    def _forget_expired(self, wall: float) -> None:
        self._swept_at = wall
        for key in [k for k, seat in self._seats.items() if seat.holder.expires_at <= wall]:
            self.end(*key)
        for old in [key for key, until in self._ended.items() if until <= wall]:
            del self._ended[old]
