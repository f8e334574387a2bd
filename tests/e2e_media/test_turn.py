"""Calls through TURN with credentials that expire, and what the relay refuses.

The client's page may use relayed candidates only; coturn runs as `deploy/coturn.conf` says.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aioice import stun

from signaling.turn import credentials
from tests.support.browsers import Person, person
from tests.support.call import enter, first_frame_ms, hears_the_other, sees_the_other
from tests.support.figures import Figures, median
from tests.support.gateway import Gateway, gateway
from tests.support.namespace import ADDRESS, own_network, run
from tests.support.turn_server import SECRET, TurnServer, allocation, refusal, turn_server

pytestmark = [pytest.mark.e2e_media, pytest.mark.timeout(300)]

TIMES = 3
RELAY = "10.77.0.3"
OTHERS = ("10.77.0.9", "10.77.0.3", "127.0.0.1", "169.254.169.254", "192.168.1.1", "8.8.8.8")
"""A neighbour, the relay itself, its loopback, a cloud's metadata, a home network, anyone."""

RELAYED_ONLY = """
(() => {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(config, ...rest) { super({...config, iceTransportPolicy: 'relay'}, ...rest); }
  };
})();
"""
RELAYED_BY = """
async () => {
  const report = await window.testPeers.at(-1).getStats();
  const transport = [...report.values()].find((each) => each.type === 'transport');
  const pair = report.get(transport.selectedCandidatePairId);
  const local = report.get(pair.localCandidateId);
  return [local.candidateType, local.relayProtocol, local.address];
}
"""


@asynccontextmanager
async def network(folder: Path) -> AsyncIterator[TurnServer]:
    """A network with a relay in it."""
    with own_network():
        run(f"ip addr add {RELAY}/24 dev test0")
        async with turn_server(folder, RELAY, ADDRESS) as server:
            yield server


@asynccontextmanager
async def relayed_call(
    server: TurnServer, transport: str, **settings: str
) -> AsyncIterator[tuple[Gateway, Person, Person]]:
    """The counsellor has entered; the client has an empty page that goes by the relay alone."""
    settings |= {"TURN_URLS": json.dumps([server.url(transport)]), "TURN_SECRET": SECRET}
    async with (
        gateway(media_host=ADDRESS, **settings) as running,
        person() as counsellor,
        person() as client,
    ):
        await client.page.add_init_script(RELAYED_ONLY)
        await enter(counsellor, running.links["counsellor"])
        yield running, counsellor, client


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_call_through_turn(figures: Figures, tmp_path: Path, transport: str) -> None:
    taken: list[float] = []
    async with network(tmp_path) as server:
        for _ in range(TIMES):
            async with relayed_call(server, transport) as (running, counsellor, client):
                await enter(client, running.links["client"])
                taken.append(await first_frame_ms(client) / 1000)
                assert await client.page.evaluate(RELAYED_BY) == ["relay", transport, RELAY]
                for someone in (counsellor, client):
                    await sees_the_other(someone, 10)
                    await hears_the_other(someone, 10)
                assert not client.errors
    figures.table(
        f"A call through TURN over {transport.upper()}, relayed candidates only",
        [(f"tap to first frame, median of {TIMES}", f"{median(taken):.2f} s", ""),
         ("the longest of them", f"{max(taken):.2f} s", "")],
    )  # fmt: skip
    assert len(taken) == TIMES


async def test_the_relay_reaches_the_gateway_and_nothing_else(tmp_path: Path) -> None:
    async with network(tmp_path) as server:
        own = credentials([server.url("udp")], SECRET, 60.0, time.time())
        async with allocation(server, own.username or "", own.credential or "") as client:
            assert await refusal(client, 0x4000, ADDRESS) is None
            codes = [await refusal(client, 0x4001, other) for other in OTHERS]
    assert codes == [403] * len(OTHERS)


@pytest.mark.parametrize(("secret", "ttl_s"), [(SECRET, -1.0), ("another-secret-for-tests", 60.0)])
async def test_credentials_that_are_over_or_forged_are_refused(
    tmp_path: Path, secret: str, ttl_s: float
) -> None:
    async with network(tmp_path) as server:
        own = credentials([server.url("udp")], secret, ttl_s, time.time())
        with pytest.raises(stun.TransactionFailed) as refused:
            async with allocation(server, own.username or "", own.credential or ""):
                pass
    assert refused.value.response.error_code == 401
