"""What is said without writing it out, in two browsers: a picture, a document, a voice note, a
feeling, and what a client hopes for and fears before an hour."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.e2e.test_booking import at_stage, do, pick
from tests.e2e.test_hour import Hour, arrive, come, let_in
from tests.e2e.test_messages import open_desk, open_visit
from tests.support import samples
from tests.support.browsers import PHONE
from tests.support.screens import SMALL, fits, shoot


async def choose(page: Page, name: str, data: bytes, kind: str = "") -> None:
    """Choose a file, as the system's own dialogue would give it."""
    file = {"name": name, "mimeType": kind or "application/octet-stream", "buffer": data}
    await page.get_by_test_id("file-input").set_input_files([file])


async def is_drawn(picture: Locator) -> None:
    await picture.scroll_into_view_if_needed()
    shown = "image => image.complete && image.naturalWidth > 0"
    await picture.page.wait_for_function(shown, arg=await picture.locator("img").element_handle())


async def test_a_picture_and_a_document_come_and_what_could_harm_does_not(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await choose(client, "院子.png", samples.picture(size=(640, 480), exif=True), "image/png")
    await choose(client, "../../信\u202egpj.exe", samples.PDF)
    await choose(client, "照片.png", b"<svg onload='alert(1)'/>", "image/png")
    refused = client.locator("[data-testid=upload]")
    await expect(client.locator("[data-standing=failed]")).to_contain_text("不能在这里发")
    await expect(refused).to_have_count(1)
    for page in (client, desk):
        await is_drawn(page.get_by_test_id("picture"))
    letter = desk.get_by_test_id("file")
    assert await letter.get_attribute("download") == "信gpj.pdf"
    async with desk.expect_download() as coming:
        await letter.click()
    saved = await coming.value
    assert Path(await saved.path()).read_bytes() == samples.PDF
    await shoot(between.client, screenshots, "said-files")
    await shoot(between.counsellor, screenshots, "said-files-desk")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.locator("[data-standing=failed]").get_by_text("不发了").click()
    await expect(refused).to_have_count(0)
    for each in (between.client, between.counsellor):
        # What was refused is one answer of the gateway, and no fault of the page.
        assert [error for error in each.errors if "415" not in error] == []


async def test_a_file_goes_on_where_it_was_after_a_kill_and_a_closed_tab(between: Hour) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    large = "很长的一封信。\n".encode() * 800_000
    await choose(client, "很长.txt", large)
    await expect(client.locator("[data-standing=waiting]")).to_contain_text(
        re.compile("已传 [1-9]")
    )
    await between.kill()
    await expect(client.get_by_test_id("thread-away")).to_be_visible()
    await between.again()
    await client.reload()
    await client.get_by_test_id("open-messages").click()
    letter = desk.get_by_test_id("file")
    await expect(letter).to_have_count(1, timeout=60_000)
    async with desk.expect_download() as coming:
        await letter.click()
    assert Path(await (await coming.value).path()).read_bytes() == large
    await expect(client.get_by_test_id("upload")).to_have_count(0)
    await expect(client.get_by_test_id("file")).to_have_count(1)


async def test_a_voice_note_is_recorded_heard_sent_and_played(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("say-voice").click()
    await expect(client.get_by_test_id("record-voice")).to_be_visible()
    await shoot(between.client, screenshots, "said-voice-ready")
    await client.get_by_test_id("record-voice").click()
    await expect(client.get_by_role("timer")).to_contain_text("0:02")
    await shoot(between.client, screenshots, "said-voice-recording")
    await client.get_by_test_id("stop-voice").click()
    await client.get_by_test_id("play-voice").click()
    await expect(client.get_by_test_id("play-voice")).to_have_text("暂停")
    await expect(client.get_by_test_id("play-voice")).to_have_text("播放", timeout=15_000)
    await shoot(between.client, screenshots, "said-voice-recorded")
    await client.get_by_test_id("send-voice").click()
    note = desk.get_by_test_id("voice-note")
    await expect(note).to_have_count(1)
    await note.get_by_test_id("play-voice").click()
    await expect(note.get_by_test_id("play-voice")).to_have_text("暂停")
    await expect(note.get_by_test_id("play-voice")).to_have_text("播放", timeout=15_000)
    await expect(client.get_by_test_id("voice-note")).to_have_count(1)
    await shoot(between.client, screenshots, "said-voice")
    for each in (between.client, between.counsellor):
        assert each.errors == []


async def test_a_phone_that_records_neither_webm_nor_ogg_sends_a_voice_note_too(
    between: Hour,
) -> None:
    await between.client.page.add_init_script(
        "const knows = MediaRecorder.isTypeSupported.bind(MediaRecorder);"
        "MediaRecorder.isTypeSupported = (type) => type.startsWith('audio/mp4') && knows(type);"
    )
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("say-voice").click()
    await client.get_by_test_id("record-voice").click()
    await expect(client.get_by_role("timer")).to_contain_text("0:01")
    await client.get_by_test_id("stop-voice").click()
    await client.get_by_test_id("send-voice").click()
    note = desk.get_by_test_id("voice-note")
    await note.get_by_test_id("play-voice").click()
    await expect(note.get_by_test_id("play-voice")).to_have_text("暂停")
    await expect(note.get_by_test_id("play-voice")).to_have_text("播放", timeout=15_000)


async def choose_tense(sheet: Locator) -> None:
    """Tense, seven of ten, in the chest: by keyboard."""
    await sheet.get_by_role("radio", name="紧张").press("Space")
    await sheet.get_by_role("radio", name="7", exact=True).press("Space")
    await sheet.get_by_role("radio", name="胸口").press("Space")


async def test_a_feeling_is_sent_by_keyboard_without_a_word(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("say-feeling").click()
    sheet = client.get_by_test_id("feeling-sheet")
    await expect(sheet.get_by_test_id("send-feeling")).to_be_disabled()
    await choose_tense(sheet)
    await shoot(between.client, screenshots, "said-feeling-sheet")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await client.set_viewport_size(PHONE)
    await sheet.get_by_test_id("send-feeling").press("Enter")
    for page in (client, desk):
        card = page.get_by_test_id("feeling-card")
        await expect(card).to_contain_text("紧张")
        await expect(card).to_contain_text("强度 7/10 · 胸口")
    await shoot(between.client, screenshots, "said-feeling")
    # Taken back it is gone for both.
    await client.get_by_text("撤回", exact=True).click()
    await expect(desk.get_by_test_id("feeling-card")).to_have_count(0)


async def test_hopes_and_worries_reach_the_card_before_the_hour_until_taken_back(
    between: Hour, screenshots: Path
) -> None:
    client, desk = await open_visit(between), await open_desk(between)
    await client.get_by_test_id("find-time").click()
    await pick(client)
    await at_stage(desk, "asked")
    await do(desk, "agree")
    await at_stage(client, "confirmed")
    await client.get_by_test_id("card-hopes").click()
    await client.locator("[name=hopes]").fill("睡得好一点")
    await client.locator("[name=worries]").fill("怕说着说着哭出来")
    await shoot(between.client, screenshots, "said-hopes-sheet")
    await client.get_by_test_id("send-hopes").click()
    await expect(client.get_by_test_id("hopes-card")).to_contain_text("睡得好一点")
    await expect(desk.get_by_test_id("hopes-card")).to_contain_text("怕说着说着哭出来")
    await shoot(between.client, screenshots, "said-hopes")
    await desk.get_by_test_id("card-go").click()
    await expect(desk.get_by_test_id("hopes")).to_contain_text("怕说着说着哭出来")
    await shoot(between.counsellor, screenshots, "said-hopes-desk", whole=True)
    await client.get_by_test_id("thread-list").get_by_text("撤回", exact=True).click()
    await expect(client.get_by_test_id("hopes-card")).to_have_count(0)
    await expect(desk.get_by_test_id("hopes")).to_contain_text("还没有写", timeout=30_000)


async def test_a_feeling_is_said_within_a_session_and_stays_in_the_thread(
    between: Hour, screenshots: Path
) -> None:
    client, desk = between.client.page, between.counsellor.page
    await arrive(between)
    await come(between)
    await let_in(desk)
    await client.get_by_test_id("text").click()
    await client.get_by_test_id("text-input").fill("我说不清。")
    await client.get_by_test_id("text-send").click()
    await client.get_by_test_id("say-feeling").press("Enter")
    sheet = client.get_by_test_id("feeling-sheet")
    await choose_tense(sheet)
    await shoot(between.client, screenshots, "said-inside-sheet")
    await client.set_viewport_size(SMALL)
    await fits(between.client)
    await sheet.get_by_test_id("send-feeling").press("Enter")
    # Who spoke by keyboard goes on where they were.
    await expect(client.get_by_test_id("say-feeling")).to_be_focused()
    for page in (client, desk):
        line = page.get_by_test_id("text-list").locator("li").last
        await expect(line).to_contain_text("强度 7/10 · 胸口")
        await expect(page.get_by_test_id("text-list")).not_to_contain_text("{")
    # It is the client's to say.
    await expect(desk.get_by_test_id("say-feeling")).to_have_count(0)
    await shoot(between.client, screenshots, "said-inside-small")
    for language in ("en", "zh"):
        await client.get_by_test_id(f"lang-{language}").first.click()
        await fits(between.client)
        dock = await client.locator("qr-dock").bounding_box()
        assert dock is not None
        assert dock["y"] + dock["height"] <= SMALL["height"]
    await client.set_viewport_size(PHONE)
    await shoot(between.client, screenshots, "said-inside")
    await shoot(between.counsellor, screenshots, "said-inside-desk")
    await desk.get_by_test_id("end-session").click()
    await desk.get_by_test_id("end-confirm").click()
    await desk.get_by_test_id("open-messages").click()
    await expect(desk.get_by_test_id("feeling-card")).to_contain_text("紧张")
    for each in (between.client, between.counsellor):
        assert each.errors == []
