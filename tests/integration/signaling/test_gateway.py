"""Pages over real sockets: joining, writing, coming back, being refused, ending."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio.exceptions
from aiohttp import ClientSession, WSMsgType

from signaling.domain.grants import Role
from tests.support.media import OFFER
from tests.support.page import House, Page, house, until
from tests.support.people import CLIENT_NAME, SECRET_TEXT

pytestmark = pytest.mark.integration


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


async def test_two_people_meet_and_write(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    assert counsellor.welcome["can_end"]
    assert not client.welcome["can_end"]
    assert not client.welcome["resumed"]
    assert {p["role"] for p in counsellor.welcome["roster"]} == {"client", "counsellor"}
    joined = await client.event("participant_changed")
    assert joined["participant"]["id"] == counsellor.welcome["you"]

    accepted = await client.ask("send_text", ref=1, body=SECRET_TEXT)
    assert (accepted["type"], accepted["seq"]) == ("text_accepted", 1)
    again = await client.ask("send_text", ref=1, body=SECRET_TEXT)
    assert again == accepted
    answer = await counsellor.ask("send_text", ref=1, body="嗯\n我在听")
    assert answer["seq"] == 2
    heard = await counsellor.event("text", seq=1)
    assert (heard["sender"], heard["body"]) == (client.welcome["you"], SECRET_TEXT)
    await client.event("text", seq=2)
    await counsellor.event("text", seq=2)
    assert len(counsellor.all("text")) == 2
    await client.close()
    await counsellor.close()


async def test_polling_works_where_websockets_are_blocked(place: House) -> None:
    page = await place.page(transports=["polling"])
    assert (await page.ask("send_text", ref=1, body="a"))["seq"] == 1
    await page.event("text", seq=1)
    await page.close()


async def test_lost_socket_resumes_the_same_seat(place: House) -> None:
    counsellor = await place.page(Role.COUNSELLOR)
    client = await place.page()
    await client.ask("set_media", microphone=True, camera=False)
    await client.ask("offer", sdp=OFFER)
    await client.drop()
    you = client.welcome["you"]

    def is_away() -> bool:
        changes = counsellor.all("participant_changed")
        return any(c["participant"]["presence"] == "away" for c in changes)

    await until(is_away)
    await counsellor.ask("send_text", ref=1, body="还在吗")
    back = await place.enter(client.welcome["seat"], after=0)
    assert back.welcome["resumed"]
    assert back.welcome["you"] == you
    assert [text["seq"] for text in back.welcome["texts"]] == [1]
    own = next(p for p in back.welcome["roster"] if p["id"] == you)
    assert own["microphone"]
    await back.close()
    await counsellor.close()


async def test_a_restarted_gateway_knows_the_seats_of_the_one_before_it() -> None:
    async with house() as first:
        page = await first.page()
        await page.ask("send_text", ref=1, body="before")
    assert await page.closed() == "server_stopping"
    async with house() as second:
        back = await second.enter(page.welcome["seat"], after=1)
        assert [view["name"] for view in back.welcome["roster"]] == [
            view["name"] for view in page.welcome["roster"]
        ]
        assert (back.welcome["resumed"], back.welcome["texts"]) == (False, [])
        assert back.welcome["log"] != page.welcome["log"]
        assert (await back.ask("send_text", ref=1, body="after"))["seq"] == 1
        await back.close()


async def test_seat_tokens_rotate(place: House) -> None:
    first_seat = await place.seat()
    page = await place.enter(first_seat)
    await page.drop()
    # The answer with the next token may have been lost: the one before still works.
    page = await place.enter(first_seat)
    second_seat = page.welcome["seat"]
    await page.drop()
    page = await place.enter(second_seat)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await (late := Page(place.app.url)).connect({"seat": first_seat, "protocol": 1})
    assert late.refusal["data"] == {"code": "seat_replaced"}
    await page.close()


async def test_second_page_takes_the_seat_over(place: House) -> None:
    old = await place.page()
    new = await place.page()
    assert new.welcome["you"] == old.welcome["you"]
    assert await old.closed() == "taken_over"
    assert (await new.ask("send_text", ref=1, body="a"))["type"] == "text_accepted"
    await new.close()


async def test_counsellor_ends_the_session_for_good(place: House) -> None:
    token = place.token()
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    refused = await client.ask("end_session")
    assert refused["code"] == "not_allowed"
    assert (await counsellor.ask("end_session"))["type"] == "done"
    assert await client.closed() == "session_ended"
    assert await counsellor.closed() == "session_ended"
    async with place.http.post("/api/v1/seats", json={"token": token}) as answer:
        assert answer.status == 410
        assert (await answer.json())["code"] == "room_ended"


async def test_leaving_gives_the_seat_up(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    assert (await client.ask("leave"))["type"] == "done"
    assert await client.closed() == "left"
    left = await counsellor.event("participant_left")
    assert left["reason"] == "left"
    with pytest.raises(socketio.exceptions.ConnectionError):
        await (late := Page(place.app.url)).connect({"seat": client.welcome["seat"], "protocol": 1})
    assert late.refusal["data"] == {"code": "seat_invalid"}
    again = await place.page()  # the link still works
    assert again.welcome["you"] == client.welcome["you"]
    await again.close()
    await counsellor.close()


@pytest.mark.parametrize(
    "auth",
    [
        None,
        {},
        [],
        {"seat": "x" * 43, "protocol": 1},
        {"seat": "x" * 43, "protocol": 2},
        {"seat": 7, "protocol": 1},
        {"seat": "x" * 43, "protocol": 1, "admin": True},
    ],
)
async def test_connecting_without_a_seat_is_refused(place: House, auth: Any) -> None:
    page = Page(place.app.url)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await page.connect(auth)
    assert page.refusal == {"message": "refused", "data": {"code": "seat_invalid"}}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("leave", "malformed"),
        ({"type": "nonsense"}, "malformed"),
        ({"type": "leave", "really": True}, "malformed"),
        ({"type": "send_text", "ref": 0, "body": "a"}, "malformed"),
        ({"type": "send_text", "ref": 1, "body": "a\x00"}, "malformed"),
        ({"type": "send_text", "ref": 1, "body": "a" * 2001}, "malformed"),
        ({"type": "send_text", "ref": 2, "body": "a"}, "text_out_of_order"),
        ({"type": "send_text", "ref": 1, "body": "\ud800"}, "malformed"),
        ({"type": "send_text", "ref": 1, "body": "静" * 20_000}, "too_large"),
        ({"type": "replay", "after": -1}, "malformed"),
        ({"type": "offer", "sdp": "offer_no_fingerprint"}, "offer_no_fingerprint"),
        ({"type": "offer", "sdp": "media_busy"}, "media_busy"),
    ],
)
async def test_bad_command_is_refused_and_the_room_lives(
    place: House, payload: Any, code: str
) -> None:
    page = await place.page()
    reply = await page.client.call("command", payload, timeout=10)
    assert (reply["type"], reply["code"]) == ("refused", code)
    assert (await page.ask("send_text", ref=1, body="a"))["seq"] == 1
    await page.close()


async def test_haste_is_refused() -> None:
    async with house(limits={"texts_burst": 3, "texts_per_s": 0.001}) as place:
        page = await place.page()
        replies = [await page.ask("send_text", ref=n, body="a") for n in range(1, 5)]
        assert [r["type"] for r in replies] == ["text_accepted"] * 3 + ["refused"]
        assert replies[-1]["code"] == "rate_limited"
        assert replies[-1]["ref"] == 4
        await page.close()


class Raw:
    """A WebSocket that speaks Engine.IO by hand."""

    def __init__(self, http: ClientSession) -> None:
        self._http = http

    async def open(self, seat: str | None = None) -> Raw:
        self.socket = await self._http.ws_connect("/socket.io/?EIO=4&transport=websocket")
        assert (await self.text()).startswith("0{")
        if seat is not None:
            await self.socket.send_str("40" + json.dumps({"seat": seat, "protocol": 1}))
            assert (await self.text()).startswith("40{")
            assert "welcome" in await self.text()
        return self

    async def text(self) -> str:
        async with asyncio.timeout(10):
            message = await self.socket.receive()
        assert message.type is WSMsgType.TEXT, message.type
        return str(message.data)

    async def is_closed(self) -> bool:
        """Whether the gateway closes the connection, whatever it says before."""
        async with asyncio.timeout(10):
            while True:
                message = await self.socket.receive()
                if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}:
                    return True


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "9",
        "x",
        "²",
        "4",
        "4²",
        "44{}",
        "42",
        "42[",
        '42["command"]',
        '42["command",{},{}]',
        '42["other",{}]',
        "42[]",
        "42" + "[" * 30_000,
        "4[" + "[" * 30_000,
        "40/admin,{}",
        "40{",
        '420["command",' + "9" * 5000 + "]x",
        '451-["command",{"_placeholder":true,"num":0}]',
        "b" + "QUJD",
        b"\x04binary",
        "42" + "1" * 16 + '["command",{}]',
        '430["ack"]',
        "42" + "x" * 300_000,
    ],
    ids=lambda frame: repr(frame[:24]),
)
async def test_malformed_packet_closes_only_its_connection(
    place: House, frame: str | bytes
) -> None:
    counsellor = await place.page(Role.COUNSELLOR)
    raw = await Raw(place.http).open(await place.seat())
    if isinstance(frame, bytes):
        await raw.socket.send_bytes(frame)
    else:
        await raw.socket.send_str(frame)
    assert await raw.is_closed()
    assert (await counsellor.ask("send_text", ref=1, body="a"))["seq"] == 1
    await counsellor.close()


async def test_attachment_with_an_acknowledgement_is_told_why(place: House) -> None:
    raw = await Raw(place.http).open(await place.seat())
    await raw.socket.send_str('451-7["command",{"_placeholder":true,"num":0}]')
    answer = await raw.text()
    assert answer.startswith("437[")
    assert json.loads(answer[3:])[0]["code"] == "malformed"
    assert await raw.is_closed()


async def test_malformed_polling_body_is_refused(place: House) -> None:
    async with place.http.get("/socket.io/?EIO=4&transport=polling") as answer:
        sid = json.loads((await answer.text())[1:])["sid"]
    where = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
    async with place.http.post(where, data=b"\xff\xfe") as answer:
        assert answer.status == 400
        assert (await answer.json())["code"] == "malformed"
    async with place.http.post(where, data="40") as answer:
        assert answer.status == 400


async def test_oversized_polling_body_is_refused(place: House) -> None:
    async with place.http.get("/socket.io/?EIO=4&transport=polling") as answer:
        sid = json.loads((await answer.text())[1:])["sid"]
    where = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
    async with place.http.post(where, data="42" + "x" * 100_000) as answer:
        assert answer.status == 413
        assert (await answer.json())["code"] == "too_large"


async def test_jsonp_is_refused(place: House) -> None:
    async with place.http.get("/socket.io/?EIO=4&transport=polling&j=0") as answer:
        assert answer.status == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_foreign_pages_are_refused(place: House, headers: dict[str, str]) -> None:
    for where in ("/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket"):
        async with place.http.get(where, headers=headers) as answer:
            assert answer.status == 403
            assert (await answer.json())["code"] == "origin_refused"
            assert "Access-Control-Allow-Origin" not in answer.headers


async def test_own_page_is_accepted(place: House) -> None:
    headers = {"Origin": place.app.url}
    async with place.http.get("/socket.io/?EIO=4&transport=polling", headers=headers) as answer:
        assert answer.status == 200


async def test_socket_that_takes_no_seat_is_closed() -> None:
    async with house(limits={"connect_deadline_s": 0.05}) as place:
        raw = await Raw(place.http).open()
        assert await raw.is_closed()
        seated = await Raw(place.http).open(await place.seat())
        await asyncio.sleep(0.2)
        await seated.socket.send_str('420["command",{"type":"replay","after":0}]')
        assert (await seated.text()).startswith("430[")


async def test_too_many_sockets_are_refused() -> None:
    async with house(limits={"max_sockets": 1}) as place:
        page = await place.page()
        async with place.http.get("/socket.io/?EIO=4&transport=polling") as answer:
            assert answer.status == 503
        await page.close()


async def test_stop_tells_everyone() -> None:
    async with house() as place:
        client = await place.page()
        counsellor = await place.page(Role.COUNSELLOR)
        await client.ask("offer", sdp=OFFER)
        stopping = asyncio.create_task(place.app.stop())
        assert await client.closed() == "server_stopping"
        assert await counsellor.closed() == "server_stopping"
        await stopping
        assert not place.media.alive
        assert not place.media.running


async def test_join_reports_become_times_once_a_connection(place: House) -> None:
    page = await place.page()
    phases = {"total": 800, "token": 20}
    assert (await page.ask("report_join", phases=phases))["type"] == "done"
    assert (await page.ask("report_join", phases=phases))["type"] == "done"
    assert (await page.ask("report_join", phases={"other": 1}))["code"] == "malformed"
    assert list(place.app.metrics.join_totals[Role.CLIENT]) == [0.8]
    await page.close()


async def test_names_are_seen_by_the_room_alone(place: House) -> None:
    page = await place.page()
    assert page.welcome["roster"][0]["name"] == CLIENT_NAME
    async with place.http.get("/metrics") as answer:
        assert CLIENT_NAME not in await answer.text()
    await page.close()


async def test_page_that_will_not_slow_down_is_cut_off() -> None:
    async with house(limits={"commands_burst": 5, "commands_per_s": 0.001}) as place:
        raw = await Raw(place.http).open(await place.seat())
        for number in range(300):
            await raw.socket.send_str(f'42{number}["command",{{"type":"replay","after":0}}]')
        answers = []
        async with asyncio.timeout(10):
            while (message := await raw.socket.receive()).type is WSMsgType.TEXT:
                answers.append(message.data)
        assert sum("replayed" in answer for answer in answers) == 5
        assert any("rate_limited" in answer for answer in answers)


async def test_socket_lost_while_its_seat_is_taken_leaves_nobody_behind(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, registry = asyncio.Event(), place.app.registry
    connect = registry.connect

    async def slow(*arguments: Any) -> Any:
        result = await connect(*arguments)
        entered.set()
        await place.app._gateway._server.cut(next(iter(place.app._gateway._server.environ)))
        return result

    monkeypatch.setattr(registry, "connect", slow)
    raw = await Raw(place.http).open()
    await raw.socket.send_str("40" + json.dumps({"seat": await place.seat(), "protocol": 1}))
    assert await raw.is_closed()
    assert entered.is_set()
    await until(lambda: registry.counts()[1].get("away") == 1)
    assert registry.counts()[1] == {"away": 1}


async def test_each_page_gets_relay_credentials_of_its_own() -> None:
    relay = {"turn_urls": ["turn:turn.example:3478"], "turn_secret": "a-secret-shared-with-turn"}
    async with house(**relay) as place:
        pages = [await place.page(), await place.page(Role.COUNSELLOR)]
        servers = [page.welcome["ice_servers"] for page in pages]
        assert all(each[0]["urls"] == relay["turn_urls"] for each in servers)
        assert servers[0][0]["username"] != servers[1][0]["username"]
        assert all(each[0]["credential"] for each in servers)
        assert "a-secret" not in json.dumps(servers)
        for page in pages:
            await page.close()
