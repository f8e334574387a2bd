"""Measured figures of a run, printed at its end whatever pytest captures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

Row = tuple[str, str, str]
HEAD: Row = ("what", "measured", "bar")


@dataclass(frozen=True)
class Table:
    """What was measured beside the bars it is held against, and what a reader must know of it."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    head: Row = HEAD

    def lines(self) -> list[str]:
        """As text of fixed width."""
        everything = [self.head, *self.rows]
        widths = [max(len(row[column]) for row in everything) for column in range(len(self.head))]
        told = [
            "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in everything
        ]
        return [f"\n{self.title}", *told, *(f"  {note}" for note in self.notes)]

    def markdown(self) -> list[str]:
        """As a section of a page."""
        rows = [self.head, ("---",) * len(self.head), *self.rows]
        table = ["| " + " | ".join(row) + " |" for row in rows]
        return [f"## {self.title}", "", *table, *(f"\n{note}" for note in self.notes), ""]


@dataclass
class Figures:
    """The tables of a run."""

    tables: list[Table] = field(default_factory=list)

    def table(self, title: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> None:
        """Add a table of (what, measured, bar)."""
        self.tables.append(Table(title, rows, notes))


def held(value: float, bar: float) -> str:
    """Whether a figure is within its bar; a miss must be seen at once."""
    return "held" if value <= bar else "MISSED"


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
    for table in config.stash[FIGURES].tables:
        for line in table.lines():
            terminalreporter.write_line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """The run's figures."""
    return request.config.stash[FIGURES]
