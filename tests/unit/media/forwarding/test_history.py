from __future__ import annotations

from media.forwarding.history import CAPACITY, RESEND_SPACING_S, History
from media.rtp.sequence import CYCLE

START = CYCLE + 0xFFF0
RTT = 0.05


def filled(count: int = 10, *, size: int = 100, spacing_s: float = 0.001) -> History:
    history = History(1.0)
    for index in range(count):
        history.add(START + index, bytes(size), index * spacing_s)
    return history


def test_gives_what_was_sent_by_its_wire_number() -> None:
    history = History(1.0)
    history.add(START + 0x20, b"packet", 0.0)  # past the wire's wrap
    assert history.take(0x10, RTT, 0.1) == (START + 0x20, b"packet")


def test_knows_nothing_of_what_was_not_sent() -> None:
    history = filled()
    assert history.take(START + 10 & 0xFFFF, RTT, 0.1) is None
    assert history.take(START - 1 & 0xFFFF, RTT, 0.1) is None
    assert History(1.0).take(3, RTT, 0.0) is None


def test_gives_a_packet_once_a_round_trip() -> None:
    history = filled()
    wire = START & 0xFFFF
    assert history.take(wire, RTT, 0.1) is not None
    assert history.take(wire, RTT, 0.1 + RTT / 2) is None
    assert history.take(wire, RTT, 0.1 + RTT) is not None


def test_gives_once_more_what_it_has_given_while_there_is_credit() -> None:
    history = filled(3, size=100)
    wire = START & 0xFFFF
    assert history.take(wire, RTT, 0.1) is not None
    assert history.take_again(wire, 0.1, 1.0) == bytes(100)
    assert history.take_again(wire, 0.1, 1.0) == bytes(100)
    assert history.take_again(wire, 0.1, 1.0) is None, "300 bytes were sent, and 300 sent again"
    assert history.take_again(wire - 1 & 0xFFFF, 0.1, 1.0) is None


def test_after_the_last_copy_nothing_for_a_whole_round_trip() -> None:
    history = filled()
    wire = START & 0xFFFF
    assert history.take(wire, RTT, 0.1) is not None
    assert history.take_again(wire, RTT, 0.12) is not None
    assert history.take(wire, RTT, 0.12 + 0.9 * RTT) is None
    assert history.take(wire, RTT, 0.121 + RTT) is not None


def test_an_unknown_round_trip_still_spaces_copies() -> None:
    history = filled()
    wire = START & 0xFFFF
    assert history.take(wire, 0.0, 0.1) is not None
    assert history.take(wire, 0.0, 0.1 + RESEND_SPACING_S / 2) is None
    assert history.take(wire, 0.0, 0.1 + RESEND_SPACING_S) is not None


def test_old_packets_are_not_given_and_let_go_as_new_ones_come() -> None:
    history = filled(10)
    assert history.take(START & 0xFFFF, RTT, 1.5) is None
    history.add(START + 10, b"new", 1.5)
    assert len(history) == 1


def test_holds_no_more_than_its_capacity() -> None:
    history = filled(CAPACITY * 2, spacing_s=0.0)
    assert len(history) == CAPACITY
    assert history.take(START & 0xFFFF, RTT, 0.0) is None


def test_a_late_packet_is_remembered_too() -> None:
    history = filled(5)
    history.add(START - 3, b"late", 0.01)
    assert history.take(START - 3 & 0xFFFF, RTT, 0.02) == (START - 3, b"late")


def test_survives_a_jump_further_than_its_capacity() -> None:
    history = filled(5)
    history.add(START + 2900, b"far", 0.01)
    assert history.take(START + 2900 & 0xFFFF, RTT, 0.02) == (START + 2900, b"far")
    for index in range(2901, 2901 + CAPACITY):
        history.add(START + index, b"next", 3.0)
    assert len(history) == CAPACITY


def test_a_flood_of_requests_gets_no_more_bytes_than_were_sent() -> None:
    history = filled(100, size=1000)
    resent = 0
    now = 0.1
    for _ in range(50):  # every packet asked for, every 20 ms, for a second
        now += RESEND_SPACING_S * 0.9
        for index in range(100):
            found = history.take(START + index & 0xFFFF, 0.0, now)
            resent += len(found[1]) if found else 0
    assert 0 < resent <= 100 * 1000


def test_sending_earns_credit_again() -> None:
    history = filled(1)
    wire = START & 0xFFFF
    assert history.take(wire, 0.0, 0.1) is not None
    assert history.take(wire, 0.0, 0.2) is None
    history.add(START + 1, bytes(100), 0.2)
    assert history.take(wire, 0.0, 0.3) is not None


def test_memory_of_copies_is_bounded() -> None:
    history = filled(CAPACITY * 3, size=1, spacing_s=0.0001)
    for index in range(CAPACITY * 3):
        history.take(START + index & 0xFFFF, 0.0, 0.4)
        history.add(START + CAPACITY * 3 + index, b"x", 0.4)
        history.take(START + CAPACITY * 3 + index & 0xFFFF, 0.0, 0.4)
    assert len(history._resent_at) <= CAPACITY


def test_clear_forgets() -> None:
    history = filled()
    history.clear()
    assert len(history) == 0
    assert history.take(START & 0xFFFF, RTT, 0.1) is None
