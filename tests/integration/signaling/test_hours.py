"""Booked hours over a running gateway: from the calendar to the room and back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import socketio
from aiohttp import WSMsgType

from signaling import room_words
from signaling.domain import attendance
from signaling.domain.booking import MINUTE_MS
from signaling.domain.grants import Role
from signaling.domain.life import Outcome, Stage, Turn
from signaling.hours import EMERGENCY_MS
from signaling.keys.sealing import SealError
from signaling.people_routes import COOKIE
from signaling.storage.change_store import LineSaid, Moment
from signaling.storage.database import StorageAway
from signaling.storage.note_store import KEPT_MS
from signaling.storage.session_store import Booked
from signaling.storage.thread_jobs import Kept, Written
from signaling.storage.thread_writer import ThreadWriter
from tests.integration.signaling.test_room_task import OFFER
from tests.support.page import API_SECRET, Page
from tests.support.practice import PLAN, TODAY, Practice, now_ms, practice

pytestmark = pytest.mark.integration


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path) as made:
        yield made


async def come(here: Practice, who: str, hour: Booked) -> Page:
    status, seat = await here.ask(who, "POST", f"appointments/{hour.id}/seat")
    assert status == 201, seat
    return await here.house.enter(seat["seat"])


async def stage(here: Practice, hour: Booked, wanted: Stage) -> Booked:
    """Wait until it is stored."""
    async with asyncio.timeout(10):
        while (found := await here.stores.sessions.get(hour.id)).life.stage is not wanted:
            await asyncio.sleep(0.02)
    return found


def you(page: Page) -> str:
    return str(page.welcome["you"])


async def test_an_hour_from_the_door_to_the_end(here: Practice) -> None:
    hour = await here.hour()
    client = await come(here, "zhang", hour)
    assert (await client.event("hour"))["stage"] == "waiting"
    assert (await client.ask("offer", sdp=OFFER))["code"] == "not_admitted"
    counsellor = await come(here, "li", hour)
    registry = here.house.app.registry
    assert registry.is_in_session(here.people["li"])
    await here.house.page(Role.COUNSELLOR, str(here.people["chen"]))  # in a session not booked here
    assert not registry.is_in_session(here.people["chen"])
    let_in: dict[str, Any] = {"type_": "let_in", "participant": you(client)}
    assert (await counsellor.ask(**let_in))["code"] == "place_unconfirmed"
    assert (await here.ask("zhang", "PUT", f"appointments/{hour.id}/today", TODAY))[0] == 200
    assert (await here.ask("li", "PUT", f"appointments/{hour.id}/plan", PLAN))[0] == 204
    assert (await client.ask("let_in", participant=you(client)))["code"] == "not_admitted"
    assert (await counsellor.ask("let_in", participant="nobody"))["code"] == "not_in_room"
    assert (await here.stores.sessions.get(hour.id)).life.stage is Stage.WAITING
    assert (await counsellor.ask(**let_in))["type"] == "done"
    await client.event("hour", stage="in_session")
    met = await stage(here, hour, Stage.IN_SESSION)
    assert met.life.admitted_at is not None
    shown = (await here.ask("li", "GET", f"appointments/{hour.id}/today"))[1]
    assert shown["today"]["place"] == TODAY["place"]
    assert shown["plan"] == {**PLAN, "wait_s": 30}
    assert (await client.ask("offer", sdp=OFFER))["type"] == "answer"
    longer = await here.ask("li", "PUT", f"appointments/{hour.id}/time", {"more_minutes": 5})
    assert longer[1]["ends_at"] == hour.ends_at + 5 * MINUTE_MS
    await client.event("hour", ends_at=hour.ends_at + 5 * MINUTE_MS)
    assert (await client.ask("end_session"))["code"] == "not_allowed"
    assert (await counsellor.ask("end_session"))["type"] == "done"
    assert (await client.event("closed"))["reason"] == "session_ended"
    over = await here.stores.sessions.get(hour.id)
    assert (over.life.stage, over.life.outcome) == (Stage.ENDED, Outcome.HELD)
    assert (await here.ask("zhang", "POST", f"appointments/{hour.id}/seat"))[0] == 410
    assert (await here.ask("li", "DELETE", f"appointments/{hour.id}"))[0] == 409


async def test_a_reason_opens_the_door_without_a_place_and_is_kept(here: Practice) -> None:
    hour = await here.hour()
    client, counsellor = await come(here, "zhang", hour), await come(here, "li", hour)
    told = await counsellor.ask("let_in", participant=you(client), reason="by phone")
    assert told["type"] == "done"
    row = next(each for each in await here.audit() if each.action == "session.admit")
    assert await here.stores.journal.said(row, now_ms()) == {"reason": "by phone"}
    assert b"by phone" not in row.payload


async def test_what_was_decided_is_found_again_by_a_room_that_knows_nothing(
    here: Practice,
) -> None:
    hour = await here.hour()
    client, counsellor = await come(here, "zhang", hour), await come(here, "li", hour)
    await counsellor.ask("let_in", participant=you(client), reason="by phone")
    await stage(here, hour, Stage.IN_SESSION)
    here.house.app.registry._rooms[str(hour.id)].task.cancel()  # as if the gateway had died
    await client.gone.wait()
    again = await here.house.enter(client.welcome["seat"])
    assert not next(p for p in again.welcome["roster"] if p["id"] == you(again))["waits"]
    assert (await again.event("hour"))["stage"] == "in_session"


async def test_a_client_comes_an_hour_before_and_no_sooner(here: Practice) -> None:
    early = await here.hour(starts_at=now_ms() + 61 * MINUTE_MS)
    assert (await here.ask("zhang", "POST", f"appointments/{early.id}/seat"))[0] == 409
    assert (await here.stores.sessions.get(early.id)).life.stage is Stage.BOOKED
    soon = await here.hour("chen", "moon", now_ms() + 59 * MINUTE_MS)
    page = await come(here, "moon", soon)
    late = await here.ask("chen", "PUT", f"appointments/{soon.id}/late", {"minutes": 5})
    assert late[1]["late_minutes"] == 5
    await page.event("hour", late_minutes=5)


async def test_calendars_show_what_is_one_s_own(here: Practice) -> None:
    mine, other = await here.hour(), await here.hour("chen", "moon")
    span = {"since": "0", "until": str(now_ms() + 9 * 86_400_000)}

    async def ids(who: str, **more: str) -> list[str]:
        status, said = await here.ask(who, "GET", "appointments", params=span | more)
        assert status == 200, said
        return [each["id"] for each in said["items"]]

    assert await ids("li") == await ids("zhang") == [str(mine.id)]
    assert await ids("chen") == [str(other.id)]
    assert await ids("admin") == await ids("program") == [str(mine.id), str(other.id)]
    assert await ids("far.admin") == []
    zhang = str(here.people["zhang"])
    assert await ids("li", whose="client", person=zhang) == [str(mine.id)]
    for who in ("chen", "moon", "far.li", "far.admin"):
        asked = span | {"whose": "client", "person": zhang}
        assert (await here.ask(who, "GET", "appointments", params=asked))[0] in {403, 404}
    named = (await here.ask("li", "GET", f"appointments/{mine.id}"))[1]
    assert named["client"]["name"] == "Zhang"


async def test_an_hour_asked_for_twice_is_booked_once(here: Practice) -> None:
    wanted = {
        "counsellor": str(here.people["li"]), "client": str(here.people["zhang"]),
        "starts_at": now_ms() + 60 * MINUTE_MS,
    }  # fmt: skip
    key = {"headers": {"Idempotency-Key": "one"}}
    first = await here.ask("program", "POST", "appointments", wanted, **key)
    assert first[0] == 201
    assert await here.ask("program", "POST", "appointments", wanted, **key) == first
    other = wanted | {"minutes": 30}
    assert (await here.ask("program", "POST", "appointments", other, **key))[0] == 409
    assert (await here.ask("program", "POST", "appointments", wanted))[0] == 409
    hour = first[1]["id"]
    moved = {"starts_at": now_ms() + 180 * MINUTE_MS, "minutes": 50}
    assert (await here.ask("li", "PUT", f"appointments/{hour}/start", moved))[0] == 200
    assert (await here.ask("program", "POST", "appointments", wanted))[0] == 201
    assert (await here.ask("li", "DELETE", f"appointments/{hour}"))[0] == 204
    assert (await here.ask("li", "DELETE", f"appointments/{hour}"))[0] == 204
    past = wanted | {"starts_at": 0}
    assert (await here.ask("program", "POST", "appointments", past))[0] == 409


async def test_somebody_added_twice_is_one_person(here: Practice) -> None:
    wanted = {"contact": {"name": "Sun"}}
    key = {"headers": {"Idempotency-Key": "sun"}}
    first = await here.ask("program", "POST", "clients", wanted, **key)
    assert first[0] == 201
    assert await here.ask("program", "POST", "clients", wanted, **key) == first
    other = {"contact": {"name": "Wind"}}
    assert (await here.ask("program", "POST", "clients", other, **key))[0] == 409
    await here.ask("admin", "POST", f"people/{first[1]['id']}/end")
    assert (await here.ask("program", "POST", "clients", wanted, **key))[0] == 409


async def test_what_stays_of_hours_is_shown_and_is_a_table_too(here: Practice) -> None:
    hour = await here.hour()
    for moment, value in (("before", 3), ("after", 6)):
        path = f"appointments/{hour.id}/moods/{moment}"
        assert (await here.ask("zhang", "PUT", path, {"value": value}))[0] == 204
    assert (await here.ask("zhang", "PUT", path, {"value": 11}))[0] == 400
    line = f"appointments/{hour.id}/line"
    for said in ("clear", "cut"):
        assert (await here.ask("zhang", "PUT", line, {"said": said}))[0] == 204
    for wrong in ({"said": "bad"}, {"said": 1}, {}, {"said": "cut", "of": "li"}):
        assert (await here.ask("zhang", "PUT", line, wrong))[0] == 400
    path = f"people/{here.people['zhang']}/change"
    for who in ("li", "zhang"):
        (kept,) = (await here.ask(who, "GET", path))[1]["items"]
        assert (kept["session"], kept["before"], kept["after"]) == (str(hour.id), 3, 6)
        assert (kept["line"], kept["line_said"]) == (None, "cut")
    table = (await here.ask("li", "GET", path, params={"csv": "true"}))[1].splitlines()
    assert len(table) == 2
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert (row["mood_after"], row["line_said"]) == ("6", "cut")
    looks = (await here.ask("zhang", "GET", "me/looks"))[1]["items"]
    assert [(each["action"], each["actor"]) for each in looks] == [
        ("look.change", str(here.people["li"]))
    ]


async def test_in_danger_the_counsellor_has_what_they_need_for_an_hour(here: Practice) -> None:
    hour = await here.hour()
    await here.ask("zhang", "PUT", f"appointments/{hour.id}/today", TODAY)
    status, shown = await here.ask("li", "POST", f"appointments/{hour.id}/safety")
    assert status == 200
    assert shown["today"]["contact_phone"] == TODAY["contact_phone"]
    assert (shown["lines"], shown["phone"]) == ([["Lifeline", "12356"]], "+86 138 1234 5678")
    assert [each.action for each in await here.audit()].count("safety.opened") == 1
    assert (await here.ask("zhang", "POST", f"appointments/{hour.id}/safety"))[0] == 403


async def test_what_is_noted_in_danger_is_there_for_a_day_and_for_who_wrote_it(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = await here.hour()
    path = f"appointments/{hour.id}/safety-note"
    nothing = {"note": "", "note_until": None}
    assert await here.ask("li", "GET", path) == (200, nothing)
    asked = now_ms()
    status, kept = await here.ask("li", "PUT", path, {"note": " 姐姐在路上。\nCall Wu. "})
    assert (status, kept["note"]) == (200, "姐姐在路上。\nCall Wu.")
    assert 0 <= kept["note_until"] - asked - KEPT_MS < 60_000
    assert await here.ask("li", "GET", path) == (200, kept)
    shown = (await here.ask("li", "POST", f"appointments/{hour.id}/safety"))[1]
    assert {name: shown[name] for name in nothing} == kept
    for note in ("x" * 2001, 7, None):
        assert (await here.ask("li", "PUT", path, {"note": note}))[0] == 400
    assert (await here.ask("li", "PUT", path, {"note": "难" * 2000}))[0] == 200
    # After an hour nothing more is noted; what is there stays to be handed over.
    ended = now_ms() - EMERGENCY_MS - 1000
    await here.stores.sessions.step(hour, Turn.CANCEL, here.people["li"], ended)
    assert (await here.ask("li", "PUT", path, {"note": "late"}))[0] == 409
    assert (await here.ask("li", "PUT", path, {"note": ""}))[0] == 409
    assert (await here.ask("li", "POST", f"appointments/{hour.id}/safety"))[0] == 409
    assert (await here.ask("li", "GET", path))[1]["note"] == "难" * 2000
    # That it was written and looked at is told of, and not to whom it is about.
    told = [each.action for each in await here.audit() if each.object == hour.id]
    assert [each for each in told if "note" in each] == [
        "safety.set_note", "look.safety_note", "safety.set_note",
    ]  # fmt: skip
    assert (await here.ask("zhang", "GET", "me/looks"))[1]["items"] == []
    monkeypatch.setattr("signaling.storage.note_store.KEPT_MS", 0)
    assert await here.ask("li", "GET", path) == (200, nothing)


async def test_an_empty_note_deletes_the_one_there_was(here: Practice) -> None:
    hour = await here.hour()
    path = f"appointments/{hour.id}/safety-note"
    nothing = {"note": "", "note_until": None}
    await here.ask("li", "PUT", path, {"note": "Call Wu."})
    assert await here.ask("li", "PUT", path, {"note": " \n"}) == (200, nothing)
    assert await here.ask("li", "GET", path) == (200, nothing)


async def test_a_client_who_is_given_another_counsellor_is_lost_to_the_first_at_once(
    here: Practice,
) -> None:
    hour = await here.hour()
    page = await come(here, "li", hour)
    bond = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", bond))[0] == 204
    async with asyncio.timeout(1):
        assert (await page.event("closed"))["reason"] == "revoked"
    assert (await here.ask("li", "POST", f"appointments/{hour.id}/seat"))[0] == 403
    assert (await here.ask("li", "GET", f"people/{here.people['zhang']}/contact"))[0] == 403


async def test_whoever_comes_no_more_leaves_no_hour_behind(here: Practice) -> None:
    held, ahead = await here.hour(), [await here.hour() for _ in range(2)]
    client, counsellor = await come(here, "zhang", held), await come(here, "li", held)
    await counsellor.ask("let_in", participant=you(client), reason="by phone")
    await stage(here, held, Stage.IN_SESSION)
    other = await here.hour("chen", "moon")
    bond = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", bond))[0] == 204
    for each in ahead:
        assert (await here.stores.sessions.get(each.id)).life.outcome is Outcome.CANCELLED
    assert (await here.stores.sessions.get(held.id)).life.stage is not Stage.ENDED
    assert (await here.stores.sessions.get(other.id)).life.stage is Stage.BOOKED
    assert [each.action for each in await here.audit()].count("session.cancel") == 2
    assert (await here.ask("admin", "POST", f"people/{here.people['moon']}/end"))[0] == 204
    assert (await here.stores.sessions.get(other.id)).life.outcome is Outcome.CANCELLED


async def test_guesses_of_one_address_are_bounded(here: Practice) -> None:
    headers = {"Cookie": f"{COOKIE}={'x' * 43}"}
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 400:
        statuses.append((await here.ask("stranger", "GET", "appointments", headers=headers))[0])
    assert statuses[:60] == [401] * 60
    assert statuses[-1] == 429


async def test_whoever_is_refused_again_and_again_waits(here: Practice) -> None:
    path = f"people/{here.people['far.zhang']}/contact"
    statuses: list[int] = []
    while 429 not in statuses and len(statuses) < 500:  # a slow machine is given some meanwhile
        statuses.append((await here.ask("li", "GET", path))[0])
    assert statuses[:100] == [404] * 100
    assert statuses[-1] == 429
    assert await here.refusals() == len(statuses) - 1


async def test_a_seat_that_is_older_than_the_end_of_its_right_opens_nothing(
    here: Practice,
) -> None:
    """As after a restart: the gateway knows the seat by its seal alone."""
    hour = await here.hour()
    page = await come(here, "li", hour)
    client, admin = here.people["zhang"], here.people["admin"]
    await here.stores.accounts.stores.standing.part(here.people["li"], client, admin, now_ms())
    here.house.app.registry._rooms[str(hour.id)].task.cancel()
    await page.gone.wait()
    again = Page(here.house.app.url)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await again.connect({"seat": page.welcome["seat"], "protocol": 1, "after": 0})
    assert again.refusal == {"message": "refused", "data": {"code": "seat_invalid"}}


async def test_a_call_goes_on_while_the_database_is_away(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = await here.hour()
    client, counsellor = await come(here, "zhang", hour), await come(here, "li", hour)
    await counsellor.ask("let_in", participant=you(client), reason="by phone")
    await stage(here, hour, Stage.IN_SESSION)

    def away(*_given: Any, **_more: Any) -> Any:
        raise StorageAway

    monkeypatch.setattr(here.stores.data, "read", away)
    monkeypatch.setattr(here.stores.data, "write", away)
    assert (await client.ask("send_text", ref=1, body="still here"))["type"] == "text_accepted"
    seat = client.welcome["seat"]
    await client.close()
    again = await here.house.enter(seat)
    assert (await again.event("hour"))["stage"] == "in_session"
    assert (await counsellor.ask("end_session"))["code"] == "busy"
    assert (await here.ask("li", "GET", f"appointments/{hour.id}"))[0] == 503
    monkeypatch.undo()
    assert (await counsellor.ask("end_session"))["type"] == "done"


async def test_what_the_line_did_is_kept_with_the_hour(here: Practice) -> None:
    hour = await here.hour()
    client, counsellor = await come(here, "zhang", hour), await come(here, "li", hour)
    await counsellor.ask("let_in", participant=you(client), reason="by phone")
    await stage(here, hour, Stage.IN_SESSION)
    await client.ask("set_media", microphone=True, camera=False)
    await asyncio.sleep(1.2)
    await counsellor.ask("end_session")
    path = f"people/{here.people['zhang']}/change"
    async with asyncio.timeout(5):
        while (await here.ask("li", "GET", path))[1]["items"][0]["line"] is None:
            await asyncio.sleep(0.05)
    line = (await here.ask("li", "GET", path))[1]["items"][0]["line"]
    assert line["voice_s"] >= 1
    assert line["rungs"]["clear"] >= 1


async def test_a_page_that_does_not_close_its_socket_is_closed(here: Practice) -> None:
    hour = await here.hour()
    seat = (await here.ask("zhang", "POST", f"appointments/{hour.id}/seat"))[1]["seat"]
    url = f"{here.house.app.url}/socket.io/?EIO=4&transport=websocket"
    async with here.browsers["zhang"].ws_connect(url, autoclose=False) as socket:
        await socket.receive_str()
        await socket.send_str("40" + json.dumps({"seat": seat, "protocol": 1, "after": 0}))
        while "welcome" not in await socket.receive_str():
            pass
        await here.ask("admin", "POST", f"people/{here.people['zhang']}/end")
        async with asyncio.timeout(2):
            while (await socket.receive()).type is not WSMsgType.CLOSE:
                pass


async def test_a_clinic_s_own_key_makes_sessions_that_no_other_clinic_touches(
    here: Practice,
) -> None:
    status, made = await here.ask("program", "POST", "sessions", {"door": "closed"})
    assert status == 201
    path = f"sessions/{made['id']}"
    wanted = {"role": "client", "identity": "zhang", "name": "Z"}
    assert (await here.ask("program", "POST", f"{path}/tokens", wanted))[0] == 201
    for method, sub, body in (("POST", "/tokens", wanted), ("DELETE", "", None)):
        assert (await here.ask("far.program", method, path + sub, body))[0] == 404
        assert (await here.ask("admin", method, path + sub, body))[0] == 401
    assert (await here.ask("program", "DELETE", path))[0] == 204


async def test_no_key_and_no_token_opens_a_booked_hour(tmp_path: Path) -> None:
    """A key of the settings may do everything but that: an hour is come to by its people alone."""
    async with practice(tmp_path) as here:
        hour = await here.hour()
        await come(here, "zhang", hour)
        key = {"headers": {"Authorization": f"Bearer {API_SECRET}"}}
        wanted = {"role": "counsellor", "identity": str(here.people["li"]), "name": "x"}
        path = f"sessions/{hour.id}"
        for method, more, body in (("POST", "/tokens", wanted), ("DELETE", "", None)):
            assert (await here.ask("stranger", method, path + more, body, **key))[0] == 404
        own = here.house.app.registry.tokens.mint(
            str(hour.id), Role.COUNSELLOR, "x", "x", 60, here.house.app.registry.wall()
        )
        assert (await here.ask("stranger", "POST", "seats", {"token": own.token}))[0] == 401
        person = f"tokens/person-{here.people['zhang']}"
        assert (await here.ask("stranger", "DELETE", person, **key))[0] == 204
        page = await come(here, "zhang", hour)
        assert not page.gone.is_set()


async def test_a_counsellor_moves_no_other_one_s_hour(here: Practice) -> None:
    client, admin = here.people["zhang"], here.people["admin"]
    await here.stores.accounts.stores.standing.bind(here.people["chen"], client, admin, now_ms())
    hour = await here.hour(starts_at=now_ms() + 120 * MINUTE_MS)
    moved = {"starts_at": now_ms() + 300 * MINUTE_MS}
    for method, path, body in (("PUT", "/start", moved), ("DELETE", "", None)):
        assert (await here.ask("chen", method, f"appointments/{hour.id}{path}", body))[0] == 403
    assert (await here.ask("li", "PUT", f"appointments/{hour.id}/start", {"starts_at": 0}))[
        0
    ] == 409
    assert (await here.stores.sessions.get(hour.id)) == hour


async def test_whose_address_is_known_is_told_to_no_client(here: Practice) -> None:
    path = f"people/{here.people['zhang']}/contact"
    for email in ("li@example.org", "nobody@example.org"):
        body = {"name": "Zhang", "email": email}
        assert (await here.ask("zhang", "PUT", path, body))[0] == 204


async def test_nothing_is_sealed_anew_for_who_was_erased(here: Practice) -> None:
    client = here.people["zhang"]
    hour = await here.hour()
    await here.stores.erasure.erase(client, client, now_ms())
    with pytest.raises(SealError):
        await here.stores.changes.rate(hour.id, Moment.AFTER, 5, now_ms())
    with pytest.raises(SealError):
        await here.stores.changes.rate_line(hour.id, LineSaid.HARD, now_ms())


async def test_a_cursor_that_no_hour_has_is_refused(here: Practice) -> None:
    asked = {"since": "0", "until": "1", "after": f"{'9' * 20}_{'0' * 8}-0000-0000-0000-{'0' * 12}"}
    assert (await here.ask("li", "GET", "appointments", params=asked))[0] == 400


async def texts(here: Practice) -> list[tuple[str, str]]:
    """(whose, what) of the thread of the two."""
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    thread = (await here.ask("zhang", "PUT", path))[1]["id"]
    items = (await here.ask("zhang", "GET", f"threads/{thread}/messages"))[1]["items"]
    names = {str(person): name for name, person in here.people.items()}
    return [(names[each["author"]], each["body"]) for each in items]


async def both_in(here: Practice) -> tuple[Page, Page]:
    hour = await here.hour()
    client, counsellor = await come(here, "zhang", hour), await come(here, "li", hour)
    said = {"type_": "let_in", "participant": you(client), "reason": "agreed by phone"}
    assert (await counsellor.ask(**said))["type"] == "done"
    await client.event("hour", stage="in_session")
    return client, counsellor


async def test_what_is_said_by_text_in_an_hour_is_in_the_thread_once(here: Practice) -> None:
    client, counsellor = await both_in(here)
    desk = await here.listen("li")
    first: dict[str, Any] = {"ref": 1, "id": "page-a", "body": "能看到吗"}
    assert (await client.ask("send_text", **first))["type"] == "text_accepted"
    assert (await client.ask("send_text", **first))["seq"] == 1
    assert (await counsellor.ask("send_text", ref=1, body="能"))["seq"] == 2
    told = await desk.event("message_changed")
    assert told["message"]["body"] == "能看到吗"
    assert await texts(here) == [("zhang", "能看到吗"), ("li", "能")]
    # After a gateway was started anew, the page says again what was not answered.
    again = {"ref": 2, "id": "page-a", "body": "能看到吗"}
    assert (await client.ask("send_text", **again))["type"] == "text_accepted"
    assert len(await texts(here)) == 2
    for page in (client, counsellor, desk):
        await page.close()


async def test_a_feeling_said_by_text_in_an_hour_is_a_card_of_the_thread(here: Practice) -> None:
    client, counsellor = await both_in(here)
    desk = await here.listen("li")
    card = '{"feeling":"tense","strength":7,"place":"chest"}'
    assert (await client.ask("send_text", ref=1, body=card))["type"] == "text_accepted"
    assert (await counsellor.event("text"))["body"] == card
    told = (await desk.event("message_changed"))["message"]
    assert (told["kind"], told["body"]) == ("feeling", card)
    for page in (client, counsellor, desk):
        await page.close()


async def test_what_a_room_refuses_is_in_no_thread(here: Practice) -> None:
    hour = await here.hour()
    client = await come(here, "zhang", hour)
    counsellor = await come(here, "li", hour)
    outside = await client.ask("send_text", ref=1, body="from outside")
    assert outside["code"] == "not_admitted"
    for wrong, code in (({"ref": 2, "body": "a"}, "text_out_of_order"),
                        ({"ref": 1, "body": "\u0007"}, "malformed")):  # fmt: skip
        assert (await counsellor.ask("send_text", **wrong))["code"] == code
    assert await texts(here) == []
    for page in (client, counsellor):
        await page.close()


async def test_words_of_a_call_are_said_while_the_database_is_away(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_words, "AGAIN_S", 0.05)
    client, counsellor = await both_in(here)
    writer = here.stores.thread_writer
    real, away = writer.write, True

    async def write(job: Written) -> Kept:
        if away:
            raise StorageAway
        return await real(job)

    monkeypatch.setattr(ThreadWriter, "write", lambda _self, job: write(job))
    for number in (1, 2):
        said = await client.ask("send_text", ref=number, body=f"{number}")
        assert said["type"] == "text_accepted"
    assert (await counsellor.event("text", seq=2))["body"] == "2"
    away = False
    async with asyncio.timeout(5):
        while len(await texts(here)) < 2:
            await asyncio.sleep(0.02)
    assert [body for _, body in await texts(here)] == ["1", "2"]
    for page in (client, counsellor):
        await page.close()


async def test_a_line_that_was_lost_is_told_of_in_the_thread(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "CUT_AFTER_S", 0.05)
    client, counsellor = await both_in(here)
    hour = next(iter(here.house.app.registry._rooms.values())).around.hour
    assert hour is not None
    path = f"appointments/{hour.booked.id}/plan"
    assert (await here.ask("li", "PUT", path, PLAN))[0] == 204
    await client.close()
    async with asyncio.timeout(10):
        while not (found := await texts(here)):
            await asyncio.sleep(0.05)
    assert found == [("li", '{"caller":"counsellor"}')]
    await counsellor.close()
