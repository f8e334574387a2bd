"""Threads as people deal with them: each question of right is asked here, then it is done.

Rule 1: a thread is of the two it is between. Nobody else reads it, writes into it, or learns that
it is there; another counsellor of the same client neither.
Rule 2: who no longer belong together read what they wrote, and write no more.
Rule 3: a counsellor's look at a thread is written down like any other look at a client's data.
Rule 4: what is told to who listens was stored before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from signaling.accounts import Actor
from signaling.domain.errors import Code, Refusal
from signaling.domain.retention import TEN_YEARS
from signaling.domain.rights import Right
from signaling.domain.thread import Kind, Mark, Message, Place
from signaling.gate import Gate
from signaling.room_words import Line
from signaling.storage.thread_jobs import Kept, Seen, ThreadHead, Written
from signaling.storage.thread_store import ThreadStore
from signaling.storage.thread_writer import ThreadWriter
from signaling.thread_cards import HopesCard, check_said

LEAST_DAYS: Final = 7
MOST_DAYS: Final = 365
"""For how long a client may have a thread kept; a clinic's own bounds come with its policy."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A thread, and how far each of the two is in it."""

    head: ThreadHead
    marks: dict[UUID, Mark]
    open: bool
    """The two belong together, and may write."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Some messages of a thread, in the order of their changes or numbers."""

    head: ThreadHead
    items: list[Message]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one of the two is now."""

    head: ThreadHead
    person: UUID
    mark: Mark


Told: TypeAlias = Standing | Changed | Reached


class Threads:
    """Everything about threads. Times are Unix milliseconds."""

    def __init__(self, store: ThreadStore, writer: ThreadWriter, gate: Gate) -> None:
        self._store = store
        self._writer = writer
        self._gate = gate
        self._tell: Callable[[Told], None] = lambda _told: None

    def attend(self, tell: Callable[[Told], None]) -> None:
        """``tell`` is told of everything that becomes of any thread."""
        self._tell = tell

    async def open(self, actor: Actor, client: UUID, counsellor: UUID, at: int) -> Standing:
        """Return the thread of two, one of whom asks; it is made when there is none.

        Raises :class:`Refusal` with ``not_found`` when the two do not belong together, or as
        :class:`Gate` does.
        """
        await self._gate.check(actor, Right.WRITE, client, at)
        if actor.person not in (client, counsellor):
            await self._gate.refuse(actor, Right.WRITE, client, at)
            raise Refusal(Code.NOT_FOUND)
        if not await self._gate.belong(counsellor, client, at):
            raise Refusal(Code.NOT_FOUND)
        head = await self._store.open(actor.clinic, counsellor, client, actor.person, at)
        standing = Standing(head, (await self._marks([head]))[head.id], open=True)
        if head.last == 0:
            self._tell(standing)
        return standing

    async def find(self, actor: Actor, at: int) -> list[Standing]:
        """Return one's own threads; each two who belong together have one."""
        heads = await self._store.of(actor.person)
        known = {(head.counsellor, head.client) for head in heads}
        pairs = set(await self._gate.pairs_of(actor.person, at))
        lacking = [pair for pair in pairs if pair not in known]
        if lacking:
            await self._store.add(actor.clinic, lacking, actor.person, at)
            heads = await self._store.of(actor.person)
        marks = await self._marks(heads)
        return [
            Standing(
                head, marks[head.id],
                open=head.closed_at is None and (head.counsellor, head.client) in pairs,
            )
            for head in heads
        ]  # fmt: skip

    async def since(self, actor: Actor, thread: UUID, rev: int, at: int) -> Changed:
        """Return what is new or has changed since a revision, and the thread as it was then."""
        head = await self.look(actor, thread, at)
        return Changed(head, await self._store.since(thread, rev, at))

    async def before(self, actor: Actor, thread: UUID, number: int, at: int) -> Changed:
        """Return the messages before this one, the newest last, and the thread as it was then."""
        head = await self.look(actor, thread, at)
        return Changed(head, await self._store.before(thread, number, at))

    async def write(
        self, actor: Actor, thread: UUID, place: Place, ident: str, kind: Kind, body: str, at: int
    ) -> Kept:  # fmt: skip
        """Keep words or a card. Once this returns it is stored; said twice it is there once.

        Raises :class:`Refusal`: as :mod:`signaling.domain.thread` and :func:`check_said` do, and
        ``not_allowed`` when the two do not belong together any more.
        """
        checked = check_said(kind, body)
        await self.open_own(actor, thread, at)
        said = Written(thread, actor.person, place, ident, kind, checked, at)
        kept = await self._writer.write(said)
        return self._kept(kept)

    async def try_write(self, said: Written) -> Kept | None:
        """Keep what somebody's browser says, whose right is looked at where it is kept.

        None where that is not plain: then :meth:`write` decides. Raises :class:`Refusal`.
        """
        checked = replace(said, body=check_said(said.kind, said.body))
        kept = await self._writer.try_write(checked)
        return None if kept is None else self._kept(kept)

    async def recall(self, actor: Actor, thread: UUID, number: int, at: int) -> Message:
        """Take one's own message back."""
        head = await self.own(actor, thread, at)
        taken = await self._store.recall(thread, actor.person, number, at)
        self._tell(Changed(head, [taken]))
        return taken

    async def mark(self, actor: Actor, thread: UUID, delivered: int, read: int, at: int) -> Mark:
        """Note how far somebody is."""
        head = await self.own(actor, thread, at)
        marked = await self._writer.mark(Seen(thread, actor.person, delivered, read, at))
        self._tell(Reached(head, actor.person, marked.mark))
        return marked.mark

    async def try_mark(
        self, person: UUID, token: bytes, thread: UUID, delivered: int, read: int, at: int
    ) -> Mark | None:
        """Note how far the person of a browser is; None as of :meth:`try_write`."""
        marked = await self._writer.try_mark(Seen(thread, person, delivered, read, at, token))
        if marked is None:
            return None
        self._tell(Reached(marked.head, person, marked.mark))
        return marked.mark

    async def keep_for(self, actor: Actor, thread: UUID, days: int, at: int) -> ThreadHead:
        """A client says for how long what is written is kept. Raises :class:`Refusal`."""
        await self._as_client(actor, thread, at)
        if not LEAST_DAYS <= days <= MOST_DAYS:
            raise Refusal(Code.MALFORMED)
        await self._store.keep_for(thread, days, actor.person, at)
        return await self._store.get(thread)

    async def keep_change_for(
        self, actor: Actor, thread: UUID, days: int | None, at: int
    ) -> ThreadHead:
        """A client says for how long what stays of the two's hours is kept.

        That is how they felt and how the line was, not that there was an hour. None: as long as
        their clinic keeps it, which is also the most. Raises :class:`Refusal`.
        """
        await self._as_client(actor, thread, at)
        if days is not None and not LEAST_DAYS <= days <= TEN_YEARS:
            raise Refusal(Code.MALFORMED)
        await self._store.keep_change_for(thread, days, actor.person, at)
        return await self._store.get(thread)

    # --- for what else is said in a thread --------------------------------------------------------

    async def keep_line(self, line: Line) -> None:
        """Keep what was said by text in the room of an hour, or became of it; its people may.

        Raises :class:`Refusal`, StorageAway.
        """
        hour = line.booked
        if not await self._gate.belong(hour.counsellor, hour.client, line.at):
            raise Refusal(Code.NOT_ALLOWED)  # nor is a thread opened again that was closed
        head = await self._store.open(
            hour.clinic, hour.counsellor, hour.client, line.author, line.at
        )
        said = Written(head.id, line.author, None, line.ident, line.kind, line.body, line.at)
        await self.keep(said)

    async def keep(self, said: Written) -> Kept:
        """Keep what no hand wrote, of who was found to have the right. Raises :class:`Refusal`."""
        return self._kept(await self._writer.write(said))

    def tell(self, told: Told) -> None:
        """Something was stored elsewhere that becomes of a thread."""
        self._tell(told)

    async def hopes(self, client: UUID, counsellor: UUID, hour: UUID, at: int) -> HopesCard | None:
        """Return what a client wrote before this hour, for who may see what was given for it."""
        for body in await self._store.hopes(client, counsellor, at):
            card = msgspec.json.decode(body, type=HopesCard)
            if card.session == hour:
                return card
        return None

    async def head(self, thread: UUID) -> ThreadHead:
        """Return a thread, for who does not show it to anybody. Raises :class:`Refusal`."""
        return await self._store.get(thread)

    async def open_own(self, actor: Actor, thread: UUID, at: int) -> ThreadHead:
        """Return one's own thread, in which the two may still write.

        Raises :class:`Refusal`: ``not_found``, ``not_allowed``.
        """
        head = await self.own(actor, thread, at)
        if not await self._is_open(head, at):
            await self._gate.refuse(actor, Right.WRITE, head.client, at)
            raise Refusal(Code.NOT_ALLOWED)
        return head

    async def own(self, actor: Actor, thread: UUID, at: int) -> ThreadHead:
        """Return one's own thread. Raises :class:`Refusal`: ``not_found``, ``not_allowed``."""
        try:
            head = await self._store.get(thread)
        except Refusal:
            await self._gate.refuse(actor, Right.WRITE, thread, at)
            raise
        await self._gate.check(actor, Right.WRITE, head.client, at)
        if actor.person not in (head.client, head.counsellor):
            await self._gate.refuse(actor, Right.WRITE, head.client, at)
            raise Refusal(Code.NOT_FOUND)
        return head

    async def look(self, actor: Actor, thread: UUID, at: int) -> ThreadHead:
        """Return one's own thread, something of which is shown next: that is told of.

        Raises as :meth:`own` does.
        """
        head = await self.own(actor, thread, at)
        await self._gate.look(actor, "thread", head.client, at)
        return head

    # --- parts ------------------------------------------------------------------------------------

    async def _as_client(self, actor: Actor, thread: UUID, at: int) -> None:
        """Whose words and feelings they are says for how long. Raises :class:`Refusal`."""
        head = await self.own(actor, thread, at)
        if actor.person != head.client:
            await self._gate.refuse(actor, Right.WRITE, head.client, at)
            raise Refusal(Code.NOT_ALLOWED)

    def _kept(self, kept: Kept) -> Kept:
        if kept.fresh:
            self._tell(Changed(kept.head, [kept.message]))
        return kept

    async def _is_open(self, head: ThreadHead, at: int) -> bool:
        if head.closed_at is not None:
            return False
        return await self._gate.belong(head.counsellor, head.client, at)

    async def _marks(self, heads: list[ThreadHead]) -> dict[UUID, dict[UUID, Mark]]:
        found = await self._store.marks([head.id for head in heads]) if heads else {}
        return {
            head.id: {
                person: found.get((head.id, person), Mark())
                for person in (head.client, head.counsellor)
            }
            for head in heads
        }
