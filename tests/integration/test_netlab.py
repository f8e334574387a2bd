"""The netlab does to packets what it is told: UDP between its two networks, measured.

Lower bounds are what the line must cost; upper ones only say that it is no other line.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from signaling.lab.link import Impairment
from tests.support.namespace import own_network
from tests.support.netlab import tun
from tests.support.netlab.lab import HERE, PATIENCE_S, THERE, LabError, Netlab, netlab

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]
SIZE, HEADERS = 972, 28
"""1000 bytes as an IP packet."""


class Ends:
    """A socket on each side."""

    def __init__(self, lab: Netlab, stack: contextlib.ExitStack) -> None:
        self.lab = lab
        self.near = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self.far = stack.enter_context(lab.socket())
        for end, address in ((self.near, HERE), (self.far, THERE)):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            end.bind((address, 0))
        self._to = {self.near: self.far.getsockname(), self.far: self.near.getsockname()}

    def send(self, source: socket.socket, count: int = 1) -> None:
        """So many numbered packets to the other end."""
        for number in range(count):
            source.sendto(number.to_bytes(4, "big").ljust(SIZE, b"\0"), self._to[source])

    def receive(self, there: socket.socket, quiet_s: float) -> list[tuple[float, int]]:
        """(when, number) of what comes, until nothing has come for so long."""
        there.settimeout(quiet_s)
        came = []
        with contextlib.suppress(TimeoutError):
            while True:
                number = int.from_bytes(there.recv(2048)[:4], "big")
                came.append((time.monotonic(), number))
        return came


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Netlab]:
    with own_network(), netlab(tmp_path_factory.mktemp("netlab")) as opened:
        yield opened


@pytest.fixture
def ends(lab: Netlab) -> Iterator[Ends]:
    with contextlib.ExitStack() as stack:
        lab.cut(0)
        lab.both()
        yield Ends(lab, stack)


def test_a_clean_line_passes_everything_both_ways(ends: Ends) -> None:
    for source, there in ((ends.near, ends.far), (ends.far, ends.near)):
        ends.send(source, 100)
        came = ends.receive(there, 0.3)
        assert [number for _, number in came] == list(range(100))


def test_delay_is_of_one_direction(ends: Ends) -> None:
    ends.lab.set(up=Impairment(delay_s=0.2))
    start = time.monotonic()
    ends.send(ends.far)
    ((at, _),) = ends.receive(ends.near, 0.8)
    assert 0.2 <= at - start < 0.8
    start = time.monotonic()
    ends.send(ends.near)
    ((at, _),) = ends.receive(ends.far, 0.19)
    assert at - start < 0.2


def test_a_rate_spreads_a_burst_and_a_full_queue_drops(ends: Ends) -> None:
    queue, rate = 20_000, 400_000
    ends.lab.set(down=Impairment(rate_bps=rate, queue_bytes=queue))
    start = time.monotonic()
    ends.send(ends.near, 60)
    came = ends.receive(ends.far, 0.4)
    # One is on the line and twenty wait; a busy machine may send the rest a little later.
    assert 21 <= len(came) < 45
    assert came[-1][0] - start >= len(came) * (SIZE + HEADERS) * 8 / rate * 0.99
    counted = ends.lab.counters()["down"]
    assert counted["dropped"] == 60 - len(came)
    assert counted["waiting_bytes"] == 0


def test_loss_is_about_what_was_asked_for(ends: Ends) -> None:
    before = ends.lab.counters()["up"]["lost"]
    ends.lab.set(up=Impairment(loss=0.3))
    for _ in range(10):
        ends.send(ends.far, 50)
        time.sleep(0.01)  # no more than a socket holds
    came = ends.receive(ends.near, 0.3)
    assert 280 <= len(came) <= 420  # 350 +- 7 standard deviations
    assert ends.lab.counters()["up"]["lost"] - before == 500 - len(came)


def test_a_cut_ends_by_itself_and_spares_the_other_way(ends: Ends) -> None:
    ends.lab.set(down=Impairment(delay_s=0.01))
    start = time.monotonic()
    ends.lab.cut(0.7, ["down"])
    ends.send(ends.near, 5)
    ends.send(ends.far, 5)
    assert len(ends.receive(ends.near, 0.2)) == 5
    assert not ends.receive(ends.far, 0.3)
    while not (came := ends.receive(ends.far, 0.05)):
        assert time.monotonic() - start < 10
        ends.send(ends.near)
    assert came[0][0] - start >= 0.7 + 0.01


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Expecting"),
        ('{"do": "jump"}', "no such command"),
        ('{"do": "set", "up": {"loss": 2}}', "between 0 and 1"),
        ('{"do": "set", "up": 5}', "attribute"),
        ('{"do": "cut", "seconds": 1e9, "ways": ["up"]}', "between 0 and 600"),
        ('{"do": "cut", "seconds": 1}', "ways"),
    ],
)
def test_what_it_cannot_do_is_told(ends: Ends, line: str, said: str) -> None:
    answer = ends.lab.ask(line)
    assert not answer["ok"]
    assert said in answer["error"]
    with pytest.raises(LabError):
        ends.lab.cut(-1)
    ends.send(ends.near)
    assert len(ends.receive(ends.far, 0.1)) == 1


PARENT = """
import sys, time
from pathlib import Path
from tests.support.namespace import own_network
from tests.support.netlab.lab import netlab
with own_network(), netlab(Path(sys.argv[1])) as lab:
    print(lab.name, lab.process.pid, flush=True)
    time.sleep(60)
"""


def test_it_goes_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        name, pid = parent.stdout.readline().split()
    assert (tun.NAMES / name).exists()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    end = time.monotonic() + PATIENCE_S
    while (tun.NAMES / name).exists() or Path(f"/proc/{pid}/cmdline").exists():
        assert time.monotonic() < end, "the relay outlived its parent"
        time.sleep(0.05)


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched, pytest.raises(LabError, match="run as root"):
        patched.setattr(os, "geteuid", lambda: 1000)
        with netlab(tmp_path):
            pass
    with monkeypatch.context() as patched, pytest.raises(LabError, match="modprobe tun"):
        patched.setattr(tun, "DEVICE", tmp_path / "none")
        with netlab(tmp_path):
            pass
