"""The laboratory on a real gateway: where it is, whom it lets in, and that lines go bad by it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from socketio.exceptions import ConnectionError  # noqa: A004  the library's own

from signaling.app import App
from signaling.domain.grants import Role
from signaling.lab.legs import Leg
from signaling.settings import build
from tests.integration.signaling.test_command_line import one_line, run
from tests.support.page import BASE, Page, until
from tests.support.peer import LoopbackPeer

pytestmark = pytest.mark.integration

LEGS = "/lab/api/legs"


@contextlib.asynccontextmanager
async def gateway(**changes: Any) -> AsyncIterator[tuple[App, ClientSession]]:
    """A gateway with the engine in this process, and its demo session open."""
    app = App(build({**BASE, "media_workers": 0, **changes}))
    await app.start()
    await app.demo_links()
    try:
        async with ClientSession(app.url) as http:
            yield app, http
    finally:
        await app.stop()


def leg_of(app: App, role: Role = Role.CLIENT) -> Leg:
    assert app.lab is not None
    return app.lab.legs[role]


async def seat(app: App, role: Role) -> str:
    assert app.lab is not None
    assert app.lab.session is not None
    token = app.registry.mint(app.lab.session, role, role.value, role.value, 600).token
    return (await app.registry.exchange(token)).seat


async def enter(app: App, role: Role = Role.CLIENT) -> tuple[Page, LoopbackPeer]:
    page = Page(app.url)
    await page.connect({"seat": await seat(app, role), "protocol": 1, "after": 0})
    await page.event("welcome")
    peer = LoopbackPeer()
    await peer.connect((await page.ask("offer", sdp=peer.offer()))["sdp"])
    return page, peer


async def test_without_the_flag_there_is_nothing() -> None:
    async with gateway() as (app, http):
        assert app.lab is None
        for path in ("/lab", LEGS):
            async with http.get(path) as answer:
                assert answer.status == 404
        async with http.put(f"{LEGS}/client", json={}) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(
    ("arguments", "env", "code"),
    [
        (("--demo", "--lab", "--host", "0.0.0.0"), {}, "lab_not_loopback"),
        (("--demo", "--host", "::"), {"QUIETROOM_LAB": "1"}, "lab_not_loopback"),
        (("--demo", "--lab", "--public-url", "https://a.example"), {}, "lab_not_loopback"),
        (("--lab",), {}, "lab_without_demo"),
        ((), {"QUIETROOM_LAB": "1"}, "lab_without_demo"),
    ],
)
def test_where_others_could_reach_it_nothing_starts(
    arguments: tuple[str, ...], env: dict[str, str], code: str
) -> None:
    result = run("serve", *arguments, env=env)
    assert result.returncode == 2
    assert one_line(result.stderr).startswith("quietroom: lab:")
    assert one_line(result.stderr).endswith(f"({code})")


async def test_only_our_own_page_on_this_machine_may_ask() -> None:
    async with gateway(lab=True) as (_, http):
        async with http.get(LEGS) as answer:
            assert answer.status == 200
        strangers: list[dict[str, str]] = [
            {"Origin": "https://elsewhere.example"},
            {"Sec-Fetch-Site": "cross-site"},
            # a name of a stranger's that was made to point here
            {"Host": "rebound.example:80", "Origin": "http://rebound.example:80"},
        ]
        for headers in strangers:
            async with http.get(LEGS, headers=headers) as answer:
                assert answer.status == 403
            async with http.put(f"{LEGS}/client", json={}, headers=headers) as answer:
                assert answer.status == 403
            cut = {"seconds": 5}
            async with http.post(f"{LEGS}/client/cut", json=cut, headers=headers) as answer:
                assert answer.status == 403


async def test_nobody_may_embed_the_page() -> None:
    async with (
        gateway(lab=True, frame_ancestors=["https://clinic.example"]) as (_, http),
        http.get("/lab") as answer,
    ):
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


async def test_it_shows_what_is_set_and_refuses_what_no_line_is() -> None:
    async with gateway(lab=True) as (_, http):
        line = {"loss_percent": 3, "delay_ms": 300, "rate_kbps": 80, "queue_kb": 30}
        async with http.put(f"{LEGS}/client", json={"up": line}) as answer:
            assert answer.status == 200
        async with http.get(LEGS) as answer:
            legs = {leg["role"]: leg for leg in (await answer.json())["legs"]}
        assert set(legs) == {"client", "counsellor"}
        assert legs["client"]["up"] == {**line, "burst": 1, "jitter_ms": 0}
        assert legs["client"]["down"]["rate_kbps"] is None
        for path, body in [("client", {"up": {"loss_percent": 200}}), ("client", {"left": {}})]:
            async with http.put(f"{LEGS}/{path}", json=body) as answer:
                assert answer.status == 400
        async with http.put(f"{LEGS}/nobody", json={}) as answer:
            assert answer.status == 404
        async with http.post(f"{LEGS}/client/cut", json={"seconds": 1e9}) as answer:
            assert answer.status == 400


def texts(peer: LoopbackPeer) -> list[str]:
    return [m["body"] for each in peer.texts if (m := json.loads(each))["type"] == "text"]


async def test_media_and_text_of_a_peer_go_through_its_line() -> None:
    async with gateway(lab=True) as (app, _):
        page, peer = await enter(app)
        _, other = await enter(app, Role.COUNSELLOR)
        assert peer._gateway[1] != app.media.port
        peer.text_channel.send(json.dumps({"type": "send_text", "ref": 1, "body": "hello"}))
        await until(lambda: texts(other) == ["hello"])
        up = leg_of(app).view().up_counts
        assert up.passed == up.sent > 5
        assert up.passed_bytes > 28 * up.passed
        assert leg_of(app).view().down_counts.passed > 5
        for each in (peer, other):
            await each.close()
        await page.close()


async def test_a_restart_and_a_move_work_behind_it() -> None:
    async with gateway(lab=True) as (app, _):
        page, peer = await enter(app)
        port = peer._gateway[1]
        answer = await page.ask("offer", sdp=peer.restart())
        peer.read_answer(answer["sdp"])
        assert peer._gateway[1] == port
        await peer.check()
        peer.rebind()
        peer.restart_unasked()
        await peer.check()
        peer.text_channel.send(json.dumps({"type": "send_text", "ref": 1, "body": "moved"}))
        await until(lambda: texts(peer) == ["moved"])
        assert len(leg_of(app)._relay._ways) == 2  # type: ignore[union-attr]
        await peer.close()
        await page.close()


async def test_loss_and_delay_act_and_can_be_taken_back() -> None:
    async with gateway(lab=True) as (app, http):
        page, peer = await enter(app)
        answered = peer.checks_answered
        async with http.put(f"{LEGS}/client", json={"up": {"loss_percent": 50}}) as answer:
            assert answer.status == 200
        before = leg_of(app).view().up_counts
        for _ in range(400):
            peer.send_raw(peer.check_bytes())
            await asyncio.sleep(0)  # a socket buffer holds no more than some two hundred
        await until(lambda: leg_of(app).view().up_counts.sent >= before.sent + 400)
        lost = leg_of(app).view().up_counts.lost - before.lost
        assert 140 < lost < 260
        assert leg_of(app).view().down_counts.lost == 0
        await until(lambda: peer.checks_answered > answered)
        async with http.put(f"{LEGS}/client", json={}) as answer:
            assert answer.status == 200
        await peer.check()
        assert leg_of(app).view().up_counts.lost - before.lost <= lost + 1
        await peer.close()
        await page.close()


async def test_a_cut_takes_media_and_signaling_and_ends_by_itself() -> None:
    async with gateway(lab=True) as (app, http):
        page, peer = await enter(app)
        other, others_peer = await enter(app, Role.COUNSELLOR)
        following = page.welcome["seat"]
        async with http.post(f"{LEGS}/client/cut", json={"seconds": 600}) as answer:
            assert answer.status == 200
        await until(page.gone.is_set)

        def is_away() -> bool:
            seen = [each["participant"] for each in other.all("participant_changed")]
            return any(p["role"] == "client" and p["presence"] == "away" for p in seen)

        await until(is_away)
        assert not other.gone.is_set()

        late = Page(app.url)
        auth = {"seat": following, "protocol": 1, "after": 0}
        with pytest.raises(ConnectionError):
            await late.client.connect(app.url, auth=auth, transports=["websocket"], wait_timeout=2)
        assert not late.heard

        passed = leg_of(app).view().down_counts.passed
        lost = leg_of(app).view().up_counts.lost
        peer.send_raw(peer.check_bytes())
        await until(lambda: leg_of(app).view().up_counts.lost > lost)
        assert leg_of(app).view().down_counts.passed == passed

        async with http.post(f"{LEGS}/client/cut", json={"seconds": 0.1}) as answer:
            assert answer.status == 200
        await until(lambda: not leg_of(app).is_dead)
        back = Page(app.url)
        await back.connect(auth)
        await back.event("welcome")
        await peer.check()
        for each in (peer, others_peer):
            await each.close()
        for each_page in (back, other):
            await each_page.close()
