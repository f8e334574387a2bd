"""Two people recorded in virtual time: their flashes and beeps are together in the decoded files.

The hour of it is measured by ``make bench-recording``.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

from tests.bench.recording import lips_hour

pytestmark = pytest.mark.sim
BAR_MS = 40.0


def test_what_is_seen_and_heard_together_is_together_in_the_files(tmp_path: Path) -> None:
    found = lips_hour.measure(tmp_path, 32.0)
    assert found.decoded_s == pytest.approx(30.0, abs=0.1)
    assert len(found.within) >= 8
    assert len(found.between) >= 16
    # Nobody's voice is late as a matter of course: neither by its packets nor by its codec.
    assert abs(median(found.within)) <= 5
    assert max(map(abs, found.within + found.between)) <= BAR_MS
