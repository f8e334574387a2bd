"""The media process dies in mid-call: both people see each other again, and all else stays."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from signaling.placement import STEADY_S
from tests.support.browsers import DESK, Person, person
from tests.support.call import enter, sees_the_other, stats
from tests.support.figures import Figures, median
from tests.support.gateway import free_port, gateway
from tests.support.workers import serving, until, warm

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(240)]

TIMES = 5
PATIENCE_S = 30.0
LOOK_S = 0.02


async def back_after(someone: Person, peers: int, since: float) -> float:
    """Seconds until a picture is decoded in a peer connection made after these."""
    while time.monotonic() - since < PATIENCE_S:
        found = await stats(someone)
        if found["peers"] > peers and found["frames"] > 0:
            return time.monotonic() - since
        await asyncio.sleep(LOOK_S)
    raise AssertionError(f"no picture came back: {await stats(someone)}")


async def test_both_see_each_other_again(figures: Figures) -> None:
    port = free_port()
    taken: list[float] = []
    async with (
        gateway(media_port=port) as running,
        person(viewport=DESK) as counsellor,
        person(viewport=DESK) as client,
    ):
        await enter(counsellor, running.links["counsellor"])
        await enter(client, running.links["client"])
        people = (counsellor, client)
        pid = running.process.pid
        for _ in range(TIMES):
            for someone in people:
                await sees_the_other(someone, 20)
            # Each death is met by a sound worker with a spare behind it, as in a first accident.
            await until(lambda: warm(pid, port))
            await asyncio.sleep(STEADY_S)
            peers = [(await stats(someone))["peers"] for someone in people]
            worker = serving(pid, port)
            assert worker is not None
            os.kill(worker, signal.SIGKILL)
            since = time.monotonic()
            taken.append(
                max(
                    await asyncio.gather(
                        *(back_after(s, n, since) for s, n in zip(people, peers, strict=True))
                    )
                )
            )
        assert len(taken) == TIMES
        assert not counsellor.errors
        assert not client.errors
        assert await running.stop() == 0
    figures.table(
        "A media process killed in mid-call",
        [
            ("both people's pictures back, median of 5", f"{median(taken):.2f} s", "<= 3 s"),
            ("the slowest of them", f"{max(taken):.2f} s", ""),
        ],
    )
