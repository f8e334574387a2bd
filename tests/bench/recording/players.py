"""What players say of a file: ffprobe, where it is installed, and PyAV."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from uuid import UUID

from recording.inbox import Inbox, Packet
from recording.part_file import Part, Place
from recording.store import FileName, FolderStore
from recording.take import Begin, Take
from tests.support.figures import Row
from tests.support.film import film, plain, voice, watch

RATES = {"vp8": (90_000, 96, 60), "h264": (90_000, 102, 60), "opus": (48_000, 111, 100)}


async def measure(folder: Path) -> list[Row]:
    """Each codec's file, decoded and looked at; whole, and cut off in its midst."""
    rows: list[Row] = []
    for number, codec in enumerate(RATES, 1):
        data, cut, count = _file(FolderStore(folder), number, codec)
        for name, content in (("whole", data), ("as a crash leaves it", cut)):
            path = folder / f"{number}.media"
            path.write_bytes(content)
            said = await _ffprobe(path)
            frames = len(watch(content).times)
            told = f"{frames} of {count} frames, {said}"
            rows.append((f"{codec}, {name}: decoded; ffprobe -v error", told, "silent"))
    return rows


def _file(store: FolderStore, number: int, codec: str) -> tuple[bytes, bytes, int]:
    rate, kind, count = RATES[codec]
    sent = voice(count=count) if codec == "opus" else film(codec, count=count)
    part, place = Part(UUID(int=3), "part", bytes(32)), Place(store, UUID(int=1), UUID(int=2))
    inbox = Inbox()
    take = Take(place, {"part": (part, "ann")}, Begin(1.0, 0, number), inbox, lambda _: None)
    for at, packet in sent:
        inbox.put(Packet("part", 0, 1, codec, rate, kind, packet, 1.0 + at))
        take.work(1.0 + at)
    name = FileName(number, part.ident)
    cut = plain(store, place.tenant, place.recording, name, part.key)
    take.close(4.0)
    return plain(store, place.tenant, place.recording, name, part.key), cut, count


async def _ffprobe(path: Path) -> str:
    if shutil.which("ffprobe") is None:
        return "not installed"
    process = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets",
        "-of", "csv=p=0", str(path),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    return said.decode().strip().replace("\n", "; ") or "silent"
