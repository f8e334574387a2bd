"""A short, seeded run of every target, and that an escape would be seen."""

from __future__ import annotations

import pytest

from tests.fuzz.driver import CORPUS, TARGETS, Mutator, Outcome, corpus, mutate

EXECUTIONS = {
    "stun": 8000,
    "rtp": 1000,
    "rtcp": 1000,
    "red": 1500,
    "samples": 3000,
    "sdp": 200,
    "channel": 8000,
    "wire": 8000,
}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_escapes(name: str) -> None:
    outcome = mutate(name, executions=EXECUTIONS[name])
    assert outcome.executions == EXECUTIONS[name]
    assert not outcome.escapes


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert all(len(corpus(name)) >= 3 for name in TARGETS)


def test_same_seed_bends_the_same_way() -> None:
    one, two, other = (Mutator(corpus("stun"), seed) for seed in ("a", "a", "b"))
    inputs = [one.next() for _ in range(50)]
    assert inputs == [two.next() for _ in range(50)]
    assert inputs != [other.next() for _ in range(50)]


def test_escape_is_kept_once_for_each_place() -> None:
    def breaks(data: bytes) -> None:
        assert data != b"x"
        raise KeyError(data)

    outcome = Outcome()
    for data in (b"1", b"2", b"x"):
        outcome.run(breaks, data)
    assert outcome.executions == 3
    assert sorted(outcome.escapes.values()) == [b"1", b"x"]
