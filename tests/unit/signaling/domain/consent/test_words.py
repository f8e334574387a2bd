"""What a page displayed is made again from the audit, by the copy kept of its version."""

from __future__ import annotations

import hashlib
import json
import runpy
from pathlib import Path
from typing import Any, Final

import pytest

from signaling.domain.consent.shown import VERSION

WORDS: Final = Path(__file__).parents[5] / "docs" / "consent-words"
KEPT: Final = {
    "2": "26a624bc120724d6c851e66988c82aaa099ef3cd0b694d3fd9f3837faf1da67e",
}
"""SHA-256 of what is kept of each version: it never changes. A new version adds a line."""
WHAT_TO_DO: Final = (
    "The copy of the sheet is not that of its VERSION: raise VERSION in "
    "signaling/domain/consent/shown.py, run `make consent-words`, add the new file's digest to "
    "KEPT, and leave the files of earlier versions as they were."
)


def kept(version: str) -> dict[str, Any]:
    """What is kept of a version."""
    found: dict[str, Any] = json.loads((WORDS / f"{version}.json").read_text(encoding="utf-8"))
    return found


def test_the_copy_of_each_version_stays_as_it_was() -> None:
    found = {
        each.stem: hashlib.sha256(each.read_bytes()).hexdigest() for each in WORDS.glob("*.json")
    }
    assert found == KEPT, WHAT_TO_DO
    assert VERSION in KEPT, WHAT_TO_DO


@pytest.mark.parametrize("version", KEPT)
def test_what_was_displayed_is_made_again_in_both_languages(version: str) -> None:
    reproduce = runpy.run_path(str(WORDS / "reproduce.py"))
    examples = kept(version)["examples"]
    assert {each["language"] for each in examples} == {"zh-CN", "en"}
    for each in examples:
        text = reproduce["text_of"](each)
        assert text == each["text"]
        shown = hashlib.sha256(each["text"].encode()).hexdigest()
        assert reproduce["digest_of"](text) == shown


def test_another_word_is_another_digest() -> None:
    reproduce = runpy.run_path(str(WORDS / "reproduce.py"))
    row = kept(VERSION)["examples"][0]
    other = {**row, "terms": {**row["terms"], "asker": "{day}"}}
    assert "{day}" in reproduce["text_of"](other)
    assert reproduce["text_of"](other) != row["text"]
