"""Compiles the packet path with mypyc: the same sources, the same tests, less time a packet.

``python native_build.py FOLDER`` puts a copy of ``media`` with compiled modules into FOLDER;
whoever puts FOLDER first on the module path runs it. With ``--batch`` only the batch of datagrams
is compiled (Cython), which takes seconds. Nothing is written beside the sources, where a compiled
module would hide later edits. Needs a C compiler and what the ``dev`` extra installs.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGES = ("media/rtp", "media/bandwidth", "media/forwarding")
MODULES = (
    "media/router.py", "media/plan.py", "media/outputs.py", "media/ids.py", "media/clock.py",
    "media/errors.py", "media/config.py", "media/lane.py", "media/strays.py", "media/mux.py",
    "media/udp.py", "media/alarm.py",
    "media/endpoint.py", "media/transport.py", "media/engine.py", "media/histogram.py",
    "media/tapping.py",
)  # fmt: skip
"""What runs for every packet and is pure; the shells around it stay as they are."""
SETTINGS = "[mypy]\nignore_missing_imports = True\n"


BATCH = "media/_datagrams"


def build(folder: Path, *, only_batch: bool = False) -> list[Path]:
    """Compile into ``folder``; returns the compiled files, relative to it.

    Raises :class:`SystemExit` with one line when there is no compiler or no mypyc.
    """
    if shutil.which("cc") is None and shutil.which("gcc") is None:
        raise SystemExit("native: a C compiler is needed (Debian: apt-get install gcc)")
    try:
        from Cython.Build import cythonize
        from mypyc.build import mypycify
        from setuptools import Extension, setup
    except ImportError as error:
        raise SystemExit(f"native: {error.name} is needed: pip install '.[dev]'") from None
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "media", folder / "media", ignore=shutil.ignore_patterns("__pycache__"))
    before = Path.cwd()
    os.chdir(folder)
    try:
        extensions = cythonize([Extension("media._datagrams", [f"{BATCH}.pyx"])], quiet=True)
        if not only_batch:
            extensions += mypycify(["--config-file=mypy.ini", *_sources()], opt_level="3")
        setup(
            name="quietroom-native",
            ext_modules=extensions,
            script_args=["--quiet", "build_ext", "--inplace"],
        )
        shutil.rmtree("build", ignore_errors=True)
        return sorted(Path().rglob("*.so"))
    finally:
        os.chdir(before)


def _sources() -> list[str]:
    Path("mypy.ini").write_text(SETTINGS, encoding="utf-8")
    inside = [str(each) for package in PACKAGES for each in sorted(Path(package).glob("*.py"))]
    return [*inside, *MODULES]


if __name__ == "__main__":
    *flags, target = sys.argv[1:]
    compiled = build(Path(target).resolve(), only_batch=flags == ["--batch"])
    sys.stdout.write(f"{len(compiled)} compiled modules in {target}\n")
