"""What lasts, opened: both databases brought to their shape, the keys, and everything kept in them.

Rule: nothing is opened half. Whatever is missing or does not fit stops the start with one line.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from signaling import logs
from signaling.access.passwords import Passwords
from signaling.accounts import Accounts, Stores
from signaling.booked_hour import HourStores
from signaling.config import Storage
from signaling.kept_recordings import KeptStores
from signaling.keys import master
from signaling.keys.keyring import Keyring
from signaling.keys.master import FileMaster, LocalMaster, MasterError
from signaling.storage.api_key_store import ApiKeyStore
from signaling.storage.availability_store import AvailabilityStore
from signaling.storage.booking_store import BookingStore
from signaling.storage.change_store import ChangeStore
from signaling.storage.credential_store import CredentialStore
from signaling.storage.database import Database, StorageAway
from signaling.storage.day_store import DayStore
from signaling.storage.erasure import Erasure
from signaling.storage.file_store import FileStore
from signaling.storage.journal import Journal
from signaling.storage.key_store import SqlKeyStore
from signaling.storage.later_store import LaterStore
from signaling.storage.migrate import Line, ShapeError, upgrade
from signaling.storage.note_store import NoteStore
from signaling.storage.people_store import PeopleStore
from signaling.storage.recording_erasure import RecordingErasure
from signaling.storage.recording_folder import FolderHold, FolderTaken, SealedFolder
from signaling.storage.recording_keeping import RecordingKeeping
from signaling.storage.recording_proofs import ProofStore
from signaling.storage.recording_store import RecordingStore
from signaling.storage.reminder_store import ReminderStore
from signaling.storage.scheduled_store import ScheduledStore
from signaling.storage.session_store import SessionStore
from signaling.storage.sign_in_store import SignInStore
from signaling.storage.standing_store import StandingStore
from signaling.storage.thread_store import ThreadStore
from signaling.storage.thread_writer import ThreadWriter

MASTER_FILE: Final = "master.key"
PRIVATE: Final = 0o700


class StoreError(Exception):
    """What lasts cannot be opened; the text is one line for whoever started the gateway."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Everything that lasts. :meth:`close` when done."""

    data: Database
    keys: Database
    keyring: Keyring
    journal: Journal
    accounts: Accounts
    sessions: SessionStore
    days: DayStore
    notes: NoteStore
    changes: ChangeStore
    threads: ThreadStore
    thread_writer: ThreadWriter
    availability: AvailabilityStore
    bookings: BookingStore
    reminders: ReminderStore
    scheduled: ScheduledStore
    files: FileStore
    recordings: RecordingStore
    kept_recordings: KeptStores
    erasure: Erasure
    passwords: Passwords
    hold: FolderHold | None = None
    """Of the folder of recordings."""

    @property
    def hours(self) -> HourStores:
        """Return where an hour and its people are kept."""
        kept = self.accounts.stores
        return HourStores(
            kept.people, kept.standing, self.sessions, self.days, self.notes, self.changes
        )

    async def close(self) -> None:
        """Close both databases."""
        self.passwords.close()
        await self.thread_writer.stop()
        await self.data.stop()
        await self.keys.stop()
        if self.hold is not None:
            self.hold.release()


async def open_stores(settings: Storage, recordings: str = "") -> Opened:
    """Open what lasts; ``recordings`` is the folder they lie in. Raises :class:`StoreError`."""
    held = await asyncio.to_thread(read_master, settings)
    data, keys = Database(_url(settings, "data")), Database(_url(settings, "keys"))
    try:
        await upgrade(keys, Line.KEYS)
        await upgrade(data, Line.DATA)
    except (ShapeError, StorageAway, OSError) as error:
        await data.stop()
        await keys.stop()
        raise StoreError(f"storage: {_reason(error)}") from None
    data.start()
    keys.start()
    keyring = Keyring(SqlKeyStore(keys), held)
    journal = Journal(data, keyring)
    people = PeopleStore(journal, keyring)
    stores = Stores(
        people,
        StandingStore(journal),
        CredentialStore(journal, keyring),
        SignInStore(journal),
        ApiKeyStore(journal),
    )
    kept = _kept_recordings(journal, keyring, recordings)
    passwords = await asyncio.to_thread(Passwords)  # works on one at once: 0.1 s
    accounts = Accounts(stores, passwords)
    return Opened(
        data, keys, keyring, journal, accounts, SessionStore(journal), DayStore(journal, keyring),
        NoteStore(journal, keyring), ChangeStore(journal, keyring),
        ThreadStore(journal, keyring), ThreadWriter(data, keyring),
        AvailabilityStore(journal), BookingStore(journal, keyring),
        ReminderStore(journal, keyring), ScheduledStore(journal, keyring), FileStore(data, keyring),
        RecordingStore(journal, keyring, people, files=kept.erasure.files), kept,
        Erasure(journal, keyring, people, kept.erasure), passwords,
    )  # fmt: skip


async def open_as_gateway(settings: Storage, recordings: str) -> Opened:
    """The same, for the one gateway that records into this folder. Raises :class:`StoreError`."""
    hold = await asyncio.to_thread(_hold, recordings) if recordings else None
    try:
        return replace(await open_stores(settings, recordings), hold=hold)
    except BaseException:
        if hold is not None:
            hold.release()
        raise


def _hold(recordings: str) -> FolderHold | None:
    try:
        return FolderHold(Path(recordings))
    except FolderTaken:
        raise StoreError("recording.folder: another gateway that runs records into it") from None
    except OSError:  # while it is away nobody else is at it either
        logs.warning("recordings_away")
        return None


def _kept_recordings(journal: Journal, keyring: Keyring, folder: str) -> KeptStores:
    files = SealedFolder(Path(folder)) if folder else None
    keeping = RecordingKeeping(journal, keyring)
    erasure = RecordingErasure(journal, keyring, keeping, files)
    proofs = ProofStore(journal.database, keyring)
    return KeptStores(keeping, erasure, proofs, LaterStore(journal))


def master_path(settings: Storage) -> Path:
    """Return the file of the master key."""
    return Path(settings.master_key_file or Path(settings.folder) / MASTER_FILE)


def read_master(settings: Storage) -> LocalMaster:
    """Read the master key, from the environment or its file.

    In a folder that has no data yet a first one is made. Raises :class:`StoreError`.
    """
    try:
        if settings.master_key:
            return master.parse(settings.master_key.replace(",", "\n"))
        path = master_path(settings)
        if not path.exists() and _is_new(settings):
            master.put_first(path, master.new_line())
        return FileMaster(path)
    except MasterError as error:
        raise StoreError(f"storage: {error}") from None


def _is_new(settings: Storage) -> bool:
    """Nothing was sealed yet, so that no key can have been lost."""
    if settings.data or settings.keys:
        return False
    folder = Path(settings.folder)
    return not any((folder / f"{what}.db").exists() for what in ("data", "keys"))


def _url(settings: Storage, what: str) -> str:
    given: str = getattr(settings, what)
    if given:
        return given
    folder = Path(settings.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    except OSError as error:
        raise StoreError(f"storage.folder: {error.strerror}") from None
    return f"sqlite:///{folder.resolve() / what}.db"


def _reason(error: Exception) -> str:
    if isinstance(error, ShapeError):
        return str(error)
    return "the database cannot be reached, or may not be written"
