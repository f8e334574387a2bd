"""Prints the JSON Schema of every message; `make types` makes the web client's types of it."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from signaling import rest, wire


def schema() -> dict[str, Any]:
    """Return the JSON Schema of every message, as one document with a definition each."""
    named = {
        "Command": wire.Command,
        "Reply": wire.Reply,
        "Event": wire.Event,
        "ChannelMessage": wire.ChannelMessage,
    }
    bodies = [wire.ConnectAuth, rest.ExchangeToken, rest.Seat, rest.Problem]
    schemas, components = msgspec.json.schema_components(
        [*named.values(), *bodies], ref_template="#/$defs/{name}"
    )
    definitions = components | dict(zip(named, schemas, strict=False))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wire",
        "$defs": dict(sorted(definitions.items())),
    }


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(schema())).decode() + "\n")
