"""The tables of threads: who wrote when is there to see, what they wrote is sealed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from signaling.storage.audit_tables import DATA_METADATA

THREAD: Final = Table(
    "thread",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("clinic", Uuid, ForeignKey("clinic.id"), nullable=False),
    Column("counsellor", Uuid, ForeignKey("person.id"), nullable=False),
    Column("client", Uuid, ForeignKey("person.id"), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=True),
    Column("last", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("keep_days", Integer, nullable=False),
    Column("clear_at", BigInteger, nullable=True),
    Column("change_days", Integer, nullable=True),
    UniqueConstraint("counsellor", "client", name="thread_of_two"),
    Index("thread_by_client", "client"),
    Index("thread_by_clearing", "clear_at"),
)
"""One for each counsellor and client. ``last`` is the number of its newest message, ``rev`` the
revision of its newest change. At ``clear_at`` its oldest page has had its ``keep_days``.
``change_days`` is for how long what stays of the two's hours is kept, where the client has chosen
less than their clinic."""

HAND: Final = Table(
    "hand",
    DATA_METADATA,
    Column("thread", Uuid, ForeignKey("thread.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("author", Uuid, ForeignKey("person.id"), nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("last_id", String(64), nullable=False),
)
"""How far each browser of each of the two is (:class:`signaling.domain.thread.Hand`)."""

MESSAGE: Final = Table(
    "message",
    DATA_METADATA,
    Column("thread", Uuid, ForeignKey("thread.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("rev", BigInteger, nullable=False),
    Column("id", String(64), nullable=False),
    Column("author", Uuid, ForeignKey("person.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", LargeBinary, nullable=True),
    Column("at", BigInteger, nullable=False),
    Column("recalled", Boolean, nullable=False),
    UniqueConstraint("thread", "id", name="message_once"),
    Index("message_by_change", "thread", "rev"),
)
"""``body`` is sealed under the key of its page of the thread (``thread_page``), and is not there
once the message was recalled or its time was over."""

MARK: Final = Table(
    "mark",
    DATA_METADATA,
    Column("thread", Uuid, ForeignKey("thread.id"), primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("delivered", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
)
"""Up to where messages came to somebody's page, and were read."""

SCHEDULED: Final = Table(
    "scheduled",
    DATA_METADATA,
    Column("id", Uuid, primary_key=True),
    Column("thread", Uuid, ForeignKey("thread.id"), nullable=False),
    Column("author", Uuid, ForeignKey("person.id"), nullable=False),
    Column("body", LargeBinary, nullable=True),
    Column("due_at", BigInteger, nullable=False),
    Column("state", String(8), nullable=False),
    Index("scheduled_by_thread", "thread", "author"),
    Index("scheduled_by_time", "state", "due_at"),
)
"""What is to be sent later. ``state`` is ``waiting``, ``sent``, or ``held``: it could not be sent,
and its author is told so. ``body`` is sealed under the client's key, and gone once it was sent."""
