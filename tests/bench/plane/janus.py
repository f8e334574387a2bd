"""Janus as the distribution ships it, with a VideoRoom for each room of the load."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp

from tests.bench.plane.peers import BenchPeer, Json

PLUGINS = Path("/usr/lib/x86_64-linux-gnu/janus")
MAIN = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{plugins}/plugins"
  transports_folder = "{plugins}/transports"
  events_folder = "{plugins}/events"
  loggers_folder = "{plugins}/loggers"
  debug_level = 2
}}
nat: {{ ice_enforce_list = "{host}", full_trickle = false }}
media: {{ ipv6 = false }}
plugins: {{ disable = "{others}" }}
transports: {{ disable = "{transports}" }}
"""
SOCKETS = 'general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}\n'
OTHERS = (
    "audiobridge", "duktape", "echotest", "lua", "nosip", "recordplay", "sip", "streaming",
    "textroom", "videocall", "voicemail",
)  # fmt: skip
NO_SUCH_FEED = 428
FEED_TRIES, FEED_S = 100, 0.1
TRANSPORTS = ("http", "pfunix", "mqtt", "rabbitmq", "nanomsg")


def libraries(names: tuple[str, ...]) -> str:
    """Names as Janus's configuration lists them."""
    return ",".join(f"libjanus_{name}.so" for name in names)


class NoFeedError(RuntimeError):
    """Janus does not know the feed, or not yet."""


class JanusClient:
    """One session with a running Janus, over its WebSocket."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._http: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse
        self._reader: asyncio.Task[None]
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Queue[Json]] = {}
        self._session = 0

    async def open(self) -> None:
        """Make the session."""
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(
            f"ws://127.0.0.1:{self._port}/", protocols=("janus-protocol",), max_msg_size=0
        )
        self._reader = asyncio.create_task(self._read())
        self._session = (await self._ask(janus="create"))["data"]["id"]

    async def close(self) -> None:
        """End the connection, and the session with it."""
        await self._socket.close()
        await self._reader
        await self._http.close()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                body = message.json()
                waiting = self._waiting.get(body.get("transaction", ""))
                if waiting is not None:
                    waiting.put_nowait(body)

    async def _ask(self, **body: object) -> Json:
        """Send a request; returns its last word (an acknowledgement is not the last)."""
        number = str(next(self._ids))
        self._waiting[number] = answers = asyncio.Queue()
        if self._session:
            body["session_id"] = self._session
        await self._socket.send_json({"transaction": number, **body})
        async with asyncio.timeout(20):
            while (answer := await answers.get())["janus"] == "ack":
                continue
        del self._waiting[number]
        if answer["janus"] == "error":
            raise RuntimeError(str(answer["error"]))
        data = answer.get("plugindata", {}).get("data", {})
        if data.get("error_code") == NO_SUCH_FEED:
            raise NoFeedError
        if "error" in data:
            raise RuntimeError(data["error"])
        return answer

    async def _handle(self) -> int:
        plugin = "janus.plugin.videoroom"
        return int((await self._ask(janus="attach", plugin=plugin))["data"]["id"])

    async def _message(self, handle: int, jsep: Json | None = None, **body: object) -> Json:
        more = {"jsep": jsep} if jsep else {}
        return await self._ask(janus="message", handle_id=handle, body=body, **more)

    async def room(
        self, number: int, people: int, host: str
    ) -> tuple[list[BenchPeer], list[BenchPeer]]:
        """Fill one room: each publishes to it and subscribes to each of the others."""
        number += 1000
        keeper = await self._handle()
        await self._message(
            keeper, request="create", room=number, publishers=people, audiocodec="opus",
            videocodec="vp8", transport_wide_cc_ext=True, audiolevel_ext=True,
        )  # fmt: skip
        published, subscribed, feeds = [], [], []
        for _ in range(people):
            peer = BenchPeer(host, slots=0)
            handle = await self._handle()
            joined = await self._message(handle, request="join", ptype="publisher", room=number)
            feeds.append(joined["plugindata"]["data"]["id"])
            offer = described("offer", without_data(peer.offer()), peer)
            answer = await self._message(handle, jsep=offer, request="publish")
            await peer.connect(answer["jsep"]["sdp"])
            published.append(peer)
        for own in feeds:
            peer = BenchPeer(host, slots=0)
            handle = await self._handle()
            streams = [{"feed": feed} for feed in feeds if feed != own]
            offered = await self._subscribe(handle, number, streams)
            answer = described("answer", peer.answer(offered["jsep"]["sdp"]), peer)
            await self._message(handle, jsep=answer, request="start")
            await peer.connect(offered["jsep"]["sdp"])
            subscribed.append(peer)
        return published, subscribed

    async def _subscribe(self, handle: int, room: int, streams: list[Json]) -> Json:
        """Ask for feeds. A feed is there once Janus's own thread has seen the end of its handshake,
        which is a little later than its publisher saw it.
        """
        for _ in range(FEED_TRIES):
            with contextlib.suppress(NoFeedError):
                return await self._message(
                    handle, request="join", ptype="subscriber", room=room, streams=streams
                )
            await asyncio.sleep(FEED_S)
        raise NoFeedError


def without_data(offer: str) -> str:
    """The publisher's offer without its data section."""
    kept = offer.split("m=application")[0]
    return kept.replace("BUNDLE 0 1 2", "BUNDLE 0 1")


def described(kind: str, description: str, peer: BenchPeer) -> Json:
    """With the peer's candidate and the word that there are no more: Janus would wait for them."""
    host, port = peer._socket.getsockname()
    candidate = f"a=candidate:1 1 udp 2113937151 {host} {port} typ host\r\na=end-of-candidates\r\n"
    sdp = re.sub(r"(a=setup:\w+\r\n)", rf"\1{candidate}", description)
    return {"type": kind, "sdp": sdp, "trickle": False}


@contextlib.asynccontextmanager
async def running_janus(host: str, port: int, *, core: int) -> AsyncIterator[int]:
    """Janus on one core, its WebSocket on ``port``; yields its process id."""
    executable = shutil.which("janus")
    if executable is None:
        raise RuntimeError("Janus is not installed: run `make bench`, or install it")
    folder = Path(tempfile.mkdtemp(prefix="quietroom-janus-"))
    (folder / "janus.jcfg").write_text(
        MAIN.format(
            folder=folder,
            plugins=PLUGINS,
            host=host,
            others=libraries(OTHERS),
            transports=libraries(TRANSPORTS),
        )
    )
    (folder / "janus.transport.websockets.jcfg").write_text(SOCKETS.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text("")
    process = await asyncio.create_subprocess_exec(
        "taskset", "-c", str(core), executable, "-F", str(folder), "-C",
        str(folder / "janus.jcfg"),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _listening(port)
        yield process.pid
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _listening(port: int) -> None:
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            await writer.wait_closed()
            return
    raise RuntimeError("Janus did not listen within 10 s")
