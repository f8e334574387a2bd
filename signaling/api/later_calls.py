"""The calls about messages that are to be sent later."""

from __future__ import annotations

from http import HTTPStatus

from signaling.api import thread_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.domain.errors import Code
from signaling.postman import Postman

LATER = "/api/v1/threads/{thread_id}/later"


class LaterCalls:
    """Answers them."""

    def __init__(self, postman: Postman) -> None:
        self._postman = postman

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("GET", LATER, "One's own messages for later", self._find,
                 answer=bodies.LaterOnes),
            Call("POST", LATER, "Write a message for later", self._add, body=bodies.WriteLater,
                 status=HTTPStatus.CREATED, codes=(Code.NOT_NOW,)),
            Call("DELETE", f"{LATER}/{{later_id}}", "Take one back before it was sent",
                 self._drop),
        ]  # fmt: skip

    async def _find(self, asked: Asked) -> bodies.LaterOnes:
        found = await self._postman.find(asked.actor, asked.ids[0], asked.at)
        return bodies.LaterOnes(
            [bodies.Later(each.id, each.body, each.due_at, each.standing) for each in found]
        )

    async def _add(self, asked: Asked) -> None:
        body: bodies.WriteLater = asked.body
        await self._postman.add(
            asked.actor, asked.ids[0], body.id, body.body, body.due_at, asked.at
        )

    async def _drop(self, asked: Asked) -> None:
        thread, ident = asked.ids
        await self._postman.drop(asked.actor, thread, ident, asked.at)
