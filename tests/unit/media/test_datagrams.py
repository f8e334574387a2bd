"""The Python batch alone; test_datapath.py has what both batches must do, on real sockets."""

from __future__ import annotations

import socket
import struct
from collections import Counter
from typing import Any

import pytest

from media.datagrams import FASTEST, LONE_BYTES, SO_TIMESTAMPNS, PlainBatch
from media.ice import Address

HOME = ("192.0.2.7", 5000)


class FakeSession:
    """Marks what it has worked on; ``opens`` says whether anything authenticates."""

    def __init__(self, *, opens: bool = True) -> None:
        self.opens = opens

    def unprotect(self, buffer: Any, size: int, *, rtcp: bool) -> int:
        return size - 1 if self.opens else -1

    def protect(self, buffer: Any, packet: bytes, *, rtcp: bool) -> int:
        buffer.raw[0 : len(packet)] = packet
        return len(packet) if self.opens else -1


class FakeSocket:
    """Gives what a test put in, faults included."""

    def __init__(self, *waiting: bytes | OSError) -> None:
        self.waiting = list(waiting)
        self.sent: list[tuple[bytes, Address]] = []
        self.fault: OSError | None = None

    def recvfrom_into(self, view: memoryview) -> tuple[int, Address]:
        if not self.waiting:
            raise BlockingIOError
        given = self.waiting.pop(0)
        if isinstance(given, OSError):
            raise given
        view[: len(given)] = given
        return len(given), HOME

    def recvmsg_into(self, views: list[memoryview], room: int) -> Any:
        size, address = self.recvfrom_into(views[0])
        notes = [
            (socket.SOL_SOCKET, SO_TIMESTAMPNS, struct.pack("@qq", 3, 500_000_000)),
            (socket.SOL_SOCKET, 1, b"another note"),
        ]
        return size, notes, 0, address

    def sendto(self, data: bytes | memoryview, address: Address) -> None:
        if self.fault is not None:
            raise self.fault
        self.sent.append((bytes(data), address))


def batch(*waiting: bytes | OSError) -> tuple[PlainBatch, FakeSocket, Counter[str]]:
    bound, dropped = FakeSocket(*waiting), Counter[str]()
    untyped: Any = bound
    return PlainBatch(untyped, dropped), bound, dropped


def tied(made: PlainBatch, *, opens: bool = True) -> object:
    keys, session = made.keys(), FakeSession(opens=opens)
    untyped: Any = session
    keys.replace(untyped, untyped)
    return made.tie("leg", keys, HOME)


def test_media_of_a_tied_address_is_opened_and_named_by_its_leg():
    voice, report = b"\x80\x6f" + bytes(30), b"\x80\xc9" + bytes(30)
    made, _, _ = batch(voice, report)
    tied(made)
    assert made.receive(9, stamped=False, lone=False) == [
        ("leg", voice[:-1], False),
        ("leg", report[:-1], True),
    ]
    assert (made.taken, made.bytes_in) == (2, 64)


def test_all_else_is_handed_on_as_it_came():
    made, _, _ = batch(b"\x80" * 20, b"\x16" * 20, b"")
    arrivals = made.receive(9, stamped=False, lone=False)
    assert arrivals == [(None, b"\x80" * 20, HOME), (None, b"\x16" * 20, HOME), (None, b"", HOME)]
    made, _, _ = batch(b"\x80" * 20)
    tied(made)
    made.untie(HOME)
    assert made.receive(9, stamped=False, lone=False) == [(None, b"\x80" * 20, HOME)]


def test_what_cannot_be_opened_is_counted_and_gone():
    made, _, dropped = batch(b"\x80" * 20, b"\x80" * 11)
    tied(made, opens=False)
    assert made.receive(9, stamped=False, lone=False) == []
    made.tie("leg", made.keys(), HOME)
    made, _, _ = batch(b"\x80" * 20)
    made.tie("leg", made.keys(), HOME)
    assert made.receive(9, stamped=False, lone=False) == []
    assert made.taken == 1
    assert dropped == {"srtp": 1, "srtp_size": 1}


def test_no_more_is_read_than_asked_for_and_a_lone_small_one_ends_it():
    made, bound, _ = batch(*[bytes(LONE_BYTES)] * 3, bytes(LONE_BYTES - 1), b"\x16")
    assert len(made.receive(2, stamped=False, lone=True)) == 2
    assert len(made.receive(9, stamped=False, lone=True)) == 2
    assert len(bound.waiting) == 1


def test_a_fault_of_the_socket_is_counted_and_ends_the_batch():
    made, _, dropped = batch(b"\x16", OSError("unreachable"), b"\x16")
    assert len(made.receive(9, stamped=False, lone=False)) == 1
    assert len(made.receive(9, stamped=False, lone=False)) == 1
    assert dropped == {"receive_error": 1}


def test_a_stamped_receive_notes_when_the_kernel_had_each():
    made, _, _ = batch(b"\x16", b"\x16")
    made.receive(9, stamped=True, lone=False)
    assert made.stamps == [3.5, 3.5]


def test_what_is_sent_goes_to_the_flow_and_what_cannot_is_counted():
    made, bound, dropped = batch()
    flow = tied(made)
    made.send(flow, b"voice", False)
    made.flush()
    assert bound.sent == [(b"voice", HOME)]
    assert made.bytes_out == 5
    for fault in (BlockingIOError(), OSError()):
        bound.fault = fault
        made.send(flow, b"voice", False)
    made.send(tied(made, opens=False), b"voice", False)
    made.send(made.tie("leg", made.keys(), HOME), b"voice", False)
    assert dropped == {"send_buffer": 1, "send_error": 1, "protect": 1}


@pytest.mark.parametrize("name", ["keys", "tie", "untie", "receive", "send", "flush"])
def test_the_fastest_batch_has_the_same_calls(name: str):
    assert callable(getattr(FASTEST, name))
