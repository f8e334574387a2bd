"""The calls about hours that are agreed on by messages."""

from __future__ import annotations

from http import HTTPStatus

from signaling.api import booking_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.hour_bodies import LAST_MS
from signaling.bookings import Bookings
from signaling.domain.booking import Span
from signaling.domain.errors import Code, Refusal
from signaling.storage.booking_cards import CardTime
from signaling.storage.booking_store import Arranged
from signaling.working_times import WorkingTimes

THREAD = "/api/v1/threads/{thread_id}"
TIMES = "/api/v1/people/{person_id}/working-times"


class BookingCalls:
    """Answers them."""

    def __init__(self, bookings: Bookings) -> None:
        self._bookings = bookings

    def table(self) -> list[Call]:
        """Return the rows."""
        return [
            Call("GET", TIMES, "When a counsellor works", self._times, answer=WorkingTimes),
            Call("PUT", TIMES, "Say when a counsellor works", self._set_times, body=WorkingTimes),
            Call("GET", f"{THREAD}/free-times", "Times that can be had", self._free,
                 query=bodies.FreeBetween, answer=bodies.FreeTimes),
            Call("GET", f"{THREAD}/working", "Whether the counsellor works now", self._working,
                 answer=bodies.Working),
            Call("GET", f"{THREAD}/bookings", "Bookings that are not over", self._find,
                 answer=bodies.Bookings),
            Call("POST", f"{THREAD}/bookings", "Ask for a time, or suggest one", self._begin,
                 body=bodies.Ask, answer=bodies.Booking, makes=True, status=HTTPStatus.CREATED,
                 codes=(Code.TAKEN, Code.NOT_NOW)),
            Call("POST", f"{THREAD}/bookings/{{booking_id}}/acts", "Answer a card", self._act,
                 body=bodies.AnswerCard, answer=bodies.Booking, codes=(Code.TAKEN, Code.NOT_NOW)),
        ]  # fmt: skip

    async def _times(self, asked: Asked) -> WorkingTimes:
        found = await self._bookings.working_times(asked.actor, asked.ids[0], asked.at)
        if found is None:
            raise Refusal(Code.NOT_FOUND)
        return found

    async def _set_times(self, asked: Asked) -> None:
        await self._bookings.set_working_times(asked.actor, asked.ids[0], asked.body, asked.at)

    async def _free(self, asked: Asked) -> bodies.FreeTimes:
        query: bodies.FreeBetween = asked.query
        since, until = query.since or asked.at, query.until or LAST_MS
        times, found = await self._bookings.free(
            asked.actor, asked.ids[0], since, until, query.near, asked.at
        )
        items = [CardTime(span.starts_at, span.minutes) for span in found]
        if times is None:
            return bodies.FreeTimes(items, None, 0)
        return bodies.FreeTimes(items, times.zone, times.notice_minutes)

    async def _working(self, asked: Asked) -> bodies.Working:
        return bodies.Working(*await self._bookings.working(asked.actor, asked.ids[0], asked.at))

    async def _find(self, asked: Asked) -> bodies.Bookings:
        found = await self._bookings.find(asked.actor, asked.ids[0], asked.at)
        return bodies.Bookings([_shown(each) for each in found])

    async def _begin(self, asked: Asked) -> bodies.Booking:
        body: bodies.Ask = asked.body
        return _shown(
            await self._bookings.begin(
                asked.actor, asked.ids[0], body.starts_at, body.minutes, asked.key, asked.at
            )
        )

    async def _act(self, asked: Asked) -> bodies.Booking:
        body: bodies.AnswerCard = asked.body
        thread, booking = asked.ids
        to = None if body.starts_at is None else (body.starts_at, body.minutes)
        return _shown(
            await self._bookings.act(
                asked.actor, thread, booking, body.act, body.revision, to, asked.at
            )
        )


def _shown(held: Arranged) -> bodies.Booking:
    booking = held.booking
    return bodies.Booking(
        held.id, held.of.thread, booking.stage, booking.revision, _time(booking.named),
        _time(booking.agreed), booking.end, held.session,
    )  # fmt: skip


def _time(span: Span | None) -> CardTime | None:
    return None if span is None else CardTime(span.starts_at, span.minutes)
