"""Many people's messages and marks, kept in one transaction.

One statement reads all that the batch needs, and one writes each kind of what came of it: a
commit costs the same for one message as for a hundred.

Rule 1: the threads are held first, in the order of their ids, so that two gateways that write to
the same ones take turns and never wait for each other in a circle.
Rule 2: what is refused says so alone; the others of its batch are kept.
Rule 3: everything is decided by :mod:`signaling.domain.thread`, from rows that are held.
Rule 4: whose right nobody has looked at yet, it is looked at here, for the whole batch in one
statement: their browser is signed in, somebody was at it within a minute, and the two belong
together. Whatever is not plainly so is a :class:`Doubt`: the caller asks the long way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Row,
    Table,
    bindparam,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position
from signaling.domain.thread import Hand, Mark, Message, advance, follow, repeat
from signaling.keys.keyring import Keyring
from signaling.keys.sealing import SealError
from signaling.storage.access_tables import SIGN_IN
from signaling.storage.people_store import PersonKind
from signaling.storage.people_tables import BOND, PERSON, POSITION
from signaling.storage.standing_store import now
from signaling.storage.thread_jobs import (
    Answer,
    Doubt,
    Job,
    Kept,
    Marked,
    Seen,
    Written,
    head_of,
    unopened,
)
from signaling.storage.thread_pages import clear_at, page_key, place
from signaling.storage.thread_tables import HAND, MARK, MESSAGE, THREAD

SEEN_MS: Final = 60_000
"""So exactly it is known when somebody was last there; who was not, is asked about the long way."""
_AT: Final = bindparam("at", type_=BigInteger())
_TOGETHER: Final = exists().where(
    BOND.c.counsellor == THREAD.c.counsellor, BOND.c.client == THREAD.c.client, now(BOND, _AT)
)
_COUNSELS: Final = exists().where(
    POSITION.c.person == PERSON.c.id,
    POSITION.c.position == Position.COUNSELLOR.value,
    now(POSITION, _AT),
)
_PRESENT: Final = (
    select(SIGN_IN.c.token, SIGN_IN.c.person)
    .join(PERSON, PERSON.c.id == SIGN_IN.c.person)
    .where(
        SIGN_IN.c.token.in_(bindparam("tokens", expanding=True)),
        SIGN_IN.c.ended_at.is_(None),
        SIGN_IN.c.until > _AT,
        SIGN_IN.c.seen_at >= _AT - SEEN_MS,
        PERSON.c.ended_at.is_(None),
        or_(PERSON.c.kind == PersonKind.CLIENT.value, _COUNSELS),
    )
)
"""Whose browsers these are, of those that may write without another question."""
_HOLD: Final = (
    select(THREAD, _TOGETHER.label("together"))
    .where(THREAD.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(THREAD.c.id)
    .with_for_update(of=THREAD)
)
_MOVE: Final = (
    update(THREAD)
    .where(THREAD.c.id == bindparam("of"))
    .values(last=bindparam("to"), rev=bindparam("now"), clear_at=bindparam("then"))
)


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
    at = max(job.at for job in jobs)
    held = await _hold(connection, jobs, at)
    present = await _present(connection, jobs, at)
    answers: list[Answer] = []
    for job in jobs:
        thread = held.get(job.thread)
        try:
            if job.token is not None and not _is_plain(thread, job, present):
                answers.append(Doubt())
            elif thread is None:
                raise Refusal(Code.NOT_FOUND)
            elif isinstance(job, Seen):
                answers.append(Marked(_mark(thread, job), head_of(thread.row)))
            else:
                answers.append(await _write(thread, job, keyring))
        except Refusal as refusal:
            answers.append(refusal)
    await _put(connection, held)
    return answers


# --- deciding -------------------------------------------------------------------------------------


def _is_plain(held: _Held | None, job: Job, present: dict[bytes, UUID]) -> bool:
    person = job.author if isinstance(job, Written) else job.person
    if held is None or job.token is None or present.get(job.token) != person:
        return False
    return held.row.together and person in (held.row.counsellor, held.row.client)


async def _write(held: _Held, job: Written, keyring: Keyring) -> Kept:
    if job.author not in (held.row.counsellor, held.row.client):
        raise Refusal(Code.NOT_FOUND)
    author, at = str(job.author), job.place
    known = held.known.get(job.ident)
    if known is not None:
        moved = None if at is None else repeat(held.hands.get(at.hand), known, author, at)
        if at is not None and moved is not None:
            _move_hand(held, at.hand, moved)
        return Kept(known, fresh=False, head=head_of(held.row))
    if held.row.closed_at is not None:
        raise Refusal(Code.NOT_ALLOWED)
    hand = None if at is None else follow(held.hands.get(at.hand), author, at, job.ident)
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
    if at is not None and hand is not None:
        _move_hand(held, at.hand, hand)
    return Kept(made, fresh=True, head=head_of(held.row))


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


async def _present(connection: AsyncConnection, jobs: Sequence[Job], at: int) -> dict[bytes, UUID]:
    tokens = list({job.token for job in jobs if job.token is not None})
    if not tokens:
        return {}
    rows = await connection.execute(_PRESENT, {"tokens": tokens, "at": at})
    return {row.token: row.person for row in rows}


async def _hold(connection: AsyncConnection, jobs: Sequence[Job], at: int) -> dict[UUID, _Held]:
    ids = sorted({job.thread for job in jobs})
    rows = await connection.execute(_HOLD, {"ids": ids, "at": at})
    held = {row.id: _Held(row, row.last, row.rev, row.clear_at) for row in rows}
    written = [job for job in jobs if isinstance(job, Written) and job.thread in held]
    names = ((j.thread, j.place.hand) for j in written if j.place is not None)
    for row in await _found(connection, HAND, "name", names):
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
