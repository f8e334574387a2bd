"""Firefox and Chromium in one room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.browsers import person
from tests.support.call import STATS, WATCH_PEERS, enter, hears_the_other, sees_the_other
from tests.support.firefox import Firefox
from tests.support.gateway import Gateway, gateway
from tests.support.namespace import own_network

DEEP = """
(id) => {
  const find = (root) => {
    const hit = root.querySelector(`[data-testid="${id}"]`);
    if (hit) return hit;
    for (const each of root.querySelectorAll('*')) {
      const inner = each.shadowRoot && find(each.shadowRoot);
      if (inner) return inner;
    }
    return null;
  };
  return find(document);
}
"""


async def tap(firefox: Firefox, testid: str) -> None:
    """Wait for a control and click it."""
    await firefox.evaluate(
        f"""async () => {{
          for (let tries = 0; tries < 100; tries++) {{
            const found = ({DEEP})('{testid}');
            if (found) {{ found.click(); return true; }}
            await new Promise((done) => setTimeout(done, 100));
          }}
          throw new Error('no {testid}');
        }}"""
    )


@pytest_asyncio.fixture(loop_scope="session")
async def running() -> AsyncIterator[Gateway]:
    with own_network() as address:
        async with gateway(media_host=address) as started:
            yield started


async def test_firefox_and_chromium_see_and_hear_each_other(running: Gateway):
    firefox = Firefox()
    await firefox.start()
    try:
        async with person() as counsellor:
            await enter(counsellor, running.links["counsellor"])
            await firefox.goto(running.links["client"])
            await firefox.evaluate(f"() => {{ {WATCH_PEERS} }}")
            await tap(firefox, "come-in")
            await tap(firefox, "arrive-video")
            await sees_the_other(counsellor, 10)
            await hears_the_other(counsellor, 20)
            found: dict[str, int] = {}
            for _ in range(150):
                found = await firefox.evaluate(STATS)
                if found["frames"] > 10 and found["voice"] > 20:
                    break
                await asyncio.sleep(0.1)
            assert found["frames"] > 10
            assert found["voice"] > 20
    finally:
        await firefox.stop()
