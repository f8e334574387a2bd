"""What stays of sessions, so that change can be seen: how somebody felt, and how the line was.

Rule 1: no word, no voice, no picture. Whatever is kept of a session here is sealed under a key of
its own, below the client's: it goes with either.
Rule 2: what the line did is kept apart from what people did, so that a gap is never a silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from msgspec import Meta
from sqlalchemy import delete, insert, select, update

from signaling.domain.errors import Code, Refusal
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import SealError
from signaling.storage.journal import Entry, Journal
from signaling.storage.session_store import hold
from signaling.storage.session_tables import MOOD, SESSION


class Moment(StrEnum):
    """When somebody says how they feel."""

    BEFORE = "before"
    AFTER = "after"


Value = Annotated[int, Meta(ge=0, le=10)]
"""0 to 10, in the client's own measure."""


class LineSaid(StrEnum):
    """How a client found the line, and not who they met."""

    CLEAR = "clear"
    CUT = "cut"
    """It was cut at times."""
    HARD = "hard"


MARKS: Final = {LineSaid.CLEAR: b"1", LineSaid.CUT: b"2", LineSaid.HARD: b"3"}
"""As they are sealed, one byte each: the words themselves would be told apart by their length."""
_SAID: Final = {mark: said for said, mark in MARKS.items()}


class LineKept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the lines of one session did, and how the two met, in seconds."""

    video_s: int = 0
    voice_s: int = 0
    text_s: int = 0
    gaps: int = 0
    """How often somebody's voice was not carried."""
    gap_s: float = 0.0
    cuts: int = 0
    """How often somebody's line was cut."""
    rungs: dict[str, int] = {}
    """Seconds on each rung, of the client's line."""


@dataclass(frozen=True, slots=True)
class Change:
    """What stays of one session."""

    session: UUID
    moods: dict[Moment, int]
    line: LineKept | None
    said: LineSaid | None = None


class ChangeStore:
    """Times are Unix milliseconds."""

    def __init__(self, journal: Journal, keyring: Keyring) -> None:
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring

    async def rate(self, session: UUID, moment: Moment, value: int, at: int) -> None:
        """Keep how a client feels; a second word replaces the first.

        Raises :class:`Refusal` with ``not_found``, and
        :class:`~signaling.keys.sealing.SealError` once it has had its time, as :meth:`rate_line`
        and :meth:`note_line` do.
        """
        clinic, client = await self._whose(session)
        key = await self._keyring.key(Kind.CHANGE, session, client, at)
        sealed = key.seal(msgspec.json.encode(value), _mood(session, moment))
        values = {
            "id": uuid4(), "session": session, "client": client, "moment": moment.value,
            "value": sealed, "at": at,
        }  # fmt: skip
        same = (MOOD.c.session == session, MOOD.c.moment == moment.value)
        async with self._journal.record(
            Entry(clinic, client, "mood.rate", session, at)
        ) as changing:
            # Held, so that the same said twice at once is said one after the other.
            await hold(changing, session)
            await changing.execute(delete(MOOD).where(*same))
            await changing.execute(insert(MOOD).values(**values))

    async def rate_line(self, session: UUID, said: LineSaid, at: int) -> None:
        """Keep how a client found the line; a second word replaces the first."""
        clinic, client = await self._whose(session)
        key = await self._keyring.key(Kind.CHANGE, session, client, at)
        sealed = key.seal(MARKS[said], _said(session))
        async with self._journal.record(
            Entry(clinic, client, "line.rate", session, at)
        ) as changing:
            await changing.execute(
                update(SESSION).where(SESSION.c.id == session).values(line_said=sealed)
            )

    async def note_line(self, session: UUID, line: LineKept, at: int) -> None:
        """Keep what the lines of a session did, beside what was kept of it before."""
        clinic, client = await self._whose(session)
        key = await self._keyring.key(Kind.CHANGE, session, client, at)
        place = _line(session)
        held = select(SESSION.c.line).where(SESSION.c.id == session).with_for_update()
        async with self._journal.record(Entry(clinic, None, "line.note", session, at)) as changing:
            before = await changing.scalar(held)
            if before is not None:
                plain = await self._keyring.open(before, place, at)
                line = _sum(msgspec.json.decode(plain, type=LineKept), line)
            sealed = key.seal(msgspec.json.encode(line), place)
            await changing.execute(
                update(SESSION).where(SESSION.c.id == session).values(line=sealed)
            )

    async def of(self, client: UUID, at: int) -> dict[UUID, Change]:
        """Return what stays of each session of a client; nothing of one whose key is gone."""
        lines = select(SESSION.c.id, SESSION.c.line, SESSION.c.line_said).where(
            SESSION.c.client == client
        )
        moods = select(MOOD).where(MOOD.c.client == client)
        async with self._database.read() as reading:
            sessions = list(await reading.execute(lines))
            rated = list(await reading.execute(moods))
        found = {
            row.id: await self._opened(row.id, row.line, row.line_said, at) for row in sessions
        }
        for row in rated:
            moment = Moment(row.moment)
            plain = await self._plain(row.value, _mood(row.session, moment), at)
            if plain is not None and row.session in found:  # not booked in this moment
                found[row.session].moods[moment] = msgspec.json.decode(plain, type=Value)
        return found

    async def _opened(
        self, session: UUID, line: bytes | None, said: bytes | None, at: int
    ) -> Change:
        change = Change(session, {}, None)
        if (plain := await self._plain(line, _line(session), at)) is not None:
            change = replace(change, line=msgspec.json.decode(plain, type=LineKept))
        if (mark := await self._plain(said, _said(session), at)) is not None:
            change = replace(change, said=_SAID[mark])
        return change

    async def _plain(self, sealed: bytes | None, place: str, at: int) -> bytes | None:
        if sealed is None:
            return None
        try:
            return await self._keyring.open(sealed, place, at)
        except SealError:  # it has had its time, and its row goes at the next turn
            return None

    async def _whose(self, session: UUID) -> tuple[UUID, UUID]:
        query = select(SESSION.c.clinic, SESSION.c.client).where(SESSION.c.id == session)
        async with self._database.read() as reading:
            row = (await reading.execute(query)).one_or_none()
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        return row.clinic, row.client


def _sum(one: LineKept, other: LineKept) -> LineKept:
    rungs = {
        rung: one.rungs.get(rung, 0) + other.rungs.get(rung, 0)
        for rung in one.rungs.keys() | other.rungs.keys()
    }
    return LineKept(
        one.video_s + other.video_s, one.voice_s + other.voice_s, one.text_s + other.text_s,
        one.gaps + other.gaps, round(one.gap_s + other.gap_s, 1), one.cuts + other.cuts, rungs,
    )  # fmt: skip


def _line(session: UUID) -> str:
    return f"session.line:{session}"


def _said(session: UUID) -> str:
    return f"session.line_said:{session}"


def _mood(session: UUID, moment: Moment) -> str:
    return f"mood.value:{session}:{moment}"
