"""The gateway as a process: started, refused, told to stop."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest
import socketio

from signaling.__main__ import main

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
LINK = re.compile(r"(https?://\S+)/(counsellor|client|operator)#(\S+)")


def environment() -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QUIETROOM_")}
    return clean | {"PYTHONUNBUFFERED": "1"}


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "signaling", *arguments],
        cwd=ROOT,
        env=environment() | (env or {}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


class Running:
    """A served demo, and what it has printed."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self.printed = ""
        self.links: dict[str, tuple[str, str]] = {}

    async def __aenter__(self) -> Running:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "signaling", "serve", "--demo", "--port", "0",
            "--media-host", "127.0.0.1", "--media-port", "0", *self._arguments,
            cwd=ROOT, env=environment(), stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while len(self.links) < 3:
                line = (await self.process.stdout.readline()).decode()
                assert line, self.printed
                self.printed += line
                if found := LINK.search(line):
                    self.links[found[2]] = (found[1], found[3])
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        assert self.process.stdout is not None
        async with asyncio.timeout(20):
            self.printed += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_tells_everyone_and_ends_with_0(how: signal.Signals) -> None:
    async with Running() as gateway:
        base, token = gateway.links["client"]
        async with aiohttp.ClientSession(base) as http:
            async with http.get("/readyz") as answer:
                assert answer.status == 200
            async with http.post("/api/v1/seats", json={"token": token}) as answer:
                seat = (await answer.json())["seat"]
        heard: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        page = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        page.on("event", heard.put)
        auth = {"seat": seat, "protocol": 1, "after": 0}
        await page.connect(base, auth=auth, transports=["websocket"])
        async with asyncio.timeout(10):
            assert (await heard.get())["type"] == "welcome"
        assert await gateway.stop(how) == 0
        async with asyncio.timeout(10):
            assert await heard.get() == {"type": "closed", "reason": "server_stopping"}
        await page.disconnect()
    assert "Traceback" not in gateway.printed
    assert "tasks_left" not in gateway.printed
    log = [line for line in gateway.printed.splitlines() if re.match(r"\d{4}-\d\d-\d\dT", line)]
    assert log
    assert not [line for line in log if "127.0.0.1" in line or token in line]


async def test_self_signed_certificate_serves_https() -> None:
    async with Running("--tls-self-signed") as gateway:
        base, _ = gateway.links["client"]
        assert base.startswith("https://")
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{base}/healthz", ssl=unverified) as answer,
        ):
            assert answer.status == 200
            assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert await gateway.stop() == 0


def one_line(text: str) -> str:
    """The only line of what was written, without log lines."""
    lines = [line for line in text.splitlines() if not re.match(r"\d{4}-\d\d-\d\dT", line)]
    assert len(lines) == 1, text
    return lines[0]


def serve_on(http: int, media: int) -> Sequence[str]:
    return ("serve", "--port", str(http), "--media-host", "127.0.0.1", "--media-port", str(media))


def test_busy_http_port_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(*serve_on(port, 0))
    assert result.returncode == 3
    assert one_line(result.stderr).startswith(f"quietroom: the port 127.0.0.1:{port} is in use")
    assert result.stdout == ""


def test_busy_media_port_is_one_clear_line() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        result = run(*serve_on(0, port))
    assert result.returncode == 3
    assert "media port" in one_line(result.stderr)
    assert "is in use" in result.stderr


@pytest.mark.parametrize(
    ("env", "arguments", "setting"),
    [
        ({"QUIETROOM_PORT": "80a"}, (), "port"),
        ({"QUIETROOM_NONSENSE": "1"}, (), "nonsense"),
        ({"QUIETROOM_SIGNING_KEYS": '{"k":"short"}'}, (), "signing_keys.k"),
        ({}, ("--config", "/nonexistent/quietroom.toml"), "config"),
        ({}, ("--port", "70000"), "port"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "check-config"])
def test_bad_setting_is_one_clear_line(
    command: str, env: dict[str, str], arguments: tuple[str, ...], setting: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert main([command, *arguments]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert one_line(told.err).startswith(f"quietroom: {setting}:")
    assert "short" not in told.err.replace("too short", "")


def test_bad_setting_ends_a_process_the_same_way() -> None:
    result = run("serve", "--port", "70000")
    assert result.returncode == 2
    assert one_line(result.stderr).startswith("quietroom: port:")


def test_check_config_shows_settings_without_secrets() -> None:
    secret = "s" * 40
    env = {"QUIETROOM_SIGNING_KEYS": f'{{"k":"{secret}"}}', "QUIETROOM_MEDIA__PORT": "4000"}
    result = run("check-config", env=env)
    assert result.returncode == 0
    assert "signing_keys = set" in result.stdout
    assert "api_keys = unset" in result.stdout
    assert "media.port = 4000" in result.stdout
    assert secret not in result.stdout + result.stderr
