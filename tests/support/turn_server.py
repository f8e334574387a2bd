"""coturn as `deploy/coturn.conf` configures it, on an address of a test's own network."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from aioice import stun, turn

from tests.support.gateway import ROOT

SECRET = "a-turn-secret-for-tests"
REALM = "turn.test"
PORT = 3478
CONFIG = ROOT / "deploy" / "coturn.conf"
LIFETIME_S = 600
STALE_NONCE = 438  # RFC 8489 section 14.8
STALE_NONCES = 3


@dataclass(frozen=True)
class TurnServer:
    """A running TURN server."""

    address: str

    def url(self, transport: str) -> str:
        """As a page is told it; ``transport`` is "udp" or "tcp"."""
        return f"turn:{self.address}:{PORT}?transport={transport}"


def adapted(text: str, address: str, gateway: str) -> str:
    """Set what the file has marked SET; all its other rules stay, but for TLS and its files."""
    changed = {
        "realm": REALM,
        "static-auth-secret": SECRET,
        "allowed-peer-ip": gateway,
        "tls-listening-port": None,
        "cert": None,
        "pkey": None,
    }
    lines, met = [], set()
    for line in text.splitlines():
        name = line.partition("=")[0]
        if name in changed:
            met.add(name)
            if changed[name] is not None:
                lines.append(f"{name}={changed[name]}")
        else:
            lines.append(line)
    assert met == set(changed), f"deploy/coturn.conf has no {set(changed) - met}"
    # The test's network has no name server, no certificate and no other address to listen on.
    lines += ["no-tls", "no-dtls", f"listening-ip={address}", f"relay-ip={address}"]
    return "\n".join(lines) + "\n"


@contextlib.asynccontextmanager
async def turn_server(folder: Path, address: str, gateway: str) -> AsyncIterator[TurnServer]:
    """Start coturn on ``address``; it relays to ``gateway`` only."""
    found = shutil.which("turnserver")
    if found is None:
        raise RuntimeError("coturn is not installed: run `make system`")
    config = folder / "coturn.conf"
    config.write_text(adapted(CONFIG.read_text(encoding="utf-8"), address, gateway), "utf-8")
    process = await asyncio.create_subprocess_exec(
        found, "-c", str(config), "--userdb", str(folder / "turndb"),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(10):
            while not await _listens(address):
                assert process.returncode is None, "coturn ended"
                await asyncio.sleep(0.05)
        yield TurnServer(address)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _listens(address: str) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, PORT)
    except OSError:
        return False
    writer.close()
    return True


@contextlib.asynccontextmanager
async def allocation(
    server: TurnServer, name: str, password: str
) -> AsyncIterator[turn.TurnClientUdpProtocol]:
    """An allocation. Raises :class:`aioice.stun.TransactionFailed` when it is refused."""
    loop = asyncio.get_running_loop()
    transport, client = await loop.create_datagram_endpoint(
        lambda: turn.TurnClientUdpProtocol(
            (server.address, PORT), name, password, LIFETIME_S, LIFETIME_S
        ),
        remote_addr=(server.address, PORT),
    )
    try:
        await _allocate(client)
        yield client
        await client.delete()
    finally:
        transport.close()


async def _allocate(client: turn.TurnClientUdpProtocol) -> None:
    """A stale nonce (438) is no refusal: the server gives another with it."""
    for _ in range(STALE_NONCES):
        try:
            await client.connect()
        except stun.TransactionFailed as failed:
            if failed.response.error_code != STALE_NONCE:
                raise
        else:
            return
    await client.connect()


async def refusal(client: turn.TurnClientUdpProtocol, channel: int, peer: str) -> int | None:
    """Ask the relay to reach ``peer``; the error's code, or None when it may."""
    try:
        await client.channel_bind(channel, (peer, 9))
    except stun.TransactionFailed as failed:
        return int(failed.response.error_code)
    return None
