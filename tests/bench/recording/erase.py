"""A client takes a recording back at once, over REST: until when it plays, and what is left."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from recording.reading import open_file
from recording.sealing import SegmentError
from signaling.gate import REFUSALS
from signaling.receipts import Signed, is_signed
from signaling.storage.recording_folder import SealedFiles
from tests.support.practice import Practice, now_ms, practice
from tests.support.recordings import Recorded, record


class Erased(NamedTuple):
    """One of them."""

    refused_s: float
    """From the call to when a player that asks all the time was first refused a range."""
    erased_s: float
    """From the call to its answer, which says that it is erased."""
    proofs: int
    """Certificates that verify, of the two."""
    tried: int
    """Keys times files that were tried on the bytes as they lay there."""
    opened: int
    """Of which opened."""


class Desk(NamedTuple):
    """Where it is done."""

    made: Practice
    files: SealedFiles
    root: Path
    clinic: UUID


async def measure(folder: Path, trials: int) -> list[Erased]:
    """On SQLite, each with four files of two people."""
    async with practice(folder, recording={"folder": str(folder / "recordings")}) as made:
        files = made.stores.kept_recordings.erasure.files
        assert files is not None
        booked = await made.hour("li", "zhang")
        desk = Desk(made, files, folder / "recordings", booked.clinic)
        found = []
        for number in range(trials):
            if number >= REFUSALS.burst // 2:  # whoever is refused too often waits
                await asyncio.sleep(1 / REFUSALS.per_second)
            one = await record(made.stores.recordings, files, booked, now_ms())
            found.append(await _erase(desk, one))
        return found


async def _erase(desk: Desk, one: Recorded) -> Erased:
    made, where = desk.made, f"recordings/{one.ident}"
    lay = {file.number: one.path(desk.root, file.number).read_bytes() for file in one.files}
    assert await _get(made, where) == 206
    asked = time.monotonic()
    player = asyncio.create_task(_play(made, where))
    status, said = await made.ask("zhang", "POST", f"{where}/take-back", {"now": True})
    erased = time.monotonic()
    assert (status, said["stage"]) == (200, "erased"), said
    refused = await player
    tried, opened = await _try_keys(desk, one, lay)
    proofs = await _proofs(made, str(one.ident))
    return Erased(refused - asked, erased - asked, proofs, tried, opened)


async def _play(made: Practice, where: str) -> float:
    """Ask for ranges until one is refused; returns when that was said."""
    while (status := await _get(made, where)) in {206, 429}:
        # So often nobody asks; where it is too often, that refuses nothing of the recording.
        await asyncio.sleep(0.1 if status == 429 else 0.002)
    assert status in {403, 404}, status
    return time.monotonic()


async def _get(made: Practice, where: str) -> int:
    url = f"{made.house.app.url}/api/v1/{where}/files/1"
    async with made.browsers["li"].get(url, headers={"Range": "bytes=0-99"}) as answer:
        await answer.read()
        return answer.status


async def _proofs(made: Practice, ident: str) -> int:
    keys = (await made.ask("zhang", "GET", "proofs/key"))[1]["items"]
    good = 0
    for who in ("zhang", "li"):
        for proof in (await made.ask(who, "GET", "proofs"))[1]["items"]:
            if proof["kind"] != "erasure" or json.loads(proof["text"])["recording"] != ident:
                continue
            signed = Signed(proof["text"], proof["signature"], proof["key"])
            good += is_signed(signed) and proof["key"] in keys
    return good


async def _try_keys(desk: Desk, one: Recorded, lay: dict[int, bytes]) -> tuple[int, int]:
    """Every key there is, on what somebody has copied before."""
    keys = [key.recorder async for key in desk.made.stores.keyring.every(now_ms())]
    files = desk.files
    tried = opened = 0
    for file in one.files:
        name = one.name(file.number)
        writer = files.create(one.ident, name)
        writer.append(lay[file.number])
        writer.close()
        for key in keys:
            tried += 1
            try:
                open_file(files, desk.clinic, one.ident, name, key)
            except SegmentError:
                continue
            opened += 1
    files.delete(one.ident)
    return tried, opened
