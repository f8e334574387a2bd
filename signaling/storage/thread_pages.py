"""A thread is sealed page by page, so that what has had its time can be shredded by its key.

A page is what was written in one week. Its key is wrapped by the client's own: to erase the client
is to lose every page.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

from signaling.keys.keyring import Keyring
from signaling.keys.kinds import Kind
from signaling.keys.sealing import Key

DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS


def page_of(at: int) -> int:
    """Return on which page it stands what was written then."""
    return at // WEEK_MS


def span_of(page: int) -> tuple[int, int]:
    """Return when a page begins, and when the next one does."""
    return page * WEEK_MS, (page + 1) * WEEK_MS


def clear_at(at: int, keep_days: int) -> int:
    """Return when the page has had its time on which it stands what was written then."""
    return span_of(page_of(at))[1] + keep_days * DAY_MS


def subject(thread: UUID, page: int) -> UUID:
    """Return whose key seals a page."""
    return uuid5(thread, f"page {page}")


async def page_key(keyring: Keyring, thread: UUID, client: UUID, at: int) -> Key:
    """Return the key that seals what is written at this time.

    Raises :class:`~signaling.keys.sealing.SealError` once the client or the page was erased.
    """
    return await keyring.key(Kind.PAGE, subject(thread, page_of(at)), client, at)


def place(thread: UUID, number: int) -> str:
    """Return where a message's body is: elsewhere it does not open."""
    return f"message.body:{thread}:{number}"
