"""The audit as a chain: each row names the one before, so that none can be changed or left out.

Pure: rows in, hashes out. Each clinic has a chain of its own, counted from 1.

Rule 1: a row's hash is SHA-256 over the hash before it and all that the row says, with the sealed
payload as it lies in the store. Whoever changes a bit changes every hash that follows.
Rule 2: whoever can write to the store could make the whole chain anew. So each hash has a MAC under
a key that is not in that store, and heads that were signed and given away prove later that nothing
was cut off. Whoever calls checks their signatures.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

HASH_BYTES: Final = 32
BEGINNING: Final = bytes(HASH_BYTES)
"""What the first row names as the hash before it."""
_VERSION: Final = 1
_encoder: Final = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One thing that was done or refused. ``actor`` and ``object`` are random ids, never names.

    ``at`` is Unix milliseconds. ``payload`` is sealed.
    """

    tenant: UUID
    seq: int
    at: int
    actor: UUID | None
    action: str
    object: UUID | None
    result: str
    payload: bytes
    before: bytes
    hash: bytes
    mac: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: of an empty one 0 and :data:`BEGINNING`."""

    seq: int = 0
    hash: bytes = BEGINNING


class Fault(StrEnum):
    """What is wrong with a chain."""

    MISSING = "missing"
    """A number is left out, or comes twice."""
    CHANGED = "changed"
    """A row does not have its hash."""
    BROKEN = "broken"
    """A row does not name the hash before it."""
    FORGED = "forged"
    """A hash without its MAC: made by somebody who does not have the key."""
    CUT = "cut"
    """The chain does not reach its recorded end, or a signed day's."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first fault of a chain, and at which row."""

    fault: Fault
    seq: int


def follow(head: Head, row: AuditRow, mac_key: bytes) -> AuditRow:
    """Return the row as the next one of a chain: numbered, and with hash and MAC."""
    numbered = replace(row, seq=head.seq + 1, before=head.hash)
    digest = hash_of(numbered)
    return replace(numbered, hash=digest, mac=_mac(digest, mac_key))


def hash_of(row: AuditRow) -> bytes:
    """Return the hash a row must have."""
    said = (
        _VERSION,
        row.tenant.bytes,
        row.seq,
        row.at,
        row.actor.bytes if row.actor else b"",
        row.action,
        row.object.bytes if row.object else b"",
        row.result,
        row.payload,
    )
    return hashlib.sha256(row.before + _encoder.encode(said)).digest()


class Verifier:
    """Walks a chain, oldest row first; remembers the first fault."""

    def __init__(self, signed: Iterable[Head] = ()) -> None:
        self._signed = {head.seq: head.hash for head in signed}
        self.head = Head()
        self.fault: Found | None = None

    def take(self, rows: Iterable[AuditRow], mac_key: bytes | None) -> None:
        """Look at the next rows, whose MACs are under this key; None: it is nobody's."""
        for row in rows:
            if self.fault is None:
                self._look(row, mac_key)
            self.head = Head(row.seq, row.hash)

    def end(self, recorded: Head) -> Found | None:
        """Return the first fault, once all rows were looked at; ``recorded`` is where they end."""
        is_cut = recorded != self.head or any(seq > self.head.seq for seq in self._signed)
        if self.fault is None and is_cut:
            self.fault = Found(Fault.CUT, self.head.seq)
        return self.fault

    def _look(self, row: AuditRow, mac_key: bytes | None) -> None:
        fault = None
        if row.seq != self.head.seq + 1:
            fault = Fault.MISSING
        elif row.before != self.head.hash:
            fault = Fault.BROKEN
        elif row.hash != hash_of(row):
            fault = Fault.CHANGED
        elif mac_key is None or not hmac.compare_digest(row.mac, _mac(row.hash, mac_key)):
            fault = Fault.FORGED
        elif self._signed.pop(row.seq, row.hash) != row.hash:
            fault = Fault.CUT  # another chain than the one that was signed
        if fault is not None:
            self.fault = Found(fault, row.seq)


def _mac(digest: bytes, key: bytes) -> bytes:
    return hmac.digest(key, digest, "sha256")
