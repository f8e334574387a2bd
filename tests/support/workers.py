"""A gateway's media processes, as the kernel's own accounting shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 20.0


def children(parent: int) -> set[int]:
    """Process ids of the media workers a process has started; one that has ended is not alive."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if (
            entry.name.isdigit()
            and _parent_of(entry) == parent
            and is_alive(int(entry.name))
            and _is_worker(entry)
        ):
            found.add(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process is there and not only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def serving(parent: int, port: int) -> int | None:
    """The worker that holds this UDP port, or None."""
    inodes = _udp_inodes(port)
    for pid in children(parent):
        if inodes & _sockets(pid):
            return pid
    return None


def warm(parent: int, port: int) -> bool:
    """Whether a worker holds the port and another one stands behind it, with all loaded."""
    holder = serving(parent, port)
    others = children(parent) - {holder}
    return holder is not None and any(_has_loaded(pid) for pid in others)


async def until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until it holds; fails when it does not in good time."""
    try:
        async with asyncio.timeout(patience_s):
            while not condition():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError("it did not come to hold") from None


def _parent_of(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _is_worker(entry: Path) -> bool:
    """The tests' own process has other children: browsers, a gateway."""
    try:
        return b"signaling.worker" in (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _udp_inodes(port: int) -> set[str]:
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {row[9] for row in rows if int(row[1].rsplit(":", 1)[1], 16) == port}


def _sockets(pid: int) -> set[str]:
    try:
        links = [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return set()
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _has_loaded(pid: int) -> bool:
    """The packet cipher is among the last things a worker loads."""
    try:
        return "pylibsrtp" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False
