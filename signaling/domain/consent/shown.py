"""What somebody reads who is asked to be recorded: the terms, and the digest of all of them. Pure.

Rule 1: all that is shown is in the digest, and nothing else is: who agrees, agrees to this.
Rule 2: the same terms have the same bytes, wherever they are written: keys in their order, no space
between, lists in the order in which they are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from signaling.domain.consent.artefact import DAY_MS
from signaling.domain.consent.terms import LIVE_PURPOSES, Medium, PartyRole, Purpose, Scope

VERSION: Final = "2"
"""Of the words that pages make of the terms: another text, another version."""


@dataclass(frozen=True, slots=True)
class PurposeShown:
    """One purpose, until when it would hold, and who could see and hear it meanwhile."""

    purpose: Purpose
    until: int
    listeners: tuple[str, ...]

    def __repr__(self) -> str:
        return "PurposeShown(...)"


@dataclass(frozen=True, slots=True)
class TermsShown:
    """All that is asked of somebody. Personal: it names people."""

    asker: str
    asker_role: PartyRole
    purposes: tuple[PurposeShown, ...]
    media: tuple[Medium, ...]
    floor_until: int | None
    version: str = VERSION
    supervisors: tuple[UUID, ...] = ()
    """Whom its listeners' names mean. Not shown, so not in the digest: the names are."""
    client_plays: bool = False
    """The client is one of them, likewise by name."""

    def __repr__(self) -> str:
        return "TermsShown(...)"

    def plain(self) -> dict[str, Any]:
        """The terms as values of JSON, as they go into what proves that they were agreed to."""
        return {
            "asker": self.asker,
            "asker_role": self.asker_role.value,
            "purposes": [
                {
                    "purpose": each.purpose.value,
                    "until": each.until,
                    "listeners": list(each.listeners),
                }
                for each in self.purposes
            ],
            "media": [each.value for each in self.media],
            "floor_until": self.floor_until,
            "version": self.version,
        }

    def canonical(self) -> bytes:
        """The one way to write them."""
        return canonical(self.plain())

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, as hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def for_scope(self, scope: Scope) -> tuple[PurposeShown, ...]:
        """What of the purposes is left of them."""
        return tuple(each for each in self.purposes if each.purpose in scope.purposes)


def canonical(plain: Mapping[str, Any]) -> bytes:
    """The one way to write terms."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def terms(
    scope: Scope, asker: tuple[str, PartyRole], listeners: Mapping[Purpose, tuple[str, ...]],
    until: Mapping[Purpose, int], floor_until: int | None,
) -> TermsShown:  # fmt: skip
    """What everybody is asked.

    A purpose ends at the beginning of a day (UTC), for a day is what is shown: never later than it
    could. Only what can be asked for in a session is in it; the rules refuse the rest.
    """
    purposes = tuple(
        PurposeShown(each, until.get(each, 0) // DAY_MS * DAY_MS, listeners.get(each, ()))
        for each in Purpose
        if each in scope.purposes & LIVE_PURPOSES
    )
    media = tuple(each for each in Medium if each in scope.media)
    return TermsShown(*asker, purposes, media, floor_until)
