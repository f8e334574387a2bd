"""Gaps in voices, from the engine and the pages to those whom they concern."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from media.channel import VoiceGap
from media.ids import EndpointId
from signaling.domain.grants import Role
from tests.support.media import OFFER
from tests.support.page import House, Page, house, until

pytestmark = pytest.mark.integration


@pytest.fixture
async def place() -> AsyncIterator[House]:
    async with house() as running:
        yield running


async def come(place: House, role: Role) -> tuple[Page, EndpointId]:
    page = await place.page(role)
    assert (await page.ask("offer", sdp=OFFER))["type"] == "answer"
    assert (await page.ask("set_media", microphone=True, camera=False))["type"] == "done"
    return page, place.media.negotiations[-1][1]


def cut(place: House, endpoint: EndpointId, seconds: float) -> None:
    place.media.say(VoiceGap(endpoint, True, 0.3, 0.0, 0.0))
    place.media.say(VoiceGap(endpoint, False, seconds, 0.0, seconds))


async def test_gap_and_the_words_in_it_reach_both_sides(place: House) -> None:
    client, endpoint = await come(place, Role.CLIENT)
    counsellor, _ = await come(place, Role.COUNSELLOR)
    you = client.welcome["you"]
    place.media.say(VoiceGap(endpoint, True, 4.3, 0.0, 0.0))
    for page in (client, counsellor):
        began = await page.event("voice_gap", speaker=you)
        assert (began["listener"], began["ended_at"], began["lost_ms"]) == (None, None, 0)
    place.media.say(VoiceGap(endpoint, False, 4.3, 0.0, 4.1))
    over = await client.event("voice_gap", lost_ms=4_100)
    assert over["ended_at"] - over["started_at"] >= 4_300
    said = await client.ask("report_lost_words", gap=over["gap"], ms=3_900)
    assert said["type"] == "done"
    words = await counsellor.event("words_lost")
    assert (words["speaker"], words["ms"]) == (you, 3_900)
    assert client.all("words_lost") == []
    await client.close()
    await counsellor.close()


async def test_muted_microphone_makes_no_gap_and_a_paused_device_is_shown(place: House) -> None:
    client, endpoint = await come(place, Role.CLIENT)
    counsellor, _ = await come(place, Role.COUNSELLOR)
    await client.ask("set_media", microphone=False, camera=False)
    cut(place, endpoint, 4.0)
    await client.ask("set_media", microphone=True, camera=False)
    await client.ask("set_device", paused="microphone")
    cut(place, endpoint, 4.0)
    await until(
        lambda: any(
            c["participant"]["device_paused"] == "microphone"
            for c in counsellor.all("participant_changed")
        )
    )
    assert (await client.ask("set_device", paused="none"))["type"] == "done"
    assert client.all("voice_gap") == counsellor.all("voice_gap") == []
    await client.close()
    await counsellor.close()


async def test_listeners_gap_goes_to_its_speaker_alone(place: House) -> None:
    client, _ = await come(place, Role.CLIENT)
    counsellor, _ = await come(place, Role.COUNSELLOR)
    now = int(time.time() * 1000)
    gap = {"speaker": client.welcome["you"], "started_at": now - 5_000, "ended_at": now - 1_000}
    assert (await counsellor.ask("report_gap", lost_ms=4_000, **gap))["type"] == "done"
    told = await client.event("voice_gap")
    assert (told["listener"], told["lost_ms"]) == (counsellor.welcome["you"], 4_000)
    assert counsellor.all("voice_gap") == []
    await client.close()
    await counsellor.close()


async def test_page_that_comes_back_learns_of_the_gap_it_was_away_for(place: House) -> None:
    client, endpoint = await come(place, Role.CLIENT)
    counsellor, _ = await come(place, Role.COUNSELLOR)
    place.media.say(VoiceGap(endpoint, True, 4.0, 0.0, 0.0))
    await counsellor.event("voice_gap", ended_at=None)
    await client.drop()
    place.media.say(VoiceGap(endpoint, False, 4.0, 0.0, 4.0))
    await until(lambda: len(counsellor.all("voice_gap")) == 2)
    back = await place.enter(client.welcome["seat"])
    told = await back.event("voice_gap")
    assert told["lost_ms"] == 4_000
    assert (await back.ask("report_lost_words", gap=told["gap"], ms=2_000))["type"] == "done"
    assert (await counsellor.event("words_lost"))["ms"] == 2_000
    await back.close()
    await counsellor.close()


async def test_a_new_endpoint_says_nothing_of_what_the_old_one_lost(place: House) -> None:
    client, endpoint = await come(place, Role.CLIENT)
    place.media.say(VoiceGap(endpoint, True, 5.0, 0.0, 0.0))
    await client.event("voice_gap", ended_at=None)
    await client.ask("offer", sdp=OFFER, fresh=True)
    newer = place.media.negotiations[-1][1]
    assert newer != endpoint
    place.media.say(VoiceGap(newer, False, 0.0, 0.0, 0.0))
    await until(lambda: len(client.all("voice_gap")) == 2)
    over = client.all("voice_gap")[-1]
    assert over["lost_ms"] == over["ended_at"] - over["started_at"] >= 5_000
    await client.close()


async def test_delays_are_passed_on_and_known_to_who_comes_later(place: House) -> None:
    client, _ = await come(place, Role.CLIENT)
    assert (await client.ask("report_delay", rtt_ms=900))["type"] == "done"
    counsellor, _ = await come(place, Role.COUNSELLOR)
    told = await counsellor.event("far_delay")
    assert (told["participant"], told["rtt_ms"]) == (client.welcome["you"], 900)
    await counsellor.ask("report_delay", rtt_ms=100)
    assert (await client.event("far_delay"))["rtt_ms"] == 100
    await client.close()
    await counsellor.close()


async def test_lies_and_floods_are_refused_and_reach_nobody(place: House) -> None:
    client, _ = await come(place, Role.CLIENT)
    counsellor, _ = await come(place, Role.COUNSELLOR)
    now = int(time.time() * 1000)
    future = {"speaker": client.welcome["you"], "started_at": now, "ended_at": now + 60_000}
    assert (await counsellor.ask("report_gap", lost_ms=60_000, **future))["code"] == "malformed"
    assert (await counsellor.ask("report_lost_words", gap=1, ms=4_000))["code"] == "not_found"
    answers = [await counsellor.ask("report_delay", rtt_ms=number) for number in range(30)]
    assert {answer.get("code") for answer in answers[-10:]} == {"rate_limited"}
    assert client.all("voice_gap") == client.all("words_lost") == []
    await client.close()
    await counsellor.close()
