"""Two hundred clients want one hour of one counsellor: one has it, the others are offered more."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import UUID

from signaling.config import Storage
from signaling.domain.booking import HOUR_MS
from signaling.stores import open_stores
from signaling.working_times import WorkingRule, WorkingTimes
from tests.bench.sessions.place import Running, now_ms, running, seed

CLIENTS: Final = 200
NEAREST: Final = 3
ALWAYS: Final = WorkingTimes(
    "UTC", [WorkingRule("00:00", 1440, rule="FREQ=DAILY", first="2026-01-01")]
)


async def for_one_hour(storage: Storage) -> dict[str, int]:
    """Returns how many got what."""
    counsellor, counsels, clients = await _people(storage)
    async with running(storage) as gateway:
        threads = {
            client: (await gateway.ask(token, "PUT", f"people/{client}/threads/{counsellor}"))[1][
                "id"
            ]
            for client, token in clients.items()
        }
        wanted = (now_ms() // HOUR_MS + 30) * HOUR_MS
        asked = [_ask(gateway, token, threads[client], wanted) for client, token in clients.items()]
        found = await asyncio.gather(*asked)
        won = [said for said, _ in found if "id" in said]
        agreed = [
            await gateway.ask(
                counsels, "POST", f"threads/{said['thread']}/bookings/{said['id']}/acts",
                {"act": "agree", "revision": said["revision"]},
            )
            for said in won
        ]  # fmt: skip
        hours = await gateway.ask(
            counsels, "GET", f"appointments?since={wanted}&until={wanted + HOUR_MS}"
        )
    return {
        "clients": len(clients),
        "confirmed": sum(said["stage"] == "confirmed" for _, said in agreed),
        "hours": len(hours[1]["items"]),
        "offered": sum(_is_offer(near, wanted) for said, near in found if "id" not in said),
    }


async def _ask(
    gateway: Running, token: str, thread: str, wanted: int
) -> tuple[dict[str, Any], list[int]]:
    """What a client's page does: tap, and look for the nearest where somebody was quicker."""
    path = f"threads/{thread}"
    _, said = await gateway.ask(
        token, "POST", f"{path}/bookings", {"starts_at": wanted}, key=f"tap-{thread}"
    )
    if said.get("code") != "taken":
        return said, []
    _, free = await gateway.ask(token, "GET", f"{path}/free-times?near={wanted}")
    return said, [each["starts_at"] for each in free["items"]]


def _is_offer(near: list[int], wanted: int) -> bool:
    expected = [wanted + hours * HOUR_MS for hours in (-2, -1, 1)]
    return len(near) == NEAREST and near == expected


async def _people(storage: Storage) -> tuple[UUID, str, dict[UUID, str]]:
    """A counsellor, what their browser holds, and what each client's does."""
    seeded = await seed(storage, CLIENTS)
    first = seeded.pairs[0]
    stores = await open_stores(storage)
    try:
        at = now_ms()
        await stores.availability.set(seeded.clinic, first.counsellor, ALWAYS, first.counsellor, at)
        for pair in seeded.pairs[1:]:
            await stores.accounts.stores.standing.bind(
                first.counsellor, pair.client, seeded.admin, at
            )
    finally:
        await stores.close()
    clients = {pair.client: pair.tokens[pair.client] for pair in seeded.pairs}
    return first.counsellor, first.tokens[first.counsellor], clients
