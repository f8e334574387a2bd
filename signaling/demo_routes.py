"""One path more in a demo: it signs its counsellor in. Whoever has the link is them."""

from __future__ import annotations

import hmac
import secrets
import time
from typing import Final

from aiohttp import web

from signaling.accounts import STAFF_MS
from signaling.demo_clinic import DemoClinic, sign_in
from signaling.domain.errors import Code, Refusal
from signaling.people_routes import cookie_name
from signaling.stores import Opened

PATH: Final = "/demo/{secret}"


class DemoRoutes:
    """Answers once :attr:`clinic` is there; until then there is nothing."""

    def __init__(self, stores: Opened, *, tls: bool) -> None:
        self._stores = stores
        self._tls = tls
        self.secret = secrets.token_urlsafe(24)
        self.clinic: DemoClinic | None = None

    def attach(self, app: web.Application) -> None:
        """Answer."""
        app.router.add_get(PATH, self._enter)

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        given = request.match_info["secret"]
        if self.clinic is None or not hmac.compare_digest(given.encode(), self.secret.encode()):
            raise Refusal(Code.NOT_FOUND)
        token = await sign_in(self._stores, self.clinic, int(time.time() * 1000))
        response = web.Response(status=302, headers={"Location": "/desk"})
        response.set_cookie(
            cookie_name(tls=self._tls), token, max_age=STAFF_MS // 1000, path="/", httponly=True,
            secure=self._tls, samesite="Strict",
        )  # fmt: skip
        return response
