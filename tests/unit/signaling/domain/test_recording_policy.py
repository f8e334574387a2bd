"""What a clinic allows of recording: nothing by default, and each purpose within the law's time."""

from __future__ import annotations

import pytest

from signaling.domain.consent.terms import Medium, Purpose
from signaling.domain.recording_policy import (
    DAY_MS,
    DAYS,
    JURISDICTIONS,
    RecordingChoice,
    beyond,
    terms_at,
)

AT = 1_800_000_000_000
REVIEW = frozenset({Purpose.CLINICAL_REVIEW})


def test_who_has_chosen_nothing_is_recorded_for_nothing() -> None:
    assert terms_at(RecordingChoice(), AT) is None
    assert terms_at(RecordingChoice(REVIEW, frozenset()), AT) is None
    assert beyond(RecordingChoice()) is None


def test_each_purpose_has_the_time_that_was_chosen_or_is_usual() -> None:
    choice = RecordingChoice(frozenset(Purpose), days={Purpose.SUPERVISION: 10})
    terms = terms_at(choice, AT)
    assert terms is not None
    assert terms.until[Purpose.SUPERVISION] == AT + 10 * DAY_MS
    assert terms.until[Purpose.CLINICAL_REVIEW] == AT + DAYS[Purpose.CLINICAL_REVIEW] * DAY_MS
    assert terms.floor_until is None
    assert terms.policy.purposes == frozenset(Purpose)


@pytest.mark.parametrize(("keeps", "floor"), [(False, None), (True, AT + 3_653 * DAY_MS)])
def test_a_floor_holds_only_where_the_clinic_says_that_it_does(
    keeps: bool, floor: int | None
) -> None:
    terms = terms_at(RecordingChoice(REVIEW, jurisdiction="cn", keeps_records=keeps), AT)
    assert terms is not None
    assert terms.floor_until == floor
    assert "supervisors" not in repr(terms)


@pytest.mark.parametrize(
    ("choice", "what"),
    [
        (RecordingChoice(REVIEW, jurisdiction="xx"), "jurisdiction"),
        (RecordingChoice(REVIEW, keeps_records=True), "keeps_records"),
        (RecordingChoice(REVIEW, frozenset({Medium.TEXT})), "media"),
        (RecordingChoice(REVIEW, days={Purpose.CLINICAL_REVIEW: 731}), "days"),
        (RecordingChoice(REVIEW, days={Purpose.CLINICAL_REVIEW: 0}), "days"),
        (RecordingChoice(REVIEW, jurisdiction="cn", keeps_records=True), None),
    ],
)
def test_what_cannot_be_is_said(choice: RecordingChoice, what: str | None) -> None:
    assert beyond(choice) == what


def test_no_floor_is_above_its_ceiling() -> None:
    assert all(law.floor <= law.ceiling for law in JURISDICTIONS.values())
    assert all(days <= JURISDICTIONS[""].ceiling for days in DAYS.values())
