"""One part while it is recorded: packets to frames, frames to files.

Rule 1: of several encodings the best that is alive is taken, and it is gone over to at a keyframe;
until then the one before goes on. Where that had ended what is between is a gap.
Rule 2: a picture's file begins with a keyframe. Another codec begins another file, and so does what
the head of the one before cannot say.
Rule 3: a camera that was off is in no file: what comes after is another one, and between there is
nothing to be seen.
Rule 4: another source (SSRC) goes on in the same file, as its time is the same.
Rule 5: a voice is placed when it was spoken. Its packet comes when its last sample was, and so do
browsers tell of it in their reports (libwebrtc's ``RTCPSender::SetLastRtpTime`` takes the time at
which a voice's packet is sent for that of its timestamp); and what an encoder of Opus is given is
heard by its look-ahead later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from media.channel import RecordedFile
from recording.inbox import Packet, Report
from recording.muxer import KINDS
from recording.part_file import FileMaker, Look, Part, PartFile
from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Depacketizer, Frame, Gap, Sample
from recording.samples.voice import duration
from recording.timeline import Timeline

ALIVE_S: Final = 1.0
"""An encoding unheard for so long is not waited for."""
WAIT_S: Final = 0.3
"""How long a picture may take to be whole. What goes on after a loss waits for a keyframe."""
OFF_S: Final = 2.0
"""A picture that stood still for so long, though nothing of it was lost, was not sent."""
MOST_OFF: Final = 100
"""So often in a segment: its files have numbers."""
ASK_S: Final = 1.0
"""How often a keyframe is asked for while one is needed; the engine asks no more often either."""
SOUND: Final = frozenset({"opus", "red"})
USUAL: Final = 960
"""How long a browser's packets of voice are until it is asked for others, in samples."""
LOOK_AHEAD: Final = 312
"""What libopus reports for a voice at 48 kHz (``OPUS_GET_LOOKAHEAD``), in samples."""


@dataclass(slots=True)
class _Source:
    """One SSRC, or one numbering of it."""

    name: str
    epoch: int
    codec: str
    family: str
    rate: int
    frames: Depacketizer
    heard_at: float
    ahead: int
    """How much later its packets come, and are told of, than what is in them was: in ticks."""
    waits_since: float | None = None
    """Since when packets come and no frame of them."""
    size: tuple[int, int] = (0, 0)
    setup: bytes = b""


class Track:
    """``ask`` has a keyframe asked for; ``make`` begins a file. Raises what files raise."""

    def __init__(
        self, part: Part, person: str, timeline: Timeline, make: FileMaker, ask: Callable[[], None]
    ) -> None:
        self._part = part
        self._person = person
        self._timeline = timeline
        self._make = make
        self._ask = ask
        self._asked_at = float("-inf")
        self._sources: dict[int, _Source] = {}
        self._reports: dict[int, Report] = {}
        """The last of an encoding that nothing has come of yet."""
        self._current = -1
        self._file: PartFile | None = None
        self._files: list[RecordedFile] = []

    def packet(self, packet: Packet) -> None:
        """Take a packet."""
        source = self._source_of(packet)
        if source is None:
            return
        source.heard_at = packet.arrived
        timestamp = int.from_bytes(packet.data[4:8], "big")
        self._timeline.packet(source.name, timestamp + source.ahead, packet.arrived)
        wanted = self._best(packet.arrived)
        if packet.encoding not in {self._current, wanted}:
            return
        if wanted != self._current:
            self._want_keyframe(packet.arrived)
        if source.waits_since is None:
            source.waits_since = packet.arrived
        elif packet.arrived - source.waits_since > WAIT_S and source.family != "opus":
            self._want_keyframe(packet.arrived)
        self._take(packet.encoding, source, source.frames.feed(packet.data, packet.arrived))

    def report(self, report: Report) -> None:
        """Take a sender report."""
        source = self._sources.get(report.encoding)
        if source is None:
            self._reports[report.encoding] = report
        else:
            self._tell(source, report)

    def tick(self, now: float) -> None:
        """It is so late."""
        if self._file is not None:
            self._file.tick(now)

    def close(self, missed: float | None = None) -> tuple[RecordedFile, ...]:
        """Wait for nothing any more, and close what is open. Returns the files.

        ``missed`` is when the last packet came that there was no room for, if none came after it.
        """
        source = self._sources.get(self._current)
        if source is not None:
            self._take(self._current, source, source.frames.flush())
        if missed is not None and self._file is not None:
            self._file.mark_gap(self._file.ends_at, missed)
        self._close_file()
        return tuple(self._files)

    def discard(self) -> tuple[RecordedFile, ...]:
        """Forget what is not sealed. Returns the files."""
        if self._file is not None:
            self._files.append(self._file.discard())
            self._file = None
        return tuple(self._files)

    # --- sources ----------------------------------------------------------------------------------

    def _source_of(self, packet: Packet) -> _Source | None:
        known = self._sources.get(packet.encoding)
        # RED has plain Opus in between, where there is nothing to repeat.
        same = known is not None and packet.codec in {known.codec, known.family}
        if known is not None and known.epoch == packet.epoch and same:
            return known
        family = "opus" if packet.codec in SOUND else packet.codec
        if family not in KINDS:
            return known
        if known is not None:
            self._take(packet.encoding, known, known.frames.flush())
            self._timeline.remove(known.name)
        return self._begin(packet, family)

    def _begin(self, packet: Packet, family: str) -> _Source:
        red_type = packet.payload_type if packet.codec == "red" else None
        new = _Source(
            f"{self._part.name}/{packet.encoding}/{packet.epoch}/{packet.codec}",
            packet.epoch, packet.codec, family, packet.rate,
            depacketizer(packet.codec, red_type=red_type), packet.arrived,
            USUAL + LOOK_AHEAD if family == "opus" else 0,
        )  # fmt: skip
        self._sources[packet.encoding] = new
        is_voice = family == "opus"
        self._timeline.add(new.name, self._person, packet.rate, is_voice=is_voice)
        report = self._reports.pop(packet.encoding, None)
        if report is not None:
            self._tell(new, report)
        return new

    def _tell(self, source: _Source, report: Report) -> None:
        timestamp = report.timestamp + source.ahead
        self._timeline.report(source.name, report.ntp, timestamp, report.arrived)

    def _best(self, now: float) -> int:
        alive = [at for at, each in self._sources.items() if now - each.heard_at <= ALIVE_S]
        return max(alive, default=-1)

    # --- frames -----------------------------------------------------------------------------------

    def _take(self, encoding: int, source: _Source, samples: list[Sample]) -> None:
        for sample in samples:
            if isinstance(sample, Gap):
                self._take_gap(encoding, source, sample)
            else:
                self._take_frame(encoding, source, sample)

    def _take_gap(self, encoding: int, source: _Source, gap: Gap) -> None:
        if encoding != self._current or self._file is None:
            return
        start = self._timeline.place(source.name, gap.start)
        self._file.mark_gap(start, start + (gap.stop - gap.start) / source.rate)

    def _take_frame(self, encoding: int, source: _Source, frame: Frame) -> None:
        source.waits_since = None
        if source.family == "opus":
            source.ahead = duration(frame.data) + LOOK_AHEAD
        source.size = frame.size or source.size
        source.setup = frame.setup or source.setup
        if encoding != self._current and not frame.keyframe:
            return
        at = self._timeline.place(source.name, frame.timestamp)
        if encoding == self._current and self._was_off(source, at):
            self._close_file()
        self._go_over(encoding, at)
        file = self._file_for(source, frame, at)
        if file is not None:
            file.write(frame.data, at, keyframe=frame.keyframe)

    def _was_off(self, source: _Source, at: float) -> bool:
        file = self._file
        if file is None or source.family == "opus" or len(self._files) >= MOST_OFF:
            return False
        return at - file.shown_at > OFF_S and not file.misses(file.shown_at)

    def _go_over(self, encoding: int, at: float) -> None:
        before, self._current = self._current, encoding
        file = self._file
        if encoding != before and file is not None and at - file.shown_at > ALIVE_S:
            file.mark_gap(file.shown_at, at)

    def _file_for(self, source: _Source, frame: Frame, at: float) -> PartFile | None:
        look = Look(source.family, source.size, source.setup)
        if self._file is not None and not _is_other(self._file.look, look):
            return self._file
        if not frame.keyframe:
            self._want_keyframe(frame.arrived)
            return None
        self._close_file()
        self._file = self._make(self._part, look, at)
        return self._file

    def _close_file(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            self._files.append(file.close())

    def _want_keyframe(self, now: float) -> None:
        if now - self._asked_at >= ASK_S:
            self._asked_at = now
            self._ask()


def _is_other(before: Look, now: Look) -> bool:
    """Whether a file that began with one look cannot go on with another."""
    return before.codec != now.codec or (KINDS[now.codec].rigid and before.setup != now.setup)
