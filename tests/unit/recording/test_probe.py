"""Which key opens a file: asked of its smallest record, which answers for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from recording.beside import seal_beside
from recording.keys import file_key, index_key, meta_key
from recording.probe import BesideProbe, probe
from recording.sealing import MAGIC, SegmentName, SegmentWriter

NAME = SegmentName(UUID(int=1), UUID(int=2), 3)
PART, OTHER = bytes(range(32)), bytes(32)


def sealed(*, whole: bool = True) -> bytes:
    made = bytearray()
    writer = SegmentWriter(made.extend, file_key(PART, NAME), NAME)
    writer.write(b"x" * 5000, 0.0)
    writer.flush()
    if whole:
        writer.end()
    return bytes(made)


def test_its_own_key_opens_it_and_no_other() -> None:
    data = sealed()
    tried = probe(lambda at, size: data[at : at + size], NAME)
    assert tried is not None
    assert len(tried.sealed) < 100
    assert tried.opens(PART)
    assert tried.opens(file_key(PART, NAME))
    assert not tried.opens(OTHER)
    elsewhere = probe(
        lambda at, size: data[at : at + size], SegmentName(UUID(int=1), UUID(int=2), 4)
    )
    assert elsewhere is not None
    assert not elsewhere.opens(PART)


def test_without_an_end_a_chunk_is_tried() -> None:
    data = sealed(whole=False)
    tried = probe(lambda at, size: data[at : at + size], NAME)
    assert tried is not None
    assert tried.opens(PART)


@pytest.mark.parametrize(("kind", "key"), [("meta", meta_key), ("index", index_key)])
def test_what_lies_beside_a_file_is_tried_too(
    kind: str, key: Callable[[bytes, SegmentName], bytes]
) -> None:
    tried = BesideProbe(NAME, kind, seal_beside(b"QRSOME1\n", b"told", key(PART, NAME), NAME))
    assert tried.opens(PART)
    assert tried.opens(key(PART, NAME))
    assert not tried.opens(OTHER)
    assert not BesideProbe(replace(NAME, segment=4), kind, tried.data).opens(PART)
    assert not BesideProbe(NAME, kind, b"").opens(PART)


def test_of_what_holds_nothing_there_is_nothing_to_try() -> None:
    for data in (b"", b"something else", MAGIC, MAGIC + b"\0\0"):
        assert probe(lambda at, size, data=data: data[at : at + size], NAME) is None
