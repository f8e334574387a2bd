"""A house with its stores, for the tests here: one clinic, its people, and a clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from argon2 import PasswordHasher

from signaling.access.passwords import Passwords
from signaling.accounts import Accounts, Stores
from signaling.keys.keyring import Keyring
from signaling.keys.master import new_line as new_master
from signaling.keys.master import parse
from signaling.storage.api_key_store import ApiKeyStore
from signaling.storage.availability_store import AvailabilityStore
from signaling.storage.booking_store import BookingStore
from signaling.storage.change_store import ChangeStore
from signaling.storage.credential_store import CredentialStore
from signaling.storage.database import Database
from signaling.storage.day_store import DayStore
from signaling.storage.erasure import Erasure
from signaling.storage.file_store import FileStore
from signaling.storage.journal import Journal
from signaling.storage.key_store import SqlKeyStore
from signaling.storage.note_store import NoteStore
from signaling.storage.people_store import ClinicSettings, Details, PeopleStore, PersonKind
from signaling.storage.recording_erasure import RecordingErasure
from signaling.storage.recording_folder import SealedFiles
from signaling.storage.recording_keeping import RecordingKeeping
from signaling.storage.reminder_store import ReminderStore
from signaling.storage.scheduled_store import ScheduledStore
from signaling.storage.session_store import SessionStore
from signaling.storage.sign_in_store import SignInStore
from signaling.storage.standing_store import StandingStore
from signaling.storage.thread_store import ThreadStore
from signaling.storage.thread_writer import ThreadWriter

T0 = 1_800_000_000_000


@dataclass
class House:
    """Stores over two databases."""

    keyring: Keyring
    journal: Journal
    stores: Stores
    accounts: Accounts
    sessions: SessionStore
    days: DayStore
    notes: NoteStore
    changes: ChangeStore
    threads: ThreadStore
    writer: ThreadWriter
    availability: AvailabilityStore
    bookings: BookingStore
    reminders: ReminderStore
    scheduled: ScheduledStore
    files: FileStore
    erasure: Erasure
    gone: list[UUID] = field(default_factory=list)
    in_session: set[UUID] = field(default_factory=set)

    async def clinic(self, name: str = "Harbour Clinic") -> UUID:
        """A clinic."""
        return await self.stores.people.add_clinic(name, ClinicSettings(), T0)

    async def staff(self, clinic: UUID, email: str = "li@example.org") -> UUID:
        """Somebody who works there."""
        details = Details("Li Wei", email=email)
        return await self.stores.people.add_person(clinic, PersonKind.STAFF, details, None, T0)

    async def client(self, clinic: UUID, phone: str = "+86 138 1234 5678") -> UUID:
        """Somebody who comes there."""
        details = Details("Zhang San", alias="Moon", phone=phone)
        return await self.stores.people.add_person(clinic, PersonKind.CLIENT, details, None, T0)


def house(data: Database, keys: Database, files: SealedFiles | None = None) -> House:
    """Open one; ``files`` is where recordings lie."""
    keyring = Keyring(SqlKeyStore(keys), parse(new_master()))
    journal = Journal(data, keyring)
    stores = Stores(
        PeopleStore(journal, keyring),
        StandingStore(journal),
        CredentialStore(journal, keyring),
        SignInStore(journal),
        ApiKeyStore(journal),
    )
    kept = RecordingErasure(journal, keyring, RecordingKeeping(journal, keyring), files)
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    gone: list[UUID] = []
    in_session: set[UUID] = set()
    accounts = Accounts(stores, quick)
    accounts.attend(gone.append, in_session.__contains__)
    return House(
        keyring, journal, stores, accounts, SessionStore(journal), DayStore(journal, keyring),
        NoteStore(journal, keyring), ChangeStore(journal, keyring),
        ThreadStore(journal, keyring), ThreadWriter(data, keyring),
        AvailabilityStore(journal), BookingStore(journal, keyring),
        ReminderStore(journal, keyring), ScheduledStore(journal, keyring),
        FileStore(data, keyring),
        Erasure(journal, keyring, stores.people, kept), gone, in_session,
    )  # fmt: skip
