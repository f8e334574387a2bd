"""A bare python-socketio server: the floor beside which our relaying is measured."""

from __future__ import annotations

import sys
from typing import Any

import socketio
from aiohttp import web


def main() -> None:
    """Serve on a port until killed."""
    server = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False)
    app = web.Application()
    server.attach(app)
    pages: list[str] = []

    @server.event
    async def connect(sid: str, _environ: Any, _auth: Any) -> None:
        pages.append(sid)

    @server.event
    async def command(sid: str, said: Any) -> Any:
        for other in pages:
            if other != sid:
                await server.emit("event", said, to=other)
        return {"type": "done"}

    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
