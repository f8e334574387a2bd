"""Passwords and PINs: kept as Argon2id (RFC 9106), compared where the event loop does not wait.

Rule 1: a name that does not exist takes as long as one that does, so that nobody learns which do.
Rule 2: at most :data:`AT_ONCE` are worked on at a time: each takes 64 MiB. Who comes in a flood
waits, and is ``busy`` when too many do.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from signaling.domain.errors import Code, Refusal

LEAST_CHARS: Final = 12
MOST_CHARS: Final = 256
OWN_CHARS: Final = 4
"""From so many on a word of the person's own makes a password weak."""
AT_ONCE: Final = 2
MOST_WAITING: Final = 32

_T = TypeVar("_T")
_Given = TypeVarTuple("_Given")


class Passwords:
    """Makes and compares. :meth:`close` when done."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        # The library's defaults are RFC 9106's second recommended choice: 64 MiB, 3 passes.
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(AT_ONCE, "passwords")
        self._waiting = 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))

    async def keep(self, password: str) -> str:
        """Return what to keep of a password. Raises :class:`Refusal` with ``busy``."""
        return await self._run(self._hasher.hash, password)

    async def same(self, kept: str | None, password: str) -> bool:
        """Whether this is the password; None is nobody's, and takes as long.

        Raises :class:`Refusal` with ``busy``.
        """
        found = await self._run(self._verify, kept or self._nobody, password)
        return found and kept is not None

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, job: Callable[[*_Given], _T], *given: *_Given) -> _T:
        if self._waiting >= MOST_WAITING:
            raise Refusal(Code.BUSY)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, job, *given)
        finally:
            self._waiting -= 1


def check_new(password: str, *others: str) -> None:
    """See whether a password may be chosen: long, and none of the person's own words.

    Raises :class:`Refusal` with ``password_weak``. No rules about kinds of characters: they make
    passwords worse (NIST SP 800-63B section 5.1.1.2).
    """
    folded = password.casefold()
    own = [other.casefold() for other in others if len(other) >= OWN_CHARS]
    if (
        not LEAST_CHARS <= len(password) <= MOST_CHARS
        or len(set(password)) <= LEAST_CHARS // 3
        or any(other in folded or folded in other for other in own)
    ):
        raise Refusal(Code.PASSWORD_WEAK)
