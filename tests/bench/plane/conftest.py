"""The rounds that several tables read: 50 rooms of two, each system in turn."""

from __future__ import annotations

import pytest

from tests.bench.plane.rounds import ROOMS, Measured, alternate, in_network
from tests.bench.plane.systems import echo, ours, peer_janus


async def _measure(host: str) -> dict[str, Measured]:
    return await alternate({
        "ours, compiled": (lambda: ours(host, native=True), ROOMS, 2),
        "ours, pure Python": (lambda: ours(host, native=False), ROOMS, 2),
        "Janus VideoRoom": (lambda: peer_janus(host), ROOMS, 2),
        "plain UDP echo in C": (lambda: echo(host), ROOMS, 2),
    })  # fmt: skip


@pytest.fixture(scope="session")
def fifty() -> dict[str, Measured]:
    """Measured once for all who ask."""
    return in_network(_measure)
