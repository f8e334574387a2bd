"""What a clinic has decided about recording, and what follows for one that begins now. Pure.

Times are Unix milliseconds, clocks are days.

Rule 1: nothing is recorded for anybody who did not choose to: without a purpose there is none.
Rule 2: each purpose has a clock of its own, never above the ceiling. What it comes to is said
before anybody is asked.
Rule 3: where the law has records kept for a time, a recording that was taken back before is not
erased but locked: nobody is given it. Whether such a rule holds for a clinic's recordings, the
clinic decides (``keeps_records``); we only know how long it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from signaling.domain.consent.rules import RecordingPolicy
from signaling.domain.consent.terms import Medium, Purpose

DAY_MS: Final = 86_400_000
DAYS: Final[Mapping[Purpose, int]] = {
    Purpose.CLINICAL_REVIEW: 30,
    Purpose.SUPERVISION: 90,
    Purpose.RESEARCH: 730,
    Purpose.TEACHING: 730,
}
"""For which a purpose holds, where the clinic has not said otherwise."""
CAPTURED: Final = frozenset({Medium.AUDIO, Medium.VIDEO})
"""What can be recorded: a text is in its thread already."""


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """What the law of a place says of how long records are kept, in days."""

    floor: int
    """Records of counselling, where a recording is one; 0 is no floor."""
    ceiling: int
    """Longer than this no purpose is known to need."""


JURISDICTIONS: Final[Mapping[str, Jurisdiction]] = {
    "": Jurisdiction(0, 730),
    "cn": Jurisdiction(3_653, 3_653),
}
"""``cn``: a municipal rule on mental health has records of counselling, recordings among them,
kept for ten years at least. It does not hold everywhere there."""


@dataclass(frozen=True, slots=True)
class RecordingChoice:
    """What a clinic has chosen."""

    purposes: frozenset[Purpose] = frozenset()
    media: frozenset[Medium] = CAPTURED
    days: Mapping[Purpose, int] = field(default_factory=dict)
    """Where they are not those of :data:`DAYS`."""
    client_may_ask: bool = False
    pause_in_crisis: bool = True
    jurisdiction: str = ""
    keeps_records: bool = False
    """Recordings are records that the law there has kept: its floor holds."""
    client_may_play: bool = False
    """A client has a copy of their own of what is for clinical review; their counsellor, who asks,
    agrees to that."""

    @property
    def is_on(self) -> bool:
        """Whether anything can be recorded."""
        return bool(self.purposes and self.media)


@dataclass(frozen=True, slots=True)
class RecordingTermsNow:
    """What a clinic allows, and until when each purpose of a recording of now would hold."""

    policy: RecordingPolicy
    until: Mapping[Purpose, int]
    floor_until: int | None
    supervisors: tuple[str, ...] = ()
    """Who would hear what is for supervision, as they want to be called."""
    supervisor_ids: tuple[UUID, ...] = ()
    """The same, in the same order: a name alone does not say who it is."""
    client_may_play: bool = False
    """What is for clinical review its client hears, too."""

    def __repr__(self) -> str:
        return "RecordingTermsNow(...)"


def beyond(choice: RecordingChoice) -> str | None:
    """Return the first thing in a choice that cannot be; None where all can."""
    law = JURISDICTIONS.get(choice.jurisdiction)
    if law is None:
        return "jurisdiction"
    if choice.keeps_records and not law.floor:
        return "keeps_records"
    if not choice.media <= CAPTURED:
        return "media"
    if any(not 1 <= days <= law.ceiling for days in choice.days.values()):
        return "days"
    return None


def terms_at(choice: RecordingChoice, at: int) -> RecordingTermsNow | None:
    """Return what holds for a recording that begins now; None where there can be none."""
    if not choice.is_on:
        return None
    law = JURISDICTIONS.get(choice.jurisdiction, JURISDICTIONS[""])
    until = {
        purpose: at + min(choice.days.get(purpose, DAYS[purpose]), law.ceiling) * DAY_MS
        for purpose in sorted(choice.purposes)
    }
    floor_until = at + law.floor * DAY_MS if choice.keeps_records and law.floor else None
    policy = RecordingPolicy(
        choice.purposes, choice.media, client_may_ask=choice.client_may_ask,
        pause_in_crisis=choice.pause_in_crisis,
    )  # fmt: skip
    return RecordingTermsNow(policy, until, floor_until, client_may_play=choice.client_may_play)
