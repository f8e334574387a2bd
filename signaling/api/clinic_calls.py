"""The calls about a clinic and its people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from signaling.api import clinic_bodies as bodies
from signaling.api.call import Asked, Call
from signaling.api.names import Names
from signaling.audit_chain import AuditRow
from signaling.domain.errors import Code, Refusal
from signaling.domain.recording_policy import RecordingChoice, beyond
from signaling.domain.rights import Position
from signaling.keys.sealing import SealError
from signaling.people import People
from signaling.storage.audit_store import PAGE as AUDIT_PAGE
from signaling.storage.people_store import PAGE, ClinicSettings, Details, Person, PersonKind

PERSON = "/api/v1/people/{person_id}"


class ClinicCalls:
    """Answers them. ``base_url`` is where links begin."""

    def __init__(self, people: People, base_url: Callable[[], str]) -> None:
        self._people = people
        self._base_url = base_url

    def table(self) -> list[Call]:
        """Return the rows."""
        position = {"position": Position}
        bond = f"{PERSON}/counsellors/{{counsellor_id}}"
        return [
            Call("GET", "/api/v1/clinic", "One's clinic", self._clinic,
                 answer=bodies.ClinicShown),
            Call("PUT", "/api/v1/clinic", "Choose for the clinic", self._set_clinic,
                 body=bodies.Clinic),
            Call("GET", "/api/v1/keys", "Keys of the clinic's programs", self._keys,
                 answer=bodies.ApiKeys),
            Call("POST", "/api/v1/keys", "Make a key", self._add_key, answer=bodies.NewApiKey,
                 status=HTTPStatus.CREATED),
            Call("DELETE", "/api/v1/keys/{key_id}", "End a key", self._end_key),
            Call("GET", "/api/v1/audit", "The clinic's audit", self._audit,
                 query=bodies.AuditAfter, answer=bodies.Audit),
            Call("GET", "/api/v1/me/looks", "Who looked at one's own data", self._looks,
                 query=bodies.AuditAfter, answer=bodies.Looks),
            Call("PUT", "/api/v1/me/hello", "Say a few words to who comes", self._introduce,
                 body=bodies.Introduction),
            Call("GET", "/api/v1/people", "The clinic's people", self._find, query=bodies.After,
                 answer=bodies.People),
            Call("POST", "/api/v1/clients", "Add a client", self._add_client,
                 body=bodies.AddClient, answer=bodies.PersonShown, makes=True,
                 status=HTTPStatus.CREATED,
                 codes=(Code.TAKEN,)),
            Call("POST", "/api/v1/staff", "Add staff", self._add_staff, body=bodies.AddStaff,
                 answer=bodies.PersonShown, makes=True,
                 status=HTTPStatus.CREATED, codes=(Code.TAKEN,)),
            Call("DELETE", PERSON, "Forget a client", self._erase),
            Call("GET", f"{PERSON}/contact", "Who somebody is", self._contact,
                 answer=bodies.Contact),
            Call("PUT", f"{PERSON}/contact", "Say who somebody is", self._set_contact,
                 body=bodies.Contact, codes=(Code.TAKEN,)),
            Call("PUT", f"{PERSON}/minor", "Say whether a client is a minor", self._set_minor,
                 body=bodies.Minor),
            Call("POST", f"{PERSON}/invitations", "Make a link", self._invite,
                 body=bodies.Invite, answer=bodies.Invited, status=HTTPStatus.CREATED),
            Call("POST", f"{PERSON}/end", "End somebody's access", self._end),
            Call("PUT", f"{PERSON}/positions/{{position}}", "Give a position",
                 self._give_position, words=position),
            Call("DELETE", f"{PERSON}/positions/{{position}}", "Take a position",
                 self._take_position, words=position),
            Call("PUT", bond, "Give a client a counsellor", self._bind),
            Call("DELETE", bond, "End that", self._part),
        ]  # fmt: skip

    # --- the clinic -------------------------------------------------------------------------------

    async def _clinic(self, asked: Asked) -> bodies.ClinicShown:
        name, chosen = await self._people.clinic(asked.actor, asked.at)
        shown = bodies.Clinic(
            chosen.origins, chosen.crisis_lines, chosen.phone, chosen.cancel_notice_hours,
            _recording(chosen.recording),
        )  # fmt: skip
        return bodies.ClinicShown(asked.actor.clinic, name, shown)

    async def _set_clinic(self, asked: Asked) -> None:
        body: bodies.Clinic = asked.body
        chosen = ClinicSettings(
            body.origins, body.crisis_lines, body.phone, body.cancel_notice_hours,
            _choice(body.recording),
        )  # fmt: skip
        await self._people.set_clinic(asked.actor, chosen, asked.at)

    async def _keys(self, asked: Asked) -> bodies.ApiKeys:
        found = await self._people.keys(asked.actor, asked.at)
        return bodies.ApiKeys([bodies.ApiKey(key, made_at) for key, made_at in found])

    async def _add_key(self, asked: Asked) -> bodies.NewApiKey:
        return bodies.NewApiKey(*await self._people.add_key(asked.actor, asked.at))

    async def _end_key(self, asked: Asked) -> None:
        await self._people.end_key(asked.actor, asked.ids[0], asked.at)

    async def _audit(self, asked: Asked) -> bodies.Audit:
        query: bodies.AuditAfter = asked.query
        return _audit(await self._people.audit(asked.actor, query.after, query.about, asked.at))

    async def _looks(self, asked: Asked) -> bodies.Looks:
        query: bodies.AuditAfter = asked.query
        rows = await self._people.looks(asked.actor, query.after, asked.at)
        names = Names(self._people.stores.people, asked.at)
        items = [await _look(row, said, names) for row, said in rows]
        return bodies.Looks(items, rows[-1][0].seq if len(rows) == AUDIT_PAGE else None)

    async def _introduce(self, asked: Asked) -> None:
        body: bodies.Introduction = asked.body
        await self._people.introduce(asked.actor, body.hello, asked.at)

    # --- its people -------------------------------------------------------------------------------

    async def _find(self, asked: Asked) -> bodies.People:
        query: bodies.After = asked.query
        found = await self._people.find(asked.actor, query.after, asked.at)
        items = [await self._show(each, asked.at) for each in found]
        return bodies.People(items, found[-1].id if len(found) == PAGE else None)

    async def _add_client(self, asked: Asked) -> bodies.PersonShown:
        body: bodies.AddClient = asked.body
        return await self._add(asked, _details(body.contact), None)

    async def _add_staff(self, asked: Asked) -> bodies.PersonShown:
        body: bodies.AddStaff = asked.body
        return await self._add(asked, _details(body.contact, body.email), body.position)

    async def _add(
        self, asked: Asked, details: Details, position: Position | None
    ) -> bodies.PersonShown:
        made = await self._people.add(asked.actor, details, position, asked.key, asked.at)
        return await self._show(await self._people.stores.people.person(made), asked.at)

    async def _erase(self, asked: Asked) -> None:
        await self._people.erase(asked.actor, asked.ids[0], asked.at)

    async def _contact(self, asked: Asked) -> bodies.Contact:
        found = await self._people.contact(asked.actor, asked.ids[0], asked.at)
        return bodies.Contact(
            found.name, found.alias, found.phone, found.email, found.locale, found.time_zone,
            found.register_url, found.hello,
        )  # fmt: skip

    async def _set_contact(self, asked: Asked) -> None:
        await self._people.set_contact(asked.actor, asked.ids[0], _details(asked.body), asked.at)

    async def _set_minor(self, asked: Asked) -> None:
        body: bodies.Minor = asked.body
        await self._people.set_minor(asked.actor, asked.ids[0], asked.at, is_minor=body.minor)

    async def _invite(self, asked: Asked) -> bodies.Invited:
        body: bodies.Invite = asked.body
        token, for_staff = await self._people.invite(asked.actor, asked.ids[0], body.pin, asked.at)
        page = "staff" if for_staff else "visit"
        return bodies.Invited(token, f"{self._base_url()}/{page}#{token}")

    async def _end(self, asked: Asked) -> None:
        await self._people.end(asked.actor, asked.ids[0], asked.at)

    async def _give_position(self, asked: Asked) -> None:
        position = Position(asked.names[0])
        await self._people.give_position(asked.actor, asked.ids[0], position, asked.at)

    async def _take_position(self, asked: Asked) -> None:
        position = Position(asked.names[0])
        await self._people.take_position(asked.actor, asked.ids[0], position, asked.at)

    async def _bind(self, asked: Asked) -> None:
        client, counsellor = asked.ids
        await self._people.bind(asked.actor, client, counsellor, asked.at)

    async def _part(self, asked: Asked) -> None:
        client, counsellor = asked.ids
        await self._people.part(asked.actor, client, counsellor, asked.at)

    async def _show(self, person: Person, at: int) -> bodies.PersonShown:
        stores = self._people.stores
        try:
            details = await stores.people.details(person.id, at)
        except (Refusal, SealError):  # erased in this moment
            details = Details("")
        positions = (
            await stores.standing.positions(person.id, at)
            if person.kind is PersonKind.STAFF
            else {Position.CLIENT}
        )
        name = details.alias or details.name
        return bodies.PersonShown(
            person.id, person.kind, name, sorted(positions), person.ended_at, details.minor
        )


def _details(contact: bodies.Contact, email: str = "") -> Details:
    return Details(
        contact.name, contact.alias, contact.phone, email or contact.email, contact.locale,
        contact.time_zone, contact.register_url, contact.hello,
    )  # fmt: skip


def _recording(chosen: RecordingChoice) -> bodies.RecordingChosen:
    return bodies.RecordingChosen(
        sorted(chosen.purposes), sorted(chosen.media), dict(chosen.days), chosen.client_may_ask,
        chosen.pause_in_crisis, chosen.jurisdiction, chosen.keeps_records, chosen.client_may_play,
    )  # fmt: skip


def _choice(body: bodies.RecordingChosen) -> RecordingChoice:
    """Raises :class:`Refusal` with ``malformed`` for what cannot be."""
    choice = RecordingChoice(
        frozenset(body.purposes), frozenset(body.media), body.days, body.client_may_ask,
        body.pause_in_crisis, body.jurisdiction, body.keeps_records, body.client_may_play,
    )  # fmt: skip
    if beyond(choice) is not None:
        raise Refusal(Code.MALFORMED)
    return choice


async def _look(row: AuditRow, said: Mapping[str, Any], names: Names) -> bodies.LookShown:
    who = "" if row.actor is None else (await names.of(row.actor)).name
    recording = said.get("recording")
    watched_ms = said["stop_ms"] - said["start_ms"] if "stop_ms" in said else None
    return bodies.LookShown(
        row.seq, row.at, row.actor, who, row.action, row.object, row.result,
        None if recording is None else UUID(recording), watched_ms,
    )  # fmt: skip


def _audit(rows: list[AuditRow]) -> bodies.Audit:
    items = [
        bodies.AuditShown(row.seq, row.at, row.actor, row.action, row.object, row.result)
        for row in rows
    ]
    return bodies.Audit(items, rows[-1].seq if len(rows) == AUDIT_PAGE else None)
