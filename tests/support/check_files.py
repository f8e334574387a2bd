"""Refuses files that must not be committed: private keys, large files, TOML/YAML/JSON with errors.

Run by pre-commit with the staged paths, and by ``tests/unit/test_repository.py`` with all of them.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 1_000_000
"""A screenshot of a page is about 300 kB; anything past a megabyte does not belong in git."""

PRIVATE_KEY_MARKS = tuple(
    f"-----BEGIN {kind}PRIVATE KEY-----".encode()
    for kind in ("", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ")
)

PARSERS: dict[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".yaml": lambda text: list(yaml.safe_load_all(text)),
    ".yml": lambda text: list(yaml.safe_load_all(text)),
    ".json": json.loads,
}


def faults(path: Path) -> list[str]:
    """What is wrong with one file, in words; an empty list when nothing is."""
    if path.is_symlink() or not path.is_file():
        return []
    data = path.read_bytes()
    found = []
    if len(data) > MAX_BYTES:
        found.append(f"{len(data)} bytes; at most {MAX_BYTES}")
    if any(mark in data for mark in PRIVATE_KEY_MARKS):
        found.append("holds a private key")
    parse = PARSERS.get(path.suffix)
    # tsconfig*.json may carry comments: its reader is tsc, not a JSON parser.
    if parse is not None and not path.name.startswith("tsconfig"):
        try:
            parse(data.decode())
        except (ValueError, yaml.YAMLError) as error:
            found.append(f"does not parse: {error}")
    return found


def main(paths: Iterable[str]) -> int:
    """Print every fault; 1 when there is one."""
    status = 0
    for name in paths:
        for fault in faults(Path(name)):
            sys.stderr.write(f"{name}: {fault}\n")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
