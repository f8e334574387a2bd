"""What the audit has told last of consent to be recorded: where a gateway that died was.

Times are Unix milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from signaling.domain.consent.table import REFUSALS
from signaling.domain.consent.terms import ConsentFact, ConsentTurn
from signaling.storage.audit_tables import AUDIT_EVENT
from signaling.storage.database import Database
from signaling.storage.recording_rows import Asked

TOLD: Final = "rec."
"""So begins what the audit calls a turn of consent."""
_ASK: Final = f"{TOLD}{ConsentTurn.ASK}"
_LIMITING: Final = [_ASK, *(f"{TOLD}{turn}" for turn in REFUSALS)]
"""After these it is asked less often, or not soon."""
_DECIDING: Final = frozenset({ConsentTurn.ASK, ConsentTurn.GRANT, ConsentTurn.ALL_GRANTED})
"""After these something is asked yet."""


async def last_turn(database: Database, clinic: UUID, session: UUID) -> str:
    """Return what was told last of an hour, or ``""``."""
    of = (AUDIT_EVENT.c.tenant == clinic, AUDIT_EVENT.c.object == session)
    query = select(AUDIT_EVENT.c.action).where(*of, AUDIT_EVENT.c.action.startswith(TOLD))
    async with database.read() as reading:
        found = await reading.scalar(query.order_by(AUDIT_EVENT.c.seq.desc()).limit(1))
    return str(found or "").removeprefix(TOLD)


async def asked_before(database: Database, clinic: UUID, session: UUID) -> Asked:
    """Return how often it was asked in an hour, whatever room that was in."""
    of = (AUDIT_EVENT.c.tenant == clinic, AUDIT_EVENT.c.object == session)
    query = select(AUDIT_EVENT.c.action, func.count(), func.max(AUDIT_EVENT.c.at))
    query = query.where(*of, AUDIT_EVENT.c.action.in_(_LIMITING)).group_by(AUDIT_EVENT.c.action)
    async with database.read() as reading:
        found = {action: (count, at) for action, count, at in await reading.execute(query)}
    times, _ = found.pop(_ASK, (0, 0))
    return Asked(times, max((at for _, at in found.values()), default=None))


async def undecided(database: Database, since: int) -> list[tuple[UUID, UUID]]:
    """Return the (clinic, hour) of each where people were being asked when it died."""
    columns = (AUDIT_EVENT.c.tenant, AUDIT_EVENT.c.object)
    asked = (AUDIT_EVENT.c.action == _ASK, AUDIT_EVENT.c.at >= since)
    async with database.read() as reading:
        found = list(await reading.execute(select(*columns).where(*asked).distinct()))
    return [
        (row.tenant, row.object) for row in found
        if await last_turn(database, row.tenant, row.object) in _DECIDING
    ]  # fmt: skip


def fact_of(said: Mapping[str, Any]) -> ConsentFact:
    """Return the turn that a row of the audit tells of."""
    return msgspec.convert(said["fact"], ConsentFact, strict=False)
