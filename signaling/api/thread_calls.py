"""The calls about threads."""

from __future__ import annotations

from http import HTTPStatus

from signaling import thread_messages as wire
from signaling.api import thread_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.names import Names
from signaling.domain.errors import Code, Refusal
from signaling.domain.thread import Kind, Place
from signaling.storage.people_store import PeopleStore
from signaling.thread_views import changes_of, mark_of, message_of
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
                 answer=wire.Changes),
            Call("POST", MESSAGES, "Write a message", self._write, body=wire.Write,
                 answer=wire.Stored, status=HTTPStatus.CREATED,
                 codes=(Code.HAND_TAKEN, Code.TEXT_OUT_OF_ORDER)),
            Call("POST", f"{THREAD}/recalls", "Take a message back", self._recall,
                 body=wire.Recall, answer=wire.Message, codes=(Code.NOT_NOW,)),
            Call("PUT", f"{THREAD}/mark", "Say how far one has read", self._mark,
                 body=wire.Mark, answer=wire.Mark),
            Call("PUT", f"{THREAD}/keep", "Say for how long it is kept", self._keep,
                 body=bodies.Keep),
            Call("PUT", f"{THREAD}/keep-change", "Say for how long what stays of hours is kept",
                 self._keep_change, body=bodies.KeepChange),
        ]  # fmt: skip

    async def _find(self, asked: Asked) -> bodies.Threads:
        names = Names(self._people, asked.at)
        found = await self._threads.find(asked.actor, asked.at)
        return bodies.Threads([await _thread(each, names) for each in found])

    async def _open(self, asked: Asked) -> bodies.Thread:
        client, counsellor = asked.ids
        opened = await self._threads.open(asked.actor, client, counsellor, asked.at)
        return await _thread(opened, Names(self._people, asked.at))

    async def _read(self, asked: Asked) -> wire.Changes:
        page: bodies.Page = asked.query
        actor, thread, at = asked.actor, asked.ids[0], asked.at
        if page.before is not None:
            if page.since is not None:
                raise Refusal(Code.MALFORMED)
            return changes_of(await self._threads.before(actor, thread, page.before, at))
        return changes_of(await self._threads.since(actor, thread, page.since or 0, at))

    async def _write(self, asked: Asked) -> wire.Stored:
        said: wire.Write = asked.body
        place = Place(said.hand, said.ref, said.after)
        kept = await self._threads.write(
            asked.actor, asked.ids[0], place, said.id, Kind(said.kind.value), said.body, asked.at
        )
        made = kept.message
        return wire.Stored(made.number, made.rev, made.at, kept.fresh)

    async def _recall(self, asked: Asked) -> wire.Message:
        body: wire.Recall = asked.body
        return message_of(
            await self._threads.recall(asked.actor, asked.ids[0], body.number, asked.at)
        )

    async def _mark(self, asked: Asked) -> wire.Mark:
        body: wire.Mark = asked.body
        return mark_of(
            await self._threads.mark(asked.actor, asked.ids[0], body.delivered, body.read, asked.at)
        )

    async def _keep(self, asked: Asked) -> None:
        body: bodies.Keep = asked.body
        await self._threads.keep_for(asked.actor, asked.ids[0], body.days, asked.at)

    async def _keep_change(self, asked: Asked) -> None:
        body: bodies.KeepChange = asked.body
        await self._threads.keep_change_for(asked.actor, asked.ids[0], body.days, asked.at)


async def _thread(standing: Standing, names: Names) -> bodies.Thread:
    head, marks = standing.head, standing.marks
    return bodies.Thread(
        head.id, await names.of(head.counsellor), await names.of(head.client), head.last,
        head.rev, head.keep_days, head.change_days, standing.open,
        mark_of(marks[head.counsellor]), mark_of(marks[head.client]),
    )  # fmt: skip
