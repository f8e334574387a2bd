"""Keys in their own database: what :class:`signaling.keys.keyring.KeyStore` asks for."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from signaling.keys.keyring import KeyRow, KeyTaken
from signaling.keys.kinds import Kind
from signaling.storage.database import Database
from signaling.storage.key_tables import KEY

PAGE: Final = 500
_BY_ID: Final = select(KEY).where(KEY.c.id == bindparam("id"))
_CURRENT: Final = select(KEY).where(
    KEY.c.kind == bindparam("kind"),
    KEY.c.subject == bindparam("subject"),
    KEY.c.retired_at.is_(None),
)


class SqlKeyStore:
    """The keys of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, kind: Kind, subject: UUID) -> KeyRow | None:
        """Return the key that seals now."""
        found = await self._rows(_CURRENT, {"kind": kind.value, "subject": subject})
        return found[0] if found else None

    async def get(self, key_id: UUID) -> KeyRow | None:
        """Return a key, whatever became of it."""
        found = await self._rows(_BY_ID, {"id": key_id})
        return found[0] if found else None

    async def below(self, parent: UUID | None) -> list[KeyRow]:
        """Return the keys that this one wraps, but for destroyed ones."""
        return await self._rows(
            select(KEY).where(KEY.c.parent.is_not_distinct_from(parent), KEY.c.wrapped.is_not(None))
        )

    async def of(self, kind: Kind, subject: UUID) -> list[KeyRow]:
        """Return every generation of a key, but for destroyed ones."""
        return await self._rows(
            select(KEY).where(
                KEY.c.kind == kind.value, KEY.c.subject == subject, KEY.c.wrapped.is_not(None)
            )
        )

    async def ever(self, kind: Kind, subject: UUID) -> list[UUID]:
        """Return the ids of every generation of a key, destroyed ones too."""
        query = select(KEY).where(KEY.c.kind == kind.value, KEY.c.subject == subject)
        return [row.id for row in await self._rows(query.order_by(KEY.c.created_at, KEY.c.id))]

    async def living(self, after: UUID | None) -> list[KeyRow]:
        """Return at most :data:`PAGE` of all keys that are not destroyed, in the order of ids."""
        query = select(KEY).where(KEY.c.wrapped.is_not(None))
        if after is not None:
            query = query.where(KEY.c.id > after)
        return await self._rows(query.order_by(KEY.c.id).limit(PAGE))

    async def was_destroyed(self, kind: Kind, subject: UUID) -> bool:
        """Whether any generation of a key was."""
        query = select(KEY).where(
            KEY.c.kind == kind.value, KEY.c.subject == subject, KEY.c.destroyed_at.is_not(None)
        )
        return bool(await self._rows(query.limit(1)))

    async def add(self, row: KeyRow, *, retire: UUID | None = None, at: int = 0) -> None:
        """Keep a new key, in place of the one to retire. Raises :class:`KeyTaken`."""
        try:
            async with self._database.write() as connection:
                if retire is not None:
                    await connection.execute(
                        update(KEY)
                        .where(KEY.c.id == retire, KEY.c.retired_at.is_(None))
                        .values(retired_at=at)
                    )
                await connection.execute(insert(KEY).values(**_values(row)))
        except IntegrityError:
            raise KeyTaken from None

    async def rewrap(self, key_id: UUID, parent: UUID | None, wrapped: bytes) -> bool:
        """Replace how a key is wrapped; False when it was destroyed meanwhile."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(KEY)
                .where(KEY.c.id == key_id, KEY.c.wrapped.is_not(None))
                .values(parent=parent, wrapped=wrapped)
            )
            return done.rowcount == 1

    async def destroy(self, key_id: UUID, at: int) -> bool:
        """Overwrite a key; False when it was already. Nothing seals with it any more."""
        async with self._database.write() as connection:
            done = await connection.execute(
                update(KEY)
                .where(KEY.c.id == key_id, KEY.c.wrapped.is_not(None))
                .values(wrapped=None, destroyed_at=at, retired_at=at)
            )
        # What was in the journal of it goes at once: a destroyed key must not be found there.
        await self._database.checkpoint()
        return done.rowcount == 1

    async def _rows(self, query: Select[Any], given: dict[str, Any] | None = None) -> list[KeyRow]:
        async with self._database.read() as connection:
            return [_row(each) for each in await connection.execute(query, given)]


def _values(row: KeyRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind.value,
        "subject": row.subject,
        "parent": row.parent,
        "wrapped": row.wrapped,
        "created_at": row.created_at,
        "retired_at": row.retired_at,
        "destroyed_at": row.destroyed_at,
    }


def _row(found: Row[Any]) -> KeyRow:
    return KeyRow(
        found.id,
        Kind(found.kind),
        found.subject,
        found.parent,
        found.wrapped,
        found.created_at,
        found.retired_at,
        found.destroyed_at,
    )
