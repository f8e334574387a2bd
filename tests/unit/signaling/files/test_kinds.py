"""What a file is called on its way out, whatever its author wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.files.kinds import MOST_CHARS, FileType, mark_of, name_of
from tests.support import samples


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("holiday.png", "holiday.jpg"),
        ("河边的照片.heic", "河边的照片.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\zhang\\desk.bmp", "desk.jpg"),
        ("photo\u202egnp.exe", "photognp.jpg"),
        ("zero\u200bwidth\ufeff.png", "zerowidth.jpg"),
        ('a<b>:"|?*c', "abc.jpg"),
        ("line\nbreak\ttab.png", "line break tab.jpg"),
        ("con.txt", "file con.jpg"),
        ("....", "file.jpg"),
        ("", "file.jpg"),
        (".htaccess", "htaccess.jpg"),
        ("x" * 500 + ".png", "x" * MOST_CHARS + ".jpg"),
        ("e\u0301.png", "\u00e9.jpg"),
        ("\ud800.png", "png.jpg"),
    ],
)
def test_a_name_is_made_safe_and_gets_the_extension_its_bytes_earned(
    given_name: str, shown: str
) -> None:
    assert name_of(given_name, "jpg") == shown


@given(st.text(max_size=300))
def test_whatever_is_given_a_name_can_be_seen_and_saved(given_name: str) -> None:
    name = name_of(given_name, "pdf")
    assert name.endswith(".pdf")
    assert len(name) <= MOST_CHARS + len("file .pdf")
    assert not set(name) & set('/\\<>:"|?*\n\r\t\0')
    assert not any(unicodedata.category(char) in {"Cc", "Cf", "Cs"} for char in name)
    assert name == name.strip() and not name.startswith(".")
    name.encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (samples.picture("PNG"), FileType.PICTURE),
        (samples.picture("JPEG"), FileType.PICTURE),
        (samples.picture("WEBP"), FileType.PICTURE),
        (samples.picture("GIF"), FileType.PICTURE),
        (samples.PDF, FileType.PDF),
        (samples.voice(0.1), FileType.VIDEO),
        (samples.voice(0.1, "ogg"), FileType.AUDIO),
        (b"\0\0\0\x18ftypmp42", FileType.VIDEO),
    ],
)
def test_a_file_is_known_by_how_it_begins(data: bytes, kind: FileType) -> None:
    found = mark_of(data)
    assert found is not None
    assert found.type is kind


@pytest.mark.parametrize(
    "data", [b"", b"12345678WEBP", b"12345678WAVE", samples.SVG, b"PK\x03\x04"]
)
def test_what_has_no_mark_is_not_taken_for_what_has(data: bytes) -> None:
    assert mark_of(data) is None
