"""What somebody reads who is asked to be recorded: all of it is in the digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from signaling.domain.consent.shown import TermsShown, terms
from signaling.domain.consent.terms import Medium, PartyRole, Purpose, Scope

DAY_MS = 86_400_000
SCOPE = Scope(frozenset(Purpose), frozenset({Medium.VIDEO, Medium.AUDIO}))
UNTIL = {Purpose.CLINICAL_REVIEW: 30 * DAY_MS + 5, Purpose.SUPERVISION: 90 * DAY_MS - 1}
LISTENERS = {Purpose.CLINICAL_REVIEW: ("李老师",), Purpose.SUPERVISION: ("Wang", "Chen")}


def shown(scope: Scope = SCOPE) -> TermsShown:
    return terms(scope, ("李老师", PartyRole.COUNSELLOR), LISTENERS, UNTIL, None)


def test_only_what_can_be_asked_for_is_shown_in_one_order() -> None:
    found = shown()
    assert [each.purpose for each in found.purposes] == ["clinical_review", "supervision"]
    assert found.media == ("audio", "video")
    assert [each.until for each in found.purposes] == [30 * DAY_MS, 89 * DAY_MS]
    assert [each.listeners for each in found.purposes] == list(LISTENERS.values())


def test_the_digest_is_of_bytes_that_anybody_can_write() -> None:
    found = shown()
    plain = json.loads(found.canonical())
    assert plain == found.plain()
    assert found.digest == hashlib.sha256(found.canonical()).hexdigest()
    assert "李老师" in found.canonical().decode()
    assert b": " not in found.canonical()


CHANGES: list[dict[str, Any]] = [
    {"asker": "Li"},
    {"asker_role": PartyRole.CLIENT},
    {"purposes": shown().purposes[:1]},
    {"purposes": tuple(replace(each, until=1) for each in shown().purposes)},
    {"purposes": tuple(replace(each, listeners=()) for each in shown().purposes)},
    {"media": (Medium.AUDIO,)},
    {"floor_until": 1},
    {"version": "3"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: "-".join(change))
def test_whatever_is_shown_otherwise_has_another_digest(change: dict[str, Any]) -> None:
    assert replace(shown(), **change).digest != shown().digest
    assert replace(shown()).digest == shown().digest


def test_what_is_left_of_the_purposes() -> None:
    left = shown().for_scope(Scope(frozenset({Purpose.SUPERVISION})))
    assert [each.purpose for each in left] == [Purpose.SUPERVISION]


def test_names_are_in_no_readable_form() -> None:
    assert "李" not in repr(shown()) + repr(shown().purposes)
