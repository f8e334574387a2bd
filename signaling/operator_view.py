"""Rows of tracks as an operator may see them: figures under random call codes, and no words.

Rule 1: no key, id, mid or rid is shown: a room is a code that means nothing elsewhere, an endpoint
is its place in the order of coming, a track is a number. What a browser chose is not repeated.
Rule 2: bytes of voice are not shown, nor of voice and picture together. Opus spends more on speech
than on silence, so they would tell how much each person spoke.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from media.ids import EndpointId, RoomKey
from media.stats import Leg, PacerStats, RoomTracks, TrackPage, TrackStats

CODE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike when it is read out."""
CODE_LENGTH: Final = 4
REMEMBERED: Final = 4096
"""Twice the most sessions there can be by default: a code lasts as long as its call, then some."""
TOLD: Final = ("sent", "acked", "lost", "late", "refused", "unmatched", "jumps")
SHOWN: Final = ("packets", "lost", "nacks", "plis", "retransmitted")


class CallCodes:
    """Short random names of rooms, for as long as they are looked at."""

    def __init__(self) -> None:
        self._codes: dict[RoomKey, str] = {}
        self._keys: dict[str, RoomKey] = {}

    def code(self, room: RoomKey) -> str:
        """Return the room's code, the same each time until :data:`REMEMBERED` others came."""
        code = self._codes.pop(room, None) or self._fresh()
        self._codes[room] = code  # at the end: it was looked at last
        self._keys[code] = room
        if len(self._codes) > REMEMBERED:
            del self._keys[self._codes.pop(next(iter(self._codes)))]
        return code

    def key(self, code: str) -> RoomKey | None:
        """Return the room of a code, None when it is not known (any more)."""
        return self._keys.get(code)

    def _fresh(self) -> str:
        while True:
            code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
            if code not in self._keys:
                return code


def show_page(page: TrackPage, codes: CallCodes) -> dict[str, Any]:
    """Return the body of one answer; ``next`` is what to ask for to go on, or None."""
    rooms = [_show_room(room, codes.code(room.room)) for room in page.rooms]
    return {"rooms": rooms, "next": rooms[-1]["call"] if page.more and rooms else None}


def _show_room(room: RoomTracks, code: str) -> dict[str, Any]:
    places = {endpoint: place for place, endpoint in enumerate(room.pacers, 1)}
    return {
        "call": code,
        "endpoints": len(places),
        "tracks": [_show_track(n, track, places) for n, track in enumerate(room.tracks, 1)],
        "pacers": [_show_pacer(places[each], pacer) for each, pacer in room.pacers.items()],
        "downlinks": [
            {"endpoint": places[each]} | {name: getattr(downlink, name) for name in TOLD}
            for each, downlink in room.downlinks.items()
            if each in places
        ],
        "left_out": room.left_out,
    }


def _show_track(number: int, track: TrackStats, places: dict[EndpointId, int]) -> dict[str, Any]:
    is_up = track.endpoint == track.publisher
    row = {
        "track": number,
        "endpoint": places.get(EndpointId(track.endpoint)),
        "publisher": places.get(EndpointId(track.publisher)),
        "kind": track.kind,
        "leg": (Leg.UP if is_up else Leg.DOWN).value,
        "jitter_s": track.jitter_s,
        "rtt_s": track.rtt_s,
    }
    row |= {name: getattr(track, name) for name in SHOWN}
    return row if track.kind == "audio" else row | {"octets": track.octets}


def _show_pacer(place: int, pacer: PacerStats) -> dict[str, Any]:
    return {
        "endpoint": place,
        "passed": pacer.passed,
        "delays": pacer.delays,
        "dropped": pacer.dropped,
        "rate_bps": round(pacer.rate_bps),
    }
