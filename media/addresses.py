"""Which addresses of this machine the media port stands on, and the sockets bound to them.

One socket for each address: an answer then leaves from the address that was asked, which a single
wildcard socket cannot promise on a machine with several.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterable
from itertools import zip_longest
from typing import Final

import ifaddr

IPV4_ANY: Final = "0.0.0.0"  # noqa: S104  compared, never bound
ANY: Final = "::"
RECEIVE_BUFFER_BYTES: Final = 4 * 1024 * 1024
"""About 0.4 s of 20,000 packets/s: what a stall of the loop may cost before the kernel drops."""
BACKLOG: Final = 64


def local_addresses(host: str) -> tuple[str, ...]:
    """Name the addresses to bind for ``host``: "::" means all of both families, "0.0.0.0" all IPv4.

    Link-local IPv6 addresses are left out: they mean nothing without naming an interface, which a
    candidate cannot (RFC 8445 section 5.1.1.1). Loopback is kept, for what runs on this machine.
    """
    if host not in {IPV4_ANY, ANY}:
        return (host,)
    found = [
        str(each.ip if each.is_IPv4 else each.ip[0])
        for adapter in ifaddr.get_adapters()
        for each in adapter.ips
        if each.is_IPv4 or host == ANY
    ]
    loopback = ["127.0.0.1", *(["::1"] if "::1" in found else [])]
    return tuple(dict.fromkeys(each for each in [*found, *loopback] if not _ip(each).is_link_local))


def offered(bound: Iterable[str], external: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses candidates name, best first.

    ``external`` stands for the bound addresses of its family (1:1 NAT). Loopback is named only when
    there is nothing else. Both families take turns, so that neither comes last as a whole
    (RFC 8421 section 4).
    """
    families: list[list[str]] = []
    for version in (4, 6):
        outside = [each for each in external if _ip(each).version == version]
        families.append(outside or [each for each in bound if _ip(each).version == version])
    mixed = [each for pair in zip_longest(*families) for each in pair if each is not None]
    outward = [each for each in mixed if not _ip(each).is_loopback]
    return tuple(outward or mixed)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text.partition("%")[0])


def bind(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """A non-blocking socket of this kind on one address. Raises :class:`OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, kind)
    try:
        bound.setblocking(False)  # noqa: FBT003  the socket module's own signature
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            # A restarted gateway takes its port back while old connections linger in TIME_WAIT.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            # The kernel caps what it grants; a smaller buffer works, only less forgivingly.
            with contextlib.suppress(OSError):
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, RECEIVE_BUFFER_BYTES)
        bound.bind((host, port))
        if kind == socket.SOCK_STREAM:
            bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
