"""An hour of two people in virtual time: every frame of either lies where it was, within 40 ms.

Loss, jitter, queues, a slower way for pictures, clocks that drift apart, sound cards that drift
from them, and clocks that are set. What is measured is where a frame is placed, less when it was
taken, less the way to the gateway that all of a person's packets have in common.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from recording.samples.depacketizers import depacketizer
from recording.samples.frame import Frame
from recording.timeline import Timeline
from tests.support.packets import rtp

pytestmark = pytest.mark.sim

HOUR_S = 3600.0
WAY_S = 0.04
VOICE_S = 0.12
ENCODED_S = 0.02
"""Before the voice of a packet is on its way, its packets being as short as people's."""
PICTURE_S = 1 / 4
"""Fewer packets than people send: as many faults for less time."""
KEY = b"\x10\x00\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00"
DELTA = b"\x10\x01\x00\x00"
SETTLED_S = 10.0


@dataclass
class Conditions:
    """Of one person's line and clocks."""

    drift_ppm: float = 0.0
    card_ppm: float = 0.0
    """Of the clock that counts the sound's timestamps."""
    loss: float = 0.02
    jitter_s: float = 0.03
    picture_s: float = 0.05
    """What a picture takes longer than a voice."""
    steps: tuple[tuple[float, float], ...] = ()
    """When the clock was set, and by how much."""
    slower: tuple[float, float] | None = None
    """When the way became longer, and by how much."""
    queue_at: float = 100.0
    epoch: int = 3_900_000_000


@dataclass
class Track:
    """One source: when it is where on its timestamps."""

    name: str
    rate: int
    every: float
    first: int
    ppm: float
    report_every: float
    taken: dict[int, float] = field(default_factory=dict)

    def timestamp(self, at: float) -> int:
        return (self.first + round(at * self.rate * (1 + self.ppm / 1e6))) % 2**32


class Person:
    """Yields (arrival, track, packet or report), in order of sending."""

    def __init__(self, name: str, given: Conditions, seed: int) -> None:
        self.given = given
        self.random = random.Random(seed)
        self.voice = Track(f"{name} voice", 48_000, VOICE_S, 2**32 - 5, given.card_ppm, 5.0)
        self.picture = Track(f"{name} picture", 90_000, PICTURE_S, 123_456, given.drift_ppm, 1.0)

    def way(self, at: float) -> float:
        slower = self.given.slower
        later = slower[1] if slower and at >= slower[0] else 0.0
        queue = 0.3 if (at + self.given.queue_at) % 300 < 2 else 0.0
        return WAY_S + later + queue + self.random.random() * self.given.jitter_s

    def ntp(self, at: float) -> int:
        seconds = self.given.epoch + at * (1 + self.given.drift_ppm / 1e6)
        seconds += sum(by for when, by in self.given.steps if at >= when)
        return int(seconds * 2**32) % 2**64

    def events(self, until: float) -> Iterator[tuple[float, str, bytes | tuple[int, int]]]:
        for track, extra in ((self.voice, ENCODED_S), (self.picture, self.given.picture_s)):
            for number in range(int(until / track.every)):
                at = number * track.every
                stamp = track.timestamp(at)
                track.taken[stamp] = at
                if self.random.random() >= self.given.loss:
                    body = b"\x19ab" if track is self.voice else DELTA if number % 12 else KEY
                    packet = rtp(number, timestamp=stamp, payload=body, marker=True)
                    yield at + extra + self.way(at), track.name, packet
            at = 0.7
            while at < until:
                if self.random.random() >= self.given.loss:
                    late = self.random.random() * 0.003
                    report = self.ntp(at + late), track.timestamp(at)
                    yield at + late + self.way(at), track.name, report
                at += track.report_every * (0.5 + self.random.random())


def placed(people: list[Person], until: float) -> dict[str, list[tuple[float, float]]]:
    """When each frame of each track was taken, and by how much it is placed later."""
    timeline = Timeline()
    machines, tracks = {}, {}
    for person in people:
        for track, codec in ((person.voice, "opus"), (person.picture, "vp8")):
            timeline.add(track.name, person.voice.name, track.rate)
            machines[track.name], tracks[track.name] = depacketizer(codec), track
    errors: dict[str, list[tuple[float, float]]] = {name: [] for name in tracks}
    last = dict.fromkeys(tracks, 0.0)
    events = [event for person in people for event in person.events(until)]
    heapq.heapify(events)
    while events:
        arrived, name, what = heapq.heappop(events)
        if isinstance(what, tuple):
            timeline.report(name, *what, arrived)
            continue
        timeline.packet(name, int.from_bytes(what[4:8], "big"), arrived)
        for sample in machines[name].feed(what, arrived):
            if isinstance(sample, Frame):
                at = timeline.place(name, sample.timestamp)
                assert last[name] <= at <= arrived
                last[name] = at
                taken = tracks[name].taken[sample.timestamp % 2**32]
                errors[name].append((taken, at - taken - WAY_S))
    return errors


def worst(errors: list[tuple[float, float]], after: float = SETTLED_S) -> float:
    return max(abs(error) for at, error in errors if at >= after)


def test_an_hour_of_two_people_stays_together() -> None:
    people = [
        Person("one", Conditions(drift_ppm=25, card_ppm=-30), 1),
        Person("other", Conditions(drift_ppm=-25, card_ppm=60, epoch=7), 2),
    ]
    errors = placed(people, HOUR_S)
    assert all(len(each) > 0.8 * HOUR_S / PICTURE_S for each in errors.values())
    # All to one clock within 20 ms: any two to each other within 40.
    for name, each in errors.items():
        assert worst(each) <= 0.02, name
        assert worst(each, 0) <= 0.1, name


CHANGES = {
    "fast clock": Conditions(drift_ppm=100, card_ppm=-100),
    "slow clock": Conditions(drift_ppm=-100, card_ppm=100),
    "clock set forward": Conditions(steps=((200.0, 3600.0),)),
    "clock set back a little": Conditions(steps=((200.0, -0.15),)),
    "clock set twice": Conditions(steps=((200.0, 0.2), (300.0, -90.0))),
    "clock set within a queue": Conditions(steps=((200.5, 0.4),)),
    "detour of a minute": Conditions(slower=(200.0, 0.02)),
    "bad line": Conditions(loss=0.2, jitter_s=0.1),
    "begins in a queue": Conditions(queue_at=0.0),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_what_happens_to_one_does_not_move_them_apart(name: str) -> None:
    errors = placed([Person("one", CHANGES[name], 3), Person("other", Conditions(), 4)], 420.0)
    after = 30.0 if name in {"begins in a queue", "bad line"} else SETTLED_S
    assert all(worst(each, after) <= 0.04 for each in errors.values())


def test_longer_way_is_not_taken_for_a_clock() -> None:
    """A picture and its voice stay together; a person goes with their way, but slowly."""
    person = Person("one", Conditions(slower=(100.0, 0.3)), 5)
    errors = placed([person], 400.0)
    voice, picture = errors.values()
    assert worst(voice, SETTLED_S) <= 0.06
    for at, error in picture:
        if at >= SETTLED_S:
            near = voice[min(int(at / VOICE_S * 0.97), len(voice) - 1)]
            assert abs(error - near[1]) <= 0.02
