"""Where a timestamp is placed: before reports, by reports, and whatever they say."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recording.sources import Floor
from recording.timeline import EARLIEST_S, FAR_S, SLEW, Timeline

VOICE, PICTURE = "voice", "picture"
EPOCH = 3_900_000_000


def ntp(seconds: float) -> int:
    return int((EPOCH + seconds) * 2**32)


class Speaker:
    """A voice and a picture that come 40 ms and 90 ms after they were taken."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.timeline.add(VOICE, "somebody", 48_000, is_voice=True)
        self.timeline.add(PICTURE, "somebody", 90_000)

    def voice(self, at: float, late: float = 0.04, skipped: float = 0.0) -> float:
        return self._send(VOICE, round((at - skipped) * 48_000), at + late)

    def picture(self, at: float, late: float = 0.09) -> float:
        return self._send(PICTURE, round(at * 90_000) + 77, at + late)

    def _send(self, source: str, timestamp: int, arrived: float) -> float:
        self.timeline.packet(source, timestamp % 2**32, arrived)
        return self.timeline.place(source, timestamp % 2**32)

    def report(
        self, source: str, at: float, *, clock: float = 0.0, late: float = 0.02, skipped: float = 0
    ) -> None:
        rate, first = (48_000, 0) if source == VOICE else (90_000, 77)
        stamp = round((at - skipped) * rate) + first
        self.timeline.report(source, ntp(at + clock), stamp % 2**32, at + late)

    def run(self, start: float, stop: float, skipped: float = 0.0) -> list[float]:
        """Voice only; returns by how much each packet was placed after it was said."""
        count = round((stop - start) / 0.02)
        return [
            self.voice(at, skipped=skipped) - at for n in range(count) for at in [start + n * 0.02]
        ]


def test_floor_is_the_least_of_a_minute() -> None:
    floor = Floor()
    assert floor.least is None
    for value, now in ((3.0, 0.0), (1.0, 1.0), (2.0, 6.0), (2.5, 4.0)):
        floor.add(value, now)
    assert floor.least == 1.0
    floor.add(5.0, 61.0)
    assert floor.least == 2.0
    floor.add(7.0, 600.0)
    assert floor.least == 7.0


def test_nothing_is_placed_before_anything_came() -> None:
    speaker = Speaker()
    with pytest.raises(LookupError):
        speaker.timeline.place(VOICE, 0)
    with pytest.raises(KeyError):
        speaker.timeline.place("stranger", 0)
    speaker.timeline.remove(VOICE)
    with pytest.raises(KeyError):
        speaker.timeline.packet(VOICE, 0, 0.0)


def test_before_a_report_it_goes_by_arrival_at_its_least() -> None:
    speaker = Speaker()
    assert speaker.voice(10.0, late=0.1) == pytest.approx(10.1)
    assert speaker.voice(10.02, late=0.04) == pytest.approx(10.06, abs=0.06)
    placed = [speaker.voice(10.04 + n * 0.02, late=0.1) for n in range(100)]
    assert placed == sorted(placed)
    assert placed[-1] == pytest.approx(10.04 + 1.98 + 0.04)


def test_reports_bring_a_picture_to_its_voice() -> None:
    speaker = Speaker()
    speaker.report(VOICE, 0.0)
    speaker.report(PICTURE, 0.0)
    assert speaker.voice(0.1) == pytest.approx(0.12)
    assert speaker.picture(0.1) == pytest.approx(0.12)


def test_first_report_moves_little_by_little_and_not_back() -> None:
    speaker = Speaker()
    placed = [speaker.picture(n / 30) for n in range(30)]
    assert placed[-1] == pytest.approx(29 / 30 + 0.09)
    speaker.report(PICTURE, 1.0)
    after = [speaker.picture(n / 30) for n in range(30, 90)]
    steps = [b - a for a, b in zip([placed[-1], *after], after, strict=False)]
    assert min(steps) >= (1 - SLEW) / 30 - 1e-6
    assert max(steps) <= (1 + SLEW) / 30 + 1e-6
    assert after[-1] == pytest.approx(89 / 30 + 0.02)


def test_timestamps_go_round() -> None:
    speaker = Speaker()
    start = 2**32 / 90_000 - 1
    speaker.report(PICTURE, start)
    assert [speaker.picture(start + n) - start - n for n in range(1, 5)] == pytest.approx(
        [0.02] * 4
    )
    # As a frame has it: any turn.
    assert speaker.timeline.place(PICTURE, round((start + 5) * 90_000) + 77 + 5 * 2**32) > start


def test_clock_that_is_set_moves_nothing() -> None:
    speaker = Speaker()
    for second in range(5):
        speaker.report(VOICE, float(second))
        speaker.report(PICTURE, second + 0.3)
        speaker.run(second, second + 1)
    speaker.report(VOICE, 5.0, clock=-7.0)
    assert speaker.run(5, 5.3) == pytest.approx([0.02] * 15, abs=1e-5)
    assert speaker.picture(5.3) == pytest.approx(5.32)
    speaker.report(PICTURE, 5.4, clock=-7.0)
    speaker.report(PICTURE, 5.5, clock=86_400.0)
    assert speaker.run(5.5, 6) == pytest.approx([0.02] * 25, abs=1e-5)
    assert speaker.picture(6.0) == pytest.approx(6.02)


def test_first_report_by_a_clock_that_was_set_is_brought_to_the_others() -> None:
    speaker = Speaker()
    speaker.report(VOICE, 0.0)
    speaker.report(PICTURE, 0.5, clock=3600.0)
    assert speaker.picture(1.0) == pytest.approx(1.02)
    assert speaker.voice(1.0) == pytest.approx(1.02)


def test_timestamps_that_stood_still_count_at_the_next_report() -> None:
    """A voice went on 0.7 s later with no timestamps for it in between."""
    speaker = Speaker()
    for second in range(5):
        speaker.report(VOICE, float(second))
        speaker.run(second, second + 1)
    assert speaker.run(7, 8.5, skipped=0.7)[-1] == pytest.approx(0.02 - 0.7)
    speaker.report(VOICE, 8.5, skipped=0.7)
    # Forward at once: that stretch is missing.
    assert speaker.run(8.5, 8.6, skipped=0.7)[-1] == pytest.approx(0.02)


def test_what_only_reports_say_counts_when_one_still_says_it_later() -> None:
    speaker = Speaker()
    for second in range(5):
        speaker.report(VOICE, float(second))
        speaker.run(second, second + 1)
    for second in (6, 8):
        speaker.report(VOICE, second, skipped=0.2)
        assert speaker.run(second, second + 0.1)[-1] == pytest.approx(0.02)
    speaker.report(VOICE, 10.0, skipped=0.2)
    assert speaker.run(10, 13)[-1] == pytest.approx(0.04)  # never after it came


def test_one_report_that_was_held_up_is_passed_over() -> None:
    speaker = Speaker()
    for second in range(5):
        speaker.report(VOICE, float(second))
    speaker.voice(5.0)
    speaker.report(VOICE, 5.0, skipped=0.3)
    speaker.report(VOICE, 5.5, skipped=-0.3)
    speaker.report(VOICE, 6.0)
    assert speaker.run(6, 7) == pytest.approx([0.02] * 50)


@pytest.mark.parametrize("clock", [-3000.0, -1.0, 1.0, 3000.0])
def test_report_may_lie_by_so_much(clock: float) -> None:
    speaker = Speaker()
    speaker.voice(0.0)
    speaker.timeline.report(VOICE, ntp(0.0), round(clock * 48_000) % 2**32, 0.05)
    placed = speaker.run(0.02, 5)
    assert min(placed) >= 0.04 - EARLIEST_S - 1e-6
    assert max(placed) <= 0.04 + 1e-6


def test_far_too_late_goes_back_faster() -> None:
    speaker = Speaker()
    speaker.voice(0.0, late=2.0)
    for n in range(1, 500):
        speaker.voice(n * 0.02, late=2.0)
    found = [speaker.voice(10 + n * 0.02) - 10 - n * 0.02 for n in range(400)]
    # 2 s of a queue are made up for: most of them at the double.
    assert found[50] < 2.0 - FAR_S
    assert found[-1] == pytest.approx(0.04)


def test_timestamps_that_begin_anew_are_placed_by_arrival() -> None:
    speaker = Speaker()
    speaker.report(VOICE, 0.0)
    speaker.run(0, 1)
    other = 3_000_000_000
    for n in range(2):  # not yet certain
        speaker.timeline.packet(VOICE, other + 960 * n, 1.04 + n * 0.02)
        assert speaker.timeline.place(VOICE, other + 960 * n) <= 1.04 + n * 0.02
    speaker.timeline.packet(VOICE, other + 960 * 2, 1.08)
    # What came before and waited is still known.
    late = speaker.timeline.place(VOICE, 48_000)
    assert late <= 1.04
    assert speaker.timeline.place(VOICE, other + 960 * 2) == pytest.approx(1.08)
    assert speaker.timeline.place(VOICE, other + 960 * 3) == pytest.approx(1.08)
    # A report of the timestamps before says nothing of these.
    speaker.report(VOICE, 1.1)
    speaker.timeline.packet(VOICE, other + 960 * 10, 1.24)
    assert speaker.timeline.place(VOICE, other + 960 * 10) == pytest.approx(1.24)


def test_new_stretch_before_anything_was_placed() -> None:
    timeline = Timeline()
    timeline.add(VOICE, "somebody", 48_000)
    timeline.packet(VOICE, 0, 1.0)
    for n in range(3):
        timeline.packet(VOICE, 2_000_000_000 + n, 1.1)
    assert timeline.place(VOICE, 0) == pytest.approx(1.0)
    assert timeline.place(VOICE, 2_000_000_000) == pytest.approx(1.1, abs=0.001)


def test_single_packets_from_elsewhere_move_nothing() -> None:
    speaker = Speaker()
    for n in range(200):
        speaker.voice(n * 0.02)
        speaker.timeline.packet(VOICE, 2_000_000_000 + n * 90_000_000, n * 0.02 + 0.04)
    assert speaker.voice(4.0) == pytest.approx(4.04)


def test_report_alone_begins_a_source() -> None:
    speaker = Speaker()
    speaker.report(VOICE, 0.0)
    assert speaker.timeline.place(VOICE, 480) == pytest.approx(0.02)  # not after now
    for n in range(3):  # its packets are of another time
        speaker.timeline.packet(VOICE, 3_000_000_000 + n * 960, 1.0 + n * 0.02)
    assert speaker.timeline.place(VOICE, 3_000_000_000) <= 1.04


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["packet", "report", "place"]),
        st.sampled_from([VOICE, PICTURE]),
        st.integers(0, 2**40) | st.integers(0, 10).map(lambda n: n * 960),
        st.integers(0, 2**64 - 1) | st.integers(0, 10).map(lambda n: ntp(n / 5)),
        st.floats(0, 30),
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=200)
@given(EVENTS)
def test_whatever_comes_it_never_goes_back_nor_ahead(
    events: list[tuple[str, str, int, int, float]],
) -> None:
    speaker, now = Speaker(), 0.0
    last = {VOICE: float("-inf"), PICTURE: float("-inf")}
    begun = set()
    for kind, source, timestamp, clock, later in events:
        if kind == "place" and source in begun:
            at = speaker.timeline.place(source, timestamp)
            assert last[source] <= at <= now
            last[source] = at
        elif kind != "place":
            now += later
            begun.add(source)
            if kind == "packet":
                speaker.timeline.packet(source, timestamp, now)
            else:
                speaker.timeline.report(source, clock, timestamp, now)


def test_a_voice_goes_by_the_earliest_that_its_reports_say() -> None:
    """A browser sends it by the bursts of a sound card, and tells of it as of when it was sent."""
    speaker, random = Speaker(), Random(7)
    for second in range(0, 120, 5):
        speaker.report(VOICE, second + 0.5, skipped=0.022 * random.random())
        speaker.report(PICTURE, second + 0.6)
        off = speaker.run(float(second), second + 5.0)
        seen = speaker.picture(second + 4.99) - (second + 4.99)
    assert max(off) - seen < 0.006
    assert min(off) - seen > -0.001


def test_one_report_that_was_held_up_does_not_move_a_voice() -> None:
    speaker = Speaker()
    for second in range(0, 60, 5):
        held_up = 0.03 if second == 45 else 0.0
        speaker.report(VOICE, second + 0.5, skipped=-held_up)
        off = speaker.run(float(second), second + 5.0)
    assert max(map(abs, (each - 0.02 for each in off))) < 0.002
