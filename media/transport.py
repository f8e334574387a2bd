"""One endpoint's path: our ICE under aiortc's DTLS and SCTP, SRTP by pylibsrtp.

Rule 1: this is the one door to aiortc. It sees DTLS records only; media never enters its loop.
Rule 2: what arrives counts as a sign of life only once it is authenticated.
Rule 3: whatever a peer sends inside its own association can end that association, nothing else.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

import aiortc
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport

from media.clock import Instant
from media.ice import Credentials, IceAgent, Path
from media.mux import Mux
from media.srtp import PacketBuffer, SrtpSession

MIN_SRTP_BYTES: Final = 12
"""A fixed RTP header (RFC 3550 section 5.1); SRTCP is longer still."""
DTLS_QUEUE: Final = 64
"""Datagrams waiting for aiortc: a handshake has under ten, a burst of text a few dozen."""
MAX_TEXT_BYTES: Final = 64 * 1024
MAX_BUFFERED_BYTES: Final = 1024 * 1024
"""Text waiting for a peer that does not read; beyond it the channel counts as closed."""
TEXT_LABEL: Final = "text"
BEAT_LABEL: Final = "beat"


class TransportEvents(Protocol):
    """What a transport tells the endpoint it belongs to; called on the loop, never blocking."""

    def on_rtp(self, packet: bytes, now: Instant) -> None:
        """A plain RTP packet has come."""

    def on_rtcp(self, packet: bytes, now: Instant) -> None:
        """A plain RTCP compound has come."""

    def on_connected(self) -> None:
        """DTLS is up; media can be sent."""

    def on_first_check(self) -> None:
        """The first check of the endpoint has passed."""

    def on_text_channel(self, *, is_open: bool) -> None:
        """The text channel opened or closed."""

    def on_text(self, data: str) -> None:
        """A message came on the text channel."""

    def on_moved(self) -> None:
        """Media goes to another address from now on."""

    def on_ended(self, *, failed: bool) -> None:
        """DTLS ended: the handshake failed, or the peer closed."""


class Certificate:
    """The gateway's DTLS identity, made fresh at each start."""

    def __init__(self) -> None:
        self._inner = aiortc.RTCCertificate.generateCertificate()

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint as SDP writes it (RFC 8122)."""
        return next(
            each.value for each in self._inner.getFingerprints() if each.algorithm == "sha-256"
        )

    @property
    def inner(self) -> aiortc.RTCCertificate:
        """What aiortc wants."""
        return self._inner


class _DtlsPath:
    """What RTCDtlsTransport asks of an ICE transport, and no more."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send_datagram = send
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(DTLS_QUEUE)

    def feed(self, data: bytes) -> bool:
        """Queue a DTLS datagram; False when the queue is full and it is lost."""
        try:
            self._waiting.put_nowait(data)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Make ``_recv`` raise, which is how aiortc learns that the path is gone."""
        while self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def _recv(self) -> bytes:
        data = await self._waiting.get()
        if data is None:
            raise ConnectionError
        return data

    async def _send(self, data: bytes) -> None:
        self._send_datagram(data)


class _ChannelGuard:
    """Stands between DTLS and SCTP, so that a malformed SCTP packet is a count, not a crash."""

    def __init__(self, inner: RTCSctpTransport, dropped: Counter[str]) -> None:
        self._inner = inner
        self._dropped = dropped

    async def _handle_data(self, data: bytes) -> None:
        try:
            await self._inner._handle_data(data)
        except ConnectionError:
            raise
        except Exception:
            # aiortc's SCTP asserts and indexes freely on what the peer sent.
            self._dropped["sctp"] += 1


class Transport:
    """ICE, DTLS, SRTP and data channels of one endpoint."""

    def __init__(
        self,
        ice: IceAgent,
        certificate: Certificate,
        mux: Mux,
        events: TransportEvents,
        dropped: Counter[str],
    ) -> None:
        self.ice = ice
        self.last_heard: Instant | None = None
        """When the last authenticated datagram came; None before the first."""
        self._mux = mux
        self._events = events
        self._dropped = dropped
        self._path = _DtlsPath(self._send_dtls)
        self._dtls = RTCDtlsTransport(self._path, [certificate.inner])  # type: ignore[arg-type]
        self._dtls._set_role("server")
        self._dtls.on("statechange", self._on_dtls_state)
        self._sctp = RTCSctpTransport(self._dtls)
        self._sctp.on("datachannel", self._on_channel)
        self._text: aiortc.RTCDataChannel | None = None
        self._rx: SrtpSession | None = None
        self._tx: SrtpSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    @property
    def connected(self) -> bool:
        """Whether SRTP keys are in place."""
        return self._tx is not None

    # --- life ----------------------------------------------------------------------------------

    def start(self, fingerprints: tuple[tuple[str, str], ...], sctp_port: int | None) -> None:
        """Wait for the peer's handshake, in a task of its own."""
        remote = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(name, value) for name, value in fingerprints]
        )
        self._task = asyncio.create_task(self._run(remote, sctp_port), name="media-dtls")

    async def _run(self, remote: RTCDtlsParameters, sctp_port: int | None) -> None:
        await self._dtls.start(remote)
        if self._dtls.state != "connected":
            return
        self._rx = SrtpSession(self._dtls._rx_srtp)
        self._tx = SrtpSession(self._dtls._tx_srtp)
        if sctp_port is not None:
            capabilities = RTCSctpCapabilities(maxMessageSize=MAX_TEXT_BYTES)
            await self._sctp.start(capabilities, sctp_port)
            self._dtls._data_receiver = _ChannelGuard(self._sctp, self._dropped)
        self._events.on_connected()

    async def close(self) -> None:
        """Tell the peer by a DTLS alert and leave nothing behind."""
        self._ended = True
        self._rx = self._tx = None
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        pump = self._dtls._task
        await self._sctp.stop()
        await self._dtls.stop()
        self._path.end()
        if pump is not None:
            await asyncio.gather(pump, return_exceptions=True)
        self._dtls.remove_all_listeners()
        self._sctp.remove_all_listeners()

    def _on_dtls_state(self) -> None:
        state = self._dtls.state
        if state in {"failed", "closed"} and not self._ended:
            self._ended = True
            self._rx = self._tx = None
            self._events.on_ended(failed=state == "failed")

    # --- datagrams in (Peer of the mux) ---------------------------------------------------------

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        """Answer a Binding request. Raises :class:`media.errors.PacketError`."""
        answer = self.ice.handle_check(data, path)
        if not answer.valid:
            return answer.response
        self._mux.tie(path, self)
        first = self.last_heard is None
        self.last_heard = now
        if first:
            self._events.on_first_check()
        elif answer.selected:
            self._events.on_moved()
        return answer.response

    def handle_dtls(self, data: bytes, now: Instant) -> None:
        """Take a DTLS record from a proved address."""
        del now  # a record proves nothing before aiortc has opened it
        if not self._path.feed(data):
            self._dropped["dtls_queue"] += 1

    def handle_media(self, buffer: PacketBuffer, size: int, now: Instant) -> None:
        """Take the SRTP or SRTCP packet in ``buffer``, from a proved address."""
        rx = self._rx
        if rx is None or size < MIN_SRTP_BYTES:
            self._dropped["srtp_early" if rx is None else "srtp_size"] += 1
            return
        # 64..95 in the low seven bits of the second byte is RTCP (RFC 5761 section 4).
        rtcp = 64 <= buffer.view[1] & 0x7F < 96  # noqa: PLR2004
        plain = rx.unprotect(buffer, size, rtcp=rtcp)
        if plain < 0:
            self._dropped["srtp"] += 1
            return
        self.last_heard = now
        if rtcp:
            self._events.on_rtcp(buffer.raw[0:plain], now)
        else:
            self._events.on_rtp(buffer.raw[0:plain], now)

    # --- datagrams out --------------------------------------------------------------------------

    def _send_dtls(self, data: bytes) -> None:
        path = self.ice.selected
        if path is not None:
            self._mux.send(data, path)

    def send_media(self, packet: bytes, *, rtcp: bool) -> None:
        """Protect and send a plain RTP packet or RTCP compound; dropped while there are no keys."""
        tx, path = self._tx, self.ice.selected
        if tx is None or path is None:
            return
        buffer = self._mux.outgoing
        size = tx.protect(buffer, packet, rtcp=rtcp)
        if size < 0:
            self._dropped["protect"] += 1
            return
        self._mux.send(buffer.view[:size], path)

    # --- data channels --------------------------------------------------------------------------

    def send_text(self, data: str) -> bool:
        """Write to the text channel; False when it is not there or the peer does not read."""
        channel = self._text
        if channel is None or channel.readyState != "open":
            return False
        if channel.bufferedAmount > MAX_BUFFERED_BYTES:
            self._dropped["text_unread"] += 1
            return False
        channel.send(data)
        return True

    def _on_channel(self, channel: aiortc.RTCDataChannel) -> None:
        if channel.label == TEXT_LABEL and self._text is None:
            self._text = channel
            channel.on("message", self._on_text)
            channel.on("close", self._on_text_closed)
            self._events.on_text_channel(is_open=True)
        elif channel.label == BEAT_LABEL:
            channel.on("message", self._on_beat)
        else:
            channel.close()

    def _on_text(self, data: object) -> None:
        self.last_heard = asyncio.get_running_loop().time()
        if isinstance(data, str) and len(data) <= MAX_TEXT_BYTES:
            self._events.on_text(data)
        else:
            self._dropped["text_shape"] += 1

    def _on_text_closed(self) -> None:
        self._text = None
        if not self._ended:
            self._events.on_text_channel(is_open=False)

    def _on_beat(self, _data: object) -> None:
        self.last_heard = asyncio.get_running_loop().time()


def fresh_credentials() -> Credentials:
    """New random credentials: 64 and 192 bits (RFC 8445 section 5.3 asks for 24 and 128)."""
    return Credentials(ufrag=secrets.token_hex(8), password=secrets.token_urlsafe(24))
