"""What `make system` does on machines that are not this one, with made-up commands on PATH."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "support" / "system.sh"
EVERYTHING = (
    "chromium", "firefox-esr", "shellcheck", "nft", "ip", "turnserver", "initdb", "gcc", "fc-list",
)  # fmt: skip
BASH = shutil.which("bash") or "/bin/bash"


class Machine:
    """A PATH of our own: real basic tools, made-up browsers, package manager and user."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder
        for tool in ("mktemp", "rm", "tail", "touch", "chmod", "cat"):
            real = shutil.which(tool)
            assert real is not None
            (folder / tool).symlink_to(real)

    def has(self, *names: str) -> Machine:
        for name in names:
            self.command(name, "echo here")
        return self

    def command(self, name: str, body: str) -> Machine:
        path = self.bin / name
        path.write_text(f"#!{BASH}\n{body}\n")
        path.chmod(0o755)
        return self

    def user(self, number: int) -> Machine:
        return self.command("id", f"echo {number}")

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BASH, str(SCRIPT)],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_says_nothing_when_all_is_there(machine: Machine) -> None:
    result = machine.has(*EVERYTHING).user(1000).run()
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_another_chromium_will_do(machine: Machine) -> None:
    result = machine.has(*EVERYTHING[1:], "google-chrome").user(1000).run()
    assert (result.returncode, result.stderr) == (0, "")


def test_without_rights_it_prints_the_one_command(machine: Machine) -> None:
    result = machine.has(*EVERYTHING[1:], "apt-get").user(1000).run()
    assert result.returncode == 1
    assert result.stderr.strip() == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium"
    )


def test_sudo_that_asks_for_a_password_is_not_used(machine: Machine) -> None:
    machine.has(*EVERYTHING[1:], "apt-get").command("sudo", "exit 1").user(1000)
    result = machine.run()
    assert result.returncode == 1
    assert "Installing" not in result.stdout


def test_only_chromium_is_required(machine: Machine) -> None:
    result = machine.has("chromium").user(1000).run()
    assert result.returncode == 0
    assert "firefox-esr" in result.stderr


def test_elsewhere_it_names_the_packages(machine: Machine) -> None:
    result = machine.has("fc-list").user(0).run()
    assert result.returncode == 1
    assert result.stderr.startswith("Install with your system's package manager: chromium")


def installs(machine: Machine) -> str:
    """A package manager whose install makes the command appear."""
    made = machine.bin / "chromium"
    return f'[ "$1" = install ] && cat "{machine.bin}/fc-list" >"{made}" && chmod 755 "{made}"'


def test_root_installs_what_is_missing(machine: Machine) -> None:
    machine.has(*EVERYTHING[1:]).user(0)
    result = machine.command("apt-get", installs(machine)).run()
    assert result.returncode == 0
    assert result.stdout.strip() == "Installing for the tests: chromium"


def test_an_unknown_package_does_not_keep_out_the_others(machine: Machine) -> None:
    machine.has(*EVERYTHING[2:]).user(0)
    machine.command("apt-get", f'[ "$#" = 4 ] && [ "$4" = chromium ] && {installs(machine)}')
    result = machine.run()
    assert result.returncode == 0
    assert result.stderr.strip().endswith("--no-install-recommends firefox-esr")


def test_passwordless_sudo_installs_too(machine: Machine) -> None:
    machine.has(*EVERYTHING[1:]).user(1000).command("sudo", 'shift; exec "$@"')
    machine.command("true", "exit 0")
    result = machine.command("apt-get", installs(machine)).run()
    assert result.returncode == 0
    assert (machine.bin / "chromium").exists()


def test_an_install_that_fails_says_why_and_what_to_type(machine: Machine) -> None:
    machine.has(*EVERYTHING[1:]).user(0).command("apt-get", "echo no network; exit 100")
    result = machine.run()
    assert result.returncode == 1
    assert "no network" in result.stderr
    assert "sudo apt-get update" in result.stderr
