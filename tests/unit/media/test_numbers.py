"""Figures of tracks: totals never fall, nothing counts twice, a look costs a bounded piece."""

from __future__ import annotations

import itertools
import tracemalloc
from typing import cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import media.forwarding.track_numbers
import media.numbers
import media.stats
from media.config import MediaConfig
from media.forwarding.pacer import DELAY_BOUNDS_MS
from media.frames import Reply, TracksRead
from media.ids import EndpointId, RoomKey
from media.numbers import (
    LEAST_PACKETS,
    NAME_CHARS,
    PAGE_ROWS,
    ROOM_TRACKS,
    SAMPLE_S,
    Ledger,
    read_page,
)
from media.router import Router
from media.stats import DownlinkStats, LegStats, PacerStats, TrackStats
from signaling.worker_link import MAX_FRAME_BYTES, to_bytes
from tests.support.packets import ALICE, BOB, plan, rtp

UP = TrackStats(ALICE, ALICE, "0", "video")
DOWN = TrackStats(BOB, ALICE, "5", "video")
NO_DELAYS = (0,) * (len(DELAY_BOUNDS_MS) + 1)


class Room:
    """Stands for a router: it says what the test wants, and counts how often it was asked."""

    def __init__(self, *tracks: TrackStats, pacers: dict[EndpointId, PacerStats] | None = None):
        self.tracks = list(tracks)
        self.pacers = pacers or {}
        self.downlinks: dict[EndpointId, DownlinkStats] = {}
        self.asked = 0

    def track_stats(self) -> list[TrackStats]:
        self.asked += 1
        return self.tracks

    def pacer_stats(self) -> dict[EndpointId, PacerStats]:
        return self.pacers

    def downlink_stats(self) -> dict[EndpointId, DownlinkStats]:
        return self.downlinks

    def says(self, *tracks: TrackStats) -> Router:
        self.tracks = list(tracks)
        return cast("Router", self)


def track(base: TrackStats, **counts: object) -> TrackStats:
    return msgspec.structs.replace(base, **counts)


def total(ledger: Ledger, leg: str, kind: str = "video") -> LegStats:
    found: LegStats = ledger.read()["legs"][kind][leg]
    return found


def test_totals_are_there_from_the_start() -> None:
    read = Ledger().read()
    assert {kind: set(legs) for kind, legs in read["legs"].items()} == {
        "audio": {"up", "down"},
        "video": {"up", "down"},
    }
    assert total(Ledger(), "up").packets == 0
    assert read["pacer_delays"] == NO_DELAYS


def test_reading_twice_counts_once() -> None:
    ledger, room = Ledger(), Room()
    now = room.says(track(UP, packets=50, nacks=2, lost=3), track(DOWN, packets=40, plis=1))
    for _ in range(3):
        ledger.sample(now)
        ledger.settle(now, EndpointId("someone else"))
    assert (total(ledger, "up").packets, total(ledger, "up").nacks) == (50, 2)
    assert total(ledger, "up").lost == 3
    assert (total(ledger, "down").packets, total(ledger, "down").plis) == (40, 1)
    assert sum(total(ledger, "up").loss.counts) == 1


@given(st.lists(st.integers(0, 200), min_size=1), st.sets(st.integers(0, 50)))
def test_whenever_it_is_read_the_totals_are_the_same(grown: list[int], read_at: set[int]) -> None:
    ledger, room, packets = Ledger(), Room(), 0
    for step, more in enumerate(grown):
        packets += more
        if step in read_at:
            ledger.sample(room.says(track(UP, packets=packets, octets=packets * 9)))
    ledger.settle(room.says(track(UP, packets=packets, octets=packets * 9)), ALICE)
    assert (total(ledger, "up").packets, total(ledger, "up").octets) == (packets, packets * 9)


def test_totals_outlive_endpoints_rooms_and_names_used_again() -> None:
    ledger, room = Ledger(), Room()
    ledger.sample(room.says(track(UP, packets=50), track(DOWN, packets=40)))
    ledger.settle(room.says(track(UP, packets=60), track(DOWN, packets=50)), ALICE)
    # Bob's slot is empty for a while, then carries someone else: its counts go on.
    ledger.sample(room.says())
    other = track(DOWN, publisher="carol", packets=55)
    ledger.settle(room.says(other), BOB)
    ledger.sample(room.says(track(UP, packets=7), track(DOWN, packets=3)))
    assert total(ledger, "up").packets == 60 + 7
    assert total(ledger, "down").packets == 55 + 3


def test_new_ssrc_begins_anew_and_what_was_lost_stays_lost() -> None:
    ledger, room = Ledger(), Room()
    ledger.sample(room.says(track(UP, packets=100, lost=9, nacks=4)))
    ledger.sample(room.says(track(UP, packets=20, lost=2, nacks=5)))
    assert (total(ledger, "up").packets, total(ledger, "up").lost) == (120, 11)
    assert total(ledger, "up").nacks == 5


def test_late_packets_take_no_loss_back_and_none_counts_twice() -> None:
    ledger, room = Ledger(), Room()
    for packets, lost in ((100, 5), (110, 2), (120, 4), (130, 6), (140, -3)):
        ledger.sample(room.says(track(UP, packets=packets, lost=lost)))
    assert total(ledger, "up").lost == 6


def test_report_cannot_claim_more_than_was_sent_nor_spoil_a_sum() -> None:
    ledger, room = Ledger(), Room()
    lie = track(DOWN, packets=100, lost=0x7FFFFF, jitter_s=47_721.0, rtt_s=0.1)
    ledger.sample(room.says(lie))
    down = total(ledger, "down")
    assert down.lost == 100
    assert (down.loss.total, down.jitter_s.total) == (1.0, 10.0)


def test_sample_is_taken_of_each_track_that_carried_something() -> None:
    ledger, room = Ledger(), Room()
    up = track(UP, packets=90, lost=10, jitter_s=0.004, rtt_s=0.06)
    down = track(DOWN, packets=100, lost=3, jitter_s=0.012, rtt_s=0.04)
    for _ in range(4):  # nothing more comes: nothing more is sampled
        ledger.sample(room.says(up, down))
    above, below = total(ledger, "up"), total(ledger, "down")
    assert (above.loss.total, below.loss.total) == (pytest.approx(0.1), pytest.approx(0.03))
    assert (above.jitter_s.total, above.rtt_s.total) == (0.004, 0.06)
    assert (below.jitter_s.total, below.rtt_s.total) == (0.012, 0.04)
    for each in (above, below):
        assert [sum(d.counts) for d in (each.loss, each.jitter_s, each.rtt_s)] == [1, 1, 1]


def test_few_packets_count_toward_the_next_sample() -> None:
    ledger, room = Ledger(), Room()
    ledger.sample(room.says(track(UP, packets=LEAST_PACKETS - 1, lost=1)))
    assert not sum(total(ledger, "up").loss.counts)
    ledger.sample(room.says(track(UP, packets=19, lost=1)))
    assert total(ledger, "up").loss.total == 0.05


def test_what_no_report_told_is_not_sampled() -> None:
    ledger, room = Ledger(), Room()
    ledger.sample(room.says(track(UP, packets=50), track(DOWN, packets=50)))
    assert sum(total(ledger, "up").jitter_s.counts) == 1, "this we see ourselves"
    assert not sum(total(ledger, "down").jitter_s.counts)
    assert not sum(total(ledger, "up").rtt_s.counts)


def test_pacers_are_followed_too() -> None:
    ledger = Ledger()
    delays = (1, *(0,) * (len(DELAY_BOUNDS_MS) - 1), 2)
    room = Room(pacers={ALICE: PacerStats(10, delays, 1), BOB: PacerStats(5, NO_DELAYS)})
    ledger.sample(room.says())
    ledger.settle(room.says(), ALICE)
    room.pacers = {BOB: PacerStats(8, delays, 4)}
    ledger.sample(room.says())
    read = ledger.read()
    assert (read["pacer_passed"], read["pacer_dropped"]) == (18, 5)
    assert read["pacer_delays"] == tuple(2 * count for count in delays)


def test_downlinks_are_followed_too() -> None:
    ledger, room = Ledger(), Room()
    for stats in (DownlinkStats(10, 900, lost=2), DownlinkStats(30, 2900, lost=2, late=1)):
        room.downlinks = {BOB: stats}
        ledger.sample(room.says())
    ledger.settle(room.says(), BOB)
    room.downlinks = {ALICE: DownlinkStats(4, 100)}
    ledger.sample(room.says())
    assert ledger.read()["downlink"] == DownlinkStats(34, 3000, lost=2, late=1)
    page = read_page({RoomKey("r"): room.says()}, "")
    assert page.rooms[0].downlinks == room.downlinks


# --- turns ----------------------------------------------------------------------------------------


def watched(rooms: dict[RoomKey, Room], seconds: float, start: float = 100.0) -> list[int]:
    """Watch at ticks of 0.2 s; returns how many rooms each tick read."""
    ledger, reads = Ledger(), []
    live = cast("dict[RoomKey, Router]", rooms)
    ledger.watch({}, start)
    for tick in range(1, round(seconds / 0.2) + 1):
        before = sum(room.asked for room in rooms.values())
        ledger.watch(live, start + tick * 0.2)
        reads.append(sum(room.asked for room in rooms.values()) - before)
    return reads


def test_every_room_has_its_turn_and_no_tick_does_all() -> None:
    rooms = {RoomKey(str(n)): Room() for n in range(500)}
    reads = watched(rooms, 2 * SAMPLE_S)
    assert max(reads) <= 21
    assert {room.asked for room in rooms.values()} <= {1, 2}
    assert sum(reads) in range(998, 1001)


def test_single_room_is_sampled_at_the_fixed_interval() -> None:
    reads = watched({RoomKey("r"): Room()}, 4 * SAMPLE_S + 0.3)
    assert sum(reads) == 4
    turns = [tick for tick, read in enumerate(reads) if read]
    assert {after - before for before, after in itertools.pairwise(turns)} <= {24, 25, 26}


def test_stall_is_not_made_up_for() -> None:
    rooms = {RoomKey(str(n)): Room() for n in range(500)}
    ledger = Ledger()
    ledger.watch({}, 0.0)
    ledger.watch(cast("dict[RoomKey, Router]", rooms), 60.0)
    assert sum(room.asked for room in rooms.values()) == 26


def test_rooms_that_have_ended_cost_no_turn() -> None:
    ledger = Ledger()
    ledger.watch({}, 0.0)
    rooms = {RoomKey(str(n)): Room() for n in range(100)}
    live = cast("dict[RoomKey, Router]", rooms)
    ledger.watch(live, 0.2)
    last = RoomKey("99")
    for key in list(rooms):
        if key != last:
            del rooms[key]
    ledger.watch(live, 0.2 + SAMPLE_S)
    assert rooms[last].asked == 1
    ledger.watch({}, 100.0)


# --- rows -----------------------------------------------------------------------------------------


def test_pages_tell_every_room_once_in_order() -> None:
    rooms = {RoomKey(f"{n * 7919 % 1000:04}"): Room(*[UP] * 4) for n in range(500)}
    seen: list[str] = []
    after, pages = "", 0
    while True:
        page = read_page(cast("dict[RoomKey, Router]", rooms), after)
        seen += [room.room for room in page.rooms]
        pages += 1
        if not page.more:
            break
        after = page.rooms[-1].room
    assert seen == sorted(rooms)
    assert pages == 4
    assert not read_page({}, "").rooms


def test_endpoints_without_tracks_fill_a_page_too() -> None:
    pacers = {ALICE: PacerStats(), BOB: PacerStats()}
    rooms = {RoomKey(f"{n:04}"): Room(pacers=pacers) for n in range(500)}
    page = read_page(cast("dict[RoomKey, Router]", rooms), "")
    assert (len(page.rooms), page.more) == (PAGE_ROWS / 2, True)


def test_longest_page_fits_a_frame() -> None:
    """One track below the page's end, then a room beyond all measure, and every value long."""
    name = EndpointId("e" * 24)
    long = TrackStats(
        name, name, "m" * 60_000, "video", "r" * 60_000, *[2**62] * 3, 1 / 3, 1 / 3, *[2**62] * 3
    )
    pacers = {EndpointId(f"{n:024}"): PacerStats(2**62, (2**62,) * 11, 2**62) for n in range(16)}
    downlinks = {each: DownlinkStats(*[2**62] * 9) for each in pacers}
    rooms = {
        RoomKey("a" * 16): Room(*[long] * (PAGE_ROWS - 1 - len(pacers)), pacers=pacers),
        RoomKey("b" * 16): Room(*[long] * 5000, pacers=pacers),
    }
    for room in rooms.values():
        room.downlinks = downlinks
    page = read_page(cast("dict[RoomKey, Router]", rooms), "")
    assert [len(room.tracks) for room in page.rooms] == [PAGE_ROWS - 1 - 16, ROOM_TRACKS]
    assert page.rooms[1].left_out == 5000 - ROOM_TRACKS
    assert page.rooms[0].tracks[0].mid == "m" * NAME_CHARS
    assert len(to_bytes(Reply(2**62, TracksRead(page)))) < 0.6 * MAX_FRAME_BYTES


# --- the packet path ------------------------------------------------------------------------------


def call() -> Router:
    router = Router(MediaConfig(), 1)
    for endpoint, base in ((ALICE, 1000), (BOB, 2000)):
        router.add_endpoint(endpoint, plan(base), 0.0)
        router.set_ready(endpoint, True, 0.0)
    return router


def test_totals_agree_with_what_a_router_forwarded() -> None:
    router, ledger = call(), Ledger()
    for number in range(200):
        router.handle_rtp(ALICE, rtp(number, timestamp=number * 3000), number / 30)
        if number % 50 == 0:
            ledger.sample(router)
    ledger.settle(router, ALICE)
    up, down = total(ledger, "up"), total(ledger, "down")
    assert (up.packets, down.packets) == (200, 200)
    assert up.octets == down.octets > 0
    assert ledger.read()["pacer_passed"] == 200
    assert router.packets_out == 200


def test_forwarding_allocates_nothing_for_whoever_might_read() -> None:
    """What the gathering needs is made when it gathers: between two readings not one block."""
    router, ledger = call(), Ledger()
    gathering = (media.numbers, media.stats, media.forwarding.track_numbers)
    files = [tracemalloc.Filter(True, str(module.__file__)) for module in gathering]
    ledger.sample(router)
    tracemalloc.start()
    try:
        for number in range(300):
            router.handle_rtp(ALICE, rtp(number, timestamp=number * 3000), number / 30)
            router.drain()
        forwarding = tracemalloc.take_snapshot().filter_traces(files).traces
        ledger.sample(router)
        reading = tracemalloc.take_snapshot().filter_traces(files).traces
    finally:
        tracemalloc.stop()
    assert not len(forwarding)
    assert len(reading), "and the filter does see what a reading allocates"
