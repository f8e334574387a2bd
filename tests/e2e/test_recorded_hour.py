"""A booked hour that is recorded, in two browsers: asked, held, stopped, watched, and undone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from signaling.capture import FILES_A_SEGMENT
from tests.e2e.test_hour import Hour, arrive, come, let_in
from tests.support.browsers import PHONE, person
from tests.support.call import WATCH_PEERS, sees_the_other
from tests.support.gateway import begin, gateway
from tests.support.screens import shoot
from tests.support.workers import until


@pytest_asyncio.fixture(loop_scope="session")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hour]:
    """A clinic that lasts and may record, and two browsers that know nothing yet."""
    folder = tmp_path_factory.mktemp("recorded")
    kept, sealed = folder / "kept", folder / "sealed"
    kept.mkdir()
    async with AsyncExitStack() as stack:
        begun = await begin(STORAGE__FOLDER=str(kept), RECORDING__FOLDER=str(sealed))
        running = await stack.enter_async_context(gateway(begun=begun))
        counsellor = await stack.enter_async_context(person())
        client = await stack.enter_async_context(person(viewport=PHONE))
        for each in (counsellor, client):
            await each.page.add_init_script(WATCH_PEERS)
        ports = (begun.port, begun.media_port)
        yield Hour(stack, running, counsellor, client, begun.settings, ports)
        for each in (counsellor, client):
            assert not each.foreign
            assert each.errors == []


def files(hour: Hour) -> list[Path]:
    """What lies sealed."""
    return sorted(Path(hour.settings["RECORDING__FOLDER"]).glob("**/*.seal"))


def sealed_bytes(hour: Hour) -> int:
    return sum(path.stat().st_size for path in files(hour))


def segments(hour: Hour) -> set[int]:
    """Which stretches there are files of: each has numbers of its own."""
    return {(int(path.name.split("-")[0]) - 1) // FILES_A_SEGMENT + 1 for path in files(hour)}


async def stage(page: Page, name: str) -> Locator:
    strip = page.locator(f'[data-testid="recording"][data-stage="{name}"]')
    await expect(strip).to_be_visible()
    return strip


async def meet(hour: Hour) -> None:
    """Both are in the room, with picture."""
    await arrive(hour, way="arrive-video")
    await come(hour, way="arrive-video")
    await let_in(hour.counsellor.page)
    await sees_the_other(hour.client)
    await sees_the_other(hour.counsellor)


async def ask(hour: Hour, screenshots: Path) -> None:
    page = hour.counsellor.page
    await page.get_by_test_id("more").click()
    await page.get_by_test_id("open-recording").click()
    await expect(page.get_by_test_id("ask-supervision")).not_to_be_checked()
    await page.get_by_test_id("ask-clinical_review").check()
    await shoot(hour.counsellor, screenshots, "recorded-1-composer")
    await page.get_by_test_id("recording-send").click()


async def agree(hour: Hour, screenshots: Path) -> None:
    page = hour.client.page
    await expect(page.get_by_test_id("recording-sheet")).to_be_visible()
    await shoot(hour.client, screenshots, "recorded-2-sheet")
    await page.get_by_test_id("agree-clinical_review").check()
    await asyncio.sleep(0.7)
    await page.get_by_test_id("recording-yes").click()


async def record(hour: Hour, screenshots: Path) -> None:
    """Both are in the room, and it is recorded."""
    await meet(hour)
    await ask(hour, screenshots)
    await agree(hour, screenshots)
    await stage(hour.client.page, "recording")


async def test_an_hour_is_recorded_with_consent_watched_and_undone(
    recorded: Hour, screenshots: Path
) -> None:
    client, counsellor = recorded.client.page, recorded.counsellor.page
    await meet(recorded)
    await ask(recorded, screenshots)
    await agree(recorded, screenshots)
    await stage(client, "arming")
    await shoot(recorded.client, screenshots, "recorded-3-arming")
    assert files(recorded) == []
    await stage(client, "recording")
    await stage(counsellor, "recording")
    await shoot(recorded.client, screenshots, "recorded-4-client")
    await shoot(recorded.counsellor, screenshots, "recorded-4-counsellor")
    await asyncio.sleep(4)
    before = sealed_bytes(recorded)
    assert before > 0
    await client.get_by_test_id("recording-badge").click()
    await client.get_by_test_id("pause_recording").click()
    await stage(counsellor, "hold")
    await shoot(recorded.client, screenshots, "recorded-5-hold")
    held = sealed_bytes(recorded)
    await asyncio.sleep(1)
    assert sealed_bytes(recorded) == held
    await client.get_by_test_id("resume_recording").click()
    await stage(counsellor, "recording")
    await somebody_comes_by(recorded, screenshots)
    await asyncio.sleep(3)
    await counsellor.get_by_test_id("stop_recording").click()
    await expect(client.get_by_test_id("recording-note")).to_be_visible()
    await shoot(recorded.client, screenshots, "recorded-6-stopped")
    await counsellor.get_by_test_id("recording-note-close").click()
    await watch(recorded, screenshots)
    await undo(recorded, screenshots)


async def somebody_comes_by(hour: Hour, screenshots: Path) -> None:
    """Who could not be asked is beside the client: a tap holds it, and another lets it go on."""
    client, counsellor = hour.client.page, hour.counsellor.page
    await client.get_by_test_id("recording-badge").click()
    await client.get_by_test_id("company").click()
    await expect(await stage(counsellor, "hold")).to_contain_text("旁边有人时不录")
    await shoot(hour.client, screenshots, "recorded-5-company")
    await shoot(hour.counsellor, screenshots, "recorded-5-company-counsellor")
    await client.keyboard.press("Escape")
    await client.get_by_test_id("say_beside").click()
    await stage(counsellor, "recording")


async def test_who_takes_it_back_in_the_hour_says_what_becomes_of_it(
    recorded: Hour, screenshots: Path
) -> None:
    client, counsellor = recorded.client.page, recorded.counsellor.page
    await record(recorded, screenshots)
    await until(lambda: sealed_bytes(recorded) > 0)
    await client.get_by_test_id("recording-badge").click()
    await client.get_by_test_id("withdraw_recording").click()
    await expect(client.get_by_role("dialog")).to_have_count(0)
    await expect(client.get_by_test_id("recording-delete")).to_be_visible()
    await expect(counsellor.get_by_test_id("recording-note")).to_contain_text("录制已停止")
    await expect(counsellor.get_by_test_id("recording-delete")).to_have_count(0)
    await shoot(recorded.client, screenshots, "recorded-7-taken-back")
    left = sealed_bytes(recorded)
    await asyncio.sleep(1.5)
    assert sealed_bytes(recorded) == left
    await client.get_by_test_id("recording-delete").click()
    await expect(client.get_by_text("已删除。")).to_be_visible()
    assert files(recorded) == []


async def test_who_leaves_reads_that_it_was_recorded(recorded: Hour, screenshots: Path) -> None:
    client = recorded.client.page
    await record(recorded, screenshots)
    await asyncio.sleep(2)
    await client.get_by_test_id("leave").click()
    await expect(client.get_by_test_id("ends-recording")).to_be_visible()
    await client.get_by_test_id("leave-confirm").click()
    told = client.get_by_test_id("recorded-hour")
    await expect(told).to_contain_text("用于本人复盘")
    await expect(client.get_by_test_id("come-back")).to_be_visible()
    await expect(recorded.counsellor.page.get_by_test_id("recording-note")).to_be_visible()
    await shoot(recorded.client, screenshots, "recorded-12-left", whole=True)
    await told.get_by_test_id("to-data").click()
    await expect(client.get_by_test_id("recording")).to_have_count(1)


async def test_a_second_tab_of_a_client_shows_it_and_what_the_first_sent_has_ended(
    recorded: Hour, screenshots: Path
) -> None:
    client, counsellor = recorded.client.page, recorded.counsellor.page
    await record(recorded, screenshots)
    await until(lambda: segments(recorded) == {1})
    second = await recorded.client.context.new_page()
    await second.goto(client.url)
    await second.get_by_test_id("come-in").click()
    await second.get_by_test_id("again-yes").click()
    await second.get_by_test_id("arrive-video").click()
    await expect(client.get_by_test_id("refusal")).to_have_attribute("data-kind", "elsewhere")
    for page in (second, counsellor):
        await stage(page, "recording")
    # Held meanwhile, it goes on with files of its own: those of the tab before are closed.
    await until(lambda: segments(recorded) == {1, 2})
    await shoot(replace(recorded.client, page=second), screenshots, "recorded-13-second-tab")
    await second.get_by_test_id("recording-badge").click()
    await second.get_by_test_id("stop_recording").click()
    await expect(counsellor.get_by_test_id("recording-note")).to_be_visible()


async def watch(hour: Hour, screenshots: Path) -> None:
    """The counsellor's way from the room to what was recorded, which plays."""
    page = hour.counsellor.page
    await page.get_by_test_id("end-session").click()
    await page.get_by_test_id("end-confirm").click()
    await expect(page.get_by_test_id("recording-row")).to_be_visible()
    await shoot(hour.counsellor, screenshots, "recorded-7-list")
    await page.get_by_test_id("play").click()
    await page.get_by_test_id("toggle").click()
    await expect(page.get_by_test_id("at")).to_have_text(re.compile("0:0[2-9]"))
    await shoot(hour.counsellor, screenshots, "recorded-8-player")
    await page.get_by_test_id("toggle").click()


async def undo(hour: Hour, screenshots: Path) -> None:
    """The client takes it back: nobody plays it; then it is gone, with a certificate."""
    client, counsellor = hour.client.page, hour.counsellor.page
    after = client.get_by_test_id("recorded-hour")
    await expect(after).to_contain_text("用于本人复盘")
    await shoot(hour.client, screenshots, "recorded-9-after", whole=True)
    await after.get_by_test_id("to-data").click()
    await shoot(hour.client, screenshots, "recorded-9-data")
    mine = client.get_by_test_id("recording")
    await mine.get_by_test_id("delete").click()
    await mine.get_by_test_id("delete-yes").click()
    await expect(mine).to_have_attribute("data-stage", "erasure_pending")
    await counsellor.get_by_test_id("toggle").click()
    await expect(counsellor.get_by_test_id("stopped")).to_be_visible()
    await shoot(hour.counsellor, screenshots, "recorded-10-taken-back")
    for testid in ("now", "now-yes"):
        await mine.get_by_test_id(testid).click()
    await expect(mine).to_have_attribute("data-stage", "erased")
    assert files(hour) == []
    await expect(mine).to_contain_text("和李老师")
    await expect(mine).not_to_contain_text("秒")
    await mine.get_by_test_id("see-certificate").click()
    certificate = client.get_by_test_id("proof").filter(has_text="删除证明")
    await expect(certificate.get_by_role("heading")).to_be_focused()
    await expect(certificate).to_contain_text("和李老师")
    await certificate.get_by_test_id("check").click()
    await expect(certificate.get_by_test_id("verdict")).to_have_attribute("data-verdict", "good")
    await expect(client.get_by_test_id("proof").filter(has_text="您收回了录制")).to_have_count(1)
    await shoot(hour.client, screenshots, "recorded-11-certificate", whole=True)
