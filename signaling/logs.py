"""One line an event: ``time level event key=value``, with a closed list of keys.

Rule 1: nothing personal. A key that is not listed raises in tests and is dropped in production, so
that nobody logs an address or a name by convenience.
Rule 2: libraries' own logs say what they received; they are silenced below warnings, or wholly.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
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
        "worker",
    }
)
"""``room`` is the process's own running number of a room and means nothing elsewhere; ``worker`` is
that of a media worker."""

MAX_RELAYED: Final = 300
"""Characters of a worker's line; ours are a tenth of it."""

_logger = logging.getLogger("quietroom")

SILENCED: Final = ("engineio.server", "socketio.server", "aiohttp.access")
QUIETED: Final = (
    "aiohttp.server",
    "aiohttp.web",
    "aiohttp.websocket",
    "aioice",
    "aiortc",
    "alembic",
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


def _said(record: logging.LogRecord) -> str:
    if record.name == _logger.name:
        return record.getMessage()
    # A library's words may carry what it received: say only that, and where, it spoke.
    return f"library module={_plain(record.name)}"


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
        return f"{at} {record.levelname.lower()} {_said(record)}"


class _Relay(logging.Handler):
    def __init__(self, write: Callable[[int, str], None]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        self._write(record.levelno, _said(record))


def set_up() -> None:
    """Write to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    _install(handler)


def hand_over(write: Callable[[int, str], None]) -> None:
    """Give level and words of each line to ``write`` from now on: a worker has no output."""
    _install(_Relay(write))


def relay(level: int, text: str, worker: int) -> None:
    """Write a worker's line in our own form; it may say anything, so it is made plain again."""
    words = " ".join("".join(c for c in word if c in "=." or _plain(c) == c)
                     for word in text[:MAX_RELAYED].split())  # fmt: skip
    known = level if level in (logging.INFO, logging.WARNING) else logging.ERROR
    _logger.log(known, "%s worker=%d", words, worker)


def _install(handler: logging.Handler) -> None:
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in SILENCED:
        logging.getLogger(name).disabled = True
    for name in QUIETED:
        logging.getLogger(name).setLevel(logging.WARNING)
