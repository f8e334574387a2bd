"""Media as a room sees it: whose endpoint is whose, texts by data channel, faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from media.channel import (
    CodecChosen,
    EndpointClose,
    LayersWanted,
    LinkState,
    Phase,
    PhaseReached,
    PictureSize,
    RateWanted,
    RungReached,
)
from media.ids import EndpointId
from media.rungs import Rung
from signaling.domain.grants import Role
from tests.support.media import OFFER
from tests.support.page import House, Page, house, until
from tests.support.people import SECRET_TEXT

pytestmark = pytest.mark.integration


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


async def offer(place: House, page: Page, **fields: bool) -> EndpointId:
    reply = await page.ask("offer", sdp=OFFER, **fields)
    assert reply["type"] == "answer", reply
    return place.media.negotiations[-1][1]


async def test_offers_meet_one_endpoint_until_a_fresh_one(place: House) -> None:
    page = await place.page()
    first = await offer(place, page)
    assert await offer(place, page) == first
    second = await offer(place, page, fresh=True)
    assert second != first
    await until(lambda: place.media.alive == [second])
    other = await place.page(Role.COUNSELLOR)
    third = await offer(place, other)
    rooms = {room for room, _, _ in place.media.negotiations}
    assert len(rooms) == 1
    await page.ask("leave")
    await until(lambda: place.media.alive == [third])
    await other.close()


async def test_endpoint_outlives_a_lost_socket(place: House) -> None:
    page = await place.page()
    endpoint = await offer(place, page)
    place.media.fill(endpoint, None)
    await page.event("slots")
    await page.drop()
    back = await place.enter(page.welcome["seat"])
    await back.event("slots")
    assert await offer(place, back) == endpoint
    assert place.media.alive == [endpoint]
    await back.close()


async def test_reloaded_page_gets_a_new_endpoint_when_the_old_does_not_fit(place: House) -> None:
    page = await place.page()
    first = await offer(place, page)
    refused = await page.ask("offer", sdp="offer_changed")
    assert refused["code"] == "offer_changed"
    await page.drop()
    back = await place.enter(page.welcome["seat"])
    # The fake refuses the same words for a new endpoint too; what counts is that one was tried.
    assert (await back.ask("offer", sdp="offer_changed"))["code"] == "offer_changed"
    assert place.media.alive == [first]
    await back.close()


async def test_endpoints_have_a_budget() -> None:
    limits = {"endpoints_burst": 2, "endpoints_per_s": 0.001}
    async with house(limits=limits) as place:
        page = await place.page()
        await offer(place, page, fresh=True)
        await offer(place, page, fresh=True)
        reply = await page.ask("offer", sdp=OFFER, fresh=True)
        assert reply["code"] == "too_many_connections"
        await offer(place, page)
        await page.close()


async def test_slow_negotiation_holds_up_nobody(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    place.media.gate = asyncio.Event()
    asking = asyncio.create_task(client.ask("offer", sdp=OFFER))
    accepted = await counsellor.ask("send_text", ref=1, body="a")
    assert accepted["seq"] == 1
    await client.event("text", seq=1)
    place.media.gate.set()
    assert (await asking)["type"] == "answer"
    await client.close()
    await counsellor.close()


async def test_negotiation_of_someone_who_left_leaves_nothing(place: House) -> None:
    client = await place.page()
    place.media.gate = asyncio.Event()
    asking = asyncio.create_task(client.ask("offer", sdp=OFFER))
    while place.app.registry.counts()[0] and not place.app.registry._endpoints:
        await asyncio.sleep(0.01)
    newer = await place.page()
    assert await client.closed() == "taken_over"
    await newer.ask("leave")
    place.media.gate.set()
    asking.cancel()
    await until(lambda: not place.app.registry._endpoints)
    await until(lambda: not place.media.alive)
    assert not place.media.alive


async def test_links_slots_and_codecs_reach_pages_in_the_terms_of_people(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    mine = await offer(place, client)
    theirs = await offer(place, counsellor)
    place.media.link(mine, LinkState.CONNECTED)
    you = client.welcome["you"]

    def seen(link: str) -> bool:
        changes = [c["participant"] for c in counsellor.all("participant_changed")]
        return any(p["id"] == you and p["link"] == link for p in changes)

    await until(lambda: seen("connected"))
    place.media.fill(theirs, mine, None, EndpointId("unknown"))
    slots = (await counsellor.event("slots"))["slots"]
    assert [slot["participant"] for slot in slots] == [you, None, None]
    assert slots[0]["audio_mid"] == "a0"
    place.media.say(CodecChosen(theirs, "VP8"))
    assert (await counsellor.event("use_codec"))["codec"] == "VP8"
    place.media.say(PhaseReached(mine, Phase.ICE, 0.1))
    place.media.link(mine, LinkState.CLOSED, EndpointClose.ABANDONED)
    assert (await client.event("media_closed"))["reason"] == "abandoned"
    await until(lambda: seen("none"))
    assert not counsellor.all("media_closed")
    assert await offer(place, client) != mine
    async with place.http.get("/metrics") as answer:
        assert 'phase="gateway_ice",role="client"' in await answer.text()
    await client.close()
    await counsellor.close()


async def test_wanted_layers_are_told_and_told_again(place: House) -> None:
    page = await place.page()
    mine = await offer(place, page)
    place.media.say(LayersWanted(mine, "1", ("s", "l")))
    assert await page.event("layers") == {"type": "layers", "mid": "1", "rids": ["s", "l"]}
    await page.drop()
    place.media.say(LayersWanted(mine, "1", ("s",)))
    back = await place.enter(page.welcome["seat"])
    assert (await back.event("layers"))["rids"] == ["s"]
    await back.close()


async def test_an_invitation_reaches_one_person_and_switches_nothing(place: House) -> None:
    client, counsellor = await place.page(), await place.page(Role.COUNSELLOR)
    whom, by = client.welcome["you"], counsellor.welcome["you"]
    answer = await counsellor.ask("invite", participant=whom, kind="video")
    assert answer["type"] == "done"
    assert await client.event("invited") == {"type": "invited", "by": by, "kind": "video"}
    assert not counsellor.all("invited")
    refused = await client.ask("invite", participant=by, kind="voice")
    assert refused["code"] == "not_allowed"
    assert (await counsellor.ask("invite", participant=whom, kind="both"))["code"] == "malformed"
    for _ in range(3):
        answer = await counsellor.ask("invite", participant=whom, kind="voice")
    assert answer["code"] == "rate_limited"
    for event in (*client.all("participant_changed"), *counsellor.all("participant_changed")):
        assert not event["participant"]["camera"]
        assert not event["participant"]["microphone"]


async def test_wanted_rate_and_rungs_are_told_and_told_again(place: House) -> None:
    page, other = await place.page(), await place.page(Role.COUNSELLOR)
    mine, you = await offer(place, page), page.welcome["you"]
    place.media.say(RateWanted(mine, "1", 300_000))
    assert await page.event("rate") == {"type": "rate", "mid": "1", "bps": 300_000, "stills": False}
    place.media.say(RungReached(mine, Rung.SAVING))

    def rungs() -> list[str]:
        changed = [event["participant"] for event in other.all("participant_changed")]
        return [seen["rung"] for seen in changed if seen["id"] == you]

    await until(lambda: rungs()[-1:] == ["saving"])
    assert (await page.ask("report_line", rung="voice", rtt_ms=80.0))["type"] == "done"
    await until(lambda: rungs()[-1] == "voice")
    assert (await page.ask("report_line", rung="bright"))["code"] == "malformed"
    assert (await page.ask("report_line", rung="text", rtt_ms=-1))["code"] == "malformed"
    for _ in range(12):
        answer = await page.ask("report_line", rung="clear")
    assert answer["code"] == "rate_limited"
    assert rungs()[-1] == "saving"
    await page.drop()
    place.media.say(RateWanted(mine, "1", 0))
    back = await place.enter(page.welcome["seat"])
    assert (await back.event("rate"))["bps"] == 0
    assert next(seen for seen in back.welcome["roster"] if seen["id"] == you)["rung"] == "saving"
    await back.close()
    await other.close()


async def test_what_the_counsellor_wants_of_the_line_is_told_to_all(place: House) -> None:
    client, counsellor = await place.page(), await place.page(Role.COUNSELLOR)
    of = client.welcome["you"]
    assert (await counsellor.ask("set_cue", participant=of, cue="motion"))["type"] == "done"
    await until(
        lambda: (
            [e["participant"]["cue"] for e in client.all("participant_changed")][-1:] == ["motion"]
        )
    )
    assert (await client.ask("set_cue", participant=of, cue="detail"))["code"] == "not_allowed"
    assert (await counsellor.ask("set_cue", participant=of, cue="best"))["code"] == "malformed"
    assert (await client.ask("hold_steady", steady=True))["code"] == "not_allowed"
    assert (await counsellor.ask("hold_steady", steady=True))["type"] == "done"
    assert (await client.event("steady"))["steady"] is True
    await client.drop()
    back = await place.enter(client.welcome["seat"])
    assert back.welcome["steady"] is True
    await back.close()
    await counsellor.close()


async def test_sizes_outlast_endpoints_on_both_sides(place: House) -> None:
    client, counsellor = await place.page(), await place.page(Role.COUNSELLOR)
    mine, theirs = await offer(place, client), await offer(place, counsellor)
    place.media.fill(mine, theirs, None)
    await client.event("slots")
    you, other = client.welcome["you"], counsellor.welcome["you"]
    sizes = {other: "small", you: "small", "a stranger": "small"}
    assert (await client.ask("watch", sizes=sizes))["type"] == "done"
    assert place.media.sizes == [(mine, theirs, PictureSize.SMALL)]
    await client.ask("watch", sizes=sizes)
    assert len(place.media.sizes) == 1  # what has not changed is not said again
    moved = await offer(place, counsellor, fresh=True)
    place.media.fill(mine, moved, None)
    await until(lambda: place.media.sizes[-1] == (mine, moved, PictureSize.SMALL))
    again = await offer(place, client, fresh=True)
    place.media.fill(again, moved, None)
    await until(lambda: place.media.sizes[-1] == (again, moved, PictureSize.SMALL))
    await client.ask("watch", sizes={})
    assert place.media.sizes[-1] == (again, moved, PictureSize.LARGE)
    assert not counsellor.all("layers")
    await client.close()
    await counsellor.close()


async def test_layouts_have_a_rate(place: House) -> None:
    page = await place.page()
    replies = [await page.ask("watch", sizes={}) for _ in range(12)]
    assert {reply["type"] for reply in replies[:10]} == {"done"}
    assert replies[-1]["code"] == "rate_limited"
    bad = [{"a": "huge"}, {f"p{n}": "small" for n in range(17)}, ["a"], {"": "small"}]
    assert [(await page.ask("watch", sizes=each))["code"] for each in bad] == ["malformed"] * 4
    await page.close()


async def test_text_goes_by_data_channel_where_one_is_open(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    endpoint = await offer(place, client)
    place.media.open_text(endpoint)
    place.media.receive_text(
        endpoint, json.dumps({"type": "send_text", "ref": 1, "body": SECRET_TEXT})
    )
    heard = await counsellor.event("text", seq=1)
    assert heard["sender"] == client.welcome["you"]
    await until(lambda: len(place.media.sent) == 2)
    said = {json.loads(data)["type"] for _, data in place.media.sent}
    assert said == {"text", "text_accepted"}
    assert not client.all("text")

    await counsellor.ask("send_text", ref=1, body="b")
    await until(lambda: len(place.media.sent) == 3)
    place.media.open_text(endpoint, is_open=False)
    await counsellor.ask("send_text", ref=2, body="c")
    await client.event("text", seq=3)
    await client.close()
    await counsellor.close()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "malformed"),
        ("[" * 50_000, "malformed"),
        ('{"type":"leave"}', "malformed"),
        ('{"type":"send_text","ref":9,"body":"a"}', "text_out_of_order"),
        ('{"type":"send_text","ref":1,"body":"\\u0007"}', "malformed"),
        ("x" * 70_000, "too_large"),
    ],
    ids=lambda text: text[:12],
)
async def test_bad_channel_message_is_refused_on_the_channel(
    place: House, data: str, code: str
) -> None:
    client = await place.page()
    endpoint = await offer(place, client)
    place.media.open_text(endpoint)
    place.media.receive_text(endpoint, data)
    await until(lambda: bool(place.media.sent))
    answer = json.loads(place.media.sent[0][1])
    assert (answer["type"], answer["code"]) == ("refused", code)
    assert (await client.ask("send_text", ref=1, body="a"))["seq"] == 1
    await client.close()


@pytest.mark.usefixtures("faults_expected")
async def test_bug_in_one_room_closes_that_room_alone(
    place: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await place.page()
    room = place.app.registry._rooms[place.session]
    other_session = place.app.registry.create_session(600)
    place.session, first = other_session.id, place.session
    other = await place.page(Role.COUNSELLOR)

    def fail(*_args: object) -> None:
        raise ZeroDivisionError(SECRET_TEXT)

    monkeypatch.setattr(room.room, "handle", fail)
    reply = await broken.ask("send_text", ref=1, body="a")
    assert reply["code"] == "busy"
    assert await broken.closed() == "fault"
    assert (await other.ask("send_text", ref=1, body="a"))["seq"] == 1
    # Its seat is still good: the page comes back into a new room of the same session.
    place.session = first
    back = await place.enter(broken.welcome["seat"])
    assert back.welcome["next_ref"] == 1
    await back.close()
    await other.close()


def _last_presence(page: Page) -> str:
    changes = page.all("participant_changed")
    return str(changes[-1]["participant"]["presence"]) if changes else ""


async def test_seat_is_given_up_and_can_be_taken_again() -> None:
    async with house(limits={"seat_hold_s": 0.05}) as place:
        counsellor = await place.page(Role.COUNSELLOR)
        client = await place.page()
        await client.drop()
        await until(lambda: _last_presence(counsellor) == "offline")
        await counsellor.ask("send_text", ref=1, body="written meanwhile")
        back = await place.enter(client.welcome["seat"])
        assert not back.welcome["resumed"], "its media endpoint is gone"
        assert back.welcome["you"] == client.welcome["you"]
        assert [text["body"] for text in back.welcome["texts"]] == ["written meanwhile"]
        await back.close()
        await counsellor.close()


async def test_forgotten_room_opens_again() -> None:
    async with house(
        limits={"seat_hold_s": 0.05, "text_hold_s": 0.05, "empty_room_s": 0.05}
    ) as place:
        client = await place.page()
        await client.ask("send_text", ref=1, body="a")
        await client.drop()
        await until(lambda: not place.app.registry._rooms)
        back = await place.enter(client.welcome["seat"])
        assert back.welcome["texts"] == []
        await back.close()


async def test_text_waits_in_a_deserted_room_until_memory_is_needed() -> None:
    limits = {"seat_hold_s": 0.05, "kept_text_chars": 8_000}
    async with house(limits=limits) as place:
        registry, first = place.app.registry, place.session
        page = await place.page()
        log = page.welcome["log"]
        await page.ask("send_text", ref=1, body="kept")
        await page.drop()
        await until(lambda: registry._rooms[first].room.is_deserted)
        back = await place.enter(page.welcome["seat"])
        assert [text["body"] for text in back.welcome["texts"]] == ["kept"]
        assert back.welcome["log"] == log
        await back.drop()
        await until(lambda: registry._rooms[first].room.is_deserted)
        for _ in range(3):
            place.session = registry.create_session(600).id
            await (await place.page()).drop()
        await until(lambda: first not in registry._rooms)
        place.session = first
        late = await place.enter(back.welcome["seat"], after=1)
        assert (late.welcome["texts"], late.welcome["log"] == log) == ([], False)
        await late.close()


async def test_expired_session_closes() -> None:
    async with house() as place:
        session = place.app.registry.create_session(600)
        session.expires_at = place.app.registry.wall() + 0.2
        place.session = session.id
        holder = place.app.registry.tokens.mint(
            session.id, Role.CLIENT, "someone", "n", 600, place.app.registry.wall()
        )
        seat = await place.app.registry.exchange(holder.token)
        page = await place.enter(seat.seat)
        assert await page.closed() == "expired"
