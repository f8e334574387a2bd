"""What the documents say of consent is the table."""

from __future__ import annotations

from signaling.domain.consent.artefact import ARTEFACT
from signaling.domain.consent.table import CONSENT
from tests.support.consent_page import PAGE, diagrams, page


def test_the_diagrams_are_made_of_the_tables() -> None:
    """When this fails: ``python -m tests.support.consent_page``."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text
    assert all(drawn in text for drawn in diagrams().values())


def test_every_turn_is_drawn() -> None:
    for name, table in (("consent", CONSENT), ("artefact", ARTEFACT)):
        words = set(diagrams()[name].replace(",", "").split())
        assert {turn.value for _, turn in table} <= words
