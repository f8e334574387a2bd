"""The bodies of REST about files and voice notes. Sizes are bytes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from signaling.files.child import MOST_BYTES
from signaling.personal import Personal

MOST_NAME_CHARS = 255


class FileKind(StrEnum):
    """What somebody sends."""

    FILE = "file"
    VOICE = "voice"


class BeginFile(Personal, frozen=True):
    """What is to be sent; the same again is the same."""

    kind: FileKind
    name: Annotated[str, Meta(max_length=MOST_NAME_CHARS)]
    bytes: Annotated[int, Meta(ge=1, le=MOST_BYTES)]


class PieceAt(Personal, frozen=True):
    """Where in its file a piece begins."""

    at: Annotated[int, Meta(ge=0, le=MOST_BYTES)]


class Coming(Personal, frozen=True):
    """How far a file is: the next piece begins at ``received``, and has at most ``piece``."""

    received: int
    bytes: int
    piece: int
