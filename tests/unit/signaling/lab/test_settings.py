"""What may be set is bounded, and means what a link takes it to mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from signaling import wire
from signaling.domain.errors import Refusal
from signaling.lab.link import Impairment
from signaling.lab.settings import Cut, Line, Lines


def test_a_line_in_people_s_units_is_an_impairment() -> None:
    line = Line(3.0, 4.0, 300, 40, 80.0, 30)
    assert line.impairment == Impairment(0.3, 0.04, 0.03, 4.0, 80_000.0, 30_000)
    assert Line().impairment == Impairment()


@pytest.mark.parametrize(
    ("line", "is_dead"),
    [(Line(), False), (Line(loss_percent=99.9), False), (Line(loss_percent=100), True),
     (Line(rate_kbps=1), False), (Line(rate_kbps=0), True)],
)  # fmt: skip
def test_a_line_that_carries_nothing_is_dead(line: Line, is_dead: bool) -> None:
    assert line.is_dead is is_dead


@pytest.mark.parametrize(
    "line",
    [
        {"loss_percent": -1},
        {"loss_percent": 101},
        {"burst": 0},
        {"burst": 1e9},
        {"delay_ms": 60_000},
        {"delay_ms": 1.5},
        {"jitter_ms": -1},
        {"rate_kbps": -1},
        {"rate_kbps": 1e9},
        {"rate_kbps": "80"},
        {"queue_kb": 1_000_000},
        {"cut": True},
    ],
)
def test_what_is_out_of_bounds_is_refused(line: dict[str, Any]) -> None:
    for body in ({"up": line}, {"down": line}):
        with pytest.raises(Refusal):
            wire.decode_body(json.dumps(body).encode(), Lines)


@pytest.mark.parametrize("seconds", [-1, 601, None, "25"])
def test_a_cut_ends_by_itself_and_soon(seconds: object) -> None:
    with pytest.raises(Refusal):
        wire.decode_body(json.dumps({"seconds": seconds}).encode(), Cut)
