"""Where the time went: the counsellor sees it in the session and after it, the client does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_silence import PAUSE
from tests.support.browsers import DESK, PHONE, person
from tests.support.call import enter, hears_the_other
from tests.support.gateway import Gateway
from tests.support.screens import SMALL, fits, shoot

pytestmark = pytest.mark.line


async def test_a_gap_is_in_the_counsellors_timeline(running: Gateway, screenshots: Path):
    async with person(viewport=DESK) as counsellor, person(viewport=PHONE) as client:
        await enter(counsellor, running.links["counsellor"], "arrive-voice")
        await enter(client, running.links["client"], "arrive-voice")
        await hears_the_other(counsellor)
        desk = counsellor.page
        await client.page.evaluate(PAUSE, True)
        await desk.locator("p.cause[data-kind=device]").wait_for(timeout=15_000)
        await desk.get_by_test_id("more").click()
        await shoot(counsellor, screenshots, "timeline-1-more")
        await desk.get_by_test_id("open-timeline").click()
        gap = desk.get_by_test_id("timeline").locator("li")
        await gap.filter(has_text="还没恢复").filter(has_text="对方那边：设备暂停").wait_for()
        await client.page.evaluate(PAUSE, False)
        await gap.filter(has_text="断了").wait_for(timeout=15_000)
        await shoot(counsellor, screenshots, "timeline-2-session")
        await desk.set_viewport_size(SMALL)
        await fits(counsellor)
        await shoot(counsellor, screenshots, "timeline-3-session-320")
        await desk.keyboard.press("Escape")
        await desk.get_by_test_id("end-session").click()
        await desk.get_by_test_id("end-confirm").click()
        await desk.get_by_test_id("after").get_by_test_id("timeline").locator("li").wait_for()
        await fits(counsellor)
        await shoot(counsellor, screenshots, "timeline-4-after-320", whole=True)
        await desk.set_viewport_size(DESK)
        await shoot(counsellor, screenshots, "timeline-5-after")
        await client.page.get_by_test_id("after").wait_for()
        assert await client.page.get_by_test_id("timeline").count() == 0
        assert client.errors == counsellor.errors == []
