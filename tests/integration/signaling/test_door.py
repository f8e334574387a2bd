"""A closed door over real sockets: nothing passes it, either way, before somebody is let in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from signaling.domain.grants import Door, Role
from tests.integration.signaling.test_room_task import OFFER
from tests.support.page import House, Page, house

pytestmark = pytest.mark.integration


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


class Meeting:
    """A session with a closed door, and who comes to it."""

    def __init__(self, place: House) -> None:
        self.place = place
        self.session = place.app.registry.create_session(3600, Door.CLOSED).id

    async def counsellor(self) -> Page:
        return await self.place.door_page(self.session, Role.COUNSELLOR, "li")

    async def client(self, identity: str = "wang") -> Page:
        return await self.place.door_page(self.session, Role.CLIENT, identity)


def you(page: Page) -> str:
    return str(page.welcome["you"])


def seen(page: Page) -> dict[str, Any]:
    return {each["id"]: each for each in page.welcome["roster"]}


async def test_who_waits_has_no_media_and_hears_of_nothing(place: House) -> None:
    meeting = Meeting(place)
    counsellor, first = await meeting.counsellor(), await meeting.client("zhang")
    await counsellor.ask("let_in", participant=you(first))
    await counsellor.ask("send_text", ref=1, body="between us")
    waiting = await meeting.client()
    assert set(seen(waiting)) == {you(counsellor), you(waiting)}
    assert seen(waiting)[you(waiting)]["waits"]
    assert waiting.welcome["texts"] == []
    shown = await counsellor.event("participant_changed")
    assert shown["participant"]["waits"] is True

    for asked in (
        {"type_": "offer", "sdp": OFFER},
        {"type_": "send_text", "ref": 1, "body": "hello"},
        {"type_": "set_media", "microphone": True, "camera": True},
        {"type_": "let_in", "participant": you(waiting)},
        {"type_": "replay", "after": 0},
    ):
        assert (await waiting.ask(**asked))["code"] == "not_admitted"
    assert place.media.alive == []
    await counsellor.ask("send_text", ref=2, body="and more")
    await first.ask("set_media", microphone=True, camera=False)
    await counsellor.event("participant_changed", participant=counsellor.heard[-1]["participant"])
    told = [e for e in waiting.heard if e["type"] != "welcome"]
    assert [e for e in told if e["type"] == "text" or you(first) in str(e)] == []
    for page in (counsellor, first, waiting):
        await page.close()


async def test_who_is_let_in_finds_everything_and_may_offer(place: House) -> None:
    meeting = Meeting(place)
    counsellor, other = await meeting.counsellor(), await meeting.client("zhang")
    await counsellor.ask("let_in", participant=you(other))
    await counsellor.ask("send_text", ref=1, body="welcome")
    await counsellor.ask("hold_steady", steady=True)
    waiting = await meeting.client()
    assert (await other.ask("let_in", participant=you(waiting)))["code"] == "not_allowed"
    assert (await counsellor.ask("let_in", participant=you(waiting)))["type"] == "done"
    assert (await waiting.event("text"))["body"] == "welcome"
    await waiting.event("steady", steady=True)
    told = {e["participant"]["id"] for e in waiting.heard if e["type"] == "participant_changed"}
    assert told == {you(counsellor), you(other), you(waiting)}
    assert (await waiting.ask("offer", sdp=OFFER))["type"] == "answer"
    assert len(place.media.alive) == 1
    assert (await counsellor.ask("let_in", participant="nobody"))["code"] == "not_in_room"
    for page in (counsellor, other, waiting):
        await page.close()


async def test_a_token_carries_its_door(place: House) -> None:
    """A gateway that was restarted knows the session from the token alone."""
    session = "a-session-of-before"
    token = place.app.registry.tokens.mint(
        session, Role.CLIENT, "wang", "安", 600, place.app.registry.wall(), Door.CLOSED
    ).token
    seat = await place.app.registry.exchange(token)
    page = await place.enter(seat.seat)
    assert seen(page)[you(page)]["waits"]
    await page.close()


async def test_an_open_door_keeps_nobody_out(place: House) -> None:
    page = await place.page()
    assert not seen(page)[you(page)]["waits"]
    await page.close()
