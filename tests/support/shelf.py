"""Recordings without a gateway that keeps any: real files, and REST as a page sees it.

Each person is a moving bar and a tone of their own; where the bars stand at the same height at the
same moment, the two are in step.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

import av
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Route

from tests.support.samples import voice

CLIENT: Final = {"id": "11111111-1111-4111-8111-111111111111", "name": "小雨"}
COUNSELLOR: Final = {"id": "22222222-2222-4222-8222-222222222222", "name": "李老师"}
FIRST, SECOND, THIRD, FOURTH = (f"{each * 8}-aaaa-4aaa-8aaa-aaaaaaaaaaaa" for each in "3456")
STARTED: Final = 1_770_894_000_000
DAY: Final = 86_400_000
FPS: Final = 10
WIDE, HIGH = 320, 200
LENGTH_S: Final = 12
HELD: Final = (5_000, 7_000)
GAP: Final = (2_000, 3_500)


def picture(seconds: float, hue: int) -> bytes:
    """A bar that falls once in two seconds, as WebM with VP8."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=FPS, options={"deadline": "realtime"})
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        stream.bit_rate = 200_000
        for number in range(int(seconds * FPS)):
            frame = _bar(number * HIGH // (2 * FPS) % HIGH, hue)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def _bar(top: int, hue: int) -> av.VideoFrame:
    frame = av.VideoFrame(WIDE, HIGH, "yuv420p")
    light, *colours = frame.planes
    wide = light.line_size
    rows = [220 if top <= row < top + 16 else 90 for row in range(HIGH)]
    light.update(b"".join(bytes([level]) * wide for level in rows))
    for plane, level in zip(colours, (140 - hue, 110 + hue), strict=True):
        plane.update(bytes([level]) * plane.buffer_size)
    return frame


def seen(ident: str, **changes: Any) -> dict[str, Any]:
    """A recording as REST tells of it."""
    return {
        "id": ident, "session": "s", "counsellor": COUNSELLOR, "client": CLIENT,
        "started_at": STARTED, "duration_ms": 41 * 60_000, "stage": "active",
        "purposes": [
            {"purpose": "clinical_review", "until": STARTED + 30 * DAY},
            {"purpose": "supervision", "until": STARTED + 90 * DAY},
        ],
        "media": ["audio", "video"], "is_whole": True, "floor_until": None, "erase_at": None,
        "may_play": True, "client_plays": False, "may_take_back": True, "may_keep": False,
        "asks_to_keep": False, "later": [], "may_ask_later": [],
        **changes,
    }  # fmt: skip


def hour(ident: str, begun_at: int) -> dict[str, Any]:
    """An hour that goes on, as REST tells of it."""
    return {
        "id": ident, "counsellor": COUNSELLOR, "client": CLIENT, "starts_at": begun_at,
        "ends_at": begun_at + 50 * 60_000, "minutes": 50, "more_minutes": 0, "late_minutes": 0,
        "kind": "individual", "stage": "in_session", "arrived_at": begun_at, "begun_at": begun_at,
        "ended_at": None, "outcome": None, "confirmed_at": None,
    }  # fmt: skip


def later(purpose: str, **changes: Any) -> dict[str, Any]:
    """What was asked for afterwards."""
    return {
        "purpose": purpose, "until": STARTED + 365 * DAY, "stage": "asked", "version": "1",
        "terms": "7" * 64, "may_answer": True, **changes,
    }  # fmt: skip


def proof(number: int, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """A proof that was really signed."""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return {
        "id": f"7777777{number}-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "kind": kind, "text": text,
        "at": STARTED + number * DAY, "signature": _base64(private.sign(text.encode())),
        "key": _base64(private.public_key().public_bytes_raw()),
    }  # fmt: skip


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Shelf:
    """Answers a page's calls, and keeps what it was told."""

    def __init__(self, positions: list[str]) -> None:
        self.positions = positions
        self.recordings: dict[str, dict[str, Any]] = {}
        self.proofs: list[dict[str, Any]] = []
        self.looks: list[dict[str, Any]] = []
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.watched: list[tuple[int, int]] = []
        self.hours: list[dict[str, Any]] = []
        self.refuses = False
        """Nothing of it is given any more."""
        self.spoilt: dict[int, int] = {}
        """Files of which nothing opens from a byte on."""
        self.proofs_come = asyncio.Event()
        """Until then nobody is told of any."""
        self.proofs_come.set()
        self._files: list[tuple[dict[str, Any], bytes]] = []

    def put(self, *recordings: dict[str, Any]) -> None:
        """Let these be there."""
        self.recordings = {each["id"]: each for each in recordings}

    def make_files(self) -> None:
        """Two people, with a hold in the middle, where the files end and begin."""
        for starts, stops in ((0, HELD[0]), (HELD[1], LENGTH_S * 1_000)):
            for hue, person in enumerate(("counsellor", "client")):
                seconds = (stops - starts) / 1_000
                self._add("video", person, starts, stops, picture(seconds, 60 * hue))
                self._add("audio", person, starts, stops, voice(seconds, tone_hz=330 + 110 * hue))

    def _add(self, medium: str, role: str, starts: int, stops: int, data: bytes) -> None:
        codec = "vp8" if medium == "video" else "opus"
        gaps = [{"start_ms": GAP[0], "stop_ms": GAP[1]}] if role == "client" and not starts else []
        file = {
            "number": len(self._files), "role": role, "medium": medium, "gaps": gaps,
            "party": (CLIENT if role == "client" else COUNSELLOR)["name"],
            "type": f'{medium}/webm; codecs="{codec}"', "starts_ms": starts,
            "duration_ms": stops - starts, "bytes": len(data),
        }  # fmt: skip
        self._files.append((file, data))

    async def answer(self, route: Route) -> None:
        """One call."""
        path = route.request.url.split("/api/v1/")[1].split("?")[0]
        parts = path.split("/")
        if parts[0] == "recordings" and len(parts) > 1:
            await self._of_recording(route, parts[1], parts[2:])
            return
        lists: dict[str, Callable[[], object]] = {
            "me": self._me,
            "recordings": lambda: {"items": list(self.recordings.values())},
            "proofs": lambda: {"items": self.proofs},
            "me/looks": lambda: {"after": None, "items": self.looks},
            "appointments": lambda: {"after": None, "items": self.hours},
            "threads": lambda: {"items": []},
            "clinic": lambda: {"id": "c", "name": "梅花心理", "chosen": {}},
            f"people/{CLIENT['id']}/change": lambda: {"items": []},
        }
        if path not in lists:
            await route.fulfill(status=404, json={"code": "not_found"})
            return
        if path == "proofs":
            await self.proofs_come.wait()
        await route.fulfill(json=lists[path]())

    def _me(self) -> dict[str, Any]:
        own = CLIENT if "client" in self.positions else COUNSELLOR
        return {
            **own, "clinic": "c", "clinic_name": "梅花心理", "positions": self.positions,
            "locked": False,
        }  # fmt: skip

    async def _of_recording(self, route: Route, ident: str, rest: list[str]) -> None:
        if self.refuses:
            await route.fulfill(status=404, json={"code": "not_found"})
        elif not rest:
            await route.fulfill(json=self._opened(ident))
        elif rest[0] == "files":
            await self._file(route, self._files[int(rest[1])])
        else:
            await self._act(route, ident, "/".join(rest))

    def _opened(self, ident: str) -> dict[str, Any]:
        return {
            "seen": self.recordings[ident], "files": [file for file, _ in self._files],
            "held": [{"start_ms": HELD[0], "stop_ms": HELD[1]}], "length_ms": LENGTH_S * 1_000,
            "watcher": self._me()["name"],
        }  # fmt: skip

    async def _act(self, route: Route, ident: str, act: str) -> None:
        body = route.request.post_data_json or {}
        if act == "watched":
            self.watched.append((body["start_ms"], body["stop_ms"]))
            await route.fulfill(status=204)
            return
        self.taken.append((act, body))
        self._take(ident, act, body)
        await route.fulfill(json=self.recordings[ident])
        if self.recordings[ident]["stage"] == "erased":
            del self.recordings[ident]

    def _take(self, ident: str, act: str, body: dict[str, Any]) -> None:
        found = self.recordings[ident]
        if act == "later":
            found["may_ask_later"].remove(body["purpose"])
            found["later"].append(later(body["purpose"], may_answer=False, terms=""))
        elif act == "later/answer":
            granted = {"purpose": body["purpose"], "until": STARTED + 365 * DAY}
            stage = "granted" if body["agree"] else "not_granted"
            found["later"] = [later(body["purpose"], stage=stage, may_answer=False)]
            found["purposes"] += [granted] if body["agree"] else []
        elif act == "keep":
            found |= {"stage": "active", "may_keep": False, "asks_to_keep": False}
        elif body.get("purposes"):
            left = [each for each in found["purposes"] if each["purpose"] not in body["purposes"]]
            found |= {"purposes": left, "stage": "narrowed"}
        elif body.get("media"):
            found["media"] = [each for each in found["media"] if each not in body["media"]]
        else:
            stage = "erased" if body.get("now") else "erasure_pending"
            found |= {"stage": stage, "may_keep": not body.get("now"), "may_play": False}
            found["erase_at"] = None if body.get("now") else 4_102_444_800_000

    async def _file(self, route: Route, kept: tuple[dict[str, Any], bytes]) -> None:
        """As RFC 9110, section 14: a range of it."""
        file, data = kept
        wanted = route.request.headers.get("range", "bytes=0-")
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, stop = int(first), min(int(last or len(data) - 1), len(data) - 1)
        opens = self.spoilt.get(file["number"], len(data))
        if opens < len(data):  # a gateway gives a megabyte at a time; here it is less
            stop = min(stop, max(start, opens - 1))
        if start >= opens:
            await route.fulfill(status=404, json={"code": "not_found"})
            return
        await route.fulfill(
            status=206,
            body=data[start : stop + 1],
            headers={
                "Content-Type": file["type"].split(";")[0],
                "Content-Range": f"bytes {start}-{stop}/{len(data)}",
                "Accept-Ranges": "bytes",
            },
        )
