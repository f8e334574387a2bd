"""Many people's messages and marks, kept in one transaction.

One statement reads all that the batch needs, and one writes each kind of what came of it: a
commit costs the same for one message as for a hundred.

Rule 1: the threads are held first, in the order of their ids, so that two gateways that write to
the same ones take turns and never wait for each other in a circle.
Rule 2: what is refused says so alone; the others of its batch are kept.
Rule 3: everything is decided by :mod:`signaling.domain.thread`, from rows that are held.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Hand, Kind, Mark, Message, Place, advance, follow, repeat
from signaling.keys.keyring import Keyring
from signaling.keys.sealing import SealError
from signaling.storage.thread_pages import clear_at, page_key, place
from signaling.storage.thread_tables import HAND, MARK, MESSAGE, THREAD

_HOLD: Final = (
    select(THREAD)
    .where(THREAD.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(THREAD.c.id)
    .with_for_update()
)
_MOVE: Final = (
    update(THREAD)
    .where(THREAD.c.id == bindparam("of"))
    .values(last=bindparam("to"), rev=bindparam("now"), clear_at=bindparam("then"))
)


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody's message. Personal: has no readable form."""

    thread: UUID
    author: UUID
    place: Place
    ident: str
    kind: Kind
    body: str
    at: int

    def __repr__(self) -> str:
        return "Written(...)"


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody says they are."""

    thread: UUID
    person: UUID
    delivered: int
    read: int


Job = Written | Seen


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a :class:`Written`: the message, and whether it is a new one."""

    message: Message
    fresh: bool


Answer = Kept | Mark | Refusal
"""A :class:`Mark` answers a :class:`Seen`."""


@dataclass
class _Held:
    """A thread within the transaction: as it was, and what is to become of it."""

    row: Row[Any]
    last: int
    rev: int
    clear_at: int | None
    hands: dict[str, Hand] = field(default_factory=dict)
    known: dict[str, Message] = field(default_factory=dict)
    marks: dict[UUID, Mark] = field(default_factory=dict)
    fresh: list[dict[str, Any]] = field(default_factory=list)
    moved_hands: set[str] = field(default_factory=set)
    moved_marks: set[UUID] = field(default_factory=set)


async def keep(connection: AsyncConnection, keyring: Keyring, jobs: Sequence[Job]) -> list[Answer]:
    """Do what was asked, in order; returns an answer for each.

    Raises :class:`~signaling.storage.database.StorageAway`: then nothing of it is done.
    """
    held = await _hold(connection, jobs)
    answers: list[Answer] = []
    for job in jobs:
        thread = held.get(job.thread)
        try:
            if thread is None:
                raise Refusal(Code.NOT_FOUND)
            if isinstance(job, Seen):
                answers.append(_mark(thread, job))
            else:
                answers.append(await _write(thread, job, keyring))
        except Refusal as refusal:
            answers.append(refusal)
    await _put(connection, held)
    return answers


# --- deciding -------------------------------------------------------------------------------------


async def _write(held: _Held, job: Written, keyring: Keyring) -> Kept:
    if job.author not in (held.row.counsellor, held.row.client):
        raise Refusal(Code.NOT_FOUND)
    author, name = str(job.author), job.place.hand
    known = held.known.get(job.ident)
    if known is not None:
        moved = repeat(held.hands.get(name), known, author, job.place)
        if moved is not None:
            _move_hand(held, name, moved)
        return Kept(known, fresh=False)
    if held.row.closed_at is not None:
        raise Refusal(Code.NOT_ALLOWED)
    hand = follow(held.hands.get(name), author, job.place, job.ident)
    number, rev = held.last + 1, held.rev + 1
    try:
        key = await page_key(keyring, job.thread, held.row.client, job.at)
    except SealError:  # the client is being erased
        raise Refusal(Code.NOT_ALLOWED) from None
    made = Message(number, rev, job.ident, author, job.kind, job.body, job.at)
    held.last, held.rev = number, rev
    if held.clear_at is None:
        held.clear_at = clear_at(job.at, held.row.keep_days)
    held.known[job.ident] = made
    held.fresh.append({
        "thread": job.thread, "number": number, "rev": rev, "id": job.ident,
        "author": job.author, "kind": job.kind.value, "at": job.at, "recalled": False,
        "body": key.seal(job.body.encode(), place(job.thread, number)),
    })  # fmt: skip
    _move_hand(held, name, hand)
    return Kept(made, fresh=True)


def _move_hand(held: _Held, name: str, hand: Hand) -> None:
    held.hands[name] = hand
    held.moved_hands.add(name)


def _mark(held: _Held, job: Seen) -> Mark:
    if job.person not in (held.row.counsellor, held.row.client):
        raise Refusal(Code.NOT_FOUND)
    before = held.marks.get(job.person, Mark())
    after = advance(before, held.last, job.delivered, job.read)
    if after != before:
        held.marks[job.person] = after
        held.moved_marks.add(job.person)
    return after


# --- reading and writing --------------------------------------------------------------------------


async def _hold(connection: AsyncConnection, jobs: Sequence[Job]) -> dict[UUID, _Held]:
    ids = sorted({job.thread for job in jobs})
    rows = await connection.execute(_HOLD, {"ids": ids})
    held = {row.id: _Held(row, row.last, row.rev, row.clear_at) for row in rows}
    written = [job for job in jobs if isinstance(job, Written) and job.thread in held]
    for row in await _found(connection, HAND, "name", ((j.thread, j.place.hand) for j in written)):
        held[row.thread].hands[row.name] = Hand(str(row.author), row.last, row.last_id)
    for row in await _found(connection, MESSAGE, "id", ((j.thread, j.ident) for j in written)):
        held[row.thread].known[row.id] = unopened(row)
    seen = [job for job in jobs if isinstance(job, Seen) and job.thread in held]
    for row in await _found(connection, MARK, "person", ((j.thread, j.person) for j in seen)):
        held[row.thread].marks[row.person] = Mark(row.delivered, row.read)
    return held


async def _found(
    connection: AsyncConnection, table: Table, column: str, keys: Iterable[tuple[Any, ...]]
) -> Sequence[Row[Any]]:
    wanted = list(set(keys))
    if not wanted:
        return []
    query = select(table).where(tuple_(table.c.thread, table.c[column]).in_(wanted))
    return (await connection.execute(query)).all()


def unopened(row: Row[Any]) -> Message:
    """Return a stored message without its words."""
    return Message(
        row.number, row.rev, row.id, str(row.author), Kind(row.kind), None, row.at, row.recalled
    )


async def _put(connection: AsyncConnection, held: dict[UUID, _Held]) -> None:
    fresh = [values for each in held.values() for values in each.fresh]
    if fresh:
        await connection.execute(insert(MESSAGE), fresh)
        moved = [
            {"of": thread, "to": each.last, "now": each.rev, "then": each.clear_at}
            for thread, each in held.items() if each.fresh
        ]  # fmt: skip
        await connection.execute(_MOVE, moved)
    hands = [
        {"thread": thread, "name": name, "author": UUID(hand.author),
         "last": hand.last, "last_id": hand.last_id}
        for thread, each in held.items()
        for name, hand in each.hands.items() if name in each.moved_hands
    ]  # fmt: skip
    await _put_over(connection, HAND, hands, ("last", "last_id"))
    marks = [
        {"thread": thread, "person": person, "delivered": mark.delivered, "read": mark.read}
        for thread, each in held.items()
        for person, mark in each.marks.items() if person in each.moved_marks
    ]  # fmt: skip
    await _put_over(connection, MARK, marks, ("delivered", "read"))


async def _put_over(
    connection: AsyncConnection, table: Table, rows: list[dict[str, Any]], over: tuple[str, ...]
) -> None:
    """Insert rows, or write these columns of those that are there."""
    if not rows:
        return
    made = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    values = {name: made.excluded[name] for name in over}
    await connection.execute(
        made.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values),
        rows,
    )
