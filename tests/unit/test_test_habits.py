"""Tests are honest: nothing is skipped without words, nothing pure sleeps, everything asserts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
MODULES = sorted(path.relative_to(TESTS) for path in TESTS.rglob("*.py"))
PURE = [path for path in MODULES if path.parts[0] in {"unit", "sim"}]

LEAVERS = {"skip", "skipif", "xfail", "importorskip"}
SLEEPS = {"time.sleep", "asyncio.sleep", "sleep"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((TESTS / path).read_text(encoding="utf-8"))


def tree_with(path: Path, words: set[str]) -> ast.Module:
    """What is worth reading for these words: nothing of a module that has none of them."""
    text = (TESTS / path).read_text(encoding="utf-8")
    return tree_of(path) if any(word in text for word in words) else ast.Module([], [])


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def last_name(func: ast.expr) -> str:
    """``wait`` of ``thing.wait``; nothing of what has no name."""
    match func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def wordless(call: ast.Call) -> bool:
    """Whether a skip or xfail gives no reason."""
    name = last_name(call.func)
    if name not in LEAVERS or "pytest" not in ast.unparse(call.func):
        return False
    said = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    said += call.args if name == "skip" else []
    return not any(not isinstance(word, ast.Constant) or word.value for word in said)


def bare_marks(tree: ast.AST) -> Iterator[str]:
    """Marks used without a call, as in ``@pytest.mark.skip``."""
    called = {id(call.func) for call in calls(tree)}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute) and node.attr in LEAVERS and id(node) not in called
        ) and (text := ast.unparse(node)).startswith("pytest.mark."):
            yield text


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_skips_give_a_reason(path: Path) -> None:
    tree = tree_with(path, LEAVERS)
    assert not [ast.unparse(call) for call in calls(tree) if wordless(call)]
    assert not list(bare_marks(tree))


@pytest.mark.parametrize("path", PURE, ids=str)
def test_nothing_pure_sleeps(path: Path) -> None:
    sleeping = [
        ast.unparse(call)
        for call in calls(tree_with(path, {"sleep"}))
        if last_name(call.func) == "sleep"
        and ast.unparse(call.func) in SLEEPS
        # A zero sleep lets other tasks run; it takes no time.
        and not (call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0)
    ]
    assert not sleeping


# A condition these wait for and do not see fails the test: our own, and playwright's on a page.
WAITS = ("assert_", "expect", "check", "until", "wait_for_")


def asserts_something(function: ast.AST, checkers: set[str]) -> bool:
    """An assert, a pytest.raises, a wait that can fail, or a call of a function that has one."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            last = last_name(node.func)
            if last.startswith(WAITS) or last in checkers:
                return True
            if last == "raises" and ast.unparse(node.func) == "pytest.raises":
                return True
            if last == "wait_for" and ast.unparse(node.func) != "asyncio.wait_for":
                return True
    return False


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def checkers_in(tree: ast.Module, known: set[str]) -> set[str]:
    """Helpers that fail a test; asked twice, so that one may stand behind another."""
    found = {f.name for f in functions(tree) if asserts_something(f, known)}
    return known | found | {f.name for f in functions(tree) if asserts_something(f, known | found)}


@pytest.fixture(scope="module")
def shared_checkers() -> set[str]:
    found: set[str] = set()
    for path in MODULES:
        if path.parts[0] == "support":
            found = checkers_in(tree_of(path), found)
    return found


@pytest.mark.parametrize("path", [p for p in MODULES if p.name.startswith("test_")], ids=str)
def test_every_test_asserts(path: Path, shared_checkers: set[str]) -> None:
    tree = tree_of(path)
    checkers = checkers_in(tree, shared_checkers)
    tests = [f for f in functions(tree) if f.name.startswith("test_")]
    assert not [f.name for f in tests if not asserts_something(f, checkers)]
