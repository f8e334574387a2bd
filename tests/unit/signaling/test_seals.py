"""Seals: what was sealed opens, and nothing else does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.seals import Seals

OLD, NEW = "o" * 32, "n" * 32


@given(st.binary(max_size=500))
def test_what_was_sealed_opens_even_with_a_newer_key_before_it(plain: bytes) -> None:
    text = Seals({"old": OLD}).seal(plain)
    assert Seals({"new": NEW, "old": OLD}).open(text) == plain
    assert Seals({"new": NEW}).open(text) is None
    assert text.isascii()


@given(st.text(max_size=200))
def test_anything_else_opens_nothing(text: str) -> None:
    assert Seals({"old": OLD}).open(text) is None


def test_the_same_is_never_sealed_the_same() -> None:
    seals = Seals({"old": OLD})
    assert seals.seal(b"x") != seals.seal(b"x")
