"""Lost lines and restarted gateways: the same page, the same seat, no question asked again."""

from __future__ import annotations

import re

from tests.support.browsers import PHONE, person
from tests.support.call import enter, has_linked, reads, sees_the_other, stats, write
from tests.support.gateway import Gateway, free_port, gateway

KEYS = '{"kept": "a-signing-key-that-outlives-a-restart"}'


async def test_an_ice_restart_keeps_the_peer_connection(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        await sees_the_other(client)
        fragment = "/ice-ufrag:(\\S+)/.exec(testPeers.at(-1).remoteDescription.sdp)[1]"
        before = await client.page.evaluate(f"() => {fragment}")
        # What a browser says of itself when its network has changed.
        await client.page.evaluate("() => window.dispatchEvent(new Event('online'))")
        await client.page.wait_for_function(f"(before) => {fragment} !== before", arg=before)
        await sees_the_other(client, (await stats(client))["frames"] + 20)
        assert (await stats(client))["peers"] == 1


async def test_a_lost_socket_comes_back_to_the_same_seat_and_loses_no_text(running: Gateway):
    async with person(viewport=PHONE) as client, person() as counsellor:
        await enter(counsellor, running.links["counsellor"], "arrive-text")
        await enter(client, running.links["client"], "arrive-text")
        await write(client, "one")
        await reads(counsellor, "one")
        await client.context.set_offline(True)
        await write(client, "written without a line")
        await client.page.wait_for_timeout(1_500)
        await client.context.set_offline(False)
        await reads(counsellor, "written without a line")
        rows = counsellor.page.get_by_test_id("text-list").get_by_text("written without a line")
        assert await rows.count() == 1


async def test_a_restarted_gateway_is_found_again_by_the_same_pages():
    port, media = free_port(), free_port()
    async with person(viewport=PHONE) as client:
        async with gateway(port=port, media_port=media, SIGNING_KEYS=KEYS) as first:
            await enter(client, first.links["client"], "arrive-voice")
            await client.page.get_by_test_id("trust-chip").wait_for()
            await has_linked(client)
            assert await first.stop() == 0
            told = client.page.get_by_test_id("status-line")
            await told.filter(has_text="稍等，正在换一条线路").wait_for()
        async with gateway(port=port, media_port=media, SIGNING_KEYS=KEYS) as second:
            await told.filter(has_not_text=re.compile("线路")).wait_for(state="attached")
            await client.page.get_by_test_id("trust-chip").wait_for()
            await write(client, "written after the restart")
            await reads(client, "written after the restart")
            await has_linked(client)
            assert await second.stop() == 0
        assert not client.errors
