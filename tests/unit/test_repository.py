"""What CI cannot see otherwise: pins, the Makefile's help, files that must not be committed."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support import check_files

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text(encoding="utf-8")
LOCK = json.loads((ROOT / "web_client" / "package-lock.json").read_text(encoding="utf-8"))

# Spelled in parts, so that this file does not carry what it looks for.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + "root/", "/" + "tmp/q"]))
BINARY = {".png", ".ico", ".wav", ".webm", ".y4m", ".mp4", ".woff2"}


def committed() -> list[Path]:
    """The files git knows; a tree without git (an unpacked archive) is walked instead."""
    if not (ROOT / ".git").exists():
        return [path for path in ROOT.rglob("*") if path.is_file()]
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=20
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_committed_files_are_sound() -> None:
    found = {str(path.relative_to(ROOT)): check_files.faults(path) for path in committed()}
    assert not {name: faults for name, faults in found.items() if faults}


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.toml", "x = ", "does not parse"),
        ("a.yaml", "x: [", "does not parse"),
        ("a.json", "{", "does not parse"),
        ("a.txt", "-----BEGIN " + "EC PRIVATE KEY-----", "private key"),
        ("a.bin", "0" * (check_files.MAX_BYTES + 1), "bytes"),
    ],
)
def test_unsound_files_are_named(tmp_path: Path, name: str, content: str, fault: str) -> None:
    (tmp_path / name).write_text(content)
    assert any(fault in said for said in check_files.faults(tmp_path / name))
    assert check_files.main([str(tmp_path / name)]) == 1


def test_no_path_of_a_developer_s_machine() -> None:
    found = [
        path.name
        for path in committed()
        if path.suffix not in BINARY
        and MACHINE_PATHS.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found


def test_every_target_has_help() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)
    assert phony is not None
    helped = set(re.findall(r"^([a-z0-9-]+):.*## \S", MAKEFILE, flags=re.MULTILINE))
    assert set(phony[1].split()) == helped


def test_ci_runs_the_readme_s_test_command() -> None:
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "exec make ci" in run
    recipe = MAKEFILE.split("\nci:", 1)[1].split("\n\n", 1)[0]
    assert "test" in recipe
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def pins() -> dict[str, str]:
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    return {
        name.lower().replace("_", "-"): version
        for name, version in (line.split("==") for line in lines)
    }


def test_python_versions_are_exact_and_carry_no_address() -> None:
    assert all(re.fullmatch(r"[0-9][0-9A-Za-z.]*", version) for version in pins().values())
    assert "://" not in CONSTRAINTS
    assert "index" not in CONSTRAINTS.lower()


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[<>=;\[ ]", requirement)[0].lower() for requirement in wanted}
    assert not names - set(pins())


def test_node_versions_are_exact_and_carry_no_address() -> None:
    root = LOCK["packages"][""]
    direct = root["dependencies"] | root["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in direct.values())
    installed = [entry for path, entry in LOCK["packages"].items() if path]
    assert all("resolved" not in entry for entry in installed)
    assert all(entry.get("integrity", "").startswith("sha512-") for entry in installed)


def test_no_registry_is_configured() -> None:
    names = {path.name for path in committed()}
    assert not names & {".npmrc", ".pypirc", "pip.conf", ".yarnrc", ".yarnrc.yml"}


@pytest.mark.parametrize("script", ["tests/support/system.sh", ".ci/run"])
def test_shell_scripts_parse(script: str) -> None:
    result = subprocess.run(
        ["bash", "-n", str(ROOT / script)], capture_output=True, check=False, timeout=20
    )
    assert result.returncode == 0, result.stderr


def test_hooks_are_local_and_run_what_the_makefile_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    entries = [hook["entry"] for hook in config["repos"][0]["hooks"]]
    tools = {"ruff format", "ruff check", "mypy", "lint-imports", "codespell", "shellcheck"}
    assert not [tool for tool in tools if not any(tool in entry for entry in entries)]
    for target in ("lint", "type"):
        assert f"npm --prefix web_client run --silent {target}" in entries
        assert f"npm run --silent {target}" in MAKEFILE
