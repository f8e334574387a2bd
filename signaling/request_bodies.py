"""What REST routes share: a key or a typed body in, a typed body out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web

from signaling import wire
from signaling.domain.errors import Code, Refusal

_T = TypeVar("_T")


async def body(request: web.Request, shape: type[_T]) -> _T:
    """Return the decoded body; the application's limit has refused one that is too large.

    Raises :class:`Refusal` with ``malformed``.
    """
    data = await request.read()
    return wire.decode_body(data or b"{}", shape)


async def raw_body(request: web.Request, most: int) -> bytes:
    """Return a body that is no JSON. Raises :class:`Refusal` with ``too_large``."""
    if (request.content_length or 0) > most:
        raise Refusal(Code.TOO_LARGE)
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > most:
            raise Refusal(Code.TOO_LARGE)
    return bytes(data)


def bearer_of(request: web.Request) -> str:
    """Return the key of an Authorization header (RFC 6750); empty when there is none."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""


def json_response(message: Any, status: HTTPStatus) -> web.Response:
    """Answer with a message."""
    return web.Response(
        body=wire.to_json(message), status=status.value, content_type="application/json"
    )
