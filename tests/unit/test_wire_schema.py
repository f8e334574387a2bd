"""The schemas the web client's types are made from are those signaling/schema.py prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from signaling.schema import bodies, schema

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "web_client" / "src" / "protocol"
KINDS = [([], "wire.schema.json"), (["bodies"], "bodies.schema.json")]


def test_committed_schemas_are_current() -> None:
    """When this fails: `make types`."""
    for made, (_, name) in zip((schema(), bodies()), KINDS, strict=True):
        committed = json.loads((FOLDER / name).read_text(encoding="utf-8"))
        assert committed == json.loads(msgspec.json.encode(made))


@pytest.mark.parametrize(("asked", "name"), KINDS)
def test_command_line_prints_the_committed_file(asked: list[str], name: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "signaling.schema", *asked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert printed.stdout == (FOLDER / name).read_text(encoding="utf-8")


def test_every_message_is_closed() -> None:
    """An unknown field is a refusal, so the schema must say so too."""
    objects = [d for d in schema()["$defs"].values() if d.get("type") == "object"]
    assert objects
    assert all(definition.get("additionalProperties") is False for definition in objects)
