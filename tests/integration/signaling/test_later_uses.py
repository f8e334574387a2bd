"""Asked afterwards over REST: by the counsellor, once; answered by the client when they want to."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from signaling.domain.consent.artefact import DAY_MS
from signaling.domain.consent.later import SILENCE_MS
from signaling.receipts import Signed, is_signed
from signaling.recording_night import RecordingNight
from signaling.storage.recording_folder import SealedFiles
from signaling.storage.session_store import Booked
from tests.support.practice import Practice, now_ms, practice
from tests.support.recordings import record

pytestmark = pytest.mark.integration

ALLOWED = {"purposes": ["clinical_review", "supervision", "teaching"], "days": {"teaching": 365}}
TEACHING = {"purpose": "teaching"}
WORDS = "a" * 64


@dataclass
class Here:
    practice: Practice
    booked: Booked
    files: SealedFiles
    one: str = ""

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask as somebody, of the one recording."""
        return await self.practice.ask(who, method, f"{self.one}{path}", body)

    async def made(self, begun_at: int) -> None:
        """A recording of then; what time does to it was done."""
        stores = self.practice.stores
        made = await record(stores.recordings, self.files, self.booked, begun_at)
        self.one = f"recordings/{made.ident}"
        await self.night(now_ms())

    async def night(self, at: int) -> None:
        """Let time pass."""
        stores = self.practice.stores
        kept = stores.kept_recordings
        night = RecordingNight(stores.recordings, kept.keeping, kept.erasure, kept.later)
        await night.look(at)

    async def seen(self, who: str) -> Any:
        """The recording as somebody sees it."""
        _, said = await self.practice.ask(who, "GET", "recordings")
        return next(each for each in said["items"] if each["id"] in self.one)

    async def allow(self, **recording: Any) -> None:
        """What the clinic allows from now on."""
        assert (await self.practice.ask("admin", "PUT", "clinic", {"recording": recording}))[
            0
        ] < 300

    async def yes(self, **changes: Any) -> tuple[int, Any]:
        """The client agrees to what they are shown."""
        (asked,) = (await self.seen("zhang"))["later"]
        body = {
            **TEACHING, "agree": True, "terms": asked["terms"], "words": WORDS, "language": "en",
        }  # fmt: skip
        return await self.ask("zhang", "POST", "/later/answer", {**body, **changes})

    async def proofs(self, who: str) -> list[dict[str, Any]]:
        """What somebody's receipts say."""
        items = (await self.practice.ask(who, "GET", "proofs"))[1]["items"]
        assert all(is_signed(Signed(*(e[n] for n in ("text", "signature", "key")))) for e in items)
        return [json.loads(each["text"]) for each in items]

    async def told(self) -> list[tuple[str, str]]:
        """What the audit tells of it, and by whom."""
        names = {str(ident): name for name, ident in self.practice.people.items()}
        rows = [row for row in await self.practice.audit() if "recording." in row.action]
        return [
            (row.action.removeprefix("recording."), names.get(str(row.actor), "")) for row in rows
        ]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Here]:
    folder = str(tmp_path / "recordings")
    async with practice(tmp_path, recording={"folder": folder}) as made:
        files = made.stores.kept_recordings.erasure.files
        assert files is not None
        ready = Here(made, await made.hour("li", "zhang"), files)
        await ready.allow(**ALLOWED)
        await ready.made(now_ms() - 2 * DAY_MS)
        yield ready


async def test_it_is_asked_agreed_to_and_proven(here: Here) -> None:
    before = await here.seen("li")
    assert (before["may_ask_later"], before["later"]) == (["teaching"], [])
    status, said = await here.ask("li", "POST", "/later", TEACHING)
    assert (status, said["may_ask_later"]) == (200, [])
    assert [(each["stage"], each["may_answer"], each["terms"]) for each in said["later"]] == [
        ("asked", False, "")
    ]
    (asked,) = (await here.seen("zhang"))["later"]
    assert (asked["stage"], asked["may_answer"], asked["version"]) == ("asked", True, "1")
    assert asked["until"] == (before["started_at"] + 365 * DAY_MS) // DAY_MS * DAY_MS
    status, said = await here.yes()
    assert (status, said["stage"], said["media"]) == (200, "active", before["media"])
    added = {"purpose": "teaching", "until": asked["until"]}
    assert said["purposes"] == [*before["purposes"], added]
    assert (await here.seen("li"))["later"][0]["stage"] == "granted"
    (mine,), (theirs,) = await here.proofs("zhang"), await here.proofs("li")
    assert (mine["what"], theirs["what"]) == ("agreed", "asked")
    assert mine["terms"] == theirs["terms"] == asked["terms"]
    assert (mine["purposes"], mine["until"]) == (["teaching"], {"teaching": asked["until"]})
    assert (mine["words"], mine["language"], mine["recording"]) == (WORDS, "en", said["id"])
    assert (await here.told())[-2:] == [("later_ask", "li"), ("add", "zhang")]


async def test_nobody_plays_it_for_that(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    await here.yes()
    taken = {"purposes": ["clinical_review", "supervision"]}
    _, said = await here.ask("zhang", "POST", "/take-back", taken)
    assert [each["purpose"] for each in said["purposes"]] == ["teaching"]
    for who in ("li", "supervisor", "admin", "zhang"):
        assert (await here.ask(who, "GET", ""))[0] == 403


async def test_a_no_is_told_without_a_reason_and_is_for_good(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    no = {**TEACHING, "agree": False}
    status, said = await here.ask("zhang", "POST", "/later/answer", no)
    assert (status, said["later"][0]["stage"]) == (200, "not_granted")
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review", "supervision"]
    (told,) = (await here.seen("li"))["later"]
    assert (told["stage"], (await here.seen("li"))["may_ask_later"]) == ("not_granted", [])
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 409
    assert (await here.ask("zhang", "POST", "/later/answer", no))[0] == 409
    assert (await here.yes(terms="b" * 64))[0] == 409
    assert (await here.told())[-1] == ("later_end", "")
    assert await here.proofs("zhang") == []


async def test_silence_looks_like_a_no(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    await here.night(now_ms() + SILENCE_MS - 2 * DAY_MS)
    assert (await here.seen("li"))["later"][0]["stage"] == "asked"
    later = here.practice.stores.kept_recordings.later
    await later.end_silent(now_ms() + SILENCE_MS)
    (told,) = (await here.seen("li"))["later"]
    assert told["stage"] == "not_granted"
    assert (await here.told())[-1] == ("later_end", "")
    assert (await here.yes(terms="b" * 64))[0] == 409
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 409


async def test_a_yes_is_to_what_was_shown(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    for changes in ({"terms": "b" * 64}, {"terms": ""}, {"words": ""}, {"language": ""}):
        status, said = await here.yes(**changes)
        assert (status, said["code"]) == (400, "malformed")
    (shown,) = (await here.seen("zhang"))["later"]
    await here.ask("zhang", "POST", "/take-back", {"media": ["video"]})
    assert (await here.yes(terms=shown["terms"]))[0] == 400  # less is left of it than was shown
    assert (await here.yes())[0] == 200


async def test_it_is_asked_only_where_it_may_be(here: Here) -> None:
    for purpose in ("clinical_review", "supervision", "research"):
        assert (await here.ask("li", "POST", "/later", {"purpose": purpose}))[0] == 403
    await here.allow(purposes=["supervision"])
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 403
    assert (await here.seen("li"))["may_ask_later"] == []
    await here.allow(**ALLOWED)
    await here.ask("zhang", "POST", "/take-back", {})
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 409
    await here.made(now_ms())
    assert (await here.seen("li"))["may_ask_later"] == []
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 409


async def test_what_the_clinic_allows_no_more_is_not_agreed_to(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    (shown,) = (await here.seen("zhang"))["later"]
    await here.allow(purposes=["supervision"])
    (now,) = (await here.seen("zhang"))["later"]
    assert (now["may_answer"], now["terms"]) == (False, "")
    assert (await here.yes(terms=shown["terms"]))[0] == 409
    await here.allow(**ALLOWED)
    assert (await here.yes())[0] == 200


async def test_another_counsellor_of_the_client_does_not_ask(here: Here) -> None:
    people, at = here.practice.people, now_ms()
    standing = here.practice.stores.accounts.stores.standing
    await standing.bind(people["chen"], people["zhang"], people["admin"], at)
    before = await here.practice.refusals()
    assert (await here.ask("chen", "POST", "/later", TEACHING))[0] == 403
    assert await here.practice.refusals() == before + 1
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 200
    for who in ("admin", "supervisor"):
        seen = await here.seen(who)
        assert (seen["later"], seen["may_ask_later"]) == ([], [])


async def test_it_is_taken_back_like_any_use(here: Here) -> None:
    await here.ask("li", "POST", "/later", TEACHING)
    await here.yes()
    _, said = await here.ask("zhang", "POST", "/take-back", {"purposes": ["teaching"]})
    assert [each["purpose"] for each in said["purposes"]] == ["clinical_review", "supervision"]
    assert (await here.seen("li"))["may_ask_later"] == []


async def test_of_a_minor_nothing_is_asked_later_or_agreed_to(here: Here) -> None:
    path, minor = f"people/{here.practice.people['zhang']}/minor", {"minor": True}
    first = here.one
    await here.made(now_ms() - 2 * DAY_MS)  # nobody was asked of this one yet
    other, here.one = here.one, first
    assert (await here.ask("li", "POST", "/later", TEACHING))[0] == 200
    (asked,) = (await here.seen("zhang"))["later"]
    assert (await here.practice.ask("admin", "PUT", path, minor))[0] == 204
    (now,) = (await here.seen("zhang"))["later"]
    assert (now["may_answer"], now["terms"]) == (False, "")
    yes = {**TEACHING, "agree": True, "terms": asked["terms"], "words": WORDS, "language": "en"}
    status, said = await here.ask("zhang", "POST", "/later/answer", yes)
    assert (status, said["code"]) == (409, "not_now")
    assert (await here.seen("li"))["may_ask_later"] == []
    here.one = other
    status, said = await here.ask("li", "POST", "/later", TEACHING)
    assert (status, said["code"]) == (403, "not_allowed")
