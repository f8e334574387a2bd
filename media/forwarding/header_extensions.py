"""Reading a publisher's header extensions and writing a subscriber's.

Both sides chose their own ids, so a block is never copied: the few values that mean something are
read, and a new block is written under the subscriber's ids. Values are passed on untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from librt.strings import BytesWriter
from mypy_extensions import i64

from media.clock import Instant
from media.errors import PacketError
from media.plan import Extension
from media.rtp import extensions
from media.rtp.octets import put_16, put_32
from media.rtp.packet import EXTENSION_BIT, HEADER_BYTES

_NO_TRANSPORT_NUMBER: Final = -1
_ABSENT: Final = 0
"""Id 0 is padding on the wire, so it can stand for "not negotiated"."""

_FIRST_HEAD: Final = 0x10
_STOP_HEAD: Final = 0xF0
"""Below the one: padding, or id 0 with a length; from the other: id 15. Both end the block."""

_ONE_BYTE_HEADS: Final = tuple(b"\xbe\xde" + words.to_bytes(2, "big") for words in range(16))

_ONE_WORD: Final = 0xBEDE0001
_TWO_WORDS: Final = 0xBEDE0002


class ExtensionReader:
    """Finds by a section's ids what means something to us: see :meth:`ExtensionReader.read`.

    A number of another size than two bytes, or a level of another than one (RFC 6464), is none.
    """

    __slots__ = ("_capture", "_descriptor", "_level", "_transport")

    def __init__(self, ids: Mapping[Extension, int], *, transport_cc: bool) -> None:
        number_id = ids.get(Extension.TRANSPORT_CC, _ABSENT) if transport_cc else _ABSENT
        self._transport: i64 = number_id
        self._level: i64 = ids.get(Extension.AUDIO_LEVEL, _ABSENT)
        self._descriptor: i64 = ids.get(Extension.DEPENDENCY_DESCRIPTOR, _ABSENT)
        self._capture: i64 = ids.get(Extension.ABS_CAPTURE_TIME, _ABSENT)

    def read(  # noqa: C901, PLR0912  one walk for each packet: a call for each element would double it
        self, packet: bytes, profile: i64, start: i64, end: i64
    ) -> tuple[i64, bytes | None, bytes | None, bytes | None]:
        """Return transport number (-1 without), audio level, dependency descriptor, capture time.

        Raises :class:`PacketError`. The same walk as :func:`media.rtp.extensions.parse`, without
        making what nobody reads.
        """
        number: i64 = _NO_TRANSPORT_NUMBER
        level = descriptor = capture = None
        if profile != extensions.ONE_BYTE:
            return self._read_two_byte(packet, profile, start, end)
        transport_id, level_id, descriptor_id = self._transport, self._level, self._descriptor
        at = start
        while at < end:
            head: i64 = packet[at]
            at += 1
            if head < _FIRST_HEAD or head >= _STOP_HEAD:
                if head:
                    break
                continue
            after = at + (head & 0x0F) + 1
            if after > end:
                raise PacketError("extension element past its block")
            ident = head >> 4
            if ident == transport_id:
                if after - at == 2:  # noqa: PLR2004  the extension's fixed size
                    number = packet[at] << 8 | packet[at + 1]
            elif ident == level_id:
                if after - at == 1:
                    level = packet[at:after]
            elif ident == descriptor_id:
                descriptor = packet[at:after]
            elif ident == self._capture:
                capture = packet[at:after]
            at = after
        return number, level, descriptor, capture

    def _read_two_byte(
        self, packet: bytes, profile: i64, start: i64, end: i64
    ) -> tuple[i64, bytes | None, bytes | None, bytes | None]:
        found = extensions.parse(packet, profile, start, end)
        number = found.get(self._transport, b"")
        level = found.get(self._level, b"")
        return (
            int.from_bytes(number, "big") if len(number) == 2 else _NO_TRANSPORT_NUMBER,  # noqa: PLR2004  as above
            level if len(level) == 1 else None,
            found.get(self._descriptor),
            found.get(self._capture),
        )


class ExtensionWriter:
    """Writes a slot section's block: transport number, mid, send time, what the publisher said.

    The number is the first element, so that :func:`renumber` finds it.
    """

    __slots__ = (
        "_capture",
        "_descriptor",
        "_level",
        "_level_head",
        "_mid",
        "_mid_element",
        "_number",
        "_number_head",
        "_send_time",
        "_short",
        "_usual",
    )

    def __init__(self, ids: Mapping[Extension, int], mid: str, *, transport_cc: bool) -> None:
        mid_bytes = mid.encode()
        number_id = ids.get(Extension.TRANSPORT_CC, _ABSENT) if transport_cc else _ABSENT
        self._number: i64 = number_id
        self._mid = (ids.get(Extension.MID, _ABSENT), mid_bytes)
        self._send_time = ids.get(Extension.ABS_SEND_TIME, _ABSENT)
        self._level: i64 = ids.get(Extension.AUDIO_LEVEL, _ABSENT)
        self._descriptor = ids.get(Extension.DEPENDENCY_DESCRIPTOR, _ABSENT)
        self._capture = ids.get(Extension.ABS_CAPTURE_TIME, _ABSENT)
        self._level_head = bytes(((self._level & 0x0F) << 4,))
        known = (
            self._number,
            self._mid[0],
            self._send_time,
            self._level,
            self._descriptor,
            self._capture,
        )
        self._short = all(ident < 15 for ident in known) and 0 < len(mid_bytes) <= 16  # noqa: PLR2004  RFC 8285 section 4.2
        self._number_head = bytes(((self._number & 0x0F) << 4 | 1,))
        self._usual = self._short and bool(self._number) and not self._send_time
        self._mid_element = (
            bytes((self._mid[0] << 4 | len(mid_bytes) - 1,)) + mid_bytes
            if self._short and self._mid[0]
            else b""
        )

    def put(
        self,
        out: BytesWriter,
        level: bytes | None,
        descriptor: bytes | None,
        capture: bytes | None,
        now: Instant,
        number: i64,
        *,
        with_mid: bool,
    ) -> bool:
        """Write the block with its head; says whether there is one. ``number`` may be extended.

        The short path is every packet of a browser but the first few; the longest is RFC 8285's
        two-byte form.
        """
        if self._usual and descriptor is None and capture is None and not with_mid:
            head: i64 = self._number << 4 | 1
            if not level or not self._level:
                put_32(out, _ONE_WORD)
                out.append(head)
                put_16(out, number)
                out.append(0)
                return True
            put_32(out, _TWO_WORDS)
            out.append(head)
            put_16(out, number)
            out.append(self._level << 4)
            out.append(level[0])
            out.append(0)
            put_16(out, 0)
            return True
        if capture is not None and self._capture:
            block = self._write_long(level, descriptor, capture, now, number, with_mid=with_mid)
        else:
            block = self._write(level, descriptor, now, number, with_mid=with_mid)
        out.write(block)
        return bool(block)

    def _write(
        self,
        level: bytes | None,
        descriptor: bytes | None,
        now: Instant,
        number: int,
        *,
        with_mid: bool,
    ) -> bytes:
        if not self._short or (descriptor is not None and len(descriptor) > 16):  # noqa: PLR2004  as above
            return self._write_long(level, descriptor, None, now, number, with_mid=with_mid)
        body = self._number_head + (number & 0xFFFF).to_bytes(2, "big") if self._number else b""
        if with_mid:
            body += self._mid_element
        if self._send_time:
            stamp = int(now * 262144.0) & 0xFFFFFF
            body += (self._send_time << 28 | 2 << 24 | stamp).to_bytes(4, "big")
        if level and self._level:
            body += self._level_head + level
        if descriptor and self._descriptor:
            body += bytes((self._descriptor << 4 | len(descriptor) - 1,)) + descriptor
        if not body:
            return b""
        size = len(body)
        return _ONE_BYTE_HEADS[size + 3 >> 2] + body + extensions.PADDING[size & 3]

    def _write_long(
        self,
        level: bytes | None,
        descriptor: bytes | None,
        capture: bytes | None,
        now: Instant,
        number: int,
        *,
        with_mid: bool,
    ) -> bytes:
        elements: list[tuple[int, bytes]] = []
        if self._number:
            elements.append((self._number, (number & 0xFFFF).to_bytes(2, "big")))
        if with_mid and self._mid[0]:
            elements.append(self._mid)
        if self._send_time:
            elements.append((self._send_time, (int(now * 262144.0) & 0xFFFFFF).to_bytes(3, "big")))
        if level and self._level:
            elements.append((self._level, level))
        if descriptor and self._descriptor:
            elements.append((self._descriptor, descriptor))
        if capture:
            elements.append((self._capture, capture))
        return extensions.build(elements)


def renumber(packet: bytes, ident: int, number: int) -> bytes:
    """Return a packet of ours under another transport number; the very same where it has none.

    ``ident`` is the extension's id in the packet's section. Only for a packet that has not gone
    out: under one SRTP nonce there must never be two (RFC 7714 section 5.1), and the header is
    authenticated too.
    """
    at = _number_at(packet, ident)
    if not at:
        return packet
    return packet[:at] + (number & 0xFFFF).to_bytes(2, "big") + packet[at + 2 :]


def read_number(packet: bytes, ident: int) -> int:
    """Return the transport number of a packet of ours, -1 where it has none."""
    at = _number_at(packet, ident)
    return packet[at] << 8 | packet[at + 1] if at else _NO_TRANSPORT_NUMBER


def _number_at(packet: bytes, ident: int) -> int:
    """Return where :class:`ExtensionWriter` wrote the number, 0 where it wrote none."""
    if not packet[0] & EXTENSION_BIT:
        return 0
    element = HEADER_BYTES + 4
    if packet[HEADER_BYTES] == extensions.ONE_BYTE >> 8:
        return element + 1 if packet[element] == ident << 4 | 1 else 0
    return element + 2 if packet[element : element + 2] == bytes((ident, 2)) else 0
