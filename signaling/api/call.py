"""One call of the REST interface, as a row of a table: how it is asked, answered and refused.

The same row answers requests, describes itself (``describe``), and is tried by the test of rights.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from uuid import UUID

from signaling.accounts import Actor
from signaling.domain.errors import Code


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and by whom. ``at`` is Unix milliseconds."""

    actor: Actor
    ids: tuple[UUID, ...]
    """Of the path, in its order."""
    names: tuple[str, ...]
    """What else the path names."""
    body: Any
    query: Any
    at: int
    key: str
    """The Idempotency-Key; empty when there is none."""
    range: str = ""
    """Which bytes of a file are asked for."""


ALWAYS: Final = (
    Code.SIGNED_OUT,
    Code.KEY_INVALID,
    Code.LOCKED,
    Code.ORIGIN_REFUSED,
    Code.RATE_LIMITED,
    Code.BUSY,
    Code.NOT_FOUND,
    Code.NOT_ALLOWED,
    Code.MALFORMED,
    Code.TOO_LARGE,
)
"""Of people and programs."""
STRANGER: Final = (
    Code.ORIGIN_REFUSED, Code.RATE_LIMITED, Code.BUSY, Code.MALFORMED, Code.TOO_LARGE,
)  # fmt: skip
"""Of whoever wants to come in."""
KEYED: Final = (
    Code.KEY_INVALID, Code.RATE_LIMITED, Code.BUSY, Code.MALFORMED, Code.TOO_LARGE,
)  # fmt: skip
"""Of a back end or an operator, by a key of the settings."""

Handler: TypeAlias = Callable[[Asked], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """A row. ``{x_id}`` in a path is an id; any other name is one of a few words."""

    method: str
    path: str
    summary: str
    handle: Handler | None = None
    """None where it is answered elsewhere, and only described here."""
    body: type | None = None
    takes: int = 0
    """Bytes of a body that is no JSON, at most; 0 where there is none."""
    query: type | None = None
    answer: Any = None
    """The type of what is answered; None answers nothing."""
    status: HTTPStatus = HTTPStatus.OK
    codes: tuple[Code, ...] = ()
    """With what it may be refused beside what every call may (:data:`ALWAYS`)."""
    words: Mapping[str, type] = field(default_factory=dict)
    """Of what kind each name of the path is that is no id."""
    makes: bool = False
    """Makes something, and the same Idempotency-Key again gives what was made."""
    always: tuple[Code, ...] = ALWAYS
    """With what any call of its kind may be refused."""
