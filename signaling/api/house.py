"""Puts the interface together: who may, what is done, the table, and its description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from aiohttp import web

from signaling import rest
from signaling.api.booking_calls import BookingCalls
from signaling.api.call import Call
from signaling.api.clinic_calls import ClinicCalls
from signaling.api.describe import PATH, describe
from signaling.api.elsewhere import rows
from signaling.api.file_calls import FileCalls
from signaling.api.hour_calls import HourCalls
from signaling.api.later_calls import LaterCalls
from signaling.api.recording_calls import RecordingCalls
from signaling.api.reminder_calls import ReminderCalls
from signaling.api.server import Server
from signaling.api.thread_calls import ThreadCalls
from signaling.attachments import Attachments
from signaling.bookings import Bookings
from signaling.border import OwnPages
from signaling.files.cleaner import Cleaner
from signaling.gate import Gate
from signaling.hours import Hours
from signaling.kept_recordings import KeptRecordings
from signaling.later_uses import LaterUses
from signaling.people import People
from signaling.postman import Postman
from signaling.recording_player import RecordingPlayer
from signaling.recordings import NothingRuns, Running
from signaling.reminder_choices import Channels, ReminderChoices
from signaling.request_bodies import json_response
from signaling.seats import Holder
from signaling.storage.session_store import Booked
from signaling.stores import Opened
from signaling.threads import Threads

NO_CHANNELS: Final = Channels()
NOTHING_RUNS: Final = NothingRuns()


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
        channels: Channels = NO_CHANNELS,
        running: Running = NOTHING_RUNS,
    ) -> None:
        """``channels`` is how people can be reminded here, ``running`` what is being recorded."""
        stores = opened.accounts.stores
        gate = Gate(stores.people, stores.standing, opened.journal)
        self.threads = Threads(opened.threads, opened.thread_writer, gate)
        self.bookings = Bookings(
            opened.bookings, opened.availability, stores.people, self.threads, gate, changed
        )
        self.hours = Hours(opened.hours, gate, changed, self.bookings.follow)
        self.people = People(
            opened.accounts, opened.erasure, gate, opened.data, let_out, self._cancel_ahead, running
        )
        self.postman = Postman(opened.scheduled, opened.reminders, self.threads, gate)
        self.attachments = Attachments(opened.files, self.threads, Cleaner())
        kept = opened.kept_recordings
        self.recordings = KeptRecordings(kept, opened.journal, gate, running, stores.people)
        player = RecordingPlayer(self.recordings, gate, kept.erasure.files)
        later = LaterUses(self.recordings, kept.later, kept.proofs, stores.people, gate)
        reminders = ReminderChoices(opened.reminders, stores.people, gate, channels)
        self.calls: Sequence[Call] = [
            *HourCalls(self.hours, self.threads, sit).table(),
            *ClinicCalls(self.people, base_url).table(),
            *ThreadCalls(self.threads, stores.people).table(),
            *FileCalls(self.attachments).table(),
            *LaterCalls(self.postman).table(),
            *BookingCalls(self.bookings).table(),
            *ReminderCalls(reminders).table(),
            *RecordingCalls(self.recordings, player, later, stores.people).table(),
        ]
        self._accounts = opened.accounts

    async def _cancel_ahead(self, by: UUID, person: UUID, client: UUID | None, at: int) -> None:
        """Nothing is asked of somebody any more, and what was booked with them is not held."""
        await self.bookings.drop(person, client, at)
        await self.hours.cancel_ahead(by, person, client, at)

    def attach(self, app: web.Application, own_pages: OwnPages, cookie: str, version: str) -> None:
        """Answer every call, and describe them."""
        Server(self._accounts, own_pages, cookie).attach(app, self.calls)
        described = describe([*rows(), *self.calls], version, cookie)

        async def show(_request: web.Request) -> web.Response:
            return json_response(described, HTTPStatus.OK)

        app.router.add_get(PATH, show)
