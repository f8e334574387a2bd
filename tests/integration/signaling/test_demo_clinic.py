"""The demo's clinic: there again after a restart, also when its client was forgotten."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from signaling.config import Storage
from signaling.demo_clinic import PAST, open_clinic
from signaling.storage.session_store import Between, Whose
from signaling.stores import open_stores

pytestmark = pytest.mark.integration


async def test_it_is_found_again_and_made_anew_where_it_has_to_be(tmp_path: Path) -> None:
    at = int(time.time() * 1000)
    stores = await open_stores(Storage(folder=str(tmp_path)))
    try:
        first = await open_clinic(stores, at)
        again = await open_clinic(stores, at)
        assert (again.clinic, again.client) == (first.clinic, first.client)
        assert again.token != first.token
        span = Between(Whose.CLIENT, first.client, 0, at * 2)
        hours = await stores.sessions.find(span)
        assert len(hours) == len(PAST) + 1
        assert hours[-1].starts_at > at
        told = await stores.changes.of(first.client, at)
        said = [None if kind is None else kind[2] for kind in PAST]
        assert [told[hour.id].said if hour.id in told else None for hour in hours[:-1]] == said
        await stores.erasure.erase(first.client, first.client, at)
        anew = await open_clinic(stores, at)
        assert anew.clinic != first.clinic
        assert (await open_clinic(stores, at)).clinic == anew.clinic
    finally:
        await stores.close()
