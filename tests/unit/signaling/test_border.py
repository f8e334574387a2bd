"""Whose pages may ask, what every answer carries, and what an error gives away."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from signaling import border
from signaling.domain.errors import Code, Refusal
from signaling.settings import build

CONFIG = build({"public_url": "https://room.example"})


def request(**headers: str) -> web.Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/", headers={"Host": "host:8080"} | named)


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, True),
        ({"Origin": "http://host:8080"}, True),
        ({"Origin": "https://host:8080"}, True),
        ({"Origin": "https://room.example"}, True),
        ({"Origin": "http://host"}, False),
        ({"Origin": "http://host:8080.evil.example"}, False),
        ({"Origin": "https://room.example.evil.example"}, False),
        ({"Origin": "ftp://host:8080"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": ""}, False),
        ({"Origin": "http://[::1"}, False),
        ({"Sec_Fetch_Site": "none"}, True),
        ({"Sec_Fetch_Site": "same-site"}, False),
        ({"Sec_Fetch_Site": "cross-site"}, False),
    ],
)
def test_own_pages_alone_may_ask(headers: dict[str, str], own: bool) -> None:
    assert border.is_own_origin(request(**headers), CONFIG) is own


def test_every_code_has_a_problem() -> None:
    for code in Code:
        answer = border.problem(code)
        assert answer.status >= 400
        assert isinstance(answer.body, bytes)
        said = json.loads(answer.body)
        assert (said["code"], said["status"]) == (code.value, answer.status)
        assert answer.content_type == "application/problem+json"


def test_policy_allows_nothing_inline_and_nobody_else() -> None:
    headers = border.security_headers(request(), CONFIG, tls=True)
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "connect-src 'self' ws://host:8080 wss://host:8080" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" in headers
    odd = border.security_headers(request(Host="a; script-src *"), CONFIG, tls=False)
    assert "*" not in odd["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in odd


async def answer(error: Exception | None) -> tuple[web.StreamResponse, list[Code]]:
    refused: list[Code] = []
    around = border.middleware(CONFIG, tls=False, refused=refused.append)

    async def handler(_request: web.Request) -> web.StreamResponse:
        if error is not None:
            raise error
        return web.Response(headers={"Cache-Control": "max-age=1"})

    return await around(request(), handler), refused


@pytest.mark.usefixtures("faults_expected")
@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Refusal(Code.ROOM_FULL), 409, "room_full"),
        (web.HTTPNotFound(), 404, "not_found"),
        (web.HTTPMethodNotAllowed("GET", ["POST"]), 405, "not_allowed"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "too_large"),
        (web.HTTPBadRequest(text="what was sent"), 400, "malformed"),
        (ZeroDivisionError("what was carried"), 500, "busy"),
    ],
)
async def test_errors_become_calm_problems(error: Exception, status: int, code: str) -> None:
    response, refused = await answer(error)
    assert response.status == status
    assert isinstance(response, web.Response)
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["code"] == code
    assert b"what was" not in response.body
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Server"] == "quietroom"
    assert refused == ([error.code] if isinstance(error, Refusal) else [])


async def test_answers_keep_their_own_headers_and_peers_may_vanish() -> None:
    response, _ = await answer(None)
    assert response.headers["Cache-Control"] == "max-age=1"
    redirect, _ = await answer(web.HTTPFound("/client"))
    assert redirect.status == 302
    with pytest.raises(ConnectionResetError):
        await answer(ConnectionResetError())
