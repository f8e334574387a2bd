"""Which alerts hold now, and since when. Pure: fed with readings, a few a minute.

A condition is asked of the newest reading and of the one at the beginning of the rule's window, or
of the oldest there is, as Prometheus does with a gateway that has just started.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from math import isinf
from typing import Any, Final

from signaling.alert_rules import LONGEST_S, RULES, Alert, Reading, Rule, judge

EVERY_S: Final = 15.0
"""How often to read: as often as ``deploy/prometheus/prometheus.yml`` does."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One rule whose condition holds. ``value`` is the figure, as large as it was last."""

    rule: Rule
    value: float
    since: float


class Alerts:
    """The last readings, and what came of them."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, Reading]] = deque()
        self._holding: dict[Alert, Holding] = {}

    def handle_reading(self, reading: Reading, now: float) -> None:
        """Take what the metrics show now."""
        self._readings.append((now, reading))
        while len(self._readings) > 1 and now - self._readings[1][0] >= LONGEST_S:
            self._readings.popleft()
        for rule in RULES:
            found = self._judge(rule, now)
            if found is None:
                self._holding.pop(rule.alert, None)
            else:
                before = self._holding.get(rule.alert)
                since = now if before is None else before.since
                self._holding[rule.alert] = Holding(rule, found, since)

    def show(self, now: float) -> list[dict[str, Any]]:
        """Return those that hold, as the operator's page is told, in the table's order."""
        return [
            {
                "alert": rule.alert.value,
                "severity": rule.severity.value,
                "value": None if isinf(held.value) else round(held.value, 4),
                "bar": rule.condition.bar,
                "for_s": round(now - held.since),
                "raised": now - held.since >= rule.lasting_s,
            }
            for rule in RULES
            if (held := self._holding.get(rule.alert)) is not None
        ]

    def _judge(self, rule: Rule, now: float) -> float | None:
        """The window begins at the last reading before it, or at the first there is."""
        begun, before = self._readings[0]
        for at, reading in self._readings:
            if now - at < rule.window_s:
                break
            begun, before = at, reading
        if begun == now:
            return None
        return judge(rule, before, self._readings[-1][1], now - begun)
