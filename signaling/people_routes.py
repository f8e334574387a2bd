"""REST about who is there: sign-in, links, and whose browser this is.

A browser is known by a cookie that no script can read and no other site can send. What a stranger
may try is bounded by address; what is wrong about it is not said.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from aiohttp import web

from signaling import rest_people as rest
from signaling.access import one_time
from signaling.accounts import STAFF_MS, Accounts
from signaling.border import OwnPages
from signaling.domain.errors import Code, Refusal
from signaling.request_bodies import body, json_response

COOKIE: Final = "quietroom"
LINK_S: Final = 90 * 86_400


def cookie_name(*, tls: bool) -> str:
    """The prefix keeps other hosts of a domain from setting it (RFC 6265bis section 4.1.3.2)."""
    return f"__Host-{COOKIE}" if tls else COOKIE


class PeopleRoutes:
    """Everything of ``/api/v1`` that lets people in and out."""

    def __init__(
        self,
        accounts: Accounts,
        own_pages: OwnPages,
        *,
        tls: bool,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._accounts = accounts
        self._own_pages = own_pages
        self._wall = wall
        self._tls = tls
        self._cookie = cookie_name(tls=tls)

    def attach(self, app: web.Application) -> None:
        """Answer at the paths of the API."""
        api = app.router
        api.add_post("/api/v1/sign-in", self._sign_in)
        api.add_post("/api/v1/sign-out", self._sign_out)
        api.add_post("/api/v1/unlock", self._unlock)
        api.add_post("/api/v1/links/open", self._open_link)
        api.add_post("/api/v1/links/password", self._choose_password)
        api.add_get("/api/v1/me", self._me)

    async def _sign_in(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        asked = await body(request, rest.SignIn)
        token = await self._accounts.sign_in(
            asked.clinic, asked.email, asked.password, asked.code, self._now()
        )
        return self._known(token, STAFF_MS // 1000)

    async def _open_link(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        asked = await body(request, rest.OpenLink)
        held = request.cookies.get(self._cookie, "")
        token = await self._accounts.open_link(
            asked.token, asked.pin, self._now(), take_over=asked.take_over, held=held
        )
        return self._known(token, LINK_S)

    async def _choose_password(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        asked = await body(request, rest.ChoosePassword)
        secret = await self._accounts.choose_password(asked.token, asked.password, self._now())
        shown = rest.Authenticator(secret, one_time.address(secret, "Quietroom"))
        return json_response(shown, HTTPStatus.CREATED)

    async def _unlock(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        asked = await body(request, rest.Unlock)
        await self._accounts.unlock(self._held(request), asked.password, self._now())
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        held = request.cookies.get(self._cookie, "")
        if held:
            await self._accounts.sign_out(held, self._now())
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        response.del_cookie(self._cookie, path="/", secure=self._tls, httponly=True)
        return response

    async def _me(self, request: web.Request) -> web.Response:
        now = self._now()
        found = await self._accounts.actor(self._held(request), now)
        people = self._accounts.stores.people
        details = await people.details(found.person, now)
        clinic, _ = await people.clinic(found.clinic, now)
        me = rest.Me(
            found.person, found.clinic, clinic, details.alias or details.name,
            sorted(found.positions), found.locked,
        )  # fmt: skip
        return json_response(me, HTTPStatus.OK)

    # --- parts ------------------------------------------------------------------------------------

    def _held(self, request: web.Request) -> str:
        held = request.cookies.get(self._cookie, "")
        if not held:
            raise Refusal(Code.SIGNED_OUT)
        return held

    def _known(self, token: str, lasts_s: int) -> web.Response:
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        response.set_cookie(
            self._cookie, token, max_age=lasts_s, path="/", httponly=True, secure=self._tls,
            samesite="Strict",
        )  # fmt: skip
        return response

    def _now(self) -> int:
        return int(self._wall() * 1000)
