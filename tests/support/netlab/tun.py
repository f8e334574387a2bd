"""Network namespaces, and TUN devices in them."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = Path("/dev/net/tun")
NAMES = Path("/run/netns")


def missing() -> str:
    """What this machine lacks for a netlab, in words to act on; "" when nothing."""
    if os.geteuid() != 0:
        return "a netlab needs network namespaces: run as root"
    if not DEVICE.exists():
        return f"a netlab needs {DEVICE}: load the module tun (`modprobe tun`)"
    return ""


@contextlib.contextmanager
def within(name: str) -> Iterator[None]:
    """The calling thread is in this named namespace until the block ends.

    What it opens there stays there: sockets and TUN devices never change their network.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    with contextlib.ExitStack() as stack:
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        stack.callback(os.close, before)
        there = os.open(NAMES / name, os.O_RDONLY)
        stack.callback(os.close, there)
        if libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "cannot enter the network namespace")
        try:
            yield
        finally:
            if libc.setns(before, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "cannot leave the network namespace")


def device(name: str, address: str) -> int:
    """Make a TUN device in the calling thread's network; returns its descriptor, not blocking.

    ``address`` has a prefix length. No IPv6 there: what the kernel says of itself would be counted.
    """
    descriptor = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(
            descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI)
        )
        silent = Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6")
        if silent.exists():
            silent.write_text("1", encoding="ascii")
        for command in (f"ip addr add {address} dev {name}", f"ip link set {name} up"):
            subprocess.run(command.split(), check=True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
