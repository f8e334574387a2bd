"""How calls sound, judged from what their pages report; and whose line is at fault. Pure.

Rule 1: what a browser does not say is not known: it is never taken for good or for nothing.
Rule 2: a call is the key its room has, a person the id they have in it; both stay in memory, and
go a short while after the last report. What is shown of them is figures and a role.
Rule 3: a voice's MOS is an estimate by the E-model (ITU-T G.107) with what was concealed in the
place of what was lost, for the plain model is too kind to jitter. A picture has no such figure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from media.ids import RoomKey
from media.rungs import ORDER, Rung
from signaling.domain.grants import Role
from signaling.reports import ReportQuality

HEARING_BAD_MOS: Final = 3.4
"""Below it words must be asked for again (product.md 5.5, HearingBad)."""
STALE_S: Final = 30.0
"""A report older than this says nothing about now; six in a row are missing then."""
KEPT: Final = 6
"""Reports a judgement rests on: half a minute of them."""
BAD_LOSS: Final = 0.05
"""Of a leg, either way: half of it shows in concealment, MOS falls to 3.2 (product.md 5.2)."""
BAD_RTT_MS: Final = 400.0
"""Of one leg: with a good second one people begin to talk over each other."""
SHARED_BY: Final = 0.5
"""Where so many of the other calls' legs are bad too, it is not their networks."""

BASE_R: Final = 93.2
BPL: Final = 12.0
"""How well Opus with FEC bears loss: 2 % gives 3.9, 5 % gives 3.2 at 110 ms (product.md 5.2)."""
DEVICES_MS: Final = 20.0
"""A microphone's frame and a speaker's."""
UNSEEN_BUFFER_MS: Final = 40.0
"""What a receiver whose buffer is not known to this page waits: two packets."""


def mos(delay_ms: float, lost: float) -> float:
    """Return the estimate, 1 to 4.4, for a one-way delay and a share of lost or concealed voice."""
    delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    percent = 100.0 * lost
    r = min(100.0, max(0.0, BASE_R - delay - 95.0 * percent / (percent + BPL)))
    # Under R = 6.5 the curve dips below its own beginning; there is nothing worse than 1.
    return max(1.0, 1.0 + 0.035 * r + 7e-6 * r * (r - 60.0) * (100.0 - r))


def mos_heard(report: ReportQuality) -> float | None:
    """Return the estimate of what the page's person hears; None when too little is known."""
    heard = report.audio_down
    if heard is None or report.rtt_ms is None:
        return None
    lost = heard.loss if heard.concealed is None else heard.concealed
    if lost is None:
        return None
    buffer_ms = UNSEEN_BUFFER_MS if heard.buffer_ms is None else heard.buffer_ms
    return mos(report.rtt_ms / 2 + buffer_ms + DEVICES_MS, lost)


def mos_sent(report: ReportQuality) -> float | None:
    """Return the estimate of how the page's person reaches us, by the loss of their packets."""
    sent = report.audio_up
    if sent is None or sent.loss is None or report.rtt_ms is None:
        return None
    return mos(report.rtt_ms / 2 + UNSEEN_BUFFER_MS + DEVICES_MS, sent.loss)


class Fault(StrEnum):
    """Whose line makes a call bad, as far as can be told."""

    CLIENT = "client"
    COUNSELLOR = "counsellor"
    BOTH = "both"
    """More than one person's, while other calls are well."""
    US = "us"


@dataclass(frozen=True, slots=True)
class Leg:
    """One person's line over the last reports. None is not known."""

    role: Role
    rung: Rung
    mos: float | None
    loss_up: float | None
    loss_down: float | None
    """All that was missing on arrival, the loss on others' way up among it."""
    rtt_ms: float | None
    partial: bool = False
    """The browser does not tell all a judgement wants."""


@dataclass(frozen=True, slots=True)
class CallFigures:
    """What an operator may see of one call: the worst of its legs, and whose that is."""

    room: RoomKey
    people: int
    mos: float | None
    loss: float | None
    rtt_ms: float | None
    rung: Rung
    fault: Fault | None
    partial: bool


@dataclass(slots=True)
class _Line:
    role: Role
    reports: deque[tuple[ReportQuality, float]] = field(default_factory=lambda: deque(maxlen=KEPT))


class Lines:
    """The last reports of everyone's page, by room and by person in it."""

    def __init__(self) -> None:
        self._lines: dict[RoomKey, dict[str, _Line]] = {}

    def handle_report(
        self, room: RoomKey, person: str, role: Role, report: ReportQuality, now: float
    ) -> None:
        """Take one report."""
        line = self._lines.setdefault(room, {}).setdefault(person, _Line(role))
        line.reports.append((report, now))

    def handle_timeout(self, now: float) -> None:
        """Forget what is stale, and rooms of which nothing is left."""
        for room, people in list(self._lines.items()):
            for person, line in list(people.items()):
                while line.reports and now - line.reports[0][1] > STALE_S:
                    line.reports.popleft()
                if not line.reports:
                    del people[person]
            if not people:
                del self._lines[room]

    def legs(self, room: RoomKey, rungs: dict[str, Rung]) -> list[Leg]:
        """Return the lines of those of these people whose pages have reported lately."""
        people = self._lines.get(room, {})
        return [_leg(people[each], rung) for each, rung in rungs.items() if each in people]


def _leg(line: _Line, rung: Rung) -> Leg:
    reports = [report for report, _ in line.reports]
    heard = _mean(reports, mos_heard)
    concealed = _mean(reports, lambda r: None if r.audio_down is None else r.audio_down.concealed)
    return Leg(
        role=line.role,
        rung=rung,
        mos=heard,
        loss_up=_mean(reports, _loss_up),
        loss_down=_mean(reports, _loss_down),
        rtt_ms=_mean(reports, lambda r: r.rtt_ms),
        partial=heard is None or concealed is None,
    )


def _loss_up(report: ReportQuality) -> float | None:
    """Return the loss of voice on the way up, or of the picture where there is no voice."""
    for sent in (report.audio_up, report.video_up):
        if sent is not None and sent.loss is not None:
            return sent.loss
    return None


def _loss_down(report: ReportQuality) -> float | None:
    """Return the loss of voice on arrival, or of pictures where there is no voice."""
    for got in (report.audio_down, report.video_down):
        if got is not None and got.loss is not None:
            return got.loss
    return None


def _mean(
    reports: Collection[ReportQuality], read: Callable[[ReportQuality], float | None]
) -> float | None:
    """Return a figure's mean by time over the reports that have it."""
    found = [(read(report), report.span_ms) for report in reports]
    known = [(value, span) for value, span in found if value is not None]
    total = sum(span for _, span in known)
    return sum(value * span for value, span in known) / total if total else None


def is_bad(leg: Leg, others_up: float) -> bool:
    """Whether this leg itself is bad; ``others_up`` is the worst loss on the others' way here."""
    if ORDER.index(leg.rung) >= ORDER.index(Rung.SLOW):
        return True
    if leg.rtt_ms is not None and leg.rtt_ms >= BAD_RTT_MS:
        return True
    return max(leg.loss_up or 0.0, own_loss_down(leg, others_up) or 0.0) >= BAD_LOSS


def own_loss_down(leg: Leg, others_up: float) -> float | None:
    """Return what was lost on the way down alone: what came to us lost was not lost there."""
    if leg.loss_down is None:
        return None
    reached = max(1e-6, 1.0 - others_up)
    return max(0.0, 1.0 - (1.0 - leg.loss_down) / reached)


def bad_legs(legs: Collection[Leg]) -> list[Leg]:
    """Return those of a call's legs that are bad by themselves."""
    return [leg for leg in legs if is_bad(leg, _others_up(leg, legs))]


def _others_up(leg: Leg, legs: Iterable[Leg]) -> float:
    return max((other.loss_up or 0.0 for other in legs if other is not leg), default=0.0)


def fault_of(legs: Collection[Leg], elsewhere: float | None) -> Fault | None:
    """Return whose fault a call's bad legs are; None when none is bad.

    One bad leg of several is that person's network. All of them are ours, unless most others' legs
    are well: ``elsewhere`` is the bad share of the other calls' legs, None without other calls.
    """
    bad = bad_legs(legs)
    if not bad:
        return None
    is_shared = elsewhere is None if len(legs) > 1 else False
    if len(bad) == len(legs) and (is_shared or (elsewhere is not None and elsewhere >= SHARED_BY)):
        return Fault.US
    roles = {leg.role for leg in bad}
    return Fault(next(iter(roles)).value) if len(roles) == 1 else Fault.BOTH


def judge(calls: dict[RoomKey, list[Leg]]) -> list[CallFigures]:
    """Return the figures of every call with a report, the worst to hear first."""
    bad = {room: len(bad_legs(legs)) for room, legs in calls.items()}
    all_bad, all_legs = sum(bad.values()), sum(map(len, calls.values()))
    figures = []
    for room, legs in calls.items():
        if legs:
            others = all_legs - len(legs)
            elsewhere = (all_bad - bad[room]) / others if others else None
            figures.append(_figures(room, legs, fault_of(legs, elsewhere)))
    return sorted(figures, key=_how_bad)


def _figures(room: RoomKey, legs: list[Leg], fault: Fault | None) -> CallFigures:
    losses = [leg.loss_up for leg in legs]
    losses += [own_loss_down(leg, _others_up(leg, legs)) for leg in legs]
    return CallFigures(
        room=room,
        people=len(legs),
        mos=min((leg.mos for leg in legs if leg.mos is not None), default=None),
        loss=max((loss for loss in losses if loss is not None), default=None),
        rtt_ms=max((leg.rtt_ms for leg in legs if leg.rtt_ms is not None), default=None),
        rung=max((leg.rung for leg in legs), key=ORDER.index),
        fault=fault,
        partial=any(leg.partial for leg in legs),
    )


def _how_bad(call: CallFigures) -> tuple[float, int]:
    """Order by what people hear; a call whose MOS is not known stands where good ones begin."""
    return (HEARING_BAD_MOS if call.mos is None else call.mos, -ORDER.index(call.rung))


def hearing(legs: Iterable[Leg]) -> dict[str, int]:
    """Count people by how they hear: ``well``, ``badly``, or ``unknown`` to their browser."""
    counts = {"well": 0, "badly": 0, "unknown": 0}
    for leg in legs:
        if leg.mos is None:
            counts["unknown"] += 1
        else:
            counts["badly" if leg.mos < HEARING_BAD_MOS else "well"] += 1
    return counts
