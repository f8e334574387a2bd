"""Who gets which datagram, decided by its first byte and a proved address. No socket here."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest

from media.clock import Instant
from media.config import MediaConfig
from media.datagrams import SO_TIMESTAMPNS, PlainBatch
from media.errors import PacketError
from media.ice import Address, Path
from media.lane import PythonLane
from media.mux import MAX_PATHS, Mux
from media.udp import UdpWire
from tests.unit.media.test_ice import OURS, check

HOME = ("192.0.2.7", 5000)
AWAY = ("192.0.2.8", 6000)


class FakeOwner:
    """Remembers what a data path handed back."""

    def __init__(self) -> None:
        self.got: list[tuple[str, object]] = []

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        if data[-1] == 0:
            raise PacketError("bad")
        self.got.append(("check", data))
        return b"answer"

    def handle_answer(self, data: bytes, path: Path, now: Instant) -> None:
        self.got.append(("answer", data))

    def handle_record(self, data: bytes, now: Instant) -> None:
        self.got.append(("dtls", data))

    def handle_rtp(self, packet: bytes, now: Instant) -> None:
        self.got.append(("media", packet))

    handle_rtcp = handle_rtp

    def handle_stray(self, path: Path, size: int, now: Instant) -> None:
        self.got.append(("stray", path))

    def handle_followed(self, path: Path) -> None:
        self.got.append(("followed", path))


class FakeSession:
    """Takes every packet for authentic, or none."""

    def __init__(self, *, opens: bool = True) -> None:
        self.opens = opens

    def unprotect(self, buffer: object, size: int, *, rtcp: bool) -> int:
        return size if self.opens else -1

    def protect(self, buffer: Any, packet: bytes, *, rtcp: bool) -> int:
        buffer.raw[0 : len(packet)] = packet
        return len(packet)


class FakeSocket:
    """Gives the datagrams of a test, then says that there are no more."""

    def __init__(self) -> None:
        self.waiting: list[tuple[bytes, Address]] = []
        self.reads = 0
        self.sent: list[tuple[bytes, Address]] = []
        self.fault: OSError | None = None
        self.closed = False

    def close(self) -> None:
        self.closed = True

    def fileno(self) -> int:
        return 7

    def recvfrom_into(self, view: memoryview) -> tuple[int, Address]:
        self.reads += 1
        if not self.waiting:
            raise BlockingIOError
        data, address = self.waiting.pop(0)
        view[: len(data)] = data
        return len(data), address

    def recvmsg_into(self, views: list[memoryview], room: int) -> Any:
        size, address = self.recvfrom_into(views[0])
        stamp = struct.pack("@qq", 1, 0)
        return size, [(socket.SOL_SOCKET, SO_TIMESTAMPNS, stamp)], 0, address

    def sendto(self, data: bytes | memoryview, address: Address) -> None:
        if self.fault is not None:
            raise self.fault
        self.sent.append((bytes(data), address))


class FakeLoop:
    """A clock that goes on by so much each time it is read; what is to be called later is kept."""

    def __init__(self) -> None:
        self.at = 0.0
        self.step = 0.0
        self.later: list[tuple[float, Any, tuple[Any, ...]]] = []
        self.reading = True

    def time(self) -> float:
        self.at += self.step
        return self.at

    def call_later(self, delay: float, call: Any, *arguments: Any) -> None:
        self.later.append((delay, call, arguments))

    def call_soon(self, call: Any, *arguments: Any) -> None:
        self.later.append((0.0, call, arguments))

    def add_reader(self, *_: Any) -> None:
        self.reading = True

    def remove_reader(self, _: Any) -> None:
        self.reading = False


class Bench:
    """A mux on one fake socket."""

    def __init__(self) -> None:
        self.socket, self.loop = FakeSocket(), FakeLoop()
        self.mux = Mux(MediaConfig(), lambda: None, PlainBatch)
        bound: Any = self.socket
        batch = PlainBatch(bound, self.mux.dropped)
        self.wire = UdpWire(0, bound, batch, MediaConfig(), self.mux, lambda: None)
        self.mux._add_wire(0, self.wire)
        self.wire.open(self.loop)

    def receive(self, data: bytes, address: tuple[str, int] = HOME) -> None:
        """One wake with one datagram."""
        self.socket.waiting.append((data, address))
        self.wire.wake()

    def lane(self, *, keyed: bool = True, opens: bool = True) -> tuple[FakeOwner, PythonLane]:
        owner = FakeOwner()
        lane = self.mux.add(owner)
        if keyed:
            session: Any = FakeSession(opens=opens)
            lane.keys.replace(session, session)
        return owner, lane


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_only_a_check_of_a_known_fragment_is_answered_and_only_to_where_it_came_from(bench: Bench):
    owner, lane = bench.lane()
    lane.set_ufrags(("ours",))
    bench.receive(check())
    bench.receive(check(OURS.__class__("other", "x" * 24)))
    assert [kind for kind, _ in owner.got] == ["check"]
    assert bench.socket.sent == [(b"answer", HOME)]
    assert bench.mux.drops == {"unknown_ufrag": 1}


def test_an_answer_nobody_asked_for_is_dropped(bench: Bench):
    owner, _ = bench.lane()
    bench.receive(b"\x01\x01" + bytes(30))
    assert not owner.got
    assert bench.mux.drops == {"stun": 1}


@pytest.mark.parametrize(
    ("first", "kind"), [(0x80, "media"), (0xBF, "media"), (20, "dtls"), (63, "dtls")]
)
def test_media_and_dtls_reach_only_the_endpoint_a_check_tied_to_the_address(
    bench: Bench, first: int, kind: str
):
    owner, lane = bench.lane()
    data = bytes([first]) + b"x" * 20
    bench.receive(data)
    assert bench.mux.drops == {"unknown_address": 1}
    lane.select((0, HOME))
    bench.receive(data)
    assert owner.got == [(kind, data)]


@pytest.mark.parametrize("first", [4, 19, 64, 127, 192, 255])
def test_what_is_none_of_them_is_counted(bench: Bench, first: int):
    bench.receive(bytes([first]) * 30)
    bench.receive(b"")
    assert bench.mux.drops == {"unknown_kind": 2}


def test_an_address_belongs_to_who_proved_it_last(bench: Bench):
    (first, before), (second, after) = bench.lane(), bench.lane()
    before.select((0, HOME))
    after.select((0, HOME))
    bench.receive(b"\x80" * 20)
    assert not first.got
    assert second.got
    before.close()
    bench.receive(b"\x80" * 20)
    assert len(second.got) == 2


def test_one_endpoint_holds_few_addresses_and_never_loses_the_one_in_use(bench: Bench):
    _, lane = bench.lane()
    lane.select((0, HOME))
    for port in range(1, 100):
        lane.tie((0, ("192.0.2.7", port)))
    assert len(bench.mux._legs[0]) == MAX_PATHS
    assert {HOME, ("192.0.2.7", 99)} <= set(bench.mux._legs[0])


def test_a_forgotten_endpoint_leaves_nothing(bench: Bench):
    _, lane = bench.lane()
    lane.set_ufrags(("a", "b"))
    lane.set_ufrags(("b", "c"))
    assert set(bench.mux._by_ufrag) == {"b", "c"}
    lane.tie((0, HOME))
    lane.close()
    mux = bench.mux
    assert not any((mux._by_ufrag, mux._legs[0], mux._paths_of, mux._ufrags_of))


def test_media_before_the_keys_and_media_that_is_none_are_counted(bench: Bench):
    _, early = bench.lane(keyed=False)
    early.tie((0, HOME))
    bench.receive(b"\x80" * 20)
    _, lane = bench.lane(opens=False)
    lane.tie((0, HOME))
    bench.receive(b"\x80" * 20)
    bench.receive(b"\x80" * 11)
    assert bench.mux.drops == {"srtp_early": 1, "srtp": 1, "srtp_size": 1}
    assert lane.last_heard is None


def test_media_over_another_proved_path_moves_the_sending_once_the_first_is_silent(bench: Bench):
    owner, lane = bench.lane()
    lane.select((0, HOME))
    lane.tie((0, AWAY))
    bench.loop.at = 1.0
    bench.receive(b"\x80" * 20, HOME)
    bench.loop.at = 1.05
    bench.receive(b"\x80" * 20, AWAY)  # overtaken, perhaps: no reason to move
    assert lane.path == (0, HOME)
    bench.loop.at = 1.2
    bench.receive(b"\x80" * 20, AWAY)
    assert lane.path == (0, AWAY)
    assert ("followed", (0, AWAY)) in owner.got


def known_stream(bench: Bench, opens: bool = True) -> tuple[FakeOwner, PythonLane]:
    """A lane that has authenticated media under the SSRC of ``b"\\x80" * 20``."""
    owner, lane = bench.lane()
    lane.select((0, HOME))
    bench.receive(b"\x80" * 20, HOME)
    lane.keys.rx.opens = opens  # type: ignore[union-attr]
    owner.got.clear()
    return owner, lane


def test_media_from_a_stray_address_is_taken_when_it_authenticates_and_nothing_moves(bench: Bench):
    owner, lane = known_stream(bench)
    bench.receive(b"\x80" * 20, AWAY)
    bench.receive(b"\x80" * 20, AWAY)
    assert [kind for kind, _ in owner.got] == ["stray", "media"] * 2
    assert lane.path == (0, HOME)
    bench.receive(b"\x01\x01" + bytes(30), AWAY)
    assert owner.got[-1][0] == "answer"
    bench.receive(bytes([22]) * 20, AWAY)  # DTLS has to wait for the proof
    assert bench.mux.drops == {"unknown_address": 1}


def test_a_forged_stray_is_dropped_and_kept_nowhere(bench: Bench):
    owner, lane = known_stream(bench, opens=False)
    for port in range(1, 200):
        bench.receive(b"\x80" * 20, ("192.0.2.66", port))
    assert not owner.got
    assert lane.path == (0, HOME)
    assert not bench.mux._strays._legs
    # The lane's ration of trials, and no more, cost a decryption.
    assert bench.mux.drops["srtp"] <= 45
    assert bench.mux.drops["unknown_address"] == 199


def test_a_stray_of_an_unknown_stream_is_never_tried(bench: Bench):
    owner, _ = known_stream(bench)
    bench.receive(b"\x80" + bytes(20), AWAY)
    bench.receive(b"\x80" * 2000, AWAY)
    assert not owner.got
    assert bench.mux.drops == {"unknown_address": 2}


def test_a_full_socket_and_a_failing_one_are_counted(bench: Bench):
    _, lane = bench.lane()
    lane.select((0, HOME))
    lane.send_media(b"\x80" * 20, False)
    assert bench.mux.bytes_out == 20
    for fault in (BlockingIOError(), OSError()):
        bench.socket.fault = fault
        lane.send_media(b"\x80" * 20, False)
        lane.send(b"x")
    lane.send(b"x", (99, HOME))  # a connection that is gone
    assert bench.mux.drops == {"send_buffer": 2, "send_error": 3}
