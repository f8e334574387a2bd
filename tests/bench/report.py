"""A page of figures: the machine named, the command to repeat it, the method, the tables."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.figures import Table

LIBSRTP = Path("/usr/lib/x86_64-linux-gnu/libsrtp2.so.1")


def date() -> str:
    """The day the page is of: ``RESULTS_DATE``, or today."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return os.environ.get("RESULTS_DATE") or today


def said(*command: str) -> str:
    """The first line a command prints, or "" when there is no such command."""
    if shutil.which(command[0]) is None:
        return ""
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    return (told.stdout or told.stderr).strip().split("\n")[0]


def janus_libsrtp() -> str:
    """The libsrtp that Janus is linked to here, and whose ciphers that one uses."""
    version = said("dpkg-query", "-W", "-f", "${Version}", "libsrtp2-1") or "unknown version"
    if not LIBSRTP.exists():
        return version
    linked = subprocess.run(["ldd", str(LIBSRTP)], capture_output=True, text=True, check=False)
    for library, name in (("libnss3", "NSS"), ("libcrypto", "OpenSSL"), ("mbedcrypto", "mbedTLS")):
        if library in linked.stdout:
            return f"{version}, built on {name}"
    return f"{version}, with ciphers of its own"


def machine() -> list[tuple[str, str]]:
    """Where the figures were taken, as (what, which)."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    memory = re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text(encoding="utf-8"))
    version = importlib.metadata.version
    return [
        ("date", date()),
        ("processor", f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores"),
        ("memory", f"{int(memory[1]) / 1024 / 1024:.0f} GiB" if memory else "unknown"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()}, uvloop {version('uvloop')}"),
    ]


def peers() -> list[tuple[str, str]]:
    """What is compared, as (what, which)."""
    version = importlib.metadata.version
    return [
        ("SRTP of ours", f"pylibsrtp {version('pylibsrtp')} (its wheel links OpenSSL)"),
        ("Janus", said("dpkg-query", "-W", "-f", "${Version}", "janus") or "not a Debian package"),
        ("libsrtp of Janus", janus_libsrtp()),
        ("compiler of the echo", said("cc", "--version") or said("gcc", "--version")),
    ]


def write(
    path: Path, title: str, command: str, method: str, tables: Sequence[Table],
    about: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """Write the page; ``about`` says more of what was measured than the machine."""
    lines = [f"# {title}", "", f"Measured by `{command}`, which repeats it.", "", method, ""]
    rows = (f"| {what} | {which} |" for what, which in (*machine(), *about))
    lines += ["| | |", "|---|---|", *rows, ""]
    for table in tables:
        lines += table.markdown()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
