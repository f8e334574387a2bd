"""A sender of encodings in three temporal layers each, and a decoder that goes by descriptors.

The decoder decides as a browser's does, from picture id, TL0PICIDX, layer and sync mark. Each
payload also names the pictures it truly needs, so that a decision that was wrong is found out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

from media.clock import Instant
from media.plan import MediaPlan, SlotSection
from media.rtp import rtcp, vp8
from media.rtp.packet import parse_header, unwrap_rtx
from media.rtp.sequence import CYCLE, extend
from tests.support.packets import plan, publishing, rtp
from tests.support.packets import vp8 as payload_of

FRAME_S = 1 / 30
RIDS = ("q", "h", "f")
PATTERN = ((0, False), (2, True), (1, True), (2, False))
"""Layer and sync mark of each picture in turn (L1T3)."""
NEEDS = ((4,), (1,), (2,), (1, 2))
"""How many pictures back those stand that a picture of the pattern needs."""
NACK_EVERY_S = 0.05
PATIENCE_S = 0.3
PLI_EVERY_S = 0.5
RTX_SSRC = 500
SHOWN_PACKETS = 200
"""How many packets of an encoding name their section and rid."""
_TRUTH = struct.Struct("!BIBBII")
"""Encoding, picture, part, parts, and up to two pictures it needs (its own number: none)."""

Send = Callable[[bytes, bool], None]


def simulcast_plan(base: int) -> MediaPlan:
    """Three encodings of one picture, nothing announced."""
    voice, picture = publishing(base, announce=False)
    return MediaPlan((voice, replace(picture, rids=RIDS)), plan(base).slots)


class LayerSender:
    """One encoding."""

    def __init__(self, spatial: int, base: int, start: Instant) -> None:
        self.ssrc = base + spatial
        self.spatial = spatial
        self.paused = False
        self.frames = self.keyframes = 0
        self._start = start
        self._rtp_start = 77_777_777 * (spatial + 1)
        self._at = self._report_at = start + spatial * 0.001
        self._sequence = 65_400 + spatial * 100
        self._picture = 0x7F00 + spatial * 50
        self._tl0 = 250
        self._turn = self._rtx = 0
        self._keyframe_wanted = True
        self._history: dict[int, bytes] = {}

    def next_deadline(self) -> Instant:
        return min(self._at, self._report_at)

    def handle_timeout(self, now: Instant, send: Send) -> None:
        if now >= self._at:
            self._at += FRAME_S
            if not self.paused:
                self._send_frame(now, send)
        if now >= self._report_at:
            self._report_at += 1.0
            if not self.paused:
                report = rtcp.SenderReport(
                    self.ssrc, int(now * (1 << 32)), self._timestamp(now), 1, 1
                )
                send(rtcp.build_sr(report), True)

    def _timestamp(self, now: Instant) -> int:
        return self._rtp_start + round((now - self._start) * 90_000) & 0xFFFFFFFF

    def _send_frame(self, now: Instant, send: Send) -> None:
        is_key, self._keyframe_wanted = self._keyframe_wanted, False
        if is_key:
            self._turn = 0
            self.keyframes += 1
        layer, sync = PATTERN[self._turn % 4]
        needs = [] if is_key else [self.frames - back for back in NEEDS[self._turn % 4]]
        needs += [self.frames] * (2 - len(needs))
        self._turn += 1
        self._picture += 1
        self._tl0 += layer == 0
        parts = self.spatial + 1
        for part in range(parts):
            self._sequence += 1
            truth = _TRUTH.pack(self.spatial, self.frames, part, parts, *needs)
            body = bytes((0 if is_key else 1,)) + truth + bytes(300)
            shown = {4: b"v", 10: RIDS[self.spatial].encode()}
            packet = rtp(
                self._sequence,
                ssrc=self.ssrc,
                timestamp=self._timestamp(now),
                marker=part == parts - 1,
                payload=payload_of(
                    self._picture, tl0=self._tl0, layer=layer, sync=sync and not is_key,
                    start=part == 0, body=body,
                ),
                elements=shown if len(self._history) < SHOWN_PACKETS else None,
            )  # fmt: skip
            self._history[self._sequence & 0xFFFF] = packet
            send(packet, False)
        self.frames += 1

    def handle_rtcp(self, packet: rtcp.Packet, send: Send) -> None:
        match packet:
            case rtcp.Pli(_, ssrc) if ssrc == self.ssrc:
                self._keyframe_wanted = True
            case rtcp.Nack(_, ssrc, lost) if ssrc == self.ssrc:
                for number in lost:
                    if number in self._history:
                        self._send_again(self._history[number], send)

    def _send_again(self, original: bytes, send: Send) -> None:
        self._rtx += 1
        header = parse_header(original)
        again = rtp(
            self._rtx,
            payload_type=97,
            ssrc=self.ssrc + RTX_SSRC,
            timestamp=header[3],
            marker=bool(header[1] & 0x80),
            payload=struct.pack("!H", header[2]) + original[header[7] :],
            elements={4: b"v", 11: RIDS[self.spatial].encode()},
        )
        send(again, False)


@dataclass(frozen=True)
class Part:
    """One packet as the decoder holds it; ``picture`` None for one without content."""

    picture: vp8.Picture | None
    starts: bool
    ends: bool
    is_key: bool
    truth: tuple[int, ...]
    timestamp: int


class LayerDecoder:
    """One slot's picture. Fails where what is sent contradicts itself."""

    def __init__(self, section: SlotSection, start: Instant) -> None:
        self._section = section
        self._parts: dict[int, Part] = {}
        self._missing: dict[int, list[float]] = {}
        self._highest: int | None = None
        self._next = 0
        self._look_at = self._pli_at = start
        self._base: tuple[int, int] | None = None  # TL0PICIDX and picture id of the last base
        self._ids: set[int] = set()
        self._true: set[tuple[int, int]] = set()
        self.shown: list[tuple[Instant, int, int, int]] = []
        """When, encoding, temporal layer and timestamp of each picture shown."""
        self.plis = self.wrong = self.conflicts = self.empty = 0

    def next_deadline(self) -> Instant:
        return self._look_at

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        header = parse_header(packet)
        if header[4] == self._section.rtx_ssrc:
            original = unwrap_rtx(packet, header, 96, self._section.ssrc)
            assert original is not None
            packet, header = original, parse_header(original)
        if header[4] != self._section.ssrc:
            return
        if self._highest is None:
            self._highest = self._next = CYCLE + header[2]
        number = extend(header[2], self._highest)
        for missing in range(self._highest + 1, number):
            self._missing[missing] = [now, 0, now]
        self._highest = max(self._highest, number)
        self._missing.pop(number, None)
        if not self.shown:
            self._next = min(self._next, number)
        part = _read(packet[header[7] :], ends=bool(header[1] & 0x80), timestamp=header[3])
        if number in self._parts:
            self.conflicts += self._parts[number] != part
            return
        self.empty += part.picture is None
        self._parts[number] = part
        self._decode(now)

    def _decode(self, now: Instant) -> None:
        while (part := self._parts.get(self._next)) is not None:
            end = self._end_of(self._next)
            if end is None and part.starts:
                return
            if part.starts:
                assert end is not None
                self._show(part, now)
                self._next = end
            else:
                self._next += 1  # nothing, or the rest of a picture given up

    def _end_of(self, first: int) -> int | None:
        """The number after a whole picture's last part."""
        at = first
        while (part := self._parts.get(at)) is not None:
            if part.ends:
                return at + 1
            if at > first and part.starts:
                return at  # it was never finished: the next has begun
            at += 1
        return None

    def _show(self, part: Part, now: Instant) -> None:
        assert part.picture is not None
        number, _, _, tl0, _, layer, _ = part.picture
        if part.is_key:
            self._ids.clear()
        elif not self._is_decodable(part.picture):
            return
        if layer == 0:
            self._base = (tl0, number)
        self._ids.add(number)
        encoding, frame, _, _, *needs = part.truth
        self.wrong += not part.is_key and any(
            need != frame and (encoding, need) not in self._true for need in needs
        )
        self._true.add((encoding, frame))
        self.shown.append((now, encoding, layer, part.timestamp))

    def _is_decodable(self, picture: vp8.Picture) -> bool:
        """What a browser concludes from the descriptor (RFC 7741 section 4.2)."""
        number, _, _, tl0, _, layer, sync = picture
        if self._base is None:
            return False
        if layer == 0:
            return tl0 == self._base[0] + 1 & 0xFF
        between = range(1, (number - self._base[1]) & 0x7FFF)
        return tl0 == self._base[0] and (
            sync or all((self._base[1] + step) & 0x7FFF in self._ids for step in between)
        )

    def _skip_what_is_lost(self, now: Instant) -> None:
        waiting = self._missing.get(self._next)
        if self._highest is None or self._next > self._highest or self._next in self._parts:
            if self._next not in self._parts:
                return
            # A picture begun lacks a part: has it been waited for?
            at = self._next
            while at in self._parts:
                at += 1
            waiting = self._missing.get(at)
        if waiting is not None and now - waiting[2] < PATIENCE_S:
            return
        later = [n for n in self._parts if n > self._next and self._parts[n].starts]
        if later:
            self._next = min(later)
            self._decode(now)

    def handle_timeout(self, now: Instant, send: Send) -> None:
        self._look_at = now + NACK_EVERY_S
        asked = []
        for number, state in list(self._missing.items()):
            if state[1] >= 10:
                del self._missing[number]
            elif now >= state[0]:
                state[0], state[1] = now + 2 * NACK_EVERY_S, state[1] + 1
                asked.append(number)
        ssrc = self._section.ssrc
        if asked:
            send(rtcp.build_rr(7) + rtcp.build_nack(7, ssrc, sorted(asked)), True)
        self._skip_what_is_lost(now)
        stuck = self._highest is not None and (not self.shown or now - self.shown[-1][0] > 0.5)
        if stuck and now >= self._pli_at:
            self._pli_at = now + PLI_EVERY_S
            self.plis += 1
            send(rtcp.build_rr(7) + rtcp.build_pli(7, ssrc), True)


def _read(payload: bytes, *, ends: bool, timestamp: int) -> Part:
    picture = vp8.parse(payload)
    if picture is None:
        assert not payload, "a descriptor was broken on the way"
        return Part(None, False, False, False, (), timestamp)
    truth = _TRUTH.unpack_from(payload, 7)
    return Part(picture, bool(payload[0] & 0x10), ends, not payload[6] & 1, truth, timestamp)
