"""Token buckets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signaling.limits import Bucket, BucketsByKey, Rate


def test_bucket_gives_its_burst_then_its_rate() -> None:
    bucket = Bucket(Rate(2.0, 3), 0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(0.4)
    assert bucket.take(0.5)
    assert [bucket.take(100.0) for _ in range(4)] == [True, True, True, False]


def test_to_ask_whether_there_is_one_takes_none() -> None:
    buckets = BucketsByKey(Rate(1.0, 1))
    assert buckets.has("a", 0.0)
    assert [buckets.has("a", 0.0), buckets.take("a", 0.0), buckets.has("a", 0.0)] == [
        True, True, False,
    ]  # fmt: skip
    assert buckets.has("a", 1.0)


@given(st.lists(st.floats(0, 5), max_size=60))
def test_bucket_never_gives_more_than_promised(pauses: list[float]) -> None:
    bucket, now, given_out = Bucket(Rate(1.0, 4), 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        given_out += bucket.take(now)
        assert given_out <= 4 + now + 1e-6


def test_clock_that_stands_still_or_goes_back_gives_nothing() -> None:
    bucket = Bucket(Rate(1.0, 1), 10.0)
    assert bucket.take(10.0)
    assert not bucket.take(5.0)


def test_each_key_has_its_own_bucket_and_the_oldest_is_forgotten() -> None:
    buckets = BucketsByKey(Rate(0.001, 1), max_keys=2)
    assert buckets.take("a", 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("c", 0.0)  # forgets b, the longest unused
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)
