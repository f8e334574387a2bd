from __future__ import annotations

from signaling.access.bearer import DIGEST_BYTES, digest, new


def test_a_secret_is_new_each_time_and_found_by_its_digest() -> None:
    made = {new() for _ in range(100)}
    assert len(made) == 100
    assert all(len(digest(each)) == DIGEST_BYTES for each in made)
    assert digest("a") == digest("a") != digest("b")


def test_what_is_no_text_has_a_digest_too() -> None:
    assert digest("\ud800") != digest("")
