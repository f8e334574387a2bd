"""The schema the web client's types are made from is the one signaling/schema.py prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from signaling.schema import schema

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "web_client" / "src" / "protocol" / "wire.schema.json"


def test_committed_schema_is_current() -> None:
    """When this fails: `make types`."""
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == schema()


def test_command_line_prints_the_committed_file() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "signaling.schema"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert printed.stdout == COMMITTED.read_text(encoding="utf-8")


def test_every_message_is_closed() -> None:
    """An unknown field is a refusal, so the schema must say so too."""
    objects = [d for d in schema()["$defs"].values() if d.get("type") == "object"]
    assert objects
    assert all(definition.get("additionalProperties") is False for definition in objects)
