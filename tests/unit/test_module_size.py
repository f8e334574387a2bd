"""Modules stay readable: at most 400 lines a module and 50 a function."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted(
    path.relative_to(ROOT)
    for package in ("signaling", "recording", "media")
    for path in (ROOT / package).rglob("*.py")
)
TYPESCRIPT = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "web_client" / "src").rglob("*.ts")
    # Generated from the schemas beside them; nobody reads them top to bottom.
    if path.name not in {"wire.ts", "bodies.ts"}
)

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50


def test_there_is_something_to_measure() -> None:
    assert PYTHON
    assert TYPESCRIPT


@pytest.mark.parametrize("path", PYTHON + TYPESCRIPT, ids=str)
def test_module_is_short(path: Path) -> None:
    lines = (ROOT / path).read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_MODULE_LINES


@pytest.mark.parametrize("path", PYTHON, ids=str)
def test_functions_are_short(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    long = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert not long
