"""What lies between the call and the disk."""

from __future__ import annotations

from recording.inbox import QUEUE_BYTES, QUEUE_S, Inbox, Packet, Report


def packet(arrived: float, size: int = 100) -> Packet:
    return Packet("p", 0, 1, "opus", 48_000, 111, bytes(size), arrived)


def test_what_is_put_is_taken_in_its_order() -> None:
    inbox = Inbox()
    report = Report("p", 0, 1, 2, 0.5)
    assert inbox.put(packet(0.0))
    inbox.note(report)
    assert inbox.put(packet(1.0))
    assert [inbox.take() for _ in range(4)] == [packet(0.0), report, packet(1.0), None]


def test_it_holds_so_many_seconds_and_takes_again_when_there_is_room() -> None:
    inbox = Inbox()
    taken = [inbox.put(packet(at)) for at in (0.0, QUEUE_S, QUEUE_S + 0.1, QUEUE_S + 0.2)]
    assert taken == [True, True, False, False]
    assert (inbox.overflowed, inbox.full_since) == (2, QUEUE_S + 0.1)
    inbox.note(Report("p", 0, 1, 2, 5.0))
    assert inbox.take() == packet(0.0)
    assert inbox.put(packet(QUEUE_S + 0.3))
    assert inbox.full_since is None
    assert inbox.overflowed == 2


def test_it_holds_so_many_bytes() -> None:
    inbox = Inbox()
    while inbox.put(packet(0.0, 1 << 20)):
        pass
    assert inbox.overflowed == 1
    held = 0
    while (item := inbox.take()) is not None:
        assert isinstance(item, Packet)
        held += len(item.data)
    assert QUEUE_BYTES < held <= QUEUE_BYTES + (1 << 20)
    assert inbox.put(packet(0.0))


def test_once_dropped_nothing_comes_out_and_nothing_goes_in() -> None:
    inbox = Inbox()
    inbox.put(packet(0.0))
    inbox.drop()
    assert inbox.take() is None
    assert not inbox.put(packet(0.1))
    inbox.note(Report("p", 0, 1, 2, 0.5))
    assert inbox.take() is None
    assert inbox.overflowed == 0
