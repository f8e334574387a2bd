"""Has files read by a process of their own, one at a time, and believes only how it ended."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Final

import msgspec

from signaling.domain.errors import Code, Refusal
from signaling.files.child import MOST_BYTES, SECONDS, Ending
from signaling.files.kinds import Found

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE_S: Final = SECONDS + 5.0
MOST_LINE: Final = 512


class Cleaner:
    """One for a gateway."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def clean(self, data: bytes, *, is_voice: bool) -> tuple[Found, bytes]:
        """Return what a file is, and the bytes to keep.

        Raises :class:`Refusal`: ``file_refused``, ``too_large``.
        """
        async with self._turn:
            code, out = await _ask("voice" if is_voice else "file", data)
        if code == Ending.TOO_LARGE:
            raise Refusal(Code.TOO_LARGE)
        if code != Ending.GOOD:  # refused, or the reader itself came to grief
            raise Refusal(Code.FILE_REFUSED)
        line, _, kept = out.partition(b"\n")
        try:
            found = msgspec.json.decode(line[:MOST_LINE], type=Found)
        except msgspec.DecodeError:
            raise Refusal(Code.FILE_REFUSED) from None
        if len(kept) > MOST_BYTES:
            raise Refusal(Code.TOO_LARGE)
        return found, kept or data


async def _ask(what: str, data: bytes) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "signaling.files.child", what,
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, _ = await process.communicate(data)
    except TimeoutError:
        return Ending.NOT_SENT, b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, out


def _environment() -> dict[str, str]:
    """Where to find modules, and nothing else of what this process was told."""
    paths = [str(ROOT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
