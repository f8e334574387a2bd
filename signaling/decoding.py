"""From what a page sends to what it means, or a refusal."""

from __future__ import annotations

from typing import Any

import msgspec

from signaling.domain.errors import Code, Refusal


def convert(payload: object, shape: Any, code: Code) -> Any:
    """Turn a payload of Socket.IO into ``shape``. Raises :class:`Refusal` with ``code``."""
    try:
        message = msgspec.convert(payload, shape)
        # Python's JSON lets half a surrogate pair in, which nobody else could be told of.
        msgspec.json.encode(message)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise Refusal(code) from error
    return message
