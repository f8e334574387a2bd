"""A thread of ten thousand messages, opened and scrolled to its beginning on a slowed processor."""

from __future__ import annotations

import asyncio
import statistics
from pathlib import Path
from typing import Any, Final

from playwright.async_api import CDPSession

from signaling.config import Storage
from signaling.domain.thread import Kind
from signaling.people_routes import COOKIE
from signaling.storage.thread_jobs import Written
from signaling.storage.thread_writer import AT_ONCE
from signaling.stores import open_stores
from tests.bench.sessions.place import DAY_MS, Pair, now_ms, running, seed
from tests.support.browsers import PHONE, person

MESSAGES: Final = 10_000
SLOWED: Final = 4
ROUNDS: Final = 5
MOST_SCROLLS: Final = 4_000
WORDS: Final = (
    "昨晚睡得还可以。", "I walked by the river for an hour, and it helped a little.",
    "不知道怎么说，就是心里有点堵。早上起来的时候还好，到了下午就开始了，一直到晚上。",
    "好的，周三见。", "谢谢您。",
)  # fmt: skip
_OPENING: Final = """
() => new Promise((done) => {
  const begun = performance.now();
  const shown = () => {
    const list = document.querySelector('qr-visit')?.shadowRoot
      .querySelector('qr-messages')?.shadowRoot
      .querySelector('qr-thread')?.shadowRoot
      .querySelector('qr-thread-list')?.shadowRoot?.querySelector('.list');
    const rows = [...(list?.querySelectorAll('qr-thread-block') ?? [])]
      .flatMap((block) => [...block.shadowRoot.querySelectorAll('[data-number]')]);
    const last = rows.at(-1);
    if (last?.dataset.number !== String(NEWEST)) return requestAnimationFrame(shown);
    const box = last.getBoundingClientRect();
    if (box.bottom > innerHeight || box.height === 0) return requestAnimationFrame(shown);
    requestAnimationFrame(() => done(performance.now() - begun));
  };
  document.querySelector('qr-visit').shadowRoot
    .querySelector('[data-testid=open-messages]').click();
  shown();
})
""".replace("NEWEST", str(MESSAGES))
_WATCH: Final = """
() => {
  window.longest = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.longest.push(entry.duration);
  }).observe({ type: 'longtask' });
}
"""
_SCROLL: Final = """
(most) => new Promise((done) => {
  const list = document.querySelector('qr-visit').shadowRoot
    .querySelector('qr-messages').shadowRoot
    .querySelector('qr-thread').shadowRoot
    .querySelector('qr-thread-list').shadowRoot.querySelector('.list');
  const oldest = () => {
    const block = list.querySelector('qr-thread-block');
    return Number(block?.shadowRoot.querySelector('[data-number]')?.dataset.number ?? 0);
  };
  let steps = 0;
  const step = () => {
    list.scrollTop = Math.max(0, list.scrollTop - 600);
    steps += 1;
    if ((oldest() === 1 && list.scrollTop === 0) || steps > most)
      return done({
        oldest: oldest(), steps, longest: window.longest, nodes: list.childNodes.length,
      });
    requestAnimationFrame(step);
  };
  step();
})
"""


async def open_and_scroll(folder: Path) -> dict[str, float]:
    """Returns how long it took to open, in milliseconds, and the longest tasks of scrolling."""
    storage = Storage(folder=str(folder))
    seeded = await seed(storage, 1)
    (pair,) = seeded.pairs
    await _fill(storage, pair)
    async with running(storage) as gateway:
        opened, longest, oldest, nodes = [], [], [], []
        for _ in range(ROUNDS):
            found = await _round(gateway.url, pair.tokens[pair.client])
            opened.append(found["opened"])
            longest.append(max(found["longest"], default=0.0))
            oldest.append(found["oldest"])
            nodes.append(found["nodes"])
    return {
        "opened": statistics.median(opened), "opened_most": max(opened),
        "longest": statistics.median(longest), "longest_most": max(longest),
        "oldest": max(oldest), "nodes": max(nodes),
    }  # fmt: skip


async def _round(url: str, token: str) -> dict[str, Any]:
    async with person(viewport=PHONE) as someone:
        page = someone.page
        await someone.context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        await page.goto(f"{url}/visit")
        await page.get_by_test_id("open-messages").wait_for()
        await page.wait_for_timeout(1_000)
        slow = await page.context.new_cdp_session(page)
        await _slow(slow, SLOWED)
        opened = await page.evaluate(_OPENING)
        await page.wait_for_timeout(1_000)
        await page.evaluate(_WATCH)
        scrolled = await page.evaluate(_SCROLL, MOST_SCROLLS)
        return scrolled | {"opened": opened}


async def _slow(session: CDPSession, times: int) -> None:
    await session.send("Emulation.setCPUThrottlingRate", {"rate": times})


async def _fill(storage: Storage, pair: Pair) -> None:
    """A year of two people, a minute or so between their messages of one day."""
    stores = await open_stores(storage)
    try:
        at = now_ms()
        people = await stores.accounts.stores.people.person(pair.client)
        thread = await stores.threads.open(
            people.clinic, pair.counsellor, pair.client, pair.client, at
        )
        both = (pair.client, pair.counsellor)
        begun = at - 360 * DAY_MS
        written = [
            Written(
                thread.id, both[number % 3 == 0], None, f"m{number}", Kind.TEXT,
                WORDS[number % len(WORDS)], begun + number * 355 * DAY_MS // MESSAGES,
            )
            for number in range(MESSAGES)
        ]  # fmt: skip
        for first in range(0, MESSAGES, AT_ONCE):
            some = written[first : first + AT_ONCE]
            await asyncio.gather(*(stores.thread_writer.write(each) for each in some))
    finally:
        await stores.close()
