"""Puts notices into a folder instead of sending them: what a new installation does.

Rule: no address is in it, so that the folder tells of nobody.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Final
from uuid import uuid4

from signaling.carriers.notice import Carried, Notice

MOST: Final = 1_000
"""The oldest are taken away beyond that."""
PRIVATE: Final = 0o700


class FolderCarrier:
    """Writes each notice into a file of its own; without a folder none goes anywhere."""

    def __init__(self, folder: Path | None, channel: str) -> None:
        self._folder = folder
        self._channel = channel

    async def carry(self, to: str, notice: Notice) -> Carried:
        """Write it down."""
        del to  # on purpose in no file
        if self._folder is None:
            return Carried.LATER
        return await asyncio.to_thread(self._write, self._folder, notice)

    def _write(self, folder: Path, notice: Notice) -> Carried:
        said = {"channel": self._channel, "subject": notice.subject, "text": notice.text}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
            name = f"{uuid4().hex}.json"
            part = folder / f".{name}"
            part.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
            part.rename(folder / name)
            _tidy(folder)
        except OSError:
            return Carried.LATER
        return Carried.DONE


def _tidy(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for old in kept[:-MOST]:
        old.unlink(missing_ok=True)
