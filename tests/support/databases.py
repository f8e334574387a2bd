"""Databases for a test: SQLite in its folder, or a real PostgreSQL started for the test run.

The server listens on a socket in a folder of its own and on no port. It is started once in a test
process, as the user `postgres` where we are root, and each test gets databases of its own in it.
Those in today's shape are copies of two that were brought there once: the way there has tests of
its own, and is longer than most tests.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from signaling.storage.database import Database
from signaling.storage.migrate import Line, upgrade

FOLDERS = ("/usr/lib/postgresql", "/usr/local/lib/postgresql")
KINDS = ("sqlite", "postgresql")
NAMES = ("data", "keys")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Urls:
    """Where a test's data and its keys are."""

    data: str
    keys: str


_shaped: dict[str, Urls] = {}
"""By kind: those that are copied."""


async def urls(kind: str, folder: Path) -> Urls:
    """Two empty databases."""
    if kind == "sqlite":
        return Urls(*(f"sqlite:///{folder / what}.db" for what in NAMES))
    return await _created("")


async def shaped_urls(kind: str, folder: Path) -> Urls:
    """Two databases in the shape this version needs, with nothing in them."""
    first = await _shape(kind)
    if kind == "sqlite":
        for url in (first.data, first.keys):
            shutil.copy(url.removeprefix("sqlite:///"), folder)
        return await urls(kind, folder)
    return await _created(" TEMPLATE {}", first)


async def _shape(kind: str) -> Urls:
    if kind not in _shaped:
        folder = Path(tempfile.mkdtemp(prefix="quietroom-shape-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        given = await urls(kind, folder)
        for url, line in ((given.data, Line.DATA), (given.keys, Line.KEYS)):
            database = Database(url)
            await upgrade(database, line)
            await database.stop()
        assert not list(folder.glob("*-wal")), "a copy would lack what is in the log yet"
        _shaped[kind] = given
    return _shaped[kind]


async def _created(how: str, first: Urls | None = None) -> Urls:
    server, number = _server(), next(_numbers)
    names = [f"test_{number}_{what}" for what in NAMES]
    models = ["", ""] if first is None else [_name(first.data), _name(first.keys)]
    connection = await asyncpg.connect(user="postgres", database="postgres", host=str(server))
    try:
        for name, model in zip(names, models, strict=True):
            await connection.execute(f"CREATE DATABASE {name}{how.format(model)}")
    finally:
        await connection.close()
    return Urls(*(f"postgresql://postgres@/{name}?host={server}" for name in names))


def _name(url: str) -> str:
    """Of a database of ours in PostgreSQL."""
    return url.partition("@/")[2].partition("?")[0]


def programs() -> Path:
    """Where PostgreSQL's own programs are: not on the path on Debian."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    for folder in FOLDERS:
        for version in sorted(Path(folder).glob("*/bin/initdb"), reverse=True):
            return version.parent
    raise RuntimeError("these tests need PostgreSQL's server: apt-get install postgresql")


@functools.cache
def _server() -> Path:
    """Start a server; returns the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="quietroom-pg-", dir="/tmp"))
    atexit.register(_remove, folder)
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    _as_postgres("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust",
                 "-E", "UTF8", "--no-locale", "--no-sync")  # fmt: skip
    start_server(folder)
    return folder


def server_of(url: str) -> Path:
    """Return the folder of the server that a PostgreSQL database of ours is in."""
    return Path(url.partition("host=")[2])


def start_server(folder: Path) -> None:
    """Start it, or start it again."""
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=on"
    where = ["-D", str(folder / "data"), "-l", str(folder / "log")]
    _as_postgres("pg_ctl", *where, "-w", "-o", options, "start")


def stop_server(folder: Path) -> None:
    """Stop it at once, as a machine that fails."""
    if (folder / "data" / "postmaster.pid").exists():
        _as_postgres("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")


def server_processes(folder: Path) -> list[int]:
    """Return the processes of a server that runs: the first, and those it made."""
    first = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


def _remove(folder: Path) -> None:
    stop_server(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _as_postgres(program: str, *arguments: str) -> None:
    # It refuses to run as root.
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [str(programs() / program), *arguments]
    done = subprocess.run(
        [*become, *command] if os.getuid() == 0 else command,
        stdout=subprocess.DEVNULL,  # a server that goes on would hold a pipe open
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.returncode}")
