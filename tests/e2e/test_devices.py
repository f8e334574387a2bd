"""Devices that are refused, missing or torn out: one sentence, one step, and the call goes on."""

from __future__ import annotations

from tests.support.browsers import FLAGS, GRANT_AT_ONCE, PHONE, person
from tests.support.call import enter, reads, sees_the_other, write
from tests.support.gateway import Gateway

NO_DEVICES = "--use-fake-device-for-media-stream=device-count=0"
ERRORS = """
(name) => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name); };
}
"""


async def test_a_refused_microphone_leaves_text(running: Gateway):
    async with person(viewport=PHONE, flags=("--deny-permission-prompts",)) as client:
        await enter(client, running.links["client"], "arrive-voice")
        note = client.page.get_by_test_id("device-note")
        await note.wait_for()
        assert await note.get_attribute("data-trouble") in {"denied", "dismissed"}
        async with person() as counsellor:
            await enter(counsellor, running.links["counsellor"], "arrive-text")
            await write(client, "我先打字")
            await reads(counsellor, "我先打字")


async def test_without_a_camera_voice_is_enough_and_the_other_is_still_seen(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await client.page.add_init_script(
            "const g = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
            "navigator.mediaDevices.getUserMedia = async (c) => {"
            " if (c.video) throw new DOMException('', 'NotFoundError'); return g(c); };"
        )
        await enter(client, running.links["client"], "arrive-video")
        note = client.page.get_by_test_id("device-note")
        await note.wait_for()
        assert await note.get_attribute("data-trouble") == "no_camera"
        await enter(counsellor, running.links["counsellor"], "arrive-video")
        await sees_the_other(client)


async def test_each_error_of_the_browser_has_a_sentence_of_its_own(running: Gateway):
    seen = {}
    async with person(viewport=PHONE) as client:
        await enter(client, running.links["client"], "arrive-text")
        await client.page.get_by_test_id("trust-chip").wait_for()
        for name in ("NotFoundError", "NotReadableError", "SecurityError", "NotAllowedError"):
            await client.page.evaluate(ERRORS, name)
            await client.page.get_by_test_id("camera").click()
            note = client.page.get_by_test_id("device-note")
            await note.wait_for()
            seen[name] = await note.inner_text()
            await note.get_by_role("button").last.click()
            await note.wait_for(state="detached")
    assert len(set(seen.values())) == len(seen)


def test_the_flags_grant_devices_only_where_a_test_says_so():
    assert GRANT_AT_ONCE not in FLAGS
