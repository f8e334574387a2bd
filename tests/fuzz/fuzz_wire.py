"""The wire: commands, texts of the data channel, REST bodies. The first byte says which."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from signaling import rest, wire
from signaling.domain.errors import Refusal


def command(data: bytes) -> Any:
    """As python-socketio hands it over: Python's own reading of JSON."""
    return wire.decode_command(json.loads(data))


def auth(data: bytes) -> Any:
    """The same for what comes with a connection."""
    return wire.decode_auth(json.loads(data))


def channel(data: bytes) -> Any:
    """As the engine hands it up: text."""
    return wire.decode_channel(data.decode("utf-8"))


def body(shape: Any) -> Callable[[bytes], Any]:
    """As aiohttp hands it over: bytes."""
    return lambda data: wire.decode_body(data, shape)


WAYS = (
    command,
    auth,
    channel,
    body(rest.CreateSession),
    body(rest.MintToken),
    body(rest.ExchangeToken),
)


def one(data: bytes) -> None:
    """Nothing but a refusal; what is let in can be written out, as some of it is to the others."""
    if not data:
        return
    try:
        message = WAYS[data[0] % len(WAYS)](data[1:])
    except Refusal:
        return
    except (ValueError, RecursionError) as error:
        # Not JSON or not UTF-8: the libraries in front of us refuse it before we are asked.
        if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
            return
        raise
    assert wire.to_json(message)
    assert json.loads(wire.to_json(message))
