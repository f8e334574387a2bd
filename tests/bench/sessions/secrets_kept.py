"""Whoever has the bytes has nothing: names, phones and words are looked for in all of them."""

from __future__ import annotations

import random
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from sqlalchemy import func, make_url, select, update

from media.channel import RecordedFile
from signaling.access import bearer, one_time
from signaling.carriers.push import PushKeys, Subscription
from signaling.config import Storage
from signaling.domain.booking import Span
from signaling.domain.consent.later import LaterRequest
from signaling.domain.consent.terms import (
    ConsentFact,
    ConsentTurn,
    Medium,
    PartyRole,
    Purpose,
    Scope,
)
from signaling.domain.life import Turn
from signaling.domain.rights import Position
from signaling.domain.thread import Kind, Place, file_ident
from signaling.files.kinds import FileType
from signaling.storage.audit_tables import AUDIT_EVENT
from signaling.storage.booking_store import Parties
from signaling.storage.change_store import LineKept, LineSaid, Moment
from signaling.storage.day_store import Caller, Near, Plan, Today
from signaling.storage.file_store import File
from signaling.storage.journal import Entry
from signaling.storage.people_store import ClinicSettings, Details, PersonKind
from signaling.storage.recording_folder import SealedFolder
from signaling.storage.recording_store import Told
from signaling.storage.reminder_store import Coming, Wish
from signaling.storage.session_store import Booked, Wanted
from signaling.storage.thread_jobs import Seen, ThreadHead, Written
from signaling.stores import Opened, open_stores
from signaling.thread_cards import FileCard
from signaling.working_times import WorkingTimes
from tests.bench.sessions.place import DAY_MS, now_ms

NAMES: Final = ("Zhang Sanfeng-Seeded", "张三丰种子", "Moonlight-Seeded", "Harbour-Seeded")
NUMBERS: Final = ("13812345678", "13787654321", "138 1234 5678", "137 8765 4321")
WORDS: Final = (
    "12 Plum Lane Seeded", "梅花巷十二号", "told me by phone seeded", "li@seeded.example",
    "her sister drives over seeded", "请转告值班老师种子",
)  # fmt: skip
SEEDS: Final = (*NAMES, *NUMBERS, *WORDS)
FLIPS: Final = 200


async def look(storage: Storage, folder: Path) -> dict[str, int]:
    """Seed, look, erase, look again; then change bits of the audit. Returns counts."""
    stores = await open_stores(storage, str(folder / "recordings"))
    try:
        clinic, client = await fill(stores)
        await _flush(stores, storage)
        found = {"before": hits(folder)}
        await stores.erasure.erase(client, client, now_ms())
        await _flush(stores, storage)
        found["after"] = hits(folder)
        found["flips"], found["seen"] = await _flip(stores, clinic)
        return found
    finally:
        await stores.close()


def hits(folder: Path) -> int:
    """How many of the seeds are anywhere in any file, in any of the ways text is stored."""
    wanted = [seed.encode(coding) for seed in SEEDS for coding in ("utf-8", "utf-16-le", "gb18030")]
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return sum(each in everything for each in wanted)


async def fill(stores: Opened) -> tuple[UUID, UUID]:
    """A clinic with something in every place; returns (clinic, client)."""
    kept, at = stores.accounts.stores, now_ms()
    clinic = await kept.people.add_clinic(NAMES[3], ClinicSettings(phone=NUMBERS[2]), at)
    staff = await kept.people.add_person(
        clinic, PersonKind.STAFF, Details(NAMES[1], email=WORDS[3]), None, at
    )
    details = Details(NAMES[0], alias=NAMES[2], phone=NUMBERS[0])
    client = await kept.people.add_person(clinic, PersonKind.CLIENT, details, None, at)
    await kept.standing.bind(staff, client, staff, at)
    hour = await stores.sessions.book(Wanted(staff, client, at, 50), staff, at)
    today = Today(f"{WORDS[0]} {WORDS[1]}", NUMBERS[0], NAMES[1], NUMBERS[1], Near.NOBODY)
    await stores.days.set_today(hour.id, today, client, at)
    plan = Plan(Caller.COUNSELLOR, NUMBERS[2], call_is_safe=True, wait_s=30)
    await stores.days.set_plan(hour.id, plan, client, at)
    await stores.changes.rate(hour.id, Moment.BEFORE, 3, at)
    await stores.changes.rate_line(hour.id, LineSaid.HARD, at)
    await stores.sessions.step(hour, Turn.ARRIVE, client, at)
    await stores.sessions.admit(hour, WORDS[2], staff, at)
    await stores.changes.note_line(hour.id, LineKept(voice_s=60), at)
    await kept.standing.give_position(staff, Position.COUNSELLOR, None, at)
    await kept.credentials.set(clinic, staff, "a hash", one_time.new_secret(), at)
    await stores.accounts.invite(client, "123456", staff, at)
    await kept.sign_ins.begin(clinic, client, bearer.digest(bearer.new()), at + DAY_MS, at)
    await kept.api_keys.add(clinic, bearer.digest(bearer.new()), staff, at)
    await stores.journal.days.sign(at + DAY_MS)
    await stores.notes.write(hour.id, f"{WORDS[4]} {WORDS[5]}", staff, at)
    thread = (await stores.threads.open(clinic, staff, client, staff, at)).id
    said = Written(thread, client, Place("a", 1, ""), "1", Kind.TEXT, " ".join(WORDS), at)
    await stores.thread_writer.write(said)
    await stores.thread_writer.mark(Seen(thread, staff, 1, 1))
    await stores.threads.keep_change_for(thread, 30, client, at)
    head = await stores.threads.get(thread)
    await stores.scheduled.add(uuid4(), head, staff, " ".join(WORDS), at + DAY_MS, at)
    await _send_files(stores, head, client, at)
    await _record(stores, hour, at)
    asked = Span(at + DAY_MS, 50)
    await stores.bookings.begin(uuid4(), Parties(thread, clinic, staff, client), client, asked, at)
    await stores.availability.set(clinic, staff, WorkingTimes("UTC"), staff, at)
    where = Subscription(f"https://fcm.googleapis.com/{NAMES[2]}", PushKeys("k", NUMBERS[0]))
    wish = Wish(before=(60,), by_mail=True, browsers=(where,))
    await stores.reminders.set_wish(clinic, client, wish, at)
    await stores.reminders.claim(Coming(hour.id, client, at + DAY_MS, at), 60, at)
    for _ in range(100):
        await stores.days.set_today(hour.id, today, client, at)
    return clinic, client


async def _send_files(stores: Opened, head: ThreadHead, author: UUID, at: int) -> None:
    """A file that is a message, and one that came and is none yet."""
    data, name = " ".join(SEEDS).encode(), f"{NAMES[1]} {WORDS[0]}.txt"
    begun = File(uuid4(), head.id, author, Kind.FILE, len(data), 0, at, None, name)
    for file in (begun, replace(begun, id=uuid4())):
        await stores.files.begin(file, head)
        await stores.files.add(file, head, 0, data, at)
    card = FileCard(begun.id, name, FileType.PLAIN, len(data), 0, 0, 0)
    told = msgspec.json.encode(card).decode()
    ready = await stores.files.put(begun, head, told, data, at)
    ident = file_ident(begun.id)
    await stores.thread_writer.write(
        Written(head.id, author, None, ident, Kind.FILE, ready.told, at)
    )


async def _record(stores: Opened, hour: Booked, at: int) -> None:
    """A recording that somebody agreed to, and one that was erased."""
    scope = Scope(frozenset({Purpose.CLINICAL_REVIEW}), frozenset({Medium.AUDIO}))
    grant = ConsentFact(ConsentTurn.GRANT, 1.0, "p", scope)
    said = {"language": "en", "decliner": NAMES[0]}
    await stores.recordings.tell(hour, [Told(grant, at, hour.client, said)])
    people = {hour.counsellor: PartyRole.COUNSELLOR, hour.client: PartyRole.CLIENT}
    start = Told(ConsentFact(ConsentTurn.START, 2.0), at)
    asked = LaterRequest(Purpose.TEACHING, at + DAY_MS, at)
    for _ in range(2):
        begun = await stores.recordings.begin(
            hour, uuid4(), people, scope, {Purpose.CLINICAL_REVIEW: at + DAY_MS}, None, start
        )
        made = RecordedFile(1, str(begun.parts[0].id), NAMES[2], 0, 1, 1, 1, "0" * 64)
        await stores.recordings.seal(
            begun.recording, [made], [(1, 2)], whole=True, captured_ms=1, told=[]
        )
        entry = Entry(hour.clinic, hour.counsellor, "recording.later_ask", begun.recording, at)
        await stores.kept_recordings.later.change(
            begun.recording, lambda _held, _asked: (asked, ()), entry
        )
    erasure = stores.kept_recordings.erasure
    if erasure.files is None:
        with tempfile.TemporaryDirectory() as folder:
            erasure.files = SealedFolder(Path(folder))
            await erasure.erase(begun.recording, None, at)
            erasure.files = None
    else:
        await erasure.erase(begun.recording, None, at)


async def _flush(stores: Opened, storage: Storage) -> None:
    """What a database still holds in its memory is written: that is when to look."""
    for database, address in ((stores.data, storage.data), (stores.keys, storage.keys)):
        if database.dialect == "sqlite":
            await database.checkpoint()
            continue
        url = make_url(address)
        server = await asyncpg.connect(
            user=url.username, database=url.database, host=url.query["host"]
        )
        await server.execute("CHECKPOINT")
        await server.close()


async def _flip(stores: Opened, clinic: UUID) -> tuple[int, int]:
    """One bit at a time, anywhere in any row of the audit, and back."""
    chance = random.Random(7)
    columns = [AUDIT_EVENT.c[name] for name in ("payload", "before", "hash", "mac")]
    async with stores.data.read() as connection:
        rows = int((await connection.execute(select(func.max(AUDIT_EVENT.c.seq)))).scalar_one())
    seen = 0
    for _ in range(FLIPS):
        column, here = chance.choice(columns), AUDIT_EVENT.c.seq == chance.randint(1, rows)
        async with stores.data.write() as connection:
            value = (await connection.execute(select(column).where(here))).scalar_one()
            changed = bytearray(value)
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            to = {column.name: bytes(changed)}
            await connection.execute(update(AUDIT_EVENT).where(here).values(to))
        _, fault = await stores.journal.verify(clinic, now_ms())
        seen += fault is not None
        async with stores.data.write() as connection:
            back = {column.name: value}
            await connection.execute(update(AUDIT_EVENT).where(here).values(back))
    return FLIPS, seen
