"""A gateway that runs forgets what is over, and its people see what is left."""

from __future__ import annotations

from pathlib import Path

from signaling.storage.change_store import LineKept, Moment
from tests.support.practice import DAY_MS, Practice, now_ms, practice


async def over(here: Practice, days_ago: int) -> str:
    """An hour that was, and something that stays of it."""
    starts_at = now_ms() - days_ago * DAY_MS
    made = await here.hour(starts_at=starts_at)
    await here.stores.sessions.expire(made, starts_at)
    await here.stores.changes.rate(made.id, Moment.BEFORE, 3, starts_at)
    await here.stores.changes.note_line(made.id, LineKept(voice_s=60), starts_at)
    return str(made.id)


async def felt(here: Practice, who: str) -> list[tuple[str, int | None]]:
    """Which hours somebody is shown, and how their client felt before them."""
    path = f"people/{here.people['zhang']}/change"
    status, shown = await here.ask(who, "GET", path)
    assert status == 200
    return [(each["session"], each["before"]) for each in shown["items"]]


async def night_falls(here: Practice) -> None:
    """The gateway's own look at what is over, which it takes every few minutes."""
    night = here.house.app._night
    assert night is not None
    await night.look()


async def test_hours_past_their_clock_are_gone_and_change_shows_the_others(tmp_path: Path) -> None:
    clocks = {"hours_days": 200, "change_days": 100}
    async with practice(tmp_path, retention=clocks) as here:
        stays, half, gone = [await over(here, days) for days in (50, 150, 250)]
        await night_falls(here)
        for who in ("zhang", "li"):
            assert await felt(here, who) == [(half, None), (stays, 3)]
        assert (await here.ask("zhang", "GET", f"appointments/{gone}"))[0] == 404
        change = f"people/{here.people['zhang']}/change"
        status, table = await here.ask("zhang", "GET", f"{change}?csv=true")
        assert (status, len(table.splitlines())) == (200, 3)


async def test_a_client_who_says_so_has_what_stays_forgotten_at_the_next_look(
    tmp_path: Path,
) -> None:
    async with practice(tmp_path) as here:
        zhang, li = here.people["zhang"], here.people["li"]
        hour = await over(here, 50)
        thread = (await here.ask("zhang", "PUT", f"people/{zhang}/threads/{li}"))[1]["id"]
        path = f"threads/{thread}/keep-change"
        assert (await here.ask("zhang", "PUT", path, {"days": 30}))[0] == 204
        await night_falls(here)
        assert await felt(here, "zhang") == [(hour, None)]
        assert (await here.ask("li", "GET", f"appointments/{hour}"))[0] == 200
