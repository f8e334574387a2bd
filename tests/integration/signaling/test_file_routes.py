"""Files and voice notes by REST: gone on with where they broke off, harmless, for the two alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientPayloadError
from sqlalchemy import func, select

from signaling.domain.thread import Kind
from signaling.storage.file_rows import FILE, FILE_PIECE
from signaling.storage.file_store import GIVEN_UP_MS, MOST_COMING, PIECE, File, FileStore
from signaling.storage.thread_pages import DAY_MS, WEEK_MS
from signaling.storage.thread_tables import MESSAGE
from tests.support import samples
from tests.support.practice import Practice, now_ms, practice

pytestmark = pytest.mark.integration


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path) as made:
        yield made


class Sender:
    """Somebody who sends files into the thread of ``zhang`` and ``li``."""

    def __init__(self, here: Practice, thread: str, who: str = "zhang") -> None:
        self.here = here
        self.thread = thread
        self.who = who

    async def ask(self, method: str, ident: UUID, more: str = "", **what: Any) -> tuple[int, Any]:
        path = f"threads/{self.thread}/files/{ident}{more}"
        return await self.here.ask(self.who, method, path, what.pop("body", None), **what)

    async def begin(self, data: bytes, name: str = "照片.png", kind: str = "file") -> UUID:
        ident = uuid4()
        about = {"kind": kind, "name": name, "bytes": len(data)}
        status, said = await self.ask("PUT", ident, body=about)
        assert (status, said) == (200, {"received": 0, "bytes": len(data), "piece": PIECE})
        return ident

    async def put(self, ident: UUID, data: bytes, at: int) -> tuple[int, Any]:
        return await self.ask("POST", ident, f"/pieces?at={at}", data=data)

    async def send(self, data: bytes, name: str = "照片.png", kind: str = "file") -> UUID:
        ident = await self.begin(data, name, kind)
        for at in range(0, len(data), PIECE):
            status, _ = await self.put(ident, data[at : at + PIECE], at)
            assert status == 200
        return ident

    async def finish(self, ident: UUID) -> tuple[int, Any]:
        return await self.ask("POST", ident, "/message")

    async def fetch(self, ident: UUID) -> tuple[int, bytes, dict[str, str]]:
        url = f"{self.here.house.app.url}/api/v1/threads/{self.thread}/files/{ident}"
        async with self.here.browsers[self.who].get(url) as answer:
            return answer.status, await answer.read(), dict(answer.headers)

    async def messages(self) -> list[dict[str, Any]]:
        path = f"threads/{self.thread}/messages?since=0"
        return list((await self.here.ask(self.who, "GET", path))[1]["items"])


async def sender(here: Practice, who: str = "zhang") -> Sender:
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    return Sender(here, str((await here.ask("zhang", "PUT", path))[1]["id"]), who)


async def pieces(here: Practice) -> int:
    async with here.stores.data.read() as reading:
        return int(await reading.scalar(select(func.count()).select_from(FILE_PIECE)) or 0)


async def test_a_picture_is_a_message_with_its_bytes_for_the_two(here: Practice) -> None:
    by = await sender(here)
    page = await here.listen("li")
    ident = await by.send(samples.picture("PNG"), "照片\u202egnp.exe")
    status, stored = await by.finish(ident)
    assert (status, stored["fresh"]) == (201, True)
    told = (await page.event("message_changed"))["message"]
    assert (told["kind"], told["author"]) == ("file", str(here.people["zhang"]))
    card = json.loads(told["body"])
    assert (card["type"], card["name"], card["width"]) == ("picture", "照片gnp.jpg", 64)
    li = await sender(here, "li")
    status, data, headers = await li.fetch(ident)
    assert status == 200
    assert len(data) == card["bytes"]
    assert data.startswith(b"\xff\xd8\xff")
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    for other in ("chen", "admin", "supervisor", "far.li", "moon", "stranger"):
        assert (await (await sender(here, other)).fetch(ident))[0] in {401, 403, 404}
    await page.close()


async def test_a_voice_note_says_how_long_it_is(here: Practice) -> None:
    by = await sender(here, "li")
    ident = await by.send(samples.voice(2.0), "", "voice")
    assert (await by.finish(ident))[0] == 201
    (message,) = await by.messages()
    assert message["kind"] == "voice"
    assert 1_900 <= json.loads(message["body"])["ms"] <= 2_100
    assert (await by.fetch(ident))[2]["Content-Type"] == "audio/webm"


async def test_what_is_not_ours_to_show_has_no_type_of_its_own(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.PDF, 'a"b\r\nSet-Cookie: x=1.pdf')
    assert (await by.finish(ident))[0] == 201
    status, data, headers = await by.fetch(ident)
    assert (status, data) == (200, samples.PDF)
    assert headers["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in headers
    assert "\n" not in headers["Content-Disposition"]


async def test_it_goes_on_where_it_broke_off_and_is_one_message(here: Practice) -> None:
    by = await sender(here)
    data = b"%PDF-1.7\n" + bytes(range(256)) * 3_000 + b"\n%%EOF\n"
    ident = await by.begin(data)
    assert (await by.put(ident, data[:PIECE], 0))[1]["received"] == PIECE
    # Said again, out of order, and past its end: what is there stays.
    assert (await by.put(ident, b"x" * 100, 0))[1]["received"] == PIECE
    assert (await by.put(ident, b"x" * 100, 2 * PIECE))[1]["received"] == PIECE
    assert (await by.put(ident, bytes(PIECE), len(data) - 5))[0] == 413
    assert (await by.finish(ident))[0] == 409
    about = {"kind": "file", "name": "照片.png", "bytes": len(data)}
    status, said = await by.ask("PUT", ident, body=about)
    assert (status, said["received"]) == (200, PIECE)
    for at in range(PIECE, len(data), PIECE):
        assert (await by.put(ident, data[at : at + PIECE], at))[0] == 200
    first = await by.finish(ident)
    again = await by.finish(ident)
    assert first[1]["number"] == again[1]["number"] == 1
    assert (first[1]["fresh"], again[1]["fresh"]) == (True, False)
    assert len(await by.messages()) == 1
    assert (await by.fetch(ident))[1] == data


async def test_an_answer_that_was_lost_is_asked_for_again(here: Practice) -> None:
    by = await sender(here)
    data = samples.picture("PNG", (300, 200)) + bytes(9_000)  # a picture, and what nobody sees
    ident = await by.send(data)
    # Two at once: one draws it while the other has read it already, or is about to.
    both = await asyncio.gather(*(by.finish(ident) for _ in range(4)))
    assert [status for status, _ in both] == [201] * 4
    assert sum(said["fresh"] for _, said in both) == 1
    assert len(await by.messages()) == 1
    # It has become another length, and for who sent it all of it is there.
    assert len((await by.fetch(ident))[1]) < len(data)
    about = {"kind": "file", "name": "照片.png", "bytes": len(data)}
    status, said = await by.ask("PUT", ident, body=about)
    assert (status, said["received"], said["bytes"]) == (200, len(data), len(data))
    assert (await by.put(ident, data[9_000:], 9_000))[0] == 200
    assert (await by.finish(ident))[1]["fresh"] is False


async def test_who_fetches_one_that_is_taken_back_is_not_left_waiting(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = await sender(here)
    ident = await by.send(b"%PDF-1.7\n" + bytes(2 * PIECE) + b"\n%%EOF\n")
    assert (await by.finish(ident))[0] == 201
    whole = FileStore.read

    async def taken_back(self: FileStore, file: File, at: int) -> AsyncIterator[bytes]:
        async for piece in whole(self, file, at):
            yield piece
            await here.stores.threads.recall(file.thread, file.author, 1, now_ms())

    monkeypatch.setattr(FileStore, "read", taken_back)
    with pytest.raises(ClientPayloadError):
        await asyncio.wait_for(by.fetch(ident), 10)


async def test_a_look_at_somebody_elses_is_told_of(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.PDF)
    await by.finish(ident)
    await by.fetch(ident)
    assert not [row for row in await here.audit() if row.action == "look.thread"]
    await (await sender(here, "li")).fetch(ident)
    (told,) = [row for row in await here.audit() if row.action == "look.thread"]
    assert told.actor == here.people["li"]


HARMFUL = {
    "svg": (samples.SVG, 415),
    "program": (samples.PROGRAM, 415),
    "zip": (samples.packed({"a.exe": b"MZ"}), 415),
    "picture bomb": (samples.picture_bomb(), 413),
    "half a picture": (samples.picture("PNG")[:60], 415),
}


@pytest.mark.parametrize(("data", "status"), HARMFUL.values(), ids=HARMFUL.keys())
async def test_what_may_do_harm_is_refused_and_never_a_message(
    here: Practice, data: bytes, status: int
) -> None:
    by = await sender(here)
    ident = await by.send(data, "innocent.png")
    assert (await by.finish(ident))[0] == status
    assert await by.messages() == []
    assert (await by.fetch(ident))[0] == 404
    assert (await by.ask("DELETE", ident))[0] == 204
    assert await pieces(here) == 0


async def test_a_voice_note_of_more_than_a_minute_is_too_large(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.voice(63.0), "", "voice")
    assert (await by.finish(ident))[0] == 413


async def test_sizes_kinds_and_ids_are_bounded(here: Practice) -> None:
    by = await sender(here)
    for about, status in (
        ({"kind": "file", "name": "x", "bytes": 20_000_001}, 400),
        ({"kind": "file", "name": "x", "bytes": 0}, 400),
        ({"kind": "voice", "name": "x", "bytes": 2_000_000}, 413),
        ({"kind": "line", "name": "x", "bytes": 10}, 400),
        ({"kind": "file", "name": "x" * 256, "bytes": 10}, 400),
    ):
        assert (await by.ask("PUT", uuid4(), body=about))[0] == status
    ident = await by.begin(samples.PDF)
    assert (await by.put(ident, bytes(PIECE + 1), 0))[0] == 413
    assert (await by.put(ident, b"x", -1))[0] == 400
    assert (await by.ask("POST", ident, "/pieces", data=b"x"))[0] == 400
    # Nobody takes what another one has begun, the other of the two neither.
    li = await sender(here, "li")
    about = {"kind": "file", "name": "x", "bytes": len(samples.PDF)}
    assert (await li.ask("PUT", ident, body=about))[0] == 409
    assert (await li.put(ident, b"x", 0))[0] == 404
    assert (await li.finish(ident))[0] == 404
    assert (await li.ask("DELETE", ident))[0] == 204
    assert (await by.put(ident, samples.PDF, 0))[1]["received"] == len(samples.PDF)


async def test_so_many_at_a_time_and_so_much_a_day(here: Practice) -> None:
    by = await sender(here)
    for _ in range(MOST_COMING):
        await by.begin(samples.PDF)
    about = {"kind": "file", "name": "x", "bytes": 10}
    assert (await by.ask("PUT", uuid4(), body=about))[0] == 503
    await here.stores.files.give_up(now_ms() + GIVEN_UP_MS + 1)
    large = {"kind": "file", "name": "x", "bytes": 20_000_000}
    for _ in range(10):
        ident = uuid4()
        assert (await by.ask("PUT", ident, body=large))[0] == 200
        async with here.stores.data.write() as changing:
            await changing.execute(
                FILE.update().where(FILE.c.id == ident).values(ready_at=now_ms())
            )
    assert (await by.ask("PUT", uuid4(), body=large))[0] == 429


async def test_its_bytes_go_with_the_message(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.PDF)
    await by.finish(ident)
    assert await pieces(here) == 1
    status, _ = await here.ask("zhang", "POST", f"threads/{by.thread}/recalls", {"number": 1})
    assert status == 200
    assert await pieces(here) == 0
    assert (await by.fetch(ident))[0] == 404
    assert (await by.finish(ident))[0] == 404


async def test_its_bytes_go_with_its_week(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.PDF)
    await by.finish(ident)
    later = now_ms() + 365 * DAY_MS + 2 * WEEK_MS
    assert await here.stores.threads.due(later) == [UUID(by.thread)]
    await here.stores.threads.clear(UUID(by.thread), later)
    assert await pieces(here) == 0
    assert (await by.fetch(ident))[0] == 404


async def test_its_bytes_go_with_the_client(here: Practice) -> None:
    by = await sender(here)
    await by.finish(await by.send(samples.PDF))
    await by.begin(samples.PDF)
    zhang = here.people["zhang"]
    await here.stores.erasure.erase(zhang, zhang, now_ms())
    async with here.stores.data.read() as reading:
        assert await reading.scalar(select(func.count()).select_from(FILE)) == 0
    assert await pieces(here) == 0


async def test_who_has_parted_sends_nothing_and_still_sees_what_was_sent(here: Practice) -> None:
    by = await sender(here)
    ident = await by.send(samples.PDF)
    await by.finish(ident)
    begun = await by.begin(samples.PDF)
    standing, at = here.stores.accounts.stores.standing, now_ms()
    people = here.people
    await standing.part(people["li"], people["zhang"], people["admin"], at)
    assert (await by.put(begun, samples.PDF, 0))[0] == 403
    assert (await by.ask("PUT", uuid4(), body={"kind": "file", "name": "x", "bytes": 9}))[0] == 403
    assert (await by.fetch(ident))[0] == 200


async def test_cards_are_read_and_written_anew(here: Practice) -> None:
    by = await sender(here)
    session = str((await here.hour()).id)
    feeling = {"feeling": "tense", "strength": 7, "place": "chest"}
    hopes = {"session": session, "hopes": "睡得好一点", "worries": ""}

    async def write(ref: int, kind: str, card: Any) -> int:
        said = {
            "id": f"m{ref}", "hand": "h", "ref": ref, "after": f"m{ref - 1}" if ref > 1 else "",
            "kind": kind, "body": card if isinstance(card, str) else json.dumps(card, indent=1),
        }  # fmt: skip
        return (await here.ask("zhang", "POST", f"threads/{by.thread}/messages", said))[0]

    assert await write(1, "feeling", feeling) == 201
    assert await write(2, "hopes", hopes) == 201
    for kind, card in (
        ("feeling", {"feeling": "cheated"}),
        ("feeling", feeling | {"strength": 11}),
        ("feeling", feeling | {"more": 1}),
        ("feeling", "not json"),
        ("hopes", hopes | {"hopes": " "}),
        ("hopes", hopes | {"hopes": "x" * 501}),
        ("hopes", hopes | {"hopes": "a\u0000b"}),
        ("booking", "{}"),
        ("file", json.dumps({"file": str(uuid4())})),
        ("line", "{}"),
    ):
        assert await write(3, kind, card) == 400, (kind, card)
    kinds = [(each["kind"], json.loads(each["body"])) for each in await by.messages()]
    assert kinds == [(Kind.FEELING.value, feeling), (Kind.HOPES.value, hopes)]
    async with here.stores.data.write() as changing:
        await changing.execute(MESSAGE.update().values(at=now_ms() - 600_000))
    recalls = f"threads/{by.thread}/recalls"
    # A feeling was said; what was hoped for before an hour is theirs to delete whenever they wish.
    assert (await here.ask("zhang", "POST", recalls, {"number": 1}))[0] == 409
    assert (await here.ask("zhang", "POST", recalls, {"number": 2}))[0] == 200
