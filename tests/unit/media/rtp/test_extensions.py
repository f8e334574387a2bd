from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.errors import PacketError
from media.rtp import extensions
from media.rtp.extensions import ONE_BYTE, TWO_BYTE


def parse(profile: int, body: bytes) -> dict[int, bytes]:
    return extensions.parse(body, profile, 0, len(body))


@pytest.mark.parametrize(
    ("profile", "body", "found"),
    [
        (ONE_BYTE, b"", {}),
        (ONE_BYTE, b"\x10\xaa", {1: b"\xaa"}),
        (ONE_BYTE, b"\x10\xaa\x00\x00\x21\x01\x02", {1: b"\xaa", 2: b"\x01\x02"}),
        (ONE_BYTE, b"\x10\xaa\xf0\x01\x20\xbb", {1: b"\xaa"}),  # id 15 ends the block
        (ONE_BYTE, b"\x10\xaa\x01\x01\x20\xbb", {1: b"\xaa"}),  # id 0 with a length too
        (TWO_BYTE, b"\x10\x02\x01\x02\x00\x20\x00", {16: b"\x01\x02", 32: b""}),
        (TWO_BYTE | 0xF, b"\x01\x01\xcc", {1: b"\xcc"}),
        (0x2000, b"\x10\xaa", {}),
    ],
)
def test_parses(profile: int, body: bytes, found: dict[int, bytes]) -> None:
    assert parse(profile, body) == found


@pytest.mark.parametrize(
    ("profile", "body"),
    [(ONE_BYTE, b"\x13\x00"), (TWO_BYTE, b"\x01"), (TWO_BYTE, b"\x01\x02\x00")],
)
def test_refuses_an_element_past_the_block(profile: int, body: bytes) -> None:
    with pytest.raises(PacketError):
        parse(profile, body)


def test_builds_nothing_of_nothing() -> None:
    assert extensions.build([]) == b""


def test_builds_the_one_byte_form_padded_to_words() -> None:
    assert extensions.build([(1, b"\xaa"), (2, b"\x01\x02")]) == (
        b"\xbe\xde\x00\x02" + b"\x10\xaa\x21\x01\x02\x00\x00\x00"
    )


@pytest.mark.parametrize("element", [(15, b"x"), (1, b""), (1, bytes(17))])
def test_builds_the_two_byte_form_where_it_must(element: tuple[int, bytes]) -> None:
    built = extensions.build([element, (3, b"y")])
    assert built[:2] == b"\x10\x00"
    assert extensions.parse(built, TWO_BYTE, 4, len(built)) == dict([element, (3, b"y")])


@given(st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), min_size=1))
def test_one_byte_round_trip(elements: dict[int, bytes]) -> None:
    built = extensions.build(elements.items())
    assert len(built) % 4 == 0
    assert extensions.parse(built, ONE_BYTE, 4, len(built)) == elements


@given(st.dictionaries(st.integers(1, 255), st.binary(max_size=255), min_size=1, max_size=6))
def test_round_trip_in_whichever_form(elements: dict[int, bytes]) -> None:
    built = extensions.build(elements.items())
    profile = int.from_bytes(built[:2], "big")
    assert extensions.parse(built, profile, 4, len(built)) == elements


@given(profile=st.sampled_from([ONE_BYTE, TWO_BYTE, TWO_BYTE | 7, 0]), body=st.binary(max_size=64))
def test_arbitrary_bytes_parse_or_are_refused(profile: int, body: bytes) -> None:
    try:
        found = parse(profile, body)
    except PacketError:
        return
    assert all(value in body for value in found.values())
