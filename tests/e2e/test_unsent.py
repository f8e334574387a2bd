"""A text that could not leave the page outlives its reload, and arrives once."""

from __future__ import annotations

from tests.support.browsers import PHONE, person
from tests.support.call import enter, reads, write
from tests.support.gateway import Gateway

SWALLOW = """
() => {
  RTCDataChannel.prototype.send = () => undefined;
  WebSocket.prototype.send = () => undefined;
}
"""


async def test_what_was_not_sent_before_a_reload_is_sent_after_it(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await enter(counsellor, running.links["counsellor"], "arrive-text")
        await enter(client, running.links["client"], "arrive-text")
        await write(client, "one")
        await reads(counsellor, "one")
        await client.page.evaluate(SWALLOW)
        await write(client, "two")
        await client.page.get_by_text("发送中").wait_for()
        await client.page.reload()
        await reads(counsellor, "two")
        await client.page.get_by_test_id("text").wait_for()
        await reads(client, "two")
        listed = counsellor.page.get_by_test_id("text-list")
        assert await listed.get_by_text("two", exact=True).count() == 1
        assert await client.page.evaluate("() => sessionStorage.getItem('unsent.client')") is None
