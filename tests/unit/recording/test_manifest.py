"""Keys of files, and what is written down of them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from media.channel import RecordedFile
from recording.keys import file_key, meta_key
from recording.manifest import open_manifest, seal_manifest
from recording.sealing import SegmentError, SegmentName

NAME = SegmentName(UUID(int=1), UUID(int=2), 3)
PART = bytes(range(32))
FILE = RecordedFile(3, "p", 'audio/webm; codecs="opus"', 5, 6, 7, 8, "ab", ((1, 2),), whole=False)
OTHERS = [
    replace(NAME, tenant=UUID(int=9)),
    replace(NAME, recording=UUID(int=9)),
    replace(NAME, segment=9),
]


def test_every_file_has_keys_of_its_own() -> None:
    names = [NAME, *OTHERS]
    keys = [each(part, name) for each in (file_key, meta_key) for name in names
            for part in (PART, PART[::-1])]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {32}
    assert file_key(PART, NAME) == file_key(PART, NAME)


def test_a_key_does_not_change_with_the_program() -> None:
    assert file_key(PART, NAME).hex() == (
        "93a8c5f7635a903e9e920b5acd794781efac25f75b407c922b278b8fec719196"
    )


@pytest.mark.parametrize("part", [b"", PART[:31], PART + b"x"], ids=len)
def test_a_key_of_another_length_is_none(part: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        file_key(part, NAME)


def test_what_is_written_down_opens_under_its_key_and_nowhere_else() -> None:
    sealed = seal_manifest(FILE, PART, NAME)
    assert open_manifest(sealed, PART, NAME) == FILE
    assert seal_manifest(FILE, PART, NAME) != sealed
    for name in OTHERS:
        with pytest.raises(SegmentError):
            open_manifest(sealed, PART, name)
    with pytest.raises(SegmentError):
        open_manifest(sealed, PART[::-1], NAME)


@pytest.mark.parametrize("cut", [0, 5, 8, 15, 20, 60])
def test_what_is_cut_or_changed_does_not_open(cut: int) -> None:
    sealed = seal_manifest(FILE, PART, NAME)
    with pytest.raises(SegmentError):
        open_manifest(sealed[:cut], PART, NAME)
    changed = bytearray(sealed)
    changed[cut] ^= 1
    with pytest.raises(SegmentError):
        open_manifest(bytes(changed), PART, NAME)
