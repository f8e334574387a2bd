"""The whole gateway with its own engine: two peers over real sockets, and no browser."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import aiohttp
import pytest

from signaling.app import App, StartError
from signaling.config import Storage
from signaling.domain.grants import Role
from signaling.settings import build
from signaling.stores import open_stores
from tests.support.page import BASE, Page, house, until
from tests.support.peer import LoopbackPeer
from tests.support.people import SECRET_TEXT

pytestmark = pytest.mark.integration


async def enter(app: App, session: str, role: Role) -> tuple[Page, LoopbackPeer]:
    token = app.registry.mint(session, role, role.value, role.value, 600).token
    async with (
        aiohttp.ClientSession(app.url) as http,
        http.post("/api/v1/seats", json={"token": token}) as answer,
    ):
        seat = (await answer.json())["seat"]
    page = Page(app.url)
    await page.connect({"seat": seat, "protocol": 1, "after": 0})
    await page.event("welcome")
    peer = LoopbackPeer()
    reply = await page.ask("offer", sdp=peer.offer())
    assert reply["type"] == "answer", reply
    await peer.connect(reply["sdp"])
    await until(lambda: peer.text_channel.readyState == "open")
    return page, peer


def texts(peer: LoopbackPeer, kind: str) -> list[str]:
    messages = [json.loads(data) for data in peer.texts]
    return [m.get("body", "") for m in messages if m["type"] == kind]


@pytest.mark.parametrize("workers", [0, 1, 2])
async def test_two_peers_write_by_data_channel_through_the_room(workers: int) -> None:
    before = asyncio.all_tasks()
    app = App(build({**BASE, "media_workers": workers}))
    await app.start()
    session = app.registry.create_session(600).id
    counsellor, theirs = await enter(app, session, Role.COUNSELLOR)
    client, mine = await enter(app, session, Role.CLIENT)
    await client.event("slots")

    mine.text_channel.send(json.dumps({"type": "send_text", "ref": 1, "body": SECRET_TEXT}))
    await until(lambda: texts(theirs, "text") == [SECRET_TEXT])
    await until(lambda: len(texts(mine, "text_accepted")) == 1)

    def connected() -> bool:
        seen = [c["participant"] for c in counsellor.all("participant_changed")]
        return any(p["role"] == "client" and p["link"] == "connected" for p in seen)

    await until(connected)
    await app.stop()
    assert await client.closed() == "server_stopping"
    for each in (mine, theirs):
        await each.close()
    await asyncio.sleep(0)
    ours = [t for t in asyncio.all_tasks() - before if "/signaling/" in str(t.get_coro())]
    assert not ours


@pytest.mark.parametrize("workers", [0, 2])
async def test_media_port_in_use_is_named(workers: int) -> None:
    """With two workers, the second one's."""
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        first = port - max(0, workers - 1)
        media = {"host": "127.0.0.1", "port": first}
        app = App(build({**BASE, "media": media, "media_workers": workers}))
        with pytest.raises(StartError, match=f"media port 127.0.0.1:{port} is in use"):
            await app.start()


async def test_port_in_use_leaves_nothing_running() -> None:
    first = App(build(BASE))
    await first.start()
    try:
        port = int(first.url.rsplit(":", 1)[1])
        second = App(build({**BASE, "port": port}))
        with pytest.raises(StartError, match="in use"):
            await second.start()
    finally:
        await first.stop()


async def test_demo_links_open_a_session() -> None:
    app = App(build({**BASE, "operator_token": ""}))
    await app.start()
    try:
        links = [line.strip() for line in (await app.demo_links()).splitlines() if "#" in line]
        assert [link.split("#")[0].removeprefix(app.url) for link in links] == [
            "/counsellor", "/client", "/operator",
        ]  # fmt: skip
        seat = await app.registry.exchange(links[1].split("#")[1])
        assert seat.role is Role.CLIENT
    finally:
        await app.stop()
    await app.stop()
    assert app.registry.counts()[0] == 0


def test_bad_certificate_is_one_line() -> None:
    settings = build(BASE)
    config = type(settings)(tls_cert=__file__, tls_key=__file__)
    with pytest.raises(StartError, match="tls_cert, tls_key: cannot be used"):
        App(config)


async def test_two_gateways_do_not_record_into_one_folder(tmp_path: Path) -> None:
    recordings = {"folder": str(tmp_path / "recordings")}
    storage = {"folder": str(tmp_path / "kept")}
    async with house(storage=storage, recording=recordings):
        other = App(build({**BASE, "storage": storage, "recording": recordings}))
        with pytest.raises(StartError, match=r"recording\.folder: another gateway that runs"):
            await other.start()
        # Who only looks is let in beside it.
        looks = await open_stores(Storage(folder=storage["folder"]), recordings["folder"])
        await looks.close()
    async with house(storage=storage, recording=recordings) as again:
        assert again.app.stores is not None


async def test_a_folder_that_is_away_keeps_no_gateway_from_its_calls(tmp_path: Path) -> None:
    (tmp_path / "away").write_text("not a folder")
    recordings = {"folder": str(tmp_path / "away" / "recordings")}
    async with (
        house(storage={"folder": str(tmp_path / "kept")}, recording=recordings) as made,
        made.http.get(f"{made.app.url}/healthz") as answer,
    ):
        assert answer.status == 200
