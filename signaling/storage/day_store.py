"""What people gave for one day: where the client is, who to call, and the plan for a cut line.

Rule: it is sealed under the session's own key, which is destroyed a day after: then nobody knows it
any more, whatever copies there are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from signaling.domain.errors import Code, Refusal
from signaling.domain.life import Stage
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.journal import Entry, Journal
from signaling.storage.session_store import hold
from signaling.storage.session_tables import SESSION


class Near(StrEnum):
    """Whether anyone can hear a client."""

    NOBODY = "nobody"
    SOMEBODY = "somebody"
    NOT_SURE = "not_sure"


class Today(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a client is today, and who to call. Personal: has no readable form."""

    place: str
    phone: str
    contact_name: str
    contact_phone: str
    near: Near

    def __repr__(self) -> str:
        return "Today(...)"


class Caller(StrEnum):
    """Who calls whom when the line is cut."""

    COUNSELLOR = "counsellor"
    CLIENT = "client"
    NOBODY = "nobody"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What both agreed to do when the line is cut. Personal: has no readable form."""

    caller: Caller
    phone: str
    call_is_safe: bool
    wait_s: int

    def __repr__(self) -> str:
        return "Plan(...)"


class DayStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def set_today(self, session: UUID, today: Today, by: UUID, at: int) -> None:
        """Keep where the client is today; confirmed by giving it."""
        await self._keep(session, "today", msgspec.json.encode(today), by, at)

    async def today(self, session: UUID, at: int) -> Today | None:
        """Return where the client is today. Raises SealError when the day is over."""
        plain = await self._kept(session, "today", at)
        return None if plain is None else msgspec.json.decode(plain, type=Today)

    async def set_plan(self, session: UUID, plan: Plan, by: UUID, at: int) -> None:
        """Keep what both agreed to do when the line is cut."""
        await self._keep(session, "plan", msgspec.json.encode(plan), by, at)

    async def plan(self, session: UUID, at: int) -> Plan | None:
        """Return what both agreed. Raises SealError when the day is over."""
        plain = await self._kept(session, "plan", at)
        return None if plain is None else msgspec.json.decode(plain, type=Plan)

    async def forget(self, session: UUID, at: int) -> None:
        """Destroy the session's key, and with it what people gave for that day."""
        clinic = await self._clinic_of(session)
        await self._keyring.destroy(Kind.SESSION, session, at)
        async with self._journal.record(
            Entry(clinic, None, "session.forget_today", session, at)
        ) as changing:
            await changing.execute(
                update(SESSION).where(SESSION.c.id == session).values(today=None, plan=None)
            )

    # --- parts ------------------------------------------------------------------------------------

    async def _keep(self, session: UUID, column: str, plain: bytes, by: UUID, at: int) -> None:
        clinic = await self._clinic_of(session)
        try:
            key = await self._keyring.key(Kind.SESSION, session, clinic, at)
        except SealError:  # the day was forgotten: nothing is given for it any more
            raise Refusal(Code.NOT_NOW) from None
        values: dict[str, Any] = {column: key.seal(plain, f"session.{column}:{session}")}
        if column == "today":
            values["today_at"] = at
        entry = Entry(clinic, by, f"session.set_{column}", session, at)
        async with self._journal.record(entry) as changing:
            held = await hold(changing, session)
            if held.life.stage is Stage.ENDED:
                raise Refusal(Code.NOT_NOW)
            await changing.execute(update(SESSION).where(SESSION.c.id == session).values(**values))

    async def _kept(self, session: UUID, column: str, at: int) -> bytes | None:
        query = select(SESSION.c[column]).where(SESSION.c.id == session)
        async with self._database.read() as reading:
            sealed = (await reading.execute(query)).scalar_one_or_none()
        if sealed is None:
            return None
        return await self._keyring.open(sealed, f"session.{column}:{session}", at)

    async def _clinic_of(self, session: UUID) -> UUID:
        query = select(SESSION.c.clinic).where(SESSION.c.id == session)
        async with self._database.read() as reading:
            clinic = (await reading.execute(query)).scalar_one_or_none()
        if clinic is None:
            raise Refusal(Code.NOT_FOUND)
        return UUID(str(clinic))
