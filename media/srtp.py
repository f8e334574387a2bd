"""SRTP in place: libsrtp's own calls on one buffer, with no copy and no object for each packet.

pylibsrtp's sessions hold the keys; their ``protect`` and ``unprotect`` allocate a length, check
types and copy twice. At 20,000 packets a second that is a tenth of a core, so the same library
functions are called here on a buffer that is already there. A contract test pins the names used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pylibsrtp
from pylibsrtp._binding import ffi, lib

BUFFER_BYTES: Final = 2048
"""Above any path MTU we accept; a longer datagram is cut by the read and then fails to verify."""
MAX_PLAIN_BYTES: Final = 1500
"""The longest packet we protect: what any Ethernet path carries, well inside the buffer."""

REPLAY_WINDOW: Final = 512
"""Packets that may overtake each other, as many as the router takes (its sources' window);
libsrtp's default of 128 is 50 ms of a large picture. Every packet moves the window on, so that a
larger one costs."""

_OK: Final = lib.srtp_err_status_ok
_protect_rtp = lib.srtp_protect
_protect_rtcp = lib.srtp_protect_rtcp
_unprotect_rtp = lib.srtp_unprotect
_unprotect_rtcp = lib.srtp_unprotect_rtcp

CALLS: Final = tuple(
    int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))
    for name in ("srtp_protect", "srtp_protect_rtcp", "srtp_unprotect", "srtp_unprotect_rtcp")
)
"""Addresses of the functions above, each ``int (void *context, void *packet, int *length)``, for
compiled code: it then needs no libsrtp of its own."""


@dataclass(frozen=True, slots=True, repr=False)
class SrtpKeys:
    """What a handshake gave: libsrtp's number of the profile, and key with salt each way."""

    profile: int
    receive: bytes
    send: bytes


class PacketBuffer:
    """Room for one datagram. Nothing in it outlives the handling of that datagram."""

    __slots__ = ("data", "length", "raw", "view")

    def __init__(self) -> None:
        self.data: Any = ffi.new("unsigned char[]", BUFFER_BYTES)
        """What libsrtp works on."""
        self.length: Any = ffi.new("int *")
        self.raw: Any = ffi.buffer(self.data)
        """Slices of it are ``bytes`` of their own; assignment copies in."""
        self.view = memoryview(self.raw)
        """Slices of it are windows; sockets read into and send from them."""


class SrtpSession:
    """One direction of one endpoint: a pylibsrtp session, worked in place."""

    __slots__ = ("_context", "_session", "address")

    def __init__(self, session: pylibsrtp.Session) -> None:
        self._session = session  # owns the keys; freed with this object
        self._context: Any = session._srtp[0]
        self.address = int(ffi.cast("uintptr_t", self._context))
        """Of libsrtp's context, as :data:`CALLS` take it; good while this object lives."""

    def unprotect(self, buffer: PacketBuffer, size: int, *, rtcp: bool) -> int:
        """Verify and decrypt the first ``size`` bytes; the plain length, or -1 for a forgery."""
        length = buffer.length
        length[0] = size
        call = _unprotect_rtcp if rtcp else _unprotect_rtp
        if call(self._context, buffer.data, length) != _OK:
            return -1
        plain: int = length[0]
        return plain

    def protect(self, buffer: PacketBuffer, packet: bytes, *, rtcp: bool) -> int:
        """Encrypt ``packet`` into ``buffer``; the protected length, or -1 when refused."""
        size = len(packet)
        if size > MAX_PLAIN_BYTES:
            return -1
        buffer.raw[0:size] = packet
        length = buffer.length
        length[0] = size
        call = _protect_rtcp if rtcp else _protect_rtp
        if call(self._context, buffer.data, length) != _OK:
            return -1
        protected: int = length[0]
        return protected


def receiving(keys: SrtpKeys) -> SrtpSession:
    """The session that opens what the peer sends."""
    return _session(keys.receive, keys.profile, pylibsrtp.Policy.SSRC_ANY_INBOUND)


def sending(keys: SrtpKeys) -> SrtpSession:
    """The session that protects what the peer gets."""
    return _session(keys.send, keys.profile, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)


def _session(key: bytes, profile: int, direction: int) -> SrtpSession:
    policy = pylibsrtp.Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    # A packet sent again under its own number is the same packet: retransmission without RTX.
    policy.allow_repeat_tx = True
    policy.window_size = REPLAY_WINDOW
    return SrtpSession(pylibsrtp.Session(policy))
