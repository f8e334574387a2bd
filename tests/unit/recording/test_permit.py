"""A permit is a lease: it ends by itself, and nothing old, foreign or larger makes it go on."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recording.permit import LEASE_S, Lease, PermitError, RecordingPermit

GIVEN = RecordingPermit(UUID(int=1), 1, 1, frozenset({"voice", "picture"}))


def test_it_allows_what_it_names_for_as_long_as_it_holds() -> None:
    lease = Lease(GIVEN, 10.0)
    assert lease.allows("voice", 10.0 + LEASE_S - 0.01)
    assert not lease.allows("another", 10.0)
    assert not lease.allows("voice", 10.0 + LEASE_S)


def test_renewed_every_second_it_goes_on_and_one_may_be_late() -> None:
    lease = Lease(GIVEN, 0.0)
    for number, at in ((2, 1.0), (3, 2.0), (4, 3.9), (5, 4.0)):
        lease.renew(replace(GIVEN, number=number), at)
    assert lease.until == 4.0 + LEASE_S
    assert lease.allows("voice", 5.9)


def test_what_has_ended_does_not_begin_again() -> None:
    lease = Lease(GIVEN, 0.0)
    assert not lease.holds(LEASE_S)
    with pytest.raises(PermitError, match="too late"):
        lease.renew(replace(GIVEN, number=2), 1.0)  # a clock that was set back
    assert not lease.allows("voice", 0.5)


def test_less_is_less_of_what_has_ended_too() -> None:
    lease = Lease(GIVEN, 0.0)
    lease.end()
    with pytest.raises(PermitError, match="too late"):
        lease.renew(replace(GIVEN, number=2, tracks=frozenset()), 0.1)
    assert lease.tracks == frozenset()
    assert not lease.holds(0.1)


def test_it_ends_in_the_moment_it_is_told_to() -> None:
    lease = Lease(GIVEN, 0.0)
    lease.end()
    assert not lease.allows("voice", 0.0)
    with pytest.raises(PermitError):
        lease.renew(replace(GIVEN, number=2), 0.1)


@pytest.mark.parametrize(
    ("permit", "why"),
    [
        (GIVEN, "turn"),
        (replace(GIVEN, number=0), "turn"),
        (replace(GIVEN, number=2, recording=UUID(int=2)), "another segment"),
        (replace(GIVEN, number=2, segment=2), "another segment"),
        (replace(GIVEN, number=2, tracks=GIVEN.tracks | {"other"}), "more"),
    ],
)
def test_a_permit_that_is_old_foreign_or_for_more_changes_nothing(
    permit: RecordingPermit, why: str
) -> None:
    lease = Lease(GIVEN, 0.0)
    with pytest.raises(PermitError, match=why):
        lease.renew(permit, 1.0)
    assert lease.until == LEASE_S
    assert not lease.allows("other", 1.0)


def test_a_newer_one_may_allow_less() -> None:
    lease = Lease(GIVEN, 0.0)
    lease.renew(replace(GIVEN, number=2, tracks=frozenset({"voice"})), 1.0)
    assert lease.allows("voice", 1.0)
    assert not lease.allows("picture", 1.0)
    with pytest.raises(PermitError, match="more"):
        lease.renew(replace(GIVEN, number=3), 1.5)


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20)), max_size=30))
def test_nothing_is_ever_allowed_two_seconds_after_the_last_renewal(
    steps: list[tuple[float, int]],
) -> None:
    lease, now, last = Lease(GIVEN, 0.0), 0.0, 0.0
    for passed, number in steps:
        now += passed
        assert lease.holds(now) == (now < last + LEASE_S)
        try:
            lease.renew(replace(GIVEN, number=number), now)
        except PermitError:
            continue
        last = now
    assert not lease.holds(last + LEASE_S)
