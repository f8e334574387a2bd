"""Drives a stock Firefox over WebDriver BiDi (W3C), as much of it as the tests need.

Playwright only drives a Firefox of its own making; the distribution's speaks BiDi on a WebSocket.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

import aiohttp

PREFERENCES = {
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.gmp-manager.updateEnabled": False,
    "media.gmp-provider.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "services.settings.server": "data:,#",
    "extensions.systemAddon.update.enabled": False,
    "browser.region.network.url": "",
    "remote.active-protocols": 1,
}
LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://127\.0\.0\.1:\d+)")


class Firefox:
    """One Firefox process with one tab."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._profile = Path(tempfile.mkdtemp(prefix="quietroom-firefox-"))
        self._process: asyncio.subprocess.Process
        self._http: aiohttp.ClientSession
        self._socket: aiohttp.ClientWebSocketResponse
        self._reader: asyncio.Task[None]
        self._tab = ""

    async def start(self) -> None:
        """Launch Firefox and open a BiDi session on its first tab."""
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (self._profile / "user.js").write_text("\n".join(lines))
        executable = shutil.which("firefox-esr") or shutil.which("firefox")
        if executable is None:
            raise RuntimeError("Firefox is not installed: run `make system`")
        self._process = await asyncio.create_subprocess_exec(
            executable, "--headless", "--no-remote", "--profile", str(self._profile),
            "--remote-debugging-port", "0", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            env={"HOME": str(self._profile), "MOZ_HEADLESS": "1", "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        async with asyncio.timeout(40):
            url = await self._address()
        self._drain = asyncio.create_task(self._discard())
        self._http = aiohttp.ClientSession()
        self._socket = await self._http.ws_connect(f"{url}/session", max_msg_size=0)
        self._reader = asyncio.create_task(self._read())
        await self._command("session.new", {"capabilities": {}})
        tree = await self._command("browsingContext.getTree", {})
        self._tab = tree["contexts"][0]["context"]

    async def _address(self) -> str:
        assert self._process.stderr is not None
        while line := await self._process.stderr.readline():
            if found := LISTENING.search(line):
                return found[1].decode()
        raise RuntimeError("Firefox ended before it listened")

    async def _discard(self) -> None:
        assert self._process.stderr is not None
        while await self._process.stderr.readline():
            pass

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                continue
            body = json.loads(message.data)
            waiting = self._waiting.pop(body.get("id", -1), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(body)

    async def _command(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(40):
            body = await self._waiting[number]
        if body.get("type") == "error":
            raise RuntimeError(f"{method}: {body.get('error')}: {body.get('message')}")
        result: dict[str, Any] = body["result"]
        return result

    async def goto(self, url: str) -> None:
        """Load a page and wait until it is complete."""
        await self._command(
            "browsingContext.navigate", {"context": self._tab, "url": url, "wait": "complete"}
        )

    async def evaluate(self, function: str) -> Any:
        """Call a JavaScript function as if a person had acted; its result travels as JSON."""
        answer = await self._command(
            "script.callFunction",
            {
                "functionDeclaration": f"async () => JSON.stringify(await ({function})() ?? null)",
                "awaitPromise": True,
                "userActivation": True,
                "target": {"context": self._tab},
            },
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    async def screenshot(self, path: Path) -> None:
        """Write the visible page as a PNG."""
        import base64

        answer = await self._command("browsingContext.captureScreenshot", {"context": self._tab})
        path.write_bytes(base64.b64decode(answer["data"]))

    async def stop(self) -> None:
        """End the process and remove its profile."""
        if hasattr(self, "_socket"):
            await self._socket.close()
            await self._http.close()
            await asyncio.gather(self._reader, return_exceptions=True)
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await asyncio.gather(self._drain, return_exceptions=True)
        shutil.rmtree(self._profile, ignore_errors=True)
