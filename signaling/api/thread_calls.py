"""The calls about threads."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from signaling.api import thread_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.names import Names
from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Mark, Message, Place
from signaling.storage.people_store import PeopleStore
from signaling.storage.thread_store import ThreadHead
from signaling.threads import Standing, Threads

THREAD = "/api/v1/threads/{thread_id}"
MESSAGES = f"{THREAD}/messages"


class ThreadCalls:
    """Answers them."""

    def __init__(self, threads: Threads, people: PeopleStore) -> None:
        self._threads = threads
        self._people = people

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("GET", "/api/v1/threads", "One's own threads", self._find,
                 answer=bodies.Threads),
            Call("PUT", "/api/v1/people/{person_id}/threads/{counsellor_id}",
                 "The thread of a client and their counsellor", self._open, answer=bodies.Thread),
            Call("GET", MESSAGES, "What was written", self._read, query=bodies.Page,
                 answer=bodies.Messages),
            Call("POST", MESSAGES, "Write a message", self._write, body=bodies.Write,
                 answer=bodies.Stored, status=HTTPStatus.CREATED,
                 codes=(Code.HAND_TAKEN, Code.TEXT_OUT_OF_ORDER)),
            Call("POST", f"{THREAD}/recalls", "Take a message back", self._recall,
                 body=bodies.Recall, answer=bodies.Message, codes=(Code.NOT_NOW,)),
            Call("PUT", f"{THREAD}/mark", "Say how far one has read", self._mark,
                 body=bodies.Mark, answer=bodies.Mark),
            Call("PUT", f"{THREAD}/keep", "Say for how long it is kept", self._keep,
                 body=bodies.Keep),
        ]  # fmt: skip

    async def _find(self, asked: Asked) -> bodies.Threads:
        names = Names(self._people, asked.at)
        found = await self._threads.find(asked.actor)
        return bodies.Threads([await _thread(each, names) for each in found])

    async def _open(self, asked: Asked) -> bodies.Thread:
        client, counsellor = asked.ids
        opened = await self._threads.open(asked.actor, client, counsellor, asked.at)
        return await _thread(opened, Names(self._people, asked.at))

    async def _read(self, asked: Asked) -> bodies.Messages:
        page: bodies.Page = asked.query
        actor, thread, at = asked.actor, asked.ids[0], asked.at
        if page.before is not None:
            if page.since is not None:
                raise Refusal(Code.MALFORMED)
            return _messages(*await self._threads.before(actor, thread, page.before, at))
        return _messages(*await self._threads.since(actor, thread, page.since or 0, at))

    async def _write(self, asked: Asked) -> bodies.Stored:
        said: bodies.Write = asked.body
        place = Place(said.hand, said.ref, said.after)
        kept = await self._threads.write(
            asked.actor, asked.ids[0], place, said.id, said.body, asked.at
        )
        made = kept.message
        return bodies.Stored(made.number, made.rev, made.at, kept.fresh)

    async def _recall(self, asked: Asked) -> bodies.Message:
        body: bodies.Recall = asked.body
        return _message(
            await self._threads.recall(asked.actor, asked.ids[0], body.number, asked.at)
        )

    async def _mark(self, asked: Asked) -> bodies.Mark:
        body: bodies.Mark = asked.body
        return _mark(
            await self._threads.mark(asked.actor, asked.ids[0], body.delivered, body.read, asked.at)
        )

    async def _keep(self, asked: Asked) -> None:
        body: bodies.Keep = asked.body
        await self._threads.keep_for(asked.actor, asked.ids[0], body.days, asked.at)


async def _thread(standing: Standing, names: Names) -> bodies.Thread:
    head, marks = standing.head, standing.marks
    return bodies.Thread(
        head.id, await names.of(head.counsellor), await names.of(head.client), head.last,
        head.rev, head.keep_days, head.closed_at is not None, _mark(marks[head.counsellor]),
        _mark(marks[head.client]),
    )  # fmt: skip


def _messages(head: ThreadHead, found: list[Message]) -> bodies.Messages:
    return bodies.Messages([_message(each) for each in found], head.last, head.rev)


def _message(each: Message) -> bodies.Message:
    return bodies.Message(
        each.number, each.rev, each.id, UUID(each.author), each.kind, each.body, each.at,
        each.recalled,
    )  # fmt: skip


def _mark(mark: Mark) -> bodies.Mark:
    return bodies.Mark(mark.delivered, mark.read)
