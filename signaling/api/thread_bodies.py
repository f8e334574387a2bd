"""The bodies of REST about threads that are not on a connection, too. Times are Unix ms."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from signaling.api.hour_bodies import Millis, Shown
from signaling.domain.messages import MAX_BODY_CHARS
from signaling.domain.retention import TEN_YEARS
from signaling.personal import Personal
from signaling.storage.scheduled_store import Standing
from signaling.thread_messages import Mark, Number
from signaling.threads import LEAST_DAYS, MOST_DAYS


class Page(Personal, frozen=True):
    """Which messages: changed ``since`` a revision, or those ``before`` a number."""

    since: Number | None = None
    before: Number | None = None


class Keep(Personal, frozen=True):
    """For how long what is written is kept."""

    days: Annotated[int, Meta(ge=LEAST_DAYS, le=MOST_DAYS)]


class KeepChange(Personal, frozen=True):
    """For how long what stays of the two's hours is kept."""

    days: Annotated[int, Meta(ge=LEAST_DAYS, le=TEN_YEARS)] | None
    """Null: as long as the clinic keeps it, which is also the most."""


class Thread(Personal, frozen=True):
    """A thread of two."""

    id: UUID
    counsellor: Shown
    client: Shown
    last: int
    rev: int
    keep_days: int
    change_days: int | None
    """For how long what stays of the two's hours is kept; null: as the clinic does."""
    open: bool
    """The two belong together, and may write."""
    counsellor_mark: Mark
    client_mark: Mark


class WriteLater(Personal, frozen=True):
    """A message that is to be sent later; the same ``id`` again is the same."""

    id: UUID
    body: Annotated[str, Meta(min_length=1, max_length=MAX_BODY_CHARS)]
    due_at: Millis


class Later(Personal, frozen=True):
    """One that was not sent yet."""

    id: UUID
    body: str
    due_at: int
    standing: Standing
    """``held``: it could not be sent."""


class LaterOnes(Personal, frozen=True):
    """One's own, the first one first."""

    items: list[Later]


class Threads(Personal, frozen=True):
    """One's own threads."""

    items: list[Thread]
