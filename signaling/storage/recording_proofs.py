"""Receipts and certificates in their database: written with what they prove, or not at all.

Rule 1: a receipt is its person's: a client's is sealed under their own key and goes with it.
Rule 2: a certificate outlives whom it is about: it is sealed under the clinic's key, and says
nothing of anybody but random ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.receipts import ProofKind, Signed, public_of, sign
from signaling.storage.audit_days import MACHINE
from signaling.storage.database import Database
from signaling.storage.people_tables import PERSON
from signaling.storage.recording_tables import PROOF

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class KeptProof:
    """A proof, and of when. Personal: has no readable form."""

    id: UUID
    kind: ProofKind
    at: int
    signed: Signed

    def __repr__(self) -> str:
        return "KeptProof(...)"


class ProofStore:
    """Times are Unix milliseconds."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def make(
        self, clinic: UUID, people: Sequence[UUID], kind: ProofKind, said: Mapping[str, Any],
        at: int,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """Sign what is said, once, and return its rows: one for each whose it is."""
        seed = (await self._keyring.key(Kind.SIGNING, MACHINE, MACHINE, at)).signing_seed
        signed = sign(said, seed)
        rows = []
        for person in people:
            ident = uuid4()
            text = await self._seal(clinic, person, kind, ident, signed.text, at)
            rows.append({
                "id": ident, "clinic": clinic, "person": person, "kind": kind.value, "at": at,
                "text": text, "signature": signed.signature, "key": signed.key,
            })  # fmt: skip
        return rows

    async def of(self, person: UUID, at: int) -> list[KeptProof]:
        """Return somebody's proofs, latest first; at most :data:`MOST`."""
        query = select(PROOF).where(PROOF.c.person == person)
        async with self._database.read() as reading:
            rows = list(
                await reading.execute(query.order_by(PROOF.c.at.desc(), PROOF.c.id).limit(MOST))
            )
        return [await self._opened(row, at) for row in rows]

    async def keys(self, at: int) -> list[str]:
        """Return the public keys that this gateway signs and has signed with, the newest last."""
        found = await self._keyring.generations(Kind.SIGNING, MACHINE, at)
        newest = await self._keyring.key(Kind.SIGNING, MACHINE, MACHINE, at)
        older = [public_of(key.signing_seed) for key in found if key.id != newest.id]
        return [*older, public_of(newest.signing_seed)]

    async def _seal(
        self, clinic: UUID, person: UUID, kind: ProofKind, ident: UUID, text: str, at: int
    ) -> bytes:
        whose = (Kind.TENANT, clinic)
        if kind is ProofKind.CONSENT and await self._is_client(person):
            whose = (Kind.CLIENT, person)
        key = await self._keyring.key(*whose, clinic, at)
        return key.seal(text.encode(), _place(ident))

    async def _is_client(self, person: UUID) -> bool:
        query = select(PERSON.c.kind).where(PERSON.c.id == person)
        async with self._database.read() as reading:
            return bool(await reading.scalar(query) == "client")

    async def _opened(self, row: Row[Any], at: int) -> KeptProof:
        try:
            text = (await self._keyring.open(row.text, _place(row.id), at)).decode()
        except SealError:  # whose it is was erased in this moment
            text = ""
        signed = Signed(text, row.signature, row.key)
        return KeptProof(row.id, ProofKind(row.kind), row.at, signed)


async def put_proofs(changing: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep proofs, in the transaction of what they prove."""
    if rows:
        await changing.execute(insert(PROOF), list(rows))


async def drop_receipts(changing: AsyncConnection, person: UUID) -> None:
    """Whose they are is erased; certificates stay."""
    theirs = (PROOF.c.person == person, PROOF.c.kind == ProofKind.CONSENT.value)
    await changing.execute(delete(PROOF).where(*theirs))


def _place(ident: UUID) -> str:
    return f"proof.text:{ident}"
