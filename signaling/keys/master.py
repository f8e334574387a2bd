"""The master key, which wraps all others and is stored with none of them.

Rule 1: it comes from a file or the environment, or stands in a key service that wraps and unwraps
for us (:class:`Master` is all that is asked of one). With a file, whoever runs the machine could
read what is stored; with a service that holds its key, they could not. Screens must say which.
Rule 2: the first key of the file wraps; any unwraps. So a new one is put first, everything is
wrapped anew, and the old one is taken away; a gateway that runs reads the file again for it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID, uuid4

from signaling.keys.sealing import KEY_BYTES, Key, SealError, key_of, new_material

PRIVATE: Final = 0o600


class MasterError(Exception):
    """The master key cannot be used; the text is one line that names no key."""


class Master(Protocol):
    """Whoever holds the master key. Raises :class:`MasterError` when it cannot be reached."""

    external: bool
    """Whether the operator of this machine is kept from it."""

    async def wrap(self, material: bytes, context: str) -> bytes:
        """Seal a key's material under the newest master key."""

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return a key's material. Raises :class:`SealError` when it is not ours."""

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the newest master key wrapped this."""


class LocalMaster:
    """Master keys that this process has in its memory, newest first."""

    external = False

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[UUID, Key] = {}
        self._take(keys)

    def _take(self, keys: Iterable[Key]) -> None:
        held = {key.id: key for key in keys}
        if not held:
            raise MasterError("master key: there is none")
        self._keys, self._newest = held, next(iter(held.values()))

    async def wrap(self, material: bytes, context: str) -> bytes:
        """Seal a key's material under the newest master key."""
        return self._newest.wrap(material, context)

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return a key's material. Raises :class:`SealError`."""
        key = self._keys.get(key_of(wrapped))
        if key is None:
            raise SealError
        return key.unwrap(wrapped, context)

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the newest master key wrapped this."""
        return key_of(wrapped) == self._newest.id

    def secrets_for(self, purpose: str) -> dict[str, str]:
        """Return a secret of each key, newest first: who has the key can make it again."""
        return {
            str(key.id): hmac.new(key.mac_key, purpose.encode(), hashlib.sha256).hexdigest()
            for key in self._keys.values()
        }


class FileMaster(LocalMaster):
    """Master keys of a file, which is read again whenever another one may stand in it.

    That is before a key is wrapped, and when one does not unwrap: both are rare. A file that cannot
    be read then leaves what is known.
    """

    def __init__(self, path: Path) -> None:
        """Raises :class:`MasterError`, also when others on the machine may read the file."""
        super().__init__(_keys_of(_read_private(path)))
        self._path = path

    async def wrap(self, material: bytes, context: str) -> bytes:
        """Seal a key's material under the newest master key."""
        await self._read_again()
        return await super().wrap(material, context)

    async def unwrap(self, wrapped: bytes, context: str) -> bytes:
        """Return a key's material. Raises :class:`SealError`."""
        if key_of(wrapped) not in self._keys:
            await self._read_again()
        return await super().unwrap(wrapped, context)

    async def _read_again(self) -> None:
        with contextlib.suppress(MasterError):
            self._take(_keys_of(await asyncio.to_thread(_read_private, self._path)))


def parse(text: str) -> LocalMaster:
    """Read master keys: a line each, its id and its 32 bytes as base64; newest first.

    Raises :class:`MasterError`.
    """
    return LocalMaster(_keys_of(text))


def _keys_of(text: str) -> list[Key]:
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            name, material = line.split()
            keys.append(Key(UUID(name), base64.b64decode(material, validate=True)))
        except (ValueError, binascii.Error):
            raise MasterError(
                f"master key: line {number} is not an id and {KEY_BYTES} bytes as base64"
            ) from None
    return keys


def new_line() -> str:
    """Return a new master key as a line of the file."""
    return f"{uuid4()} {base64.b64encode(new_material()).decode()}\n"


def _read_private(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MasterError("master key: its file may be read by others; chmod 600 it")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise MasterError("master key: its file is not text") from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise MasterError(f"master key: its file cannot be read: {reason}") from None


def put_first(path: Path, line: str) -> None:
    """Add a key before those of the file, which is made when there is none; never half written.

    Raises :class:`MasterError`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        made = path.with_name(f"{path.name}.new")
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
            file.write(line + before)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise MasterError(f"master key: its file cannot be written: {reason}") from None
