"""A clinic's own page holds a call: another origin, one tag, a strict policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.support.browsers import person
from tests.support.call import WATCH_PEERS, enter, sees_the_other
from tests.support.clinic import SETTINGS, Clinic
from tests.support.gateway import Gateway, free_port, gateway

PAGE = """<!doctype html><html lang="zh-CN"><title>诊所</title>
<script type="module" src="{url}/widget.js"></script>
<quiet-room src="{url}" token="{token}" lang="zh-CN" height="700"></quiet-room></html>"""


@asynccontextmanager
async def clinic_page(
    port: int, gateway_url: str, token: str, *, allow: bool = True
) -> AsyncIterator[str]:
    """Serve the clinic's page on an origin of its own."""
    devices = f'camera=(self "{gateway_url}"), microphone=(self "{gateway_url}")'
    sources = f"script-src {gateway_url}; frame-src {gateway_url}"
    headers = {
        "Content-Security-Policy": f"default-src 'none'; {sources}",
        "Permissions-Policy": devices if allow else "camera=(), microphone=()",
    }

    async def page(_request: web.Request) -> web.Response:
        body = PAGE.format(url=gateway_url, token=token)
        return web.Response(text=body, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "localhost", port).start()
    try:
        yield f"http://localhost:{port}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def embedded(*, allow: bool = True) -> AsyncIterator[tuple[Gateway, str, dict[str, str]]]:
    port = free_port()
    async with gateway(**SETTINGS, FRAME_ANCESTORS=f"http://localhost:{port}") as running:
        clinic = Clinic(running.url)
        session = await clinic.session()
        client = await clinic.token(session, "client")
        counsellor = await clinic.token(session, "counsellor")
        async with clinic_page(port, running.url, client["token"], allow=allow) as url:
            yield running, url, counsellor


async def test_a_page_of_another_origin_holds_a_call():
    async with embedded() as (_running, url, counsellor), person() as host, person() as other:
        told = "() => { window.told = []; for (const n of ['ready', 'joined', 'left', 'error'])"
        told += " document.addEventListener('quietroom:' + n, (e) => window.told.push(n), true); }"
        await host.page.add_init_script(f"({told})()")
        await host.page.add_init_script(WATCH_PEERS)
        await host.page.goto(url)
        frame = host.page.frame_locator("quiet-room iframe")
        await frame.get_by_test_id("come-in").click()
        await frame.get_by_test_id("arrive-video").click()
        await enter(other, counsellor["link"])
        await sees_the_other(other)
        source = await host.page.locator("quiet-room iframe").get_attribute("src")
        assert source is not None
        assert "eyJ" not in source
        assert "joined" in await host.page.evaluate("() => window.told")


async def test_a_host_that_allows_no_devices_is_offered_a_new_window():
    async with embedded(allow=False) as (_running, url, _counsellor), person() as host:
        await host.page.goto(url)
        way_out = host.page.locator("quiet-room").get_by_text("在新窗口打开")
        await way_out.first.wait_for(timeout=10_000)


async def test_a_page_that_is_not_on_the_list_is_not_embedded():
    port = free_port()
    async with gateway(**SETTINGS) as running, person() as host:
        clinic = Clinic(running.url)
        minted = await clinic.token(await clinic.session(), "client")
        async with clinic_page(port, running.url, minted["token"]) as url:
            await host.page.goto(url)
            await host.page.wait_for_timeout(1_500)
            frame = host.page.frame_locator("quiet-room iframe")
            assert await frame.get_by_test_id("come-in").count() == 0
