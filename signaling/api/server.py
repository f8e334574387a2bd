"""Answers the table of calls: who asks is found out here, and what they sent is read here.

Rule 1: a browser is known by its cookie, and asks from our own pages only; a program by its key.
Rule 2: what a stranger sends is a coded refusal, whatever it is.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from aiohttp import web

from signaling.accounts import Accounts, Actor
from signaling.api.blob_answer import HEADERS, Blob
from signaling.api.call import Asked, Call, Handler
from signaling.api.csv_answer import Csv
from signaling.border import OwnPages
from signaling.domain.errors import Code, Refusal
from signaling.keys.sealing import SealError
from signaling.limits import BucketsByKey, Rate
from signaling.recording_player import Stretch
from signaling.request_bodies import bearer_of, body, json_response, raw_body
from signaling.storage.database import StorageAway

CALLS: Final = Rate(per_second=20.0, burst=100)
"""Of one person or program."""
GUESSES: Final = Rate(per_second=1.0, burst=60)
"""Cookies and keys that are none, of one address: each is looked for in the database."""
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
UNATTENDED: Final = "Quietroom-Unattended"
"""Of what a page asks by itself: it keeps nobody signed in."""
_KEY: Final = re.compile(r"[\x21-\x7e]{1,64}", re.ASCII)
_NAME: Final = re.compile(r"\{(\w+)\}")


class Server:
    """Puts calls at their paths."""

    def __init__(
        self,
        accounts: Accounts,
        own_pages: OwnPages,
        cookie: str,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._accounts = accounts
        self._own_pages = own_pages
        self._cookie = cookie
        self._wall = wall
        self._buckets = BucketsByKey(CALLS)
        self._guesses = BucketsByKey(GUESSES)

    def attach(self, app: web.Application, calls: Iterable[Call]) -> None:
        """Answer these calls."""
        for call in calls:
            assert call.handle is not None  # those without are described only
            app.router.add_route(call.method, call.path, self._answering(call, call.handle))

    def _answering(self, call: Call, handle: Handler) -> Callable[[web.Request], Any]:
        names = _NAME.findall(call.path)

        async def answer(request: web.Request) -> web.StreamResponse:
            at = int(self._wall() * 1000)
            actor = await self._actor(request, at)
            asked = Asked(
                actor,
                tuple(_id(request.match_info[name]) for name in names if name.endswith("_id")),
                tuple(_word(request.match_info[name], call.words[name])
                      for name in names if not name.endswith("_id")),
                await _body(request, call),
                None if call.query is None else _query(request, call.query),
                at,
                _key(request),
                # No file has a validator: one that is asked for is never met (RFC 9110, 13.1.5).
                "" if "If-Range" in request.headers else request.headers.get("Range", ""),
            )  # fmt: skip
            return _response(await handle(asked), call.status)

        return answer

    async def _actor(self, request: web.Request, at: int) -> Actor:
        secret = bearer_of(request)
        if not secret and request.method != "GET":
            self._own_pages.check_origin(request)
        held = secret or request.cookies.get(self._cookie, "")
        if not held:
            raise Refusal(Code.SIGNED_OUT)
        address = request.remote or ""
        if not self._guesses.has(address, _now()):
            raise Refusal(Code.RATE_LIMITED)
        try:
            actor = await self._who(held, request, at, is_program=bool(secret))
        except Refusal:
            self._guesses.take(address, _now())
            raise
        if not self._buckets.take(str(actor.person), _now()):
            raise Refusal(Code.RATE_LIMITED)
        if actor.locked:
            raise Refusal(Code.LOCKED)
        return actor

    async def _who(self, held: str, request: web.Request, at: int, *, is_program: bool) -> Actor:
        if is_program:
            return await self._accounts.program(held)
        attended = UNATTENDED not in request.headers
        return await self._accounts.actor(held, at, attended=attended)


async def _body(request: web.Request, call: Call) -> Any:
    if call.takes:
        return await raw_body(request, call.takes)
    return None if call.body is None else await body(request, call.body)


def _response(answer: Any, status: HTTPStatus) -> web.Response:
    if answer is None:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    if isinstance(answer, Blob):
        about = {"Content-Disposition": answer.disposition, "Content-Length": str(answer.size)}
        return web.Response(
            body=_as_long_as_it_is_there(answer.pieces), content_type=answer.type,
            headers=HEADERS | about,
        )  # fmt: skip
    if isinstance(answer, Stretch):
        return _stretch(answer)
    if isinstance(answer, Csv):
        named = {"Content-Disposition": 'attachment; filename="appointment.csv"'}
        return web.Response(text=answer, content_type="text/csv", charset="utf-8", headers=named)
    return json_response(answer, status)


def _stretch(answer: Stretch) -> web.Response:
    """RFC 9110, sections 14 and 15: all of a file, a range of it, or that there is none such."""
    headers = {**HEADERS, "Accept-Ranges": "bytes"}
    if not answer.is_part:
        headers["Content-Length"] = str(answer.size)
        body = _as_long_as_it_is_there(answer.pieces)
        return web.Response(body=body, headers={**headers, "Content-Type": answer.type})
    if answer.start >= answer.stop:
        headers["Content-Range"] = f"bytes */{answer.size}"
        return web.Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
    headers["Content-Range"] = f"bytes {answer.start}-{answer.stop - 1}/{answer.size}"
    headers["Content-Length"] = str(answer.stop - answer.start)
    return web.Response(
        status=HTTPStatus.PARTIAL_CONTENT, body=_as_long_as_it_is_there(answer.pieces),
        headers={**headers, "Content-Type": answer.type},
    )  # fmt: skip


async def _as_long_as_it_is_there(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Where it is erased meanwhile the connection ends: a browser would wait for what was said."""
    try:
        async for piece in pieces:
            yield piece
    except (SealError, StorageAway):
        raise ConnectionResetError from None


def _id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None


def _word(given: str, kind: type) -> str:
    try:
        return str(msgspec.convert(given, kind))
    except msgspec.ValidationError:
        raise Refusal(Code.NOT_FOUND) from None


def _query(request: web.Request, shape: type) -> Any:
    given = dict(request.query)
    if len(given) != len(request.query):  # a name twice
        raise Refusal(Code.MALFORMED)
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError:
        raise Refusal(Code.MALFORMED) from None


def _key(request: web.Request) -> str:
    given = request.headers.get(IDEMPOTENCY_KEY, "")
    if given and not _KEY.fullmatch(given):
        raise Refusal(Code.MALFORMED)
    return given


def _now() -> float:
    return asyncio.get_running_loop().time()
