"""The laboratory's page and what it asks: on this machine, from our own page, and nowhere else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web

from signaling import wire
from signaling.border import is_own_origin
from signaling.config import LOOPBACK_NAMES, Config
from signaling.domain.errors import Code, Refusal
from signaling.domain.grants import Role
from signaling.lab.legs import Lab, Leg
from signaling.lab.settings import Cut, LabView, Lines

API: Final = "/lab/api/legs"


class LabRoutes:
    """Everything under ``/lab/api``."""

    def __init__(self, config: Config, lab: Lab) -> None:
        self._config = config
        self._lab = lab

    def attach(self, app: web.Application) -> None:
        """Answer at the paths of the API."""
        app.router.add_get(API, self._show)
        app.router.add_put(API + "/{role}", self._set)
        app.router.add_post(API + "/{role}/cut", self._cut)

    async def _show(self, request: web.Request) -> web.Response:
        self._check(request)
        return self._view()

    async def _set(self, request: web.Request) -> web.Response:
        leg = self._leg(request)
        leg.set(wire.decode_body(await request.read(), Lines))
        return self._view()

    async def _cut(self, request: web.Request) -> web.Response:
        leg = self._leg(request)
        leg.cut(wire.decode_body(await request.read(), Cut).seconds)
        return self._view()

    def _view(self) -> web.Response:
        view = LabView([leg.view() for leg in self._lab.legs.values()])
        body = wire.to_json(view)
        return web.Response(body=body, status=HTTPStatus.OK, content_type="application/json")

    def _leg(self, request: web.Request) -> Leg:
        self._check(request)
        try:
            return self._lab.legs[Role(request.match_info["role"])]
        except ValueError:
            raise Refusal(Code.NOT_FOUND) from None

    def _check(self, request: web.Request) -> None:
        """Refuse pages of another origin, and names that somebody else lets point to this machine.

        The origin alone would not do: a stranger's page may have its own name resolve to loopback,
        and is then of the same origin as what answers there (DNS rebinding).
        """
        host = request.url.host
        if not is_own_origin(request, self._config) or host not in LOOPBACK_NAMES:
            raise Refusal(Code.ORIGIN_REFUSED)
