"""A process of its own that reads what strangers send.

``python -m signaling.files.child file|voice``.

The file comes by standard input. What it is goes out as one line of JSON, and after it the bytes
that are to be kept, where they are others. How it ends says the rest (:class:`Ending`).

Rule: readers of pictures and sounds are large and written in C. Here they hold no key, no open file
but their pipes and no environment of ours, and have bounds on memory and time. They run as the
gateway's user: what it can read by name, they could (docs/threat-model.md).
"""

from __future__ import annotations

import resource
import sys
from enum import IntEnum
from typing import Final

import msgspec

MEMORY: Final = 1_500_000_000
"""Of addresses; a quarter of it is the libraries alone."""
SECONDS: Final = 20
MOST_BYTES: Final = 20_000_000


class Ending(IntEnum):
    """How it ends."""

    GOOD = 0
    NOT_SENT = 3
    TOO_LARGE = 4


def main(asked: str) -> Ending:
    """Read, find out, and write."""
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    _bound()
    # Loaded within the bounds, and only where they are needed: a PDF needs neither.
    from signaling.files.documents import NotSent, find
    from signaling.files.kinds import FileType

    if len(data) > MOST_BYTES:
        return Ending.TOO_LARGE
    try:
        if asked == "voice":
            return _voice(data)
        found = find(data)
        if found.type is FileType.PICTURE:
            return _picture(data)
    except NotSent:
        return Ending.NOT_SENT
    _say(found, b"")
    return Ending.GOOD


def _picture(data: bytes) -> Ending:
    from signaling.files.drawing import TooManyPixels, draw

    try:
        _say(*draw(data))
    except TooManyPixels:
        return Ending.TOO_LARGE
    return Ending.GOOD


def _voice(data: bytes) -> Ending:
    from signaling.files.sound import TooLong, write_anew

    try:
        _say(*write_anew(data))
    except TooLong:
        return Ending.TOO_LARGE
    return Ending.GOOD


def _say(found: msgspec.Struct, kept: bytes) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n" + kept)
    sys.stdout.buffer.flush()


def _bound() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),  # it writes to a pipe, and to no file
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
