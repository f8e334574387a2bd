"""An engine alone in a process, for benches: offers in and answers out, a JSON line each."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import uvloop

from media.channel import Notification
from media.config import MediaConfig
from media.engine import Engine
from media.ids import EndpointId, RoomKey


class EngineProcess:
    """The parent's side of it."""

    def __init__(self, switch_interval_s: float | None = None) -> None:
        self._switch = switch_interval_s
        self._process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def start(self) -> None:
        switch = [] if self._switch is None else [str(self._switch)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, *switch,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=1 << 20,
        )  # fmt: skip

    async def ask(self, **words: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(words).encode() + b"\n")
        answer: dict[str, str] = json.loads(await self._process.stdout.readline())
        return answer["answer"]

    async def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()


def _ignore(_: Notification) -> None:
    """What an engine says is nobody's business here."""


async def _serve() -> None:
    if len(sys.argv) > 1:
        sys.setswitchinterval(float(sys.argv[1]))
    engine = Engine(MediaConfig(host="127.0.0.1", port=0), _ignore)
    await engine.start()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        words: dict[str, Any] = json.loads(line)
        if words["do"] == "close":
            await engine.close_endpoint(EndpointId(words["endpoint"]))
            answer = ""
        else:
            endpoint = EndpointId(words["endpoint"])
            answer = await engine.negotiate(RoomKey(words["room"]), endpoint, words["offer"])
        sys.stdout.write(json.dumps({"answer": answer}) + "\n")
        sys.stdout.flush()
    await engine.stop()


if __name__ == "__main__":
    uvloop.run(_serve())
