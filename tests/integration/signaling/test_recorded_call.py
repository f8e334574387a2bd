"""A booked hour with real media that is recorded for real: what lies in the folder, and when."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.ids import EndpointId
from signaling.domain.consent import rules
from signaling.domain.consent.terms import Medium, Purpose
from signaling.domain.recording_policy import RecordingChoice
from signaling.storage.people_store import ClinicSettings
from tests.integration.signaling.test_recorded_room import Recorded, kept
from tests.support.peer import OPUS, LoopbackPeer
from tests.support.practice import PLAN, TODAY, now_ms, practice

pytestmark = pytest.mark.integration

CHOICE = RecordingChoice(frozenset({Purpose.CLINICAL_REVIEW, Purpose.SUPERVISION}))
SAID = b"what was said in confidence"


class Talking(Recorded):
    """Both talk all the time, each by a peer of their own."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.peers: dict[str, LoopbackPeer] = {}

    async def connect(self, name: str) -> None:
        page = self.pages[name]
        peer = self.peers[name] = LoopbackPeer(slots=page.welcome["slots"])
        answer = await page.ask("offer", sdp=peer.offer())
        await peer.connect(answer["sdp"])
        self._showing.append(asyncio.create_task(self._talk(peer)))
        assert (await page.ask("set_media", microphone=True, camera=False))["type"] == "done"
        self.endpoints[name] = EndpointId("")

    async def _talk(self, peer: LoopbackPeer) -> None:
        for number in range(10_000):
            if self._is_over:
                return
            head = struct.pack("!BBHII", 0x80, OPUS, number, number * 960, peer.ssrcs.voice)
            peer.send_rtp(head + b"\x78" + SAID)
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        await super().close()
        for peer in self.peers.values():
            await peer.close()


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talking]:
    monkeypatch.setattr(rules, "ARMING_S", 0.4)
    folder = tmp_path / "recordings"
    folder.mkdir()
    recording = {"folder": str(folder), "min_free_mb": 1}
    async with practice(tmp_path, real_media=True, media_workers=0, recording=recording) as here:
        people = here.stores.accounts.stores.people
        chosen = ClinicSettings(recording=CHOICE)
        await people.set_clinic(here.clinics[""], chosen, here.people["admin"], now_ms())
        hour = await here.hour()
        assert (await here.ask("zhang", "PUT", f"appointments/{hour.id}/today", TODAY))[0] == 200
        assert (await here.ask("li", "PUT", f"appointments/{hour.id}/plan", PLAN))[0] == 204
        made = Talking(here, hour)
        try:
            client, counsellor = await made.come("zhang"), await made.come("li")
            let_in = await counsellor.ask("let_in", participant=client.welcome["you"])
            assert let_in["type"] == "done"
            for name in ("zhang", "li"):
                await made.connect(name)
            await made.view("li", you_may_ask=True)
            yield made
        finally:
            await made.close()


def lying(tmp_path: Path) -> dict[str, bytes]:
    """What lies in the folder of recordings now, but for what says whose folder it is."""
    found = sorted((tmp_path / "recordings").rglob("*"))
    return {
        path.name: path.read_bytes() for path in found if path.is_file() and path.name != "lock"
    }


async def begin(room: Talking) -> None:
    await room.agree(await room.ask())
    await room.view("zhang", stage="recording")
    await asyncio.sleep(1.2)


async def test_both_are_kept_sealed_and_the_hold_between_is_not(
    room: Talking, tmp_path: Path
) -> None:
    asked = await room.ask()
    await asyncio.sleep(0.3)
    assert lying(tmp_path) == {}
    await room.agree(asked)
    await room.view("zhang", stage="recording")
    await asyncio.sleep(1.0)
    for command in ("pause_recording", "resume_recording"):
        assert (await room.pages["zhang"].ask(command))["type"] == "done"
        await asyncio.sleep(1.0)
    assert (await room.pages["li"].ask("stop_recording"))["type"] == "done"
    made = await kept(room)
    assert made.is_whole
    keeping = room.here.stores.kept_recordings.keeping
    whole = await keeping.get(made.id)
    voices = {part.id for part in whole.parts if part.medium is Medium.AUDIO}
    assert [file.part in voices for file in whole.files] == [True] * 4
    found = lying(tmp_path)
    digests = {hashlib.sha256(data).hexdigest() for data in found.values()}
    assert {file.sha256 for file in whole.files} <= digests
    assert not any(SAID in data for data in found.values())
    told = [await keeping.file_told(whole, file.number, now_ms()) for file in whole.files]
    starts = sorted(each.starts_ms for each in told)
    assert starts[1] < 500
    assert 1500 < starts[2] < 3500
    assert all(600 < each.duration_ms < 2500 for each in told)
    ((held_from, held_until),) = (await keeping.told(whole, now_ms())).held
    assert held_from < held_until <= starts[2]


async def test_after_it_is_taken_back_not_a_byte_is_added(room: Talking, tmp_path: Path) -> None:
    await begin(room)
    assert sum(map(len, lying(tmp_path).values())) > 0
    assert (await room.pages["zhang"].ask("withdraw_recording"))["type"] == "done"
    given_up = await kept(room)
    assert given_up.artefact is not None
    assert given_up.artefact.stage == "erasure_pending"
    then = lying(tmp_path)
    await asyncio.sleep(0.5)
    assert lying(tmp_path) == then
    sample = room.here.house.app.metrics.registry.get_sample_value
    assert sample("quietroom_recording_withdrawal_seconds_bucket", {"le": "0.25"}) == 1
