"""Whatever comes when: only what a permit allows as it comes goes into the inbox."""

from __future__ import annotations

import contextlib
from typing import Literal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from media.plan import Codec
from media.rtp.rtcp import SenderReport
from recording.inbox import Inbox, Packet, Report
from recording.intake import Intake
from recording.permit import LEASE_S, Lease, PermitError, RecordingPermit

OPUS = Codec("opus", 48_000, 111)
PARTS = ("ann", "ben")
Step = tuple[Literal["wait", "packet", "permit"], int, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(0, 30), st.just(0)),
        st.tuples(st.just("packet"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("permit"), st.integers(0, 6), st.integers(0, 3)),
    ),
    max_size=60,
)


def permit(number: int, which: int) -> RecordingPermit:
    tracks = frozenset(part for bit, part in enumerate(PARTS) if which >> bit & 1)
    return RecordingPermit(UUID(int=1), 1, number, tracks)


@given(STEPS)
def test_nothing_goes_in_without_a_permit_that_holds(steps: list[Step]) -> None:
    inbox, now = Inbox(), 0.0
    lease = Lease(permit(0, 3), now)
    intakes = [Intake(part, inbox, lease.allows, lambda part: None) for part in PARTS]
    until, allowed, number = LEASE_S, set(PARTS), 0
    expected = []
    for what, first, second in steps:
        if what == "wait":
            now += first / 10
        elif what == "permit":
            given_ = permit(first, second)
            with contextlib.suppress(PermitError):
                lease.renew(given_, now)
            if now < until and first > number and given_.tracks <= allowed:
                until, allowed, number = now + LEASE_S, set(given_.tracks), first
        else:
            intakes[first].packet(0, 1, OPUS, b"x", now)
            if now < until and PARTS[first] in allowed:
                expected.append((PARTS[first], now))
    taken = []
    while (item := inbox.take()) is not None:
        assert isinstance(item, Packet)
        taken.append((item.part, item.arrived))
    overflowed = inbox.overflowed
    assert len(taken) + overflowed == len(expected)
    assert overflowed or taken == expected


def test_what_is_taken_in_says_what_it_is() -> None:
    inbox, gone = Inbox(), []
    intake = Intake("ann", inbox, lambda part, now: part == "ann", gone.append)
    intake.packet(2, 7, Codec("RED", 48_000, 63), b"data", 1.5)
    intake.report(1, SenderReport(5, 6, 7, 8, 9), 1.6)
    intake.ended()
    assert inbox.take() == Packet("ann", 2, 7, "red", 48_000, 63, b"data", 1.5)
    assert inbox.take() == Report("ann", 1, 6, 7, 1.6)
    assert gone == ["ann"]
