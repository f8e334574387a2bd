"""Which keys there are, and by which each is wrapped. Pure.

Rule 1: a key is wrapped once, by its parent; to destroy a parent is to lose every key below it.
Rule 2: a person's data is sealed under the key whose destruction must erase that person.

    master ─┬─ tenant ─┬─ client     one a client: names, phones, places to keep
            │          │    ├─ page   one a week of a thread: what the two have written
            │          │    ├─ change one a session: how its client felt, and how the line was
            │          │    └─ recording    one a recording: what is known of it
            │          │         └─ part    one person's one medium in it: sound or picture
            │          ├─ session    one a session: today's place, the plan for a cut line
            │          ├─ note       one a session: what its counsellor notes for handing over
            │          ├─ index      blind indexes of phones and addresses
            │          └─ audit      the payloads of audit rows
            └─ signing              signs the day's head of the audit
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a stored key is for. A tenant's own seals its staff's data and wraps the others."""

    TENANT = "tenant"
    CLIENT = "client"
    PAGE = "page"
    CHANGE = "change"
    RECORDING = "recording"
    PART = "part"
    SESSION = "session"
    NOTE = "note"
    INDEX = "index"
    AUDIT = "audit"
    SIGNING = "signing"


PARENT: Final[Mapping[Kind, Kind | None]] = {
    Kind.TENANT: None,
    Kind.SIGNING: None,
    Kind.CLIENT: Kind.TENANT,
    Kind.PAGE: Kind.CLIENT,
    Kind.CHANGE: Kind.CLIENT,
    Kind.RECORDING: Kind.CLIENT,
    Kind.PART: Kind.RECORDING,
    Kind.SESSION: Kind.TENANT,
    Kind.NOTE: Kind.TENANT,
    Kind.INDEX: Kind.TENANT,
    Kind.AUDIT: Kind.TENANT,
}
"""None: wrapped by the master key, which is not stored here."""
