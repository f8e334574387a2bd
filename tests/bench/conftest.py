"""With ``RESULTS=page.md`` the tables of a run that succeeded are written as a page."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.plane.method import COMMAND, METHOD, TITLE
from tests.support.figures import FIGURES


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the page; a run with a failure leaves the old one."""
    path = os.environ.get("RESULTS")
    if path and exitstatus == pytest.ExitCode.OK and session.testscollected:
        report.write(
            Path(path), TITLE, COMMAND, METHOD, session.config.stash[FIGURES].tables, report.peers()
        )
