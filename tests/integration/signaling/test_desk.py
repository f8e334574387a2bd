"""The command line's desk, as an operator uses it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import time
from pathlib import Path
from uuid import UUID

import pytest

from signaling import __main__, desk
from signaling.config import Storage
from signaling.domain.life import Outcome
from signaling.storage.people_store import Details, PersonKind
from signaling.storage.session_store import Wanted
from signaling.stores import open_stores
from tests.support.recordings import Recorded, record

pytestmark = pytest.mark.integration


class Desk:
    """Commands over one folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def say(self, *words: str, code: int = 0) -> str:
        """Run a command; returns what it printed."""
        assert __main__.main(list(words)) == code
        printed = self._capsys.readouterr()
        return (printed.err if code else printed.out).strip()


@pytest.fixture
def at(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in [name for name in os.environ if name.startswith("QUIETROOM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QUIETROOM_STORAGE__FOLDER", str(tmp_path / "kept"))
    return Desk(tmp_path / "kept", capsys)


def test_a_clinic_and_its_people_from_nothing(at: Desk) -> None:
    clinic = at.say("clinic", "add", "Harbour Clinic")
    assert at.say("clinic", "list") == clinic
    add = ("user", "add", "--clinic", clinic, "--name", "Li Wei")
    person, token = at.say(*add, "--position", "counsellor", "--email", "li@example.org").split()
    assert len(token) == 43
    assert at.say("user", "invite", person) != token
    assert len(at.say(*add, "--position", "client").split()) == 2
    assert at.say("user", "end", person) == "ended"
    assert at.say("user", "invite", person, code=desk.EXIT_REFUSED) == "quietroom: not_found"
    assert len(bytes.fromhex(at.say("audit", "key"))) == 32
    told = at.say("audit", "verify")
    assert told.startswith(f"{clinic} whole, ")
    assert "Li Wei" not in told


def test_whoever_is_ended_leaves_no_hour_behind(at: Desk) -> None:
    clinic = at.say("clinic", "add", "Harbour Clinic")
    add = ("user", "add", "--clinic", clinic, "--name", "Li Wei")
    counsellor, _ = at.say(*add, "--position", "counsellor", "--email", "l@example.org").split()
    client, _ = at.say(*add, "--position", "client").split()
    now = int(time.time() * 1000)

    async def book() -> UUID:
        stores = await open_stores(Storage(folder=str(at.folder)))
        try:
            wanted = Wanted(UUID(counsellor), UUID(client), now + 3_600_000, 50)
            return (await stores.sessions.book(wanted, None, now)).id
        finally:
            await stores.close()

    async def outcome(hour: UUID) -> Outcome | None:
        stores = await open_stores(Storage(folder=str(at.folder)))
        try:
            return (await stores.sessions.get(hour)).life.outcome
        finally:
            await stores.close()

    hour = asyncio.run(book())
    assert at.say("user", "end", client) == "ended"
    assert asyncio.run(outcome(hour)) is Outcome.CANCELLED


def test_what_cannot_be_is_one_line(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = at.say("clinic", "add", "Harbour Clinic")
    add = ("user", "add", "--clinic", clinic, "--name", "Li Wei", "--position", "admin")
    assert "--email" in at.say(*add, code=desk.EXIT_REFUSED)
    assert at.say(*add, "--email", "li@example.org")
    taken = at.say(*add, "--email", "LI@example.org", code=desk.EXIT_REFUSED)
    assert taken == "quietroom: taken"
    monkeypatch.setenv("QUIETROOM_STORAGE__FOLDER", "")
    assert "storage.folder" in at.say("clinic", "list", code=desk.EXIT_REFUSED)
    monkeypatch.setenv("QUIETROOM_STORAGE__FOLDER", "/proc/nothing")
    assert "cannot be written" in at.say("clinic", "list", code=desk.EXIT_REFUSED)


def test_keys_are_made_checked_and_rotated(at: Desk) -> None:
    assert at.say("keys", "make").startswith("made")
    file = at.folder / "master.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "there is one" in at.say("keys", "make", code=desk.EXIT_REFUSED)
    at.say("clinic", "add", "Harbour Clinic")
    good = at.say("keys", "check")
    assert good.endswith("0 cannot")
    assert at.say("keys", "rotate").startswith("1 keys")
    newest, oldest = file.read_text().splitlines()
    file.write_text(newest + "\n")
    assert at.say("keys", "check") == good
    assert at.say("keys", "rotate", "--every").endswith("what the old ones sealed opens.")
    assert at.say("keys", "check").endswith("0 cannot")
    newest, *_ = file.read_text().splitlines()
    file.write_text(oldest + "\n")
    assert at.say("keys", "check", code=desk.EXIT_BROKEN).startswith("quietroom: 0 keys")


def test_a_lost_master_key_is_not_replaced_in_silence(at: Desk) -> None:
    at.say("clinic", "add", "Harbour Clinic")
    (at.folder / "master.key").unlink()
    assert "master key" in at.say("clinic", "list", code=desk.EXIT_REFUSED)
    assert not (at.folder / "master.key").exists()


def test_a_changed_row_of_the_audit_is_found(at: Desk) -> None:
    clinic = at.say("clinic", "add", "Harbour Clinic")
    with sqlite3.connect(at.folder / "data.db") as database:
        database.execute("UPDATE audit_event SET result = 'refused'")
    told = at.say("audit", "verify", code=desk.EXIT_BROKEN)
    assert told == f"quietroom: {clinic} changed at row 1"


def test_recordings_are_verified_and_counted(
    at: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at.say("recording", "list") == "none"
    nowhere = at.say("recording", "verify", code=desk.EXIT_REFUSED)
    assert "recording.folder" in nowhere
    folder = tmp_path / "recordings"
    monkeypatch.setenv("QUIETROOM_RECORDING__FOLDER", str(folder))
    clinic = UUID(at.say("clinic", "add", "Harbour Clinic"))
    made = asyncio.run(_record(at.folder, folder, clinic))
    assert at.say("recording", "list") == "sealed 1"
    told = at.say("recording", "verify")
    assert told.startswith("1 recordings, 4 files, 20 chunks opened, ")
    assert told.endswith(" 0 faults")
    made.path(folder, 1).unlink()
    with made.path(folder, 2).open("ab") as file:
        file.write(b"x")
    shutil.copy(made.path(folder, 3), folder / made.ident.hex / f"000009-{'0' * 32}.seal")
    (folder / ("0" * 32)).mkdir()
    told = at.say("recording", "verify", code=desk.EXIT_BROKEN)
    assert "4 faults" in told
    for number, fault in ((1, "missing"), (2, "changed"), (9, "stray")):
        assert f"{made.ident} file {number}: {fault}" in told
    assert f"{UUID(int=0)} file 0: stray" in told
    assert "Harbour" not in told


async def _record(kept: Path, folder: Path, clinic: UUID) -> Recorded:
    opened = await open_stores(Storage(folder=str(kept)), str(folder))
    try:
        people, at = opened.accounts.stores.people, int(time.time() * 1000)
        staff = await people.add_person(clinic, PersonKind.STAFF, Details("A"), None, at)
        client = await people.add_person(clinic, PersonKind.CLIENT, Details("B"), None, at)
        booked = await opened.sessions.book(Wanted(staff, client, at, 50), staff, at)
        files = opened.kept_recordings.erasure.files
        assert files is not None
        return await record(opened.recordings, files, booked, at)
    finally:
        await opened.close()
