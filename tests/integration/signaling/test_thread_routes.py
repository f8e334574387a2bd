"""The thread by REST: each message once and in order, for the two it is of, as long as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.practice import Practice, now_ms, practice

pytestmark = pytest.mark.integration

WORDS = "I could not sleep, 梦见河边"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Practice]:
    async with practice(tmp_path) as made:
        yield made


async def opened(here: Practice, by: str = "zhang") -> str:
    path = f"people/{here.people['zhang']}/threads/{here.people['li']}"
    status, said = await here.ask(by, "PUT", path)
    assert status == 200
    return str(said["id"])


def message(number: int, body: str = WORDS, hand: str = "phone") -> dict[str, Any]:
    return {
        "id": f"{hand}-{number}", "hand": hand, "ref": number,
        "after": f"{hand}-{number - 1}" if number > 1 else "", "body": body,
    }  # fmt: skip


async def test_what_one_writes_the_other_reads(here: Practice) -> None:
    thread = await opened(here)
    assert await opened(here, "li") == thread
    path = f"threads/{thread}/messages"
    for number in (1, 2):
        status, said = await here.ask("zhang", "POST", path, message(number))
        assert (status, said["number"], said["fresh"]) == (201, number, True)
    status, said = await here.ask("zhang", "POST", path, message(2))
    assert (status, said["number"], said["fresh"]) == (201, 2, False)
    status, said = await here.ask("li", "GET", path)
    assert [(each["number"], each["body"]) for each in said["items"]] == [(1, WORDS), (2, WORDS)]
    assert (said["last"], said["rev"]) == (2, 2)
    status, marked = await here.ask(
        "li", "PUT", f"threads/{thread}/mark", {"delivered": 9, "read": 1}
    )
    assert marked == {"delivered": 2, "read": 1}
    (shown,) = (await here.ask("zhang", "GET", "threads"))[1]["items"]
    assert shown["counsellor_mark"] == marked
    assert (shown["counsellor"]["name"], shown["client"]["name"]) == ("li Seeded", "Zhang")
    (other,) = (await here.ask("chen", "GET", "threads"))[1]["items"]
    assert (other["client"]["name"], other["last"]) == ("Moon", 0)


async def test_a_look_at_it_is_told_of_once_and_a_word_never(here: Practice) -> None:
    thread = await opened(here)
    await here.ask("zhang", "POST", f"threads/{thread}/messages", message(1))
    for _ in range(3):
        await here.ask("li", "GET", f"threads/{thread}/messages")
        await here.ask("zhang", "GET", f"threads/{thread}/messages")
    told = [row.action for row in await here.audit() if "thread" in row.action]
    assert told == ["thread.open", "look.thread"]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"ref": 3}, 409, "text_out_of_order"),
        ({"after": "another"}, 409, "hand_taken"),
        ({"id": "phone-1", "hand": "tablet", "ref": 2}, 409, "text_out_of_order"),
        ({"ref": 0}, 400, "malformed"),
        ({"id": "a b"}, 400, "malformed"),
        ({"body": "x" * 2001}, 400, "malformed"),
        ({"body": "a\u0000b"}, 400, "malformed"),
        ({"body": ""}, 400, "malformed"),
        ({"at": 1}, 400, "malformed"),
    ],
)
async def test_what_does_not_join_on_changes_nothing(
    here: Practice, wrong: dict[str, Any], status: int, code: str
) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/messages"
    await here.ask("zhang", "POST", path, message(1))
    answer, said = await here.ask("zhang", "POST", path, message(2) | wrong)
    assert (answer, said["code"]) == (status, code)
    assert (await here.ask("zhang", "GET", path))[1]["last"] == 1
    assert (await here.ask("zhang", "POST", path, message(2)))[0] == 201


async def test_what_is_hidden_in_a_text_is_kept_as_it_is(here: Practice) -> None:
    """Marks that turn or hide text are for the page to hold within the message."""
    thread = await opened(here)
    path = f"threads/{thread}/messages"
    odd = "\u202eabc\u202c \u200b\u2066x\u2069 👩‍👩‍👧"
    assert (await here.ask("zhang", "POST", path, message(1, odd)))[0] == 201
    assert (await here.ask("li", "GET", path))[1]["items"][0]["body"] == odd


async def test_it_can_be_read_page_by_page_from_either_end(here: Practice) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/messages"
    for number in range(1, 6):
        await here.ask("zhang", "POST", path, message(number, str(number)))
    numbers = [
        [each["number"] for each in (await here.ask("li", "GET", path, params=asked))[1]["items"]]
        for asked in ({"since": "3"}, {"before": "3"}, {"since": "9"})
    ]
    assert numbers == [[4, 5], [1, 2], []]
    for asked in ({"since": "1", "before": "3"}, {"since": "-1"}, {"before": "x"}, {"at": "1"}):
        assert (await here.ask("li", "GET", path, params=asked))[0] == 400


async def test_the_other_counsellor_of_the_same_client_is_told_of_nothing(here: Practice) -> None:
    thread = await opened(here)
    standing = here.stores.accounts.stores.standing
    people = here.people
    await standing.bind(people["chen"], people["zhang"], people["admin"], now_ms())
    status, said = await here.ask("chen", "GET", f"threads/{thread}/messages")
    assert (status, said["code"]) == (404, "not_found")
    theirs = f"people/{people['zhang']}/threads/{people['li']}"
    assert (await here.ask("chen", "PUT", theirs))[0] == 404
    own = f"people/{people['zhang']}/threads/{people['chen']}"
    assert (await here.ask("chen", "PUT", own))[1]["id"] != thread


async def test_who_have_parted_read_and_write_no_more(here: Practice) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/messages"
    await here.ask("zhang", "POST", path, message(1))
    parted = f"people/{here.people['zhang']}/counsellors/{here.people['li']}"
    assert (await here.ask("admin", "DELETE", parted))[0] == 204
    status, said = await here.ask("zhang", "POST", path, message(2))
    assert (status, said["code"]) == (403, "not_allowed")
    assert (await here.ask("zhang", "GET", path))[1]["last"] == 1
    assert (await here.ask("li", "GET", path))[0] in {403, 404}


async def test_only_the_client_says_how_long_it_is_kept(here: Practice) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/keep"
    assert (await here.ask("li", "PUT", path, {"days": 7}))[0] == 403
    assert (await here.ask("zhang", "PUT", path, {"days": 30}))[0] == 204
    for days in (6, 366, "30"):
        assert (await here.ask("zhang", "PUT", path, {"days": days}))[0] == 400
    (shown,) = (await here.ask("zhang", "GET", "threads"))[1]["items"]
    assert shown["keep_days"] == 30


async def test_only_the_client_says_how_long_what_stays_of_hours_is_kept(here: Practice) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/keep-change"

    async def shown() -> object:
        return (await here.ask("li", "GET", "threads"))[1]["items"][0]["change_days"]

    assert await shown() is None
    assert (await here.ask("li", "PUT", path, {"days": 7}))[0] == 403
    for days in (6, 3654, "30"):
        assert (await here.ask("zhang", "PUT", path, {"days": days}))[0] == 400
    assert (await here.ask("zhang", "PUT", path, {}))[0] == 400
    for days in (30, None):
        assert (await here.ask("zhang", "PUT", path, {"days": days}))[0] == 204
        assert await shown() == days
    told = [row.action for row in await here.audit()]
    assert told.count("thread.keep_change_for") == 2


async def test_one_takes_back_ones_own_and_the_other_sees_that_it_is_gone(here: Practice) -> None:
    thread = await opened(here)
    path = f"threads/{thread}/messages"
    await here.ask("zhang", "POST", path, message(1))
    recalls = f"threads/{thread}/recalls"
    assert (await here.ask("li", "POST", recalls, {"number": 1}))[0] == 404
    status, said = await here.ask("zhang", "POST", recalls, {"number": 1})
    assert (status, said["body"], said["recalled"]) == (200, None, True)
    (found,) = (await here.ask("li", "GET", path, params={"since": "1"}))[1]["items"]
    assert (found["number"], found["recalled"], found["rev"]) == (1, True, 2)
