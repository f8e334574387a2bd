"""One endpoint's DTLS and SCTP association: aiortc's objects, in the handshake thread.

Rule 1: this is the one door to aiortc (ADR 0003). It sees DTLS records only; no media enters it.
Rule 2: methods marked *here* are called on the forwarding loop, all others run in the thread.
Rule 3: whatever a peer sends inside its own association can end that association, nothing else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Final, Protocol

import aiortc
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport

from media.handshake import HandshakeThread
from media.srtp import SrtpKeys
from media.stills import MAX_CHUNK_BYTES, StillDrop

DTLS_QUEUE: Final = 64
"""Datagrams waiting for aiortc: a handshake has under ten, a burst of text a few dozen."""
MAX_TEXT_BYTES: Final = 64 * 1024
MAX_BUFFERED_BYTES: Final = 1024 * 1024
"""Text waiting for a peer that does not read; beyond it the channel counts as closed."""
TEXT_LABEL: Final = "text"
BEAT_LABEL: Final = "beat"
STILL_LABEL: Final = "still"
MAX_STILL_FLIGHT_BYTES: Final = 2_400
"""Not yet acknowledged, beyond which no chunk of a still is sent: 1.4 s of stills. A line that is
further behind has no room for them, and whatever waits here would be old when it arrives."""
EXPORTER: Final = b"EXTRACTOR-dtls_srtp"  # RFC 5764 section 4.2


class AssociationEvents(Protocol):
    """What an association tells; called on the forwarding loop, in order, never blocking."""

    def on_record(self, data: bytes) -> None:
        """A DTLS datagram to send."""

    def on_keys(self, keys: SrtpKeys) -> None:
        """The handshake is done, the peer is who its offer says."""

    def on_channel(self, *, is_open: bool) -> None:
        """The text channel opened or closed."""

    def on_message(self, data: str) -> None:
        """A message came on the text channel."""

    def on_beat(self) -> None:
        """Something authenticated came on a channel."""

    def on_still(self, data: bytes) -> None:
        """A chunk came on the stills channel."""

    def on_over(self, *, failed: bool) -> None:
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


class Association:
    """DTLS and data channels of one endpoint."""

    def __init__(
        self, certificate: Certificate, thread: HandshakeThread, events: AssociationEvents
    ) -> None:
        self._certificate = certificate
        self._thread = thread
        self._events = events
        self._path: _DtlsPath | None = None
        self._dtls: RTCDtlsTransport | None = None
        self._sctp: RTCSctpTransport | None = None
        self._text: aiortc.RTCDataChannel | None = None
        self._still: aiortc.RTCDataChannel | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        # Bytes on their way to a channel: each count is written by one side only.
        self._handed_bytes = 0
        self._written_bytes = 0
        self._handed_stills = 0
        self._written_stills = 0

    # --- here: on the forwarding loop -----------------------------------------------------------

    def start(self, fingerprints: tuple[tuple[str, str], ...], sctp_port: int | None) -> None:
        """Here: wait for the peer's handshake."""
        self._thread.post(self._begin, fingerprints, sctp_port)

    def handle_record(self, data: bytes) -> bool:
        """Here: take a DTLS datagram from a proved address; False when it is lost."""
        return self._thread.hand(self._feed, data)

    def send_text(self, data: str) -> bool:
        """Here: write to the open text channel; False when the peer does not read.

        What the channel still holds is read across threads: a number a moment old is as good.
        """
        channel = self._text
        held = 0 if channel is None else channel.bufferedAmount
        waiting = self._handed_bytes - self._written_bytes + held
        if waiting > MAX_BUFFERED_BYTES:
            return False
        self._handed_bytes += len(data)
        self._thread.post(self._write, data)
        return True

    def send_still(self, data: bytes) -> bool:
        """Here: write to the open stills channel; False where the line has no room for it.

        Read across threads, as above. Text goes first: it is on the same association.
        """
        sctp, channel = self._sctp, self._still
        if sctp is None or channel is None or self._handed_bytes != self._written_bytes:
            return False
        if sctp._data_channel_queue or sctp._outbound_queue:
            return False
        waiting = self._handed_stills - self._written_stills
        if waiting + sctp._flight_size > MAX_STILL_FLIGHT_BYTES:
            return False
        self._handed_stills += len(data)
        self._thread.post(self._write_still, data)
        return True

    async def close(self) -> None:
        """Here: tell the peer by a DTLS alert, and leave nothing behind."""
        await self._thread.run(self._close())

    # --- in the thread: life --------------------------------------------------------------------

    def _begin(self, fingerprints: tuple[tuple[str, str], ...], sctp_port: int | None) -> None:
        if self._ended:
            return
        self._path = _DtlsPath(self._send_record)
        self._dtls = RTCDtlsTransport(self._path, [self._certificate.inner])  # type: ignore[arg-type]  # the shape is what counts, see the contract test
        self._dtls._set_role("server")
        self._dtls.on("statechange", self._on_state)
        self._sctp = RTCSctpTransport(self._dtls)
        self._sctp.on("datachannel", self._on_channel)
        remote = RTCDtlsParameters(
            fingerprints=[RTCDtlsFingerprint(name, value) for name, value in fingerprints]
        )
        run = self._run(self._dtls, self._sctp, remote, sctp_port)
        self._task = asyncio.get_running_loop().create_task(run, name="media-dtls")

    async def _run(
        self,
        dtls: RTCDtlsTransport,
        sctp: RTCSctpTransport,
        remote: RTCDtlsParameters,
        sctp_port: int | None,
    ) -> None:
        await dtls.start(remote)
        if dtls.state != "connected":
            return
        keys = _export_keys(dtls)
        if sctp_port is not None:
            capabilities = RTCSctpCapabilities(maxMessageSize=MAX_TEXT_BYTES)
            await sctp.start(capabilities, sctp_port)
            dtls._data_receiver = _ChannelGuard(sctp, self._thread.dropped)
        self._thread.tell(self._events.on_keys, keys)

    async def _close(self) -> None:
        self._ended = True
        dtls, sctp, path = self._dtls, self._sctp, self._path
        if dtls is None or sctp is None or path is None:
            return
        if self._task is not None and not self._task.done():
            self._task.cancel()
            # A record that arrives in this very turn wins over the cancellation (wait_for of
            # Python 3.11, in aiortc's handshake): then it is the end of the path that ends it.
            if dtls.state == "connecting":
                path.end()
            await asyncio.gather(self._task, return_exceptions=True)
        pump = dtls._task
        await sctp.stop()
        await dtls.stop()
        path.end()
        if pump is not None:
            await asyncio.gather(pump, return_exceptions=True)
        dtls.remove_all_listeners()
        sctp.remove_all_listeners()
        self._text = self._still = None

    def _on_state(self) -> None:
        state = self._dtls.state if self._dtls is not None else "closed"
        if state in {"failed", "closed"} and not self._ended:
            self._ended = True
            self._thread.tell(lambda: self._events.on_over(failed=state == "failed"))

    # --- in the thread: datagrams ---------------------------------------------------------------

    def _feed(self, data: bytes) -> None:
        if self._path is not None and not self._path.feed(data):
            self._thread.dropped["dtls_queue"] += 1

    def _send_record(self, data: bytes) -> None:
        # Sockets belong to the forwarding loop; a handshake's few datagrams are worth its wake.
        self._thread.tell(self._events.on_record, data)

    # --- in the thread: data channels -----------------------------------------------------------

    def _on_channel(self, channel: aiortc.RTCDataChannel) -> None:
        if channel.label == TEXT_LABEL and self._text is None:
            self._text = channel
            channel.on("message", self._on_text)
            channel.on("close", self._on_text_closed)
            self._tell_channel(is_open=True)
        elif channel.label == BEAT_LABEL:
            channel.on("message", self._on_beat)
        elif channel.label == STILL_LABEL and self._still is None:
            self._still = channel
            channel.on("message", self._on_still)
            channel.on("close", self._on_still_closed)
        else:
            channel.close()

    def _write(self, data: str) -> None:
        self._written_bytes += len(data)
        channel = self._text
        if channel is not None and channel.readyState == "open":
            channel.send(data)
        elif not self._ended:
            self._tell_channel(is_open=False)

    def _write_still(self, data: bytes) -> None:
        self._written_stills += len(data)
        channel = self._still
        if channel is not None and channel.readyState == "open":
            channel.send(data)

    def _tell_channel(self, *, is_open: bool) -> None:
        self._thread.tell(lambda: self._events.on_channel(is_open=is_open))

    def _on_text(self, data: object) -> None:
        self._thread.tell(self._events.on_beat)
        if isinstance(data, str) and len(data) <= MAX_TEXT_BYTES:
            self._thread.tell(self._events.on_message, data)
        else:
            self._thread.dropped["text_shape"] += 1

    def _on_text_closed(self) -> None:
        self._text = None
        if not self._ended:
            self._tell_channel(is_open=False)

    def _on_still(self, data: object) -> None:
        self._thread.tell(self._events.on_beat)
        if isinstance(data, bytes) and len(data) <= MAX_CHUNK_BYTES:
            self._thread.tell(self._events.on_still, data)
        else:
            self._thread.dropped[StillDrop.MALFORMED] += 1

    def _on_still_closed(self) -> None:
        self._still = None

    def _on_beat(self, _data: object) -> None:
        self._thread.tell(self._events.on_beat)


def _export_keys(dtls: RTCDtlsTransport) -> SrtpKeys:
    """The keys of a finished handshake (RFC 5764 section 4.2); we are the server of it.

    aiortc has made sessions of the same keys, which nothing uses: a data path wants the bytes.
    """
    ssl = dtls._ssl
    assert ssl is not None  # a connected transport has one
    chosen = ssl.get_selected_srtp_profile()
    profile = next(each for each in dtls._srtp_profiles if each.openssl_profile == chosen)
    size = 2 * (profile.key_length + profile.salt_length)
    material = ssl.export_keying_material(EXPORTER, size)
    return SrtpKeys(
        profile.libsrtp_profile,
        receive=profile.get_key_and_salt(material, 0),
        send=profile.get_key_and_salt(material, 1),
    )
