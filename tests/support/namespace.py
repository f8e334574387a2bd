"""A network of a test's own: one interface with an address, seen by nobody else.

For what loopback cannot show: Firefox pairs no candidate with 127.0.0.1. The calling thread and all
it starts live in the new network until it is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000
ADDRESS = "10.77.0.1"


@contextlib.contextmanager
def own_network() -> Iterator[str]:
    """Enter a new network namespace; yields the address of its only interface."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if libc.unshare(CLONE_NEWNET) != 0:
            raise RuntimeError(
                "a network namespace is needed: run the tests as root, or with CAP_SYS_ADMIN"
            )
        try:
            for command in (
                "ip link set lo up",
                "ip link add test0 type veth peer name test1",
                f"ip addr add {ADDRESS}/24 dev test0",
                "ip link set test0 up",
                "ip link set test1 up",
                # Firefox gathers only the address a default route would leave from.
                "ip route add default dev test0",
            ):
                subprocess.run(command.split(), check=True)
            yield ADDRESS
        finally:
            if libc.setns(before, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot leave the network namespace")
    finally:
        os.close(before)


class FarNetwork:
    """A second network joined to :func:`own_network` by two cables, for a person elsewhere.

    Interface ``near1`` (10.77.1.1) here is cabled to ``far1`` (10.77.1.2) there, ``near2`` to
    ``far2`` likewise. Everything else there goes by the first cable, by the second when it must.
    """

    def __init__(self, folder: Path) -> None:
        self._name = f"quietroom-{os.getpid()}"
        self.wrapper = folder / "chromium-elsewhere"

    def open(self, chromium: str) -> None:
        """Lay the cables; ``wrapper`` is then a Chromium that lives there."""
        run(f"ip netns add {self._name}")
        self.inside("ip link set lo up")
        for number in (1, 2):
            run(f"ip link add near{number} type veth peer name far{number} netns {self._name}")
            run(f"ip addr add 10.77.{number}.1/24 dev near{number}")
            run(f"ip link set near{number} up")
            self.inside(f"ip addr add 10.77.{number}.2/24 dev far{number}")
            self.inside(f"ip link set far{number} up")
            self.route(number)
        self.wrapper.write_text(
            f'#!/bin/sh\nexec ip netns exec {self._name} {chromium} "$@"\n', encoding="utf-8"
        )
        self.wrapper.chmod(0o755)

    def close(self) -> None:
        """Take it all down; what lives there must have ended."""
        run(f"ip netns del {self._name}")

    def inside(self, command: str) -> None:
        """Run a command there."""
        run(f"ip netns exec {self._name} {command}")

    def unplug_second(self) -> None:
        """Leave one cable only."""
        self.inside("ip link set far2 down")

    def route(self, number: int) -> None:
        """Everything that is not next door goes by this cable, the first one first."""
        self.inside(f"ip route add default via 10.77.{number}.1 dev far{number} metric {number}0")

    def replace_address(self, before: str, after: str) -> None:
        """The first interface loses its address and gets another, as after a change of Wi-Fi."""
        self.inside(f"ip addr del {before}/24 dev far1")
        self.inside(f"ip addr add {after}/24 dev far1")
        self.route(1)


@contextlib.contextmanager
def filtered(rule: str) -> Iterator[None]:
    """Drop what an nftables match describes, on its way in and on its way out.

    ``rule`` has ``{way}`` where "iifname" or "oifname" belongs.
    """
    run("nft add table inet quietroom")
    try:
        for way, name in (("input", "iifname"), ("output", "oifname")):
            chain = f"{{ type filter hook {way} priority 0 ; }}"
            subprocess.run(["nft", f"add chain inet quietroom {way} {chain}"], check=True)
            words = rule.format(way=name)
            subprocess.run(["nft", f"add rule inet quietroom {way} {words} drop"], check=True)
        yield
    finally:
        run("nft delete table inet quietroom")


def run(command: str) -> None:
    """Run a command of the system, which must succeed."""
    subprocess.run(command.split(), check=True)
