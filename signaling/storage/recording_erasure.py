"""To erase a recording, or somebody's part of it: the keys first, then the files, then a proof.

Times are Unix milliseconds.

Rule 1: the order is: nobody is given it any more; its keys are destroyed; every key that is left is
tried on the files as they lie there, and opens none; the files are deleted; that it was erased is
kept, for a back-up may bring it back; a certificate is signed, and the audit told.
Rule 2: it can be begun again after a crash, wherever that came: a certificate names every key that
there ever was of it.
Rule 3: what the law has kept is not erased but locked, whoever asks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from recording.probe import BESIDE, BesideProbe, Tried, probe
from recording.sealing import SegmentError, SegmentName
from recording.store import FileName
from signaling.domain.consent.artefact import OPEN, ArtefactStage, take_back
from signaling.domain.errors import Refusal
from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.receipts import ProofKind
from signaling.storage.journal import Entry, Journal
from signaling.storage.recording_folder import SealedFiles, digest
from signaling.storage.recording_keeping import RecordingKeeping
from signaling.storage.recording_proofs import ProofStore, put_proofs
from signaling.storage.recording_rows import KeptPart, KeptRecording, hold_recording
from signaling.storage.recording_tables import (
    RECORDING,
    RECORDING_ERASED,
    RECORDING_FILE,
    RECORDING_LATER,
    RECORDING_PART,
    RECORDING_PARTY,
)

_MOST: Final = 1 << 24
"""More than lies beside any file."""
BATCH: Final = 50
"""Keys that are tried before anybody else has a turn."""


class NoFolder(OSError):
    """Nobody has said where recordings lie: what was recorded cannot be deleted."""


class RecordingReadable(Exception):
    """A key was destroyed and another one opens the file: nothing more may be promised."""


@dataclass(slots=True)
class _Files:
    """What lies in the folder of what is to be erased."""

    names: list[FileName] = field(default_factory=list)
    files: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By its number, how long each is, and its SHA-256."""
    probes: list[Tried] = field(default_factory=list)


class RecordingErasure:
    """``files`` is where they lie; None: nobody has said."""

    def __init__(
        self, journal: Journal, keyring: Keyring, keeping: RecordingKeeping,
        files: SealedFiles | None = None,
    ) -> None:  # fmt: skip
        self._journal = journal
        self._database = journal.database
        self._keyring = keyring
        self._keeping = keeping
        self._proofs = ProofStore(journal.database, keyring)
        self.files = files

    async def freeze(self, known: KeptRecording, by: UUID | None, at: int) -> None:
        """Nobody is given it from now on, and it is tried until it is erased."""
        values = {
            "stage": ArtefactStage.ERASURE_PENDING.value, "erase_at": at, "due_at": at,
            "taken_by": by, "sealed_at": at if known.artefact is None else known.artefact.sealed_at,
        }  # fmt: skip
        async with self._database.write() as changing:
            await changing.execute(
                update(RECORDING).where(RECORDING.c.id == known.id).values(values)
            )

    async def erase(self, ident: UUID, by: UUID | None, at: int) -> None:
        """Erase a recording that nobody is given any more.

        Raises :class:`Refusal` with ``not_found``, OSError where its files cannot be reached: its
        keys are gone by then, and the rest is done the next time.
        """
        known = await self._keeping.get(ident)
        await self._keyring.destroy(Kind.RECORDING, ident, at)
        found = await self._prove(known, None, at)
        files = self._there()
        await asyncio.to_thread(files.bury, ident)
        await asyncio.to_thread(files.delete, ident)
        said = await self._certificate(known, known.parts, found, at)
        rows = await self._proofs.make(
            known.clinic, _whose(known), ProofKind.ERASURE, {**said, "whole": True}, at
        )
        entry = Entry(known.clinic, by, "recording.erase", ident, at, said=said)
        async with self._journal.record(entry) as changing:
            await hold_recording(changing, ident)  # of two who erase it one is told that it is gone
            await _drop_rows(changing, ident)
            await changing.execute(delete(RECORDING_ERASED).where(_tomb(ident)))
            await changing.execute(
                insert(RECORDING_ERASED).values(recording=ident, clinic=known.clinic, at=at)
            )
            await put_proofs(changing, rows)
        await self._database.checkpoint()

    async def erase_parts(
        self, known: KeptRecording, parts: Sequence[KeptPart], by: UUID | None, at: int
    ) -> None:
        """Erase parts that were taken; the rest stays. Raises OSError as :meth:`erase` does."""
        if not parts:
            return
        for part in parts:
            await self._keyring.destroy(Kind.PART, part.id, at)
        theirs = {part.id for part in parts}
        found = await self._prove(known, theirs, at)
        files = self._there()
        for part in parts:
            await asyncio.to_thread(files.bury, known.id, part.id)
        for name in found.names:
            await asyncio.to_thread(files.drop, known.id, name)
        said = await self._certificate(known, parts, found, at)
        rows = await self._proofs.make(
            known.clinic, _whose(known), ProofKind.ERASURE, {**said, "whole": False}, at
        )
        entry = Entry(known.clinic, by, "recording.erase_part", known.id, at, said=said)
        async with self._journal.record(entry) as changing:
            await changing.execute(delete(RECORDING_FILE).where(RECORDING_FILE.c.part.in_(theirs)))
            await changing.execute(
                update(RECORDING_PART)
                .where(RECORDING_PART.c.id.in_(theirs))
                .values(destroyed_at=at, taken_at=func.coalesce(RECORDING_PART.c.taken_at, at))
            )
            await put_proofs(changing, rows)
        await self._database.checkpoint()

    async def forget_client(self, client: UUID, clinic: UUID, by: UUID, at: int) -> None:
        """Everything of a client goes: recordings too, but for what the law has kept.

        Of that the key is wrapped by the clinic's from now on, for the client's own is destroyed.
        """
        for ident in await self._keeping.all_of(client):
            known = await self._keeping.get(ident)
            if known.floor_until is not None and at < known.floor_until:
                await self._keyring.lift(Kind.RECORDING, ident, Kind.TENANT, clinic, at)
                await self._lock(known, by, at)
            else:
                with contextlib.suppress(OSError):  # its keys are gone: its files by the night
                    await self.freeze(known, by, at)
                    await self.erase(ident, by, at)

    async def replay(self, at: int) -> int:
        """Erase again what a back-up has brought back; returns how many recordings that were.

        Raises OSError where the folder cannot be reached.
        """
        if self.files is None:
            return 0
        async with self._database.read() as reading:
            stored = set((await reading.execute(select(RECORDING_ERASED.c.recording))).scalars())
        buried = await asyncio.to_thread(self.files.buried)
        for ident in stored - buried:
            await asyncio.to_thread(self.files.bury, ident)
        erased = stored | buried
        lying = set(await asyncio.to_thread(self.files.recordings)) & erased
        again = set()
        for ident in erased:
            if await self._keyring.destroy(Kind.RECORDING, ident, at) or ident in lying:
                again.add(ident)
                await asyncio.to_thread(self.files.delete, ident)
        for ident in set(await self._keeping.all_ids()) & erased:
            again.add(ident)
            with contextlib.suppress(Refusal):
                await self.erase(ident, None, at)
        return len(again | await self._replay_parts(self.files, erased, at))

    async def _replay_parts(self, files: SealedFiles, erased: set[UUID], at: int) -> set[UUID]:
        """The same of parts that were erased alone: of what is left the client is asked anew."""
        stored = await self._keeping.destroyed_parts()
        buried = await asyncio.to_thread(files.buried_parts)
        for recording, part in stored - buried:
            await asyncio.to_thread(files.bury, recording, part)
        again = set()
        gone: dict[UUID, set[UUID]] = {}
        for each in stored | buried:
            if each.recording not in erased:
                gone.setdefault(each.recording, set()).add(each.part)
        for ident, parts in gone.items():
            lying = {name.part for name in await asyncio.to_thread(files.list, ident)}
            back = {
                part for part in parts
                if await self._keyring.destroy(Kind.PART, part, at)
                or part in lying or (ident, part) not in stored
            }  # fmt: skip
            with contextlib.suppress(Refusal):  # a back-up from before there was any of it
                known = await self._keeping.get(ident)
                await self.erase_parts(known, [p for p in known.parts if p.id in back], None, at)
                again |= {ident} if back else set()
                await self._ask_anew(known, parts, at)
        return again

    async def _ask_anew(self, known: KeptRecording, gone: set[UUID], at: int) -> None:
        """Somebody else had taken theirs back: unless the client says so the rest does not stay.

        Of a medium that all have lost it was the client who took it out.
        """
        left = {part.medium for part in known.parts if part.id not in gone}
        whose = {party.id: party.person for party in known.parties}
        by = [
            whose[part.party] for part in known.parts
            if part.id in gone and part.destroyed_at is None and part.medium in left
            and whose[part.party] != known.client
        ]  # fmt: skip
        if by and known.artefact is not None and known.artefact.stage in OPEN:
            give_up = take_back(known.artefact, at)
            await self._keeping.turn(known.id, lambda _held: ([give_up], by[0]), None, at)

    async def sweep(self) -> None:
        """Delete what lies there of what was erased: a recorder may have been at it yet."""
        if self.files is None:
            return
        async with self._database.read() as reading:
            erased = set((await reading.execute(select(RECORDING_ERASED.c.recording))).scalars())
        for ident in set(await asyncio.to_thread(self.files.recordings)) & erased:
            await asyncio.to_thread(self.files.delete, ident)

    # --- parts ------------------------------------------------------------------------------------

    async def _lock(self, known: KeptRecording, by: UUID, at: int) -> None:
        values = {
            "stage": ArtefactStage.LOCKED.value, "due_at": known.floor_until, "erase_at": at,
            "sealed_at": at if known.artefact is None else known.artefact.sealed_at,
        }  # fmt: skip
        entry = Entry(known.clinic, by, "recording.lock", known.id, at)
        async with self._journal.record(entry) as changing:
            await changing.execute(
                update(RECORDING).where(RECORDING.c.id == known.id).values(values)
            )

    async def _prove(self, known: KeptRecording, parts: set[UUID] | None, at: int) -> _Files:
        """Look at what lies there, and try every key that there is. Raises RecordingReadable."""
        if self.files is None:
            return _Files()
        found = await asyncio.to_thread(_look, self.files, known, parts)
        batch: list[bytes] = []
        async for key in self._keyring.every(at):
            batch.append(key.recorder)
            if len(batch) == BATCH:
                await _try(found.probes, batch)
                batch = []
        await _try(found.probes, batch)
        return found

    async def _certificate(
        self, known: KeptRecording, parts: Sequence[KeptPart], found: _Files, at: int
    ) -> dict[str, Any]:
        """Return what a certificate says: of every key that there ever was, of every file."""
        keys = [key for part in parts for key in await self._keyring.ever(Kind.PART, part.id)]
        if parts == known.parts:
            keys = [*await self._keyring.ever(Kind.RECORDING, known.id), *keys]
        theirs = {part.id for part in parts}
        # Those that a turn before this one deleted, as they were when they were sealed.
        files = {
            file.number: (file.size, file.sha256) for file in known.files if file.part in theirs
        } | found.files  # fmt: skip
        return {
            "kind": ProofKind.ERASURE.value, "recording": str(known.id),
            "clinic": str(known.clinic), "session": str(known.session), "at": at,
            "keys": [str(key) for key in keys], "files": len(files),
            "bytes": sum(size for size, _ in files.values()),
            "sha256": [digest for _, (_, digest) in sorted(files.items())],
        }  # fmt: skip

    def _there(self) -> SealedFiles:
        if self.files is None:
            raise NoFolder
        return self.files


def _look(files: SealedFiles, known: KeptRecording, parts: set[UUID] | None) -> _Files:
    found = _Files()
    for name in files.list(known.id):
        if parts is not None and name.part not in parts:
            continue
        segment = SegmentName(known.clinic, known.id, name.number)
        if name.kind in BESIDE:
            data = files.read(known.id, name, 0, _MOST)
            found.probes.append(BesideProbe(segment, name.kind, data))
        if name.kind != "seal":
            continue
        with files.opened(known.id, name) as read:
            found.names.append(name)
            found.files[name.number] = digest(read)
            with contextlib.suppress(SegmentError):  # nothing in it can be opened
                tried = probe(read, segment)
                found.probes += [] if tried is None else [tried]
    return found


async def _try(probes: Sequence[Tried], keys: Sequence[bytes]) -> None:
    opens = await asyncio.to_thread(
        lambda: any(each.opens(key) for key in keys for each in probes)
    )  # fmt: skip
    if opens:
        raise RecordingReadable


def _whose(known: KeptRecording) -> list[UUID]:
    return [known.client, *(p.person for p in known.parties if p.person != known.client)]


def _tomb(ident: UUID) -> Any:
    return RECORDING_ERASED.c.recording == ident


async def _drop_rows(changing: AsyncConnection, ident: UUID) -> None:
    for table in (RECORDING_LATER, RECORDING_FILE, RECORDING_PART, RECORDING_PARTY):
        await changing.execute(delete(table).where(table.c.recording == ident))
    await changing.execute(delete(RECORDING).where(RECORDING.c.id == ident))
