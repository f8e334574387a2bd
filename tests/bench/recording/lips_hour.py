"""An hour of two people in virtual time, recorded: how far apart their marks are in the files.

The people, their clocks and their lines are those of the simulation of the recorder's clock; what
they send is real pictures and sound, so that what came of it can be decoded. A mark of which the
network lost the first packet is left out: it is later by what is missing, and no clock's fault.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

import av

from recording.inbox import Inbox, Packet, Report
from recording.part_file import Part, Place
from recording.store import FileName, FolderStore
from recording.take import Begin, Take
from tests.sim.test_recording_timeline import WAY_S, Conditions, Person, Track
from tests.support import flash_and_beep as marks
from tests.support.film import ENCODERS, header, plain

HOUR_S: Final = 3600.0
MARK_S: Final = 5
"""Seconds between two marks."""
FPS, PACKETS = 30, 50
SOUND_S: Final = 1 / PACKETS
BURST_S: Final = 0.022
PAIRS: Final = [("one", "voice"), ("one", "picture"), ("other", "voice"), ("other", "picture")]
Event = tuple[float, int, str, str, Packet | Report]


class Hour(NamedTuple):
    """In ms, of each mark that came whole."""

    within: list[float]
    """Somebody's voice from their own picture."""
    between: list[float]
    """One from the other, voices and pictures."""
    decoded_s: float
    """How much of it there is."""


class Speaker(Person):
    """Flashes and beeps at once by the clock of the world, every few seconds."""

    def __init__(self, name: str, given: Conditions, seed: int) -> None:
        super().__init__(name, given, seed)
        self.name = name
        self.marks: dict[str, list[float]] = {"voice": [], "picture": []}

    def sent(self, until: float) -> Iterator[Event]:
        """All that comes of it, with when it comes."""
        order = 0
        for medium, track in (("voice", self.voice), ("picture", self.picture)):
            for number in range(int(until * (PACKETS if medium == "voice" else FPS))):
                at, data, is_mark = self._taken(medium, number)
                if self.random.random() < self.given.loss:
                    continue
                if is_mark:
                    self.marks[medium].append(at)
                packet = _packet(medium, number, track.timestamp(at), data)
                came = at + (SOUND_S if medium == "voice" else self.given.picture_s) + self.way(at)
                order += 1
                yield came, order, self.name, medium, packet._replace(arrived=came)
            yield from self._reports(track, medium, until)

    def _taken(self, medium: str, number: int) -> tuple[float, bytes, bool]:
        if medium == "picture":
            phase = number % (MARK_S * FPS)
            return number / FPS, _pictures()[phase < 3 and number >= FPS], phase == 0 < number
        phase = number % (MARK_S * PACKETS)
        # A sound card counts its samples by its own clock.
        at = number / PACKETS / (1 + self.given.card_ppm / 1e6)
        return at, _sounds()[phase], phase == 0 < number

    def _reports(self, track: Track, medium: str, until: float) -> Iterator[Event]:
        at = 0.7
        while at < until:
            if self.random.random() >= self.given.loss:
                late = self.random.random() * 0.003
                came = at + late + self.way(at)
                # As browsers say it of a voice: of when its packet went out, which is when it was
                # full, or later by the bursts of a sound card.
                burst = self.random.random() * BURST_S
                full = at - SOUND_S - burst if medium == "voice" else at
                told = Report("", 0, self.ntp(at + late), track.timestamp(full), came)
                yield came, 0, self.name, medium, told
            at += track.report_every * (0.5 + self.random.random())


def _packet(medium: str, number: int, timestamp: int, data: bytes) -> Packet:
    if medium == "voice":
        packet = header(111, number, timestamp, 2000, marker=False) + data
        return Packet("", 0, 1, "opus", 48_000, 111, packet, 0.0)
    packet = header(96, number, timestamp, 1000, marker=True) + b"\x10" + data
    return Packet("", 0, 1, "vp8", 90_000, 96, packet, 0.0)


@cache
def _pictures() -> tuple[bytes, bytes]:
    """A black and a white keyframe, so that no loss keeps another picture from being seen."""
    made = []
    for light in (16, 235):
        name, options = ENCODERS["vp8"]
        encoder: Any = av.CodecContext.create(name, "w")
        encoder.width, encoder.height, encoder.pix_fmt = 160, 120, "yuv420p"
        encoder.time_base, encoder.options = Fraction(1, FPS), options
        frame: Any = av.VideoFrame(160, 120, "yuv420p")
        frame.pts, frame.time_base = 0, Fraction(1, FPS)
        for number, plane in enumerate(frame.planes):
            plane.update(bytes([light if number == 0 else 128]) * plane.buffer_size)
        made.append(bytes([*encoder.encode(frame), *encoder.encode(None)][0]))
    return made[0], made[1]


@cache
def _sounds() -> tuple[bytes, ...]:
    """The packets between two marks, of which the first five are a tone."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "stereo", 48_000
    encoder.time_base = Fraction(1, 48_000)
    made: list[bytes] = []
    for number in range(2 * MARK_S * PACKETS):
        frame: Any = av.AudioFrame("s16", "stereo", 960)
        frame.sample_rate, frame.pts = 48_000, number * 960
        loud = 16_000 if number % (MARK_S * PACKETS) < 5 else 0
        wave = [round(loud * math.sin(at * math.tau / 48)) for at in range(960)]
        frame.planes[0].update(array("h", [each for each in wave for _ in "lr"]).tobytes())
        made += [bytes(each) for each in encoder.encode(frame)]
    return tuple(made[MARK_S * PACKETS : 2 * MARK_S * PACKETS])


def measure(folder: Path, seconds: float = HOUR_S) -> Hour:
    """Two people whose clocks drift apart by 50 ppm, and 2 % of whose packets are lost."""
    people = [
        Speaker("one", Conditions(drift_ppm=25, card_ppm=-30), 1),
        Speaker("other", Conditions(drift_ppm=-25, card_ppm=60, epoch=7), 2),
    ]
    errors, decoded = _errors(people, _record(people, folder, seconds))
    within = [
        by["voice"][mark] - by["picture"][mark]
        for by in errors.values()
        for mark in by["voice"].keys() & by["picture"].keys()
    ]
    one, other = errors["one"], errors["other"]
    between = [
        one[mine][mark] - other[theirs][mark]
        for mine in one
        for theirs in other
        for mark in one[mine].keys() & other[theirs].keys()
    ]
    return Hour(within, between, decoded)


def _record(
    people: list[Speaker], folder: Path, seconds: float
) -> dict[tuple[str, str], list[tuple[float, bytes]]]:
    """Returns the files of each track, with where they begin."""
    parts = {pair: Part(UUID(int=9 + number), "/".join(pair), bytes(32))
             for number, pair in enumerate(PAIRS)}  # fmt: skip
    place = Place(FolderStore(folder), UUID(int=1), UUID(int=2))
    inbox = Inbox()
    given = {part.name: (part, pair[0]) for pair, part in parts.items()}
    take = Take(place, given, Begin(0.0, 0, 1), inbox, lambda _: None)
    now = 0.0
    for now, _, *pair, item in sorted(
        (each for person in people for each in person.sent(seconds)), key=lambda each: each[:2]
    ):
        name = "/".join(str(each) for each in pair)
        if isinstance(item, Packet):
            assert inbox.put(item._replace(part=name))
        else:
            inbox.note(item._replace(part=name))
        while take.work(now):
            pass
    found: dict[tuple[str, str], list[tuple[float, bytes]]] = {}
    named = {part.name: pair for pair, part in parts.items()}
    for file in take.close(now):
        pair, part = named[file.part], parts[named[file.part]]
        data = plain(
            place.store, place.tenant, place.recording, FileName(file.number, part.ident), part.key
        )
        found.setdefault(pair, []).append((file.starts_ms / 1000, data))
    assert take.fault is None
    return found


def _errors(
    people: list[Speaker], files: dict[tuple[str, str], list[tuple[float, bytes]]]
) -> tuple[dict[str, dict[str, dict[int, float]]], float]:
    """By person, medium and number of the mark: how much later than it was, in ms, and less the
    way that all have in common."""
    errors: dict[str, dict[str, dict[int, float]]] = {}
    decoded = 0.0
    for person in people:
        for medium, taken in person.marks.items():
            read = marks.beeps if medium == "voice" else marks.flashes
            shown = [at + each for at, data in files[person.name, medium] for each in read(data)]
            decoded = max(decoded, *shown)
            near = {round(each / MARK_S): each for each in shown}
            errors.setdefault(person.name, {})[medium] = {
                round(each / MARK_S): (near[round(each / MARK_S)] - each - WAY_S) * 1000
                for each in taken
                if round(each / MARK_S) in near
            }
    return errors, decoded
