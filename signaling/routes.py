"""REST: a clinic's back end makes sessions and tokens; a page turns its token into a seat.

Keys are compared in constant time and never logged; bodies are decoded by ``wire`` alone.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from media.channel import MediaPlane
from media.stats import EngineStats, TrackPage
from signaling import rest
from signaling.border import OwnPages
from signaling.config import Config
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import LinkView, Presence
from signaling.domain.grants import Role
from signaling.house_watch import HouseWatch
from signaling.live import levels
from signaling.metrics import Metrics, package_version, quantile
from signaling.operator_view import show_page
from signaling.registry import Registry
from signaling.request_bodies import bearer_of, body, json_response
from signaling.seats import BOOKED_JTI

SUMMARY_LINKS: Final = tuple(LinkView)


class Routes:
    """Everything under ``/api/v1``, and what watches the gateway from outside."""

    def __init__(
        self,
        config: Config,
        registry: Registry,
        metrics: Metrics,
        base_url: str,
        own_pages: OwnPages,
    ) -> None:
        self._config = config
        self._registry = registry
        self._metrics = metrics
        self._base_url = base_url
        self._own_pages = own_pages
        self._media: MediaPlane | None = None
        self._codes = registry.live.codes
        self._media_ready: Callable[[], bool] = lambda: True
        self._watch: HouseWatch | None = None
        self._clinic_of_key: Callable[[str], Awaitable[str]] | None = None
        self.ready = False

    def set_base_url(self, url: str) -> None:
        """Begin links with this from now on."""
        self._base_url = url

    def set_media(self, media: MediaPlane) -> None:
        """Read the counters of this media plane from now on."""
        self._media = media

    def set_media_ready(self, ready: Callable[[], bool]) -> None:
        """Ask this, too, whether new people can be taken."""
        self._media_ready = ready

    def set_clinics(self, clinic_of_key: Callable[[str], Awaitable[str]]) -> None:
        """Take clinics' own keys, too."""
        self._clinic_of_key = clinic_of_key

    def set_watch(self, watch: HouseWatch) -> None:
        """Show the operator what this has seen."""
        self._watch = watch

    def attach(self, app: web.Application) -> None:
        """Answer at the paths of the API."""
        api = app.router
        api.add_post("/api/v1/sessions", self._create_session)
        api.add_delete("/api/v1/sessions/{id}", self._end_session)
        api.add_post("/api/v1/sessions/{id}/tokens", self._mint)
        api.add_delete("/api/v1/tokens/{jti}", self._revoke)
        api.add_post("/api/v1/seats", self._exchange)
        api.add_get("/api/v1/operator/summary", self._summary)
        api.add_get("/api/v1/operator/live", self._live)
        api.add_get("/api/v1/operator/tracks", self._tracks)
        api.add_get("/healthz", self._health)
        api.add_get("/readyz", self._readiness)
        if self._config.metrics and self._config.metrics_port is None:
            self.attach_metrics(app)

    def attach_metrics(self, app: web.Application) -> None:
        """Answer at ``/metrics``, here or in an application of its own."""
        app.router.add_get("/metrics", self._show_metrics)

    # --- a clinic's back end ----------------------------------------------------------------------

    async def _create_session(self, request: web.Request) -> web.Response:
        clinic = await self._clinic_of(request)
        asked = await body(request, rest.CreateSession)
        session = self._registry.create_session(asked.expires_in_s, asked.door, clinic)
        return json_response(rest.Session(session.id, int(session.expires_at)), HTTPStatus.CREATED)

    async def _end_session(self, request: web.Request) -> web.Response:
        await self._check_session(request)
        self._registry.end_session(request.match_info["id"])
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def _mint(self, request: web.Request) -> web.Response:
        await self._check_session(request)
        asked = await body(request, rest.MintToken)
        minted = self._registry.mint(
            request.match_info["id"], asked.role, asked.identity, asked.name, asked.expires_in_s
        )
        link = f"{self._base_url}/{asked.role.value}#{minted.token}"
        token = rest.JoinToken(minted.token, minted.jti, link, minted.expires_at)
        return json_response(token, HTTPStatus.CREATED)

    async def _revoke(self, request: web.Request) -> web.Response:
        await self._clinic_of(request)
        jti = request.match_info["jti"]
        if not jti.startswith(BOOKED_JTI):  # a seat of a booked hour ends with its person's right
            self._registry.revoke(jti)
        return web.Response(status=HTTPStatus.NO_CONTENT)

    # --- a person's page --------------------------------------------------------------------------

    async def _exchange(self, request: web.Request) -> web.Response:
        self._own_pages.check(request)
        asked = await body(request, rest.ExchangeToken)
        return json_response(await self._registry.exchange(asked.token), HTTPStatus.CREATED)

    # --- whoever runs the gateway -----------------------------------------------------------------

    async def _summary(self, request: web.Request) -> web.Response:
        self._check_operator(request)
        rooms, presence, links = self._registry.counts()
        return web.json_response(
            {
                "version": package_version(),
                "ready": self.ready,
                "rooms": rooms,
                "people": {state.value: presence.get(state.value, 0) for state in Presence},
                "links": {state.value: links.get(state.value, 0) for state in SUMMARY_LINKS},
                "media": msgspec.to_builtins(await self._stats()),
                "join_seconds": {role.value: self._join_quantiles(role) for role in Role},
            }
        )

    async def _live(self, request: web.Request) -> web.Response:
        self._check_operator(request)
        now = asyncio.get_running_loop().time()
        shown = self._registry.live.show(self._registry.people(now), now)
        watched = {} if self._watch is None else self._watch.show(now)
        head = {"version": package_version(), "ready": self.ready}
        return web.json_response(head | watched | shown)

    async def _tracks(self, request: web.Request) -> web.Response:
        self._check_operator(request)
        code = request.query.get("after", "")
        after = self._codes.key(code) if code else ""
        if after is None:
            raise Refusal(Code.NOT_FOUND)
        page = TrackPage() if self._media is None else await self._media.tracks(after)
        return web.json_response(show_page(page, self._codes))

    def _check_operator(self, request: web.Request) -> None:
        expected = self._config.operator_token
        if not expected or not _same(bearer_of(request), expected):
            raise Refusal(Code.KEY_INVALID)

    def _join_quantiles(self, role: Role) -> dict[str, Any]:
        totals = self._metrics.join_totals[role]
        return {"count": len(totals), "p50": quantile(totals, 0.5), "p95": quantile(totals, 0.95)}

    async def _health(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readiness(self, _request: web.Request) -> web.Response:
        if not self.ready or self._registry.stopping or not self._media_ready():
            raise Refusal(Code.BUSY)
        return web.Response(text="ready\n")

    async def _show_metrics(self, _request: web.Request) -> web.Response:
        rooms, presence, _links = self._registry.counts()
        every = {state.value: presence.get(state.value, 0) for state in Presence}
        self._metrics.counts(rooms, every)
        people = self._registry.people(asyncio.get_running_loop().time())
        self._metrics.quality.sessions(levels(people))
        shown = self._metrics.expose(await self._stats())
        return web.Response(body=shown, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _stats(self) -> EngineStats:
        return EngineStats() if self._media is None else await self._media.stats()

    async def _check_session(self, request: web.Request) -> None:
        clinic = await self._clinic_of(request)
        self._registry.sessions.check_clinic(request.match_info["id"], clinic)

    async def _clinic_of(self, request: web.Request) -> str:
        """Whose program asks: a clinic's by its id; by a key of the settings nobody's."""
        given = bearer_of(request)
        if is_known_key(given, self._config.api_keys):
            return ""
        if self._clinic_of_key is None:
            raise Refusal(Code.KEY_INVALID)
        # A stranger's guesses are bounded by their address: each is looked up.
        self._own_pages.take(request)
        return await self._clinic_of_key(given)


def is_known_key(given: str, keys: Mapping[str, str]) -> bool:
    """Whether this is ``id:secret`` or ``secret`` of a key; takes as long for any wrong one."""
    known = False
    for key_id, secret in keys.items():
        known |= _same(given, f"{key_id}:{secret}")
        known |= _same(given, secret)
    return known


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())
