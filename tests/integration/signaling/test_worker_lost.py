"""A gateway whose media process dies, and media processes whose gateway dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
import socketio

from signaling.app import App
from signaling.domain.grants import Role
from signaling.settings import build
from signaling.worker_pool import WorkerPool
from tests.support.gateway import Gateway, free_port, gateway
from tests.support.page import BASE, Page, until
from tests.support.peer import LoopbackPeer
from tests.support.workers import children, is_alive, serving, warm
from tests.support.workers import until as until_seen

pytestmark = pytest.mark.integration

ME = os.getpid()


async def seat(app: App, session: str, role: Role) -> Page:
    token = app.registry.mint(session, role, role.value, role.value, 600).token
    page = Page(app.url)
    given = await app.registry.exchange(token)
    await page.connect({"seat": given.seat, "protocol": 1, "after": 0})
    await page.event("welcome")
    return page


async def media(page: Page, *, fresh: bool) -> LoopbackPeer:
    peer = LoopbackPeer()
    reply = await page.ask("offer", sdp=peer.offer(), fresh=fresh)
    assert reply["type"] == "answer", reply
    await peer.connect(reply["sdp"])
    return peer


@pytest.fixture
async def app() -> AsyncIterator[App]:
    app = App(build({**BASE, "media_workers": 1}))
    await app.start()
    yield app
    await app.stop()
    assert not children(ME)


async def test_killed_in_mid_call_both_are_told_and_offer_again_at_the_same_port(app: App) -> None:
    session = app.registry.create_session(600).id
    pages = [await seat(app, session, role) for role in (Role.COUNSELLOR, Role.CLIENT)]
    before = [await media(page, fresh=False) for page in pages]
    port = app.media.port
    await until_seen(lambda: warm(ME, port))
    victim = serving(ME, port)
    assert victim is not None
    os.kill(victim, signal.SIGKILL)

    async def back(page: Page) -> LoopbackPeer:
        await page.event("media_closed", reason="worker_lost")
        return await media(page, fresh=True)

    after = await asyncio.gather(*(back(page) for page in pages))
    assert {peer._gateway[1] for peer in (*before, *after)} == {port}
    # The seats were never touched, and both are connected for each other again.
    for page in pages:
        assert not page.all("participant_left")
        assert not page.gone.is_set()
    after[0].text_channel.send('{"type": "send_text", "ref": 1, "body": "back"}')
    await until(lambda: any('"back"' in text for text in after[1].texts))
    for peer in (*before, *after):
        peer.abandon()
    for page in pages:
        await page.client.disconnect()


async def test_gateway_is_not_ready_while_it_has_no_worker(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(app.media, WorkerPool)

    async def never() -> None:
        await asyncio.Event().wait()

    async with aiohttp.ClientSession(app.url) as http:
        async with http.get("/readyz") as answer:
            assert answer.status == 200
        monkeypatch.setattr(app.media, "_take_warm", never)
        victim = serving(ME, app.media.port)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        plane = app.media
        await until(lambda: not plane.is_ready())
        async with http.get("/readyz") as answer:
            assert answer.status == 503
        async with http.get("/healthz") as answer:
            assert answer.status == 200
        async with http.get("/metrics") as answer:
            text = await answer.text()
    assert 'quietroom_media_worker_up{worker="0"} 0.0' in text
    assert 'quietroom_media_worker_restarts_total{worker="0"} 1.0' in text


@contextlib.asynccontextmanager
async def served(workers: int) -> AsyncIterator[tuple[Gateway, int]]:
    """A gateway process whose workers and spare stand."""
    port = free_port()
    async with gateway(media_port=port, MEDIA_WORKERS=str(workers)) as running:
        await until_seen(lambda: len(children(running.process.pid)) == workers + 1)
        await until_seen(lambda: warm(running.process.pid, port))
        yield running, port


async def test_told_to_stop_it_leaves_no_process() -> None:
    async with served(2) as (running, port):
        workers = children(running.process.pid)
        assert serving(running.process.pid, port + 1) in workers
        assert await running.stop() == 0
        assert not [pid for pid in workers if is_alive(pid)]
    assert "tasks_left" not in "".join(running.output)


async def test_killed_it_leaves_no_process() -> None:
    async with served(1) as (running, _):
        workers = children(running.process.pid)
        assert len(workers) == 2
        running.process.kill()
        await running.process.wait()
        await until_seen(lambda: not any(is_alive(pid) for pid in workers), patience_s=2.0)


async def test_its_workers_lines_are_in_its_own_log() -> None:
    async with served(1) as (running, port):
        victim = serving(running.process.pid, port)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        await until_seen(lambda: "worker_replaced count=1" in "".join(running.output))
        assert await running.stop() == 0
    log = "".join(running.output)
    assert "warning worker_lost worker=1 code=-9" in log
    assert "Traceback" not in log


async def test_socket_of_a_page_outlives_the_media_process() -> None:
    async with served(1) as (running, port):
        base, _, token = running.links["client"].partition("#")
        url = base.rsplit("/", 1)[0]
        async with (
            aiohttp.ClientSession(url) as http,
            http.post("/api/v1/seats", json={"token": token}) as answer,
        ):
            given = (await answer.json())["seat"]
        page = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        await page.connect(
            url, auth={"seat": given, "protocol": 1, "after": 0}, transports=["websocket"]
        )
        victim = serving(running.process.pid, port)
        assert victim is not None
        os.kill(victim, signal.SIGKILL)
        await until_seen(lambda: serving(running.process.pid, port) not in {None, victim})
        reply = await page.call(
            "command", {"type": "set_media", "microphone": True, "camera": True}
        )
        assert reply == {"type": "done"}
        await page.disconnect()
