"""Finds out what a file is that nobody draws or plays here: documents, text, sound and film.

Nothing is unpacked: of a packed document its list of contents is read, with the bounds below.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from signaling.files.kinds import OFFICE, OPEN_DOCUMENT, FileType, Found, mark_of

ENTRIES: Final = 5_000
UNPACKED: Final = 300_000_000
"""More than any document of 20 MB that people write comes to."""
_MACROS: Final = re.compile(r"vbaProject\.bin$|^Basic/|^Scripts/", re.IGNORECASE)
_PACKED_AGAIN: Final = re.compile(r"\.(zip|rar|7z|gz|exe|com|scr|js|vbs|bat|jar)$", re.IGNORECASE)
_PDF_END: Final = 2_048
_LOCAL_HEADER: Final = 30
"""Of each entry, without its name (APPNOTE 4.3.7)."""
_CONTROLS: Final = frozenset(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D}
_RUNS: Final = ("<", "#!", "mz")
"""How what a browser or a system would run begins."""


class NotSent(Exception):
    """A file of no kind that can be sent, or one that lies about itself."""


def find(data: bytes) -> Found:
    """Return what a file is. Raises :class:`NotSent`."""
    found = mark_of(data)
    if found is not None:
        if found.type is FileType.PDF and b"%%EOF" not in data[-_PDF_END:]:
            raise NotSent
        return found
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    return _text(data)


def _packed(data: bytes) -> Found:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            _check(entries, packed.start_dir)
            first = entries[0]
            if first.filename == "mimetype":
                if first.compress_type != zipfile.ZIP_STORED or first.file_size > _LOCAL_HEADER * 4:
                    raise NotSent
                return OPEN_DOCUMENT[packed.read(first).decode("ascii")]
    # All that zipfile raises of a stranger's archive: broken, locked (RuntimeError), packed by a
    # method it lacks (NotImplementedError); and a type that is not on our list (KeyError).
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, KeyError, RuntimeError):
        raise NotSent from None
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names:
        raise NotSent
    kinds = [kind for folder, kind in OFFICE.items() if any(n.startswith(folder) for n in names)]
    if len(kinds) != 1:
        raise NotSent
    return kinds[0]


def _check(entries: list[zipfile.ZipInfo], directory: int) -> None:
    """No bomb, no macros, nothing packed twice, and no bytes that belong to another file."""
    if not 0 < len(entries) <= ENTRIES or sum(each.file_size for each in entries) > UNPACKED:
        raise NotSent
    if any(_MACROS.search(e.filename) or _PACKED_AGAIN.search(e.filename) for e in entries):
        raise NotSent
    until = 0
    for each in sorted(entries, key=lambda entry: entry.header_offset):
        if each.header_offset < until or each.flag_bits & 0x1:  # overlaps (a bomb), or is locked
            raise NotSent
        until = each.header_offset + _LOCAL_HEADER + len(each.filename) + each.compress_size
    if until > directory:
        raise NotSent


def _text(data: bytes) -> Found:
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotSent from None
    if not _CONTROLS.isdisjoint(data) or words.lstrip().lower().startswith(_RUNS):
        raise NotSent
    return Found(FileType.PLAIN, "txt")
