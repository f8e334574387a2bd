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
