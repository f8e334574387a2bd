"""Which files can be sent, how each is known, and what it is called on its way out. Pure.

Rule 1: a file is what its bytes are, not what its name says. The list is closed: what a reader of a
kind does not plainly know for its own is refused, and what a browser or a system would run is not
on it.
Rule 2: only a picture that we have drawn anew is ever shown in a page. The rest is a download.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

import msgspec


class FileType(StrEnum):
    """What a file is, as a person would say."""

    PICTURE = "picture"
    PDF = "pdf"
    WORDS = "words"
    """A document of a word processor."""
    SHEET = "sheet"
    SLIDES = "slides"
    PLAIN = "plain"
    """Text without more."""
    AUDIO = "audio"
    VIDEO = "video"
    VOICE = "voice"
    """A voice note: Opus in WebM, as we wrote it."""


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file turned out to be. Sizes of pictures are pixels, ``ms`` is a voice note's."""

    type: FileType
    extension: str
    width: int = 0
    height: int = 0
    ms: int = 0


PICTURE_TYPE: Final = "image/jpeg"
VOICE_TYPE: Final = "audio/webm"

_HEAD: Final = 64
MARKS: Final[tuple[tuple[int, bytes, FileType, str], ...]] = (
    (0, b"\xff\xd8\xff", FileType.PICTURE, "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", FileType.PICTURE, "png"),
    (0, b"GIF87a", FileType.PICTURE, "gif"),
    (0, b"GIF89a", FileType.PICTURE, "gif"),
    (8, b"WEBP", FileType.PICTURE, "webp"),
    (0, b"%PDF-", FileType.PDF, "pdf"),
    (0, b"ID3", FileType.AUDIO, "mp3"),
    (0, b"\xff\xfb", FileType.AUDIO, "mp3"),
    (0, b"\xff\xf3", FileType.AUDIO, "mp3"),
    (8, b"WAVE", FileType.AUDIO, "wav"),
    (0, b"OggS", FileType.AUDIO, "ogg"),
    (0, b"fLaC", FileType.AUDIO, "flac"),
    (4, b"ftypM4A", FileType.AUDIO, "m4a"),
    (4, b"ftypqt", FileType.VIDEO, "mov"),
    (4, b"ftypisom", FileType.VIDEO, "mp4"),
    (4, b"ftypiso2", FileType.VIDEO, "mp4"),
    (4, b"ftypmp4", FileType.VIDEO, "mp4"),
    (4, b"ftypavc1", FileType.VIDEO, "mp4"),
    (4, b"ftypM4V", FileType.VIDEO, "mp4"),
    (0, b"\x1aE\xdf\xa3", FileType.VIDEO, "webm"),
)
"""(where, bytes, type, extension): the beginnings of files that are known by it."""
OFFICE: Final = {
    "word/": Found(FileType.WORDS, "docx"),
    "xl/": Found(FileType.SHEET, "xlsx"),
    "ppt/": Found(FileType.SLIDES, "pptx"),
}
"""ECMA-376: by the folder in which the document lies."""
OPEN_DOCUMENT: Final = {
    "application/vnd.oasis.opendocument.text": Found(FileType.WORDS, "odt"),
    "application/vnd.oasis.opendocument.spreadsheet": Found(FileType.SHEET, "ods"),
    "application/vnd.oasis.opendocument.presentation": Found(FileType.SLIDES, "odp"),
}
"""ODF 1.3 part 2, section 3.3: by the file ``mimetype`` at the beginning."""


def mark_of(data: bytes) -> Found | None:
    """Return what a file begins like; None for what has no mark, like text."""
    head = data[:_HEAD]
    if head[8:12] in (b"WEBP", b"WAVE") and not head.startswith(b"RIFF"):
        return None
    for where, mark, kind, extension in MARKS:
        if head[where : where + len(mark)] == mark:
            return Found(kind, extension)
    return None


# --- names ----------------------------------------------------------------------------------------

MOST_CHARS: Final = 80
NAMELESS: Final = "file"
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_UNWRITABLE: Final = frozenset('<>:"|?*/\\')
_RESERVED: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what is not seen, or turns around what is (UAX 9, UTS 39)."""


def name_of(given: str, extension: str) -> str:
    """Return a name that is safe to show and to save under, with the extension the bytes earned.

    Of a path the last part counts. What is not seen, turns the direction of writing, or means
    something to a file system goes.
    """
    last = re.split(r"[/\\]", given)[-1]
    normal = unicodedata.normalize("NFC", last)
    seen = "".join(
        " " if char.isspace() else char
        for char in normal
        if char.isspace() or (unicodedata.category(char) not in _UNSEEN and char not in _UNWRITABLE)
    )
    stem = _EXTENSION.sub("", " ".join(seen.split()).strip(". "))[:MOST_CHARS].strip(". ")
    if not stem or _RESERVED.match(stem):
        stem = f"{NAMELESS} {stem}".strip()
    return f"{stem}.{extension}"
