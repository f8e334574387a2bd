"""A browser's side of one endpoint on loopback, without a browser: checks, DTLS, SRTP, channels.

It is built from the same libraries as the gateway but joined at other seams: its own socket, its
own ICE, the DTLS client role. What it receives it keeps, plain.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import socket
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiortc
from aioice import stun
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport
from OpenSSL import SSL

OPUS, VP8, VP8_RTX = 111, 96, 97
MID, AUDIO_LEVEL, TRANSPORT_CC = 4, 1, 3


@dataclass
class PeerSsrcs:
    """What the peer sends under."""

    voice: int = field(default_factory=lambda: secrets.randbits(31) + 1)
    picture: int = field(default_factory=lambda: secrets.randbits(31) + 1)
    repair: int = field(default_factory=lambda: secrets.randbits(31) + 1)


class _Pipe:
    """What RTCDtlsTransport asks of ICE."""

    role = "controlling"

    def __init__(self, send: Any) -> None:
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._send_now = send

    async def _recv(self) -> bytes:
        data = await self.queue.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._send_now(data)


class LoopbackPeer:
    """One endpoint. Use: ``offer()``, give it to the gateway, ``await connect(answer)``."""

    def __init__(
        self,
        *,
        slots: int = 1,
        host: str = "127.0.0.1",
        tcp: bool = False,
        loss: float = 0.0,
        seed: int = 1,
        rids: tuple[str, ...] = (),
    ) -> None:
        """``loss`` is the share of datagrams lost each way, by a generator with this ``seed``.

        ``rids`` are the encodings its picture is offered in.
        """
        self.ssrcs = PeerSsrcs()
        self.rids = rids
        self.slots = slots
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.certificate = aiortc.RTCCertificate.generateCertificate()
        self.fingerprint = next(
            f.value for f in self.certificate.getFingerprints() if f.algorithm == "sha-256"
        )
        self.rtp: list[bytes] = []
        self.rtcp: list[bytes] = []
        self.texts: list[str] = []
        self.stills: list[bytes] = []
        self.still_channel: Any = None
        self.text_channel: Any = None
        self.beat_channel: Any = None
        self.checks_answered = 0
        self.host, self.tcp = host, tcp
        self.answers_checks = True
        self.deaf = False
        """Its network eats every record, so that nothing of a channel is acknowledged."""
        self.checks_received = 0
        self.bytes_received = 0
        self.longest_received = 0
        self._loss, self._random = loss, Random(seed)
        self._stream = bytearray()
        self._socket = self._new_socket()
        self._pipe = _Pipe(self.send_raw)
        self.dtls = RTCDtlsTransport(self._pipe, [self.certificate])  # type: ignore[arg-type]
        self.dtls._set_role("client")
        self.sctp = RTCSctpTransport(self.dtls)
        self._answered = asyncio.Event()
        self._gateway: tuple[str, int] = (host, 0)

    # --- SDP ------------------------------------------------------------------------------------

    def offer(self) -> str:
        """An offer as the web client's: voice, picture, slots, data."""
        video = f"{VP8} {VP8_RTX}"
        parts: list[tuple[str, list[str]]] = [
            (f"audio 9 UDP/TLS/RTP/SAVPF {OPUS}", [*_OPUS, "a=sendonly", *self._ssrc_lines()[0]]),
            (
                f"video 9 UDP/TLS/RTP/SAVPF {video}",
                [*_VP8, "a=sendonly", *self._ssrc_lines()[1], *self._simulcast_lines()],
            ),
        ]
        for _ in range(self.slots):
            parts.append((f"audio 9 UDP/TLS/RTP/SAVPF {OPUS}", [*_OPUS, "a=recvonly"]))
            parts.append((f"video 9 UDP/TLS/RTP/SAVPF {video}", [*_VP8, "a=recvonly"]))
        parts.append(("application 9 UDP/DTLS/SCTP webrtc-datachannel", ["a=sctp-port:5000"]))
        mids = " ".join(str(index) for index in range(len(parts)))
        lines = ["v=0", "o=- 1 2 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {mids}"]
        for index, (media, attributes) in enumerate(parts):
            lines += [
                f"m={media}", "c=IN IP4 0.0.0.0", f"a=mid:{index}",
                f"a=ice-ufrag:{self.ufrag}", f"a=ice-pwd:{self.password}",
                f"a=fingerprint:sha-256 {self.fingerprint}", "a=setup:actpass", *attributes,
            ]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    def _simulcast_lines(self) -> list[str]:
        if not self.rids:
            return []
        lines = ["a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"]
        lines += [f"a=rid:{rid} send" for rid in self.rids]
        return [*lines, f"a=simulcast:send {';'.join(self.rids)}"]

    def _ssrc_lines(self) -> tuple[list[str], list[str]]:
        s = self.ssrcs
        return (
            [f"a=ssrc:{s.voice} cname:x"],
            [
                f"a=ssrc-group:FID {s.picture} {s.repair}",
                f"a=ssrc:{s.picture} cname:x",
                f"a=ssrc:{s.repair} cname:x",
            ],
        )

    def read_answer(self, answer: str) -> None:
        """Take the gateway's credentials, fingerprint and address."""
        self._their_ufrag = _first(answer, r"a=ice-ufrag:(\S+)")
        self._their_password = _first(answer, r"a=ice-pwd:(\S+)")
        self._their_fingerprint = _first(answer, r"a=fingerprint:sha-256 (\S+)")
        self._promised = re.findall(r"a=x-next-ice:(\S+) (\S+)", answer)
        self._gateway = (
            self.host,
            int(_first(answer, r"a=candidate:\S+ 1 udp \d+ \S+ (\d+)")),
        )
        self.slot_ssrcs = [int(each) for each in re.findall(r"a=ssrc:(\d+) cname:slot", answer)]

    # --- life -----------------------------------------------------------------------------------

    async def connect(self, answer: str, *, channels: bool = True) -> None:
        """Check, shake hands, open the channels."""
        self.read_answer(answer)
        if self.tcp:
            await self.connect_tcp()
        await self.check()
        fingerprint = RTCDtlsFingerprint("sha-256", self._their_fingerprint)
        async with asyncio.timeout(20):
            await self.dtls.start(RTCDtlsParameters([fingerprint]))
        if self.dtls.state != "connected":
            raise ConnectionError(self.dtls.state)
        if channels:
            await self.sctp.start(RTCSctpCapabilities(maxMessageSize=65536), 5000)
            self.text_channel = self._channel("text", ordered=True)
            self.text_channel.on("message", self.texts.append)
            self.beat_channel = self._channel("beat", ordered=False, maxRetransmits=0)
            async with asyncio.timeout(20):
                while self.text_channel.readyState != "open":
                    await asyncio.sleep(0.01)

    async def open_stills(self) -> None:
        """Open the stills channel, as the web client does."""
        self.still_channel = self._channel("still", ordered=False, maxPacketLifeTime=2500)
        self.still_channel.on("message", self.stills.append)
        async with asyncio.timeout(20):
            while self.still_channel.readyState != "open":
                await asyncio.sleep(0.01)

    def _channel(self, label: str, **options: Any) -> Any:
        parameters = aiortc.rtcdatachannel.RTCDataChannelParameters(label=label, **options)
        return aiortc.RTCDataChannel(self.sctp, parameters)

    def check_bytes(self, *, nominate: bool = True) -> bytes:
        """A Binding request as a controlling full agent sends it."""
        attributes: dict[str, Any] = {
            "USERNAME": f"{self._their_ufrag}:{self.ufrag}",
            "PRIORITY": 1,
            "ICE-CONTROLLING": 1,
        }
        if nominate:
            attributes["USE-CANDIDATE"] = None
        message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
        message.add_message_integrity(self._their_password.encode())
        return bytes(message)

    def client_hello(self) -> bytes:
        """The first flight of a handshake, for tests that never send the second."""
        context = self.certificate._create_ssl_context(srtp_profiles=self.dtls._srtp_profiles)
        half = SSL.Connection(context)
        half.set_connect_state()
        with contextlib.suppress(SSL.WantReadError):
            half.do_handshake()
        return half.bio_read(1500)

    async def check(self) -> None:
        """Send checks until one is answered."""
        self._answered.clear()
        for _ in range(50):
            self.send_raw(self.check_bytes())
            try:
                async with asyncio.timeout(0.2):
                    await self._answered.wait()
                return
            except TimeoutError:
                continue
        raise ConnectionError("no check was answered")

    def restart(self) -> str:
        """New credentials, and the offer that carries them."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        return self.offer()

    def restart_unasked(self) -> None:
        """New credentials of one's own, and those the gateway has promised."""
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(12)
        ((self._their_ufrag, self._their_password),) = self._promised

    def rebind(self) -> None:
        """Go on from another port, as after a change of network."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = self._new_socket()

    def _new_socket(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        kind = socket.SOCK_STREAM if self.tcp else socket.SOCK_DGRAM
        made = socket.socket(family, kind)
        made.setblocking(False)
        if self.tcp:  # a phone's, not a data centre's
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        else:
            made.bind((self.host, 0))
            asyncio.get_running_loop().add_reader(made, self._readable)
        return made

    async def connect_tcp(self) -> None:
        """Open the connection that stands for a TCP candidate pair (RFC 6544)."""
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, self._gateway)
        loop.add_reader(self._socket, self._readable)

    async def close(self) -> None:
        """End politely and release the socket."""
        await self.sctp.stop()
        await self.dtls.stop()
        self.abandon()

    def abandon(self) -> None:
        """Vanish, as a phone without a network does."""
        self._pipe.queue.put_nowait(None)  # ends the task that reads
        if self._socket.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    # --- datagrams ------------------------------------------------------------------------------

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are, framed on TCP (RFC 4571)."""
        if self._socket.fileno() < 0 or self._random.random() < self._loss:
            return
        if self.tcp:
            self._socket.sendall(len(data).to_bytes(2, "big") + data)
        else:
            self._socket.sendto(data, self._gateway)

    def send_rtp(self, packet: bytes) -> None:
        """Protect and send a plain RTP packet."""
        self.send_raw(self.dtls._tx_srtp.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        """Protect and send a plain RTCP compound."""
        self.send_raw(self.dtls._tx_srtp.protect_rtcp(packet))

    def _readable(self) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except (BlockingIOError, OSError):
                return
            if not self.tcp:
                self._receive(data)
                continue
            if not data:
                self.abandon()
                return
            self._stream += data
            while len(self._stream) >= 2:
                size = int.from_bytes(self._stream[:2], "big")
                if len(self._stream) < 2 + size:
                    break
                frame = bytes(self._stream[2 : 2 + size])
                del self._stream[: 2 + size]
                self._receive(frame)

    def _answer_check(self, data: bytes) -> None:
        """Answer the gateway's check, as a browser does."""
        request = stun.parse_message(data)
        assert request.check_message_integrity(self.password.encode())
        assert request.attributes["USERNAME"] == f"{self.ufrag}:{self._their_ufrag}"
        self.checks_received += 1
        if self.answers_checks:
            response = stun.Message(
                stun.Method.BINDING,
                stun.Class.RESPONSE,
                transaction_id=request.transaction_id,
                attributes={"XOR-MAPPED-ADDRESS": self._gateway},
            )
            response.add_message_integrity(self.password.encode())
            self.send_raw(bytes(response))

    def _receive(self, data: bytes) -> None:
        if self._random.random() < self._loss:
            return
        self.bytes_received += len(data)
        self.longest_received = max(self.longest_received, len(data))
        if data[:2] == b"\x00\x01":
            self._answer_check(data)
        elif data[0] < 4:
            self.checks_answered += 1
            self._answered.set()
        elif data[0] < 64:
            if self.deaf:
                return
            self._pipe.queue.put_nowait(data)
        elif self.dtls._rx_srtp is not None:
            if 64 <= data[1] & 0x7F < 96:
                self.rtcp.append(self.dtls._rx_srtp.unprotect_rtcp(data))
            else:
                self.on_rtp(self.dtls._rx_srtp.unprotect(data))

    def on_rtp(self, packet: bytes) -> None:
        """Keep what was received; a bench puts something else in its place."""
        self.rtp.append(packet)


_OPUS = [
    f"a=rtpmap:{OPUS} opus/48000/2", f"a=rtcp-fb:{OPUS} transport-cc",
    f"a=fmtp:{OPUS} minptime=10;useinbandfec=1", "a=rtcp-mux",
    f"a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid",
    f"a=extmap:{AUDIO_LEVEL} urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    f"a=extmap:{TRANSPORT_CC} http://www.ietf.org/id/"
    "draft-holmer-rmcat-transport-wide-cc-extensions-01",
]  # fmt: skip
_VP8 = [
    f"a=rtpmap:{VP8} VP8/90000", f"a=rtcp-fb:{VP8} nack", f"a=rtcp-fb:{VP8} nack pli",
    f"a=rtpmap:{VP8_RTX} rtx/90000", f"a=fmtp:{VP8_RTX} apt={VP8}", "a=rtcp-mux",
    f"a=extmap:{MID} urn:ietf:params:rtp-hdrext:sdes:mid",
    f"a=extmap:{TRANSPORT_CC} http://www.ietf.org/id/"
    "draft-holmer-rmcat-transport-wide-cc-extensions-01",
]  # fmt: skip


def _first(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, pattern
    return found[1]
