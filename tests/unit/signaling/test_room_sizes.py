"""How large a page shows whom."""

from __future__ import annotations

from media.channel import PictureSize
from signaling.room_sizes import Sizes

SMALL, LARGE = PictureSize.SMALL, PictureSize.LARGE
ROOM = ("a", "b", "c")


def test_everyone_is_shown_large_until_told_otherwise() -> None:
    sizes = Sizes()
    assert sizes.of("a", "b") is LARGE
    assert sizes.set("a", {"b": SMALL, "c": LARGE}, ROOM) == {"b"}
    assert (sizes.of("a", "b"), sizes.of("a", "c"), sizes.of("b", "a")) == (SMALL, LARGE, LARGE)


def test_only_what_has_changed_is_returned() -> None:
    sizes = Sizes()
    sizes.set("a", {"b": SMALL}, ROOM)
    assert sizes.set("a", {"b": SMALL}, ROOM) == set()
    assert sizes.set("a", {"c": SMALL}, ROOM) == {"b", "c"}
    assert sizes.set("a", {}, ROOM) == {"c"}


def test_strangers_and_oneself_are_passed_over() -> None:
    sizes = Sizes()
    assert sizes.set("a", {"a": SMALL, "x": SMALL}, ROOM) == set()
    assert sizes.of("a", "x") is LARGE


def test_who_has_left_is_forgotten_on_both_sides() -> None:
    sizes = Sizes()
    sizes.set("a", {"b": SMALL}, ROOM)
    sizes.set("b", {"a": SMALL, "c": SMALL}, ROOM)
    sizes.forget("b")
    assert sizes.of("a", "b") is LARGE
    assert sizes.of("b", "c") is LARGE
