"""The import contracts hold, and each of them bites: planted offences fail the same command."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("signaling", "recording", "media")


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make arch` runs, over the packages that lie in ``tree``."""
    code = "import sys; from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def copy_of_the_tree(target: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, target / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / ".importlinter", target)
    return target


def test_import_contracts_are_kept(tmp_path: Path) -> None:
    result = lint_imports(copy_of_the_tree(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@dataclass(frozen=True)
class Plant:
    """One offence: ``line`` appended to ``path``, and what the linter must then say (patterns)."""

    path: str
    line: str
    contract: str
    arrow: str


ARROW = r"The one arrow BROKEN"
INSIDE_MEDIA = r"Inside media \(.*\) BROKEN"
PURE = r"Pure cores .* BROKEN"
UNLISTED = r"not listed as layers:"
TYPES_ONLY = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import signaling.wire"

TREES = {
    "backward": (
        Plant("media/plan.py", "import signaling.wire", ARROW, r"media\.plan -> signaling\.wire"),
        Plant("media/helpers.py", "", UNLISTED, r"\s+- media\.helpers\b"),
        Plant(
            "signaling/routes.py", "import socketio", r"python-socketio has one door BROKEN",
            r"signaling\.routes -> socketio",
        ),
        Plant(
            "signaling/domain/grants.py", "import time", PURE, r"signaling\.domain\.grants -> time"
        ),
    ),
    "to-recording": (
        Plant("media/plan.py", "import recording", ARROW, r"media\.plan -> recording"),
        Plant("signaling/domain/utils.py", "", UNLISTED, r"\s+- signaling\.domain\.utils\b"),
        Plant(
            "media/router.py", "import aiortc", r"aiortc has one door BROKEN",
            r"media\.router -> aiortc",
        ),
    ),
    "for-types-only": (
        Plant("media/plan.py", TYPES_ONLY, ARROW, r"media\.plan -> signaling\.wire"),
        Plant(
            "signaling/registry.py", "from media.engine import Engine",
            r"Only the composition roots know the engine BROKEN",
            r"signaling\.registry -> media\.engine",
        ),
    ),
    "inside-media": (
        Plant("media/ids.py", "import media.engine", INSIDE_MEDIA, r"media\.ids -> media\.engine"),
        Plant("media/router.py", "import socket", PURE, r"media\.router -> socket"),
    ),
}  # fmt: skip
"""Several offences a tree, as each look at a tree takes a second; none hides another's arrow."""


@pytest.mark.parametrize("name", TREES)
def test_planted_offences_fail(name: str, tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path)
    for plant in TREES[name]:
        with (tree / plant.path).open("a", encoding="utf-8") as module:
            module.write(f"\n{plant.line}\n")
    result = lint_imports(tree)
    assert result.returncode != 0
    for plant in TREES[name]:
        assert re.search(plant.contract, result.stdout), result.stdout
        assert re.search(plant.arrow, result.stdout), result.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_is_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_modules_is_a_package(package: str) -> None:
    modules = (ROOT / package).rglob("*.py")
    # Migrations are no modules: Alembic reads them as files.
    folders = {module.parent for module in modules if "migrations" not in module.parts}
    assert all((folder / "__init__.py").is_file() for folder in folders)
