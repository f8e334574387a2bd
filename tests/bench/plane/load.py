"""The load: voice and picture of many people from one process, in a loop that does little else.

Each person sends 50 voice packets of 120 B and 150 picture packets of 1,100 B a second, with
header extensions. One picture packet in a hundred is lost on the way up (it is kept, and sent as
RTX when it is asked for) and one in a hundred on the way down (it is asked for again). Voice
carries the time it was sent, so that its delay can be read.
"""

from __future__ import annotations

import random
import resource
import select
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.plane.peers import EXTENSIONS, Line, scratch
from tests.support.peer import OPUS, VP8, VP8_RTX

VOICE_BYTES, PICTURE_BYTES = 120, 1100
TICK_S = 0.02
PICTURES_A_TICK = 3
LOSS = 0.01
READS = 16

_header = struct.Struct("!BBHII")
_extension = struct.Struct("!HHBHBBBBB")
_stamp = struct.Struct("!d")
_nack = struct.Struct("!BBHIIHH")
_EMPTY_REPORT = b"\x80\xc9\x00\x01\x00\x00\x00\x07"
_HEADER_BYTES = _header.size + 12


@dataclass
class Outcome:
    """What the load saw in its measured window."""

    seconds: float = 0.0
    sent: int = 0
    received: int = 0
    retransmitted: int = 0
    asked: int = 0
    feedback: int = 0
    delays_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    """How late the load itself was with its sends: what its own lack of speed adds."""
    own_cpu_s: float = 0.0


class Load:
    """Drives lines for some seconds. ``seed`` fixes what is lost."""

    def __init__(self, lines: list[Line], seed: int = 1) -> None:
        self._lines = lines
        self._random = random.Random(seed)
        self._buffer = scratch()
        self._senders = [line for line in lines if line.sends]
        self._poll = select.epoll()
        self._by_fd = {line.socket.fileno(): line for line in lines}
        for fd in self._by_fd:
            self._poll.register(fd, select.EPOLLIN)
        self.outcome = Outcome()
        self._filler = bytes(PICTURE_BYTES)

    def run(self, seconds: float, between: Callable[[], None] | None = None) -> Outcome:
        """Send and receive for so long; ``between`` is called about every 10 ms."""
        self.outcome = out = Outcome()
        before = resource.getrusage(resource.RUSAGE_SELF)
        count = max(1, len(self._senders))
        step = TICK_S / count
        start = time.monotonic()
        turn, now, next_between = 0, start, start
        while now - start < seconds:
            due = start + turn * step
            while self._senders and due <= now:
                out.late_ms.append((now - due) * 1000)
                self._tick(self._senders[turn % count], now)
                turn += 1
                due = start + turn * step
            wait = due - time.monotonic() if self._senders else 0.005
            for fd, _ in self._poll.poll(max(0.0, min(wait, 0.005))):
                self._drain(self._by_fd[fd])
            now = time.monotonic()
            if between is not None and now >= next_between:
                between()
                next_between = now + 0.01
        after = resource.getrusage(resource.RUSAGE_SELF)
        out.seconds = now - start
        out.own_cpu_s = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
        return out

    def close(self) -> None:
        """Let go of the sockets."""
        self._poll.close()

    # --- up -------------------------------------------------------------------------------------

    def _tick(self, line: Line, now: float) -> None:
        self._send(line, line.ssrcs.voice, OPUS, _stamp.pack(now), VOICE_BYTES, 960)
        for part in range(PICTURES_A_TICK):
            marker = 0x80 if part == PICTURES_A_TICK - 1 else 0
            self._send(line, line.ssrcs.picture, VP8 | marker, b"\x10", PICTURE_BYTES, 1800)

    def _send(
        self, line: Line, ssrc: int, second: int, start: bytes, size: int, clock: int
    ) -> None:
        number = line.sequence.get(ssrc, 0)
        line.sequence[ssrc] = number + 1
        transport = line.transport_number = (line.transport_number + 1) & 0xFFFF
        header = _header.pack(0x90, second, number & 0xFFFF, number * clock & 0xFFFFFFFF, ssrc)
        extension = _extension.pack(
            0xBEDE, 2, EXTENSIONS["transport_cc"] << 4 | 1, transport,
            EXTENSIONS["audio_level"] << 4, 0x85, 0, 0, 0,
        )  # fmt: skip
        body = start + self._filler[: size - _HEADER_BYTES - len(start)]
        packet = header + extension + body
        if second & 0x7F == VP8 and self._random.random() < LOSS:
            line.lost[number & 0xFFFF] = packet
            return
        self._protect_and_send(line, packet, rtcp=False)
        self.outcome.sent += 1

    def _protect_and_send(self, line: Line, packet: bytes, *, rtcp: bool) -> None:
        size = line.tx.protect(self._buffer, packet, rtcp=rtcp)
        try:
            line.socket.sendto(self._buffer.view[:size], line.gateway)
        except BlockingIOError:
            return

    def _resend(self, line: Line, wanted: int) -> None:
        packet = line.lost.pop(wanted, None)
        if packet is None:
            return
        ssrc = line.ssrcs.repair
        number = line.sequence.get(ssrc, 0)
        line.sequence[ssrc] = number + 1
        first, second, original, stamp, _ = _header.unpack_from(packet)
        header = _header.pack(first, second & 0x80 | VP8_RTX, number & 0xFFFF, stamp, ssrc)
        body = packet[_header.size : _HEADER_BYTES] + original.to_bytes(2, "big")
        self._protect_and_send(line, header + body + packet[_HEADER_BYTES:], rtcp=False)
        self.outcome.retransmitted += 1

    # --- down -----------------------------------------------------------------------------------

    def _drain(self, line: Line) -> None:
        view = self._buffer.view
        for _ in range(READS):
            try:
                size = line.socket.recv_into(view)
            except BlockingIOError:
                return
            if size < 12 or view[0] & 0xC0 != 0x80:
                continue
            if 64 <= view[1] & 0x7F < 96:
                self._handle_rtcp(line, size)
            else:
                self.outcome.received += 1
                self._handle_rtp(line, size)

    def _handle_rtp(self, line: Line, size: int) -> None:
        """Read the time in a voice packet; ask again for a picture packet in a hundred."""
        view = self._buffer.view
        if size < 400:
            if line.rx.unprotect(self._buffer, size, rtcp=False) > 0:
                extended = 4 + 4 * int.from_bytes(view[14:16], "big") if view[0] & 0x10 else 0
                (sent,) = _stamp.unpack_from(view, 12 + extended)
                self.outcome.delays_ms.append((time.monotonic() - sent) * 1000)
        elif self._random.random() < LOSS:
            ssrc = int.from_bytes(view[8:12], "big")
            sequence = int.from_bytes(view[2:4], "big")
            report = _nack.pack(0x81, 205, 3, line.ssrcs.picture, ssrc, sequence, 0)
            self._protect_and_send(line, _EMPTY_REPORT + report, rtcp=True)
            self.outcome.asked += 1

    def _handle_rtcp(self, line: Line, size: int) -> None:
        buffer = self._buffer
        plain = line.rx.unprotect(buffer, size, rtcp=True)
        data, at = buffer.raw[0 : max(plain, 0)], 0
        while at + 4 <= len(data):
            kind, form = data[at + 1], data[at] & 0x1F
            end = at + 4 * (int.from_bytes(data[at + 2 : at + 4], "big") + 1)
            if kind == 205 and form == 15:
                self.outcome.feedback += 1
            elif kind == 205 and form == 1:
                for spot in range(at + 12, end, 4):
                    first = int.from_bytes(data[spot : spot + 2], "big")
                    mask = int.from_bytes(data[spot + 2 : spot + 4], "big")
                    for bit in range(17):
                        if bit == 0 or mask >> (bit - 1) & 1:
                            self._resend(line, first + bit & 0xFFFF)
            at = end
