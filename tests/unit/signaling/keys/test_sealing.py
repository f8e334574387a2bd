"""What is sealed opens by its key and in its place alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.keys.sealing import (
    LEAST_BYTES,
    Key,
    SealError,
    key_of,
    new_material,
)

MATERIAL = bytes(range(32))
KEY = Key(uuid4(), MATERIAL)
PLACE = "user.name:1"


@given(st.binary(max_size=200))
def test_it_opens_again(plain: bytes) -> None:
    sealed = KEY.seal(plain, PLACE)
    assert len(sealed) == LEAST_BYTES + len(plain)
    assert key_of(sealed) == KEY.id
    assert KEY.open(sealed, PLACE) == plain


def test_the_same_twice_is_not_seen_to_be_the_same() -> None:
    assert KEY.seal(b"yes", PLACE) != KEY.seal(b"yes", PLACE)


@given(st.data())
def test_any_changed_bit_is_found(data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(b"a name", PLACE))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealError):
        KEY.open(bytes(sealed), PLACE)


@given(st.integers(0, 60))
def test_any_shortening_is_found(length: int) -> None:
    sealed = KEY.seal(b"a name" * 3, PLACE)
    with pytest.raises(SealError):
        KEY.open(sealed[:length], PLACE)


def test_it_opens_in_no_other_place_and_by_no_other_key_or_use() -> None:
    sealed = KEY.seal(b"a name", PLACE)
    for open_it in (
        lambda: KEY.open(sealed, "user.name:2"),
        lambda: Key(uuid4(), MATERIAL).open(sealed, PLACE),
        lambda: Key(KEY.id, new_material()).open(sealed, PLACE),
        lambda: KEY.unwrap(sealed, PLACE),
    ):
        with pytest.raises(SealError):
            open_it()


def test_equal_values_have_equal_indexes_within_a_column_and_a_key() -> None:
    index = KEY.index("+8613800138000", "user.phone")
    assert index == KEY.index("+8613800138000", "user.phone")
    assert index != KEY.index("+8613800138001", "user.phone")
    assert index != KEY.index("+8613800138000", "user.email")
    assert index != Key(KEY.id, new_material()).index("+8613800138000", "user.phone")


def test_a_key_shows_nothing_of_itself() -> None:
    assert repr(KEY) == f"{KEY}" == "Key(...)"
    with pytest.raises(ValueError, match="32 bytes"):
        Key(uuid4(), b"short")
