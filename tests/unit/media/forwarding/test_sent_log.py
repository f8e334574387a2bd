from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.bandwidth.report import Reported
from media.forwarding.sent_log import (
    CAPACITY,
    JUMP_S,
    MAX_STATUSES,
    STATUSES_A_PACKET,
    SentLog,
)
from media.rtp import transport_cc
from media.rtp.sequence import CYCLE
from tests.support.arrivals import arrivals

SIZE = 100


def sent(count: int, *, before: int = 0, now: float = 1.0) -> SentLog:
    """A log in which ``before`` packets are all acked and ``count`` are out, 1 ms apart."""
    log = SentLog()
    log.next_number = before  # nothing is remembered of these, as of what is known to have come
    for index in range(count):
        log.add(SIZE, now + index / 1000)
    return log


def message(base: int, *ticks: int | None, reference: int = 5) -> bytes:
    return transport_cc.build(arrivals(base & 0xFFFF, reference, 0, ticks))


def reported(log: SentLog, information: bytes, now: float = 2.0) -> list[Reported]:
    report = log.handle_feedback(information, now)
    assert report is not None
    assert report is log.last
    assert report.at == now
    return list(report.packets)


def counts(log: SentLog) -> tuple[int, int, int, int]:
    return log.acked, log.lost, log.late, log.refused


def test_names_what_was_lost_and_is_young_enough() -> None:
    log = SentLog()
    for index in range(4):
        log.add(SIZE, 1.0 + index / 10, (7 + index % 2) << 16 | 65_530 + index)
    log.add(SIZE, 1.4)
    report = log.handle_feedback(message(0, None, None, 40, None, None), 2.0)
    assert report is not None
    assert log.lost_since(report, 1.05) == [(8, 65_531), (8, 65_533)]
    assert log.lost_since(report, 0.0) == [(7, 65_530), (8, 65_531), (8, 65_533)]


def test_says_when_each_packet_went_and_came() -> None:
    log = sent(4)
    found = reported(log, message(0, 0, 40, None, 44))
    came = 5 * 0.064
    assert found == [
        (0, 1.0, SIZE, pytest.approx(came)),
        (1, 1.001, SIZE, pytest.approx(came + 0.01)),
        (2, 1.002, SIZE, None),
        (3, 1.003, SIZE, pytest.approx(came + 0.011)),
    ]
    assert counts(log) == (3, 1, 0, 0)
    assert (log.next_number, log.sent_bytes, log.acked_bytes) == (4, 4 * SIZE, 3 * SIZE)


def test_knows_since_when_the_oldest_packet_waits_for_a_word() -> None:
    log = SentLog()
    assert log.waiting_since is None
    log = sent(4)
    assert log.waiting_since == 1.0
    reported(log, message(0, 0, 40, None))
    assert log.waiting_since == 1.003
    reported(log, message(2, None, 44))
    assert log.waiting_since is None, "that it was lost is a word too"
    reported(log, message(0, 40, 40))
    assert log.waiting_since is None, "an older message takes nothing back"


@pytest.mark.parametrize("before", [0, 10, CAPACITY - 2, CYCLE - 2, 3 * CYCLE - 1])
def test_numbers_go_on_past_every_wrap(before: int) -> None:
    log = sent(4, before=before)
    assert [each[0] for each in reported(log, message(before, 0, None, 1, 2))] == [
        before, before + 1, before + 2, before + 3
    ]  # fmt: skip
    assert counts(log) == (3, 1, 0, 0)


def test_what_was_said_twice_counts_once() -> None:
    log = sent(3)
    said = message(0, 0, None, 1)
    assert len(reported(log, said)) == 3
    assert reported(log, said) == []
    assert counts(log) == (2, 1, 0, 0)
    assert log.unmatched == 2


def test_a_lost_packet_may_come_late_but_one_that_came_is_not_lost() -> None:
    log = sent(3)
    reported(log, message(0, 0, None, 1))
    assert [each[0] for each in reported(log, message(1, 9, None))] == [1]
    assert counts(log) == (3, 1, 1, 0)
    assert log.acked_bytes == 3 * SIZE


def test_messages_may_overtake_each_other() -> None:
    log = sent(4)
    assert [each[0] for each in reported(log, message(2, 0, 1, reference=9))] == [2, 3]
    found = reported(log, message(0, 0, 1, reference=8))
    assert [each[0] for each in found] == [0, 1]
    assert found[0][3] == pytest.approx(8 * 0.064)
    assert log.jumps == 0


@pytest.mark.parametrize("before", [0, CYCLE, 3 * CYCLE - 2])
@pytest.mark.parametrize(
    ("base", "ticks"),
    [
        (3, (0,)),  # the next to be sent
        (2, (0, None)),  # and one in reach of it
        (20_000, (0,)),
    ],
)
def test_what_was_never_sent_gives_a_message_no_say(
    before: int, base: int, ticks: tuple[int | None, ...]
) -> None:
    log = sent(3, before=before)
    assert log.handle_feedback(message(before + base, *ticks), 2.0) is None
    assert counts(log) == (0, 0, 0, 1)
    assert log.last is None


def test_nothing_was_sent_before_the_first() -> None:
    log = sent(3)
    assert log.handle_feedback(message(CYCLE - 1, 0, 1), 2.0) is None
    assert SentLog().handle_feedback(message(0, 0), 2.0) is None
    assert counts(log) == (0, 0, 0, 1)


def test_what_is_long_forgotten_is_counted_and_no_more() -> None:
    log = sent(CAPACITY + 10)
    found = reported(log, message(8, 0, 1, 2, 3))
    assert [each[0] for each in found] == [10, 11]
    assert log.unmatched == 2


@pytest.mark.parametrize("information", [b"", b"\0" * 7, b"\0" * 8, b"\0\0\0\1\0\0\0\0\x60\1\0\0"])
def test_what_cannot_be_read_is_refused(information: bytes) -> None:
    log = sent(3)
    assert log.handle_feedback(information, 2.0) is None
    assert counts(log) == (0, 0, 0, 1)
    assert log.last is None


def test_no_more_may_be_said_than_was_sent_deserves() -> None:
    log = sent(10)
    every = message(0, *range(10))
    taken = [log.handle_feedback(every, 2.0) is not None for _ in range(STATUSES_A_PACKET + 3)]
    assert taken == [True] * STATUSES_A_PACKET + [False] * 3
    for _ in range(10):
        log.add(SIZE, 3.0)
    assert log.handle_feedback(every, 3.0) is not None


def test_one_short_message_cannot_speak_of_a_whole_turn() -> None:
    log = sent(3 * CAPACITY)
    run = b"\x1f\xff" * 8
    information = b"\0\0\xff\xff" + bytes(4) + run
    assert MAX_STATUSES < 0xFFFF
    assert log.handle_feedback(information, 2.0) is None
    assert log.unmatched == 0, "it is not even read"


def test_what_went_out_twice_under_one_number_says_nothing() -> None:
    log = sent(3, before=CYCLE)
    log.withdraw(1)
    assert [each[0] for each in reported(log, message(0, 0, 1, 2))] == [CYCLE, CYCLE + 2]
    assert log.unmatched == 1
    log.withdraw(40_000)  # long forgotten
    assert log.next_number == CYCLE + 3


def test_a_clock_that_is_another_is_told() -> None:
    log = sent(8)
    steps = int(JUMP_S / 0.064) + 10

    def jumped(base: int, reference: int, now: float, *ticks: int) -> bool:
        report = log.handle_feedback(message(base, *ticks, reference=reference), now)
        assert report is not None
        return report.jumped

    assert not jumped(0, 1000, 2.0, 0)
    assert not jumped(1, 1002, 2.1, 0)
    assert not jumped(2, 1000 + steps, 2.0 + steps * 0.064, 0)  # so much time has passed
    assert jumped(3, 1000, 2.2 + steps * 0.064, 0)
    assert not jumped(4, 1002, 2.3 + steps * 0.064, 0)
    assert jumped(5, 1003, 2.4 + steps * 0.064, 0, 0x7FFF, 2 * 0x7FFF)  # 16 s in one message
    assert log.jumps == 2


def test_reference_times_go_on_past_their_24_bits() -> None:
    log = sent(2)
    (first,) = reported(log, message(0, 0, reference=(1 << 24) - 1), 2.0)
    (second,) = reported(log, message(1, 0, reference=0), 2.064)
    assert first[3] is not None
    assert second[3] == pytest.approx(first[3] + 0.064)
    assert log.jumps == 0


lies = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda base, reference, ticks: message(base, *ticks, reference=reference),
        st.integers(-50, 50),
        st.one_of(st.integers(0, 20), st.integers(0, (1 << 24) - 1)),
        st.lists(st.one_of(st.none(), st.integers(-4000, 4000)), min_size=1, max_size=60),
    ),
    st.builds(
        lambda base, count, chunks: (
            base.to_bytes(2, "big") + count.to_bytes(2, "big") + bytes(4) + chunks
        ),
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFF),
        st.binary(max_size=40),
    ),
)


@given(st.lists(st.one_of(st.integers(1, 200), lies, st.just(None)), max_size=40))
def test_no_lie_says_more_than_was_sent(steps: list[int | bytes | None]) -> None:
    """Packets are sent, lies told, the last lie repeated; the books balance at every step."""
    log, now = SentLog(), 1.0
    statuses = said = 0
    last = b""
    acked: set[int] = set()
    lost: set[int] = set()
    for step in steps:
        now += 0.05
        if isinstance(step, int):
            for _ in range(step):
                log.add(SIZE, now)
            said = log.next_number
            continue
        last = last if step is None else step
        before = (*counts(log), log.unmatched, log.jumps)
        report = log.handle_feedback(last, now)
        after = (*counts(log), log.unmatched, log.jumps)
        assert all(b >= a for a, b in zip(before, after, strict=True))
        assert (report is None) is (log.refused == before[3] + 1)
        if report is None:
            continue
        statuses += int.from_bytes(last[2:4], "big")
        for packet in report.packets:
            assert 0 <= packet[0] < said
            if packet[3] is None:
                assert packet[0] not in acked | lost
                lost.add(packet[0])
            else:
                assert packet[0] not in acked
                acked.add(packet[0])
    assert statuses <= STATUSES_A_PACKET * log.next_number
    assert (log.acked, log.lost, log.late) == (len(acked), len(lost), len(acked & lost))
    assert log.acked_bytes == log.acked * SIZE
    assert log.acked + log.lost - log.late <= log.next_number
