"""Recordings over REST: found, played in ranges, watched, taken back, kept, erased, proven."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from signaling.accounts import Actor
from signaling.domain.consent.artefact import ArtefactFact, ArtefactTurn
from signaling.domain.consent.terms import PartyRole
from signaling.domain.rights import Bond, Position
from signaling.gate import Gate
from signaling.kept_recordings import KeptRecordings
from signaling.keys.master import MasterError
from signaling.keys.sealing import SealError
from signaling.receipts import Signed, is_signed
from signaling.recording_night import RecordingNight
from signaling.recording_player import MOST, RecordingPlayer
from signaling.recordings import NothingRuns
from signaling.storage.recording_folder import SealedFiles
from signaling.storage.session_store import Booked
from tests.support import recordings
from tests.support.page import house
from tests.support.practice import Practice, now_ms, practice
from tests.support.recordings import DAY_MS, LENGTH, Recorded, plain, record

pytestmark = pytest.mark.integration


@dataclass
class Here:
    practice: Practice
    booked: Booked
    made: Recorded
    folder: Path
    files: SealedFiles

    @property
    def one(self) -> str:
        """Where it is."""
        return f"recordings/{self.made.ident}"

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask as somebody."""
        return await self.practice.ask(who, method, path, body)

    async def get(
        self, who: str, number: int = 1, wanted: str = ""
    ) -> tuple[int, bytes, dict[str, str]]:
        """Ask for bytes."""
        url = f"{self.practice.house.app.url}/api/v1/{self.one}/files/{number}"
        headers = {"Range": wanted} if wanted else {}
        async with self.practice.browsers[who].get(url, headers=headers) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def another(
        self, floor_until: int | None = None, at: int | None = None, *, client_plays: bool = False
    ) -> Recorded:
        """One more; asked for from now on."""
        stores = self.practice.stores
        self.made = await record(
            stores.recordings, self.files, self.booked, now_ms() if at is None else at,
            floor_until=floor_until, client_plays=client_plays,
        )  # fmt: skip
        return self.made

    async def night(self, at: int) -> None:
        """Let time pass."""
        stores = self.practice.stores
        kept = stores.kept_recordings
        await RecordingNight(stores.recordings, kept.keeping, kept.erasure, kept.later).look(at)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    folder = tmp_path / "recordings"
    async with practice(tmp_path, recording={"folder": str(folder)}) as made:
        files = made.stores.kept_recordings.erasure.files
        assert files is not None
        booked = await made.hour("li", "zhang")
        yield Here(
            made, booked, await record(made.stores.recordings, files, booked, now_ms()), folder,
            files,
        )  # fmt: skip


# --- to know of, and to play ----------------------------------------------------------------------


async def test_each_knows_of_their_own_and_a_supervisor_of_what_they_may_hear(here: Here) -> None:
    seen = {}
    for who in ("zhang", "li", "admin", "supervisor", "moon", "chen", "far.admin"):
        status, said = await here.ask(who, "GET", "recordings")
        assert status == 200
        seen[who] = [item["id"] for item in said["items"]]
    mine = [str(here.made.ident)]
    assert seen["zhang"] == seen["li"] == seen["admin"] == mine
    assert seen["supervisor"] == seen["moon"] == seen["chen"] == seen["far.admin"] == []
    await here.night(now_ms() + DAY_MS)  # the day of cooling off is over
    _, said = await here.ask("supervisor", "GET", "recordings")
    (item,) = said["items"]
    assert (item["stage"], item["may_play"], item["may_take_back"]) == ("active", True, False)
    assert item["client"]["name"] == "Zhang"


async def test_who_supervises_hears_only_where_they_were_named(here: Here) -> None:
    await here.night(now_ms() + DAY_MS)
    chen, was = (here.practice.people[who] for who in ("chen", "supervisor"))
    assert (await here.ask("supervisor", "GET", here.one))[0] == 200
    there = f"people/{chen}/positions/supervisor"
    assert (await here.ask("admin", "PUT", there))[0] in {200, 204}
    _, said = await here.ask("chen", "GET", "recordings")
    assert said["items"] == []
    assert (await here.ask("chen", "GET", here.one))[0] == 403
    assert (await here.get("chen"))[0] == 403
    gone = f"people/{was}/positions/supervisor"
    assert (await here.ask("admin", "DELETE", gone))[0] in {200, 204}
    assert (await here.ask("supervisor", "GET", here.one))[0] == 403


async def test_a_client_plays_their_own_where_the_terms_named_them_and_not_before_a_day(
    here: Here,
) -> None:
    unnamed = here.made
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 403
    named = await here.another(client_plays=True)
    chosen = {"purposes": ["clinical_review"], "client_may_play": True}
    assert (await here.ask("admin", "PUT", "clinic", {"recording": chosen}))[0] == 204
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 403
    await here.night(now_ms() + DAY_MS)
    _, said = await here.ask("zhang", "GET", "recordings")
    assert {each["id"]: each["may_play"] for each in said["items"]}[str(named.ident)]
    assert [each["may_play"] for each in said["items"]].count(True) == 1
    assert (await here.ask("zhang", "GET", here.one))[0] == 200
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 206
    assert (await here.get("moon", wanted="bytes=0-9"))[0] == 403
    some = {"start_ms": 0, "stop_ms": 5}
    assert (await here.ask("zhang", "POST", f"{here.one}/watched", some))[0] == 204
    ended = {"recording": {**chosen, "client_may_play": False}}
    assert (await here.ask("admin", "PUT", "clinic", ended))[0] == 204
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 403
    assert (await here.ask("admin", "PUT", "clinic", {"recording": chosen}))[0] == 204
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 206
    gone = {"purposes": ["clinical_review"]}
    await here.ask("zhang", "POST", f"{here.one}/take-back", gone)
    assert (await here.get("zhang", wanted="bytes=0-9"))[0] == 403
    here.made = unnamed
    before = len(await here.practice.audit())
    assert (await here.ask("zhang", "POST", f"{here.one}/watched", some))[0] == 403
    assert [row.action for row in (await here.practice.audit())[before:]] == []


async def test_a_list_has_no_end_that_hides_what_is_ones_own(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {str(here.made.ident)} | {str((await here.another()).ident) for _ in range(4)}
    for module in ("signaling.storage.recording_keeping", "signaling.kept_recordings"):
        monkeypatch.setattr(f"{module}.MOST", 2)
    _, said = await here.ask("zhang", "GET", "recordings")
    assert {each["id"] for each in said["items"]} == mine
    assert len(said["items"]) == 5
    _, said = await here.ask("li", "GET", "recordings")
    assert len(said["items"]) == 2


async def test_a_player_is_told_all_it_needs(here: Here) -> None:
    status, said = await here.ask("li", "GET", here.one)
    assert status == 200
    assert said["seen"]["may_play"]
    assert said["seen"]["duration_ms"] == 50_000
    assert said["held"] == [{"start_ms": 20_000, "stop_ms": 30_000}]
    assert said["length_ms"] == 60_100
    assert said["watcher"]
    assert [file["number"] for file in said["files"]] == [1, 2, 3, 4]
    assert {(file["role"], file["medium"]) for file in said["files"]} == {
        (role.value, medium)
        for role in (PartyRole.CLIENT, PartyRole.COUNSELLOR)
        for medium in ("audio", "video")
    }
    assert said["files"][0]["gaps"] == [{"start_ms": 1100, "stop_ms": 1300}]
    assert said["files"][0]["bytes"] == LENGTH


async def test_bytes_are_given_as_they_are_asked_for(here: Here) -> None:
    whole = plain(1)
    status, data, headers = await here.get("li")
    assert (status, data) == (200, whole)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"].startswith(("audio/webm", "video/webm"))
    status, data, headers = await here.get("li", wanted="bytes=49990-50010")
    assert (status, data) == (206, whole[49_990:50_011])
    assert headers["Content-Range"] == f"bytes 49990-50010/{LENGTH}"
    status, data, _ = await here.get("li", wanted="bytes=-17")
    assert (status, data) == (206, whole[-17:])
    status, data, headers = await here.get("li", wanted=f"bytes={LENGTH}-")
    assert (status, data) == (416, b"")
    assert headers["Content-Range"] == f"bytes */{LENGTH}"
    assert (await here.get("li", 99))[0] == 404


async def test_a_range_is_a_megabyte_at_most(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "LENGTH", 3 * MOST)
    monkeypatch.setattr(recordings, "CHUNK", 100_000)
    await here.another()
    status, data, headers = await here.get("li", wanted="bytes=10-")
    assert (status, len(data)) == (206, MOST)
    assert headers["Content-Range"] == f"bytes 10-{9 + MOST}/{3 * MOST}"
    status, data, _ = await here.get("li")
    assert (status, len(data)) == (200, 3 * MOST)
    assert data == plain(1)


async def test_nobody_else_is_given_a_byte(here: Here) -> None:
    for who in ("zhang", "admin", "supervisor", "moon", "chen", "program", "far.li", "stranger"):
        status, data, _ = await here.get(who, wanted="bytes=0-9")
        assert status in {401, 403, 404}
        assert b"code" in data


# --- to undo --------------------------------------------------------------------------------------


async def test_what_is_taken_back_stops_at_the_next_range(here: Here) -> None:
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 206
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {})
    assert (status, said["stage"], said["may_keep"]) == (200, "erasure_pending", True)
    assert not said["asks_to_keep"]
    status, data, _ = await here.get("li", wanted="bytes=10-19")
    assert status == 403
    assert json.loads(data)["code"] == "not_allowed"
    assert (await here.ask("li", "GET", here.one))[0] == 403


async def test_a_client_may_change_their_mind_for_a_day(here: Here) -> None:
    await here.ask("zhang", "POST", f"{here.one}/take-back", {})
    status, said = await here.ask("zhang", "POST", f"{here.one}/keep")
    assert (status, said["stage"], said["erase_at"]) == (200, "sealed", None)
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 206
    assert (await here.ask("zhang", "POST", f"{here.one}/keep"))[0] == 409
    receipts = (await here.ask("zhang", "GET", "proofs"))[1]["items"]
    said = [json.loads(each["text"]) for each in receipts]
    assert sorted(each["what"] for each in said) == ["kept", "withdrew"]
    assert {each["recording"] for each in said} == {str(here.made.ident)}


async def test_taken_back_at_once_it_is_erased_and_that_is_proven(here: Here) -> None:
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {"now": True})
    assert (status, said["stage"], said["media"]) == (200, "erased", [])
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 404
    assert here.files.recordings() == ()
    keys = (await here.ask("zhang", "GET", "proofs/key"))[1]["items"]
    for who in ("zhang", "li"):
        found = (await here.ask(who, "GET", "proofs"))[1]["items"]
        (proof,) = [each for each in found if each["kind"] == "erasure"]
        assert is_signed(Signed(proof["text"], proof["signature"], proof["key"]))
        assert proof["key"] in keys
        assert json.loads(proof["text"])["files"] == 4
    assert (await here.ask("moon", "GET", "proofs"))[1]["items"] == []


async def test_without_a_purpose_or_a_medium_the_rest_stays(here: Here) -> None:
    body = {"purposes": ["supervision"], "media": ["video"], "now": True}
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", body)
    assert (status, said["stage"]) == (200, "sealed")
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review"]
    assert said["media"] == ["audio"]
    _, opened = await here.ask("li", "GET", here.one)
    assert {file["medium"] for file in opened["files"]} == {"audio"}
    video = next(f.number for f in here.made.files if "video" in f.type)
    audio = next(f.number for f in here.made.files if "audio" in f.type)
    assert (await here.get("li", video, "bytes=0-9"))[0] == 404
    assert (await here.get("li", audio, "bytes=0-9"))[0] == 206
    assert not here.made.path(here.folder, video).exists()
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", body))[0] == 409
    nothing = {"purposes": ["research"], "now": True}
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", nothing))[0] == 409
    last = {"purposes": ["clinical_review"]}
    _, said = await here.ask("zhang", "POST", f"{here.one}/take-back", last)
    assert said["stage"] == "erasure_pending"


async def test_a_counsellors_own_part_goes_and_the_client_is_asked(here: Here) -> None:
    status, said = await here.ask("li", "POST", f"{here.one}/take-back", {})
    assert (status, said["stage"], said["may_keep"]) == (200, "erasure_pending", False)
    assert len(here.files.list(here.made.ident)) == 4
    _, seen = await here.ask("zhang", "GET", "recordings")
    assert (seen["items"][0]["asks_to_keep"], seen["items"][0]["may_keep"]) == (True, True)
    assert (await here.ask("li", "POST", f"{here.one}/keep"))[0] == 403
    assert (await here.ask("zhang", "POST", f"{here.one}/keep"))[1]["stage"] == "sealed"
    _, opened = await here.ask("li", "GET", here.one)
    assert {file["role"] for file in opened["files"]} == {"client"}
    assert (await here.ask("li", "POST", f"{here.one}/take-back", {}))[0] == 409


async def test_a_client_who_says_no_or_nothing_lets_the_rest_go(here: Here) -> None:
    await here.ask("li", "POST", f"{here.one}/take-back", {})
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {})
    assert (status, said["asks_to_keep"], said["stage"]) == (200, False, "erasure_pending")
    await here.night(now_ms() + DAY_MS)
    assert (await here.ask("zhang", "GET", "recordings"))[1]["items"] == []


async def test_a_counsellor_may_take_back_a_purpose_of_it(here: Here) -> None:
    body = {"purposes": ["supervision"]}
    _, said = await here.ask("li", "POST", f"{here.one}/take-back", body)
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review"]
    assert len(here.files.list(here.made.ident)) == 8


async def test_what_a_counsellor_took_back_stays_so_whatever_the_client_keeps(here: Here) -> None:
    body = {"purposes": ["supervision"], "media": ["video"]}
    _, said = await here.ask("li", "POST", f"{here.one}/take-back", body)
    assert said["stage"] == "erasure_pending"
    _, said = await here.ask("zhang", "POST", f"{here.one}/keep")
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review"]
    _, opened = await here.ask("li", "GET", here.one)
    left = {(file["role"], file["medium"]) for file in opened["files"]}
    assert left == {("counsellor", "audio"), ("client", "audio"), ("client", "video")}


async def test_with_a_counsellors_last_purpose_all_of_theirs_goes(here: Here) -> None:
    body = {"purposes": ["supervision", "clinical_review"], "media": ["video"]}
    await here.ask("li", "POST", f"{here.one}/take-back", body)
    await here.ask("zhang", "POST", f"{here.one}/keep")
    _, opened = await here.ask("li", "GET", here.one)
    assert {file["role"] for file in opened["files"]} == {"client"}


async def test_a_purpose_is_taken_back_with_a_medium_while_the_client_is_asked(here: Here) -> None:
    await here.ask("li", "POST", f"{here.one}/take-back", {"media": ["video"]})
    both = {"purposes": ["supervision"], "media": ["audio"]}
    assert (await here.ask("li", "POST", f"{here.one}/take-back", both))[0] == 200
    _, said = await here.ask("zhang", "POST", f"{here.one}/keep")
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review"]
    _, opened = await here.ask("li", "GET", here.one)
    assert {file["role"] for file in opened["files"]} == {"client"}


async def test_what_the_law_has_kept_is_locked_and_given_to_nobody(here: Here) -> None:
    await here.another(floor_until=now_ms() + 3_653 * DAY_MS)
    _, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {"now": True})
    assert said["stage"] == "locked"
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 403
    assert len(here.files.list(here.made.ident)) == 8
    assert (await here.ask("admin", "DELETE", here.one))[0] == 409
    assert (await here.ask("zhang", "POST", f"{here.one}/keep"))[0] == 409


async def test_under_a_floor_a_part_is_given_to_nobody_and_destroyed_at_its_end(
    here: Here,
) -> None:
    floor_until = now_ms() + 20 * DAY_MS
    await here.another(floor_until=floor_until)
    await here.ask("li", "POST", f"{here.one}/take-back", {})
    await here.ask("zhang", "POST", f"{here.one}/keep")
    _, opened = await here.ask("li", "GET", here.one)
    assert {file["role"] for file in opened["files"]} == {"client"}
    assert len(here.files.list(here.made.ident)) == 8
    await here.night(floor_until)
    assert len(here.files.list(here.made.ident)) == 4


async def test_an_admin_erases_and_stops_and_plays_nothing(here: Here) -> None:
    assert (await here.ask("admin", "GET", here.one))[0] == 403
    assert (await here.ask("admin", "POST", "recordings/stop"))[0] == 204
    assert (await here.ask("admin", "DELETE", here.one))[0] == 204
    assert (await here.ask("admin", "GET", "recordings"))[1]["items"] == []
    told = [row.action for row in await here.practice.audit()]
    assert {"recording.stop_all", "recording.erase"} <= set(told)


# --- who looked -----------------------------------------------------------------------------------


async def test_a_client_reads_who_watched_and_for_how_long(here: Here) -> None:
    await here.ask("li", "GET", here.one)
    watched = {"start_ms": 5_000, "stop_ms": 65_000}
    assert (await here.ask("li", "POST", f"{here.one}/watched", watched))[0] == 204
    backwards = {"start_ms": 9, "stop_ms": 9}
    assert (await here.ask("li", "POST", f"{here.one}/watched", backwards))[0] == 400
    _, said = await here.ask("zhang", "GET", "me/looks")
    looks = [(each["action"], each["watched_ms"], each["recording"]) for each in said["items"]]
    mine = str(here.made.ident)
    assert ("look.recording", None, mine) in looks
    assert ("look.watch", 60_000, mine) in looks
    assert {each["who"] for each in said["items"]} == {"li Seeded"}


async def test_bytes_without_a_word_are_told_of_too(here: Here) -> None:
    await here.get("li", wanted="bytes=0-9")
    _, said = await here.ask("zhang", "GET", "me/looks")
    assert [each["action"] for each in said["items"]] == ["look.play"]


# --- what is bad ----------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)


def _cut_inside(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8] + b"\xff" * 40)


def _reorder(path: Path) -> None:
    raw = path.read_bytes()
    size = 5 + 50_000 + 16
    path.write_bytes(
        raw[:8] + raw[8 + size : 8 + 2 * size] + raw[8 : 8 + size] + raw[8 + 2 * size :]
    )


def _cut_off(path: Path) -> None:
    """At the end of a record, as nobody but who means it does: it was whole."""
    path.write_bytes(path.read_bytes()[: 8 + 2 * (5 + 50_000 + 16)])


SPOILT = [_flip, _cut_inside, _cut_off, _reorder]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda each: each.__name__)
async def test_what_was_spoiled_is_refused_with_a_code(here: Here, spoil: Any) -> None:
    spoil(here.made.path(here.folder, 1))
    for wanted in ("", "bytes=0-9"):
        status, data, _ = await here.get("li", 1, wanted)
        assert status == 404
        assert json.loads(data)["code"] == "not_found"
    assert (await here.get("li", 2, "bytes=0-9"))[0] == 206


async def test_what_is_another_files_or_another_recordings_is_refused(here: Here) -> None:
    mine = here.made
    shutil.copy(mine.path(here.folder, 2), mine.path(here.folder, 1))
    assert (await here.get("li", 1, "bytes=0-9"))[0] == 404
    other = await here.another()
    shutil.copy(mine.path(here.folder, 3), other.path(here.folder, 3))
    assert (await here.get("li", 3, "bytes=0-9"))[0] == 404
    other.path(here.folder, 4).unlink()
    assert (await here.get("li", 4, "bytes=0-9"))[0] == 404


async def test_what_a_crash_cut_off_is_played_as_far_as_it_goes(here: Here) -> None:
    stores = here.practice.stores
    begun = await recordings.begin(stores.recordings, here.booked, now_ms())
    here.made = recordings.write_files(begun, here.booked.clinic, here.files, whole=False)
    path = here.made.path(here.folder, 1)
    path.write_bytes(path.read_bytes()[: 8 + 2 * (5 + 50_000 + 16) + 99])
    kept = stores.kept_recordings
    night = RecordingNight(stores.recordings, kept.keeping, kept.erasure, kept.later)
    await night.begin(now_ms())
    status, data, _ = await here.get("li", 1)
    assert (status, data) == (200, plain(1)[:100_000])


async def test_a_key_service_that_is_away_is_said_to_be_so(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = here.practice.stores.keyring

    async def away(*_asked: Any) -> bytes:
        raise MasterError("away")

    monkeypatch.setattr(keyring.master, "unwrap", away)
    keyring.forget()
    status, said = await here.ask("li", "GET", here.one)
    assert (status, said["code"]) == (503, "busy")
    monkeypatch.undo()
    assert (await here.ask("li", "GET", here.one))[0] == 200


async def test_what_could_not_be_taken_back_is_given_to_nobody_until_it_is_tried_again(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = here.practice.stores.keyring

    async def away(*_asked: Any) -> bytes:
        raise MasterError("away")

    assert (await here.get("li", wanted="bytes=0-9"))[0] == 206  # its own keys are known now
    monkeypatch.setattr(keyring, "key", away)
    status, said = await here.ask("zhang", "POST", f"{here.one}/take-back", {})
    assert (status, said["code"]) == (503, "busy")
    monkeypatch.undo()
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 403
    some = {"purposes": ["supervision"]}
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", some))[0] == 200
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 206
    assert (await here.ask("zhang", "POST", f"{here.one}/take-back", some))[0] == 409
    assert (await here.get("li", wanted="bytes=0-9"))[0] == 206


async def test_a_disk_that_fails_is_said_to_be_so(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_asked: Any) -> Any:
        raise OSError

    monkeypatch.setattr(here.files, "opened", broken)
    status, data, _ = await here.get("li", 1, "bytes=0-9")
    assert (status, json.loads(data)["code"]) == (503, "busy")


# --- what a clinic chooses ------------------------------------------------------------------------


async def test_a_clinic_says_what_it_allows_and_nothing_that_cannot_be(here: Here) -> None:
    chosen = {"purposes": ["supervision"], "days": {"supervision": 10}, "client_may_ask": True}
    assert (await here.ask("admin", "PUT", "clinic", {"recording": chosen}))[0] == 204
    _, said = await here.ask("li", "GET", "clinic")
    assert said["chosen"]["recording"]["purposes"] == ["supervision"]
    at = now_ms()
    terms = await here.practice.stores.recordings.terms(here.booked, at)
    assert terms is not None
    assert list(terms.until.values()) == [at + 10 * DAY_MS]
    assert terms.supervisors == ("supervisor Seeded",)
    for wrong in (
        {"media": ["text"]}, {"jurisdiction": "xx"}, {"keeps_records": True},
        {"days": {"supervision": 731}},
    ):  # fmt: skip
        status, said = await here.ask("admin", "PUT", "clinic", {"recording": chosen | wrong})
        assert (status, said["code"]) == (400, "malformed")


async def test_what_is_for_nothing_any_more_is_erased_by_the_clock(here: Here) -> None:
    fact = ArtefactFact(ArtefactTurn.COOL, now_ms())
    keeping = here.practice.stores.kept_recordings.keeping
    await keeping.turn(here.made.ident, lambda _held: ([fact], None), None, now_ms())
    await here.night(now_ms() + 91 * DAY_MS)
    assert (await here.ask("zhang", "GET", "recordings"))[1]["items"] == []
    assert here.files.recordings() == ()


# --- while it is under way ------------------------------------------------------------------------


async def test_what_is_taken_back_in_the_middle_of_a_file_stops_there(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "LENGTH", 2 * MOST)
    monkeypatch.setattr(recordings, "CHUNK", 100_000)
    await here.another()
    stores = here.practice.stores
    of = stores.accounts.stores
    gate = Gate(of.people, of.standing, stores.journal)
    kept = KeptRecordings(stores.kept_recordings, stores.journal, gate, NothingRuns(), of.people)
    player = RecordingPlayer(kept, gate, here.files)
    li = Actor(here.booked.counsellor, here.booked.clinic, frozenset({Position.COUNSELLOR}))
    pieces = aiter((await player.open(li, here.made.ident, 1, None, now_ms())).pieces)
    assert len(await anext(pieces)) == MOST
    await here.ask("zhang", "POST", f"{here.one}/take-back", {})
    with pytest.raises(SealError):
        await anext(pieces)


async def test_who_may_not_any_more_is_given_no_more_of_a_file(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "LENGTH", 2 * MOST)
    monkeypatch.setattr(recordings, "CHUNK", 100_000)
    await here.another()
    stores = here.practice.stores
    of = stores.accounts.stores
    gate = Gate(of.people, of.standing, stores.journal)
    kept = KeptRecordings(stores.kept_recordings, stores.journal, gate, NothingRuns(), of.people)
    player = RecordingPlayer(kept, gate, here.files)
    li = Actor(here.booked.counsellor, here.booked.clinic, frozenset({Position.COUNSELLOR}))
    pieces = aiter((await player.open(li, here.made.ident, 1, None, now_ms())).pieces)
    assert len(await anext(pieces)) == MOST

    async def nobody(*_asked: Any) -> frozenset[Bond]:
        return frozenset()

    monkeypatch.setattr(of.standing, "bonds", nobody)
    with pytest.raises(SealError):
        await anext(pieces)


async def test_what_is_no_range_that_we_know_is_all_of_it(here: Here) -> None:
    url = f"{here.practice.house.app.url}/api/v1/{here.one}/files/1"
    asked = [
        {"Range": "bytes=0-1,5-9"}, {"Range": "bytes=9-3"}, {"Range": "bytes=-"},
        {"Range": f"bytes=0-{'9' * 400}"}, {"Range": "lines=1-2"},
        {"Range": "bytes=0-9", "If-Range": '"another"'},
    ]  # fmt: skip
    for headers in asked:
        async with here.practice.browsers["li"].get(url, headers=headers) as answer:
            assert (answer.status, len(await answer.read())) == (200, LENGTH), headers
    status, data, _ = await here.get("li", wanted=f"bytes=0-{'9' * 18}")
    assert (status, len(data)) == (206, LENGTH)


async def test_two_who_erase_at_once_erase_once(here: Here) -> None:
    body = {"now": True}
    answers = await asyncio.gather(
        *(here.ask("zhang", "POST", f"{here.one}/take-back", body) for _ in range(3))
    )
    assert {status for status, _ in answers} <= {200, 404, 409}
    found = (await here.ask("zhang", "GET", "proofs"))[1]["items"]
    assert [each["kind"] for each in found].count("erasure") == 1


async def test_a_gateway_that_died_closes_at_its_next_start_what_it_was_at(tmp_path: Path) -> None:
    folder = {"folder": str(tmp_path / "recordings")}
    async with practice(tmp_path, recording=folder) as died:
        files = died.stores.kept_recordings.erasure.files
        assert files is not None
        booked = await died.hour("li", "zhang")
        begun = await recordings.begin(died.stores.recordings, booked, now_ms())
        recordings.write_files(begun, booked.clinic, files, whole=False)
        assert await died.stores.recordings.unsealed() == [begun.recording]
    async with house(storage={"folder": str(tmp_path / "kept")}, recording=folder) as again:
        stores = again.app.stores
        assert stores is not None
        assert await stores.recordings.unsealed() == []
        known = await stores.kept_recordings.keeping.get(begun.recording)
        assert (known.is_whole, len(known.files)) == (False, 4)


async def test_of_one_client_each_is_told_what_they_may_know(here: Here) -> None:
    client = here.practice.people["zhang"]
    seen = {}
    for who in ("zhang", "li", "admin", "supervisor", "chen", "moon", "far.li"):
        status, said = await here.ask(who, "GET", f"recordings?client={client}")
        seen[who] = len(said["items"]) if status == 200 else said["code"]
    assert seen == {
        "zhang": 1, "li": 1, "admin": 1, "supervisor": 0, "chen": "not_allowed",
        "moon": "not_allowed", "far.li": "not_found",
    }  # fmt: skip
