"""All keys of this gateway: made when first needed, unwrapped when used, destroyed to erase.

Rule 1: a key is stored before anything is sealed with it; a crash between leaves a key without
data, never data without a key.
Rule 2: unwrapped keys are kept in memory for :data:`KEPT_S` at most, and not for a moment longer
than their destruction by this process.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Final, Protocol
from uuid import UUID, uuid4

from signaling.keys.kinds import PARENT, Kind
from signaling.keys.master import Master
from signaling.keys.sealing import Key, SealError, key_of, new_material

ERASABLE: Final = frozenset(
    {
        Kind.CLIENT, Kind.SESSION, Kind.NOTE, Kind.PAGE, Kind.CHANGE, Kind.RECORDING, Kind.PART,
    }
)  # fmt: skip
"""Whose key, once destroyed, has no successor."""
LASTING: Final = frozenset({Kind.AUDIT, Kind.PAGE})
"""Whose current key is believed for :data:`KEPT_S`: it seals one thing after another, and what one
seals that was retired meanwhile by another process opens as well. What a page's key seals after
another process has destroyed it is lost, as it should be: whose it is was erased."""
ONCE: Final = frozenset({Kind.RECORDING, Kind.PART})
"""Which seal one thing and nothing after it: another generation would seal nothing."""
KEPT_S: Final = 60.0
KEPT_KEYS: Final = 4096


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as it is stored. ``subject`` is whose data it seals: a tenant, a client, a session.

    ``wrapped`` is None once it is destroyed. Times are Unix milliseconds.
    """

    id: UUID
    kind: Kind
    subject: UUID
    parent: UUID | None
    wrapped: bytes | None
    created_at: int
    retired_at: int | None = None
    destroyed_at: int | None = None


class KeyTaken(Exception):
    """Another one was quicker: this subject has a current key of this kind now."""


class KeyStore(Protocol):
    """Where keys are kept, apart from the data they seal."""

    async def current(self, kind: Kind, subject: UUID) -> KeyRow | None:
        """Return the key that seals now."""

    async def get(self, key_id: UUID) -> KeyRow | None:
        """Return a key, whatever became of it."""

    async def add(self, row: KeyRow, *, retire: UUID | None = None, at: int = 0) -> None:
        """Keep a new key, in place of the one to retire. Raises :class:`KeyTaken`."""

    async def rewrap(self, key_id: UUID, parent: UUID | None, wrapped: bytes) -> bool:
        """Replace how a key is wrapped; False when it was destroyed meanwhile."""

    async def destroy(self, key_id: UUID, at: int) -> bool:
        """Overwrite a key; False when it was already."""

    async def below(self, parent: UUID | None) -> list[KeyRow]:
        """Return the keys that this one wraps (None: the master key), but for destroyed ones."""

    async def was_destroyed(self, kind: Kind, subject: UUID) -> bool:
        """Whether any generation of a key was."""

    async def of(self, kind: Kind, subject: UUID) -> list[KeyRow]:
        """Return every generation of a key, but for destroyed ones."""

    async def ever(self, kind: Kind, subject: UUID) -> list[UUID]:
        """Return the ids of every generation of a key, destroyed ones too."""

    async def living(self, after: UUID | None) -> list[KeyRow]:
        """Return some of all keys that are not destroyed, in the order of their ids."""


class Keyring:
    """Finds, makes, unwraps and destroys keys."""

    def __init__(self, store: KeyStore, master: Master) -> None:
        self.master = master
        self._store = store
        self._kept: OrderedDict[UUID, tuple[float, Key]] = OrderedDict()
        self._current: dict[tuple[Kind, UUID], tuple[float, Key]] = {}
        self._gone: set[UUID] = set()
        """Destroyed by this process: who was about to unwrap one then must not keep it."""

    async def key(self, kind: Kind, subject: UUID, tenant: UUID, at: int) -> Key:
        """Return the key that seals this subject's data now; made when there is none.

        ``tenant`` is whose key wraps this one: a clinic, or the client of a page or a session.
        ``at`` is Unix milliseconds. Raises :class:`SealError` when it does not unwrap,
        :class:`~signaling.keys.master.MasterError` when the master key is out of reach.
        """
        known = self._current.get((kind, subject))
        if known is not None and known[0] > at / 1000:
            return known[1]
        row = await self._store.current(kind, subject)
        if row is None:
            row = await self._make(kind, subject, tenant, at)
        key = await self._unwrapped(row, at / 1000)
        if kind in LASTING:
            if len(self._current) >= KEPT_KEYS:
                self._current.clear()
            self._current[kind, subject] = (at / 1000 + KEPT_S, key)
        return key

    async def open(self, sealed: bytes, context: str, at: int) -> bytes:
        """Return what was sealed in this place, by whatever generation of its key.

        Raises :class:`SealError`, also when the key was destroyed.
        """
        return (await self.by_id(key_of(sealed), at)).open(sealed, context)

    async def by_id(self, key_id: UUID, at: int) -> Key:
        """Return a key by its id. Raises :class:`SealError` when there is none any more."""
        kept = self._kept.get(key_id)
        if kept is not None and kept[0] > at / 1000:
            return kept[1]
        row = await self._store.get(key_id)
        if row is None:
            raise SealError
        return await self._unwrapped(row, at / 1000)

    async def generations(self, kind: Kind, subject: UUID, at: int) -> list[Key]:
        """Return a key as it is and as it was, but for destroyed ones."""
        return [
            await self._unwrapped(row, at / 1000) for row in await self._store.of(kind, subject)
        ]

    async def ever(self, kind: Kind, subject: UUID) -> list[UUID]:
        """Return the ids of a key as it is and as it was, destroyed ones too."""
        return await self._store.ever(kind, subject)

    async def every(self, at: int) -> AsyncIterator[Key]:
        """Yield every key that there is and that unwraps, of whatever kind; none is kept for it."""
        after: UUID | None = None
        while rows := await self._store.living(after):
            for row in rows:
                with contextlib.suppress(SealError):
                    yield Key(row.id, await self._material(row, at / 1000))
            after = rows[-1].id

    async def destroy(self, kind: Kind, subject: UUID, at: int) -> list[UUID]:
        """Destroy every generation of a key, and with it what it sealed; returns their ids.

        Keys below it can no longer be unwrapped; they are destroyed too, the lowest first.
        """
        gone: list[UUID] = []
        for row in await self._store.of(kind, subject):
            gone += await self._destroy(row, at)
        return gone

    async def rotate(self, kind: Kind, subject: UUID, tenant: UUID, at: int) -> Key:
        """Make a new generation. What the one before has sealed still opens."""
        before = await self._store.current(kind, subject)
        row = await self._make(kind, subject, tenant, at, instead_of=before)
        self._current.pop((kind, subject), None)
        if before is not None:
            for below in await self._store.below(before.id):
                await self._rewrap(below, at)
        return await self._unwrapped(row, at / 1000)

    async def lift(self, kind: Kind, subject: UUID, above: Kind, whose: UUID, at: int) -> None:
        """Wrap a key by another one than its parent, which is about to be destroyed."""
        key = await self.key(above, whose, whose, at)
        for row in await self._store.of(kind, subject):
            material = await self._material(row, at / 1000)
            await self._store.rewrap(row.id, key.id, key.wrap(material, _context(row)))

    async def rewrap_all(self, at: int) -> int:
        """Wrap what an older master key wrapped with the newest; returns how many there were."""
        count = 0
        for row in await self._store.below(None):
            if row.wrapped is not None and not self.master.is_current(row.wrapped):
                count += await self._rewrap(row, at)
        return count

    async def rotate_all(self, at: int) -> int:
        """Make a new generation of every key that seals now; returns how many there were.

        From the top down, so that each is wrapped by the newest above it.
        """
        count = 0
        level = [(row, row.subject) for row in await self._store.below(None)]
        while level:
            row, tenant = level.pop()
            if row.retired_at is not None or row.kind in ONCE:
                continue
            with contextlib.suppress(SealError):  # its subject is being erased
                made = await self.rotate(row.kind, row.subject, tenant, at)
                count += 1
                # Those below were wrapped anew, by the new one.
                level += [(each, row.subject) for each in await self._store.below(made.id)]
        return count

    async def check(self, at: int) -> tuple[int, int]:
        """Unwrap every key there is; returns how many did and how many did not."""
        good = bad = 0
        above: list[KeyRow] = await self._store.below(None)
        while above:
            row = above.pop()
            try:
                await self._material(row, at / 1000)
                good += 1
            except SealError:
                bad += 1
                continue
            above += await self._store.below(row.id)
        return good, bad

    def forget(self) -> None:
        """Keep no unwrapped key in memory."""
        self._kept.clear()
        self._current.clear()

    # --- parts ------------------------------------------------------------------------------------

    async def _make(
        self, kind: Kind, subject: UUID, tenant: UUID, at: int, instead_of: KeyRow | None = None
    ) -> KeyRow:
        parent_kind = PARENT[kind]
        if kind in ERASABLE and await self._store.was_destroyed(kind, subject):
            raise SealError  # its subject was erased: nothing is sealed for it any more
        material, key_id = new_material(), uuid4()
        row = KeyRow(key_id, kind, subject, None, None, at)
        context = _context(row)
        if parent_kind is None:
            row = replace(row, wrapped=await self.master.wrap(material, context))
        else:
            parent = await self.key(parent_kind, tenant, tenant, at)
            row = replace(row, parent=parent.id, wrapped=parent.wrap(material, context))
        try:
            await self._store.add(row, retire=None if instead_of is None else instead_of.id, at=at)
        except KeyTaken:
            found = await self._store.current(kind, subject)
            if found is None:  # made and destroyed in between: its subject is being erased
                raise SealError from None
            return found
        return row

    async def _unwrapped(self, row: KeyRow, now: float) -> Key:
        kept = self._kept.get(row.id)
        if kept is not None and kept[0] > now:
            return kept[1]
        key = Key(row.id, await self._material(row, now))
        if row.id in self._gone:
            raise SealError
        self._kept[row.id] = (now + KEPT_S, key)
        self._kept.move_to_end(row.id)
        while len(self._kept) > KEPT_KEYS:
            self._kept.popitem(last=False)
        return key

    async def _material(self, row: KeyRow, now: float) -> bytes:
        if row.wrapped is None:
            raise SealError
        if row.parent is None:
            return await self.master.unwrap(row.wrapped, _context(row))
        parent = await self.by_id(row.parent, int(now * 1000))
        return parent.unwrap(row.wrapped, _context(row))

    async def _rewrap(self, row: KeyRow, at: int) -> bool:
        material = await self._material(row, at / 1000)
        if row.parent is None:
            return await self._store.rewrap(
                row.id, None, await self.master.wrap(material, _context(row))
            )
        above = await self._store.get(row.parent)
        assert above is not None  # its key has just unwrapped this one
        parent = await self.key(above.kind, above.subject, above.subject, at)
        return await self._store.rewrap(row.id, parent.id, parent.wrap(material, _context(row)))

    async def _destroy(self, row: KeyRow, at: int) -> list[UUID]:
        gone: list[UUID] = []
        for below in await self._store.below(row.id):
            gone += await self._destroy(below, at)
        if await self._store.destroy(row.id, at):
            gone.append(row.id)
        self._gone.add(row.id)
        self._kept.pop(row.id, None)
        self._current.pop((row.kind, row.subject), None)
        return gone


def _context(row: KeyRow) -> str:
    """What a wrapped key is bound to: swapped for another one it does not unwrap."""
    return f"key:{row.id}:{row.kind}:{row.subject}"
