"""The calls about booked hours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from uuid import UUID

from signaling import rest
from signaling.api import hour_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.changes import change_of, csv_of
from signaling.api.names import Names
from signaling.domain.errors import Code, Refusal
from signaling.domain.rights import Position
from signaling.hours import Hours
from signaling.seats import Holder
from signaling.storage.change_store import Moment
from signaling.storage.day_store import Plan, Today
from signaling.storage.note_store import SafetyNote
from signaling.storage.session_store import PAGE, Between, Booked, Wanted, Whose
from signaling.threads import Threads

HOUR = "/api/v1/appointments/{session_id}"


class HourCalls:
    """Answers them. ``sit`` gives a seat in a room."""

    def __init__(
        self,
        hours: Hours,
        threads: Threads,
        sit: Callable[[Holder, Booked], Awaitable[rest.Seat]],
    ) -> None:
        self._hours = hours
        self._threads = threads
        self._sit = sit

    def table(self) -> list[Call]:
        """Return the rows."""
        shown = bodies.Appointment
        return [
            Call("GET", "/api/v1/appointments", "Hours, one's own or somebody's", self._find,
                 query=bodies.Find, answer=bodies.Appointments),
            Call("POST", "/api/v1/appointments", "Book an hour", self._book, body=bodies.Book,
                 answer=shown, makes=True,
                 status=HTTPStatus.CREATED, codes=(Code.TAKEN, Code.NOT_NOW)),
            Call("GET", HOUR, "One hour", self._get, answer=shown),
            Call("PUT", f"{HOUR}/start", "Move an hour", self._move, body=bodies.Move,
                 answer=shown, codes=(Code.TAKEN, Code.NOT_NOW)),
            Call("DELETE", HOUR, "Cancel an hour", self._cancel, codes=(Code.NOT_NOW,)),
            Call("POST", f"{HOUR}/seat", "Come to the room, or to its door", self._enter,
                 answer=rest.Seat, status=HTTPStatus.CREATED,
                 codes=(Code.NOT_NOW, Code.ROOM_ENDED, Code.ROOM_FULL, Code.SEAT_INVALID)),
            Call("PUT", f"{HOUR}/late", "Say to be late", self._late, body=bodies.Late,
                 answer=shown, codes=(Code.NOT_NOW,)),
            Call("PUT", f"{HOUR}/time", "Make it longer", self._time, body=bodies.Time,
                 answer=shown, codes=(Code.NOT_NOW,)),
            Call("GET", f"{HOUR}/today", "What was given for this day", self._day,
                 answer=bodies.Before),
            Call("PUT", f"{HOUR}/today", "Say where one is today", self._give_today,
                 body=bodies.TodayBody, answer=shown, codes=(Code.NOT_NOW,)),
            Call("PUT", f"{HOUR}/plan", "Agree what to do when the line is cut", self._agree,
                 body=bodies.PlanBody, codes=(Code.NOT_NOW,)),
            Call("POST", f"{HOUR}/safety", "Open what is needed in danger", self._safety,
                 answer=bodies.Safety, codes=(Code.NOT_NOW,)),
            Call("GET", f"{HOUR}/safety-note", "What was noted for handing over", self._note,
                 answer=bodies.NoteKept),
            Call("PUT", f"{HOUR}/safety-note", "Note something for handing over", self._write_note,
                 body=bodies.Note, answer=bodies.NoteKept, codes=(Code.NOT_NOW,)),
            Call("PUT", f"{HOUR}/moods/{{moment}}", "Say how one feels", self._rate,
                 body=bodies.Mood, words={"moment": Moment}),
            Call("PUT", f"{HOUR}/line", "Say how one found the line", self._rate_line,
                 body=bodies.LineRating),
            Call("GET", "/api/v1/people/{person_id}/change", "What stays of a client's hours",
                 self._change, query=bodies.Span, answer=bodies.Change),
        ]  # fmt: skip

    # --- the calendar -----------------------------------------------------------------------------

    async def _find(self, asked: Asked) -> bodies.Appointments:
        found = await self._hours.find(asked.actor, _between(asked), asked.at)
        more = f"{found[-1].starts_at}_{found[-1].id}" if len(found) == PAGE else None
        names = Names(self._hours.stores.people, asked.at)
        return bodies.Appointments([await _shown(each, names) for each in found], more)

    async def _book(self, asked: Asked) -> bodies.Appointment:
        body: bodies.Book = asked.body
        wanted = Wanted(body.counsellor, body.client, body.starts_at, body.minutes, body.kind)
        return await self._show(
            asked, await self._hours.book(asked.actor, wanted, asked.key, asked.at)
        )

    async def _get(self, asked: Asked) -> bodies.Appointment:
        return await self._show(asked, await self._hours.get(asked.actor, asked.ids[0], asked.at))

    async def _move(self, asked: Asked) -> bodies.Appointment:
        body: bodies.Move = asked.body
        moved = await self._hours.move(
            asked.actor, asked.ids[0], body.starts_at, body.minutes, asked.at
        )
        return await self._show(asked, moved)

    async def _cancel(self, asked: Asked) -> None:
        await self._hours.cancel(asked.actor, asked.ids[0], asked.at)

    # --- before and during ------------------------------------------------------------------------

    async def _enter(self, asked: Asked) -> rest.Seat:
        return await self._sit(*await self._hours.enter(asked.actor, asked.ids[0], asked.at))

    async def _late(self, asked: Asked) -> bodies.Appointment:
        body: bodies.Late = asked.body
        late = await self._hours.say_late(asked.actor, asked.ids[0], body.minutes, asked.at)
        return await self._show(asked, late)

    async def _time(self, asked: Asked) -> bodies.Appointment:
        body: bodies.Time = asked.body
        longer = await self._hours.give_time(asked.actor, asked.ids[0], body.more_minutes, asked.at)
        return await self._show(asked, longer)

    async def _day(self, asked: Asked) -> bodies.Before:
        found, today, plan = await self._hours.day(asked.actor, asked.ids[0], asked.at)
        said = await self._threads.hopes(found.client, found.counsellor, found.id, asked.at)
        return bodies.Before(
            _today(today, found),
            None if plan is None else bodies.PlanBody(
                plan.caller, plan.phone, plan.call_is_safe, plan.wait_s
            ),
            None if said is None else bodies.Hopes(said.hopes, said.worries),
        )  # fmt: skip

    async def _give_today(self, asked: Asked) -> bodies.Appointment:
        body: bodies.TodayBody = asked.body
        given = Today(body.place, body.phone, body.contact_name, body.contact_phone, body.near)
        found = await self._hours.give_today(asked.actor, asked.ids[0], given, asked.at)
        return await self._show(asked, found)

    async def _agree(self, asked: Asked) -> None:
        body: bodies.PlanBody = asked.body
        plan = Plan(body.caller, body.phone, body.call_is_safe, body.wait_s)
        await self._hours.agree(asked.actor, asked.ids[0], plan, asked.at)

    async def _safety(self, asked: Asked) -> bodies.Safety:
        shown = await self._hours.open_safety(asked.actor, asked.ids[0], asked.at)
        _, settings = await self._hours.stores.people.clinic(shown.booked.clinic, asked.at)
        noted = _noted(shown.note)
        return bodies.Safety(
            asked.at, _today(shown.today, shown.booked), shown.client.phone,
            list(settings.crisis_lines), noted.note, noted.note_until,
        )  # fmt: skip

    async def _note(self, asked: Asked) -> bodies.NoteKept:
        return _noted(await self._hours.note(asked.actor, asked.ids[0], asked.at))

    async def _write_note(self, asked: Asked) -> bodies.NoteKept:
        body: bodies.Note = asked.body
        text = body.note.strip()
        return _noted(await self._hours.write_note(asked.actor, asked.ids[0], text, asked.at))

    # --- what stays -------------------------------------------------------------------------------

    async def _rate(self, asked: Asked) -> None:
        body: bodies.Mood = asked.body
        moment = Moment(asked.names[0])
        await self._hours.rate(asked.actor, asked.ids[0], moment, body.value, asked.at)

    async def _rate_line(self, asked: Asked) -> None:
        body: bodies.LineRating = asked.body
        await self._hours.rate_line(asked.actor, asked.ids[0], body.said, asked.at)

    async def _change(self, asked: Asked) -> object:
        span: bodies.Span = asked.query
        client = asked.ids[0]
        kept = await self._hours.change(asked.actor, client, span.since, span.until, asked.at)
        items = [change_of(booked, change) for booked, change in kept]
        return csv_of(items) if span.csv else bodies.Change(client, items)

    async def _show(self, asked: Asked, booked: Booked) -> bodies.Appointment:
        return await _shown(booked, Names(self._hours.stores.people, asked.at))


async def _shown(booked: Booked, names: Names) -> bodies.Appointment:
    life = booked.life
    return bodies.Appointment(
        booked.id, await names.of(booked.counsellor), await names.of(booked.client),
        booked.starts_at, booked.ends_at, booked.minutes, life.more_minutes,
        life.late_minutes, booked.kind, life.stage, life.arrived_at, life.begun_at,
        life.ended_at, life.outcome, booked.today_at,
    )  # fmt: skip


def _between(asked: Asked) -> Between:
    query: bodies.Find = asked.query
    actor = asked.actor
    whose = query.whose or (
        Whose.CLIENT if Position.CLIENT in actor.positions
        else Whose.COUNSELLOR if Position.COUNSELLOR in actor.positions
        else Whose.CLINIC
    )  # fmt: skip
    own = actor.clinic if whose is Whose.CLINIC else actor.person
    after = None
    if query.after is not None:
        starts_at, last = query.after.split("_")
        try:
            after = (int(starts_at), UUID(last))
        except ValueError:
            raise Refusal(Code.MALFORMED) from None
        if after[0] > bodies.LAST_MS:
            raise Refusal(Code.MALFORMED)
    if whose is Whose.CLINIC and query.person is not None:
        raise Refusal(Code.MALFORMED)
    return Between(whose, query.person or own, query.since, query.until, after)


def _noted(note: SafetyNote | None) -> bodies.NoteKept:
    return bodies.NoteKept("", None) if note is None else bodies.NoteKept(note.text, note.until)


def _today(today: Today | None, booked: Booked) -> bodies.TodayBody | None:
    if today is None:
        return None
    return bodies.TodayBody(
        today.place, today.phone, today.contact_name, today.contact_phone, today.near,
        booked.today_at,
    )  # fmt: skip
