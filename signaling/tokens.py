"""Join tokens: a signed, short-lived right to enter one room in one role (RFC 7519).

Rule 1: one algorithm, HS256, named here and nowhere else. What a token's header says of its
algorithm is compared with it and never followed (RFC 8725 section 3.1).
Rule 2: a token that cannot be verified is ``token_invalid`` whatever is wrong with it: a stranger
learns nothing from the difference. Only a token we signed may be ``expired`` or ``revoked``.
Wall time is Unix seconds and is passed in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import jwt
import msgspec
from msgspec import Meta

from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Door, Role
from signaling.seals import Seals

ALGORITHM: Final = "HS256"
ISSUER: Final = "quietroom"
AUDIENCE: Final = "quietroom"
LEEWAY_S: Final = 5
"""Clocks of a clinic's back end and of the gateway may differ by this much."""
MAX_LIFETIME_S: Final = 31 * 86_400
"""A revoked token is remembered for at most this long, so no token may live longer."""
MIN_KEY_BYTES: Final = 32  # RFC 7518 section 3.2: at least the size of the hash


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a join token says. Never logged: ``sub`` and ``name`` are personal."""

    iss: str
    aud: str
    sub: Annotated[str, Meta(min_length=1, max_length=128)]
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    role: Role
    room: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    jti: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    iat: int
    nbf: int
    exp: int
    door: Door = Door.OPEN

    def __repr__(self) -> str:
        return "Claims(...)"


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token and what its maker must know of it."""

    token: str
    jti: str
    expires_at: int

    def __repr__(self) -> str:
        return "Minted(...)"


class Revocations:
    """The ids of tokens that are no longer good, each kept until its token would have expired."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, jti: str, until: float, wall: float) -> None:
        """Refuse this token from now on. Repeating it changes nothing."""
        for old in [known for known, expiry in self._until.items() if expiry < wall]:
            del self._until[old]
        self._until[jti] = max(until, self._until.get(jti, 0.0))

    def __contains__(self, jti: str) -> bool:
        return jti in self._until

    def __len__(self) -> int:
        return len(self._until)


class Tokens:
    """Mints with the first of ``keys`` and verifies with any; ``keys`` maps a key id to a secret.

    Keeping the old key beside the new one lets an operator change keys without cutting anyone off.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = {kid: secret.encode() for kid, secret in keys.items()}
        self._minting_kid = next(iter(keys))
        self._expiry: dict[str, int] = {}
        self.seals = Seals(keys)
        self.revocations = Revocations()

    def mint(
        self, room: str, role: Role, identity: str, name: str, lifetime_s: int, wall: float,
        door: Door = Door.OPEN,
    ) -> Minted:  # fmt: skip
        """Sign a token for one identity in one room."""
        issued = int(wall)
        jti = secrets.token_urlsafe(16)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": identity,
            "name": name,
            "role": role.value,
            "room": room,
            "jti": jti,
            "iat": issued,
            "nbf": issued,
            "exp": issued + lifetime_s,
            "door": door.value,
        }
        key = self._keys[self._minting_kid]
        token = jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": self._minting_kid})
        self._remember(jti, issued + lifetime_s, issued)
        return Minted(token, jti, issued + lifetime_s)

    def verify(self, token: str, wall: float) -> Claims:
        """Return what a token says.

        Raises :class:`Refusal` with ``token_invalid``, ``token_expired`` or ``token_revoked``.
        """
        claims = self._signed(token)
        if claims.iss != ISSUER or claims.aud != AUDIENCE:
            raise Refusal(Code.TOKEN_INVALID)
        if max(claims.iat, claims.nbf) > wall + LEEWAY_S or not (
            0 < claims.exp - claims.iat <= MAX_LIFETIME_S
        ):
            raise Refusal(Code.TOKEN_INVALID)
        if claims.jti in self.revocations:
            raise Refusal(Code.TOKEN_REVOKED)
        if claims.exp + LEEWAY_S <= wall:
            raise Refusal(Code.TOKEN_EXPIRED)
        return claims

    def revoke(self, jti: str, wall: float) -> None:
        """Make a token worthless. One we did not mint is remembered as long as any may live."""
        until = self._expiry.get(jti, wall + MAX_LIFETIME_S)
        self.revocations.add(jti, until + LEEWAY_S, wall)

    def _signed(self, token: str) -> Claims:
        try:
            kid = str(jwt.get_unverified_header(token).get("kid"))
            # Times are checked above, against the given clock and not the library's own.
            payload: dict[str, Any] = jwt.decode(
                token,
                self._keys[kid],
                algorithms=[ALGORITHM],
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                    "verify_iss": False,
                },
            )
            return msgspec.convert(payload, Claims)
        except (jwt.PyJWTError, msgspec.ValidationError, KeyError, TypeError, ValueError):
            raise Refusal(Code.TOKEN_INVALID) from None
        except RecursionError:  # a payload of nothing but brackets
            raise Refusal(Code.TOKEN_INVALID) from None

    def _remember(self, jti: str, expires_at: int, now: int) -> None:
        for old in [known for known, expiry in self._expiry.items() if expiry < now]:
            del self._expiry[old]
        self._expiry[jti] = expires_at
