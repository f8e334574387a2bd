"""Networks that change in mid-call, between real browsers: how long nothing comes.

Each figure is the longest gap that either person had, in voice or picture, median of so many times.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e_media import watch
from tests.support.browsers import GRANT_AT_ONCE, Person, chromium, person
from tests.support.call import enter, first_frame_ms, sees_the_other
from tests.support.figures import Figures, median
from tests.support.gateway import Gateway, free_port, gateway
from tests.support.namespace import FarNetwork, filtered, own_network, run
from tests.support.relay import Relay

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(400)]
TIMES = 5
HERE, RELAYED = "10.77.0.1", "10.77.0.2"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarNetwork]:
    """A network of the test's own, and one beyond it."""
    with own_network():
        network = FarNetwork(tmp_path)
        network.open(chromium())
        yield network
        network.close()


@asynccontextmanager
async def call(
    far: FarNetwork | None, *, web: str, media: str, enters: bool = True, **settings: str
) -> AsyncIterator[tuple[Gateway, Person, Person]]:
    """A gateway; the counsellor beside it has entered, the client has an empty page.

    The client lives in the far network, if there is one. Without ``enters`` both pages are empty.
    """
    port = free_port()
    arguments = ("--host", web)
    secure = f"--unsafely-treat-insecure-origin-as-secure=http://{web}:{port}"
    flags = (GRANT_AT_ONCE, secure)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(
            gateway(*arguments, port=port, media_host=media, **settings)
        )
        counsellor = await stack.enter_async_context(person(flags=flags))
        wrapper = None if far is None else str(far.wrapper)
        client = await stack.enter_async_context(person(flags=flags, executable=wrapper))
        if enters:
            await enter(counsellor, running.links["counsellor"])
        yield running, counsellor, client


async def settle(*people: Person) -> None:
    """Pictures flow both ways and have for a while."""
    for someone in people:
        await sees_the_other(someone, 20)
    await asyncio.sleep(2)


async def gaps(people: tuple[Person, ...], since: list[float], seconds: float) -> float:
    """What either person missed within so many seconds."""
    await asyncio.sleep(seconds)
    found = [await watch.gap(each, at) for each, at in zip(people, since, strict=True)]
    return max(each.longest for each in found)


async def test_a_nat_rebinds_in_mid_call(figures: Figures) -> None:
    media_port = free_port()
    taken: list[float] = []
    with own_network():
        run(f"ip addr add {RELAYED}/24 dev test0")
        settings = {"MEDIA__EXTERNAL_IPS": RELAYED, "MEDIA__TCP": "false"}
        async with AsyncExitStack() as stack:
            relay = Relay((RELAYED, media_port), (HERE, media_port))
            stack.callback(relay.close)
            port = free_port()
            running = await stack.enter_async_context(
                gateway(port=port, media_port=media_port, media_host=HERE, **settings)
            )
            counsellor = await stack.enter_async_context(person())
            client = await stack.enter_async_context(person())
            await enter(counsellor, running.links["counsellor"])
            await asyncio.sleep(1)
            others = relay.sources
            await enter(client, running.links["client"])
            people = (counsellor, client)
            await settle(*people)
            for each in people:
                await watch.start(each)
            for _ in range(TIMES):
                since = [await watch.moment(each) for each in people]
                relay.rebind(relay.sources - others)
                taken.append(await gaps(people, since, 5))
            assert not client.errors
    figures.table(
        "A NAT gives the client another port in mid-call",
        [(f"longest gap of either, median of {TIMES}", f"{median(taken):.2f} s", "<= 0.5 s"),
         ("the longest of them", f"{max(taken):.2f} s", "")],
    )  # fmt: skip
    assert len(taken) == TIMES


async def test_an_interface_gets_another_address(figures: Figures, far: FarNetwork) -> None:
    far.unplug_second()
    taken: list[float] = []
    addresses = [f"10.77.1.{last}" for last in range(2, 3 + TIMES)]
    async with call(far, web="10.77.1.1", media="10.77.1.1") as (running, counsellor, client):
        await enter(client, running.links["client"])
        people = (counsellor, client)
        await settle(*people)
        for each in people:
            await watch.start(each)
        for before, after in pairwise(addresses):
            since = [await watch.moment(each) for each in people]
            far.replace_address(before, after)
            taken.append(await gaps(people, since, 12))
            assert (await watch.pair(client))["address"] == after
    figures.table(
        "The client's interface gets another address in mid-call, without a reload",
        [(f"longest gap of either, median of {TIMES}", f"{median(taken):.2f} s", "<= 3.5 s"),
         ("the longest of them", f"{max(taken):.2f} s", "")],
    )  # fmt: skip
    assert len(taken) == TIMES


async def test_one_of_two_interfaces_dies(figures: Figures, far: FarNetwork) -> None:
    taken: list[float] = []
    for _ in range(TIMES):
        async with call(far, web=HERE, media="0.0.0.0") as (running, counsellor, client):
            await enter(client, running.links["client"])
            people = (counsellor, client)
            await settle(*people)
            for each in people:
                await watch.start(each)
            before = (await watch.pair(client))["address"]
            since = [await watch.moment(each) for each in people]
            with filtered(f"{{way}} near{before.split('.')[2]}"):
                taken.append(await gaps(people, since, 12))
                after = (await watch.pair(client))["address"]
            assert after.split(".")[2] != before.split(".")[2]
    figures.table(
        "The interface in use, one of two, goes silent in mid-call",
        [(f"longest gap of either, median of {TIMES}", f"{median(taken):.2f} s", "<= 4 s"),
         ("the longest of them", f"{max(taken):.2f} s", "")],
    )  # fmt: skip
    assert len(taken) == TIMES


async def test_udp_is_blocked(figures: Figures, far: FarNetwork) -> None:
    far.unplug_second()
    taken: list[float] = []
    with filtered("{way} near1 meta l4proto udp"):
        for _ in range(TIMES):
            async with call(far, web="10.77.1.1", media="10.77.1.1") as (running, _, client):
                await enter(client, running.links["client"])
                taken.append(await first_frame_ms(client) / 1000)
                assert (await watch.pair(client))["protocol"] == "tcp"
    figures.table(
        "The client's network drops UDP",
        [(f"tap to first frame by TCP, median of {TIMES}", f"{median(taken):.2f} s", "<= 8 s"),
         ("the longest of them", f"{max(taken):.2f} s", "")],
    )  # fmt: skip
    assert len(taken) == TIMES
