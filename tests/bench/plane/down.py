"""The load's receiving half: counts, delays, what is asked for again, and RTCP."""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Callable
from typing import Any

import pylibsrtp._binding as srtp

from tests.bench.plane.batches import SLOT_BYTES, Batch
from tests.bench.plane.heard import Stream
from tests.bench.plane.line import Line
from tests.bench.plane.outcome import Outcome

SLOTS = 32
LOSS = 0.01
VOICE_MAX_BYTES = 400
ONE_BYTE = 0xBEDE
_rtp = struct.Struct("!BBHIIHHBH")
"""The header, and what a block of extensions begins with: all that is sent here is longer."""
_nack = struct.Struct("!BBHIIHH")
_stamp = struct.Struct("!d")
_unprotect = srtp.lib.srtp_unprotect
_unprotect_rtcp = srtp.lib.srtp_unprotect_rtcp


class Down:
    """Reads what comes. ``send`` sends RTCP, ``resend`` answers a NACK."""

    def __init__(
        self,
        seed: int,
        send: Callable[[Line, bytes], None],
        resend: Callable[[Line, int], None],
    ) -> None:
        self._random = random.Random(seed).random
        self._batch = Batch(SLOTS, stamped=True)
        self._length: Any = srtp.ffi.new("int *")
        self._send, self._resend = send, resend
        self.outcome = Outcome()
        self.delays: list[float] = []

    def read(self, line: Line) -> None:
        """Take all that waits on one socket."""
        batch, view = self._batch, self._batch.view
        while True:
            count = batch.receive(line.descriptor)
            for slot in range(count):
                at, size = slot * SLOT_BYTES, batch.size(slot)
                if size >= 12 and view[at] & 0xC0 == 0x80:
                    if 64 <= view[at + 1] & 0x7F < 96:
                        self._handle_rtcp(line, slot, size)
                    else:
                        self._handle_rtp(line, slot, size)
                elif view[at : at + 2] == b"\0\1" and line.peer is not None:
                    line.peer.handle_check(bytes(view[at : at + size]))
            if count < SLOTS:
                return

    # --- RTP ------------------------------------------------------------------------------------

    def _handle_rtp(self, line: Line, slot: int, size: int) -> None:
        batch, at = self._batch, slot * SLOT_BYTES
        self.outcome.received += 1
        first, second, number, _, ssrc, profile, _, head, transport = _rtp.unpack_from(
            batch.view, at
        )
        stream = line.heard.streams.get(ssrc)
        if stream is None:
            stream = line.heard.streams[ssrc] = Stream(number)
        repair = second & 0x7F in line.repair_types
        if repair:
            self.outcome.repaired += 1
        elif size >= VOICE_MAX_BYTES and self._random() < LOSS:
            # Lost on its way down: heard by nobody, numbered by nobody, asked for again.
            stream.lost += 1
            self._ask(line, ssrc, number)
            return
        # Repairs and what they overtake differ by little: the newest is right at any report.
        stream.newest = number
        if line.number_id:
            # Nearly always the first element of a short block.
            if first & 0x10 and profile == ONE_BYTE and head == line.number_id << 4 | 1:
                line.heard.arrivals.record(transport, batch.arrived(slot))
            else:
                self._note_number(line, at, batch.arrived(slot))
        if size < VOICE_MAX_BYTES:
            self._read_delay(line, slot, size)

    def _ask(self, line: Line, ssrc: int, number: int) -> None:
        if line.rx is not None:
            # Behind a report on the same stream, as browsers send it: Janus goes by that.
            report = line.heard.report_on(ssrc, line.ssrcs.picture)
            self._send(line, report + _nack.pack(0x81, 205, 3, line.ssrcs.picture, ssrc, number, 0))
            self.outcome.asked += 1

    def _note_number(self, line: Line, at: int, arrived: float) -> None:
        """The transport-wide number, from the header extension, which SRTP leaves clear."""
        view = self._batch.view
        if not view[at] & 0x10 or view[at + 12 : at + 14] != b"\xbe\xde":
            return
        spot = at + 16
        end = spot + 4 * (view[at + 14] << 8 | view[at + 15])
        while spot < end:
            first = view[spot]
            if first >> 4 == line.number_id:
                line.heard.arrivals.record(view[spot + 1] << 8 | view[spot + 2], arrived)
                return
            spot += 2 + (first & 0xF) if first else 1

    def _read_delay(self, line: Line, slot: int, size: int) -> None:
        batch, at = self._batch, slot * SLOT_BYTES
        view, length = batch.view, self._length
        length[0] = size
        if line.rx is not None and _unprotect(line.rx, batch.at[slot], length) != 0:
            self.outcome.forged += 1
            return
        extended = 4 + 4 * (view[at + 14] << 8 | view[at + 15]) if view[at] & 0x10 else 0
        (sent,) = _stamp.unpack_from(view, at + 12 + extended)
        self.delays.append(batch.arrived(slot) - sent)

    # --- RTCP -----------------------------------------------------------------------------------

    def _handle_rtcp(self, line: Line, slot: int, size: int) -> None:
        batch, length = self._batch, self._length
        length[0] = size
        if line.rx is not None and _unprotect_rtcp(line.rx, batch.at[slot], length) != 0:
            self.outcome.forged += 1
            return
        start = slot * SLOT_BYTES
        data, at = bytes(batch.view[start : start + length[0]]), 0
        while at + 4 <= len(data):
            end = at + 4 * (int.from_bytes(data[at + 2 : at + 4], "big") + 1)
            self._handle_message(line, data[at + 1], data[at] & 0x1F, data[at:end])
            at = end

    def _handle_message(self, line: Line, kind: int, form: int, message: bytes) -> None:
        if kind == 200:
            ssrc, ntp = struct.unpack_from("!IQ", message, 4)
            line.heard.note_report(ssrc, ntp >> 16 & 0xFFFFFFFF, time.time())
        elif kind == 206 and form in {1, 4}:  # PLI, FIR
            line.wants_key = True
        elif kind == 205 and form == 15:
            self.outcome.feedback += 1
        elif kind == 205 and form == 1:
            for spot in range(12, len(message), 4):
                first, mask = struct.unpack_from("!HH", message, spot)
                for bit in range(17):
                    if bit == 0 or mask >> (bit - 1) & 1:
                        self._resend(line, first + bit & 0xFFFF)
