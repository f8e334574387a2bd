"""The bodies of REST about people and their access; docs/protocol.md is their prose."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from signaling.domain.rights import Position
from signaling.personal import Personal

Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Password = Annotated[str, Meta(min_length=1, max_length=256)]
OneTimeCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$")]
LinkToken = Annotated[str, Meta(min_length=16, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]
Pin = Annotated[str, Meta(max_length=6, pattern=r"^[0-9]*$")]


class SignIn(Personal, frozen=True):
    """POST /api/v1/sign-in: staff, by password and one-time code."""

    clinic: UUID
    email: Email
    password: Password
    code: OneTimeCode


class Unlock(Personal, frozen=True):
    """POST /api/v1/unlock: the password again, after having been away."""

    password: Password


class OpenLink(Personal, frozen=True):
    """POST /api/v1/links/open: a client's device, on the person's own tap."""

    token: LinkToken
    pin: Pin = ""
    take_over: bool = False


class ChoosePassword(Personal, frozen=True):
    """POST /api/v1/links/password: staff who were invited."""

    token: LinkToken
    password: Password


class Authenticator(Personal, frozen=True):
    """What an authenticator needs; shown once."""

    secret: str
    address: str


class Me(Personal, frozen=True):
    """GET /api/v1/me: whose browser this is."""

    id: UUID
    clinic: UUID
    clinic_name: str
    name: str
    positions: list[Position]
    locked: bool
