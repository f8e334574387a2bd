"""Every call of REST, by everyone there is, toward their own and toward others: who may, who not.

The table here is written by hand and apart from ``signaling/domain/rights.py``: two who agree.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from signaling.api.house import House
from signaling.domain.booking import HOUR_MS, MINUTE_MS, Span
from signaling.domain.consent.artefact import ArtefactFact, ArtefactTurn
from signaling.domain.errors import Refusal
from signaling.domain.life import Turn
from signaling.domain.thread import Kind, Place
from signaling.files.kinds import FileType
from signaling.storage.booking_store import Parties
from signaling.storage.file_store import GIVEN_UP_MS, File
from signaling.storage.people_store import Details, PersonKind
from signaling.storage.session_store import Booked
from signaling.storage.thread_jobs import ThreadHead, Written
from signaling.thread_cards import FileCard
from signaling.working_times import WorkingRule, WorkingTimes
from tests.support import samples
from tests.support.practice import CLIENTS, PLAN, SIDES, STAFF, TODAY, Practice, now_ms, practice
from tests.support.recordings import DAY_MS, record

pytestmark = pytest.mark.integration

ONE = tuple([*STAFF, *CLIENTS, "program"])
EVERYONE = tuple(f"{side}{name}" for side in SIDES for name in ONE)
SELF, THEIRS = "target", "li"
"""The client whose data it is, and their counsellor."""
PAIR = {SELF, THEIRS}
DESK = {"admin", "program"}
BOTH_DESKS = {*DESK, "far.admin", "far.program"}
"""Of what belongs to a clinic each may ask for their own."""
ADMINS = {"admin", "far.admin"}
H = "/api/v1/appointments/{session_id}"
P = "/api/v1/people/{person_id}"
T = "/api/v1/threads/{thread_id}"
F = f"{T}/files/{{file_id}}"
R = "/api/v1/me/reminders"
C = "/api/v1/recordings/{recording_id}"
LISTENERS = {SELF, THEIRS, "supervisor"}
EVERY_PERSON = {SELF, *(who for who in EVERYONE if not who.endswith("program"))}
EVERY_CLIENT = {SELF, *(f"{side}{name}" for side in SIDES for name in CLIENTS)}
MAY: dict[tuple[str, str], set[str]] = {
    ("GET", "/api/v1/appointments"): PAIR | DESK,
    ("POST", "/api/v1/appointments"): {THEIRS} | DESK,
    ("GET", H): PAIR | DESK,
    ("PUT", f"{H}/start"): {THEIRS} | DESK,
    ("DELETE", H): {THEIRS} | DESK,
    ("POST", f"{H}/seat"): PAIR,
    ("PUT", f"{H}/late"): {THEIRS},
    ("PUT", f"{H}/time"): {THEIRS},
    ("GET", f"{H}/today"): PAIR,
    ("PUT", f"{H}/today"): {SELF},
    ("PUT", f"{H}/plan"): PAIR,
    ("POST", f"{H}/safety"): {THEIRS},
    ("GET", f"{H}/safety-note"): {THEIRS},
    ("PUT", f"{H}/safety-note"): {THEIRS},
    ("PUT", f"{H}/moods/{{moment}}"): {SELF},
    ("PUT", f"{H}/line"): {SELF},
    ("GET", f"{P}/change"): PAIR,
    ("GET", "/api/v1/threads"): {*EVERYONE, SELF},
    ("PUT", f"{P}/threads/{{counsellor_id}}"): PAIR,
    ("GET", f"{T}/messages"): PAIR,
    ("POST", f"{T}/messages"): PAIR,
    ("POST", f"{T}/recalls"): PAIR,
    ("PUT", f"{T}/mark"): PAIR,
    ("PUT", f"{T}/keep"): {SELF},
    ("PUT", f"{T}/keep-change"): {SELF},
    ("GET", f"{P}/working-times"): {THEIRS} | DESK,
    ("PUT", f"{P}/working-times"): {THEIRS} | DESK,
    ("GET", f"{T}/free-times"): PAIR,
    ("GET", f"{T}/working"): PAIR,
    ("GET", f"{T}/later"): PAIR,
    ("POST", f"{T}/later"): PAIR,
    ("DELETE", f"{T}/later/{{later_id}}"): PAIR,
    ("GET", f"{T}/bookings"): PAIR,
    ("POST", f"{T}/bookings"): PAIR,
    ("POST", f"{T}/bookings/{{booking_id}}/acts"): PAIR,
    ("PUT", F): PAIR,
    ("GET", F): PAIR,
    ("DELETE", F): PAIR,
    ("POST", f"{F}/pieces"): PAIR,
    ("POST", f"{F}/message"): PAIR,
    ("GET", R): EVERY_CLIENT,
    ("PUT", R): EVERY_CLIENT,
    ("POST", f"{R}/browsers"): EVERY_CLIENT,
    ("POST", f"{R}/browsers/forget"): EVERY_CLIENT,
    ("GET", "/api/v1/recordings"): EVERY_PERSON,
    ("POST", "/api/v1/recordings/stop"): ADMINS,
    ("GET", C): LISTENERS,
    ("DELETE", C): {SELF, "admin"},
    ("GET", f"{C}/files/{{number}}"): LISTENERS,
    ("POST", f"{C}/watched"): LISTENERS,
    ("POST", f"{C}/take-back"): PAIR,
    ("POST", f"{C}/keep"): {SELF},
    ("POST", f"{C}/later"): {THEIRS},
    ("POST", f"{C}/later/answer"): {SELF},
    ("GET", "/api/v1/proofs"): {*EVERYONE, SELF},
    ("GET", "/api/v1/proofs/key"): {*EVERYONE, SELF},
    ("GET", "/api/v1/clinic"): {*EVERYONE, SELF},
    ("PUT", "/api/v1/clinic"): ADMINS,
    ("GET", "/api/v1/keys"): ADMINS,
    ("POST", "/api/v1/keys"): ADMINS,
    ("DELETE", "/api/v1/keys/{key_id}"): ADMINS,
    ("GET", "/api/v1/audit"): ADMINS,
    ("GET", "/api/v1/me/looks"): EVERY_CLIENT,
    ("PUT", "/api/v1/me/hello"): {f"{side}{name}" for side in SIDES for name in ("li", "chen")},
    ("GET", "/api/v1/people"): BOTH_DESKS,
    ("POST", "/api/v1/clients"): BOTH_DESKS,
    ("POST", "/api/v1/staff"): ADMINS,
    ("DELETE", P): {SELF, "admin"},
    ("GET", f"{P}/contact"): PAIR,
    ("PUT", f"{P}/contact"): {SELF} | DESK,
    ("PUT", f"{P}/minor"): DESK,
    ("POST", f"{P}/invitations"): DESK,
    ("POST", f"{P}/end"): DESK,
    ("PUT", f"{P}/positions/{{position}}"): {"admin"},
    ("DELETE", f"{P}/positions/{{position}}"): {"admin"},
    ("PUT", f"{P}/counsellors/{{counsellor_id}}"): DESK,
    ("DELETE", f"{P}/counsellors/{{counsellor_id}}"): DESK,
}
ALWAYS = WorkingTimes("UTC", [WorkingRule("00:00", 1440, rule="FREQ=DAILY", first="2026-01-01")])
"""Of somebody who never sleeps."""
ENDPOINT = "https://fcm.googleapis.com/fcm/send/seeded"
KEYS = {"p256dh": "B" * 87, "auth": "A" * 22}
CONTACT = {"name": "Somebody"}
STAGES = ("begun", "whole", "ready")
"""How far a file may be."""
REFUSED = {401, 403, 404}


@dataclass
class Target:
    """A client with a browser, their hour, and what can be asked of both."""

    here: Practice
    hour: Booked
    thread: UUID
    booking: UUID
    later: dict[str, UUID]
    """What each of the two has written for later."""
    files: dict[tuple[str, str], UUID]
    """Of each of the two: one ``begun``, one that came ``whole``, one that is ``ready``."""
    number: int
    recording: UUID = field(default_factory=uuid4)

    def file(self, method: str, path: str, who: str) -> UUID:
        """The file with which a call can be done; of who has none, the client's."""
        if method == "PUT":
            return uuid4()
        stage = "whole" if path.endswith("/message") else "begun"
        return self.files[who if who in PAIR else SELF, "ready" if method == "GET" else stage]

    def path(self, method: str, path: str, who: str) -> str:
        """A path with its ids, for who asks."""
        people = self.here.people
        of_staff = "positions" in path or "working-times" in path
        ids = {
            "session_id": str(self.hour.id),
            "thread_id": str(self.thread),
            "booking_id": str(self.booking),
            "later_id": str(self.later[who]) if who in self.later else str(self.booking),
            "file_id": str(self.file(method, path, who)) if "{file_id}" in path else "",
            "person_id": str(people["li" if of_staff else SELF]),
            "counsellor_id": str(people["li"]),
            "key_id": str(self.hour.id),
            "recording_id": str(self.recording),
            "number": "1",
            "moment": "before",
            "position": "supervisor" if method == "PUT" else "admin",
        }
        return re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path)

    def body(self, path: str) -> Any:
        """A body that would be taken."""
        people = self.here.people
        later = now_ms() + (100 + 2 * self.number) * 24 * 60 * MINUTE_MS
        soon = on_the_hour(26 + 2 * self.number)
        bodies: dict[str, Any] = {
            "/api/v1/appointments": {
                "counsellor": str(people["li"]), "client": str(people[SELF]), "starts_at": later,
            },
            f"{H}/start": {"starts_at": later + 24 * 60 * MINUTE_MS},
            f"{H}/late": {"minutes": 5},
            f"{H}/time": {"more_minutes": 5},
            f"{H}/today": TODAY,
            f"{H}/plan": PLAN,
            f"{H}/moods/{{moment}}": {"value": 5},
            f"{H}/line": {"said": "cut"},
            f"{H}/safety-note": {"note": "Her sister drives over."},
            "/api/v1/clinic": {},
            "/api/v1/clients": {"contact": CONTACT},
            "/api/v1/staff": {
                "contact": CONTACT, "email": f"new{self.number}@example.org",
                "position": "counsellor",
            },
            "/api/v1/me/hello": {"hello": "Take your time."},
            f"{P}/contact": CONTACT,
            f"{T}/messages": {
                "id": f"m{self.number}", "hand": f"h{self.number}", "ref": 1, "after": "",
                "body": "I am well today",
            },
            f"{T}/recalls": {"number": 1},
            f"{T}/mark": {"delivered": 1, "read": 1},
            f"{T}/keep": {"days": 30},
            f"{T}/keep-change": {"days": None},
            f"{P}/minor": {"minor": True},
            f"{P}/invitations": {},
            f"{P}/working-times": msgspec.to_builtins(ALWAYS),
            R: {"before": [60], "zone": "Asia/Shanghai"},
            f"{R}/browsers": {"endpoint": ENDPOINT, "keys": KEYS},
            f"{R}/browsers/forget": {"endpoint": ENDPOINT},
            f"{T}/later": {"id": str(uuid4()), "body": "x", "due_at": soon},
            F: {"kind": "file", "name": "x.pdf", "bytes": len(samples.PDF)},
            f"{C}/watched": {"start_ms": 0, "stop_ms": 5000},
            f"{C}/take-back": {},
            f"{C}/later": {"purpose": "teaching"},
            f"{C}/later/answer": {"purpose": "teaching", "agree": False},
            f"{T}/bookings": {"starts_at": soon},
            f"{T}/bookings/{{booking_id}}/acts": {
                "act": "suggest", "revision": 1, "starts_at": soon,
            },
        }  # fmt: skip
        return bodies.get(path)

    def beside(self, method: str, path: str) -> dict[str, Any]:
        """What is asked with beside a path and JSON."""
        if path == f"{F}/pieces":
            return {"params": {"at": "0"}, "data": samples.PDF}
        if (method, path) == ("GET", "/api/v1/appointments"):
            span = {"since": "0", "until": "4000000000000"}
            return {"params": span | {"whose": "client", "person": str(self.here.people[SELF])}}
        return {}

    async def ask(self, who: str, method: str, path: str) -> int:
        """Ask as somebody; returns the status."""
        more = self.beside(method, path)
        body = self.body(path) if method in {"PUT", "POST"} else None
        if path.endswith("/recalls") and who == THEIRS:
            body["number"] = 2  # of one's own message alone
        return (await self.here.ask(who, method, self.path(method, path, who), body, **more))[0]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(
        tmp_path, reminders={"to_folder": True}, recording={"folder": str(tmp_path / "recordings")}
    ) as made:
        yield made


async def target(
    here: Practice, number: int = 0, *, is_admitted: bool = False, path: str = ""
) -> Target:
    """Somebody new, whose counsellor is ``li``, and whose hour is now; nobody else has it.

    With as much beside it as a call of ``path`` needs; empty for all.
    """
    stores, at = here.stores.accounts.stores, now_ms()
    details = Details("Target Seeded", alias="Target")
    clinic = here.clinics[""]
    person = await stores.people.add_person(clinic, PersonKind.CLIENT, details, None, at)
    if SELF in here.browsers:
        await here.browsers[SELF].close()
    await here.sign_in(SELF, clinic, person)
    await stores.standing.bind(here.people["li"], person, here.people["admin"], at)
    for known in await here.stores.sessions.overdue(now_ms() + 2 * 60 * MINUTE_MS):
        for turn in (Turn.CANCEL, Turn.END):
            with contextlib.suppress(Refusal):
                await here.stores.sessions.step(known, turn, None, at)
    hour = await here.hour("li", SELF, at)
    if is_admitted:
        await here.stores.sessions.step(hour, Turn.ARRIVE, person, at)
        await here.stores.sessions.admit(hour, "test", here.people["li"], at)
    thread = await here.stores.threads.open(clinic, here.people["li"], person, person, at)
    for author in (person, here.people["li"]):
        said = Written(
            thread.id, author, Place(str(author), 1, ""), str(author), Kind.TEXT, "x", at
        )
        await here.stores.thread_writer.write(said)
    later = {SELF: uuid4(), THEIRS: uuid4()}
    files = {(who, stage): uuid4() for who in PAIR for stage in STAGES}
    made = Target(here, hour, thread.id, uuid4(), later, files, number)
    await arrange(made, thread, path)
    return made


async def arrange(made: Target, thread: ThreadHead, path: str) -> None:
    """What a call of ``path`` needs in the thread."""
    here, at = made.here, now_ms()
    if not path or "booking" in path or "times" in path:
        await here.stores.availability.set(
            thread.clinic, thread.counsellor, ALWAYS, thread.client, at
        )
        parties = Parties(thread.id, thread.clinic, thread.counsellor, thread.client)
        asked = Span(on_the_hour(25 + 2 * made.number), 50)
        await here.stores.bookings.begin(made.booking, parties, thread.client, asked, at)
    if not path or "later" in path:
        for who, ident in made.later.items():
            author = here.people[who]
            await here.stores.scheduled.add(ident, thread, author, "x", at + HOUR_MS, at)
    if not path or "recordings" in path:
        await arrange_recording(made, path)
    if not path or "threads/{thread_id}/files" in path:
        # A counsellor has only so many on their way: those for the targets before are over.
        await here.stores.files.give_up(at + GIVEN_UP_MS + 1)
        for (who, stage), ident in made.files.items():
            await send_file(here, File(
                ident, thread.id, here.people[who], Kind.FILE, len(samples.PDF), 0, at, None, "x"
            ), thread, stage)  # fmt: skip


async def arrange_recording(made: Target, path: str) -> None:
    """One that its two people and a supervisor may play; for ``keep`` it was taken back."""
    stores, at = made.here.stores, now_ms() - 2 * DAY_MS
    files = stores.kept_recordings.erasure.files
    assert files is not None
    recorded = await record(stores.recordings, files, made.hour, at, client_plays=True)
    made.recording = recorded.ident
    keeping = stores.kept_recordings.keeping
    turn = ArtefactTurn.GIVE_UP if path.endswith("/keep") else ArtefactTurn.COOL
    fact = ArtefactFact(turn, now_ms())
    client = made.hour.client
    taken_by = client if turn is ArtefactTurn.GIVE_UP else None
    await keeping.turn(recorded.ident, lambda _held: ([fact], taken_by), client, now_ms())
    purposes = ["teaching"] if "/later" in path else []
    clinic = {"recording": {"purposes": purposes, "client_may_play": True}}
    assert (await made.here.ask("admin", "PUT", "clinic", clinic))[0] < 300
    if path.endswith("/later/answer"):
        asked = {"purpose": "teaching"}
        where = f"recordings/{recorded.ident}/later"
        assert (await made.here.ask("li", "POST", where, asked))[0] == 200


async def send_file(here: Practice, file: File, thread: ThreadHead, stage: str) -> None:
    """Bring a file as far as this."""
    files, at = here.stores.files, file.begun_at
    await files.begin(file, thread)
    if stage != "begun":
        file = await files.add(file, thread, 0, samples.PDF, at)
    if stage == "ready":
        card = FileCard(file.id, "x.pdf", FileType.PDF, file.bytes, 0, 0, 0)
        await files.put(file, thread, msgspec.json.encode(card).decode(), samples.PDF, at)


def on_the_hour(hours: int) -> int:
    """So many hours from now, or a little less."""
    return (now_ms() // HOUR_MS + hours) * HOUR_MS


def table(here: Practice) -> set[tuple[str, str]]:
    """What the gateway answers; nothing of it is asked here, so that no room is needed."""
    registry = here.house.app.registry
    made = House(
        here.stores, sit=registry.sit, changed=registry.refresh, let_out=registry.let_out,
        base_url=lambda: here.house.app.url,
    )  # fmt: skip
    return {(call.method, call.path) for call in made.calls}


async def test_the_matrix_has_every_call(here: Practice) -> None:
    assert table(here) == set(MAY)


@pytest.mark.timeout(180)  # some 500 calls, each with its row in the audit
async def test_whoever_may_not_is_refused_and_it_is_told_of(here: Practice) -> None:
    aim = await target(here)
    wrong = []
    for method, path in MAY:
        others = [who for who in EVERYONE if who not in MAY[method, path]]
        before = await here.refusals()
        for who in others:
            status = await aim.ask(who, method, path)
            if status not in REFUSED:
                wrong.append((who, method, path, status))
        told = await here.refusals() - before
        if told != len(others):
            wrong.append(("audit", method, path, told - len(others)))
        if await aim.ask("stranger", method, path) != 401:
            wrong.append(("stranger", method, path, 0))
    assert not wrong
    assert (await here.stores.sessions.get(aim.hour.id)) == aim.hour


@pytest.mark.timeout(180)  # some 120 calls, each on somebody new
async def test_whoever_may_is_answered(here: Practice) -> None:
    """Each on somebody new, where it is about somebody: some of it can be done once."""
    wrong = []
    aim = await target(here)
    for number, (method, path) in enumerate(MAY):
        for step, who in enumerate(sorted(MAY[method, path] - {"far.li", "far.chen"})):
            aim.number = 20 * number + step
            if "{" in path or path.endswith("/appointments"):
                is_admitted = path.endswith("/time")
                aim = await target(here, aim.number, is_admitted=is_admitted, path=path)
            status = await aim.ask(who, method, path)
            if status >= 300:
                wrong.append((who, method, path, status))
    assert not wrong
    assert await here.refusals() == 0


async def test_what_is_of_nobody_is_not_found(here: Practice) -> None:
    aim = await target(here)
    nobody = "11111111-2222-4333-8444-555555555555"
    for method, path in MAY:
        if "_id}" not in path or "key_id" in path:
            continue
        unknown = re.sub(r"\{\w+_id\}", nobody, path).replace("{moment}", "before")
        unknown = unknown.replace("{position}", "admin")
        for who in ("li", "admin", "program", SELF):
            more = aim.beside(method, path)
            status, said = await here.ask(who, method, unknown, aim.body(path), **more)
            assert (status, said["code"]) == (404, "not_found"), (who, method, path)
        if "session_id" in path:
            assert (await here.ask("li", method, path.replace("{session_id}", "x")))[0] == 404
