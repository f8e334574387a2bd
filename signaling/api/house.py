"""Puts the interface together: who may, what is done, the table, and its description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from uuid import UUID

from aiohttp import web

from signaling import rest
from signaling.api.call import Call
from signaling.api.clinic_calls import ClinicCalls
from signaling.api.describe import PATH, describe
from signaling.api.elsewhere import rows
from signaling.api.hour_calls import HourCalls
from signaling.api.server import Server
from signaling.api.thread_calls import ThreadCalls
from signaling.border import OwnPages
from signaling.gate import Gate
from signaling.hours import Hours
from signaling.people import People
from signaling.request_bodies import json_response
from signaling.seats import Holder
from signaling.storage.session_store import Booked
from signaling.stores import Opened
from signaling.threads import Threads


class House:
    """What the rooms must be told and asked; see :class:`signaling.registry.Registry`."""

    def __init__(
        self,
        opened: Opened,
        *,
        sit: Callable[[Holder, Booked], Awaitable[rest.Seat]],
        changed: Callable[[Booked], None],
        let_out: Callable[[UUID, UUID | None], None],
        base_url: Callable[[], str],
    ) -> None:
        stores = opened.accounts.stores
        gate = Gate(stores.people, stores.standing, opened.journal)
        self.hours = Hours(opened.hours, gate, changed)
        self.people = People(
            opened.accounts, opened.erasure, gate, opened.data, let_out, self.hours.cancel_ahead
        )
        self.threads = Threads(opened.threads, opened.thread_writer, gate)
        self.calls: Sequence[Call] = [
            *HourCalls(self.hours, sit).table(),
            *ClinicCalls(self.people, base_url).table(),
            *ThreadCalls(self.threads, stores.people).table(),
        ]
        self._accounts = opened.accounts

    def attach(self, app: web.Application, own_pages: OwnPages, cookie: str, version: str) -> None:
        """Answer every call, and describe them."""
        Server(self._accounts, own_pages, cookie).attach(app, self.calls)
        described = describe([*rows(), *self.calls], version, cookie)

        async def show(_request: web.Request) -> web.Response:
            return json_response(described, HTTPStatus.OK)

        app.router.add_get(PATH, show)
