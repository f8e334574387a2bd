"""Figures of an engine's tracks: totals that only go up, and rows of single tracks on request.

Rule 1: nothing on the packet path knows this module. It reads, in the engine's watch timer, what
the routers count anyway; a read of the totals (every scrape) looks at no router at all.
Rule 2: tracks come and go, totals never fall. Each track is followed, from reading to reading, by
what it grew, and read a last time before its endpoint goes.
Rule 3: work is spread: every room has its turn once in :data:`SAMPLE_S`, a few at each tick, so
that 1000 endpoints do not hold up a packet.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from media.clock import Instant
from media.forwarding.pacer import DELAY_BOUNDS_MS
from media.histogram import Histogram
from media.ids import EndpointId, RoomKey
from media.plan import Kind
from media.router import Router
from media.stats import (
    JITTER_BOUNDS_S,
    LOSS_BOUNDS,
    RTT_BOUNDS_S,
    DownlinkStats,
    Leg,
    LegStats,
    PacerStats,
    RoomTracks,
    TrackPage,
    TrackStats,
)

SAMPLE_S: Final = 5.0
"""How often a track's jitter, round trip and loss are taken. Receivers report every second."""
LEAST_PACKETS: Final = 10
"""Of fewer, a share lost says nothing; they count toward the next sample."""
MOST_JITTER_S: Final = 10.0
"""A report can claim anything; beyond this a sum would be spoiled for good."""
PAGE_ROWS: Final = 512
"""A page ends with the room that reaches this: about 3 ms of work."""
ROOM_TRACKS: Final = 1024
"""At most so many of one room; 16 people who see each other have 544. Both together, at some 300 B
a row, stay below half a frame of the channel."""
NAME_CHARS: Final = 16
"""A mid is a browser's word, of any length; rows carry its beginning."""
COUNTED: Final = ("packets", "octets", "nacks", "plis", "retransmitted")


class _Track:
    """One track as last read."""

    __slots__ = ("last", "new_lost", "new_packets", "worst")

    def __init__(self, kind: str, endpoint: str) -> None:
        self.last = TrackStats(endpoint, "", "", kind)
        self.worst = 0
        """The most packets that were missing at once: late ones take some of it back."""
        self.new_packets = self.new_lost = 0
        """Since the last sample."""


class _Total:
    """All tracks of one kind in one direction."""

    __slots__ = ("counts", "jitter", "loss", "lost", "rtt")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(COUNTED, 0)
        self.lost = 0
        self.jitter = Histogram(JITTER_BOUNDS_S)
        self.rtt = Histogram(RTT_BOUNDS_S)
        self.loss = Histogram(LOSS_BOUNDS)

    def read(self) -> LegStats:
        return LegStats(
            **self.counts,
            lost=self.lost,
            jitter_s=self.jitter.read(),
            rtt_s=self.rtt.read(),
            loss=self.loss.read(),
        )


class _Followed:
    """What was last read of one endpoint."""

    __slots__ = ("downlink", "pacer", "tracks")

    def __init__(self) -> None:
        self.tracks: dict[tuple[str, str, bool], _Track] = {}
        self.pacer = PacerStats()
        self.downlink = DownlinkStats()


class Ledger:
    """The totals of one engine, from its start."""

    def __init__(self) -> None:
        self._followed: dict[str, _Followed] = {}
        self._totals = {(kind.value, leg.value): _Total() for kind in Kind for leg in Leg}
        self._passed = self._dropped = 0
        self._delays = [0] * (len(DELAY_BOUNDS_MS) + 1)
        self._downlink = dict.fromkeys(DownlinkStats.__struct_fields__, 0)
        self._turns: deque[RoomKey] = deque()
        self._credit = 0.0
        self._seen_at: Instant = 0.0

    # --- following ------------------------------------------------------------------------------

    def watch(self, rooms: Mapping[RoomKey, Router], now: Instant) -> None:
        """Sample the rooms whose turn it is. Call it often: each call does its share."""
        share = len(rooms) * (now - self._seen_at) / SAMPLE_S
        self._seen_at = now
        # After a stall the work is not made up for: it would be the next stall.
        self._credit = min(self._credit + share, 1.0 + len(rooms) / 20)
        while self._credit >= 1.0 and rooms:
            if not self._turns:
                self._turns.extend(rooms)
            router = rooms.get(self._turns.popleft())
            if router is not None:
                self._credit -= 1.0
                self.sample(router)

    def sample(self, router: Router) -> None:
        """Count what a room's tracks did, and take a sample of each that carried something."""
        for stats, track in self._count(router):
            if track.new_packets < LEAST_PACKETS:
                continue
            is_up = stats.endpoint == stats.publisher
            total = self._totals[stats.kind, Leg.UP if is_up else Leg.DOWN]
            lost = track.new_lost
            total.loss.add(min(1.0, lost / (track.new_packets + (lost if is_up else 0))))
            if is_up or stats.rtt_s is not None:  # else no report has come yet
                total.jitter.add(min(stats.jitter_s, MOST_JITTER_S))
            if stats.rtt_s is not None:
                total.rtt.add(stats.rtt_s)
            track.new_packets = track.new_lost = 0

    def settle(self, router: Router, leaving: EndpointId) -> None:
        """Count what a room's tracks did, for one of its endpoints is about to leave it."""
        self._count(router)
        self._followed.pop(leaving, None)

    def _count(self, router: Router) -> list[tuple[TrackStats, _Track]]:
        found = [(stats, self._count_track(stats)) for stats in router.track_stats()]
        for endpoint, pacer in router.pacer_stats().items():
            self._count_pacer(self._of(endpoint), pacer)
        for endpoint, downlink in router.downlink_stats().items():
            self._count_downlink(self._of(endpoint), downlink)
        return found

    def _of(self, endpoint: str) -> _Followed:
        known = self._followed.get(endpoint)
        if known is None:
            known = self._followed[endpoint] = _Followed()
        return known

    def _count_track(self, stats: TrackStats) -> _Track:
        is_up = stats.endpoint == stats.publisher
        # Whatever a slot carries, and in whichever layer, its counts go on.
        key = (stats.mid, stats.rid if is_up else "", is_up)
        tracks = self._of(stats.endpoint).tracks
        track = tracks.get(key)
        if track is None:
            track = tracks[key] = _Track(stats.kind, stats.endpoint)
        total = self._totals[stats.kind, Leg.UP if is_up else Leg.DOWN]
        last, counts = track.last, total.counts
        for name in COUNTED:
            counts[name] += _growth(getattr(stats, name), getattr(last, name))
        if stats.packets < last.packets:
            track.worst = 0  # another SSRC has taken its place
        lost = stats.lost if is_up else min(stats.lost, stats.packets)
        new_lost = max(0, lost - track.worst)
        track.worst += new_lost
        total.lost += new_lost
        track.new_lost += new_lost
        track.new_packets += _growth(stats.packets, last.packets)
        track.last = stats
        return track

    def _count_pacer(self, followed: _Followed, pacer: PacerStats) -> None:
        last, followed.pacer = followed.pacer, pacer
        self._passed += _growth(pacer.passed, last.passed)
        self._dropped += _growth(pacer.dropped, last.dropped)
        before = last.delays or (0,) * len(pacer.delays)
        for place, count in enumerate(pacer.delays):
            self._delays[place] += _growth(count, before[place])

    def _count_downlink(self, followed: _Followed, downlink: DownlinkStats) -> None:
        last, followed.downlink = followed.downlink, downlink
        for name in self._downlink:
            self._downlink[name] += _growth(getattr(downlink, name), getattr(last, name))

    # --- reading --------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return what :class:`media.stats.EngineStats` says of tracks and pacers, by field.

        It is as old as the last turn of each room, :data:`SAMPLE_S` at most but for a room's first.
        """
        return {
            "legs": {
                kind.value: {leg.value: self._totals[kind, leg].read() for leg in Leg}
                for kind in Kind
            },
            "pacer_passed": self._passed,
            "pacer_delays": tuple(self._delays),
            "pacer_dropped": self._dropped,
            "downlink": DownlinkStats(**self._downlink),
        }


def _growth(count: int, before: int) -> int:
    """How much a count grew; one that fell has begun anew."""
    return count - before if count >= before else count


def read_page(rooms: Mapping[RoomKey, Router], after: str) -> TrackPage:
    """Return the rows of the rooms that come next ``after`` this key, as many as fit."""
    ahead = [key for key in rooms if key > after]
    heapq.heapify(ahead)
    found: list[RoomTracks] = []
    size = 0
    while ahead and size < PAGE_ROWS:
        key = heapq.heappop(ahead)
        found.append(read_room(key, rooms[key]))
        # An endpoint without a track is a row too: its pacer, and what it tells of its downlink.
        size += len(found[-1].tracks) + len(found[-1].pacers)
    return TrackPage(tuple(found), more=bool(ahead))


def read_room(key: RoomKey, router: Router) -> RoomTracks:
    """Return the rows of one room."""
    tracks = router.track_stats()
    return RoomTracks(
        room=key,
        tracks=tuple(_short(each) for each in tracks[:ROOM_TRACKS]),
        pacers=router.pacer_stats(),
        downlinks=router.downlink_stats(),
        left_out=max(0, len(tracks) - ROOM_TRACKS),
    )


def _short(stats: TrackStats) -> TrackStats:
    if len(stats.mid) <= NAME_CHARS and len(stats.rid) <= NAME_CHARS:
        return stats
    mid, rid = stats.mid[:NAME_CHARS], stats.rid[:NAME_CHARS]
    return msgspec.structs.replace(stats, mid=mid, rid=rid)
