"""One line an event: ``time level event key=value``, with a closed list of keys.

Rule 1: nothing personal. A key that is not listed raises in tests and is dropped in production, so
that nobody logs an address or a name by convenience.
Rule 2: libraries' own logs say what they received; they are silenced below warnings, or wholly.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Final

FIELDS: Final = frozenset(
    {
        "code",
        "count",
        "error",
        "module",
        "line",
        "phase",
        "reason",
        "room",
        "seconds",
        "state",
        "version",
    }
)
"""``room`` is the process's own running number of a room and means nothing elsewhere."""

_logger = logging.getLogger("quietroom")

SILENCED: Final = ("engineio.server", "socketio.server", "aiohttp.access")
QUIETED: Final = (
    "aiohttp.server",
    "aiohttp.web",
    "aiohttp.websocket",
    "aioice",
    "aiortc",
    "asyncio",
)


def event(name: str, /, **details: str | float) -> None:
    """Write one line at level INFO."""
    _write(logging.INFO, name, details)


def warning(name: str, /, **details: str | float) -> None:
    """Write one line at level WARNING."""
    _write(logging.WARNING, name, details)


def fault(name: str, error: BaseException, /, **details: str | float) -> None:
    """Write one line about a bug: what it was and where, but not what it was carrying."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where: dict[str, str | float] = {"error": type(error).__name__}
    if place is not None:
        where["module"] = place.tb_frame.f_globals.get("__name__", "unknown")
        where["line"] = place.tb_lineno
    _write(logging.ERROR, name, where | details)


def _write(level: int, name: str, details: dict[str, str | float]) -> None:
    unknown = details.keys() - FIELDS
    assert not unknown, "a log field that is not on the list"
    said = "".join(f" {key}={_plain(value)}" for key, value in details.items() if key in FIELDS)
    _logger.log(level, "%s%s", name, said)


def _plain(value: str | float) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return "".join(char if char.isalnum() or char in "._-:" else "_" for char in text)


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        if record.name == _logger.name:
            return f"{at} {record.levelname.lower()} {record.getMessage()}"
        # A library's words may carry what it received: say only that, and where, it spoke.
        return f"{at} {record.levelname.lower()} library module={_plain(record.name)}"


def set_up() -> None:
    """Write to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in SILENCED:
        logging.getLogger(name).disabled = True
    for name in QUIETED:
        logging.getLogger(name).setLevel(logging.WARNING)
