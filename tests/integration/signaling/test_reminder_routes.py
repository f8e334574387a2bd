"""Reminders by REST: off until a client says so, and only what can be done is offered."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from signaling.config import ConfigError
from signaling.domain.booking import HOUR_MS
from signaling.settings import build
from signaling.storage.session_store import Wanted
from tests.support.practice import Practice, now_ms, practice

pytestmark = pytest.mark.integration

PATH = "me/reminders"
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"
BROWSER = {"endpoint": ENDPOINT, "keys": {"p256dh": "B" * 87, "auth": "A" * 22}}
CHOICE = {"before": [60, 10], "zone": "Asia/Shanghai", "tongue": "zh-CN", "wording": "short"}


async def get(here: Practice) -> dict[str, Any]:
    status, said = await here.ask("zhang", "GET", PATH)
    assert status == 200
    found: dict[str, Any] = said
    return found


async def test_nothing_is_on_until_somebody_says_so(tmp_path: Path) -> None:
    async with practice(tmp_path, reminders={"to_folder": True}) as here:
        said = await get(here)
        assert (said["before"], said["by_mail"], said["browsers"]) == ([], False, 0)
        assert said["mail"] is False, "there is no address to write to"
        assert len(said["push_key"]) == 87
        assert (await here.ask("zhang", "PUT", PATH, CHOICE))[0] == 204
        assert (await here.ask("zhang", "POST", f"{PATH}/browsers", BROWSER))[0] == 204
        said = await get(here)
        assert (said["before"], said["browsers"], said["wording"]) == ([10, 60], 1, "short")
        # To choose anew leaves the browsers that are told.
        assert (await here.ask("zhang", "PUT", PATH, CHOICE | {"wording": "plain"}))[0] == 204
        assert (await get(here))["browsers"] == 1
        forget = {"endpoint": ENDPOINT}
        assert (await here.ask("zhang", "POST", f"{PATH}/browsers/forget", forget))[0] == 204
        assert (await get(here))["browsers"] == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", CHOICE | {"before": [30]}),
        ("", CHOICE | {"before": [60, 60, 60, 60]}),
        ("", CHOICE | {"zone": "Middle/Earth"}),
        ("", CHOICE | {"zone": "../../etc/passwd"}),
        ("", CHOICE | {"wording": "loud"}),
        ("/browsers", BROWSER | {"endpoint": "https://169.254.169.254/latest"}),
        ("/browsers", BROWSER | {"endpoint": "http://fcm.googleapis.com/x"}),
        ("/browsers", BROWSER | {"keys": {"p256dh": "x", "auth": "y"}}),
        ("/browsers", BROWSER | {"endpoint": "https://" + "x" * 2000}),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, path: str, body: dict[str, Any]
) -> None:
    async with practice(tmp_path, reminders={"to_folder": True}) as here:
        method = "POST" if path else "PUT"
        status, said = await here.ask("zhang", method, f"{PATH}{path}", body)
        assert (status, said["code"]) == (400, "malformed")
        assert (await get(here))["browsers"] == 0


async def test_what_cannot_be_sent_is_not_offered(tmp_path: Path) -> None:
    async with practice(tmp_path) as here:
        said = await get(here)
        assert (said["mail"], said["push_key"]) == (False, "")
        status, said = await here.ask("zhang", "PUT", PATH, CHOICE | {"by_mail": True})
        assert (status, said["code"]) == (409, "not_now")
        status, said = await here.ask("zhang", "POST", f"{PATH}/browsers", BROWSER)
        assert (status, said["code"]) == (409, "not_now")


async def test_a_reminder_comes_into_the_folder(tmp_path: Path) -> None:
    async with practice(tmp_path, reminders={"to_folder": True}) as here:
        await here.ask("zhang", "PUT", PATH, CHOICE)
        await here.ask("zhang", "POST", f"{PATH}/browsers", BROWSER)
        at, people = now_ms(), here.people
        wanted = Wanted(people["li"], people["zhang"], at + HOUR_MS // 2, 50)
        await here.stores.sessions.book(wanted, people["li"], at - 2 * HOUR_MS)
        reminders = here.house.app.reminders
        assert reminders is not None
        assert await reminders.look() == 1
        assert await reminders.look() == 0
        (found,) = await asyncio.to_thread(lambda: list((tmp_path / "kept" / "outbox").iterdir()))
        said = json.loads(await asyncio.to_thread(found.read_text, "utf-8"))
        assert said["channel"] == "push" and said["text"].startswith("提醒：")


def test_settings_that_cannot_be_used_are_named() -> None:
    for wrong, named in (
        ({"mail_server": "http://x"}, "mail_server"),
        ({"mail_server": "smtp+plain://mail.example.org", "mail_sender": "a@b"}, "mail_server"),
        ({"mail_server": "smtp://mail.example.org"}, "mail_sender"),
        ({"push_contact": "it@example.org"}, "push_contact"),
        ({"to_folder": True}, "to_folder"),
    ):
        with pytest.raises(ConfigError, match=rf"^reminders\.{named}: "):
            build({"reminders": wrong})
