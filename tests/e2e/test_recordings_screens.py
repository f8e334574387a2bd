"""What is seen after a recording, with REST that only pretends: the client's page, the player."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.gateway import Gateway
from tests.support.screens import SMALL, fits, shoot
from tests.support.shelf import (
    DAY,
    FIRST,
    FOURTH,
    HELD,
    SECOND,
    STARTED,
    THIRD,
    Shelf,
    hour,
    later,
    proof,
    seen,
)

APART_MS = 120
"""What is further apart is seen to be (see web_client/src/recordings/pace.ts)."""
TAP_AT_ONCE = """
() => new Promise((done) => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap(
    (each) => each.shadowRoot ? [each, ...all(each.shadowRoot)] : [each]);
  const tap = () => {
    const found = all(document).filter((each) => /^later-/.test(each.dataset?.testid ?? ''));
    if (found.length === 0) return void requestAnimationFrame(tap);
    for (const each of found) each.click();
    done();
  };
  tap();
})
"""
PLACES = """
() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap(
    (each) => each.shadowRoot ? [each, ...all(each.shadowRoot)] : [each]);
  return all(document).filter((each) => each.dataset?.file !== undefined && !each.paused)
    .map((each) => each.currentTime * 1000);
}
"""


async def test_a_client_has_less_of_a_recording_or_none(running: Gateway, screenshots: Path):
    shelf = Shelf(["client"])
    audio = {"media": ["audio"], "may_play": False}
    only = [{"purpose": "supervision", "until": STARTED + 90 * DAY}]
    shelf.put(
        seen(FIRST),
        seen(SECOND, started_at=STARTED - 7 * DAY, purposes=only, **audio, asks_to_keep=True),
        seen(THIRD, started_at=STARTED - 14 * DAY, **audio, stage="locked",
             floor_until=STARTED + 3_650 * DAY, may_take_back=False),
        seen(FOURTH, started_at=STARTED - 21 * DAY, **audio, purposes=only),
    )  # fmt: skip
    said = {
        "what": "agreed", "recording": FIRST, "media": ["audio", "video"], "version": 1,
        "purposes": ["supervision"], "until": {"supervision": STARTED + 90 * DAY},
    }  # fmt: skip
    forged = {**proof(1, "consent", {**said, "what": "withdrew"}), "at": STARTED + 2 * DAY}
    forged["text"] = forged["text"].replace("supervision", "teaching")
    erased = {"at": STARTED, "keys": ["a", "b", "c"], "files": 4, "whole": True}
    shelf.proofs = [proof(3, "erasure", erased), forged, proof(2, "consent", said)]
    shelf.looks = [
        {"seq": number, "at": STARTED + number * DAY, "actor": actor, "action": action,
         "object": None, "result": "done"}
        for number, (actor, action) in enumerate((
            (seen(FIRST)["counsellor"]["id"], "look.today"),
            (seen(FIRST)["counsellor"]["id"], "look.watch"),
            (None, "look.contact"),
        ))
    ]  # fmt: skip
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit", shelf)
        await page.get_by_test_id("open-data").click()
        await page.get_by_test_id("recording").first.wait_for()
        await fits(client)
        await shoot(client, screenshots, "recordings-1-data", whole=True)
        first = page.get_by_test_id("recording").first
        await first.get_by_test_id("use-supervision").click()
        await shoot(client, screenshots, "recordings-2-narrow")
        await first.get_by_test_id("really-yes").click()
        await expect(first.get_by_test_id("said")).to_be_visible()
        await first.get_by_test_id("delete").click()
        await first.get_by_test_id("deletion").scroll_into_view_if_needed()
        await shoot(client, screenshots, "recordings-3-delete")
        await first.get_by_test_id("delete-yes").click()
        await first.get_by_test_id("keep").wait_for()
        await shoot(client, screenshots, "recordings-4-pending")
        await page.set_viewport_size(SMALL)
        await fits(client)
        await shoot(client, screenshots, "recordings-5-small", whole=True)
        await first.get_by_test_id("keep").click()
        await expect(first).to_have_attribute("data-stage", "active")
        await page.get_by_test_id("asks-yes").click()
        await expect(page.get_by_test_id("asks-to-keep")).to_have_count(0)
        last = page.get_by_test_id("recording").last
        for testid in ("delete", "now", "now-yes"):
            await last.get_by_test_id(testid).click()
        await expect(last).to_have_attribute("data-stage", "erased")
        assert shelf.taken == [
            ("take-back", {"purposes": ["supervision"]}), ("take-back", {}), ("keep", {}),
            ("keep", {}), ("take-back", {"now": True}),
        ]  # fmt: skip
        for place, verdict in enumerate(("good", "bad", "good")):
            one = page.get_by_test_id("proof").nth(place)
            await one.get_by_test_id("check").click()
            await expect(one.get_by_test_id("verdict")).to_have_attribute("data-verdict", verdict)
        await page.set_viewport_size(PHONE)
        await fits(client)
        await from_a_file(page, shelf)
        await shoot(client, screenshots, "recordings-6-proofs", whole=True)
        await prints_alone(page, screenshots)
        assert not client.errors
        assert not client.foreign


async def test_who_is_quicker_than_the_certificate_is_led_to_it_all_the_same(running: Gateway):
    shelf = Shelf(["client"])
    pending = {"stage": "erasure_pending", "may_keep": True, "may_play": False}
    shelf.put(seen(FIRST, **pending, erase_at=4_102_444_800_000))
    receipts = [
        proof(number, "consent", {
            "what": "agreed", "recording": SECOND, "media": ["audio"], "version": 1,
            "purposes": ["supervision"], "until": {"supervision": STARTED + 90 * DAY},
        })
        for number in range(2, 7)
    ]  # fmt: skip
    shelf.proofs = receipts
    erased = {"at": STARTED, "keys": ["a"], "files": 4, "whole": True, "recording": FIRST}
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit#data", shelf)
        await expect(page.get_by_test_id("proof")).to_have_count(3)
        shelf.proofs = [*receipts, proof(1, "erasure", erased)]
        shelf.proofs_come.clear()
        for testid in ("now", "now-yes", "see-certificate"):
            await page.get_by_test_id(testid).click()
        await expect(page.get_by_test_id("proof")).to_have_count(3)  # it has not come yet
        shelf.proofs_come.set()
        certificate = page.locator('[data-testid="proof"][data-kind="erasure"]')
        await expect(certificate.get_by_role("heading")).to_be_focused()
        await expect(certificate).to_be_in_viewport()
        assert not client.errors


async def test_the_link_of_a_receipt_leads_to_what_is_one_s_own(running: Gateway):
    shelf = Shelf(["client"])
    shelf.put(seen(FIRST))
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit#data", shelf)
        await expect(page.get_by_test_id("my-data")).to_be_visible()
        await expect(page.get_by_test_id("recording")).to_have_count(1)


async def test_a_client_plays_their_own_on_a_phone_where_the_terms_said_so(
    running: Gateway, screenshots: Path
):
    shelf = Shelf(["client"])
    review = [{"purpose": "clinical_review", "until": STARTED + 30 * DAY}]
    shelf.put(seen(FIRST, purposes=review, client_plays=True))
    shelf.make_files()
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit#data", shelf)
        one = page.get_by_test_id("recording")
        await expect(one).to_contain_text("录完一天后，您自己也可以")
        await shoot(client, screenshots, "own-copy-1-data", whole=True)
        await one.get_by_test_id("play").click()
        await page.get_by_test_id("toggle").click()
        await reaches(page, "0:02")
        await in_step(page)
        await fits(client)
        await shoot(client, screenshots, "own-copy-2-player", whole=True)
        await page.get_by_test_id("toggle").click()
        await expect(page.get_by_test_id("player")).to_have_attribute("data-playing", "false")
        assert shelf.watched
        assert not client.errors
        assert not client.foreign


async def from_a_file(page: Page, shelf: Shelf) -> None:
    """What was saved is checked without anybody, also what is on no list any more."""
    for text, verdict in (
        (json.dumps(shelf.proofs[0]), "good"), (json.dumps(shelf.proofs[1]), "bad"), ("x", ""),
    ):  # fmt: skip
        one = FilePayload(name="receipt.json", mimeType="application/json", buffer=text.encode())
        await page.get_by_test_id("open-proof").set_input_files(one)
        if verdict:
            said = page.get_by_test_id("saved-proof").get_by_test_id("verdict")
            await expect(said).to_have_attribute("data-verdict", verdict)
        else:
            await expect(page.get_by_text("这个文件不是凭证。")).to_be_visible()
    await expect(page.get_by_test_id("saved-proof")).to_have_count(0)


@pytest.mark.parametrize("opens", [0, 4_000])
async def test_of_what_was_spoilt_the_rest_plays_on_and_that_is_said(
    running: Gateway, screenshots: Path, opens: int
):
    shelf = Shelf(["counsellor", "supervisor"])
    shelf.put(seen(FIRST))
    shelf.make_files()
    shelf.spoilt = {0: opens}  # the counsellor's first picture
    async with person(viewport=DESK) as counsellor:
        page = await opened(counsellor, running, "/desk", shelf)
        await page.get_by_test_id("open-recordings").click()
        await page.get_by_test_id("play").first.click()
        await page.get_by_test_id("toggle").click()
        lost = page.get_by_test_id("part-lost")
        await expect(lost).to_be_visible()
        await reaches(page, "0:08")  # over the hold, where that picture's next file is
        await in_step(page)
        await shoot(counsellor, screenshots, f"player-6-spoilt-{opens}", whole=True)
        assert not counsellor.foreign


async def prints_alone(page: Page, screenshots: Path) -> None:
    """A receipt goes to paper without the rest of the page, which is as it was afterwards."""
    await page.evaluate("window.print = () => {}")
    agreed = page.get_by_test_id("proof").filter(has_text="您同意了")
    await agreed.get_by_test_id("undo").click()
    await expect(page.get_by_role("heading", name="录制", exact=True)).to_be_focused()
    await agreed.get_by_test_id("print").click()
    paper = page.get_by_test_id("proof-print")
    await expect(paper).to_be_hidden()
    await page.emulate_media(media="print")
    await expect(paper).to_be_visible()
    await expect(paper).to_contain_text("/visit#data")
    await expect(page.get_by_test_id("my-data")).to_be_hidden()
    signed = await agreed.get_by_test_id("proof-text").text_content()
    await expect(paper).to_contain_text(signed or "nothing was signed")
    assert await paper.evaluate("each => getComputedStyle(each).color") == "rgb(0, 0, 0)"
    await page.screenshot(path=screenshots / "recordings-7-paper.png", full_page=True)
    await page.emulate_media(media="screen")
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    await expect(paper).to_have_count(0)
    await expect(page.get_by_test_id("my-data")).to_be_visible()


async def test_both_people_of_a_recording_are_played_in_step(running: Gateway, screenshots: Path):
    shelf = Shelf(["counsellor", "supervisor"])
    shelf.put(
        seen(FIRST),
        seen(
            SECOND,
            started_at=STARTED - 7 * DAY,
            stage="locked",
            may_play=False,
            may_take_back=False,
        ),
    )
    shelf.make_files()
    async with person(viewport=DESK) as counsellor:
        page = await opened(counsellor, running, "/desk", shelf)
        await page.get_by_test_id("open-recordings").click()
        await page.get_by_test_id("recording-row").first.wait_for()
        await shoot(counsellor, screenshots, "player-1-list")
        await page.get_by_test_id("play").first.click()
        await page.get_by_test_id("toggle").wait_for()
        await shoot(counsellor, screenshots, "player-2-opened", whole=True)
        await page.keyboard.press("k")
        await reaches(page, "0:03")
        await in_step(page)
        await shoot(counsellor, screenshots, "player-3-gap", whole=True)
        await page.keyboard.press(">")
        await expect(page.get_by_test_id("speed-1.25")).to_have_attribute("aria-pressed", "true")
        await reaches(page, "0:08")  # over the hold
        await in_step(page)
        await page.keyboard.press("k")
        await expect(page.get_by_test_id("player")).to_have_attribute("data-playing", "false")
        await shoot(counsellor, screenshots, "player-4-paused", whole=True)
        assert shelf.watched
        held = [each for each in shelf.watched if each[0] < HELD[1] and each[1] > HELD[0]]
        assert held == []
        # All of it to where it stands, from its beginning on, but for what was left out.
        at = await page.get_by_test_id("at").inner_text()
        stands = int(at.removeprefix("0:")) * 1000 - (HELD[1] - HELD[0])
        assert -200 < sum(stop - start for start, stop in shelf.watched) - stands < 1_200
        await page.set_viewport_size(PHONE)
        await fits(counsellor)
        await shoot(counsellor, screenshots, "player-5-phone", whole=True)
        await page.set_viewport_size(DESK)
        shelf.refuses = True
        shelf.recordings[FIRST]["stage"] = "erasure_pending"
        await page.keyboard.press("k")
        await asyncio.sleep(0.5)  # some of it is watched, and then told
        await page.keyboard.press("k")
        await expect(page.get_by_test_id("stopped")).to_contain_text("收回")
        assert await page.locator("video, audio").count() == 0
        await shoot(counsellor, screenshots, "player-6-stopped")
        assert not counsellor.errors
        assert not counsellor.foreign


async def test_a_client_is_asked_once_more_and_both_answers_are_as_near(
    running: Gateway, screenshots: Path
):
    shelf = Shelf(["client"])
    yesterday = int(time.time() * 1000) - DAY
    shelf.put(
        seen(FIRST, started_at=yesterday, may_play=False, later=[later("teaching")]),
        seen(SECOND, may_play=False, later=[later("research")], media=["audio"],
             floor_until=STARTED + 3_650 * DAY),
        seen(THIRD, may_play=False, later=[later("teaching", may_answer=False)]),
    )  # fmt: skip
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit", shelf)
        await page.get_by_test_id("open-data").click()
        questions = page.get_by_test_id("later")
        await expect(questions).to_have_count(2)
        await expect(questions.first.locator("h4")).to_have_text("昨天的录制，还可以用于教学吗？")
        for size, name in ((PHONE, "later-1-asked"), (SMALL, "later-2-small")):
            await page.set_viewport_size(size)
            await fits(client)
            await shoot(client, screenshots, name, whole=True)
        no, yes = (questions.first.get_by_test_id(f"later-{each}") for each in ("no", "yes"))
        assert await look_of(no) == await look_of(yes)
        await asyncio.sleep(0.7)  # the words came up anew with the language
        await yes.click()
        await expect(questions).to_have_count(1)
        first = page.get_by_test_id("recording").first
        await expect(first.get_by_test_id("use-teaching")).to_be_checked()
        await expect(first.get_by_test_id("said")).to_contain_text("教学")
        await questions.first.get_by_test_id("later-no").click()
        await expect(questions).to_have_count(0)
        await shoot(client, screenshots, "later-3-answered", whole=True)
        (_, agreed), (act, refused) = shelf.taken
        assert len(agreed.pop("words")) == 64
        shown = {"terms": "7" * 64, "language": "zh-CN"}
        assert agreed == {"purpose": "teaching", "agree": True, **shown}
        assert (act, refused) == ("later/answer", {"purpose": "research", "agree": False})
        assert not client.errors
        assert not client.foreign


async def test_the_page_of_an_hour_says_what_was_recorded_of_it(
    running: Gateway, screenshots: Path
):
    shelf = Shelf(["client"])
    now = int(time.time() * 1000)
    shelf.hours = [hour("h", now - 20 * 60_000)]
    back = {"stage": "erasure_pending", "erase_at": now + DAY, "may_keep": True, "may_play": False}
    shelf.put(seen(THIRD), seen(SECOND, session="h", started_at=STARTED + DAY, **back),
              seen(FIRST, session="h", media=["audio"], may_play=False))  # fmt: skip
    async with person(viewport=SMALL) as client:
        page = await opened(client, running, "/visit", shelf)
        told = page.get_by_test_id("recorded-hour")
        lines = told.get_by_role("paragraph")
        await expect(lines).to_have_count(2)
        await expect(lines.first).to_contain_text("声音，用于本人复盘")
        await expect(lines.last).to_contain_text("彻底删除，在那之前还能改主意")
        await fits(client)
        await shoot(client, screenshots, "recorded-hour-page", whole=True)
        shelf.put(seen(SECOND, session="h", **back))
        await expect(lines).to_have_count(1)
        await expect(told.get_by_role("button")).to_have_text("到“我的信息”里看看")
        await told.get_by_role("button").click()
        await expect(page.get_by_test_id("my-data")).to_be_visible()
        assert not client.errors


async def test_without_colours_and_on_a_small_phone_nothing_of_them_is_lost(running: Gateway):
    edge = "(e) => { const s = getComputedStyle(e); return s.borderTopWidth === '1px'"
    edge += " && s.borderTopStyle === 'solid' && s.borderTopColor !== s.backgroundColor; }"
    shelf = Shelf(["counsellor", "supervisor"])
    shelf.put(seen(FIRST))
    shelf.make_files()
    async with person(viewport=SMALL, lang="en") as counsellor:
        await counsellor.page.emulate_media(forced_colors="active")
        page = await opened(counsellor, running, "/desk", shelf)
        await page.get_by_test_id("open-recordings").click()
        await page.get_by_test_id("play").first.click()
        await page.get_by_test_id("toggle").wait_for()
        assert await page.locator("qr-player .banner").evaluate(edge)
        for row in ("back10, toggle, on10", "speed-0.75, speed-1, speed-2"):
            found = [await page.get_by_test_id(each).bounding_box() for each in row.split(", ")]
            assert len({(each or {})["y"] for each in found}) == 1, row
            assert len({(each or {})["height"] for each in found}) == 1, row
        await fits(counsellor)
        assert not counsellor.errors
    shelf = Shelf(["client"])
    shelf.put(seen(FIRST))
    async with person(viewport=SMALL) as client:
        await client.page.emulate_media(forced_colors="active")
        page = await opened(client, running, "/visit", shelf)
        await page.get_by_test_id("open-data").click()
        await page.get_by_test_id("delete").click()
        for part in (page.get_by_test_id("recording"), page.get_by_test_id("deletion")):
            assert await part.evaluate(edge)
        assert not client.errors


async def test_a_tap_that_was_meant_for_something_else_is_no_answer(running: Gateway):
    shelf = Shelf(["client"])
    shelf.put(seen(FIRST, later=[later("teaching")]))
    async with person(viewport=PHONE) as client:
        page = await opened(client, running, "/visit", shelf)
        await page.get_by_test_id("open-data").click()
        # At once, in the page itself: a click from here comes too late to be too soon.
        await page.evaluate(TAP_AT_ONCE)
        await expect(page.get_by_test_id("later")).to_have_count(1)
        assert shelf.taken == []
        assert not client.errors


async def test_a_counsellor_asks_once_for_one_use_more(running: Gateway, screenshots: Path):
    shelf = Shelf(["counsellor", "supervisor"])
    shelf.put(
        seen(FIRST, may_ask_later=["research", "teaching"]),
        seen(SECOND, later=[later("teaching", stage="not_granted", may_answer=False)]),
    )
    async with person(viewport=PHONE) as counsellor:
        page = await opened(counsellor, running, "/desk", shelf)
        await page.get_by_test_id("open-recordings").click()
        await page.get_by_test_id("ask-teaching").click()
        for size, name in ((PHONE, "later-4-desk"), (SMALL, "later-5-desk-small")):
            await page.set_viewport_size(size)
            await fits(counsellor)
            await shoot(counsellor, screenshots, name, whole=True)
        assert shelf.taken == []
        await page.get_by_test_id("ask-yes").click()
        await expect(page.get_by_test_id("ask-teaching")).to_have_count(0)
        await expect(page.get_by_test_id("ask-research")).to_have_count(1)
        stages = page.get_by_test_id("later-stage")
        await expect(stages).to_have_count(2)
        assert [await each.get_attribute("data-stage") for each in await stages.all()] == [
            "asked", "not_granted",
        ]  # fmt: skip
        await shoot(counsellor, screenshots, "later-6-desk-asked", whole=True)
        assert shelf.taken == [("later", {"purpose": "teaching"})]
        assert not counsellor.errors


async def look_of(button: Locator) -> list[str]:
    """Its size and colours."""
    return await button.evaluate(
        "(e) => [e.offsetWidth, e.offsetHeight, ...['color', 'backgroundColor', 'borderColor',"
        " 'fontWeight', 'fontSize'].map((name) => getComputedStyle(e)[name])].map(String)"
    )


async def opened(someone: Person, running: Gateway, path: str, shelf: Shelf) -> Page:
    """The page at ``path``, which hears of the shelf alone."""
    await someone.page.route("**/api/v1/**", shelf.answer)
    await someone.page.goto(f"{running.url}{path}")
    return someone.page


async def reaches(page: Page, at: str) -> None:
    await expect(page.get_by_test_id("at")).to_have_text(at, timeout=15_000)


async def in_step(page: Page) -> None:
    """All that plays is at the same place: two sounds, two pictures. They wait for one another."""
    places: list[float] = []
    async with asyncio.timeout(20):
        while len(places) != 4:
            places = await page.evaluate(PLACES)
    assert max(places) - min(places) < APART_MS
