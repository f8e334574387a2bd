"""Reports over real sockets: counted or refused, shown to an operator and to no one else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from media.channel import LinkState
from signaling.domain.grants import Role
from signaling.live import REPORTS
from tests.support.media import OFFER
from tests.support.page import OPERATOR_TOKEN, House, Page, house, until
from tests.support.people import CLIENT_NAME, COUNSELLOR_NAME

pytestmark = pytest.mark.integration

BAD: dict[str, Any] = {
    "span_ms": 5000,
    "rtt_ms": 250,
    "audio_up": {"loss": 0.12},
    "audio_down": {"concealed": 0.08, "loss": 0.1, "buffer_ms": 90},
    "path": {"local": "srflx", "remote": "host", "transport": "udp"},
    "reconnects": [{"cause": "network", "took_ms": 2100}],
}
WELL = BAD | {
    "rtt_ms": 40,
    "audio_up": {"loss": 0},
    "audio_down": {"concealed": 0, "loss": 0.12, "buffer_ms": 60},
    "reconnects": [],
}


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


async def live(place: House, token: str = OPERATOR_TOKEN) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with place.http.get("/api/v1/operator/live", headers=headers) as answer:
        assert answer.status == 200
        shown: dict[str, Any] = await answer.json()
        return shown


async def test_an_operator_sees_that_nothing_is_wrong_and_what_room_is_left(place: House) -> None:
    shown = await live(place)
    for _ in range(100):
        if shown["capacity"] is not None:
            break
        await asyncio.sleep(0.05)
        shown = await live(place)
    assert shown["alerts"] == []
    assert set(shown["capacity"]) == {"calls", "limit", "measured"}
    assert shown["capacity"]["calls"] >= 0
    assert shown["capacity"]["measured"] is False


async def scrape(place: House) -> str:
    async with place.http.get("/metrics") as answer:
        return await answer.text()


async def join(place: House, page: Page) -> None:
    """Bring a page's media path up, as far as the gateway can tell."""
    before = len(place.media.alive)
    await page.ask("offer", sdp=OFFER)
    assert len(place.media.alive) == before + 1
    place.media.link(place.media.alive[-1], LinkState.CONNECTED)


async def test_two_pages_report_and_an_operator_sees_whose_line_it_is(place: House) -> None:
    client = await place.page()
    counsellor = await place.page(Role.COUNSELLOR)
    await join(place, client)
    await join(place, counsellor)
    await client.ask("report_line", rung="slow")
    assert (await client.ask("report_quality", **BAD))["type"] == "done"
    assert (await counsellor.ask("report_quality", **WELL))["type"] == "done"
    shown = await live(place)
    assert shown["people"] == {"present": 2, "away": 0, "reporting": 2}
    assert shown["sessions"]["slow"] == 1
    assert shown["hearing"] == {"well": 1, "badly": 1, "unknown": 0}
    assert shown["joins"]["joined"] == {"none": 2}
    assert shown["reconnects"]["network"] == 1
    (call,) = shown["worst"]
    assert (call["fault"], call["rung"], call["rtt_ms"]) == ("client", "slow", 250)
    text = await scrape(place)
    for line in (
        'quietroom_sessions_active{level="slow"} 1.0',
        'quietroom_level_changes_total{by="network",from="clear",to="slow"} 1.0',
        'quietroom_join_attempts_total{reason="none",result="joined",role="counsellor"} 1.0',
        'quietroom_mos_estimate_count{leg="down"} 2.0',
    ):
        assert line in text
    for secret in (CLIENT_NAME, COUNSELLOR_NAME, client.welcome["you"], place.session):
        assert secret not in text + json.dumps(shown, ensure_ascii=False)
    await client.close()
    await counsellor.close()


LIES = [
    {"span_ms": -5},
    {"rtt_ms": 1e300},
    {"rtt_ms": "fast"},
    {"audio_down": {"concealed": 1.5}},
    {"audio_down": {"concealed": float("nan")}},
    {"audio_up": {"loss": -0.1, "who": "me"}},
    {"video_down": {"freezes": 10**30}},
    {"path": {"local": "203.0.113.7", "remote": "host", "transport": "udp"}},
    {"reconnects": [{"cause": "network", "took_ms": 1}] * 50},
    {"name": CLIENT_NAME},
]


async def test_lies_are_refused_and_nothing_of_them_is_kept(place: House) -> None:
    page = await place.page()
    before = [line for line in (await scrape(place)).splitlines() if "commands" not in line]
    for lie in LIES:
        reply = await page.ask("report_quality", **(BAD | lie))
        assert (reply["type"], reply["code"]) == ("refused", "malformed")
    after = (await scrape(place)).splitlines()
    changed = [line for line in after if line not in before and "commands" not in line]
    changed = [line for line in changed if not line.startswith("#")]
    assert {line.split("{")[0].split(" ")[0] for line in changed} <= {
        "quietroom_refusals_total",
        "quietroom_refusals_created",
    }
    assert (await live(place))["people"]["reporting"] == 0
    await page.close()


async def test_a_flood_of_the_worst_is_refused_and_troubles_nobody(place: House) -> None:
    counsellor = await place.page(Role.COUNSELLOR)
    await join(place, counsellor)
    assert (await counsellor.ask("report_quality", **WELL))["type"] == "done"
    client = await place.page()
    worst = {
        "span_ms": 1000,
        "rtt_ms": 60_000,
        "audio_up": {"loss": 1, "jitter_ms": 60_000, "bitrate_bps": 1e9},
        "audio_down": {"loss": 1, "concealed": 1, "buffer_ms": 60_000},
        "video_down": {"freezes": 600, "frozen_ms": 1e6, "watched_ms": 1e6, "fps": 240},
    }
    replies = [await client.ask("report_quality", **worst) for _ in range(40)]
    # Coming back on a new connection of the same seat gives nothing more.
    await client.drop()
    again = await place.enter(client.welcome["seat"])
    replies += [await again.ask("report_quality", **worst) for _ in range(10)]
    taken = [reply for reply in replies if reply["type"] == "done"]
    refused = {reply["code"] for reply in replies if reply["type"] == "refused"}
    assert refused == {"rate_limited"}
    assert 1 <= len(taken) < 2 * REPORTS.burst
    text = await scrape(place)
    assert 'quietroom_mos_estimate_bucket{le="1.0",leg="down"}' in text
    assert f'quietroom_mos_estimate_count{{leg="down"}} {len(taken) + 1}.0' in text
    assert f"quietroom_freeze_seconds_total {1000.0 * len(taken)}" in text
    # Nobody else notices: not in what they get, nor in what they may do.
    told = [e for e in counsellor.heard if e["type"] not in {"welcome", "participant_changed"}]
    assert not told
    assert (await counsellor.ask("send_text", ref=1, body="a"))["type"] == "text_accepted"
    assert (await live(place))["hearing"]["well"] == 1
    await again.close()
    await counsellor.close()


async def test_an_operator_s_page_asks_for_the_operator_s_token(place: House) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": OPERATOR_TOKEN}):
        async with place.http.get("/api/v1/operator/live", headers=headers) as answer:
            assert answer.status == 401
            assert (await answer.json())["code"] == "key_invalid"


async def test_an_empty_house_has_figures_of_nothing(place: House) -> None:
    shown = await live(place)
    assert shown["ready"] is True
    assert shown["worst"] == []
    assert sum(shown["sessions"].values()) == 0


async def test_a_call_is_out_of_sight_when_its_people_are_gone(place: House) -> None:
    page = await place.page()
    await page.ask("report_quality", **BAD)
    code = (await live(place))["worst"][0]["call"]
    assert len(code) == 4
    await page.ask("leave")
    await until(lambda: not place.app.registry.counts()[1].get("present"))
    assert (await live(place))["worst"] == []


async def test_devices_asked_for_are_counted_once(place: House) -> None:
    page = await place.page()
    devices = {"microphone": "ok", "camera": "permission_denied"}
    for _ in range(2):
        reply = await page.ask("report_join", phases={}, devices=devices)
        assert reply["type"] == "done"
    reply = await page.ask("report_join", phases={}, devices={"camera": "broken"})
    assert reply["code"] == "malformed"
    text = await scrape(place)
    assert 'device_check_total{item="camera",result="permission_denied"} 1.0' in text
    await page.close()


async def test_reports_need_a_seat(place: House) -> None:
    page = await place.page()
    await page.ask("leave")
    reports = [page.client.call("command", {"type": "report_quality", **BAD}, timeout=2)]
    replies = await asyncio.gather(*reports, return_exceptions=True)
    assert not [r for r in replies if isinstance(r, dict) and r["type"] == "done"]
    assert "quietroom_audio_concealed_ratio_count 0.0" in await scrape(place)
