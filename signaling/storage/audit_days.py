"""The last row of each day, signed: proof that nothing was cut off or made anew since.

Ed25519 (RFC 8032) over the clinic, the day, and the row's number and hash. The public key may be
given to anyone, and the signed heads too: whoever kept one can tell later whether it is still the
chain's.

Rule: a day is signed when it is over (UTC), once.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signaling.audit_chain import Head
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import Key
from signaling.storage.audit_store import last_before, sign_day, signed_days, tenants
from signaling.storage.database import Database

DAY_MS: Final = 86_400_000
MACHINE: Final = UUID(int=0)
"""Whose key it is: the gateway's, of no clinic."""
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class SignedDay:
    """A day's last row, as it was signed. ``key_id`` names the public key."""

    day: str
    head: Head
    key_id: str
    signature: bytes


class AuditDays:
    """Signs days and checks what was signed. Times are Unix milliseconds."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def sign(self, at: int) -> int:
        """Sign the last day that is over, for each clinic that has it unsigned; returns how many.

        A row names all before it, so that days on which no gateway ran are covered by it, too.
        """
        midnight = at - at % DAY_MS
        day = _name(midnight - DAY_MS)
        key = await self._private_key(at)
        count = 0
        for tenant in await tenants(self._database):
            async with self._database.read() as reading:
                known = {each for each, _, _, _ in await signed_days(reading, tenant)}
                head = await last_before(reading, tenant, midnight)
            if day in known or not head.seq:
                continue
            signature = key.sign(_message(tenant, day, head))
            async with self._database.write() as changing:
                await sign_day(changing, tenant, day, head, key_id(key.public_key()), signature)
            count += 1
        return count

    async def good(self, tenant: UUID, at: int) -> tuple[list[SignedDay], list[SignedDay]]:
        """Return a clinic's signed days: those whose signature holds, and the others."""
        async with self._database.read() as reading:
            days = [SignedDay(*each) for each in await signed_days(reading, tenant)]
        known = {}
        for key in await self._keyring.generations(Kind.SIGNING, MACHINE, at):
            public = _private(key).public_key()
            known[key_id(public)] = public
        held = [
            day for day in days
            if day.key_id in known and is_signed(tenant, day, known[day.key_id])
        ]  # fmt: skip
        return held, [day for day in days if day not in held]

    async def public_key(self, at: int) -> bytes:
        """Return the 32 bytes that anybody may check signatures with."""
        return _raw((await self._private_key(at)).public_key())

    async def _private_key(self, at: int) -> Ed25519PrivateKey:
        key = await self._keyring.key(Kind.SIGNING, MACHINE, MACHINE, at)
        return _private(key)


def is_signed(tenant: UUID, day: SignedDay, public: Ed25519PublicKey) -> bool:
    """Whether a day was signed with this key."""
    if day.key_id != key_id(public):
        return False
    try:
        public.verify(day.signature, _message(tenant, day.day, day.head))
    except InvalidSignature:
        return False
    return True


def key_id(public: Ed25519PublicKey) -> str:
    """Return what names a public key."""
    return hashlib.sha256(_raw(public)).hexdigest()[:16]


def _private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.signing_seed)


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _message(tenant: UUID, day: str, head: Head) -> bytes:
    return msgspec.msgpack.encode((_VERSION, tenant.bytes, day, head.seq, head.hash))


def _name(midnight: int) -> str:
    return datetime.datetime.fromtimestamp(midnight / 1000, tz=datetime.UTC).strftime("%Y-%m-%d")
