"""What players say of a file: PyAV, and ffprobe, VLC and Chromium where they are installed."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from playwright.async_api import Page, Route

from recording.finished import finished
from recording.inbox import Inbox, Packet
from recording.part_file import Part, Place
from recording.reading import open_file
from recording.store import FileName, FolderStore
from recording.take import Begin, Take
from tests.support import bitstreams
from tests.support.browsers import person
from tests.support.figures import Row
from tests.support.film import Sent, film, plain, voice, watch
from tests.support.shelf import picture

RATES: Final = {
    "vp8": (90_000, 96, 60), "vp9": (90_000, 98, 60), "av1": (90_000, 99, 60),
    "h264": (90_000, 102, 60), "opus": (48_000, 111, 100),
}  # fmt: skip
SITE: Final = "http://player.test/"
NOBODY: Final = "65534"
"""VLC does not run as root."""
VLC: Final = (
    "vlc", "-I", "dummy", "--no-dbus", "--vout", "dummy", "--aout", "dummy", "--verbose", "2",
    "--play-and-exit",
)  # fmt: skip
PLAY: Final = """
async ([name, isSound]) => {
  const player = document.createElement(isSound ? 'audio' : 'video');
  player.muted = true;
  const over = (what) => new Promise((done, fail) => {
    player.addEventListener(what, done, {once: true});
    player.addEventListener('error', () => fail(player.error.message), {once: true});
    setTimeout(() => fail(what + ' does not come'), 20000);
  });
  document.body.replaceChildren(player);
  const opened = over('loadeddata');
  player.src = name;
  await opened;
  const told = player.duration;
  const ended = over('ended');
  await player.play();
  await ended;
  const frames = isSound ? 0 : player.getVideoPlaybackQuality().totalVideoFrames;
  const stop = player.currentTime, off = [];
  for (const part of [0.75, 0.25, 0.5]) {
    const sought = over('seeked');
    player.currentTime = stop * part;
    await sought;
    off.push(Math.abs(player.currentTime - stop * part));
  }
  return {told, stop, frames, off: Math.max(...off)};
}
"""


async def measure(folder: Path) -> list[Row]:
    """Each codec's file, decoded and looked at; whole, and cut off in its midst."""
    usual = await _usual(folder)
    rows: list[Row] = []
    async with _chromium(folder) as page:
        for number, codec in enumerate(RATES, 1):
            data, cut, count = await asyncio.to_thread(_file, FolderStore(folder), number, codec)
            for name, content in (("whole", data), ("cut off by a crash", cut)):
                path = folder / f"{number}.media"
                path.write_bytes(content)
                frames = len(watch(content).times)
                told = f"{frames} of {count} frames; {await _ffprobe(path)}"
                rows.append((f"{codec}, {name}: decoded; ffprobe -v error", told, "silent"))
                played = await _play(page, path.name, codec, frames)
                told = f"{played}; {_beside(await _vlc(path), usual)}"
                rows.append((f"{codec}, {name}: Chromium; VLC's demuxer", told, "plays; silent"))
    return rows


def _sent(codec: str) -> list[Sent]:
    if codec == "opus":
        return voice(count=100)
    if codec in {"vp8", "h264"}:
        return film(codec, count=60)
    pictures = bitstreams.pictures(codec, 60, key_every=30)
    packets = bitstreams.packets_of(codec, pictures)
    return [Sent(index / 30, packet) for index, each in enumerate(packets) for packet in each]


def _file(store: FolderStore, number: int, codec: str) -> tuple[bytes, bytes, int]:
    rate, kind, count = RATES[codec]
    part, place = Part(UUID(int=3), "part", bytes(32)), Place(store, UUID(int=1), UUID(int=2))
    inbox = Inbox()
    take = Take(place, {"part": (part, "ann")}, Begin(1.0, 0, number), inbox, lambda _: None)
    for at, packet in _sent(codec):
        inbox.put(Packet("part", 0, 1, codec, rate, kind, packet, 1.0 + at))
        take.work(1.0 + at)
    name = FileName(number, part.ident)
    segment = open_file(store, place.tenant, place.recording, name, part.key)
    opened = finished(store, name, part.key, segment)
    cut = opened.read(0, opened.length)
    take.close(4.0)
    return plain(store, place.tenant, place.recording, name, part.key), cut, count


async def _said(*command: str) -> str:
    """All that a program prints."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    return said.decode(errors="replace").strip()


async def _ffprobe(path: Path) -> str:
    if shutil.which("ffprobe") is None:
        return "not installed"
    said = await _said(
        "ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets",
        "-of", "csv=p=0", str(path),
    )  # fmt: skip
    return (
        "; ".join(line for line in said.splitlines() if not line.strip(",").isdigit()) or "silent"
    )


async def _usual(folder: Path) -> list[str]:
    """What VLC's demuxer warns of in any file, here in one that the library has made alone."""
    path = folder / "usual.webm"
    path.write_bytes(await asyncio.to_thread(picture, 1.0, 0))
    return await _vlc(path)


def _beside(found: list[str], usual: list[str]) -> str:
    return "; ".join(each for each in found if each not in usual) or "silent"


async def _vlc(path: Path) -> list[str]:
    """What its demuxer warns of."""
    if shutil.which("vlc") is None:
        return ["VLC is not installed"]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        copy = shutil.copy(path, folder)
        Path(copy).chmod(0o644)
        root = ("setpriv", "--reuid", NOBODY, "--clear-groups") if os.geteuid() == 0 else ()
        said = await _said(*root, "env", f"HOME={folder}", *VLC, copy, "vlc://quit")
    lines = said.splitlines()
    if not any("successfully opened" in line and path.name in line for line in lines):
        return ["VLC did not open it"]
    return [line.split("] ", 1)[-1] for line in lines if "demux" in line and _is_warning(line)]


def _is_warning(line: str) -> bool:
    return " warning: " in line or " error: " in line


@asynccontextmanager
async def _chromium(folder: Path) -> AsyncIterator[Page]:
    async def answer(route: Route) -> None:
        name = route.request.url.removeprefix(SITE)
        if not name.endswith(".media"):
            await route.fulfill(body="<!doctype html><title>player</title><body>")
            return
        data = (folder / name).read_bytes()
        first, _, last = route.request.headers.get("range", "bytes=0-")[6:].partition("-")
        start, stop = int(first), min(int(last or len(data) - 1), len(data) - 1)
        headers = {
            "Content-Type": "video/webm", "Accept-Ranges": "bytes", "Cache-Control": "no-store",
            "Content-Range": f"bytes {start}-{stop}/{len(data)}",
        }  # fmt: skip
        await route.fulfill(status=206, body=data[start : stop + 1], headers=headers)

    async with person() as someone:
        await someone.page.route(f"{SITE}**", answer)
        await someone.page.goto(SITE)
        yield someone.page


async def _play(page: Page, name: str, codec: str, frames: int) -> str:
    """Played to its end, and sought in."""
    try:
        found: dict[str, Any] = await page.evaluate(PLAY, [name, codec == "opus"])
    except Exception as error:  # whatever a browser says of it is what is told
        return str(error).splitlines()[0]
    shown = "" if codec == "opus" else f"{found['frames']} of {frames} frames, "
    sought = "seeks" if found["off"] < 0.05 else f"seeks {found['off']:.2f} s off"
    return f"{shown}{found['stop']:.2f} s, {sought}"
