"""Who gets which datagram, decided by its first byte and a proved address. No socket here."""

from __future__ import annotations

import pytest

from media import mux as module
from media.clock import Instant
from media.config import MediaConfig
from media.errors import PacketError
from media.ice import Path
from media.mux import MAX_PATHS, Mux
from media.srtp import PacketBuffer
from tests.unit.media.test_ice import OURS, check

HOME = ("192.0.2.7", 5000)


class FakePeer:
    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []

    def handle_check(self, data: bytes, path: Path, now: Instant) -> bytes:
        if data == b"bad":
            raise PacketError("bad")
        self.got.append(("check", data))
        return b"answer"

    def handle_dtls(self, data: bytes, now: Instant) -> None:
        self.got.append(("dtls", data))

    def handle_media(self, buffer: PacketBuffer, size: int, now: Instant) -> None:
        self.got.append(("media", buffer.raw[0:size]))


class FakeSocket:
    """Gives the datagrams of a test, then says that there are no more."""

    def __init__(self) -> None:
        self.waiting: list[tuple[bytes, tuple[str, int]]] = []
        self.reads = 0

    def recvfrom_into(self, view: memoryview) -> tuple[int, tuple[str, int]]:
        self.reads += 1
        if not self.waiting:
            raise BlockingIOError
        data, address = self.waiting.pop(0)
        view[: len(data)] = data
        return len(data), address


class FakeLoop:
    """A clock that goes on by so much each time it is read."""

    def __init__(self) -> None:
        self.at = 0.0
        self.step = 0.0

    def time(self) -> float:
        self.at += self.step
        return self.at


def receive(mux: Mux, data: bytes, address: tuple[str, int] = HOME) -> None:
    """One wake with one datagram."""
    mux._sockets[0].waiting.append((data, address))  # type: ignore[attr-defined]
    mux._wake(0)


@pytest.fixture
def mux(monkeypatch: pytest.MonkeyPatch) -> Mux:
    made = Mux(MediaConfig(), lambda: None)
    made._by_path.append({})
    made._sockets.append(FakeSocket())  # type: ignore[arg-type]
    made._loop = FakeLoop()  # type: ignore[assignment]
    made.sent = []  # type: ignore[attr-defined]
    monkeypatch.setattr(made, "send", lambda data, path: made.sent.append((data, path)))
    return made


def test_only_a_check_of_a_known_fragment_is_answered_and_only_to_where_it_came_from(mux: Mux):
    peer = FakePeer()
    mux.set_ufrags(peer, ("ours",))
    receive(mux, check())
    receive(mux, check(OURS.__class__("other", "x" * 24)))
    assert peer.got == [("check", peer.got[0][1])]
    assert mux.sent == [(b"answer", (0, HOME))]
    assert mux.dropped == {"unknown_ufrag": 1}


@pytest.mark.parametrize(
    ("first", "kind"), [(0x80, "media"), (0xBF, "media"), (20, "dtls"), (63, "dtls")]
)
def test_media_and_dtls_reach_only_the_endpoint_a_check_tied_to_the_address(
    mux: Mux, first: int, kind: str
):
    peer, data = FakePeer(), bytes([first]) + b"x" * 20
    receive(mux, data)
    assert mux.dropped == {"unknown_address": 1}
    mux.tie((0, HOME), peer)
    receive(mux, data)
    assert peer.got == [(kind, data)]


@pytest.mark.parametrize("first", [4, 19, 64, 127, 192, 255])
def test_what_is_none_of_them_is_counted(mux: Mux, first: int):
    receive(mux, bytes([first]) * 30)
    receive(mux, b"")
    assert mux.dropped == {"unknown_kind": 2}


def test_an_address_belongs_to_who_proved_it_last(mux: Mux):
    first, second = FakePeer(), FakePeer()
    mux.tie((0, HOME), first)
    mux.tie((0, HOME), second)
    receive(mux, b"\x80" * 20)
    assert not first.got
    assert second.got
    mux.forget(first)
    receive(mux, b"\x80" * 20)
    assert len(second.got) == 2


def test_one_endpoint_holds_few_addresses(mux: Mux):
    peer = FakePeer()
    for port in range(1, 100):
        mux.tie((0, ("192.0.2.7", port)), peer)
    assert len(mux._by_path[0]) == MAX_PATHS
    assert ("192.0.2.7", 99) in mux._by_path[0]


def test_a_forgotten_endpoint_leaves_nothing(mux: Mux):
    peer = FakePeer()
    mux.set_ufrags(peer, ("a", "b"))
    mux.set_ufrags(peer, ("b", "c"))
    assert set(mux._by_ufrag) == {"b", "c"}
    mux.tie((0, HOME), peer)
    mux.forget(peer)
    assert not mux._by_ufrag
    assert not mux._by_path[0]
    assert not mux._paths_of
    assert not mux._ufrags_of


def test_a_wake_ends_after_so_many_datagrams_or_so_much_time(mux: Mux):
    big = b"\x80" * 1000
    mux._sockets[0].waiting += [(big, HOME)] * 200  # type: ignore[attr-defined]
    mux._wake(0)
    assert len(mux._sockets[0].waiting) == 200 - 64  # type: ignore[attr-defined]
    mux._loop.step = 0.0006  # type: ignore[union-attr]
    mux._wake(0)
    assert len(mux._sockets[0].waiting) == 200 - 64 - 2  # type: ignore[attr-defined]


def test_a_lone_small_datagram_is_not_followed_by_a_read_that_finds_nothing(mux: Mux):
    mux._loop.at = 1.0  # type: ignore[union-attr]
    receive(mux, b"\x80" * 100)
    assert mux._sockets[0].reads == 1  # type: ignore[attr-defined]
    mux._loop.at += 0.0005  # type: ignore[union-attr]
    receive(mux, b"\x80" * 100)  # so soon after: there is load, look once more
    assert mux._sockets[0].reads == 3  # type: ignore[attr-defined]
    mux._loop.at += 0.1  # type: ignore[union-attr]
    receive(mux, b"\x80" * 1000)  # a picture is several
    assert mux._sockets[0].reads == 5  # type: ignore[attr-defined]


def test_a_wildcard_host_means_every_address(monkeypatch: pytest.MonkeyPatch):
    class Ip:
        def __init__(self, ip: str, *, is_v4: bool) -> None:
            self.ip, self.is_IPv4 = ip, is_v4

    class Adapter:
        ips = (Ip("192.0.2.1", is_v4=True), Ip("fe80::1", is_v4=False), Ip("127.0.0.1", is_v4=True))

    monkeypatch.setattr(module.ifaddr, "get_adapters", lambda: [Adapter()])
    assert module.local_addresses("0.0.0.0") == ("192.0.2.1", "127.0.0.1")
    assert module.local_addresses("192.0.2.9") == ("192.0.2.9",)
