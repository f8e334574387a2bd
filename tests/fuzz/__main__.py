"""``python -m tests.fuzz``: every target for SECONDS each, side by side; prints what came of it.

With Atheris each runs guided by coverage; where there is none (``--plain``, or not installed), by
seeded mutation. Inputs that escaped are kept under ``.make/fuzz/TARGET``. The exit code is 1 when
anything escaped.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.bench import report
from tests.fuzz.driver import CORPUS, MAX_BYTES, TARGETS, Outcome, mutate, target
from tests.support.figures import Table

KEPT = Path(".make") / "fuzz"
REPORT_S = 1.0
GRACE_S = 60
METHOD = (
    "The committed corpora, bent{}. An escape is an error that no caller expects, or a promise of "
    "the target broken."
)
GUIDED = " by Atheris, guided by what of our code and of the codecs is reached"
PACKAGES = ["media", "recording", "signaling", "aioice", "aiortc"]


def main() -> int:
    """Run all targets, or one of them in this process."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--seconds", type=int, default=600, help="how long each runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plain", action="store_true", help="without Atheris")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    guided = not given.plain and importlib.util.find_spec("atheris") is not None
    if given.inside:
        (guide if guided else plain)(given.targets[0], given.seconds)
        return 0
    print(f"{given.seconds} s a target, {'Atheris' if guided else 'seeded mutation'}")
    with ThreadPoolExecutor(given.jobs) as pool:
        names = given.targets or list(TARGETS)
        results = list(pool.map(lambda name: child(name, given.seconds, plain=not guided), names))
    tell(given.seconds, guided=guided, results=dict(zip(names, results, strict=True)))
    return int(any(escapes for _, escapes in results))


def tell(seconds: int, *, guided: bool, results: dict[str, tuple[int, list[str]]]) -> None:
    """Print what came of it, and write it down as the page named by ``RESULTS``."""
    rows = [
        (name, f"{executions:,}", ", ".join(escapes) or "none")
        for name, (executions, escapes) in results.items()
    ]
    table = Table(f"{seconds} s a target", rows, head=("target", "executions", "escapes"))
    print("\n".join(table.lines()))
    page = os.environ.get("RESULTS")
    if page:
        command = f"make fuzz SECONDS={seconds}"
        method = METHOD.format(GUIDED if guided else " by seeded mutation")
        report.write(Path(page), "What strangers can send, bent", command, method, [table])


def child(name: str, seconds: int, *, plain: bool) -> tuple[int, list[str]]:
    """Run one target in a process of its own; a process that dies is an escape too."""
    told_at = folder(name) / "report.json"
    told_at.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.fuzz", "--inside", "--seconds", str(seconds), name]
    with (folder(name) / "log").open("wb") as log:
        ended = subprocess.run(
            [*command, *(["--plain"] if plain else [])],
            stdout=log, stderr=log, check=False, timeout=seconds + GRACE_S,
        )  # fmt: skip
    told: dict[str, Any] = json.loads(told_at.read_text()) if told_at.exists() else {}
    escapes = list(told.get("escapes", []))
    if ended.returncode:
        escapes.append(f"the process ended with {ended.returncode}: see {folder(name) / 'log'}")
    return int(told.get("executions", 0)), escapes


def folder(name: str) -> Path:
    """Where a target's finds are kept."""
    place = KEPT / name
    place.mkdir(parents=True, exist_ok=True)
    return place


def keep(name: str, outcome: Outcome) -> None:
    """Write down what came of it so far."""
    for escape, data in outcome.escapes.items():
        mark = hashlib.sha256(escape.encode()).hexdigest()[:12]
        (folder(name) / f"escape-{mark}").write_bytes(data)
    said = {"executions": outcome.executions, "escapes": list(outcome.escapes)}
    part = folder(name) / "report.part"
    part.write_text(json.dumps(said))
    part.replace(folder(name) / "report.json")


def plain(name: str, seconds: int) -> None:
    """Seeded mutation; the seed is printed, so that a run can be repeated."""
    seed = secrets.token_hex(4)
    print(f"seed {seed}")
    keep(name, mutate(name, executions=2**62, seconds=seconds, seed=seed))


def guide(name: str, seconds: int) -> None:
    """Atheris: it ends this process itself, so the report is written as it goes."""
    atheris = importlib.import_module("atheris")  # untyped, and not on every platform

    with atheris.instrument_imports(include=PACKAGES):
        one = target(name)
    outcome = Outcome()
    due = time.monotonic()

    def run(data: bytes) -> None:
        nonlocal due
        known = len(outcome.escapes)
        outcome.run(one, data)
        if len(outcome.escapes) > known or time.monotonic() >= due:
            due = time.monotonic() + REPORT_S
            keep(name, outcome)

    found = folder(name) / "corpus"
    found.mkdir(exist_ok=True)
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={MAX_BYTES}",
        "-timeout=20",
        "-rss_limit_mb=4096",
    ]
    atheris.Setup([sys.argv[0], *limits, str(found), str(CORPUS / name)], run)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
