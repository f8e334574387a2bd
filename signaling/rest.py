"""The bodies of the REST interface, typed; docs/protocol.md is their prose."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.domain.errors import Code
from signaling.domain.grants import Door, Role
from signaling.wire import Identity, Name, Token


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A closed record: what is not listed is refused."""


class ExchangeToken(_Body, frozen=True):
    """POST /api/v1/seats: the link's token, sent on the person's own tap."""

    token: Token


class Seat(_Body, frozen=True):
    """A place in a room. ``seat`` goes into the Socket.IO ``auth`` payload."""

    seat: str
    role: Role
    name: str


class CreateSession(_Body, frozen=True):
    """POST /api/v1/sessions."""

    expires_in_s: Annotated[int, Meta(ge=60, le=30 * 86_400)] = 86_400
    door: Door = Door.OPEN


class Session(_Body, frozen=True):
    """A session a clinic's back end has made."""

    id: str
    expires_at: int


class MintToken(_Body, frozen=True):
    """POST /api/v1/sessions/{id}/tokens: a right to enter one room in one role."""

    role: Role
    identity: Identity
    name: Name
    expires_in_s: Annotated[int, Meta(ge=10, le=30 * 86_400)] = 3600


class JoinToken(_Body, frozen=True):
    """``link`` carries the token in its fragment, so that it reaches no server log."""

    token: str
    jti: str
    link: str
    expires_at: int


class Problem(_Body, frozen=True):
    """An error body (RFC 9457), with a stable ``code``."""

    title: str
    status: int
    code: Code
    type: str = "about:blank"
