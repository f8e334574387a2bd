"""When an operator is told that people suffer: one table, for the page here and for Prometheus.

Rule 1: each rule says its condition once. :func:`promql` writes it as Prometheus reads it, and
``deploy/prometheus/alerts.yml`` says the same to the letter (a test compares them), so that the
operator's page and the alerts never contradict each other.
Rule 2: pure. A reading is what ``/metrics`` shows at one moment; a condition is asked of two.
Rule 3: of nothing nothing is known: without calls no condition holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Final, Protocol, TypeAlias

Reading: TypeAlias = Mapping[str, Iterable[tuple[Mapping[str, str], float]]]
"""Values with their labels, by the name of the sample."""
MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one name whose labels fit; ``labels`` are matchers such as ``leg="down"``."""

    name: str
    labels: str = ""

    def __str__(self) -> str:
        """Write it as PromQL does."""
        return f"{self.name}{{{self.labels}}}" if self.labels else self.name

    def rows(self, reading: Reading) -> list[tuple[Mapping[str, str], float]]:
        """Return the samples that fit."""
        matchers = re.findall(r'(\w+)(=~|!=|=)"([^"]*)"', self.labels)
        return [
            (labels, value)
            for labels, value in reading.get(self.name, ())
            if all(_fits(labels.get(name, ""), how, wanted) for name, how, wanted in matchers)
        ]

    def total(self, reading: Reading) -> float:
        """Return the sum of the samples that fit."""
        return sum(value for _, value in self.rows(reading))

    def rise(self, before: Reading, now: Reading) -> float:
        """Return by how much a counter has risen."""
        return max(0.0, self.total(now) - self.total(before))


class Figure(Protocol):
    """What a condition compares with its bar."""

    def series(self) -> tuple[Series, ...]:
        """Return what it is reckoned from."""

    def promql(self, window: str) -> str:
        """Write it as Prometheus reads it."""

    def value(self, before: Reading, now: Reading, window_s: float) -> float | None:
        """Return it, None when there was nothing to reckon it from."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How often something has happened."""

    of: Series

    def series(self) -> tuple[Series, ...]:
        """Return what it is reckoned from."""
        return (self.of,)

    def promql(self, window: str) -> str:
        """Write it as Prometheus reads it."""
        return f"sum(increase({self.of}[{window}]))"

    def value(self, before: Reading, now: Reading, window_s: float) -> float | None:
        """Return it."""
        return self.of.rise(before, now)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those that happened were such."""

    part: Series
    whole: Series

    def series(self) -> tuple[Series, ...]:
        """Return what it is reckoned from."""
        return (self.part, self.whole)

    def promql(self, window: str) -> str:
        """Write it as Prometheus reads it."""
        return f"{Rise(self.part).promql(window)} / {Rise(self.whole).promql(window)}"

    def value(self, before: Reading, now: Reading, window_s: float) -> float | None:
        """Return it, 0 to 1; None when nothing happened."""
        whole = self.whole.rise(before, now)
        return self.part.rise(before, now) / whole if whole else None


@dataclass(frozen=True, slots=True)
class EachMinute:
    """How often something happens in a minute, to each of those that are there now."""

    of: Series
    among: Series

    def series(self) -> tuple[Series, ...]:
        """Return what it is reckoned from."""
        return (self.of, self.among)

    def promql(self, window: str) -> str:
        """Write it as Prometheus reads it."""
        return f"sum(rate({self.of}[{window}])) * {MINUTE_S} / sum({self.among})"

    def value(self, before: Reading, now: Reading, window_s: float) -> float | None:
        """Return it; infinite where it happened and nobody is left."""
        times = self.of.rise(before, now) * MINUTE_S / window_s
        among = self.among.total(now)
        if among:
            return times / among
        return inf if times else None


@dataclass(frozen=True, slots=True)
class Quantile:
    """The bound under which this share of a histogram's values lie."""

    share: float
    of: Series

    def series(self) -> tuple[Series, ...]:
        """Return what it is reckoned from."""
        return (self.of,)

    def promql(self, window: str) -> str:
        """Write it as Prometheus reads it."""
        return f"histogram_quantile({self.share}, sum by (le) (rate({self.of}[{window}])))"

    def value(self, before: Reading, now: Reading, window_s: float) -> float | None:
        """Return it as ``histogram_quantile`` does: evenly spread within a bucket."""
        counts: dict[float, float] = {}
        for sign, reading in ((1, now), (-1, before)):
            for labels, value in self.of.rows(reading):
                bound = float(labels["le"])
                counts[bound] = counts.get(bound, 0.0) + sign * value
        return _quantile(self.share, sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Condition:
    """A figure that is beyond its bar; ``least``: and what it rests on happened so often."""

    figure: Figure
    bar: float
    least: tuple[Series, str, int] | None = None
    """A counter, ``>`` or ``>=``, and how far it must have risen."""

    def series(self) -> tuple[Series, ...]:
        """Return all that it looks at."""
        return self.figure.series() + (() if self.least is None else (self.least[0],))


class Severity(StrEnum):
    """Who is told how."""

    PAGE = "page"
    TICKET = "ticket"


class Alert(StrEnum):
    """All there are."""

    HEARING_BAD = "HearingBad"
    CONCEALMENT_HIGH = "ConcealmentHigh"
    FREEZE_HIGH = "FreezeHigh"
    RECONNECT_STORM = "ReconnectStorm"
    JOIN_FAILING = "JoinFailing"
    WORKER_LOST = "WorkerLost"
    FORWARDING_SLOW = "ForwardingSlow"
    ROOM_FAULT = "RoomFault"
    RECORDING_FAILING = "RecordingFailing"
    WITHDRAWAL_SLOW = "WithdrawalSlow"


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert. It holds while its condition does, and is raised when that has lasted."""

    alert: Alert
    condition: Condition
    window_min: int
    lasting_min: int
    severity: Severity

    @property
    def window_s(self) -> float:
        """Over how long the condition looks back."""
        return float(self.window_min * MINUTE_S)

    @property
    def lasting_s(self) -> float:
        """How long it has to hold before anyone is called."""
        return float(self.lasting_min * MINUTE_S)


JOINS: Final = 'reason!="left"'
"""Who left by themselves did not fail; whose link was refused is another result."""
TRIED: Final = Series("quietroom_join_attempts_total", f'result=~"joined|failed", {JOINS}')
BACK: Final = Series("quietroom_reconnects_total", 'result="back"')

RULES: Final = (
    # At 3.4 words must be asked for again.
    Rule(
        Alert.HEARING_BAD,
        Condition(
            Share(
                Series("quietroom_mos_estimate_bucket", 'leg="down", le="3.4"'),
                Series("quietroom_mos_estimate_count", 'leg="down"'),
            ),
            bar=0.1,
        ),
        window_min=10, lasting_min=10, severity=Severity.PAGE,
    ),
    Rule(
        Alert.CONCEALMENT_HIGH,
        Condition(Quantile(0.95, Series("quietroom_audio_concealed_ratio_bucket")), bar=0.05),
        window_min=10, lasting_min=10, severity=Severity.TICKET,
    ),
    Rule(
        Alert.FREEZE_HIGH,
        Condition(Quantile(0.95, Series("quietroom_video_freeze_ratio_bucket")), bar=0.08),
        window_min=15, lasting_min=15, severity=Severity.TICKET,
    ),
    # A minute's reconnects against the calls there are; a few are a train, not a storm.
    Rule(
        Alert.RECONNECT_STORM,
        Condition(
            EachMinute(BACK, Series("quietroom_sessions_active")), bar=0.5, least=(BACK, ">", 5)
        ),
        window_min=3, lasting_min=3, severity=Severity.PAGE,
    ),
    Rule(
        Alert.JOIN_FAILING,
        Condition(
            Share(Series("quietroom_join_attempts_total", f'result="failed", {JOINS}'), TRIED),
            bar=0.05,
            least=(TRIED, ">=", 10),
        ),
        window_min=10, lasting_min=10, severity=Severity.PAGE,
    ),
    # It is replaced within seconds; that it died is a bug or a machine without memory.
    Rule(
        Alert.WORKER_LOST,
        Condition(Rise(Series("quietroom_media_worker_restarts_total")), bar=0),
        window_min=10, lasting_min=0, severity=Severity.TICKET,
    ),
    # The bar for voice (docs/bench/media-plane.md): beyond it this machine is too slow.
    Rule(
        Alert.FORWARDING_SLOW,
        Condition(Quantile(0.99, Series("quietroom_forward_delay_seconds_bucket")), bar=0.005),
        window_min=5, lasting_min=5, severity=Severity.TICKET,
    ),
    Rule(
        Alert.ROOM_FAULT,
        Condition(Rise(Series("quietroom_room_faults_total")), bar=0),
        window_min=10, lasting_min=0, severity=Severity.TICKET,
    ),
    Rule(
        Alert.RECORDING_FAILING,
        Condition(Rise(Series("quietroom_recordings_ended_total", 'result="fail"')), bar=0),
        window_min=10, lasting_min=0, severity=Severity.TICKET,
    ),
    # What people are promised: after that nothing more of them is written.
    Rule(
        Alert.WITHDRAWAL_SLOW,
        Condition(
            Quantile(0.99, Series("quietroom_recording_withdrawal_seconds_bucket")), bar=0.25
        ),
        window_min=60, lasting_min=0, severity=Severity.TICKET,
    ),
)  # fmt: skip
NAMES: Final = frozenset(series.name for rule in RULES for series in rule.condition.series())
"""What of a reading the rules look at."""
LONGEST_S: Final = max(rule.window_s for rule in RULES)


def promql(rule: Rule) -> str:
    """Write a rule's condition as Prometheus reads it, on one line."""
    window = f"{rule.window_min}m"
    condition = rule.condition
    written = f"{condition.figure.promql(window)} > {condition.bar}"
    if condition.least is not None:
        of, how, count = condition.least
        written += f" and {Rise(of).promql(window)} {how} {count}"
    return written


def judge(rule: Rule, before: Reading, now: Reading, window_s: float) -> float | None:
    """Return the figure where the condition holds, else None.

    ``before`` is ``window_s`` seconds older than ``now``; a rule's own window, once that long.
    """
    condition = rule.condition
    found = condition.figure.value(before, now, window_s)
    if found is None or found <= condition.bar:
        return None
    if condition.least is not None:
        of, how, count = condition.least
        risen = of.rise(before, now)
        if risen < count or (how == ">" and risen == count):
            return None
    return found


def _fits(value: str, how: str, wanted: str) -> bool:
    if how == "=~":
        return value in wanted.split("|")
    return (value == wanted) is (how == "=")


def _quantile(share: float, cumulative: list[tuple[float, float]]) -> float | None:
    """Cumulative counts by upper bound, the last one infinite."""
    total = cumulative[-1][1] if cumulative else 0.0
    if total <= 0:
        return None
    rank, low, below = share * total, 0.0, 0.0
    for bound, count in cumulative:
        if count >= rank:
            if bound == inf or bound <= 0:
                return low if bound == inf else bound
            return low + (bound - low) * (rank - below) / (count - below)
        low, below = bound, count
    return low
