"""A browser as the router sees one: pictures and voice out, frames in, NACK, RTX and PLI.

Much simpler than a real one, and strict where a real one would conceal: a frame counts only when it
is whole and the one before it was decoded, or it is a keyframe.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from media.clock import Instant
from media.forwarding.header_extensions import ExtensionReader
from media.forwarding.transport_feedback import TransportFeedback
from media.ids import EndpointId
from media.plan import MediaPlan, SlotSection
from media.rtp import rtcp
from media.rtp.packet import parse_header, unwrap_rtx
from media.rtp.sequence import CYCLE, extend
from tests.support.packets import rtp, rtx

FRAME_S = 1 / 30
VOICE_S = 0.02
PACKETS_A_FRAME = 4
PACKET_BYTES = 900
KEYFRAME_FACTOR = 5
NACK_EVERY_S = 0.05
MAX_NACKS = 10
PLI_EVERY_S = 0.5
REPORT_EVERY_S = 1.0
FEEDBACK_EVERY_S = 0.1
_FRAME = struct.Struct("!cBIBB")


class Sender:
    """One picture and one voice, as the plan's publishing sections say."""

    def __init__(self, base: int, start: Instant) -> None:
        self.base = base
        self._start = self._frame_at = self._voice_at = self._report_at = start
        self._sequence = 65_000  # so that a run passes the wrap
        self._voice = self._rtx = self._transport = 0
        self._history: dict[int, bytes] = {}
        self._keyframe_wanted = True
        self.frames = self.keyframes = self.retransmitted = 0
        self.packets = 0
        self.paused = False
        self.worth_bps: int | None = None
        """What the picture may be sent with, once that was said."""

    def next_deadline(self) -> Instant:
        frame_at, voice_at = self._frame_at, self._voice_at
        at = frame_at if frame_at < voice_at else voice_at
        return at if at < self._report_at else self._report_at

    def handle_timeout(self, now: Instant, send: Callable[[bytes, bool], None]) -> None:
        if now >= self._frame_at:
            self._frame_at += FRAME_S
            if not self.paused:
                self._send_frame(now, send)
        if now >= self._voice_at:
            self._voice_at += VOICE_S
            if not self.paused:
                self._voice += 1
                send(self._packet(self._voice, now, 48_000, b"v" * 80, voice=True), False)
        if now >= self._report_at:
            self._report_at += REPORT_EVERY_S
            for ssrc, clock in ((self.base, 90_000), (self.base + 500, 48_000)):
                ntp = int(now * (1 << 32))
                report = rtcp.SenderReport(ssrc, ntp, self._timestamp(now, clock), 1, 1)
                send(rtcp.build_sr(report) + rtcp.build_sdes(ssrc, b"browser"), True)

    def _timestamp(self, now: Instant, clock: int) -> int:
        return round((now - self._start) * clock) & 0xFFFFFFFF

    def _send_frame(self, now: Instant, send: Callable[[bytes, bool], None]) -> None:
        if self.worth_bps == 0:
            return
        is_key, self._keyframe_wanted = self._keyframe_wanted, False
        self.keyframes += is_key
        count, size = self._cut(is_key)
        for index in range(count):
            first = b"\x10" if index == 0 else b"\x00"
            facts = _FRAME.pack(first, 0 if is_key else 1, self.frames, index, count)
            self._sequence += 1
            marker = index == count - 1
            packet = self._packet(self._sequence, now, 90_000, facts + bytes(size), marker=marker)
            self._history[self._sequence & 0xFFFF] = packet
            self._history.pop(self._sequence - 500 & 0xFFFF, None)
            self.packets += 1
            send(packet, False)
        self.frames += 1

    def _cut(self, is_key: bool) -> tuple[int, int]:
        """How many packets a frame has, and how much is in each."""
        whole = PACKETS_A_FRAME * PACKET_BYTES
        if self.worth_bps is None or self.worth_bps * FRAME_S / 8 >= whole:
            return PACKETS_A_FRAME, PACKET_BYTES
        size = self.worth_bps * FRAME_S / 8 * (KEYFRAME_FACTOR if is_key else 1)
        count = max(1, min(PACKETS_A_FRAME, round(size / PACKET_BYTES + 0.5)))
        return count, int(min(PACKET_BYTES, size / count))

    def _packet(
        self,
        sequence: int,
        now: Instant,
        clock: int,
        payload: bytes,
        *,
        voice: bool = False,
        marker: bool = False,
    ) -> bytes:
        self._transport += 1
        return rtp(
            sequence,
            payload_type=111 if voice else 96,
            ssrc=self.base + 500 if voice else self.base,
            timestamp=self._timestamp(now, clock),
            payload=payload,
            marker=marker,
            elements={3: (self._transport & 0xFFFF).to_bytes(2, "big")},
        )

    def handle_rtcp(self, packet: rtcp.Packet, send: Callable[[bytes, bool], None]) -> None:
        match packet:
            case rtcp.Pli(_, ssrc) if ssrc == self.base:
                self._keyframe_wanted = True
            case rtcp.Nack(_, ssrc, lost) if ssrc == self.base:
                for number in lost:
                    if number in self._history:
                        self._rtx += 1
                        self.retransmitted += 1
                        original = self._history[number]
                        header = parse_header(original)
                        bare = original[:1].replace(b"\x90", b"\x80") + original[1:12]
                        send(
                            rtx(bare + original[header[7] :], self._rtx, ssrc=self.base + 1), False
                        )


class Receiver:
    """One slot's picture: puts frames together, asks for what is missing."""

    def __init__(self, section: SlotSection, start: Instant) -> None:
        self._section = section
        self._packets: dict[int, tuple[int, int, int, bool]] = {}
        self._missing: dict[int, list[float]] = {}  # number -> [due, tries]
        self._highest: int | None = None
        self._look_at = start
        self._pli_at = start
        self._done = 0  # numbers below belong to frames decoded or given up
        self.decoded: list[int] = []
        self.decoded_at: list[Instant] = []
        self.received = 0
        self.conflicts = 0
        self.plis = 0

    def next_deadline(self) -> Instant:
        return self._look_at

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        header = parse_header(packet)
        if header[4] == self._section.rtx_ssrc:
            original = unwrap_rtx(packet, header, 96, self._section.ssrc)
            if original is None:
                return  # padding: a probe of the line
            packet, header = original, parse_header(original)
        if header[4] != self._section.ssrc:
            return
        if self._highest is None:
            self._highest = self._done = CYCLE + header[2]
        number = extend(header[2], self._highest)
        for missing in range(self._highest + 1, number):
            self._missing[missing] = [now, 0]
        self._highest = max(self._highest, number)
        if not self.decoded:  # the first packet may have overtaken the frame's others
            self._done = min(self._done, number)
        self._missing.pop(number, None)
        _, delta, frame, index, count = _FRAME.unpack_from(packet, header[7])
        facts = (frame, index, count, not delta)
        if number in self._packets:
            self.conflicts += self._packets[number] != facts
            return
        self._packets[number] = facts
        self.received += 1
        self._decode(now)

    def _decode(self, now: Instant) -> None:
        while self._whole(self._done):
            frame, _, count, is_key = self._packets[self._done]
            if is_key or (self.decoded and self.decoded[-1] == frame - 1):
                self.decoded.append(frame)
                self.decoded_at.append(now)
            self._done += count

    def _whole(self, first: int) -> bool:
        facts = self._packets.get(first)
        if facts is None or facts[1] != 0:
            return False
        return all(first + index in self._packets for index in range(facts[2]))

    def _skip_to_keyframe(self) -> None:
        for number in sorted(n for n in self._packets if n > self._done):
            _, index, _, is_key = self._packets[number]
            if is_key and index == 0 and self._whole(number):
                self._done = number
                return

    def handle_timeout(self, now: Instant, send: Callable[[bytes, bool], None]) -> None:
        self._look_at = now + NACK_EVERY_S
        asked = []
        for number, state in list(self._missing.items()):
            if state[1] >= MAX_NACKS:
                del self._missing[number]
            elif now >= state[0]:
                state[0], state[1] = now + 2 * NACK_EVERY_S, state[1] + 1
                asked.append(number)
        ssrc = self._section.ssrc
        if asked:
            send(rtcp.build_rr(7) + rtcp.build_nack(7, ssrc, sorted(asked)), True)
        stuck = self._highest is not None and (
            not self.decoded_at or now - self.decoded_at[-1] > PLI_EVERY_S
        )
        if stuck:
            self._skip_to_keyframe()
            self._decode(now)
            if now >= self._pli_at:
                self._pli_at = now + PLI_EVERY_S
                self.plis += 1
                send(rtcp.build_rr(7) + rtcp.build_pli(7, ssrc), True)


class Arrivals:
    """Transport-cc feedback on all an endpoint is sent, where its slots have such numbers."""

    def __init__(self, plan: MediaPlan, start: Instant) -> None:
        sections = [s for slot in plan.slots for s in (slot.audio, slot.video) if s is not None]
        self._readers = {
            ssrc: ExtensionReader(section.extensions, transport_cc=section.transport_cc)
            for section in sections
            for ssrc in (section.ssrc, section.rtx_ssrc)
            if ssrc is not None
        }
        self._due = start if any(section.transport_cc for section in sections) else float("inf")
        self._feedback = TransportFeedback()
        self.numbers: list[int] = []

    def next_deadline(self) -> Instant:
        return self._due

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        header = parse_header(packet)
        reader = self._readers.get(header[4])
        number = -1 if reader is None else reader.read(packet, header[5], header[6], header[7])[0]
        if number >= 0:
            self.numbers.append(number)
            self._feedback.record(number, now)

    def handle_timeout(self, now: Instant, send: Callable[[bytes, bool], None]) -> None:
        self._due = now + FEEDBACK_EVERY_S
        for information in self._feedback.take():
            told = rtcp.build_feedback(rtcp.RTPFB, rtcp.FMT_TRANSPORT_CC, 7, 0, information)
            send(rtcp.build_rr(7) + told, True)


class Browser:
    """One endpoint of a call. ``outbox`` fills with (packet, is control)."""

    def __init__(self, endpoint: EndpointId, base: int, plan: MediaPlan, start: Instant) -> None:
        self.endpoint = endpoint
        self.plan = plan
        self.sender = Sender(base, start)
        self.receivers = [Receiver(slot.video, start) for slot in plan.slots if slot.video]
        self.arrivals = Arrivals(plan, start)
        self.voice: set[tuple[int, int]] = set()
        self.feedback: list[rtcp.Packet] = []
        self.outbox: list[tuple[bytes, bool]] = []

    def _send(self, packet: bytes, control: bool) -> None:
        self.outbox.append((packet, control))

    def next_deadline(self) -> Instant:
        # Comparisons, not calls: asked at every step of a simulation.
        at, due = self.sender.next_deadline(), self.arrivals._due
        at = due if due < at else at
        for receiver in self.receivers:
            due = receiver._look_at
            at = due if due < at else at
        return at

    def handle_timeout(self, now: Instant) -> None:
        if now >= self.sender.next_deadline():
            self.sender.handle_timeout(now, self._send)
        if now >= self.arrivals.next_deadline():
            self.arrivals.handle_timeout(now, self._send)
        for receiver in self.receivers:
            if now >= receiver.next_deadline():
                receiver.handle_timeout(now, self._send)

    def handle_packet(self, packet: bytes, control: bool, now: Instant) -> None:
        if control:
            for each in rtcp.parse(packet):
                self.feedback.append(each)
                self.sender.handle_rtcp(each, self._send)
            return
        self.arrivals.handle_rtp(packet, now)
        header = parse_header(packet)
        if header[1] & 0x7F == 111:
            self.voice.add((header[4], header[2]))
        for receiver in self.receivers:
            if header[4] in (receiver._section.ssrc, receiver._section.rtx_ssrc):
                receiver.handle_rtp(packet, now)

    def drain(self) -> list[tuple[bytes, bool]]:
        outbox, self.outbox = self.outbox, []
        return outbox
