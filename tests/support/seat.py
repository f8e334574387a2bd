"""A seat in a running gateway without a browser: token, Socket.IO, and a loopback peer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import socketio

from tests.support.peer import LoopbackPeer


@contextlib.asynccontextmanager
async def seated(link: str) -> AsyncIterator[LoopbackPeer]:
    """Take the seat a link is for, and connect a peer to the media port."""
    base, _, token = link.partition("#")
    url = base.rsplit("/", 1)[0]
    async with aiohttp.ClientSession(headers={"Origin": url}) as http:
        async with http.post(f"{url}/api/v1/seats", json={"token": token}) as response:
            seat = (await response.json())["seat"]
        client = socketio.AsyncClient(http_session=http, reconnection=False)
        welcome: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        async def on_event(event: dict[str, Any]) -> None:
            if event["type"] == "welcome" and not welcome.done():
                welcome.set_result(event)

        client.on("event", on_event)
        await client.connect(url, auth={"seat": seat, "protocol": 1}, transports=["websocket"])
        async with asyncio.timeout(10):
            slots = (await welcome)["slots"]
        peer = LoopbackPeer(slots=slots)
        reply = await client.call("command", {"type": "offer", "sdp": peer.offer()})
        await peer.connect(reply["sdp"])
        try:
            yield peer
        finally:
            await peer.close()
            await client.disconnect()
