"""A booked hour that is recorded: real pages, real storage, and an engine that only pretends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from media.channel import LinkState, RecordingBroke
from media.errors import RecordFault
from media.ids import EndpointId
from signaling.domain.consent import rules
from signaling.domain.consent.table import replay
from signaling.domain.consent.terms import ConsentStage, ConsentTurn, Medium, Purpose
from signaling.domain.recording_policy import RecordingChoice
from signaling.storage.people_store import ClinicSettings
from signaling.storage.recording_rows import KeptRecording
from signaling.storage.recording_turns import fact_of
from signaling.storage.session_store import Booked
from tests.integration.signaling.test_room_task import OFFER
from tests.support.page import Page, until
from tests.support.practice import PLAN, TODAY, Practice, now_ms, practice

pytestmark = pytest.mark.integration

CHOICE = RecordingChoice(frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION}))
WORDS = "c" * 64
ASKED: dict[str, Any] = {"purposes": ["supervision"], "media": ["audio", "video"]}


class Recorded:
    """One hour with its two pages, each of which says what it shows."""

    def __init__(self, here: Practice, hour: Booked) -> None:
        self.here = here
        self.hour = hour
        self.pages: dict[str, Page] = {}
        self.endpoints: dict[str, EndpointId] = {}
        self._showing: list[asyncio.Task[None]] = []
        self._is_over = False

    async def come(self, name: str) -> Page:
        status, seat = await self.here.ask(name, "POST", f"appointments/{self.hour.id}/seat")
        assert status == 201, seat
        page = self.pages[name] = await self.here.house.enter(seat["seat"])
        self._showing.append(asyncio.create_task(self._show(page)))
        return page

    async def connect(self, name: str) -> None:
        page, media = self.pages[name], self.here.house.media
        assert (await page.ask("offer", sdp=OFFER))["type"] == "answer"
        self.endpoints[name] = media.negotiations[-1][1]
        media.link(self.endpoints[name], LinkState.CONNECTED)
        assert (await page.ask("set_media", microphone=True, camera=True))["type"] == "done"

    async def _show(self, page: Page) -> None:
        said = 0
        while not self._is_over:  # a call that is cancelled may go on
            views = page.all("recording")
            if len(views) > said:
                said = len(views)
                seen = views[-1]
                shown = {"stage": seen["stage"], "request": seen["request"]}
                assert (await page.ask("show_recording", **shown))["type"] == "done"
            await asyncio.sleep(0.02)

    async def view(self, name: str, **fields: Any) -> dict[str, Any]:
        return await self.pages[name].event("recording", **fields)

    async def ask(self) -> dict[str, Any]:
        """The counsellor asks; returns what the client sees."""
        assert (await self.pages["li"].ask("ask_recording", **ASKED))["type"] == "done"
        return await self.view("zhang", stage="requested")

    async def agree(self, asked: dict[str, Any]) -> None:
        await asyncio.sleep(rules.READ_S + 0.05)
        answer = await self.pages["zhang"].ask(
            "agree_recording", request=asked["request"], terms=asked["terms"]["digest"],
            words=WORDS, language="zh-CN", **ASKED,
        )  # fmt: skip
        assert answer["type"] == "done", answer

    async def record(self) -> None:
        await self.agree(await self.ask())
        await self.view("zhang", stage="recording")
        await until(lambda: bool(self.here.house.media.orders))

    async def rows(self) -> list[Any]:
        rows = [row for row in await self.here.audit() if row.action.startswith("rec.")]
        return [await self.here.stores.journal.said(row, now_ms()) for row in rows]

    async def closed(self) -> list[Any]:
        """The facts of the audit, once the last of them says that it is closed."""
        async with asyncio.timeout(10):
            while True:
                facts = [fact_of(row) for row in await self.rows()]
                if facts and facts[-1].turn is ConsentTurn.CLOSE:
                    return facts
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        self._is_over = True
        await asyncio.gather(*self._showing, return_exceptions=True)
        for page in self.pages.values():
            with contextlib.suppress(Exception):
                await page.close()


@pytest.fixture
async def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Practice]:
    monkeypatch.setattr(rules, "ARMING_S", 0.4)
    folder = tmp_path / "recordings"
    folder.mkdir()
    async with practice(tmp_path, recording={"folder": str(folder), "min_free_mb": 1}) as made:
        people = made.stores.accounts.stores.people
        chosen = ClinicSettings(recording=CHOICE)
        await people.set_clinic(made.clinics[""], chosen, made.people["admin"], now_ms())
        yield made


@pytest.fixture
async def room(here: Practice) -> AsyncIterator[Recorded]:
    hour = await here.hour()
    assert (await here.ask("zhang", "PUT", f"appointments/{hour.id}/today", TODAY))[0] == 200
    assert (await here.ask("li", "PUT", f"appointments/{hour.id}/plan", PLAN))[0] == 204
    made = Recorded(here, hour)
    client, counsellor = await made.come("zhang"), await made.come("li")
    await made.view("li", stage="off", why_not="alone")
    assert client.all("recording") == []  # at the door nothing is told
    let_in = await counsellor.ask("let_in", participant=client.welcome["you"])
    assert let_in["type"] == "done"
    for name in ("zhang", "li"):
        await made.connect(name)
    await made.view("li", you_may_ask=True)
    yield made
    await made.close()


def stages(page: Page) -> list[str]:
    """What a page saw, one after the other."""
    found: list[str] = []
    for each in page.all("recording"):
        if not found or found[-1] != each["stage"]:
            found.append(each["stage"])
    return found


async def test_an_hour_is_recorded_and_kept(room: Recorded) -> None:
    media, li, zhang = room.here.house.media, room.pages["li"], room.pages["zhang"]
    asked = await room.ask()
    assert (asked["you_answer"], asked["terms"]["asker_role"]) == (True, "counsellor")
    assert asked["terms"]["purposes"][0]["listeners"] == ["supervisor Seeded"]
    too_soon = await zhang.ask(
        "agree_recording", request=asked["request"], terms=asked["terms"]["digest"],
        words=WORDS, language="en", **ASKED,
    )  # fmt: skip
    assert too_soon["code"] == "not_now"
    await room.agree(asked)
    await room.view("li", stage="recording")
    await until(lambda: len(media.orders) == 1)
    order = media.orders[0]
    assert {track.endpoint for track in order.tracks} == set(room.endpoints.values())
    assert len({track.key for track in order.tracks}) == 4
    begun = [row["fact"]["turn"] for row in await room.rows()]
    assert begun == ["ask", "grant", "all_granted", "start"]
    assert (await zhang.ask("pause_recording"))["type"] == "done"
    await until(lambda: media.stopped == [(order.recording, 1, False)])
    assert (await li.ask("resume_recording"))["code"] == "not_now"
    assert (await zhang.ask("resume_recording"))["type"] == "done"
    await until(lambda: len(media.orders) == 2)
    assert (await li.ask("stop_recording"))["type"] == "done"
    over = await room.view("zhang", stage="off", request="", you_may_ask=False)
    assert over["why_not"] == "role"
    await until(lambda: stages(zhang)[-1] == "off")
    way = ["requested", "arming", "recording", "hold", "recording", "finalising", "off"]
    assert stages(zhang) == stages(li) == ["off", *way]
    assert (await kept(room)).is_whole
    facts = await room.closed()
    assert replay(facts).stage is ConsentStage.OFF
    assert [fact.turn.value for fact in facts][-4:] == ["hold", "resume", "stop", "close"]


async def test_what_is_taken_back_is_stopped_and_given_up(room: Recorded) -> None:
    await room.record()
    media, zhang = room.here.house.media, room.pages["zhang"]
    assert (await zhang.ask("withdraw_recording", media=["video"]))["type"] == "done"
    audio = {t.part for t in media.orders[0].tracks if t.medium == Medium.AUDIO}
    assert media.permits[-1].parts == audio
    assert (await zhang.ask("withdraw_recording"))["type"] == "done"
    await until(lambda: media.stopped[-1:] == [(media.orders[0].recording, 1, True)])
    await until(lambda: zhang.all("recording")[-1]["stage"] == "off")
    ended = zhang.all("recording")[-1]["ended"]
    assert (ended["turn"], ended["by_you"]) == ("withdraw", True)
    given_up = await kept(room)
    assert given_up.artefact is not None
    assert (given_up.artefact.stage, given_up.taken_by) == ("erasure_pending", room.hour.client)


async def test_a_recorder_that_breaks_ends_it_and_nothing_else(room: Recorded) -> None:
    await room.record()
    media = room.here.house.media
    order = media.orders[0]
    gone = EndpointId("of-somebody-who-left")
    media.say(RecordingBroke(gone, "another", 1, RecordFault.NO_ROOM))
    media.say(RecordingBroke(gone, order.recording, 1, RecordFault.NO_ROOM))
    await until(lambda: room.pages["li"].all("recording")[-1]["stage"] == "off")
    ended = room.pages["li"].all("recording")[-1]["ended"]
    assert (ended["turn"], ended["recording"].replace("-", "")) == ("fail", order.recording)
    assert (await room.pages["zhang"].ask("send_text", ref=1, body="a"))["type"] == "text_accepted"


async def kept(room: Recorded) -> KeptRecording:
    """The hour's recording, once all of it is stored."""
    keeping = room.here.stores.kept_recordings.keeping
    async with asyncio.timeout(10):
        while True:
            (found,) = await keeping.of("client", room.hour.client)
            if found.artefact is not None:
                return found
            await asyncio.sleep(0.02)


async def test_its_clinic_stops_it_and_no_other_does(room: Recorded) -> None:
    await room.record()
    media = room.here.house.media
    recorded = room.here.house.app._recorded
    assert recorded is not None
    recorded.stop_all(room.here.clinics["far."])
    assert (await room.pages["li"].ask("pause_recording"))["type"] == "done"
    assert (await room.pages["li"].ask("resume_recording"))["type"] == "done"
    await until(lambda: len(media.orders) == 2)
    recorded.stop_all(room.here.clinics[""])
    await until(lambda: room.pages["zhang"].all("recording")[-1]["stage"] == "off")
    ended = room.pages["zhang"].all("recording")[-1]["ended"]
    assert ended["turn"] == "emergency_stop"
    assert (await kept(room)).is_whole


async def test_the_end_of_the_hour_is_its_end(room: Recorded) -> None:
    await room.record()
    assert (await room.pages["li"].ask("end_session"))["type"] == "done"
    assert (await room.pages["zhang"].event("closed"))["reason"] == "session_ended"
    assert (await kept(room)).is_whole
    await room.closed()


async def test_a_gateway_that_stops_ends_it_and_stores_all_of_it(room: Recorded) -> None:
    await room.record()
    registry, recorded = room.here.house.app.registry, room.here.house.app._recorded
    assert recorded is not None
    await registry.stop()
    await recorded.stop()
    assert (await kept(room)).artefact is not None
    assert [row["fact"]["turn"] for row in await room.rows()][-2:] == ["stop", "close"]


async def test_elsewhere_nothing_is_told_and_every_command_is_refused(here: Practice) -> None:
    page = await here.house.page()
    assert (await page.ask("ask_recording", **ASKED))["code"] == "not_allowed"
    assert (await page.ask("show_recording", stage="off"))["code"] == "not_allowed"
    assert page.all("recording") == []
    await page.close()


async def say_minor(room: Recorded, *, minor: bool) -> None:
    path = f"people/{room.here.people['zhang']}/minor"
    assert (await room.here.ask("program", "PUT", path, {"minor": minor}))[0] == 204


async def test_what_is_recorded_of_a_minor_stops_when_their_clinic_says_so(room: Recorded) -> None:
    await room.record()
    await say_minor(room, minor=True)
    await until(lambda: stages(room.pages["zhang"])[-2:] == ["finalising", "off"])
    await room.view("li", stage="off", why_not="guardian", may_terms=None)
    assert "emergency_stop" in {fact.turn for fact in await room.closed()}
    refused = await room.pages["li"].ask("ask_recording", **ASKED)
    assert (refused["type"], refused["code"]) == ("refused", "not_now")


async def test_nothing_of_a_minors_hour_is_asked_whatever_else_is_said_of_them(
    room: Recorded,
) -> None:
    await say_minor(room, minor=True)
    path = f"people/{room.here.people['zhang']}/contact"
    for who in ("admin", "zhang"):
        assert (await room.here.ask(who, "PUT", path, {"name": "Zhang"}))[0] == 204
    await room.view("li", stage="off", why_not="guardian", you_may_ask=False)
    refused = await room.pages["li"].ask("ask_recording", **ASKED)
    assert (refused["type"], refused["code"]) == ("refused", "not_now")
    _, said = await room.here.ask("admin", "GET", "people")
    minors = {each["id"] for each in said["items"] if each["minor"]}
    assert minors == {str(room.here.people["zhang"])}
    await say_minor(room, minor=False)
    await room.record()
