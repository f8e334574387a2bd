"""Pages that listen to their threads: told of what is stored, until they are let out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from socketio.exceptions import ConnectionError as ConnectionFailed

from signaling.accounts import Accounts
from signaling.domain.rights import Position
from signaling.inboxes import MOST_PAGES
from tests.support.page import Page
from tests.support.practice import Practice, now_ms, practice

pytestmark = pytest.mark.integration

WORDS = "I could not sleep, 梦见河边"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path) as made:
        yield made


async def opened(here: Practice, by: str = "zhang") -> str:
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    status, said = await here.ask(by, "PUT", path)
    assert status == 200
    return str(said["id"])


def said(thread: str, number: int, body: str = WORDS, hand: str = "phone") -> dict[str, Any]:
    return {
        "thread": thread, "id": f"{hand}-{number}", "hand": hand, "ref": number,
        "after": f"{hand}-{number - 1}" if number > 1 else "", "body": body,
    }  # fmt: skip


async def refusal(here: Practice, headers: dict[str, str], auth: Any) -> str:
    page = Page(here.house.app.url, headers)
    with pytest.raises(ConnectionFailed):
        await page.connect(auth)
    assert page.refusal is not None
    return str(page.refusal["data"]["code"])


async def test_what_one_writes_comes_to_the_others_page_and_ones_other_page(here: Practice) -> None:
    thread = await opened(here)
    phone, tablet, desk = [await here.listen(who) for who in ("zhang", "zhang", "li")]
    reply = await phone.ask("write_message", **said(thread, 1))
    assert (reply["type"], reply["number"], reply["fresh"]) == ("stored", 1, True)
    for page in (phone, tablet, desk):
        event = await page.event("message_changed", thread=thread)
        assert (event["message"]["body"], event["message"]["number"]) == (WORDS, 1)
    again = await phone.ask("write_message", **said(thread, 1))
    assert (again["number"], again["fresh"]) == (1, False)
    reached = await desk.ask("mark_messages", thread=thread, delivered=1, read=0)
    assert reached["mark"] == {"delivered": 1, "read": 0}
    told = await phone.event("marked", person=str(here.people["li"]))
    assert told["mark"] == reached["mark"]
    assert len(desk.all("message_changed")) == 1
    for page in (phone, tablet, desk):
        await page.close()


async def test_who_comes_back_asks_for_what_changed_since(here: Practice) -> None:
    thread = await opened(here)
    phone = await here.listen("zhang")
    for number in (1, 2, 3):
        await phone.ask("write_message", **said(thread, number))
    desk = await here.listen("li")
    (state,) = (await desk.event("inbox"))["threads"]
    assert (state["id"], state["last"], state["rev"], state["open"]) == (thread, 3, 3, True)
    missed = await desk.ask("replay_thread", thread=thread, since=1)
    assert [each["number"] for each in missed["items"]] == [2, 3]
    gone = await phone.ask("recall_message", thread=thread, number=2)
    assert (gone["message"]["body"], gone["message"]["recalled"]) == (None, True)
    event = await desk.event("message_changed")
    assert (event["message"]["number"], event["message"]["rev"]) == (2, 4)
    await phone.close()
    await desk.close()


async def test_what_cannot_be_done_says_so_with_the_messages_id(here: Practice) -> None:
    thread = await opened(here)
    phone = await here.listen("zhang")
    far = await phone.ask("write_message", **said(thread, 3))
    assert far == {"type": "refused", "code": "text_out_of_order", "id": "phone-3"}
    wrong = [
        {}, {"thread": "x"}, {"number": 1}, {**said(thread, 1), "at": 5},
        {**said(thread, 1), "body": "a\u0000"}, {**said(thread, 1), "ref": -1},
    ]  # fmt: skip
    for fields in wrong:
        reply = await phone.ask("write_message", **fields)
        assert reply["code"] == "malformed", fields
    assert (await phone.ask("send_text", ref=1, body="x"))["code"] == "malformed"
    far_away = await here.listen("far.zhang")
    alien = await far_away.ask("write_message", **said(thread, 1, hand="alien"))
    assert alien["code"] == "not_found"
    assert (await far_away.ask("replay_thread", thread=thread, since=0))["code"] == "not_found"
    assert far_away.all("message_changed") == []
    await phone.close()
    await far_away.close()


async def test_only_who_is_known_may_listen(here: Practice) -> None:
    url = here.house.app.url
    auth = {"inbox": True, "protocol": 1}
    assert await refusal(here, {}, auth) == "signed_out"
    assert await refusal(here, {"Cookie": "quietroom=guess", "Origin": url}, auth) == "signed_out"
    headers = dict(here.browsers["zhang"].headers)
    assert await refusal(here, headers, {"inbox": True, "protocol": 2}) == "malformed"
    assert await refusal(here, headers, {"inbox": False, "protocol": 1}) == "malformed"


async def test_whose_access_ends_is_told_nothing_more(here: Practice) -> None:
    thread = await opened(here)
    phone, desk = await here.listen("zhang"), await here.listen("li")
    ended = f"people/{here.people['zhang']}/end"
    assert (await here.ask("admin", "POST", ended))[0] == 204
    assert await phone.closed() == "revoked"
    reply = await desk.ask("write_message", **said(thread, 1, hand="desk"))
    assert reply["type"] == "refused"
    await desk.close()


async def test_a_browser_that_is_signed_out_is_told_nothing_and_the_others_stay(
    here: Practice,
) -> None:
    thread = await opened(here)
    desk = await here.listen("li")
    here.browsers["li.home"] = here.browsers.pop("li")
    await here.sign_in("li", here.clinics[""], here.people["li"])
    other, phone = await here.listen("li"), await here.listen("zhang")
    assert (await here.ask("li.home", "POST", "sign-out"))[0] == 204
    assert await desk.closed() == "revoked"
    await phone.ask("write_message", **said(thread, 1))
    await other.event("message_changed", thread=thread)
    assert desk.all("message_changed") == []
    await phone.close()
    await other.close()


async def test_who_have_parted_are_told_so_and_the_client_still_reads(here: Practice) -> None:
    thread = await opened(here)
    phone, desk = await here.listen("zhang"), await here.listen("li")
    await phone.ask("write_message", **said(thread, 1))
    parted = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", parted))[0] == 204
    pair = {"counsellor": str(here.people["li"]), "client": str(here.people["zhang"])}
    for page in (phone, desk):
        await page.event("parted", **pair)
    assert (await phone.ask("write_message", **said(thread, 2)))["code"] == "not_allowed"
    kept = await phone.ask("replay_thread", thread=thread, since=0)
    assert [each["body"] for each in kept["items"]] == [WORDS]
    assert (await desk.ask("replay_thread", thread=thread, since=0))["type"] == "refused"
    again = await here.listen("zhang")
    assert [each["open"] for each in (await again.event("inbox"))["threads"]] == [False]
    for page in (phone, desk, again):
        await page.close()


async def test_a_person_has_so_many_pages_and_the_oldest_gives_way(here: Practice) -> None:
    pages = [await here.listen("zhang") for _ in range(MOST_PAGES + 1)]
    assert await pages[0].closed() == "taken_over"
    assert not pages[1].gone.is_set()
    for page in pages[1:]:
        await page.close()


async def test_two_who_write_at_once_see_one_order(here: Practice) -> None:
    thread = await opened(here)
    phone, desk = await here.listen("zhang"), await here.listen("li")

    async def write(page: Page, hand: str) -> None:
        for number in range(1, 21):
            reply = await page.ask("write_message", **said(thread, number, hand, hand))
            assert reply["type"] == "stored"

    await asyncio.gather(write(phone, "phone"), write(desk, "desk"))
    seen = []
    for page in (phone, desk):
        for number in range(1, 41):
            await page.event("message_changed", thread=thread) if number == 1 else None
        async with asyncio.timeout(5):
            while len(page.all("message_changed")) < 40:
                await asyncio.sleep(0.01)
        told = [event["message"] for event in page.all("message_changed")]
        seen.append([(each["number"], each["id"]) for each in told])
    assert seen[0] == seen[1]
    assert [number for number, _ in seen[0]] == [*range(1, 41)]
    await phone.close()
    await desk.close()


async def test_most_writes_ask_for_nobody_s_right_beforehand(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await opened(here)
    pages = {who: await here.listen(who) for who in ("zhang", "li")}
    asked: list[str] = []

    def count(self: Accounts, token: str, at: int, **more: Any) -> Any:
        asked.append(token)
        return real(self, token, at, **more)

    for who, page in pages.items():  # somebody was there a moment ago
        assert (await page.ask("write_message", **said(thread, 1, hand=who)))["type"] == "stored"
    real = Accounts.actor
    monkeypatch.setattr(Accounts, "actor", count)
    for who, page in pages.items():
        assert (await page.ask("write_message", **said(thread, 2, hand=who)))["type"] == "stored"
        marked = await page.ask("mark_messages", thread=thread, delivered=1, read=0)
        assert marked["mark"] == {"delivered": 1, "read": 0}
    assert asked == []
    for page in pages.values():
        await page.close()


@pytest.mark.parametrize(
    "lost", ["parted", "ended", "signed out", "idle", "no counsellor", "another's"]
)
async def test_who_may_not_plainly_is_asked_about_the_long_way(here: Practice, lost: str) -> None:
    """Behind the back of this gateway, which is told of nothing."""
    thread = await opened(here)
    who = "li" if lost == "no counsellor" else "moon" if lost == "another's" else "zhang"
    page = await here.listen(who)
    stores, people, at = here.stores.accounts.stores, here.people, now_ms()
    match lost:
        case "parted":
            await stores.standing.part(people["li"], people["zhang"], people["admin"], at)
        case "ended":
            await stores.people.end(people["zhang"], people["admin"], at)
        case "signed out":
            await stores.sign_ins.end_all(here.clinics[""], people["zhang"], None, at)
        case "idle":
            for sign_in in await stores.sign_ins.open_ones(people["zhang"], at):
                await stores.sign_ins.see(sign_in, at - 10 * 60_000)
        case "no counsellor":
            await stores.standing.take_position(
                people["li"], Position.COUNSELLOR, people["admin"], at
            )
    reply = await page.ask("write_message", **said(thread, 1))
    if lost == "idle":
        assert reply["type"] == "stored", "a client is locked out by no clock"
    else:
        assert reply["type"] == "refused"
        assert (await here.stores.threads.get(UUID(thread))).last == 0
    await page.close()


async def test_nobody_is_shown_but_who_says_so_and_only_to_the_other(here: Practice) -> None:
    thread = await opened(here)
    zhang = str(here.people["zhang"])
    desk, phone, tablet = [await here.listen(who) for who in ("li", "zhang", "zhang")]
    reply = await phone.ask("show_presence", thread=thread, on=True)
    assert reply == {"type": "present", "thread": thread, "person": zhang, "here": True}
    assert (await desk.event("present"))["person"] == zhang
    await tablet.ask("show_presence", thread=thread, on=True)
    # Who comes later is told how it is; one's own pages are told nothing of oneself.
    second = await here.listen("li")
    assert (await second.event("present"))["here"] is True
    # One of two pages goes: still there. The other one closes without a word.
    assert (await tablet.ask("show_presence", thread=thread, on=False))["here"] is True
    await phone.close()
    assert (await desk.event("present", here=False))["person"] == zhang
    assert [each["here"] for each in desk.all("present")] == [True, False]
    assert tablet.all("present") == []
    for page in (desk, second, tablet):
        await page.close()


async def test_who_is_no_part_of_a_thread_or_has_parted_is_not_shown(here: Practice) -> None:
    thread = await opened(here)
    phone, desk = await here.listen("zhang"), await here.listen("li")
    await desk.ask("show_presence", thread=thread, on=True)
    await phone.event("present", here=True)
    parted = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", parted))[0] == 204
    await phone.event("present", here=False)
    assert (await desk.ask("show_presence", thread=thread, on=True))["type"] == "refused"
    assert (await phone.ask("show_presence", thread=thread, on=True))["code"] == "not_allowed"
    nobody = await phone.ask("show_presence", thread=str(UUID(int=1)), on=True)
    assert nobody["code"] == "not_found"
    assert [each["here"] for each in phone.all("present")] == [True, False]
    for page in (phone, desk):
        await page.close()
