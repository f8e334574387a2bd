"""Peers of the media benches: connected like any other, then driven by a loop of their own."""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass, field
from typing import Any

from aioice import stun

from media.srtp import PacketBuffer, SrtpSession
from tests.support.peer import LoopbackPeer, PeerSsrcs

EXTENSIONS = {"mid": 4, "audio_level": 1, "transport_cc": 3}


class BenchPeer(LoopbackPeer):
    """A loopback peer on a chosen address, that can also answer an offer (a Janus subscriber)."""

    def __init__(self, host: str, *, slots: int = 1) -> None:
        super().__init__(slots=slots)
        self.host = host
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)
        self._socket.close()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((host, 0))
        self._socket.setblocking(False)
        loop.add_reader(self._socket, self._readable)

    def read_answer(self, answer: str) -> None:
        """Take the first UDP candidate as it stands: it need not be loopback."""
        super().read_answer(answer)
        found = re.search(r"a=candidate:\S+ 1 udp \d+ (\d+\.\S+) (\d+) typ host", answer, re.I)
        assert found is not None, "no UDP candidate over IPv4"
        self._gateway = (found[1], int(found[2]))
        if "a=setup:active" in answer:
            self.dtls._set_role("server")

    def _readable(self) -> None:
        """As any peer, but it also answers checks: Janus is a full agent and makes its own."""
        while True:
            try:
                data = self._socket.recv(2048, socket.MSG_PEEK)
            except OSError:
                return
            if data[:2] != b"\x00\x01":
                super()._readable()
                return
            self._answer_check(*self._socket.recvfrom(2048))

    def _answer_check(self, data: bytes, source: tuple[str, int]) -> None:
        request = stun.parse_message(data)
        response = stun.Message(
            stun.Method.BINDING, stun.Class.RESPONSE, request.transaction_id,
            {"XOR-MAPPED-ADDRESS": source},
        )  # fmt: skip
        response.add_message_integrity(self.password.encode())
        self._socket.sendto(bytes(response), source)

    async def check(self) -> None:
        """Keep checking, as a browser does: Janus forgets what came before it was ready."""
        await super().check()
        self._checks = asyncio.create_task(self._check_on())

    async def _check_on(self) -> None:
        for _ in range(50):
            self.send_raw(self.check_bytes())
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        """End politely."""
        self._checks.cancel()
        await super().close()

    def answer(self, offer: str) -> str:
        """Receive all of an offer's sections, as a subscriber does."""
        head, *sections = re.split(r"(?=^m=)", offer, flags=re.MULTILINE)
        lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines += re.findall(r"^a=group:BUNDLE.*$", head, flags=re.MULTILINE)
        for section in sections:
            kept = [
                line
                for line in section.splitlines()
                if line.startswith(
                    (
                        "m=",
                        "c=",
                        "a=mid",
                        "a=rtpmap",
                        "a=fmtp",
                        "a=rtcp-fb",
                        "a=extmap",
                        "a=rtcp-mux",
                    )
                )
            ]
            lines += [
                *kept, "a=recvonly", f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}",
                f"a=fingerprint:sha-256 {self.fingerprint}", "a=setup:active",
            ]  # fmt: skip
        self.read_answer(offer)
        return "\r\n".join(lines) + "\r\n"


class _Plain:
    """Stands for SRTP where there is none: the echo gives back what it gets."""

    def protect(self, buffer: PacketBuffer, packet: bytes, *, rtcp: bool) -> int:
        """Copy it in."""
        del rtcp
        buffer.raw[0 : len(packet)] = packet
        return len(packet)

    def unprotect(self, buffer: PacketBuffer, size: int, *, rtcp: bool) -> int:
        """It is as it was."""
        del buffer, rtcp
        return size


@dataclass
class Line:
    """One peer as the load loop drives it: a socket, keys, and what it sends and gets."""

    peer: BenchPeer | None
    sends: bool
    receives: bool
    sequence: dict[int, int] = field(default_factory=dict)
    transport_number: int = 0
    lost: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take over the socket from asyncio: the loop reads it itself."""
        self.tx: SrtpSession | _Plain = _Plain()
        self.rx: SrtpSession | _Plain = _Plain()
        self.ssrcs = PeerSsrcs()
        if self.peer is not None:
            asyncio.get_running_loop().remove_reader(self.peer._socket)
            self.tx = SrtpSession(self.peer.dtls._tx_srtp)
            self.rx = SrtpSession(self.peer.dtls._rx_srtp)
            self.socket = self.peer._socket
            self.gateway = self.peer._gateway
            self.ssrcs = self.peer.ssrcs

    @classmethod
    def to_echo(cls, host: str, port: int) -> Line:
        """A line to a plain UDP echo."""
        line = cls(None, sends=True, receives=True)
        line.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.socket.setblocking(False)
        line.gateway = (host, port)
        return line

    async def close(self) -> None:
        """End politely."""
        if self.peer is None:
            self.socket.close()
            return
        asyncio.get_running_loop().add_reader(self.peer._socket, self.peer._readable)
        await self.peer.close()


def scratch() -> PacketBuffer:
    """A buffer for protecting and unprotecting."""
    return PacketBuffer()


Json = dict[str, Any]
