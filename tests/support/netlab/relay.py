"""The process between two networks: `python -m tests.support.netlab.relay --help`.

It makes a named namespace with a TUN device in it, and another device in the network it was
started in. It says "ready" when packets pass. It ends, and takes the namespace away, when its
standard input does (so with its parent, however that ended), on SIGTERM, or after ``--seconds``.

Commands are lines of JSON on a Unix socket, each answered by one:
``{"do": "set", "up": {…}, "down": {…}}`` (profiles as of signaling.lab.link.make; a way that is not
named stays as it is), ``{"do": "cut", "seconds": 5, "ways": ["up", "down"]}``, ``{"do": "count"}``.
Up is out of the new namespace.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.netlab.tun import NAMES, device, missing, within
from tests.support.netlab.way import Way

HERE, THERE = "10.78.0.1", "10.78.0.2"
INTERFACE = "lab0"
"""Not "tun…": Chromium takes that for a VPN, and would rather use another."""
LONGEST_S = 4 * 3600.0
IDLE_S = 1.0
PACKET_BYTES, PACKETS_A_WAKE = 2048, 64
"""A burst of one direction may not keep the other waiting for longer."""
LONGEST_LINE_BYTES = 4096


class Relay:
    """Passes packets between two descriptors; answers commands."""

    def __init__(self, near: int, far: int, seed: int) -> None:
        self.ways = {"up": Way(seed), "down": Way(seed + 1)}
        self._routes = {far: (self.ways["up"], near), near: (self.ways["down"], far)}
        self._clients: dict[int, tuple[socket.socket, bytearray]] = {}
        self.refused = 0
        """What a device would not take."""
        self.stopped = False

    def run(self, listener: socket.socket, parent: int, seconds: float) -> None:
        """Until the parent's end, or :attr:`stopped`, or so long."""
        end = time.monotonic() + seconds
        while not self.stopped and time.monotonic() < end:
            watched = [*self._routes, listener.fileno(), parent, *self._clients]
            ready = select.select(watched, [], [], self._wait(time.monotonic()))[0]
            now = time.monotonic()
            for descriptor in ready:
                if descriptor == parent:
                    self.stopped = self.stopped or not os.read(parent, 64)
                elif descriptor == listener.fileno():
                    self._accept(listener)
                elif descriptor in self._clients:
                    self._hear(descriptor, now)
                else:
                    self._take(descriptor, self._routes[descriptor][0], now)
            self._deliver(now)

    def _wait(self, now: float) -> float:
        due = [at for way in self.ways.values() if (at := way.next_deadline()) is not None]
        return max(0.0, min([now + IDLE_S, *due]) - now)

    def _take(self, descriptor: int, way: Way, now: float) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(PACKETS_A_WAKE):
                way.twin.send(os.read(descriptor, PACKET_BYTES), now)

    def _deliver(self, now: float) -> None:
        for way, descriptor in self._routes.values():
            way.handle_timeout(now)
            for packet in way.twin.receive(now):
                try:
                    os.write(descriptor, packet)
                except OSError:  # the device's own queue is full
                    self.refused += 1

    # --- commands -------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        made, _ = listener.accept()
        made.setblocking(False)
        self._clients[made.fileno()] = (made, bytearray())

    def _hear(self, descriptor: int, now: float) -> None:
        connection, heard = self._clients[descriptor]
        try:
            said = connection.recv(LONGEST_LINE_BYTES)
            heard += said
            *lines, rest = heard.split(b"\n")
            heard[:] = rest
            for line in lines:
                connection.send(json.dumps(self.answer(bytes(line), now)).encode() + b"\n")
        except OSError:
            said = b""
        if not said or len(heard) > LONGEST_LINE_BYTES:
            connection.close()
            del self._clients[descriptor]

    def answer(self, line: bytes, now: float) -> dict[str, Any]:
        """Do what a line says; what it should not have said is told, and changes nothing more."""
        try:
            command = json.loads(line)
            match command["do"]:
                case "set":
                    for name in self.ways.keys() & command.keys():
                        self.ways[name].set(command[name], now)
                case "cut":
                    for name in command["ways"]:
                        self.ways[name].cut(command["seconds"], now)
                case "count":
                    pass
                case _:
                    raise ValueError("do: there is no such command")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return {"ok": False, "error": str(error)}
        counted = {name: way.counters() for name, way in self.ways.items()}
        return {"ok": True, "refused": self.refused, **counted}


@contextlib.contextmanager
def namespace(name: str) -> Iterator[None]:
    """A named namespace, taken away at the end; whoever still lives in it keeps it until then."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def main() -> int:
    """Relay until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", required=True, help="of the namespace to make")
    parser.add_argument("--socket", required=True, type=Path, help="where to take commands")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=LONGEST_S, help="to live at most")
    given = parser.parse_args()
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 1
    # Ctrl-C goes to the whole group; the parent's end is what counts.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.ExitStack() as stack:
        stack.enter_context(namespace(given.name))
        near = device(INTERFACE, f"{HERE}/24")
        stack.callback(os.close, near)
        with within(given.name):
            far = device(INTERFACE, f"{THERE}/24")
            stack.callback(os.close, far)
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            subprocess.run(["ip", "route", "add", "default", "via", HERE], check=True)
        relay = Relay(near, far, given.seed)
        signal.signal(signal.SIGTERM, lambda *_: setattr(relay, "stopped", True))
        listener = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        listener.bind(str(given.socket))
        listener.listen()
        # A late packet would be the laboratory's fault, not the line's: before all else, if we may.
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(10))
        gc.freeze()
        print("ready", flush=True)
        relay.run(listener, sys.stdin.fileno(), min(given.seconds, LONGEST_S))
    return 0


def leftovers() -> list[str]:
    """Namespaces of relays that were killed and could not clean up."""
    found = [path.name for path in NAMES.glob("quietroom-lab-*")]
    return [name for name in found if not Path(f"/proc/{name.split('-')[2]}").exists()]


if __name__ == "__main__":
    raise SystemExit(main())
