"""The compiled batch of datagrams, for the tests of what both implementations must do."""

from __future__ import annotations

import fcntl
import functools
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import cast

from media import datagrams
from media.datagrams import BatchKind, PlainBatch

ROOT = Path(__file__).parents[2]
SOURCES = (ROOT / "media" / "_datagrams.pyx", ROOT / "native_build.py")
FOLDER = ROOT / ".native-batch"
LOCK = ROOT / ".native-batch.lock"


@functools.cache
def compiled_batch() -> BatchKind:
    """The compiled one: as imported where the packet path is compiled, else built when out of date.

    Raises :class:`RuntimeError` with what is needed where it cannot be built.
    """
    if datagrams.FASTEST is not PlainBatch:
        return datagrams.FASTEST
    with LOCK.open("w") as lock:
        # Tests run side by side in processes: one builds, the others wait for what it made.
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = _built()
    spec = importlib.util.spec_from_file_location("media._datagrams", built)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast("BatchKind", module.NativeBatch)


def _built() -> Path:
    newest = max(source.stat().st_mtime for source in SOURCES)
    built = next(FOLDER.glob("media/_datagrams*.so"), None)
    if built is not None and built.stat().st_mtime >= newest:
        return built
    command = [sys.executable, str(ROOT / "native_build.py"), "--batch", str(FOLDER)]
    made = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if made.returncode != 0:
        raise RuntimeError(f"the compiled batch could not be built: {made.stderr[-2000:]}")
    return next(FOLDER.glob("media/_datagrams*.so"))
