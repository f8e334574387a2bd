"""What whoever runs the gateway sees of it as it happens: reports in, one page of figures out.

Rule 1: no name, id or address goes out. A call is a random code that lives as long as it is looked
at, a person is a role.
Rule 2: a report is counted or refused whole, and touches no room: at worst a page spoils figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from media.ids import RoomKey
from media.rungs import Rung, worse
from signaling.domain.errors import Code, Refusal
from signaling.domain.events import Presence
from signaling.domain.grants import Role
from signaling.domain.participant import SEATED, Participant
from signaling.limits import BucketsByKey, Rate
from signaling.metrics import Metrics
from signaling.operator_view import CallCodes
from signaling.quality import CallFigures, Lines, hearing, judge
from signaling.recent import Recent
from signaling.reports import ReconnectCause, ReportQuality
from signaling.room_watch import JoinEnded, JoinResult, LevelChanged, NotBack, Sight

REPORTS: Final = Rate(per_second=0.4, burst=4)
"""A page sends one in five seconds, and another when its line comes back."""
WINDOW_S: Final = 900.0
WORST: Final = 5


class Live:
    """How all calls of this gateway are, now and in the last quarter of an hour."""

    def __init__(self, metrics: Metrics) -> None:
        self.codes = CallCodes()
        self._metrics = metrics
        self._lines = Lines()
        self._buckets = BucketsByKey(REPORTS)
        self._joins = {result: Recent(WINDOW_S) for result in JoinResult}
        self._reconnects = Recent(WINDOW_S)

    def handle_report(
        self, room: RoomKey, person: Participant, report: ReportQuality, now: float
    ) -> None:
        """Take what one page reports of its line.

        Raises :class:`Refusal` with ``rate_limited``; then nothing was counted.
        """
        # By seat, not by connection: who connects anew may not report more.
        if not self._buckets.take(f"{room}/{person.id}", now):
            raise Refusal(Code.RATE_LIMITED)
        self._metrics.quality.report(person.role, report)
        self._lines.handle_timeout(now)
        self._lines.handle_report(room, person.id, person.role, report, now)
        for reconnect in report.reconnects:
            self._reconnects.add(reconnect.cause.value, now)

    def handle_refusal(self, role: Role | None, code: Code, now: float) -> None:
        """Somebody's token was refused."""
        self._metrics.join_attempt(role, JoinResult.REFUSED, code.value)
        self._joins[JoinResult.REFUSED].add(code.value, now)

    def handle_sight(self, sight: Sight, now: float) -> None:
        """Take what was seen in a room."""
        match sight:
            case JoinEnded(role, result, reason):
                self._metrics.join_attempt(role, result, reason.value)
                self._joins[result].add(reason.value, now)
            case LevelChanged(before, after):
                self._metrics.quality.level_changed(before, after)
            case NotBack(role):
                self._metrics.quality.not_back(role)

    def show(self, rooms: Mapping[RoomKey, Sequence[Participant]], now: float) -> dict[str, Any]:
        """Return the figures of one page, of these rooms and their people."""
        self._lines.handle_timeout(now)
        calls = {
            room: self._lines.legs(room, {p.id: p.rung for p in people if p.presence in SEATED})
            for room, people in rooms.items()
        }
        everyone = [each for people in rooms.values() for each in people]
        return {
            "people": {
                "present": sum(map(_here, everyone)),
                "away": sum(each.presence is Presence.AWAY for each in everyone),
                "reporting": sum(map(len, calls.values())),
            },
            "sessions": {rung.value: 0 for rung in Rung}
            | {rung.value: count for rung, count in levels(rooms).items()},
            "hearing": hearing(leg for legs in calls.values() for leg in legs),
            "worst": [self._show_call(call) for call in judge(calls)[:WORST]],
            "joins": {"window_s": WINDOW_S}
            | {result.value: recent.counts(now) for result, recent in self._joins.items()},
            "reconnects": {"window_s": WINDOW_S}
            | {cause.value: 0 for cause in ReconnectCause}
            | self._reconnects.counts(now),
        }

    def _show_call(self, call: CallFigures) -> dict[str, Any]:
        return {
            "call": self.codes.code(call.room),
            "people": call.people,
            "mos": None if call.mos is None else round(call.mos, 2),
            "loss": None if call.loss is None else round(call.loss, 4),
            "rtt_ms": None if call.rtt_ms is None else round(call.rtt_ms),
            "rung": call.rung.value,
            "fault": None if call.fault is None else call.fault.value,
            "partial": call.partial,
        }


def levels(rooms: Mapping[RoomKey, Sequence[Participant]]) -> Counter[Rung]:
    """Count the rooms with somebody in them by the lowest rung of those who are there."""
    found: Counter[Rung] = Counter()
    for people in rooms.values():
        rungs = [each.rung for each in people if _here(each)]
        if rungs:
            lowest = rungs[0]
            for rung in rungs:
                lowest = worse(lowest, rung)
            found[lowest] += 1
    return found


def _here(person: Participant) -> bool:
    return person.presence is Presence.PRESENT
