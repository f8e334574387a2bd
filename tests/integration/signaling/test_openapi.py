"""The description of REST: true of every path, and asked by schemathesis of a running gateway."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import checks

from signaling.api import server
from signaling.api.elsewhere import rows
from signaling.border import OwnPages
from signaling.limits import Rate
from tests.support.practice import practice

pytestmark = pytest.mark.integration

WHO = ("admin", "li", "zhang", "program", "stranger")
PATIENCE_S = 60.0
EXAMPLES = settings().max_examples // 10
"""Of each call, for each who asks: two in the tests, a hundred in ``make properties``."""
FREELY = Rate(per_second=1e6, burst=1_000_000)
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]


@dataclass
class Served:
    """A gateway in a thread of its own: schemathesis asks without a loop."""

    url: str
    headers: dict[str, dict[str, str]]
    paths: set[tuple[str, str]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    ready: list[Served] = []
    begun, over = threading.Event(), threading.Event()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "CALLS", FREELY)
        patch.setattr(OwnPages, "check", OwnPages.check_origin)
        thread = threading.Thread(target=lambda: asyncio.run(_serve(folder, ready, begun, over)))
        thread.start()
        assert begun.wait(PATIENCE_S)
        yield ready[0]
        over.set()
        thread.join(PATIENCE_S)


async def _serve(
    folder: Path, ready: list[Served], begun: threading.Event, over: threading.Event
) -> None:
    async with practice(folder) as here:
        headers = {who: dict(here.browsers[who].headers) for who in WHO}
        paths = {
            (route.method, route.resource.canonical)
            for runner in here.house.app._runners
            for route in runner.app.router.routes()
            if route.resource is not None and route.method != "HEAD"
        }
        ready.append(Served(here.house.app.url, headers, paths))
        begun.set()
        while not over.is_set():
            await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def described(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/api/openapi.json")


def test_every_path_is_described_and_every_description_has_a_path(
    served: Served, described: Any
) -> None:
    answered = {(method, path) for method, path in served.paths if path.startswith("/api/v1/")}
    drawn = {
        (method.upper(), path)
        for path, methods in described.raw_schema["paths"].items()
        for method in methods
    }
    assert drawn == answered
    assert {(row.method, row.path) for row in rows()} < drawn


@pytest.mark.parametrize("who", WHO)
def test_nothing_that_is_sent_breaks_anything(served: Served, described: Any, who: str) -> None:
    headers = served.headers[who]
    asked = 0
    for found in described.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(
                base_url=served.url, headers=headers, checks=CHECKS, timeout=PATIENCE_S
            )

        ask()
    assert asked > len(served.paths)
