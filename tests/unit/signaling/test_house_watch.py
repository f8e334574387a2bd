"""What the gateway may use of its machine, by its settings and by the system's."""

from __future__ import annotations

from pathlib import Path

import pytest

from signaling.house_watch import bounds_of, cores
from signaling.settings import build


@pytest.mark.parametrize(("written", "given"), [("50000 100000", 0.5), ("100000 100000\n", 1.0)])
def test_a_container_has_its_quota(tmp_path: Path, written: str, given: float) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(written)
    assert cores(quota) == min(given, cores(tmp_path / "absent"))


@pytest.mark.parametrize("written", ["max 100000", "", "a b", "1 0"])
def test_without_a_quota_it_is_all_that_it_may_run_on(tmp_path: Path, written: str) -> None:
    quota = tmp_path / "cpu.max"
    quota.write_text(written)
    assert cores(quota) == cores(tmp_path / "absent") >= 1


@pytest.mark.parametrize(("workers", "endpoints"), [(0, 40), (1, 40), (3, 120)])
def test_each_media_process_has_its_own_endpoints(workers: int, endpoints: int) -> None:
    config = build({"media_workers": workers, "media": {"max_endpoints": 40}})
    assert bounds_of(config).max_endpoints == endpoints
