"""The operator's page: beside a call that runs, and in each of its states."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Route

from tests.support.browsers import DESK, PHONE, Person, person
from tests.support.call import enter, hears_the_other, sees_the_other
from tests.support.clinic import NAMES
from tests.support.gateway import Gateway
from tests.support.screens import SMALL, fits, shoot

pytestmark = pytest.mark.line

COUNTED_IN_A_CALL = (
    "audio_concealed_ratio_count",
    "audio_buffer_seconds_count",
    "video_freeze_ratio_count",
    "reported_rtt_seconds_count",
    "ice_selected_total",
    r'mos_estimate_count{leg="up"',
    r'fps_count{leg="up"',
    r'fps_count{leg="down"',
    r'bitrate_bps_count{kind="audio",leg="up"',
)
"""What only real browsers' statistics can fill."""
LIVE = "**/api/v1/operator/live"
WORDS = "() => document.querySelector('qr-operator').shadowRoot.textContent"
ROW_WORDS = """
() => {
  const live = document.querySelector('qr-operator').shadowRoot.querySelector('qr-live');
  return [...live.shadowRoot.querySelectorAll('tbody tr')].map(
    (row) => [...row.children].map((cell) => cell.textContent.trim()));
}
"""


def call(code: str, mos: float | None, rung: str, fault: str | None, **more: Any) -> dict[str, Any]:
    row = {"people": 2, "loss": 0.012, "rtt_ms": 84, "partial": False}
    return {"call": code, "mos": mos, "rung": rung, "fault": fault, **row, **more}


BUSY: dict[str, Any] = {
    "version": "0",
    "ready": True,
    "alerts": [
        {
            "alert": "JoinFailing",
            "severity": "page",
            "value": 0.09,
            "bar": 0.05,
            "for_s": 780,
            "raised": True,
        },
        {
            "alert": "ForwardingSlow",
            "severity": "ticket",
            "value": 0.007,
            "bar": 0.005,
            "for_s": 45,
            "raised": False,
        },
    ],
    "capacity": {"calls": 14, "limit": "media_cpu", "measured": True},
    "people": {"present": 25, "away": 1, "reporting": 23},
    "sessions": {"clear": 8, "saving": 3, "slow": 1, "voice": 1, "text": 0},
    "hearing": {"well": 20, "badly": 2, "unknown": 1},
    "worst": [
        call("k3fq", 2.1, "voice", "client", loss=0.183, rtt_ms=612),
        call("x7mc", 3.1, "slow", "us", loss=0.071, rtt_ms=240),
        call("p2wd", None, "saving", None, loss=None, rtt_ms=None, partial=True),
        call("hh94", 3.9, "clear", None),
        call("t6va", 4.3, "clear", None, loss=0),
    ],
    "joins": {
        "window_s": 900,
        "joined": {"none": 31},
        "refused": {"token_expired": 2},
        "failed": {"ice_failed": 1, "left": 1},
    },
    "reconnects": {"window_s": 900, "network": 4, "device": 0, "page_hidden": 2, "server": 0},
}
EMPTY: dict[str, Any] = {
    "ready": True,
    "alerts": [],
    "capacity": {"calls": 49, "limit": "cpu", "measured": False},
    "people": {"present": 0, "away": 0, "reporting": 0},
    "sessions": dict.fromkeys(BUSY["sessions"], 0),
    "hearing": {"well": 0, "badly": 0, "unknown": 0},
    "worst": [],
    "joins": {"window_s": 900, "joined": {}, "refused": {}, "failed": {}},
    "reconnects": {"window_s": 900, "network": 0, "device": 0, "page_hidden": 0, "server": 0},
}


async def answer(someone: Person, said: dict[str, Any] | None) -> None:
    """From now on the gateway says this; None is nothing at all."""
    await someone.page.unroute_all()

    async def handle(route: Route) -> None:
        if said is None:
            await route.abort()
        else:
            await route.fulfill(body=json.dumps(said), content_type="application/json")

    await someone.page.route(LIVE, handle)


async def test_a_call_that_runs_is_on_the_operators_page(
    running: Gateway, screenshots: Path
) -> None:
    async with person() as client, person() as counsellor, person(viewport=DESK) as operator:
        await enter(client, running.links["client"])
        await enter(counsellor, running.links["counsellor"])
        await sees_the_other(client)
        await hears_the_other(counsellor)
        await operator.page.goto(running.links["operator"])
        rows: list[list[str]] = []
        for _ in range(200):
            rows = await operator.page.evaluate(ROW_WORDS) if await table_is_there(operator) else []
            # A first report knows no rates: the path alone, then figures five seconds later.
            if rows and "·" in rows[0][1]:
                break
            await operator.page.wait_for_timeout(200)
        code, heard, lost, trip, *_ = rows[0]
        assert len(code) == 4
        assert 1.0 <= float(heard.split(" ")[0]) <= 4.5
        assert lost.endswith("%")
        assert "毫秒" in trip
        await shoot(operator, screenshots, "operator-call", whole=True)
        scraped = await (await operator.context.request.get(f"{running.url}/metrics")).text()
        for name in COUNTED_IN_A_CALL:
            assert re.search(rf"^quietroom_{name}.* [1-9]", scraped, flags=re.MULTILINE), name
        words = await operator.page.evaluate(WORDS)
        assert NAMES["counsellor"] not in words
        assert not operator.foreign
        assert not operator.errors


async def table_is_there(operator: Person) -> bool:
    return await operator.page.get_by_test_id("worst").count() > 0


@pytest.mark.parametrize(("size", "viewport"), [("1280", DESK), ("390", PHONE), ("320", SMALL)])
async def test_the_operators_page_in_its_states(
    running: Gateway, screenshots: Path, size: str, viewport: dict[str, int]
) -> None:
    async with person(viewport=viewport) as operator:
        page = operator.page
        await page.clock.install()
        await answer(operator, BUSY)
        await page.goto(running.links["operator"])
        await page.get_by_test_id("worst").wait_for()
        await fits(operator)
        await shoot(operator, screenshots, f"operator-busy-{size}", whole=True)
        table = page.get_by_role("table", name="最吃力的五个会谈")
        assert await table.get_by_role("row").count() == 1 + 5
        assert await table.get_by_role("columnheader").count() == 6
        first = table.get_by_role("row").nth(1)
        assert await first.get_by_role("rowheader").text_content() is not None
        assert await first.get_by_role("cell").count() == 5
        await page.get_by_text("2 个人的页面最近没有报来数据").wait_for()
        alerts = page.get_by_test_id("alerts")
        await alerts.get_by_role("status").get_by_text("2 处要看").wait_for()
        assert await alerts.get_by_role("listitem").count() == 2
        room = page.get_by_role("region", name="还能开多少")
        await room.get_by_text("大约还可以同时开 14 个双人视频会谈。").wait_for()

        await answer(operator, None)
        await page.clock.run_for(40_000)
        await page.get_by_test_id("fresh").get_by_text("没有新消息").wait_for()
        await shoot(operator, screenshots, f"operator-stale-{size}", whole=True)

        await answer(operator, EMPTY)
        await page.clock.run_for(6_000)
        await page.get_by_text("现在没有会谈。").wait_for()
        assert await page.get_by_test_id("worst").count() == 0
        await page.get_by_text("没有告警。").wait_for()
        await page.get_by_text("大约还可以同时开 45 个").wait_for()
        assert (await page.get_by_test_id("fresh").text_content() or "").strip() == ""
        await fits(operator)
        await shoot(operator, screenshots, f"operator-empty-{size}", whole=True)


async def test_the_operators_page_wants_its_token(running: Gateway) -> None:
    async with person() as stranger:
        await stranger.page.goto(f"{running.url}/operator#not-the-token-of-anyone")
        await stranger.page.get_by_test_id("refusal").wait_for()
