"""Resident memory an endpoint, after a window under load (`make bench-plane`)."""

from __future__ import annotations

import pytest

from tests.bench.plane.rounds import Measured
from tests.support.figures import Figures, held

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200)]
BAR_KIB = 1024.0


def test_memory_of_an_endpoint(figures: Figures, fifty: dict[str, Measured]) -> None:
    """What the process grew by from empty to 100 people under load, over the people."""
    rows = []
    for name in ("ours, compiled", "ours, pure Python", "Janus VideoRoom"):
        used = fifty[name].median(lambda w: w.endpoint_kib)
        bar = f"<= 1,024 KiB: {held(used, BAR_KIB)}" if name.startswith("ours") else "(beside it)"
        rows.append((name, f"{used:.0f} KiB a person", bar))
        assert used > 0
    figures.table("Memory (RSS), 100 people in 50 rooms under load", rows)
