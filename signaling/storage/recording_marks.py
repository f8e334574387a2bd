"""What somebody has taken back of a recording that ran, kept beside its files.

A database may be away in that moment, and the gateway die before it is back: what lies beside the
files is found with them, and nobody is given what was taken back. One little file for each person,
by their number in this recording; of words there are only purposes and media.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from recording.store import FileName, Store
from signaling.domain.consent.terms import Medium, Purpose, Scope

_MOST: Final = 1 << 10


class Mark(msgspec.Struct, frozen=True):
    """What is gone; neither a purpose nor a medium is all of it."""

    purposes: list[Purpose] = []
    media: list[Medium] = []

    @property
    def is_all(self) -> bool:
        """Whether nothing of it stays."""
        return not self.purposes and not self.media

    def and_of(self, other: Mark) -> Mark:
        """Both, one after the other."""
        if self.is_all or other.is_all:
            return Mark()
        purposes, media = {*self.purposes, *other.purposes}, {*self.media, *other.media}
        return Mark(sorted(purposes), sorted(media))

    def cut(self, scope: Scope) -> Scope:
        """What is left of a scope."""
        if self.is_all:
            return Scope()
        return Scope(scope.purposes - {*self.purposes}, scope.media - {*self.media})


def put_mark(files: Store, recording: UUID, party: UUID, mark: Mark) -> None:
    """Keep it, with what they took back before. Raises OSError; blocks."""
    known = _read(files, recording, _name(party))
    whole = mark if known is None else known.and_of(mark)
    files.replace(recording, _name(party), msgspec.json.encode(whole))


def marks(files: Store, recording: UUID) -> Mapping[UUID, Mark]:
    """Return what was taken back, by party. Raises OSError; blocks."""
    found = {
        name.part: _read(files, recording, name)
        for name in files.list(recording) if name.kind == "taken"
    }  # fmt: skip
    return {party: mark for party, mark in found.items() if mark is not None}


def _name(party: UUID) -> FileName:
    return FileName(0, party, "taken")


def _read(files: Store, recording: UUID, name: FileName) -> Mark | None:
    try:
        return msgspec.json.decode(files.read(recording, name, 0, _MOST), type=Mark)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError:  # somebody has been at it: then rather all of it
        return Mark()
