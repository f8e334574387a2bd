"""Measured figures of a run, printed at its end whatever pytest captures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest


@dataclass
class Figures:
    """Tables to print; each row is what was measured beside the bar it is held against."""

    lines: list[str] = field(default_factory=list)

    def table(self, title: str, rows: Sequence[tuple[str, str, str]]) -> None:
        """Add a table of (what, measured, bar)."""
        widths = [
            max(len(row[i]) for row in [*rows, ("what", "measured", "bar")]) for i in range(3)
        ]
        self.lines.append(f"\n{title}")
        for row in [("what", "measured", "bar"), *rows]:
            self.lines.append(
                "  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))
            )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    """As a plugin: one collection of figures for a run."""
    config.stash[FIGURES] = Figures()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """As a plugin: print what was measured."""
    for line in config.stash[FIGURES].lines:
        terminalreporter.write_line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """The run's figures."""
    return request.config.stash[FIGURES]
