"""What everybody can see, hear and reach of a recording: by keyboard, by ear, large, no colour."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.support.browsers import DESK, PHONE, person
from tests.support.gateway import Gateway
from tests.support.recording_events import pretended, purpose
from tests.support.recording_events import running as recorded

SUPERVISION = purpose("supervision", "李老师", "王督导")
OWN = purpose("clinical_review", "李老师", days=30)


@pytest.mark.parametrize(
    ("role", "button", "said"),
    [
        ("client", "leave", "您离开时，录制也就结束"),
        ("counsellor", "end-session", "录制也一起结束"),
    ],
)
async def test_who_goes_is_told_that_it_ends_the_recording(
    running: Gateway, role: str, button: str, said: str
):
    async with person(viewport=DESK if role == "counsellor" else PHONE) as someone:
        events = await pretended(running, someone, role, "arrive-voice")
        sheet = someone.page.get_by_role("dialog")
        told = someone.page.get_by_test_id("ends-recording")
        await someone.page.get_by_test_id(button).click()
        await expect(sheet).to_be_visible()
        await expect(told).to_have_count(0)
        events.tell(**recorded(SUPERVISION))
        await expect(told).to_contain_text(said)
        events.tell(**recorded(SUPERVISION) | {"stage": "hold"})
        await expect(told).to_contain_text(said)
        await someone.page.get_by_test_id("lang-en").click()
        await expect(told).to_contain_text("The recording ends")
        events.tell(stage="finalising")
        await expect(told).to_have_count(0)
        assert not someone.errors
