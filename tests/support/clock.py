"""Virtual time: machines joined by their deadlines, hours in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from media.clock import Instant


class Machine(Protocol):
    """What a clock can drive."""

    def next_deadline(self) -> Instant | None:
        """When it next has something to do."""

    def handle_timeout(self, now: Instant) -> None:
        """Do what is due."""


class VirtualClock:
    """Steps from deadline to deadline of ``machines``, in their order where times are the same.

    ``after_each`` runs after every step: there the outputs of one machine become another's inputs.
    """

    MAX_STEPS_AT_ONE_TIME = 10_000

    def __init__(self, start: Instant = 1000.0) -> None:
        self.now = start

    def run_until(
        self, until: Instant, machines: Iterable[Machine], after_each: Callable[[Instant], None]
    ) -> None:
        """Run all that is due up to and including ``until``, then stand there.

        Fails on a machine that never moves its deadline on.
        """
        driven = tuple(machines)
        steps = 0
        while True:
            at, machine = until, None
            for each in driven:  # plain, for this is where simulations spend their time
                deadline = each.next_deadline()
                if deadline is not None and (deadline < at or (deadline == at and machine is None)):
                    at, machine = deadline, each
            if machine is None:
                break
            steps = 0 if at > self.now else steps + 1
            assert steps < self.MAX_STEPS_AT_ONE_TIME, f"{machine} stands still at {at}"
            self.now = max(self.now, at)
            machine.handle_timeout(self.now)
            after_each(self.now)
        self.now = max(self.now, until)
