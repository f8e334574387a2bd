"""Documents are known by their list of contents; what hides something in one is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.files.documents import ENTRIES, NotSent, find
from signaling.files.kinds import FileType
from tests.support import samples

SHEET = {"[Content_Types].xml": b"", "xl/workbook.xml": b""}
SLIDES = {"[Content_Types].xml": b"", "ppt/presentation.xml": b""}


@pytest.mark.parametrize(
    ("data", "kind", "extension"),
    [
        (samples.document(), FileType.WORDS, "docx"),
        (samples.packed(SHEET), FileType.SHEET, "xlsx"),
        (samples.packed(SLIDES), FileType.SLIDES, "pptx"),
        (samples.open_document(), FileType.WORDS, "odt"),
        (samples.PDF, FileType.PDF, "pdf"),
        ("今天的作业\nwrite it down".encode(), FileType.PLAIN, "txt"),
        (b"\xef\xbb\xbfwith a mark of order", FileType.PLAIN, "txt"),
    ],
)
def test_what_people_send_is_known(data: bytes, kind: FileType, extension: str) -> None:
    found = find(data)
    assert (found.type, found.extension) == (kind, extension)


def bomb() -> bytes:
    """Little that would be much: 400 MB of nothing."""
    return samples.document(**{f"word/{n}.xml": bytes(20_000_000) for n in range(20)})


def overlapping() -> bytes:
    """Many entries that share the same bytes (a bomb that needs no compression ratio)."""
    data = bytearray(samples.packed({"[Content_Types].xml": b"x" * 99, "word/a.xml": b"y" * 99}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = bytes(4)  # begins where the first one does
    return bytes(data)


def many() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", b"")
        for number in range(ENTRIES):
            made.writestr(f"word/{number}", b"")
    return out.getvalue()


HARMFUL = {
    "svg with script": samples.SVG,
    "svg behind spaces": b"  \n" + samples.SVG,
    "page": b"<!doctype html><script>alert(1)</script>",
    "program": samples.PROGRAM,
    "script": b"#!/bin/sh\nrm -rf /\n",
    "plain zip": samples.packed({"readme.txt": b"hello"}),
    "zip bomb in a document": bomb(),
    "overlapping entries": overlapping(),
    "too many entries": many(),
    "macros": samples.document(**{"word/vbaProject.bin": b"x"}),
    "a zip in a document": samples.document(**{"word/embeddings/more.zip": b"x"}),
    "two offices at once": samples.document(**{"xl/workbook.xml": b""}),
    "a document behind another file": samples.PROGRAM + samples.document(),
    "of no office": samples.open_document("application/x-sh"),
    "cut off": samples.document()[:-30],
    "pdf without an end": b"%PDF-1.7\n" + b"x" * 5_000,
    "not text": b"\x00\x01\x02\x03",
    "not utf-8": b"\xe9t\xe9",
    "controls in text": b"a\x1b[31mred",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0",
}


@pytest.mark.parametrize("data", HARMFUL.values(), ids=HARMFUL.keys())
def test_what_may_do_harm_or_is_not_known_is_refused(data: bytes) -> None:
    with pytest.raises(NotSent):
        find(data)


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", samples.document()]))
def test_nothing_that_is_sent_makes_a_fault(noise: bytes, before: bytes) -> None:
    try:
        found = find(before + noise)
    except NotSent:
        return
    assert found.type in set(FileType)


@given(st.data())
def test_nor_does_a_document_with_some_of_its_bytes_changed(data: st.DataObject) -> None:
    changed = bytearray(samples.document())
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = find(bytes(changed))
    except NotSent:
        return
    assert found.type in set(FileType)
